//! The rule `test-time-over-budget`.

use super::durations::durations;
use super::reports::admit_gaps;
use crate::evidence::Evidence;
use crate::model::Fix;
use crate::rules::support::params::Duration;
use crate::rules::support::words::count;
use crate::rules::{Hit, Sink, rule};
use serde::Deserialize;

rule! {
    /// # What it checks
    ///
    /// The tests of each report take no longer than the budget. The time is the one that the report declares for all of
    /// its suites, or else the sum over its cases, which counts cases that ran side by side one after the other. Files
    /// `TEST-*.xml` of one folder (Surefire, Gradle, Ant) are one report.
    ///
    /// # Why it matters
    ///
    /// People wait for short test runs, and walk away from long ones.
    ///
    /// # Example
    ///
    /// ```xml report/junit.xml
    /// <testsuite name="pytest" tests="1" time="412.5"><testcase classname="cart" name="adds tax" time="12"/></testsuite>
    /// ```
    ///
    /// # Instead
    ///
    /// ```xml report/junit.xml
    /// <testsuite name="pytest" tests="1" time="112.5"><testcase classname="cart" name="adds tax" time="12"/></testsuite>
    /// ```
    ///
    /// # Options
    ///
    /// - `max_seconds`: longest time of a report's tests, as a number of seconds or with units, `5m`, `90s` (default
    ///   300).
    ///
    /// # When to waive
    ///
    /// The tests run at night only.
    pub struct TestTimeOverBudget;
    id: "test-time-over-budget",
    family: Tests,
    level: Error,
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
        Self { max_seconds: Duration::of_seconds(300.0) }
    }
}

const WHY: &str = "People wait for short test runs, and walk away from long ones.";

const FIX: &str = "Divide the tests over several jobs, run them side by side, or speed up the slowest of them:\n\n    pytest -n \
                   auto\n    npx jest --shard=${{ matrix.shard }}/4\n";

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let runs = durations(evidence);
    let longest = runs.iter().map(|run| run.seconds).fold(0.0, f64::max);
    sink.subjects(runs.len());
    if !runs.is_empty() {
        sink.fact(format!("{} with a time, the longest {longest:.1} s", count(runs.len(), "test report")));
    }
    admit_gaps(evidence, sink);
    for run in runs.iter().filter(|run| run.seconds > params.max_seconds.seconds()) {
        let file = run.report.file;
        let what = if run.files > 1 {
            format!("the {} reports in {}", run.files, file.folder())
        } else {
            format!("the report {}", file.path())
        };
        sink.finding(Hit {
            file,
            span: run.report.suites.first().map_or_else(Default::default, |suite| suite.span),
            path: String::new(),
            message: format!(
                "the tests of {what} took {:.1} s, over the budget of {}",
                run.seconds, params.max_seconds
            ),
            why: WHY,
            fix: Fix { text: FIX.to_owned(), edits: Vec::new() },
            related: Vec::new(),
        });
    }
}
