//! The rule `serial-tests`.

use super::measured::time;
use crate::evidence::{Evidence, File, JobRef, MeasuredJob, StepRef, seconds};
use crate::model::{Fix, Span};
use crate::rules::support::params::Duration;
use crate::rules::support::test_runs::{TestRun, followed, test_runs};
use crate::rules::support::words::count;
use crate::rules::tests::durations::durations;
use crate::rules::{Hit, Sink, rule};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

rule! {
    /// # What it checks
    ///
    /// Where the tests take longer than the budget, they are divided: by a matrix, by shards, or by a flag that runs them
    /// side by side (`pytest -n`, `--shard`, `--parallel`, `go test -parallel`). The time is that of the steps that run
    /// the tests, where the record of a run is in the input (see `run-over-budget`); or else that of the longest test report,
    /// as in `test-time-over-budget`.
    ///
    /// Not judged: input in which nothing says how long the tests took; jobs that no record tells of, where several jobs
    /// run tests, as it is not known which of them wrote the report; a test command that decides by itself (`make test`,
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
    /// - `max_seconds`: longest time of tests that run one after the other, as a number of seconds or with units,
    ///   `10m`, `90s` (default 600).
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
    max_seconds: Duration,
}

impl Default for Params {
    fn default() -> Self {
        Self { max_seconds: Duration::of_seconds(600.0) }
    }
}

const WHY: &str = "Tests that run one after the other on one runner take as long as all of them together.";

/// Programs that run tests one after the other unless told otherwise.
const SERIAL: [&str; 8] =
    ["pytest", "py.test", "python -m pytest", "python -m unittest", "rspec", "phpunit", "mocha", "cypress run"];

/// How long the tests of a job took, and where that is told.
struct Took<'e> {
    seconds: f64,
    file: &'e File<'e>,
    span: Span,
}

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let jobs: Vec<_> = evidence.jobs().filter_map(|job| Some((job, tests_of(evidence, job)?))).collect();
    let ran = ran(evidence);
    let (mut judged, mut longest) = (0, 0.0_f64);
    let mut hits = Vec::new();
    for (job, tests) in &jobs {
        let Some(took) =
            measured(&ran, *job, tests).or_else(|| if jobs.len() == 1 { reported(evidence) } else { None })
        else {
            continue;
        };
        judged += 1;
        longest = longest.max(took.seconds);
        let divided = job.job.has_matrix() || tests.iter().any(|(_, test)| is_divided(test));
        let serial = tests.iter().all(|(_, test)| SERIAL.contains(&test.label.as_str()));
        if !divided && serial && took.seconds > params.max_seconds.seconds() {
            hits.extend(hit(*job, tests, &took, params));
        }
    }
    sink.subjects(judged);
    for hit in hits {
        sink.finding(hit);
    }
    if judged > 0 {
        sink.fact(format!("{} whose tests have a time, the longest {}", count(judged, "job"), time(longest)));
    }
    if judged < jobs.len() {
        sink.fact(format!(
            "not judged: {} of whose tests nothing says how long they took",
            count(jobs.len() - judged, "job")
        ));
    }
}

/// The measured jobs of each job, by file and id.
type Ran<'e> = BTreeMap<(&'e str, &'e str), Vec<&'e MeasuredJob<'e>>>;

fn ran<'e>(evidence: &'e Evidence<'e>) -> Ran<'e> {
    let mut found = Ran::new();
    for run in &evidence.runs {
        for (measured, job) in run.jobs.iter().zip(evidence.jobs_of(run)).filter(|(measured, _)| measured.counts) {
            if let Some(job) = job {
                found.entry((job.file.path(), job.job.id)).or_default().push(measured);
            }
        }
    }
    found
}

/// The longest time that the steps with the tests took together in one run of a job.
fn measured<'e>(ran: &Ran<'e>, job: JobRef<'e>, tests: &[(StepRef<'e>, TestRun)]) -> Option<Took<'e>> {
    let with_tests: BTreeSet<usize> =
        tests.iter().filter(|(at, _)| at.job.is_some()).map(|(at, _)| at.step.index).collect();
    let mut longest: Option<Took<'e>> = None;
    for measured in ran.get(&(job.file.path(), job.job.id)).into_iter().flatten() {
        let steps = measured.job.steps.iter().zip(job.steps_of(measured));
        let steps = steps.filter(|(_, at)| at.is_some_and(|at| with_tests.contains(&at.step.index)));
        let timed: Vec<_> = steps.filter_map(|(step, _)| Some((step, seconds(step.milliseconds()?)))).collect();
        let Some((first, _)) = timed.first() else { continue };
        let sum = timed.iter().map(|(_, took)| took).sum();
        if longest.as_ref().is_none_or(|known| sum > known.seconds) {
            let span = Span { offset: first.span.offset, length: 0 };
            longest = Some(Took { seconds: sum, file: measured.file, span });
        }
    }
    longest
}

/// The time of the longest test report.
fn reported<'e>(evidence: &'e Evidence<'e>) -> Option<Took<'e>> {
    let runs = durations(evidence);
    let longest = runs.iter().max_by(|a, b| a.seconds.total_cmp(&b.seconds))?;
    let file = longest.report.file;
    Some(Took { seconds: longest.seconds, file, span: Span::default() })
}

fn hit<'e>(job: JobRef<'e>, tests: &[(StepRef<'e>, TestRun)], took: &Took<'e>, params: &Params) -> Option<Hit<'e>> {
    let (at, test) = tests.first()?;
    let span = at.step.run.as_ref().map_or_else(|| at.step.node.span(), |run| test.place(run));
    Some(Hit {
        file: at.file,
        span,
        path: at.step.node.path(),
        message: format!(
            "`{}` in job `{}` runs all tests one after the other: {} in {}, over the budget of {}",
            test.label,
            job.job.id,
            time(took.seconds),
            took.file.path(),
            params.max_seconds
        ),
        why: WHY,
        fix: Fix {
            text: "Run the tests side by side, or divide them over the legs of a matrix:\n\n    pytest -n auto\n\n    \
                   strategy: { matrix: { shard: [1, 2, 3, 4] } }\n"
                .to_owned(),
            edits: Vec::new(),
        },
        related: vec![(took.file, took.span, "measured here".to_owned())],
    })
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
