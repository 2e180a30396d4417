//! The rule `depends-on-without-health`.

use super::readiness::{Readiness, readiness, server_of};
use crate::evidence::Evidence;
use crate::evidence::compose::{Dependency, Project};
use crate::model::Edit;
use crate::parse::yaml::edit;
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};
use std::collections::BTreeSet;

rule! {
    /// # What it checks
    ///
    /// A compose service that depends on one with a health check, or on a known server that should have one, waits for
    /// that health: `depends_on` in its long form with `condition: service_healthy`. The short form and
    /// `service_started` wait only for the process.
    ///
    /// Not judged: `service_completed_successfully`, and services of which it is not known whether they have a health
    /// check.
    ///
    /// # Why it matters
    ///
    /// A health check that nobody waits for changes nothing: the dependent container starts at once and meets a server
    /// that does not answer yet.
    ///
    /// # Example
    ///
    /// ```yaml compose.yml
    /// services:
    ///   web:
    ///     image: shop/web:1.4
    ///     depends_on: [db]
    ///   db:
    ///     image: postgres:16.4
    ///     healthcheck:
    ///       test: ["CMD", "pg_isready", "-U", "postgres"]
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml compose.yml
    /// services:
    ///   web:
    ///     image: shop/web:1.4
    ///     depends_on:
    ///       db:
    ///         condition: service_healthy
    ///   db:
    ///     image: postgres:16.4
    ///     healthcheck:
    ///       test: ["CMD", "pg_isready", "-U", "postgres"]
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// The dependent service retries its connections until they succeed, and a slow start costs nothing.
    pub struct DependsOnWithoutHealth;
    id: "depends-on-without-health",
    family: Health,
    level: Warning,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "A dependency without `service_healthy` waits only for the process, so the dependent service meets a server \
                   that does not answer yet.";

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let mut seen = BTreeSet::new();
    for project in evidence.compose_projects() {
        for service in &project.services {
            for dependency in service.depends_on() {
                let condition = dependency.condition.as_ref().and_then(|part| part.node.text());
                if condition == Some("service_completed_successfully") {
                    continue;
                }
                let Some(target) = project.service(&dependency.service) else { continue };
                let ready = readiness(evidence, &project, target);
                let has = matches!(ready, Readiness::Declared | Readiness::FromImage);
                if !has && server_of(target).is_none() {
                    continue;
                }
                let place = dependency.condition.as_ref().unwrap_or(&dependency.place);
                // Several projects may share a file, and several services an anchor.
                let first = seen.insert((place.file.path(), place.node.span(), dependency.service.clone()));
                if condition == Some("service_healthy") || !first {
                    continue;
                }
                let how = match (dependency.short, condition) {
                    (true, _) => "in the short form".to_owned(),
                    (false, None) => "without a condition".to_owned(),
                    (false, Some(condition)) => format!("with `{condition}`"),
                };
                let but = if has { "has a health check" } else { "is a server" };
                let on = &dependency.service;
                spots.push(Spot {
                    file: place.file,
                    span: place.node.span(),
                    path: format!("services.{}.depends_on.{on}", service.name),
                    message: format!("`{}` depends on `{on}` {how}, but `{on}` {but}", service.name),
                    detail: on.clone(),
                    edits: wait(evidence, &project, &dependency).filter(|_| has).into_iter().collect(),
                });
            }
        }
    }
    let subjects = seen.len();
    sink.subjects(subjects);
    sink.fact(format!(
        "{}, {} waited for until healthy",
        count(subjects, "dependency on a server"),
        subjects - spots.len()
    ));
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} dependencies do not wait until the service is healthy", group.len()),
        |group| {
            let on = group.first().map_or("", |spot| spot.detail.as_str());
            format!("Wait for the service to be healthy:\n\n    depends_on:\n      {on}:\n        condition: service_healthy\n")
        },
    );
}

/// `service_healthy` in the place of `service_started`, or the list as a mapping in which those wait for health that have
/// a check. A check that nobody has needed yet may be wrong, or wait for the dependent service itself: not safe.
fn wait(evidence: &Evidence<'_>, project: &Project<'_>, dependency: &Dependency<'_>) -> Option<Edit> {
    let place = dependency.condition.as_ref().unwrap_or(&dependency.place);
    let patch = match dependency.condition.as_ref().map(|part| part.node.text()) {
        Some(Some("service_started")) => edit::replace(place.node, HEALTHY)?,
        None if dependency.short => edit::list_to_mapping(place.node.parent()?, |name| {
            let target = project.service(name).map(|target| readiness(evidence, project, target));
            let has = matches!(target, Some(Readiness::Declared | Readiness::FromImage));
            format!("condition: {}", if has { HEALTHY } else { "service_started" })
        })?,
        _ => return None,
    };
    Some(patch.edit(place.file.path(), false))
}

const HEALTHY: &str = "service_healthy";
