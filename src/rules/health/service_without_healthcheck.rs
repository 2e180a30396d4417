//! The rule `service-without-healthcheck`.

use super::readiness::{Readiness, is_disabled, readiness, server_of};
use crate::evidence::Evidence;
use crate::evidence::docker::compose_call;
use crate::parse::compose::ComposeService;
use crate::parse::image::ImageRef;
use crate::parse::workflow::{Service, is_dynamic};
use crate::parse::yaml::Node;
use crate::rules::support::images::{self, image_of};
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;
use std::collections::BTreeSet;

rule! {
    /// # What it checks
    ///
    /// A service container of a job has a health command (`--health-cmd` in its `options`). A compose service that
    /// others wait for, or whose image is a known server, has a `healthcheck`. A HEALTHCHECK in the service's own
    /// Dockerfile counts, and so does one that a public image is known to bring.
    ///
    /// Not judged: services whose image is an expression, that extend another service, or whose Dockerfile is not in
    /// the input; services that others wait for only with `service_completed_successfully`; compose services with
    /// profiles that no step asks for; a check that is switched off, which `healthcheck-always-passes` judges.
    ///
    /// # Why it matters
    ///
    /// Without a health check a container counts as ready as soon as its process exists. The first tests then meet a
    /// server that does not answer yet, and fail now and then for no reason of their own.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     services:
    ///       db:
    ///         image: postgres:16.4
    ///     steps:
    ///       - run: make test
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     services:
    ///       db:
    ///         image: postgres:16.4
    ///         options: >-
    ///           --health-cmd "pg_isready -U postgres"
    ///           --health-interval 5s
    ///           --health-retries 10
    ///     steps:
    ///       - run: make test
    /// ```
    ///
    /// # Options
    ///
    /// - `known_servers`: names of further images that are servers (`["my-broker"]`).
    /// - `ignore`: names of services that need no health check (`["mailhog"]`, `*` and `?` allowed).
    ///
    /// # When to waive
    ///
    /// The service answers in the moment its process starts, or the tests themselves wait for it.
    pub struct ServiceWithoutHealthcheck;
    id: "service-without-healthcheck",
    family: Health,
    level: Error,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    known_servers: Vec<String>,
    ignore: Vec<String>,
}

const WHY: &str = "Without a health check a container counts as ready as soon as its process exists, so tests start before \
                   the server answers and fail at random.";

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let (mut services, mut unknown) = (0, 0);
    let ignored = |name: &str| params.ignore.iter().any(|pattern| fast_glob::glob_match(pattern, name));
    for job in evidence.jobs() {
        for service in job.job.services.iter().filter(|s| !ignored(s.name)) {
            match job_service(service) {
                Some(true) => services += 1,
                Some(false) => {
                    services += 1;
                    spots.push(Spot {
                        file: job.file,
                        span: service.image.map_or(service.key.span(), Node::span),
                        path: service.node.path(),
                        message: format!(
                            "service `{}` of job `{}` ({}) has no health check",
                            service.name,
                            job.job.id,
                            service.image.and_then(Node::text).unwrap_or("no image")
                        ),
                        detail: probe(service.image),
                        edits: Vec::new(),
                    });
                }
                None => unknown += 1,
            }
        }
    }
    let profiles = profiles_in_use(evidence);
    for compose in &evidence.composes {
        for service in compose.services.iter().filter(|s| !ignored(s.name)) {
            // A service with profiles runs only where one of them is asked for.
            let wanted = service.profiles();
            if !wanted.is_empty() && !wanted.iter().any(|p| profiles.contains(*p)) && !profiles.contains("*") {
                continue;
            }
            // A part of a service in an overlay file is judged where the service is made.
            if service.image.is_none() && service.build.is_none() {
                continue;
            }
            let waited_for = compose.services.iter().flat_map(|s| &s.depends_on).any(|d| {
                d.service == service.name && d.condition.and_then(Node::text) != Some("service_completed_successfully")
            });
            if !waited_for && !is_known_server(service, params) {
                continue;
            }
            // That it is switched off is what `healthcheck-always-passes` is about.
            if service.healthcheck.is_some_and(is_disabled) {
                continue;
            }
            match readiness(evidence, compose, service) {
                Readiness::Declared | Readiness::FromImage => services += 1,
                Readiness::Unknown => unknown += 1,
                Readiness::Absent => {
                    services += 1;
                    let what = if waited_for { ", which others wait for," } else { "" };
                    let of = service.image.and_then(Node::text).map_or(String::new(), |image| format!(" ({image})"));
                    spots.push(Spot {
                        file: compose.file,
                        span: service.key.span(),
                        path: service.node.path(),
                        message: format!("service `{}`{of}{what} has no healthcheck", service.name),
                        detail: probe(service.image),
                        edits: Vec::new(),
                    });
                }
            }
        }
    }
    sink.subjects(services);
    sink.fact(format!("{}, {} with a health check", count(services, "service"), services - spots.len()));
    if unknown > 0 {
        sink.fact(format!("not judged: {} whose image is not known", count(unknown, "service")));
    }
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} services have no health check", group.len()),
        |group| fix(group.first()),
    );
}

