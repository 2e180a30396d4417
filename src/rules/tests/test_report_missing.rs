//! The rule `test-report-missing`.

use super::reports::{admit_gaps, cut_off};
use crate::evidence::Evidence;
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, rule};

rule! {
    /// # What it checks
    ///
    /// At least one test report, in any format that `tollgate inspect` knows, was given and could be read whole. Otherwise the outcome is `no-evidence`,
    /// which is never a pass.
    ///
    /// # Why it matters
    ///
    /// Without a report nobody can say whether the tests ran, and a green run proves nothing about them.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: pytest
    /// ```
    ///
    /// # Instead
    ///
    /// Let the tests write a report (`pytest --junitxml=report/junit.xml`) and give it with the workflow:
    ///
    /// ```xml report/junit.xml
    /// <testsuite name="cart"><testcase classname="cart.Total" name="adds tax"/></testsuite>
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// Where the check has to work without a run, turn the rule off instead: missing evidence has no place to waive.
    pub struct TestReportMissing;
    id: "test-report-missing",
    family: Tests,
    level: Error,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let unsure = cut_off(evidence);
    let whole =
        evidence.test_reports.iter().filter(|report| unsure.binary_search(&report.file.path()).is_err()).count();
    if whole > 0 {
        sink.subjects(whole);
        sink.fact(format!("{} read whole", count(whole, "test report")));
    } else if unsure.is_empty() {
        sink.no_evidence("no test report was given");
    } else {
        admit_gaps(evidence, sink);
    }
}
