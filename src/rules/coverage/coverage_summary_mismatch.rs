//! The rule `coverage-summary-mismatch`.

use super::percent::root;
use crate::evidence::{Doc, Evidence};
use crate::model::{FileStatus, Ratio, Span};
use crate::parse::coverage::CoverageReport;
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;

rule! {
    /// # What it checks
    ///
    /// The coverage of lines and of branches that a report states about itself is what its own lines come to, but for a
    /// small tolerance. Formats that count at every level (`JaCoCo`) are left out, for their totals rightly hold code that
    /// has no lines; so are reports that list no lines, and those that could not be read whole.
    ///
    /// # Why it matters
    ///
    /// Somebody reads the stated number, and it belongs to another run, or to files that were filtered out afterwards.
    ///
    /// # Example
    ///
    /// ```xml coverage.xml
    /// <?xml version="1.0" ?>
    /// <coverage line-rate="0.95" lines-covered="95" lines-valid="100">
    ///   <packages><package name="shop"><classes><class name="cart" filename="cart.py"><lines>
    ///     <line number="1" hits="1"/>
    ///     <line number="2" hits="0"/>
    ///   </lines></class></classes></package></packages>
    /// </coverage>
    /// ```
    ///
    /// # Instead
    ///
    /// ```xml coverage.xml
    /// <?xml version="1.0" ?>
    /// <coverage line-rate="0.5" lines-covered="1" lines-valid="2">
    ///   <packages><package name="shop"><classes><class name="cart" filename="cart.py"><lines>
    ///     <line number="1" hits="1"/>
    ///     <line number="2" hits="0"/>
    ///   </lines></class></classes></package></packages>
    /// </coverage>
    /// ```
    ///
    /// # Options
    ///
    /// - `tolerance`: difference that is let pass, in percentage points (default 0.1).
    ///
    /// # When to waive
    ///
    /// The tool that writes the report counts in its own way (a line that stands in two classes twice), and that is known.
    pub struct CoverageSummaryMismatch;
    id: "coverage-summary-mismatch",
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
    tolerance: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self { tolerance: 0.1 }
    }
}

const WHY: &str =
    "Somebody reads the stated number, and it belongs to another run, or to files that were filtered out afterwards.";

const FIX: &str = "Let the tool write the report anew from the whole run, and filter files before it is written and not \
                   after. Whoever shows the number should count the lines, as Tollgate does.\n";

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let mut judged = 0;
    for report in &evidence.coverage_reports {
        let whole = evidence
            .readings
            .iter()
            .any(|reading| std::ptr::eq(reading.file, report.file) && reading.status == FileStatus::Read);
        if !whole || report.declared_whole {
            continue;
        }
        let said: Vec<(String, bool)> = statements(report, params.tolerance);
        judged += usize::from(!said.is_empty());
        let wrong: Vec<String> = said.into_iter().filter(|(_, wrong)| *wrong).map(|(text, _)| text).collect();
        if wrong.is_empty() {
            continue;
        }
        spots.push(Spot {
            file: report.file,
            span: Span { offset: root(&report.file.source.text), length: 0 },
            path: String::new(),
            message: format!("{} states {}", report.file.path(), wrong.join("; and ")),
            detail: String::new(),
            edits: Vec::new(),
        });
    }
    sink.subjects(judged);
    sink.fact(format!(
        "{} with stated totals, {} of them at odds with its lines",
        count(judged, "report"),
        spots.len()
    ));
    let first = |group: &[Spot<'_>]| group.first().map_or(String::new(), |spot| spot.message.clone());
    sink.once_a_file(spots, WHY, first, |_| FIX.to_owned());
}

/// What a report states of lines and branches beside what they come to, and whether the two differ.
fn statements(report: &Doc<'_, &CoverageReport>, tolerance: f64) -> Vec<(String, bool)> {
    // A file with counts alone states them twice, and has nothing that they could be held against.
    if report.files.iter().any(|file| file.claimed_lines.is_some()) {
        return Vec::new();
    }
    let (counted, declared) = (report.counted(), &report.declared);
    let metrics = [
        ("lines", declared.line, declared.line_rate, counted.line),
        ("branches", declared.branch, declared.branch_rate, counted.branch),
    ];
    let mut statements = Vec::new();
    for (name, ratio, rate, counted) in metrics {
        let stated = ratio.and_then(Ratio::percent).or(rate.map(|rate| rate * 100.0));
        let (Some(stated), Some(measured)) = (stated, counted.percent()) else { continue };
        let counts = match ratio {
            Some(Ratio { covered, total }) => format!(" ({covered} of {total})"),
            None => String::new(),
        };
        let text = format!(
            "{stated:.2} % of {name}{counts}, and its own {name} come to {measured:.2} % ({} of {})",
            counted.covered, counted.total
        );
        statements.push((text, (stated - measured).abs() > tolerance));
    }
    statements
}
