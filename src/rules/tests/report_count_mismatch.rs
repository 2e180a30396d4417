//! The rule `report-count-mismatch`.

use super::reports::{admit_gaps, cut_off};
use crate::evidence::Evidence;
use crate::model::{CaseStatus, DeclaredCounts, Span};
use crate::parse::test_results::{Case, Suite, TestReport};
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};
use std::collections::BTreeSet;

rule! {
    /// # What it checks
    ///
    /// What a test report declares of itself (`tests="12" failures="0"`) can be what its cases are. Tollgate counts the
    /// cases; other tools show what is declared. A suite is compared with its own cases, and a report without inner suites
    /// with all of them.
    ///
    /// Programs count differently, so that several numbers are right: with or without the skipped cases, each try of a test
    /// or only the last, each failed assertion or only the case, an error of the set-up as a test or not; pytest counts
    /// subtests that it does not list. A finding is only what no way of counting explains: more tests than cases and tries,
    /// fewer tests than cases that ran, fewer failures than cases that failed, failures where no case failed.
    ///
    /// Not judged: reports that declare nothing or that could not be read whole, and suites that hold other suites, which
    /// some programs count with and some without them.
    ///
    /// # Why it matters
    ///
    /// A report whose numbers and cases disagree was cut, filtered or joined wrongly, and a failure may be what is missing.
    ///
    /// # Example
    ///
    /// ```xml report/junit.xml
    /// <testsuite name="cart" tests="3" failures="1">
    ///   <testcase classname="cart.Total" name="adds tax" time="0.1"/>
    ///   <testcase classname="cart.Total" name="rounds" time="0.1"/>
    /// </testsuite>
    /// ```
    ///
    /// # Instead
    ///
    /// ```xml report/junit.xml
    /// <testsuite name="cart" tests="2" failures="0">
    ///   <testcase classname="cart.Total" name="adds tax" time="0.1"/>
    ///   <testcase classname="cart.Total" name="rounds" time="0.1"/>
    /// </testsuite>
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// The program that writes the report counts in a way of its own, and nobody reads its sums.
    pub struct ReportCountMismatch;
    id: "report-count-mismatch",
    family: Tests,
    level: Warning,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "A report whose numbers and cases disagree was cut, filtered or joined wrongly, and a failure may be what is missing.";

const FIX: &str = "Upload the report as the test program wrote it; where files are joined, let the program join them or keep \
                   them apart:\n\n    path: reports/**/*.xml\n";

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let cut = cut_off(evidence);
    let mut spots = Vec::new();
    let mut declaring = 0;
    for report in &evidence.test_reports {
        let declares = report.declared.is_some() || report.suites.iter().any(|suite| suite.declared.is_some());
        if !declares || cut.binary_search(&report.file.path()).is_ok() {
            continue;
        }
        declaring += 1;
        for (span, message) in mismatches(report.value) {
            spots.push(Spot {
                file: report.file,
                span,
                path: String::new(),
                message,
                detail: String::new(),
                edits: Vec::new(),
            });
        }
    }
    sink.subjects(declaring);
    if declaring > 0 {
        let reports: BTreeSet<&str> = spots.iter().map(|spot| spot.file.path()).collect();
        let reports = declaring - reports.len();
        sink.fact(format!(
            "{} that declare counts, {reports} in agreement with their cases",
            count(declaring, "report")
        ));
    }
    admit_gaps(evidence, sink);
    sink.once_a_file(
        spots,
        WHY,
        |group| {
            let first = group.first().map_or("", |spot| spot.message.as_str());
            format!("the counts of {} suites disagree with their cases; the first: {first}", group.len())
        },
        |_| FIX.to_owned(),
    );
}

