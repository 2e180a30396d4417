//! The rule `image-without-healthcheck`.

use crate::evidence::Evidence;
use crate::evidence::compose::{Found, Service};
use crate::parse::dockerfile::Instruction;
use crate::rules::health::readiness::{Readiness, readiness};
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};
use std::collections::BTreeSet;

rule! {
    /// # What it checks
    ///
    /// An image that serves something (`EXPOSE`) and that CI starts as a compose service has a `HEALTHCHECK`, or its service
    /// has a `healthcheck`.
    ///
    /// Not judged: images that no step of a workflow starts with `docker compose up`; Dockerfiles that are not in the
    /// input, or whose base image may bring a check.
    ///
    /// # Why it matters
    ///
    /// Nothing can wait for a service that does not say when it is ready, here and wherever else the image runs.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: docker compose up --wait
    /// ```
    ///
    /// ```yaml compose.yml
    /// services:
    ///   web:
    ///     build: .
    /// ```
    ///
    /// ```dockerfile Dockerfile
    /// FROM python:3.13
    /// EXPOSE 8000
    /// CMD ["python", "-m", "http.server"]
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: docker compose up --wait
    /// ```
    ///
    /// ```yaml compose.yml
    /// services:
    ///   web:
    ///     build: .
    /// ```
    ///
    /// ```dockerfile Dockerfile
    /// FROM python:3.13
    /// EXPOSE 8000
    /// HEALTHCHECK --interval=2s --retries=30 CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://localhost:8000')"]
    /// CMD ["python", "-m", "http.server"]
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// The platform that runs the image asks it in its own way, and nothing in CI waits for it.
    pub struct ImageWithoutHealthcheck;
    id: "image-without-healthcheck",
    family: Image,
    level: Warning,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str =
    "Nothing can wait for a service that does not say when it is ready, here and wherever else the image runs.";

const FIX: &str = "Say in the Dockerfile when the server is ready:\n\n    HEALTHCHECK --interval=2s --timeout=2s --retries=30 CMD \
                   curl -f http://localhost:8080/health || exit 1\n";

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let mut seen = BTreeSet::new();
    let mut images = 0;
    for project in evidence.compose_projects() {
        let names: BTreeSet<&str> = project.started.iter().flat_map(|started| project.starts(started)).collect();
        for service in project.services.iter().filter(|service| names.contains(service.name)) {
            let Some((dockerfile, expose)) = server(evidence, service) else { continue };
            images += 1;
            let declared = matches!(service.healthcheck(), Found::Value(_));
            if declared || readiness(evidence, &project, service) != Readiness::Absent {
                continue;
            }
            // Several services may be of one image.
            if !seen.insert((dockerfile, expose.span)) {
                continue;
            }
            let Some(file) = evidence.file(dockerfile) else { continue };
            let ports: Vec<&str> = expose.arguments.iter().map(|argument| argument.text.as_str()).collect();
            spots.push(Spot {
                file,
                span: expose.span,
                path: String::new(),
                message: format!(
                    "the image serves port {} as service `{}` of {}, and nothing says when it is ready",
                    ports.join(" "),
                    service.name,
                    service.file().path()
                ),
                detail: String::new(),
                edits: Vec::new(),
            });
        }
    }
    sink.subjects(images);
    sink.fact(format!("{} started in CI, {} without a health check", count(images, "server image"), spots.len()));
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} servers of this Dockerfile do not say when they are ready", group.len()),
        |_| FIX.to_owned(),
    );
}

/// The Dockerfile's path and the `EXPOSE` of the stage that a service is built from.
fn server<'e>(evidence: &'e Evidence<'e>, service: &Service<'e>) -> Option<(&'e str, &'e Instruction)> {
    let build = service.build()?;
    let dockerfile = evidence.dockerfile(&build.dockerfile?)?;
    let stage = match build.target {
        Some(name) => dockerfile.stage_by_name(&Some(name.text).filter(|_| name.known)?)?,
        None => dockerfile.final_stage()?,
    };
    Some((dockerfile.file.path(), dockerfile.effective(stage, "EXPOSE")?))
}
