//! The rule `serial-tests`.

use crate::evidence::{Evidence, JobRef, StepRef};
use crate::model::Fix;
use crate::rules::support::test_runs::{TestRun, followed, test_runs};
use crate::rules::tests::durations::durations;
use crate::rules::{Hit, Sink, rule};
use serde::Deserialize;

rule! {
    /// # What it checks
    ///
    /// Where the tests take longer than the budget, they are divided: by a matrix, by shards, or by a flag that runs them
    /// side by side (`pytest -n`, `--shard`, `--parallel`, `go test -parallel`). The time is that of the longest test
    /// report of the input, as in `test-time-over-budget`; the tests are those of the workflows.
    ///
    /// Not judged: input without a test report that says how long the tests took; workflows in which several jobs run
    /// tests, as it is not known which of them wrote the report; a test command that decides by itself (`make test`,
    /// `npm test`, `cargo test`, `vitest`).
    ///
    /// # Why it matters
    ///
    /// Tests that run one after the other on one runner take as long as all of them together.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: pytest --junitxml=junit.xml
    /// ```
    ///
    /// ```xml report/junit.xml
    /// <testsuite name="pytest" tests="1" time="912.5"><testcase classname="cart" name="adds tax" time="12"/></testsuite>
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
    ///       - run: pytest -n auto --junitxml=junit.xml
    /// ```
    ///
    /// ```xml report/junit.xml
    /// <testsuite name="pytest" tests="1" time="912.5"><testcase classname="cart" name="adds tax" time="12"/></testsuite>
    /// ```
    ///
    /// # Options
    ///
    /// - `max_seconds`: longest time of tests that run one after the other (default 600).
    ///
    /// # When to waive
    ///
    /// The tests share something that bears only one of them at a time.
    pub struct SerialTests;
    id: "serial-tests",
    family: Time,
    level: Info,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    max_seconds: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self { max_seconds: 600.0 }
    }
}

const WHY: &str = "Tests that run one after the other on one runner take as long as all of them together.";

/// Programs that run tests one after the other unless told otherwise.
const SERIAL: [&str; 8] =
    ["pytest", "py.test", "python -m pytest", "python -m unittest", "rspec", "phpunit", "mocha", "cypress run"];

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let mut jobs = evidence.jobs().filter_map(|job| Some((job, tests_of(evidence, job)?)));
    let (Some((job, tests)), None) = (jobs.next(), jobs.next()) else {
        sink.fact("not judged: no job runs tests, or several do");
        return;
    };
    let runs = durations(evidence);
    let Some(longest) = runs.iter().max_by(|a, b| a.seconds.total_cmp(&b.seconds)) else {
        sink.fact("not judged: no test report says how long the tests took");
        return;
    };
    sink.subjects(1);
    sink.fact(format!("job `{}`, whose tests took {:.1} s", job.job.id, longest.seconds));
    let divided = job.job.has_matrix() || tests.iter().any(|(_, test)| is_divided(test));
    let serial = tests.iter().all(|(_, test)| SERIAL.contains(&test.label.as_str()));
    if divided || !serial || longest.seconds <= params.max_seconds {
        return;
    }
    let Some((at, test)) = tests.first() else { return };
    let span = at.step.run.as_ref().map_or_else(|| at.step.node.span(), |run| test.place(run));
    sink.finding(Hit {
        file: at.file,
        span,
        path: at.step.node.path(),
        message: format!(
            "`{}` in job `{}` runs all tests one after the other: {:.0} s in {}, over the budget of {} s",
            test.label,
            job.job.id,
            longest.seconds,
            longest.report.file.path(),
            params.max_seconds
        ),
        why: WHY,
        fix: Fix {
            text: "Run the tests side by side, or divide them over the legs of a matrix:\n\n    pytest -n auto\n\n    \
                   strategy: { matrix: { shard: [1, 2, 3, 4] } }\n"
                .to_owned(),
            edits: Vec::new(),
        },
        related: vec![(longest.report.file, crate::model::Span::default(), "the report".to_owned())],
    });
}

/// The test commands of a job; `None` where it has none.
fn tests_of<'e>(evidence: &'e Evidence<'e>, job: JobRef<'e>) -> Option<Vec<(StepRef<'e>, TestRun)>> {
    let steps = job.job.steps.as_slice();
    let steps = steps.iter().map(|step| StepRef { file: job.file, job: Some(job), steps, step });
    let tests: Vec<_> = steps
        .flat_map(|at| followed(evidence, at))
        .flat_map(|at| test_runs(at, &[]).into_iter().map(move |test| (at, test)))
        .collect();
    (!tests.is_empty()).then_some(tests)
}

fn is_divided(test: &TestRun) -> bool {
    test.words.iter().any(|word| {
        let name = word.split('=').next().unwrap_or_default();
        let known =
            ["-n", "--numprocesses", "--shard", "--splits", "--group", "--parallel", "-j", "--jobs", "--workers"];
        known.contains(&name)
            || (word.starts_with("-n") && word.len() > 2)
            || word.contains("${{")
            || word.starts_with('$')
    })
}
