//! The rule `tests-outside-container`.

use crate::evidence::{Evidence, JobRef, StepRef};
use crate::rules::support::test_runs::{TestRun, followed, runs_on_linux, test_runs};
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;
use std::collections::BTreeSet;

rule! {
    /// # What it checks
    ///
    /// Every test command runs in a container: in `docker run` or `docker exec`, in `docker compose run`, `exec` or `up`,
    /// in a job with a `container`, in a devcontainer or container action, in `kubectl exec`. Local composite actions are
    /// followed when they are in the input. A build target named after tests (`make test`) is a test command, since what
    /// it does is not read.
    ///
    /// Not judged: jobs on macOS and Windows, where no Linux container runs, and jobs whose runner is not known or is one
    /// of several systems by a matrix; scripts for PowerShell, cmd or Python; programs that are not known to run tests
    /// (name them in `commands`).
    ///
    /// # Why it matters
    ///
    /// A runner's tools change every week, so tests that run directly on it prove nothing about the environment that a
    /// developer or a server has.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: actions/checkout@v4
    ///       - run: pytest
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
    ///       - uses: actions/checkout@v4
    ///       - run: docker compose run --rm app pytest
    /// ```
    ///
    /// # Options
    ///
    /// - `commands`: further commands that run tests, as their first words (`["./scripts/check.sh", "just ci"]`).
    /// - `allow_jobs`: ids of jobs that may run tests on the runner (`["bench*"]`, `*` and `?` allowed).
    ///
    /// # When to waive
    ///
    /// The tests need what no container has: a kernel of its own, a device, Docker itself. Or the target behind
    /// `make test` starts the container.
    pub struct TestsOutsideContainer;
    id: "tests-outside-container",
    family: Container,
    level: Error,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    commands: Vec<String>,
    allow_jobs: Vec<String>,
}

const WHY: &str = "A runner's tools change every week, so tests that run directly on it prove nothing about the environment \
                   that a developer or a server has.";

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let mut spots: Vec<Spot<'_>> = Vec::new();
    let mut seen = BTreeSet::new();
    let (mut contained, mut open) = (0, 0);
    for job in evidence.jobs() {
        let allowed = params.allow_jobs.iter().any(|pattern| fast_glob::glob_match(pattern, job.job.id));
        let exempt = allowed || runs_on_linux(job.job) != Some(true);
        let in_container = job.job.node.get("container").is_some_and(|node| !node.is_null());
        for (at, test) in tests(evidence, job, params) {
            if in_container || test.contained {
                contained += 1;
            } else if exempt {
                open += 1;
            } else if let Some(run) = at.step.run.as_ref().filter(|run| {
                // An action that several jobs use is one place.
                seen.insert((at.file.path(), run.node.span(), test.span))
            }) {
                spots.push(Spot {
                    file: at.file,
                    span: test.place(run),
                    path: run.node.path(),
                    message: message(job.job.id, &test.label),
                    detail: test.label,
                    edits: Vec::new(),
                });
            }
        }
    }
    sink.subjects(contained + spots.len());
    sink.fact(format!("{}, {contained} in a container", count(contained + spots.len(), "test command")));
    if open > 0 {
        sink.fact(format!(
            "not judged: {} in allowed jobs or on runners that are not surely Linux",
            count(open, "test command")
        ));
    }
    sink.once_a_file(
        spots,
        WHY,
        |group| {
            let first = group.first().map_or("", |spot| spot.message.as_str());
            format!("{} test commands are not seen to run in a container; the first: {first}", group.len())
        },
        |group| {
            let label = group.first().map_or("", |spot| spot.detail.as_str());
            format!(
                "Run it in the image that the project is built in:\n\n    docker compose run --rm app {label}\n\nor give the \
                 job a container:\n\n    container: ghcr.io/OWNER/IMAGE:TAG\n"
            )
        },
    );
}

fn message(job: &str, label: &str) -> String {
    if is_target(label) {
        return format!("job `{job}` starts `{label}` on the runner, and nothing shows that it enters a container");
    }
    format!("job `{job}` runs `{label}` directly on the runner")
}

/// Whether a build tool runs a target, which is not read.
fn is_target(label: &str) -> bool {
    let tool = label.split_whitespace().next().unwrap_or_default();
    matches!(tool, "make" | "gmake" | "just" | "task" | "mage" | "invoke")
}

fn tests<'e>(evidence: &'e Evidence<'e>, job: JobRef<'e>, params: &Params) -> Vec<(StepRef<'e>, TestRun)> {
    let steps = job.job.steps.as_slice();
    let steps =
        steps.iter().flat_map(|step| followed(evidence, StepRef { file: job.file, job: Some(job), steps, step }));
    steps.flat_map(|at| test_runs(at, &params.commands).into_iter().map(move |test| (at, test))).collect()
}
