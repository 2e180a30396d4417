//! The rule `service-without-healthcheck`.

use super::readiness::{Readiness, is_disabled, readiness, server_of};
use crate::evidence::compose::{Found, Service};
use crate::evidence::docker::compose_call;
use crate::evidence::{Evidence, File};
use crate::model::{Edit, Span};
use crate::parse::image::ImageRef;
use crate::parse::workflow::{self, is_dynamic};
use crate::parse::yaml::Node;
use crate::parse::yaml::edit::{self, Entry};
use crate::rules::support::images;
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

rule! {
    /// # What it checks
    ///
    /// A service container of a job has a health command (`--health-cmd` in its `options`). A compose service that
    /// others wait for, or whose image is a known server, has a `healthcheck`. A HEALTHCHECK in the service's own
    /// Dockerfile counts, and so does one that a public image is known to bring. Compose files are read as compose reads
    /// them: with their overrides, `include`, `extends`, variables' defaults, and the files that a step names by `-f`.
    ///
    /// Not judged: services whose image is an expression, or that extend a service or are built from a Dockerfile which is
    /// not in the input; services whose image holds one program and nothing that could ask it (`otel/opentelemetry-collector`,
    /// distroless images); services that others wait for only with `service_completed_successfully`; compose services with
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
    let (mut services, mut unknown, mut alone) = (0, 0, 0);
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
                        detail: probe(service.image.and_then(Node::text)),
                        edits: health_options(job.file, service).into_iter().collect(),
                    });
                }
                None => unknown += 1,
            }
        }
    }
    let profiles = profiles_in_use(evidence);
    // A service may be part of several projects; it holds only where it holds in all.
    let mut judged: BTreeMap<(&str, Span), bool> = BTreeMap::new();
    for project in evidence.compose_projects() {
        let started: BTreeSet<&str> = project.started.iter().flat_map(|started| project.starts(started)).collect();
        let waited_for: BTreeSet<String> = project
            .services
            .iter()
            .flat_map(Service::depends_on)
            .filter(|d| {
                let condition = d.condition.as_ref().and_then(|part| part.node.text());
                condition != Some("service_completed_successfully")
            })
            .map(|d| d.service)
            .collect();
        for service in project.services.iter().filter(|s| !ignored(s.name)) {
            // A service with profiles runs only where one of them is asked for.
            let wanted = service.profiles();
            let runs = || started.contains(service.name) || wanted.iter().any(|p| profiles.contains(&**p));
            if !wanted.is_empty() && !runs() && !profiles.contains("*") {
                continue;
            }
            // A part of a service in an overlay file is judged where the service is made.
            let (image, build) = (service.image(), service.value.get("build"));
            if image.is_none() && build.is_none() {
                continue;
            }
            let waited_for = waited_for.contains(service.name);
            if !waited_for && !is_known_server(service, params) {
                continue;
            }
            // That it is switched off is what `healthcheck-always-passes` is about.
            if matches!(service.healthcheck(), Found::Value(check) if is_disabled(&check)) {
                continue;
            }
            let place = match service.healthcheck() {
                Found::Reset(part) => part,
                Found::Absent | Found::Value(_) => service.place.clone(),
            };
            let key = (place.file.path(), place.node.span());
            match readiness(evidence, &project, service) {
                Readiness::Declared | Readiness::FromImage => {
                    judged.entry(key).or_insert(true);
                }
                Readiness::Unknown => unknown += 1,
                Readiness::Absent if image.as_ref().is_some_and(|(_, text)| is_program_alone(text)) => alone += 1,
                Readiness::Absent => {
                    if judged.insert(key, false) == Some(false) {
                        continue;
                    }
                    let image = image.map(|(_, text)| text);
                    let what = if waited_for { ", which others wait for," } else { "" };
                    let of = image.as_ref().map_or(String::new(), |image| format!(" ({image})"));
                    spots.push(Spot {
                        file: place.file,
                        span: place.node.span(),
                        path: format!("services.{}", service.name),
                        message: format!("service `{}`{of}{what} has no healthcheck", service.name),
                        detail: probe(image.as_deref()),
                        edits: health_check(service).into_iter().collect(),
                    });
                }
            }
        }
    }
    services += judged.len();
    sink.subjects(services);
    sink.fact(format!("{}, {} with a health check", count(services, "service"), services - spots.len()));
    if unknown > 0 {
        sink.fact(format!("not judged: {} whose image is not known", count(unknown, "service")));
    }
    if alone > 0 {
        sink.fact(format!("not judged: {} whose image holds nothing to ask with", count(alone, "service")));
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
pub(crate) fn job_service(service: &workflow::Service<'_>) -> Option<bool> {
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

fn is_known_server(service: &Service<'_>, params: &Params) -> bool {
    let named = |image: ImageRef| {
        let name = image.repository.rsplit('/').next().unwrap_or_default().to_owned();
        params.known_servers.contains(&name)
    };
    server_of(service).is_some() || service.image().and_then(|(_, text)| images::resolve(&text)).is_some_and(named)
}

fn is_program_alone(image: &str) -> bool {
    images::resolve(image).is_some_and(|image| images::is_program_alone(&image))
}

/// How the image's server is asked, ready for double quotes.
fn probe(image: Option<&str>) -> String {
    known_probe(image).unwrap_or_else(|| "a command that succeeds once the server answers".to_owned())
}

fn known_probe(image: Option<&str>) -> Option<String> {
    let server = image.and_then(images::resolve).as_ref().and_then(images::server_of);
    let probe = server.map(|server| server.probe).filter(|probe| !probe.is_empty());
    Some(probe?.replace('"', "\\\""))
}

/// `options` for a job's service of a known server that has none. Another user or port makes the check fail for ever, so
/// it is not safe.
fn health_options(file: &File<'_>, service: &workflow::Service<'_>) -> Option<Edit> {
    let probe = known_probe(service.image.and_then(Node::text))?;
    let below = [
        format!("--health-cmd \"{probe}\""),
        "--health-interval 5s".to_owned(),
        "--health-timeout 3s".to_owned(),
        "--health-retries 10".to_owned(),
    ];
    let options = Entry { key: "options", value: ">-", below: &below };
    Some(edit::append(service.node, &[options])?.edit(file.path(), false))
}

/// `healthcheck` for a compose service that is a known server; as unsafe as [`health_options`].
fn health_check(service: &Service<'_>) -> Option<Edit> {
    server_of(service)?;
    let mapping = service.place.node.parent()?.get(service.name)?;
    let probe = known_probe(mapping.get("image").and_then(Node::text))?;
    let below = [
        format!("test: [\"CMD-SHELL\", \"{probe}\"]"),
        "interval: 5s".to_owned(),
        "timeout: 3s".to_owned(),
        "retries: 10".to_owned(),
    ];
    let check = Entry { key: "healthcheck", value: "", below: &below };
    Some(edit::after(mapping, "image", &[check])?.edit(service.place.file.path(), false))
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
