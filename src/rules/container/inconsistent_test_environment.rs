//! The rule `inconsistent-test-environment`.

use crate::evidence::docker::{compose_call, container_call};
use crate::evidence::{Evidence, File, JobRef, StepRef, paths};
use crate::model::Span;
use crate::parse::shell::Command;
use crate::parse::workflow::is_dynamic;
use crate::rules::security::docker_run;
use crate::rules::support::test_runs::{steps_of, test_runs};
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

rule! {
    /// # What it checks
    ///
    /// Workflows that run the same test command in containers run it in the same one: the same image of a job's
    /// `container` or of `docker run`, the same service of the same compose files.
    ///
    /// Not judged: tests that run outside of a container (see `tests-outside-container`); a workflow that itself runs
    /// the command in several environments, by a matrix or in jobs of their own; images and services that an expression
    /// makes; `docker exec`.
    ///
    /// # Why it matters
    ///
    /// What passes in one environment says nothing about the other, so a failure depends on which workflow looked.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: pull_request
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     container: python:3.13
    ///     steps:
    ///       - run: pytest
    /// ```
    ///
    /// ```yaml .github/workflows/nightly.yml
    /// on: { schedule: [{ cron: '0 3 * * *' }] }
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     container: python:3.12
    ///     steps:
    ///       - run: pytest --slow
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: pull_request
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     container: python:3.13
    ///     steps:
    ///       - run: pytest
    /// ```
    ///
    /// ```yaml .github/workflows/nightly.yml
    /// on: { schedule: [{ cron: '0 3 * * *' }] }
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     container: python:3.13
    ///     steps:
    ///       - run: pytest --slow
    /// ```
    ///
    /// # Options
    ///
    /// - `allow`: images and services that may differ (`["python:3.*-rc*", "app of compose.browser.yml"]`, `*` and `?`
    ///   allowed), as messages name them.
    ///
    /// # When to waive
    ///
    /// One of the workflows is there to try another environment.
    pub struct InconsistentTestEnvironment;
    id: "inconsistent-test-environment",
    family: Container,
    level: Warning,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    allow: Vec<String>,
}

const WHY: &str =
    "What passes in one environment says nothing about the other, so a failure depends on which workflow looked.";

/// A test command in a container.
struct Use<'e> {
    file: &'e File<'e>,
    span: Span,
    path: String,
    /// Image, or service and compose files.
    environment: String,
}

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    // By repository and test command, what each workflow runs it in.
    let mut tests: BTreeMap<(&str, String), BTreeMap<&str, Vec<Use<'_>>>> = BTreeMap::new();
    let mut open = 0;
    for job in evidence.jobs() {
        for at in steps_of(evidence, job) {
            for test in test_runs(at, &[]) {
                let Some(run) = &at.step.run else { continue };
                let host = run.script.commands.get(test.host);
                let found = match (job.job.container_image(), test.contained) {
                    (Some(image), false) => image.text().map(|text| (text.to_owned(), image.span(), image.path())),
                    (_, true) => {
                        host.and_then(environment).map(|environment| (environment, test.place(run), run.node.path()))
                    }
                    (None, false) => continue,
                };
                let Some((environment, span, path)) = found.filter(|(text, _, _)| !text.contains('$')) else {
                    open += 1;
                    continue;
                };
                if paths::matches_any(params.allow.iter().map(String::as_str), &environment) {
                    continue;
                }
                let file = if test.contained { at.file } else { job.file };
                let of_label = tests.entry((root(job, at), test.label)).or_default();
                of_label.entry(job.file.path()).or_default().push(Use { file, span, path, environment });
            }
        }
    }
    let (mut judged, mut spots) = (0, Vec::new());
    for ((_, label), workflows) in &tests {
        let mut first: Option<&Use<'_>> = None;
        for uses in workflows.values() {
            judged += 1;
            let different: BTreeSet<&str> = uses.iter().map(|found| found.environment.as_str()).collect();
            let (1, Some(found)) = (different.len(), uses.first()) else { continue };
            let Some(first) = first else {
                first = Some(found);
                continue;
            };
            if first.environment == found.environment {
                continue;
            }
            spots.push(Spot {
                file: found.file,
                span: found.span,
                path: found.path.clone(),
                message: format!(
                    "`{label}` runs in `{}` here, and in `{}` in {} (line {})",
                    found.environment,
                    first.environment,
                    first.file.path(),
                    first.file.line(first.span.offset)
                ),
                detail: first.environment.clone(),
                edits: Vec::new(),
            });
        }
    }
    sink.subjects(judged);
    sink.fact(format!(
        "{} in containers, {} in another environment than the first",
        count(judged, "test command of a workflow"),
        spots.len()
    ));
    if open > 0 {
        sink.fact(format!("not judged: {} whose container is not known", count(open, "test command")));
    }
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} test commands run in another environment than in the first workflow", group.len()),
        |group| {
            let environment = group.first().map_or("", |spot| spot.detail.as_str());
            format!("Run it in the one environment of all tests:\n\n    {environment}\n")
        },
    );
}

fn root<'e>(job: JobRef<'e>, at: StepRef<'e>) -> &'e str {
    if at.job.is_some() { at.root() } else { paths::root(job.file.path()) }
}

/// The image or the compose service that a command runs its own command in.
fn environment(command: &Command) -> Option<String> {
    if let Some(call) = compose_call(command) {
        let service = call.operands().first().filter(|word| !word.dynamic)?.text.clone();
        let files: Vec<&str> = call.files.iter().map(|word| word.text.trim_start_matches("--file=")).collect();
        let files = if files.is_empty() { "the compose file".to_owned() } else { files.join(", ") };
        return (matches!(call.verb, "run" | "exec") && !is_dynamic(&files)).then(|| format!("{service} of {files}"));
    }
    let (verb, _) = container_call(command)?;
    docker_run::image(command).filter(|_| verb == "run").map(|word| word.text.clone())
}
