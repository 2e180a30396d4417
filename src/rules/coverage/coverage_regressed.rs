//! The rule `coverage-regressed`.

use super::percent::{root, rounded_down};
use crate::evidence::Evidence;
use crate::model::{Coverage, Fix, Ratio, Span};
use crate::rules::{Hit, Sink, rule};
use serde::Deserialize;

rule! {
    /// # What it checks
    ///
    /// The coverage of lines, branches and functions is not lower than in the baseline (`--baseline`), by more than the
    /// tolerance. The comparison is made without rounding.
    ///
    /// Not a regression: a lower share with no more uncovered code than before, for then covered code was taken out; a
    /// metric that the baseline does not have; a definition of the metric that is not the baseline's, for then the numbers
    /// are about different things. Without a baseline, or with one without coverage, the rule does not apply; coverage
    /// that the baseline has and this run has not is `no-evidence`.
    ///
    /// With a baseline the rule is on, unless the policy turns it off.
    ///
    /// # Why it matters
    ///
    /// A threshold leaves room above it, and that room is lost by one change after the other.
    ///
    /// # Example
    ///
    /// ```json baseline.json
    /// { "schema": "tollgate-report/1", "findings": [],
    ///   "coverage": { "definition": "lines hit / lines instrumented, merged by path and line", "files": [],
    ///                 "line": { "covered": 3, "total": 3 } } }
    /// ```
    ///
    /// ```text lcov.info
    /// SF:src/cart.js
    /// DA:1,4
    /// DA:2,4
    /// DA:3,0
    /// end_of_record
    /// ```
    ///
    /// # Instead
    ///
    /// ```json baseline.json
    /// { "schema": "tollgate-report/1", "findings": [],
    ///   "coverage": { "definition": "lines hit / lines instrumented, merged by path and line", "files": [],
    ///                 "line": { "covered": 3, "total": 3 } } }
    /// ```
    ///
    /// ```text lcov.info
    /// SF:src/cart.js
    /// DA:1,4
    /// DA:2,4
    /// DA:3,1
    /// end_of_record
    /// ```
    ///
    /// # Options
    ///
    /// - `tolerance`: how much lower the coverage may be, in percentage points (default 0).
    ///
    /// # When to waive
    ///
    /// A change that has to go in before its tests do.
    pub struct CoverageRegressed;
    id: "coverage-regressed",
    family: Coverage,
    level: Error,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    tolerance: f64,
}

const WHY: &str = "The room above a threshold is lost by one change after the other, each too small to be noticed.";
/// Far below one line of any program, and above what division loses.
const DUST: f64 = 1e-9;

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let Some(before) = evidence.baseline.and_then(|baseline| baseline.coverage.as_ref()) else {
        let what = if evidence.baseline.is_some() { "the baseline has no coverage" } else { "no baseline was given" };
        sink.fact(what);
        return;
    };
    let (Some(now), Some(report)) = (&evidence.coverage, evidence.coverage_report()) else {
        sink.no_evidence("the baseline has coverage, and no coverage report was given");
        return;
    };
    if now.definition != before.definition {
        sink.fact(format!(
            "not compared: this run measures {}, and the baseline {}",
            now.definition, before.definition
        ));
        return;
    }
    for (word, now, before) in metrics(now, before) {
        let (Some(was), Some(is)) = (before.percent(), now.percent()) else { continue };
        sink.subjects(1);
        let said = format!("{word} coverage is {} %, and {} % in the baseline", rounded_down(is), rounded_down(was));
        sink.fact(said.clone());
        let uncovered = |ratio: Ratio| ratio.total.saturating_sub(ratio.covered);
        if was - is <= params.tolerance + DUST || uncovered(now) <= uncovered(before) {
            continue;
        }
        let more = uncovered(now) - uncovered(before);
        let tolerance =
            if params.tolerance > 0.0 { format!(" (tolerated are {})", params.tolerance) } else { String::new() };
        sink.finding(Hit {
            file: report.file,
            span: Span { offset: root(&report.file.source.text), length: 0 },
            path: word.to_owned(),
            message: format!("{said}: lower by {:.2} percentage points{tolerance}; {more} more not covered", was - is),
            why: WHY,
            fix: Fix {
                text: "Test what this change adds; with `--diff` the rule `patch-coverage-below-threshold` names the lines."
                    .to_owned(),
                edits: Vec::new(),
            },
            related: Vec::new(),
        });
    }
}

/// The metrics that both have.
fn metrics(now: &Coverage, before: &Coverage) -> impl Iterator<Item = (&'static str, Ratio, Ratio)> {
    let all = [
        ("line", Some(now.line), Some(before.line)),
        ("branch", now.branch, before.branch),
        ("function", now.function, before.function),
    ];
    all.into_iter().filter_map(|(word, now, before)| Some((word, now?, before?)))
}
