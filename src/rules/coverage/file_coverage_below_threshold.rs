//! The rule `file-coverage-below-threshold`.

use super::limits::limit;
use super::percent::{Percent, needed, root, rounded_down};
use crate::evidence::{Evidence, File};
use crate::model::{Coverage, CoverageLimit, CoverageMetric, Ratio, Span};
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;
use std::collections::BTreeMap;

rule! {
    /// # What it checks
    ///
    /// No source file of the coverage reports has a lower coverage of lines than the policy demands. Files with few lines
    /// are left out: of five lines one is worth a fifth. Coverage is counted from the lines of all reports, merged by path
    /// and line, and compared without rounding.
    ///
    /// # Why it matters
    ///
    /// A good average hides the one module that nobody tests.
    ///
    /// # Example
    ///
    /// ```text lcov.info
    /// SF:src/cart.js
    /// DA:1,4
    /// DA:2,0
    /// DA:3,0
    /// DA:4,0
    /// DA:5,0
    /// DA:6,0
    /// DA:7,0
    /// DA:8,0
    /// DA:9,0
    /// DA:10,0
    /// end_of_record
    /// ```
    ///
    /// # Instead
    ///
    /// ```text lcov.info
    /// SF:src/cart.js
    /// DA:1,4
    /// DA:2,4
    /// DA:3,4
    /// DA:4,4
    /// DA:5,4
    /// DA:6,4
    /// DA:7,4
    /// DA:8,4
    /// DA:9,0
    /// DA:10,0
    /// end_of_record
    /// ```
    ///
    /// # Options
    ///
    /// - `line`: lowest coverage of lines of each file, in percent (default 80).
    /// - `min_lines`: instrumented lines from which on a file is looked at (default 10).
    ///
    /// # When to waive
    ///
    /// A file that only tests on a device or by hand can reach; name it in the waiver.
    pub struct FileCoverageBelowThreshold;
    id: "file-coverage-below-threshold",
    family: Coverage,
    level: Warning,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    line: Percent,
    min_lines: u64,
}

impl Default for Params {
    fn default() -> Self {
        Self { line: Percent(80.0), min_lines: 10 }
    }
}

const WHY: &str = "A good average hides the one module that nobody tests.";

/// Files that a fix for several names.
const SHOWN_FILES: usize = 5;

/// The limit for the report: of the files with enough lines, those that reach it.
pub(super) fn in_force(params: &Params, coverage: &Coverage) -> CoverageLimit {
    let Percent(percent) = params.line;
    let mut files = Ratio::default();
    for file in coverage.files.iter().filter(|file| file.line.total >= params.min_lines) {
        if let Some(measured) = file.line.percent() {
            files += Ratio { covered: u64::from(measured >= percent), total: 1 };
        }
    }
    let shown = limit::<FileCoverageBelowThreshold>(CoverageMetric::File, percent, Some(files));
    CoverageLimit { met: shown.met.map(|_| files.covered == files.total), ..shown }
}

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let (Some(coverage), Some(report)) = (&evidence.coverage, evidence.coverage_report()) else {
        sink.fact("no coverage report was given");
        return;
    };
    let Percent(percent) = params.line;
    let (mut judged, mut small) = (0, 0);
    let mut spots = Vec::new();
    let mut of_path: BTreeMap<&str, &File<'_>> = BTreeMap::new();
    for report in evidence.coverage_reports.iter().filter(|other| other.file.source.kind == report.file.source.kind) {
        for source in &report.value.files {
            of_path.entry(&source.path).or_insert(report.file);
        }
    }
    for file in &coverage.files {
        let Some(measured) = file.line.percent() else { continue };
        if file.line.total < params.min_lines {
            small += 1;
            continue;
        }
        judged += 1;
        if measured >= percent {
            continue;
        }
        // At the source itself where it is in the tree, so that it is shown there.
        let (place, offset) = if let Some(source) = evidence.source_file(&file.path) {
            (source, 0)
        } else {
            let report = of_path.get(file.path.as_str()).copied().unwrap_or(report.file);
            (report, root(&report.source.text))
        };
        let (covered, total) = (file.line.covered, file.line.total);
        spots.push(Spot {
            file: place,
            span: Span { offset, length: 0 },
            path: file.path.clone(),
            message: format!(
                "line coverage of {} is {} % ({covered} of {total} lines), below the {percent} % that the policy demands of \
                 each file",
                file.path,
                rounded_down(measured),
            ),
            detail: format!("{} ({} more)", file.path, needed(file.line, percent)),
            edits: Vec::new(),
        });
    }
    sink.subjects(judged);
    let few = if small > 0 { format!(", {small} with fewer than {} lines", params.min_lines) } else { String::new() };
    sink.fact(format!("{} of enough lines, {} below {percent} %{few}", count(judged, "file"), spots.len()));
    sink.once_a_file(
        spots,
        WHY,
        |group| {
            let first = group.first().map_or("", |spot| spot.message.as_str());
            format!("{} files have too little line coverage; the first: {first}", group.len())
        },
        |group| {
            let names: Vec<&str> = group.iter().take(SHOWN_FILES).map(|spot| spot.detail.as_str()).collect();
            format!("Test as many more lines as the limit needs:\n\n    {}\n", names.join("\n    "))
        },
    );
}
