//! Coverage over all reports, counted from the lines.

use super::Doc;
use crate::model::{Coverage, CoveredFile, FileKind, Ratio};
use crate::parse::coverage::{CoverageReport, CoveredSource};
use std::collections::BTreeMap;

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
