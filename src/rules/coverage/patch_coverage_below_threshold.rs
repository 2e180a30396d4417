//! The rule `patch-coverage-below-threshold`.

use super::limits::limit;
use super::percent::{Percent, needed, rounded_down};
use crate::evidence::{Evidence, File};
use crate::model::{Coverage, CoverageLimit, CoverageMetric, FileStatus, PatchedFile, Ratio, Span};
use crate::rules::support::words::count;
use crate::rules::{Hit, Sink, rule};
use serde::Deserialize;
use std::collections::BTreeMap;

rule! {
    /// # What it checks
    ///
    /// Of the lines that a change adds, those that are instrumented are not covered less than the policy demands. The
    /// change is a unified diff: the file given by `--diff`, or a `.diff` or `.patch` file at the root of the input. The
    /// comparison is made without rounding.
    ///
    /// Changed lines without instructions (comments, documents, files that no report names) do not count. Without a diff
    /// the rule does not apply; a diff without a coverage report, or one that could not be read whole, is `no-evidence`.
    ///
    /// # Why it matters
    ///
    /// New code is the code that breaks, and an average over old code hides that nothing tests it.
    ///
    /// # Example
    ///
    /// ```diff change.diff
    /// diff --git a/src/cart.js b/src/cart.js
    /// --- a/src/cart.js
    /// +++ b/src/cart.js
    /// @@ -1 +1,3 @@
    ///  let total = 0;
    /// +if (discount)
    /// +  total -= discount;
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
    /// ```diff change.diff
    /// diff --git a/src/cart.js b/src/cart.js
    /// --- a/src/cart.js
    /// +++ b/src/cart.js
    /// @@ -1 +1,3 @@
    ///  let total = 0;
    /// +if (discount)
    /// +  total -= discount;
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
    /// - `line`: lowest coverage of the changed lines, in percent (default 80).
    ///
    /// # When to waive
    ///
    /// A change that only moves untested code; its tests are on their way.
    pub struct PatchCoverageBelowThreshold;
    id: "patch-coverage-below-threshold",
    family: Coverage,
    level: Error,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    line: Percent,
}

impl Default for Params {
    fn default() -> Self {
        Self { line: Percent(80.0) }
    }
}

const WHY: &str = "New code is the code that breaks, and an average over old code hides that nothing tests it.";

/// Files that the fix names, and runs of lines of each.
const SHOWN_FILES: usize = 10;
const SHOWN_RUNS: usize = 10;

/// The limit for the report.
pub(super) fn in_force(params: &Params, coverage: &Coverage) -> CoverageLimit {
    let measured = coverage.patch.as_ref().map(|patch| patch.line);
    limit::<PatchCoverageBelowThreshold>(CoverageMetric::Patch, params.line.0, measured)
}

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let unread = evidence.readings.iter().filter(|reading| {
        reading.file.source.kind == crate::model::FileKind::Diff
            && matches!(reading.status, FileStatus::PartlyRead | FileStatus::Unreadable)
    });
    for reading in unread {
        sink.no_evidence(format!("the diff {} could not be read whole", reading.file.path()));
    }
    if evidence.diffs.is_empty() {
        sink.fact("no diff was given");
        return;
    }
    let Some(patch) = evidence.coverage.as_ref().and_then(|coverage| coverage.patch.as_ref()) else {
        sink.no_evidence("a diff was given, and no coverage report to hold it against");
        return;
    };
    sink.subjects(1);
    let unknown = patch.files.iter().filter(|file| file.line.is_none()).count();
    let beside = match unknown {
        0 => String::new(),
        files => format!("; no report names {}", count(files, "changed file")),
    };
    let Percent(percent) = params.line;
    let Ratio { covered, total } = patch.line;
    let Some(measured) = patch.line.percent() else {
        sink.fact(format!("none of {} is instrumented{beside}", count(as_usize(patch.changed), "changed line")));
        return;
    };
    let said = format!("coverage of the changed lines is {} % ({covered} of {total} lines)", rounded_down(measured));
    sink.fact(format!("{said}, {percent} % demanded{beside}"));
    if measured >= percent {
        return;
    }
    let missing: Vec<&PatchedFile> = patch.files.iter().filter(|file| !file.missing.is_empty()).collect();
    let places = places(evidence);
    let mut found = missing.iter().filter_map(|file| places.get(file.path.as_str()).map(|place| (*file, *place)));
    let Some((first, (file, span))) = found.next() else { return };
    let related = found.take(SHOWN_FILES).map(|(other, (file, span))| (file, span, uncovered(other))).collect();
    let list: Vec<String> = missing.iter().take(SHOWN_FILES).map(|file| uncovered(file)).collect();
    sink.finding(Hit {
        file,
        span,
        path: "line".to_owned(),
        message: format!("{said}, below the {percent} % that the policy demands; not covered: {}", uncovered(first)),
        why: WHY,
        fix: crate::model::Fix {
            text: format!(
                "Test at least {} of the changed lines that no test reaches yet:\n\n    {}\n",
                needed(patch.line, percent),
                list.join("\n    ")
            ),
            edits: Vec::new(),
        },
        related,
    });
}

/// Where the diffs name their files.
fn places<'e>(evidence: &Evidence<'e>) -> BTreeMap<&'e str, (&'e File<'e>, Span)> {
    let files = evidence.diffs.iter().flat_map(|diff| diff.value.files.iter().map(|file| (diff.file, file)));
    files.map(|(diff, file)| (file.path.as_str(), (diff, file.span))).collect()
}

/// `src/cart.js:2-3, 9`.
fn uncovered(file: &PatchedFile) -> String {
    let runs = file
        .missing
        .iter()
        .take(SHOWN_RUNS)
        .map(|(first, last)| if first == last { first.to_string() } else { format!("{first}-{last}") });
    let runs: Vec<String> = runs.collect();
    let more = if file.missing.len() > SHOWN_RUNS { ", …" } else { "" };
    format!("{}:{}{more}", file.path, runs.join(", "))
}

fn as_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
