//! The rule `tests-disappeared`.

use crate::evidence::Evidence;
use crate::model::{FileStatus, Fix, Span, Tests};
use crate::rules::support::words::count;
use crate::rules::{Hit, Sink, rule};
use serde::Deserialize;
use std::collections::BTreeMap;

rule! {
    /// # What it checks
    ///
    /// The run has no fewer different tests than the baseline (`--baseline`), by more than the tolerance. The suites that
    /// have fewer, or that are gone, are named. Tests are counted, not compared by name: one that was renamed is still
    /// there, and the same test in several environments is one.
    ///
    /// Without a baseline, or with one without tests, the rule does not apply. Tests that the baseline has, where this run
    /// has no test report or one that could be read only in part, are `no-evidence`.
    ///
    /// With a baseline the rule is on, unless the policy turns it off.
    ///
    /// # Why it matters
    ///
    /// A shard that did not run, or a folder that the runner no longer finds, looks like a run in which all tests passed.
    ///
    /// # Example
    ///
    /// ```json baseline.json
    /// { "schema": "tollgate-report/1", "findings": [],
    ///   "tests": { "total": 2, "passed": 2, "failed": 0, "errors": 0, "skipped": 0, "flaky": 0, "seconds": 0.5,
    ///              "distinct": 2, "suites": [], "failures": [], "slowest": [] } }
    /// ```
    ///
    /// ```xml junit.xml
    /// <testsuite name="cart">
    ///   <testcase classname="cart" name="adds"/>
    /// </testsuite>
    /// ```
    ///
    /// # Instead
    ///
    /// ```json baseline.json
    /// { "schema": "tollgate-report/1", "findings": [],
    ///   "tests": { "total": 2, "passed": 2, "failed": 0, "errors": 0, "skipped": 0, "flaky": 0, "seconds": 0.5,
    ///              "distinct": 2, "suites": [], "failures": [], "slowest": [] } }
    /// ```
    ///
    /// ```xml junit.xml
    /// <testsuite name="cart">
    ///   <testcase classname="cart" name="adds"/>
    ///   <testcase classname="cart" name="removes"/>
    /// </testsuite>
    /// ```
    ///
    /// # Options
    ///
    /// - `tolerance`: how many tests may be gone (default 0).
    ///
    /// # When to waive
    ///
    /// A change that takes out code and its tests.
    pub struct TestsDisappeared;
    id: "tests-disappeared",
    family: Tests,
    level: Warning,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    tolerance: u64,
}

const WHY: &str =
    "A shard that did not run, or a folder that is no longer found, looks like a run whose tests all passed.";
const FIX: &str = "See whether these suites ran, and whether their reports are among the evidence. If they were taken out \
                   on purpose, make a new baseline.";
/// Suites that a message names.
const SHOWN: usize = 5;

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let Some(before) = evidence.baseline.and_then(|baseline| baseline.tests.as_ref()) else {
        let what = if evidence.baseline.is_some() { "the baseline has no tests" } else { "no baseline was given" };
        sink.fact(what);
        return;
    };
    let (Some(now), Some(report)) = (&evidence.tests, evidence.test_reports.first()) else {
        sink.no_evidence("the baseline has tests, and no test report was given");
        return;
    };
    sink.subjects(1);
    let [is, was] = [now, before].map(|tests| if tests.distinct > 0 { tests.distinct } else { tests.counts.total });
    let said =
        format!("{}, and {was} in the baseline", count(usize::try_from(is).unwrap_or(usize::MAX), "different test"));
    sink.fact(said.clone());
    let gone = was.saturating_sub(is);
    if gone <= params.tolerance {
        return;
    }
    let broken = evidence.readings.iter().find(|reading| {
        reading.file.source.kind.is_test_report()
            && matches!(reading.status, FileStatus::PartlyRead | FileStatus::Unreadable)
    });
    if let Some(reading) = broken {
        sink.no_evidence(format!("{} could not be read whole, so nobody knows what it held", reading.file.path()));
        return;
    }
    let suites = shrunk(now, before);
    let names: Vec<String> = suites.iter().take(SHOWN).map(|(name, lost)| format!("`{name}` ({lost})")).collect();
    let more = suites.len().saturating_sub(SHOWN);
    let list = match (names.as_slice(), more) {
        ([], _) => String::new(),
        (_, 0) => format!("; fewer are in {}", names.join(", ")),
        (_, more) => format!("; fewer are in {} and {}", names.join(", "), count(more, "other suite")),
    };
    sink.finding(Hit {
        file: report.file,
        span: Span::default(),
        path: String::new(),
        message: format!("{said}: {gone} fewer{list}"),
        why: WHY,
        fix: Fix { text: FIX.to_owned(), edits: Vec::new() },
        related: Vec::new(),
    });
}

/// Suites by name with how many cases they lost, the greatest loss first.
fn shrunk<'t>(now: &'t Tests, before: &'t Tests) -> Vec<(&'t str, u64)> {
    let mut suites: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for suite in &before.suites {
        suites.entry(&suite.name).or_default().0 += suite.counts.total;
    }
    for suite in &now.suites {
        suites.entry(&suite.name).or_default().1 += suite.counts.total;
    }
    let lost = suites.into_iter().map(|(name, (was, is))| (name, was.saturating_sub(is)));
    let mut lost: Vec<(&str, u64)> = lost.filter(|(_, lost)| *lost > 0).collect();
    lost.sort_by(|a, b| (b.1, a.0).cmp(&(a.1, b.0)));
    lost
}
