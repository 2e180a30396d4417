//! The rule `flaky-test`.

use super::cases::{is_allowed, met, name_of};
use super::reports::admit_gaps;
use crate::evidence::{Evidence, File};
use crate::model::{CaseStatus, Span};
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;
use std::collections::BTreeSet;

rule! {
    /// # What it checks
    ///
    /// No test both failed and passed in one run: no case whose report tells of a failed try before it passed
    /// (`flakyFailure` and `rerunFailure` of Surefire, retries of Playwright and Jest), none that passed in a later attempt
    /// of the same report (`results-attempt-2.xml`, `rerun/TEST-cart.xml`), and none that failed in a report and passed in
    /// one beside it that holds a part of the same tests.
    ///
    /// Not judged: a name that stands twice in one report, which may be two tests (see `duplicate-test-case`), and reports of
    /// several environments (see `inconsistent-test-result`).
    ///
    /// # Why it matters
    ///
    /// Whoever sees a test fail without a reason reads the next failure as one without a reason, too.
    ///
    /// # Example
    ///
    /// ```xml report/junit.xml
    /// <testsuite name="cart">
    ///   <testcase classname="cart.Total" name="adds tax" time="0.1"/>
    ///   <testcase classname="cart.Total" name="rounds" time="0.1"><flakyFailure message="timed out"/></testcase>
    /// </testsuite>
    /// ```
    ///
    /// # Instead
    ///
    /// ```xml report/junit.xml
    /// <testsuite name="cart">
    ///   <testcase classname="cart.Total" name="adds tax" time="0.1"/>
    ///   <testcase classname="cart.Total" name="rounds" time="0.1"/>
    /// </testsuite>
    /// ```
    ///
    /// # Options
    ///
    /// - `allow`: cases that may be flaky, as patterns on their name or on class and name with a blank between
    ///   (`["legacy.* *"]`; `*` stands for anything but a slash, `**` for anything).
    ///
    /// # When to waive
    ///
    /// The test shows a fault that is known and that somebody works on; a date says until when.
    pub struct FlakyTest;
    id: "flaky-test",
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
    allow: Vec<String>,
}

const WHY: &str = "Whoever sees a test fail without a reason reads the next failure as one without a reason, too.";

const FIX: &str = "Find what differs between the tries (time, order, a port, what another test left behind), and take the \
                   test out of the run until it is repaired:\n\n    ";

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    // A test that is flaky in its report and failed in another attempt is one.
    let mut told: BTreeSet<(&str, Span)> = BTreeSet::new();
    let (mut ran, mut allowed) = (0, 0);
    for cases in &evidence.repeats.unstable {
        let cases = met(evidence, cases);
        let one_report =
            cases.windows(2).all(|pair| pair.first().map(|a| a.file.path()) == pair.last().map(|b| b.file.path()));
        let (Some(bad), Some(good)) =
            (cases.iter().find(|met| met.case.is_bad()), cases.iter().find(|met| met.case.is_good()))
        else {
            continue;
        };
        if one_report {
            continue;
        }
        told.extend(cases.iter().map(|met| (met.file.path(), met.span())));
        if is_allowed(bad.case, &params.allow) {
            allowed += 1;
            continue;
        }
        let name = name_of(bad.suite, bad.case);
        let message = format!("`{name}` {} here and {} in {}", bad.verb(), good.verb(), good.file.path());
        spots.push(spot(bad.file, bad.span(), name, message));
    }
    for (index, report) in evidence.test_reports.iter().enumerate() {
        for (suite, case) in evidence.counted_cases(index) {
            ran += usize::from(case.ran());
            if case.status != CaseStatus::Flaky || told.contains(&(report.file.path(), case.span)) {
                continue;
            }
            if is_allowed(case, &params.allow) {
                allowed += 1;
                continue;
            }
            let name = name_of(suite, case);
            let tries = tries(case.attempts.saturating_sub(1));
            let message = format!("`{name}` passed after {tries}");
            spots.push(spot(report.file, case.span, name, message));
        }
    }
    sink.subjects(ran);
    if ran > 0 {
        sink.fact(format!("{}, {} flaky", count(ran, "executed case"), spots.len()));
    }
    if allowed > 0 {
        sink.fact(format!("allowed by the policy: {}", count(allowed, "flaky case")));
    }
    admit_gaps(evidence, sink);
    sink.once_a_file(
        spots,
        WHY,
        |group| {
            let first = group.first().map_or("", |spot| spot.message.as_str());
            format!("{} tests are flaky; the first: {first}", group.len())
        },
        |group| {
            let names: Vec<&str> = group.iter().take(5).map(|spot| spot.detail.as_str()).collect();
            format!("{FIX}{}\n", names.join("\n    "))
        },
    );
}

fn tries(failed: u32) -> String {
    match failed {
        0 => "a failed try".to_owned(),
        1 => "1 failed try".to_owned(),
        failed => format!("{failed} failed tries"),
    }
}

fn spot<'e>(file: &'e File<'e>, span: Span, name: String, message: String) -> Spot<'e> {
    Spot { file, span, path: String::new(), message, detail: name, edits: Vec::new() }
}
