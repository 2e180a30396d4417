//! How long the tests of a report took.

use crate::evidence::{Doc, Evidence, File};
use crate::parse::test_results::TestReport;
use std::collections::BTreeMap;

/// Reports that one run of a test program wrote, and the time that they say it took.
#[derive(Debug)]
pub(in crate::rules) struct Timed<'e> {
    /// The first of its files.
    pub(in crate::rules) report: &'e Doc<'e, &'e TestReport<'e>>,
    /// Number of its files.
    pub(in crate::rules) files: usize,
    /// Seconds.
    pub(in crate::rules) seconds: f64,
}

/// The times of all runs whose reports say one. Surefire, Gradle and Ant write a file `TEST-*.xml` for each class, so
/// those of one folder count together; every other report is a run of its own.
pub(in crate::rules) fn durations<'e>(evidence: &'e Evidence<'e>) -> Vec<Timed<'e>> {
    let mut runs: BTreeMap<&str, Timed<'e>> = BTreeMap::new();
    for report in &evidence.test_reports {
        let Some(seconds) = seconds(report.value) else { continue };
        let run = runs.entry(run_of(report.file)).or_insert(Timed { report, files: 0, seconds: 0.0 });
        run.files += 1;
        run.seconds += seconds;
    }
    runs.into_values().collect()
}

fn run_of<'e>(file: &File<'e>) -> &'e str {
    if file.name().starts_with("TEST-") { file.folder() } else { file.path() }
}

/// What the report declares, which is wall-clock time mostly; or else the sum over its cases.
fn seconds(report: &TestReport<'_>) -> Option<f64> {
    let declared = report.declared.and_then(|declared| declared.seconds).filter(|seconds| *seconds > 0.0);
    declared.or_else(|| Some(report.cases().filter_map(|(_, case)| case.seconds).sum()).filter(|sum: &f64| *sum > 0.0))
}
