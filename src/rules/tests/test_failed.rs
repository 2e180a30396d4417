//! The rule `test-failed`.

use super::cases::{is_allowed, name_of};
use super::reports::admit_gaps;
use crate::evidence::Evidence;
use crate::model::CaseStatus;
use crate::parse::test_results::{Suite, SuiteError};
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;

rule! {
    /// # What it checks
    ///
    /// No test case of any test report failed or ended in an error, and no suite reports a failure outside its cases (a
    /// set-up that broke, a file that could not be collected).
    ///
    /// A case counts as its report says it ended: one that failed and passed when it was run again (`flakyFailure`) has
    /// passed. So has one that passed in a later attempt of the same report, where the paths say that it is one
    /// (`results-attempt-2.xml`, `rerun/TEST-cart.xml`). Otherwise two cases of one name are two cases, because nobody says
    /// whether the second is a retry of the first. A report of which a part could not be read is no proof that nothing failed: without a finding the outcome
    /// is `no-evidence`.
    ///
    /// # Why it matters
    ///
    /// A failed test is the reason why the run exists, and a pipeline can stay green over it.
    ///
    /// # Example
    ///
    /// ```xml report/junit.xml
    /// <testsuite name="cart">
    ///   <testcase classname="cart.Total" name="adds tax" time="0.1"/>
    ///   <testcase classname="cart.Total" name="rounds" time="0.1"><failure message="expected 1.19, got 1.2"/></testcase>
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
    /// - `allow`: cases that may fail, as patterns on their name or on class and name with a blank between
    ///   (`["legacy.* *", "uploads a file"]`; `*` stands for anything but a slash, `**` for anything).
    ///
    /// # When to waive
    ///
    /// A known failure that somebody works on; a date says until when.
    pub struct TestFailed;
    id: "test-failed",
    family: Tests,
    level: Error,
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

const WHY: &str = "A failed test is the reason why the run exists, and a pipeline can stay green over it.";

const FIX: &str = "Repair what the test found, or the test. The report names the place:\n\n    ";

/// Longest part of a failure's message that a finding repeats, in characters.
const MESSAGE_WIDTH: usize = 160;

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let (mut executed, mut allowed) = (0, 0);
    for (index, report) in evidence.test_reports.iter().enumerate() {
        let mut take = |span, name: String, message: String| {
            spots.push(Spot { file: report.file, span, path: String::new(), message, detail: name, edits: Vec::new() });
        };
        for (suite, case) in evidence.counted_cases(index) {
            executed += usize::from(case.status != CaseStatus::Skipped);
            if !matches!(case.status, CaseStatus::Failed | CaseStatus::Error) {
                continue;
            }
            if is_allowed(case, &params.allow) {
                allowed += 1;
                continue;
            }
            let name = name_of(suite, case);
            let message = said(&format!("`{name}` {}", verb(case.status)), case.message());
            take(case.span, name, message);
        }
        for (suite, error) in report.errors_outside_cases() {
            take(error.span, suite.name.to_string(), outside(suite, error));
        }
    }
    sink.subjects(executed);
    if executed > 0 || !spots.is_empty() {
        let reports = evidence.test_reports.len();
        sink.fact(format!(
            "{} in {}, {}",
            count(executed, "executed case"),
            count(reports, "report"),
            count(spots.len(), "failure")
        ));
    }
    if allowed > 0 {
        sink.fact(format!("allowed by the policy: {}", count(allowed, "failed case")));
    }
    admit_gaps(evidence, sink);
    sink.once_a_file(
        spots,
        WHY,
        |group| {
            let first = group.first().map_or("", |spot| spot.message.as_str());
            format!("{} tests failed; the first: {first}", group.len())
        },
        |group| {
            let names: Vec<&str> = group.iter().take(5).map(|spot| spot.detail.as_str()).collect();
            format!("{FIX}{}\n", names.join("\n    "))
        },
    );
}

const fn verb(status: CaseStatus) -> &'static str {
    if matches!(status, CaseStatus::Error) { "ended in an error" } else { "failed" }
}

fn outside(suite: &Suite, error: &SuiteError) -> String {
    let of = if suite.name.is_empty() { "a suite".to_owned() } else { format!("suite `{}`", suite.name) };
    said(&format!("{of} {} outside its cases", verb(error.status)), &error.message)
}

/// A statement and the first line of what the failure says.
fn said(what: &str, message: &str) -> String {
    let line = message.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let short: String = line.chars().take(MESSAGE_WIDTH).collect();
    match (short.is_empty(), short.len() < line.len()) {
        (true, _) => what.to_owned(),
        (false, cut) => format!("{what}: {short}{}", if cut { "…" } else { "" }),
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::{self, Request};
    use crate::input::{Content, Limits, Origin, RawFile};
    use crate::model::Level;

    #[test]
    fn a_finding_lists_twenty_other_failures_and_says_how_many_it_leaves_out() {
        let cases = (0..25).map(|n| format!("<testcase name=\"case {n}\"><failure message=\"no\"/></testcase>\n"));
        let text = format!("<testsuite name=\"s\">\n{}</testsuite>\n", cases.collect::<String>());
        let policy =
            engine::load_policy("p.yml", Some("version: 1\nrules:\n  test-failed: error\n"), &|_| None).unwrap();
        let files =
            vec![RawFile { path: "junit.xml".to_owned(), content: Content::Bytes(text.into()), origin: Origin::Tree }];
        let today = "2026-11-23".parse().unwrap();
        let report = engine::analyze(
            Request { files, limits: Limits::default(), fail_on: Level::Error, today, baseline: None },
            &policy,
        );
        let finding = &report.findings[0];
        assert_eq!((report.findings.len(), finding.related.len(), report.outcomes[0].failing), (1, 20, 25));
        assert_eq!(
            finding.message,
            "25 tests failed; the first: `s case 0` failed: no (4 of them are not listed here)"
        );
    }
}