/// The profiles that steps ask for: `--profile`, or `COMPOSE_PROFILES` in an `env`.
fn profiles_in_use<'e>(evidence: &'e Evidence<'e>) -> BTreeSet<&'e str> {
    let calls = evidence.steps().filter_map(|step| step.step.run.as_ref()).flat_map(|run| &run.script.commands);
    let named = calls.filter_map(compose_call).flat_map(|call| call.profiles);
    let nodes = evidence.steps().flat_map(|at| {
        let job = at.job.map(|job| [job.job.node, job.workflow.node]);
        job.into_iter().flatten().chain([at.step.node])
    });
    let set = nodes.filter_map(|node| node.at(&["env", "COMPOSE_PROFILES"])?.text()).flat_map(|text| text.split(','));
    named.chain(set.map(str::trim)).collect()
}

/// Whether a job's service has a health check; `None` when an expression decides.
fn job_service(service: &Service<'_>) -> Option<bool> {
    let options = service.options.and_then(Node::text).unwrap_or("");
    if options.split_whitespace().any(|word| word.split('=').next() == Some("--health-cmd")) {
        return Some(true);
    }
    // `options` may come from a matrix, and an image that is empty for some legs switches the service off.
    let image = service.image.and_then(Node::text)?;
    let image = ImageRef::parse(image)?;
    if is_dynamic(options) || is_dynamic(&image.repository) {
        return None;
    }
    Some(images::brings_healthcheck(&image))
}

fn is_known_server(service: &ComposeService<'_>, params: &Params) -> bool {
    let named = |image: ImageRef| {
        let name = image.repository.rsplit('/').next().unwrap_or_default().to_owned();
        params.known_servers.contains(&name)
    };
    server_of(service).is_some() || service.image.and_then(image_of).is_some_and(named)
}

/// How the image's server is asked, ready for double quotes.
fn probe(image: Option<Node<'_>>) -> String {
    let server = image.and_then(image_of).as_ref().and_then(images::server_of);
    let probe = server.map(|server| server.probe).filter(|probe| !probe.is_empty());
    probe.unwrap_or("a command that succeeds once the server answers").replace('"', "\\\"")
}

fn fix(first: Option<&Spot<'_>>) -> String {
    let Some(Spot { path, detail, .. }) = first else { return String::new() };
    if path.starts_with("services.") {
        format!(
            "Write how the service says that it is ready, and let others wait for it with `condition: service_healthy`:\n\n    \
             healthcheck:\n      test: [\"CMD-SHELL\", \"{detail}\"]\n      interval: 5s\n      timeout: 3s\n      retries: 10\n"
        )
    } else {
        format!(
            "Write how the service says that it is ready; the job then waits for it:\n\n    options: >-\n      --health-cmd \
             \"{detail}\"\n      --health-interval 5s\n      --health-timeout 3s\n      --health-retries 10\n"
        )
    }
}