/// The suites whose counts nothing explains; without one, the report as a whole.
fn mismatches(report: &TestReport<'_>) -> Vec<(Span, String)> {
    let subtests = report.producer == "pytest";
    let mut found = Vec::new();
    for (at, suite) in report.suites.iter().enumerate() {
        // An outer suite stands before its inner ones.
        let has_inner = report.suites.get(at + 1).is_some_and(|next| next.nested && may_hold(suite, next));
        let Some(declared) = suite.declared.filter(|_| !has_inner) else { continue };
        let counted = Counted::of(std::slice::from_ref(suite));
        if let Some(flaw) = counted.flaw(&declared, subtests) {
            let name = if suite.name.is_empty() { "a suite".to_owned() } else { format!("suite `{}`", suite.name) };
            found.push((suite.span, format!("{name} {flaw}")));
        }
    }
    let nested = report.suites.iter().any(|suite| suite.nested);
    if let Some(declared) = report.declared.filter(|_| found.is_empty() && !nested)
        && let Some(flaw) = Counted::of(&report.suites).flaw(&declared, subtests)
    {
        let span = report.suites.first().map_or_else(Span::default, |suite| suite.span);
        found.push((span, format!("the report {flaw}")));
    }
    found
}

/// Whether the nested suite behind a suite may be an inner one of it: names of inner suites go on from the outer ones.
fn may_hold(suite: &Suite, next: &Suite) -> bool {
    let goes_on = |rest: &str| rest.is_empty() || suite.name.is_empty() || rest.starts_with(" > ");
    !suite.nested || next.name.strip_prefix(&*suite.name).is_some_and(goes_on)
}

/// Cases by all the ways in which they may be counted.
#[derive(Debug, Default)]
struct Counted {
    cases: u64,
    /// Cases and their earlier tries.
    tries: u64,
    /// Different tests that ran, those that ended in an error left out: an error of the set-up may be no test.
    ran: u64,
    failed: u64,
    errors: u64,
    /// Errors and failures that belong to no case.
    outside: u64,
    /// Cases that a program may count as failed though they are not: flaky, expected to fail, without a verdict.
    doubtful: u64,
}

impl Counted {
    fn of(suites: &[Suite]) -> Self {
        let mut counted = Self::default();
        for suite in suites {
            let mut ran: BTreeSet<(&str, &str, &str)> = BTreeSet::new();
            for case in &suite.cases {
                counted.take(case);
                if case.ran() && case.status != CaseStatus::Error {
                    ran.insert(case.identity());
                }
            }
            counted.ran += ran.len() as u64;
            counted.outside += suite.errors_outside_cases.len() as u64;
        }
        counted
    }

    fn take(&mut self, case: &Case<'_>) {
        self.cases += 1;
        self.tries += u64::from(case.attempts.max(1));
        match case.status {
            CaseStatus::Failed => self.failed += 1,
            CaseStatus::Error => self.errors += 1,
            CaseStatus::Flaky => self.doubtful += 1,
            CaseStatus::Skipped if case.ran() => self.doubtful += 1,
            CaseStatus::Passed | CaseStatus::Skipped => {}
        }
    }

    /// What no way of counting explains.
    fn flaw(&self, declared: &DeclaredCounts, subtests: bool) -> Option<String> {
        if let Some(tests) = declared.tests {
            let most = self.tries.max(self.cases) + self.outside;
            if tests > most && !(subtests && self.cases > 0) {
                return Some(format!("declares {} and has {}", some(tests, "test"), cases(self.cases)));
            }
            if tests < self.ran {
                return Some(format!(
                    "declares {} and has {} of which {} ran",
                    some(tests, "test"),
                    cases(self.cases),
                    self.ran
                ));
            }
        }
        let bad = declared.failures?.saturating_add(declared.errors.unwrap_or(0));
        let least = self.failed + if declared.errors.is_some() { self.errors } else { 0 };
        if bad < least {
            return Some(format!("declares {bad} as failed, and {} failed", cases(least)));
        }
        if bad > 0 && self.failed + self.errors + self.outside + self.doubtful == 0 {
            return Some(format!("declares {bad} as failed, and no case of it failed"));
        }
        None
    }
}

fn cases(n: u64) -> String {
    some(n, "case")
}

/// A number as declared, which may be any.
fn some(n: u64, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}
