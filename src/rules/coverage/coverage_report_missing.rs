//! The rule `coverage-report-missing`.

use crate::evidence::Evidence;
use crate::model::FileStatus;
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, rule};

rule! {
    /// # What it checks
    ///
    /// At least one coverage report that can be read, in any format that `tollgate inspect` knows, is among the files.
    ///
    /// This is a demand for evidence: where it is missing, the outcome is `no-evidence` without a finding, and at the
    /// level that fails the gate the verdict is "incomplete".
    ///
    /// # Why it matters
    ///
    /// A threshold that was compared with nothing looks like a threshold that holds.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: pytest --cov --cov-report=xml
    /// ```
    ///
    /// # Instead
    ///
    /// Give the report that the run wrote together with the tree:
    ///
    /// ```text lcov.info
    /// SF:src/cart.js
    /// DA:1,4
    /// DA:2,4
    /// end_of_record
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// The policy is used for a repository whose language has no coverage tool; turn the rule off there.
    pub struct CoverageReportMissing;
    id: "coverage-report-missing",
    family: Coverage,
    level: Error,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

fn check(evidence: &Evidence<'_>, _params: &NoParams, sink: &mut Sink<'_>) {
    let reports = evidence.coverage_reports.len();
    sink.subjects(reports);
    if reports > 0 {
        sink.fact(count(reports, "coverage report"));
        return;
    }
    let unreadable = evidence
        .readings
        .iter()
        .filter(|reading| reading.status == FileStatus::Unreadable && reading.file.source.kind.is_coverage());
    match unreadable.count() {
        0 => sink.no_evidence(
            "no coverage report was given (Cobertura, JaCoCo, LCOV or another format that `tollgate inspect` knows)",
        ),
        count => sink.no_evidence(format!("{count} coverage reports were given and none of them can be read")),
    }
}
