//! Test results and coverage over all reports, counted from their leaves.

use super::Doc;
use crate::model::{CaseRecord, CaseStatus, Coverage, CoveredFile, FileKind, Ratio, SuiteRecord, TestCounts, Tests};
use crate::parse::coverage::{CoverageReport, CoveredSource};
use crate::parse::test_results::{Case, Suite, TestReport};
use std::collections::BTreeMap;

/// Most failures and most slow cases that a report shows; counts are never cut.
const SHOWN_FAILURES: usize = 1_000;
const SHOWN_SLOWEST: usize = 50;

pub(super) fn tests(reports: &[Doc<'_, &TestReport>]) -> Option<Tests> {
    if reports.is_empty() {
        return None;
    }
    let mut tests = Tests::default();
    let mut slowest: Vec<(f64, &Doc<'_, &TestReport>, &Suite, &Case)> = Vec::new();
    for report in reports {
        for suite in &report.suites {
            let counts: TestCounts = suite.counts();
            tests.counts += counts;
            if !suite.cases.is_empty() {
                let file = report.file.path().to_owned();
                tests.suites.push(SuiteRecord { name: suite.name.to_string(), file, counts });
            }
            for case in &suite.cases {
                if matches!(case.status, CaseStatus::Failed | CaseStatus::Error)
                    && tests.failures.len() < SHOWN_FAILURES
                {
                    tests.failures.push(record(report, suite, case));
                }
                if let Some(seconds) = case.seconds.filter(|s| *s > 0.0) {
                    slowest.push((seconds, report, suite, case));
                }
            }
        }
        // A sort for each report keeps the list short without a heap.
        slowest.sort_by(|a, b| b.0.total_cmp(&a.0));
        slowest.truncate(SHOWN_SLOWEST);
    }
    tests.slowest = slowest.into_iter().map(|(_, report, suite, case)| record(report, suite, case)).collect();
    tests.counts.seconds = (tests.counts.seconds * 1e6).round() / 1e6;
    Some(tests)
}

fn record(report: &Doc<'_, &TestReport>, suite: &Suite, case: &Case) -> CaseRecord {
    CaseRecord {
        suite: suite.name.to_string(),
        class: case.class.to_string(),
        name: case.name.to_string(),
        status: case.status,
        seconds: case.seconds,
        message: case.message.to_string(),
        trace: case.trace.to_string(),
        file: report.file.path().to_owned(),
        line: report.file.line(case.span.offset),
    }
}

/// Reports of one format are merged by path and line. Formats are not mixed: they number branches and name paths in
/// different ways, and two formats are mostly two views of one run; the lower of them is the answer.
pub(super) fn coverage(reports: &[Doc<'_, &CoverageReport>]) -> Option<Coverage> {
    let mut formats: BTreeMap<FileKind, Vec<&CoverageReport>> = BTreeMap::new();
    for report in reports {
        formats.entry(report.file.source.kind).or_default().push(report.value);
    }
    let count = formats.len();
    let merged = formats.into_iter().map(|(kind, reports)| (kind, merge(&reports)));
    // A format that counts no lines cannot be the lowest in lines.
    let percent = |c: &Coverage| c.line.percent().unwrap_or(f64::INFINITY);
    let (kind, mut coverage) = merged.min_by(|a, b| percent(&a.1).total_cmp(&percent(&b.1)))?;
    "lines hit / lines instrumented, merged by path and line".clone_into(&mut coverage.definition);
    if count > 1 {
        coverage.definition = format!("{}; of {count} formats the lowest, {kind}", coverage.definition);
    }
    Some(coverage)
}

fn merge(reports: &[&CoverageReport]) -> Coverage {
    let mut sources: BTreeMap<String, CoveredSource> = BTreeMap::new();
    for source in reports.iter().flat_map(|report| &report.files) {
        let path = source.path.replace('\\', "/");
        let path = path.strip_prefix("./").unwrap_or(&path).to_owned();
        match sources.get_mut(&path) {
            Some(known) => known.merge(source),
            None => drop(sources.insert(path, source.clone())),
        }
    }
    let mut coverage =
        Coverage { definition: String::new(), line: Ratio::default(), branch: None, function: None, files: Vec::new() };
    for (path, source) in sources {
        let (line, branch, function) = (source.line(), source.branches, source.functions);
        coverage.line += line;
        add(&mut coverage.branch, branch);
        add(&mut coverage.function, function);
        let measured = |ratio: Ratio| (ratio.total > 0).then_some(ratio);
        coverage.files.push(CoveredFile { path, line, branch: measured(branch), function: measured(function) });
    }
    // Code without a source file is in no path; that of several reports is taken for different code.
    for unplaced in reports.iter().map(|report| report.unplaced()) {
        coverage.line += unplaced.line;
        add(&mut coverage.branch, unplaced.branch);
        add(&mut coverage.function, unplaced.function);
    }
    coverage
}

fn add(sum: &mut Option<Ratio>, ratio: Ratio) {
    if ratio.total > 0 {
        *sum.get_or_insert_default() += ratio;
    }
}
