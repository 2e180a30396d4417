//! The rule `slow-test`.

use super::reports::admit_gaps;
use crate::evidence::Evidence;
use crate::rules::support::params::Duration;
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;

rule! {
    /// # What it checks
    ///
    /// No test case takes longer than its budget. A case without a time in the report is not judged.
    ///
    /// # Why it matters
    ///
    /// One slow test holds up everybody who waits for the run, on every change.
    ///
    /// # Example
    ///
    /// ```xml report/junit.xml
    /// <testsuite name="pytest" tests="1"><testcase classname="cart" name="adds tax" time="48.2"/></testsuite>
    /// ```
    ///
    /// # Instead
    ///
    /// ```xml report/junit.xml
    /// <testsuite name="pytest" tests="1"><testcase classname="cart" name="adds tax" time="0.2"/></testsuite>
    /// ```
    ///
    /// # Options
    ///
    /// - `max_seconds`: longest time of a case, as a number of seconds or with units, `30s`, `1m` (default 30).
    ///
    /// # When to waive
    ///
    /// The case has to wait for something slow, and runs at night only.
    pub struct SlowTest;
    id: "slow-test",
    family: Tests,
    level: Warning,
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
        Self { max_seconds: Duration::of_seconds(30.0) }
    }
}

const WHY: &str = "One slow test holds up everybody who waits for the run, on every change.";

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let limit = params.max_seconds;
    let mut spots = Vec::new();
    let (mut timed, mut slowest) = (0, 0.0_f64);
    for report in &evidence.test_reports {
        for (_, case) in report.cases() {
            let Some(seconds) = case.seconds else { continue };
            timed += 1;
            slowest = slowest.max(seconds);
            if seconds > limit.seconds() {
                spots.push(Spot {
                    file: report.file,
                    span: case.span,
                    path: String::new(),
                    message: format!("`{}` took {seconds:.1} s, over the budget of {limit}", case.name),
                    detail: format!("`{}` with {seconds:.1} s", case.name),
                    edits: Vec::new(),
                });
            }
        }
    }
    sink.subjects(timed);
    if timed > 0 {
        sink.fact(format!("{} with a time, the longest {slowest:.1} s", count(timed, "test case")));
    }
    admit_gaps(evidence, sink);
    sink.once_a_file(
        spots,
        WHY,
        |group| {
            let first = group.first().map_or("", |spot| spot.detail.as_str());
            format!("{} test cases took longer than {limit}; the first: {first}", group.len())
        },
        |_| {
            "Find out what the test waits for (a sleep, a timeout, a service that starts again for each case), or move it \
             to a run that nobody waits for."
                .to_owned()
        },
    );
}
