//! The rule `too-many-skipped`.

use super::reports::admit_gaps;
use crate::evidence::{Doc, Evidence};
use crate::model::Fix;
use crate::parse::test_results::TestReport;
use crate::rules::support::words::count;
use crate::rules::{Hit, Sink, rule};
use serde::Deserialize;

rule! {
    /// # What it checks
    ///
    /// Over all test reports together, no more than a share of the cases was skipped. A case that ran and failed as its
    /// author expected is no skipped one.
    ///
    /// Not judged: fewer than ten cases, where a share says little; reports in which no case ran at all, which is what
    /// `no-tests-ran` is about. Of reports that could not be read whole nothing is said, and the outcome is
    /// `no-evidence`.
    ///
    /// # Why it matters
    ///
    /// A skipped test is green and tests nothing; where there are many, nobody knows any more which of them should run.
    ///
    /// # Example
    ///
    /// ```json ctrf-report.json
    /// {"results": {"tool": {"name": "jest"}, "summary": {"tests": 10, "passed": 8, "failed": 0, "pending": 0,
    ///   "skipped": 2, "other": 0, "start": 0, "stop": 1}, "tests": [
    ///   {"name": "a", "status": "passed", "duration": 1}, {"name": "b", "status": "passed", "duration": 1},
    ///   {"name": "c", "status": "passed", "duration": 1}, {"name": "d", "status": "passed", "duration": 1},
    ///   {"name": "e", "status": "passed", "duration": 1}, {"name": "f", "status": "passed", "duration": 1},
    ///   {"name": "g", "status": "passed", "duration": 1}, {"name": "h", "status": "passed", "duration": 1},
    ///   {"name": "i", "status": "skipped", "duration": 0}, {"name": "j", "status": "skipped", "duration": 0}]}}
    /// ```
    ///
    /// # Instead
    ///
    /// ```json ctrf-report.json
    /// {"results": {"tool": {"name": "jest"}, "summary": {"tests": 10, "passed": 9, "failed": 0, "pending": 0,
    ///   "skipped": 1, "other": 0, "start": 0, "stop": 1}, "tests": [
    ///   {"name": "a", "status": "passed", "duration": 1}, {"name": "b", "status": "passed", "duration": 1},
    ///   {"name": "c", "status": "passed", "duration": 1}, {"name": "d", "status": "passed", "duration": 1},
    ///   {"name": "e", "status": "passed", "duration": 1}, {"name": "f", "status": "passed", "duration": 1},
    ///   {"name": "g", "status": "passed", "duration": 1}, {"name": "h", "status": "passed", "duration": 1},
    ///   {"name": "i", "status": "passed", "duration": 1}, {"name": "j", "status": "skipped", "duration": 0}]}}
    /// ```
    ///
    /// # Options
    ///
    /// - `max_percent`: largest share of skipped cases (default 10).
    ///
    /// # When to waive
    ///
    /// The cases need something that is not there in this run (another platform, a licence), and run elsewhere.
    pub struct TooManySkipped;
    id: "too-many-skipped",
    family: Tests,
    level: Warning,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    max_percent: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self { max_percent: 10.0 }
    }
}

const WHY: &str =
    "A skipped test is green and tests nothing; where there are many, nobody knows which of them should run.";

/// Fewest cases of which a share is said.
const MIN_CASES: usize = 10;

/// Most cases that are shown.
const SHOWN: usize = 20;

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let reports = &evidence.test_reports;
    let counts: Vec<(usize, usize)> = reports.iter().map(|report| (skipped(report), report.cases().count())).collect();
    let skipped_cases: usize = counts.iter().map(|(skipped, _)| skipped).sum();
    let cases: usize = counts.iter().map(|(_, cases)| cases).sum();
    sink.subjects(cases);
    if cases > 0 {
        sink.fact(format!(
            "{}, {skipped_cases} skipped ({})",
            count(cases, "test case"),
            percent(skipped_cases, cases)
        ));
    }
    admit_gaps(evidence, sink);
    #[expect(clippy::cast_precision_loss, reason = "a share of test cases")]
    let share = skipped_cases as f64 * 100.0 / cases.max(1) as f64;
    if cases < MIN_CASES || skipped_cases == cases || share <= params.max_percent {
        return;
    }
    // The report with the most skipped cases stands for all.
    let most = reports
        .iter()
        .zip(&counts)
        .max_by_key(|(report, (skipped, _))| (*skipped, std::cmp::Reverse(report.file.path())));
    let Some((report, (here, _))) = most else { return };
    let mut others = report.cases().filter(|(_, case)| !case.ran());
    let Some((_, first)) = others.next() else { return };
    let related = others.take(SHOWN).map(|(_, case)| (report.file, case.span, format!("`{}` was skipped", case.name)));
    let of_many = if reports.len() > 1 { format!("; the most, {here}, in this report") } else { String::new() };
    sink.finding(Hit {
        file: report.file,
        span: first.span,
        path: String::new(),
        message: format!(
            "{skipped_cases} of {cases} test cases were skipped ({}), over the limit of {} %{of_many}",
            percent(skipped_cases, cases),
            params.max_percent
        ),
        why: WHY,
        fix: Fix {
            text: "Let the cases run, give those that cannot a reason and a date, and delete those that nobody misses. \
                   Where so many are right, say so in the policy:\n\n    too-many-skipped: { level: warning, max_percent: 25 }\n"
                .to_owned(),
            edits: Vec::new(),
        },
        related: related.collect(),
    });
}

fn skipped(report: &Doc<'_, &TestReport<'_>>) -> usize {
    report.cases().filter(|(_, case)| !case.ran()).count()
}

fn percent(part: usize, whole: usize) -> String {
    let tenths = (part * 1_000 + whole / 2) / whole.max(1);
    format!("{}.{} %", tenths / 10, tenths % 10)
}
