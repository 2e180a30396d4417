//! The rule `no-tests-ran`.

use super::reports::{admit_gaps, cut_off};
use crate::evidence::{Doc, Evidence};
use crate::parse::test_results::TestReport;
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};
use std::collections::BTreeSet;

rule! {
    /// # What it checks
    ///
    /// Every test report has at least one case that ran: passed, failed, ended in an error, or failed as its author
    /// expected. A report without cases, and one whose cases were all skipped, prove nothing.
    ///
    /// A report whose cases were all skipped is let pass when another report in the same folder has a case that ran, as
    /// many programs write one file for each class or spec. So is a report without cases when it is named `TEST-*.xml`
    /// (Surefire, Gradle, Ant). Of a report that could not be read whole nothing is said, and the outcome is
    /// `no-evidence`.
    ///
    /// # Why it matters
    ///
    /// A wrong filter or an empty folder makes a test run that is quick, green and worthless.
    ///
    /// # Example
    ///
    /// ```xml report/junit.xml
    /// <testsuites><testsuite name="pytest" tests="0" failures="0"/></testsuites>
    /// ```
    ///
    /// # Instead
    ///
    /// ```xml report/junit.xml
    /// <testsuites><testsuite name="pytest" tests="1"><testcase classname="cart" name="adds tax"/></testsuite></testsuites>
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// The tests of a suite are all switched off for a while, and somebody knows until when.
    pub struct NoTestsRan;
    id: "no-tests-ran",
    family: Tests,
    level: Error,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "A wrong filter or an empty folder makes a test run that is quick, green and worthless.";

const FIX: &str = "Look at what the test command selects, and let it fail when it finds nothing (pytest does by itself):\n\n    \
                   npx jest --passWithNoTests=false\n    dotnet test -- RunConfiguration.TreatNoTestsAsError=true\n";

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let unsure = cut_off(evidence);
    let reports = &evidence.test_reports;
    let active: BTreeSet<&str> = reports.iter().filter(|r| executed(r) > 0).map(|r| r.file.folder()).collect();
    let mut spots = Vec::new();
    let (mut judged, mut ran) = (0, 0);
    for report in reports {
        let (cases, count) = (report.cases().count(), executed(report));
        ran += count;
        let whole = unsure.binary_search(&report.file.path()).is_err();
        // What could be read has a case that ran, whatever follows.
        if whole || count > 0 {
            judged += 1;
        }
        if count > 0 || !whole || is_part_of_a_run(report, cases, &active) {
            continue;
        }
        let path = report.file.path();
        let message = match cases {
            0 => format!("the test report {path} has no test case"),
            1 => format!("the only test case of the report {path} was skipped"),
            cases => format!("all {cases} test cases of the report {path} were skipped"),
        };
        spots.push(Spot {
            file: report.file,
            span: report.suites.first().map_or_else(Default::default, |suite| suite.span),
            path: String::new(),
            message,
            detail: String::new(),
            edits: Vec::new(),
        });
    }
    sink.subjects(judged);
    if judged > 0 {
        sink.fact(format!("{} with {}", count(judged, "test report"), count(ran, "executed case")));
    }
    admit_gaps(evidence, sink);
    sink.once_a_file(
        spots,
        WHY,
        |group| group.first().map_or(String::new(), |spot| spot.message.clone()),
        |_| FIX.to_owned(),
    );
}

fn executed(report: &TestReport<'_>) -> usize {
    report.cases().filter(|(_, case)| case.ran()).count()
}

/// Whether a report without an executed case is one of several files of a run that executed some.
fn is_part_of_a_run(report: &Doc<'_, &TestReport<'_>>, cases: usize, active: &BTreeSet<&str>) -> bool {
    active.contains(report.file.folder()) && (cases > 0 || report.file.name().starts_with("TEST-"))
}
