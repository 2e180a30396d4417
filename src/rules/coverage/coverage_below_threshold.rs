//! The rule `coverage-below-threshold`.

use super::limits::limit;
use super::percent::{Percent, needed, root, rounded_down};
use crate::evidence::{Evidence, File, paths};
use crate::model::{Coverage, CoverageLimit, CoverageMetric, CoveredFile, FileStatus, Fix, Ratio, Span};
use crate::rules::{Hit, Sink, rule};
use serde::Deserialize;
use std::collections::BTreeMap;

rule! {
    /// # What it checks
    ///
    /// The measured coverage of lines (and, where a limit is set for them, of branches and functions) is not below its
    /// limit: over all files, and over each group of files that the policy names. Coverage is counted from the lines of
    /// all reports, merged by path and line; totals that a report states about itself are not believed. The comparison
    /// is made without rounding: 79.996 % is below 80 %.
    ///
    /// Where a limit is set and nothing was measured (no instrumented line, no file in a group, no report with
    /// branches) the outcome is `no-evidence`, which is no pass. Without a coverage report the rule does not apply;
    /// `coverage-report-missing` demands one.
    ///
    /// # Why it matters
    ///
    /// Code that no test runs can break without anybody noticing before the users do.
    ///
    /// # Example
    ///
    /// ```text lcov.info
    /// SF:src/cart.js
    /// DA:1,4
    /// DA:2,0
    /// DA:3,0
    /// end_of_record
    /// ```
    ///
    /// # Instead
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
    /// - `line`: lowest coverage of lines, in percent (default 80).
    /// - `branch`, `function`: the same for branches and functions (default: not asked for).
    /// - `groups`: limits for parts of the code, each by its name:
    ///   `groups: { core: { paths: ["src/core/**"], line: 95, branch: 80 } }`. Paths are those of the tree; of files that
    ///   are not in it, those that the reports name, and of an absolute one a pattern may match the end. A group without
    ///   limits has the `line` of the rule.
    ///
    /// # When to waive
    ///
    /// The missing tests are on their way; let the waiver end on the day when they have to be there.
    pub struct CoverageBelowThreshold;
    id: "coverage-below-threshold",
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
    branch: Option<Percent>,
    function: Option<Percent>,
    groups: BTreeMap<String, Group>,
}

impl Default for Params {
    fn default() -> Self {
        Self { line: Percent(80.0), branch: None, function: None, groups: BTreeMap::new() }
    }
}

/// Limits of a part of the code.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    paths: Vec<String>,
    line: Option<Percent>,
    branch: Option<Percent>,
    function: Option<Percent>,
}

const WHY: &str = "Code that no test runs can break without anybody noticing before the users do.";

/// Files that the fix names.
const SHOWN_FILES: usize = 5;
/// Parts of an absolute path whose tails are compared with patterns.
const MAX_PARTS: usize = 64;

/// What is counted.
#[derive(Clone, Copy)]
enum Metric {
    Line,
    Branch,
    Function,
}

/// One limit and what it is about.
struct Limit<'p> {
    metric: Metric,
    percent: Percent,
    group: Option<(&'p str, &'p Group)>,
}

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let (Some(coverage), Some(report)) = (&evidence.coverage, evidence.coverage_report()) else {
        sink.fact("no coverage report was given");
        return;
    };
    for limit in limits(params) {
        sink.subjects(1);
        judge(coverage, report.file, &limit, sink);
    }
    let broken = evidence.readings.iter().filter(|reading| {
        reading.file.source.kind.is_coverage()
            && matches!(reading.status, FileStatus::PartlyRead | FileStatus::Unreadable)
    });
    match broken.count() {
        0 => {}
        count => sink.fact(format!("{count} coverage reports could not be read whole; what they hide is not counted")),
    }
}

/// All limits of a policy, those over all files first.
fn limits(params: &Params) -> Vec<Limit<'_>> {
    let mut limits = Vec::new();
    let mut add = |metric, percent: Option<Percent>, group| {
        limits.extend(percent.map(|percent| Limit { metric, percent, group }));
    };
    add(Metric::Line, Some(params.line), None);
    add(Metric::Branch, params.branch, None);
    add(Metric::Function, params.function, None);
    for (name, group) in &params.groups {
        let own = Some((name.as_str(), group));
        let bare = group.line.is_none() && group.branch.is_none() && group.function.is_none();
        add(Metric::Line, if bare { Some(params.line) } else { group.line }, own);
        add(Metric::Branch, group.branch, own);
        add(Metric::Function, group.function, own);
    }
    limits
}

/// All limits of a policy for the report.
pub(super) fn in_force(params: &Params, coverage: &Coverage) -> Vec<CoverageLimit> {
    let shown = |one: Limit<'_>| {
        let metric = match one.metric {
            Metric::Line => CoverageMetric::Line,
            Metric::Branch => CoverageMetric::Branch,
            Metric::Function => CoverageMetric::Function,
        };
        let measured = one.metric.sum(&one.files(coverage));
        let shown = limit::<CoverageBelowThreshold>(metric, one.percent.0, Some(measured));
        CoverageLimit { group: one.group.map(|(name, _)| name.to_owned()), ..shown }
    };
    limits(params).into_iter().map(shown).collect()
}

impl Limit<'_> {
    fn files<'c>(&self, coverage: &'c Coverage) -> Vec<&'c CoveredFile> {
        let inside = |file: &&CoveredFile| self.group.is_none_or(|(_, group)| group.holds(&file.path));
        coverage.files.iter().filter(inside).collect()
    }
}

fn judge<'e>(coverage: &Coverage, report: &'e File<'e>, limit: &Limit<'_>, sink: &mut Sink<'_>) {
    let Percent(percent) = limit.percent;
    let word = limit.metric.word();
    let (subject, address) = match limit.group {
        Some((name, _)) => (format!("{word} coverage of the group `{name}`"), format!("groups.{name}.{word}")),
        None => (format!("{word} coverage"), word.to_owned()),
    };
    let files = limit.files(coverage);
    let sum = limit.metric.sum(&files);
    let Some(measured) = sum.percent() else {
        let reason = if files.is_empty() { "no file of the reports is one of them" } else { limit.metric.absence() };
        sink.no_evidence(format!("{subject} was not measured: {reason}"));
        return;
    };
    let share = rounded_down(measured);
    let said = format!("{subject} is {share} % ({} of {} {})", sum.covered, sum.total, limit.metric.plural());
    if measured >= percent {
        sink.fact(format!("{said}, {percent} % demanded"));
        return;
    }
    sink.fact(format!("{said}, {percent} % demanded, not reached"));
    let definition = limit.metric.definition(coverage);
    sink.finding(Hit {
        file: report,
        // Without length: the text there may hold a time stamp, and the finding has to stay the same.
        span: Span { offset: root(&report.source.text), length: 0 },
        path: address,
        message: format!("{said}, below the {percent} % that the policy demands ({definition})"),
        why: WHY,
        fix: Fix { text: fix(&files, limit.metric, sum, percent), edits: Vec::new() },
        related: Vec::new(),
    });
}

impl Group {
    fn holds(&self, path: &str) -> bool {
        let patterns = || self.paths.iter().map(|pattern| pattern.strip_prefix("./").unwrap_or(pattern));
        if paths::matches_any(patterns(), path) {
            return true;
        }
        let drive = path.get(1..3) == Some(":/");
        if !path.starts_with('/') && !drive {
            return false;
        }
        let tails = path.match_indices('/').take(MAX_PARTS).filter_map(|(at, _)| path.get(at + 1..));
        tails.into_iter().any(|tail| paths::matches_any(patterns(), tail))
    }
}

impl Metric {
    const fn word(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Branch => "branch",
            Self::Function => "function",
        }
    }

    const fn plural(self) -> &'static str {
        match self {
            Self::Line => "lines",
            Self::Branch => "branches",
            Self::Function => "functions",
        }
    }

    fn of(self, file: &CoveredFile) -> Option<Ratio> {
        match self {
            Self::Line => Some(file.line),
            Self::Branch => file.branch,
            Self::Function => file.function,
        }
    }

    fn sum(self, files: &[&CoveredFile]) -> Ratio {
        let mut sum = Ratio::default();
        for ratio in files.iter().filter_map(|file| self.of(file)) {
            sum += ratio;
        }
        sum
    }

    const fn absence(self) -> &'static str {
        match self {
            Self::Line => "the reports hold no instrumented line",
            Self::Branch => "the reports hold no branches",
            Self::Function => "the reports hold no functions",
        }
    }

    fn definition(self, coverage: &Coverage) -> &str {
        match self {
            Self::Line => &coverage.definition,
            Self::Branch => "branches taken / branches instrumented, merged by path and line",
            Self::Function => "functions entered / functions instrumented, merged by path",
        }
    }
}

/// How much is missing, and where most of it lies.
fn fix(files: &[&CoveredFile], metric: Metric, sum: Ratio, percent: f64) -> String {
    let missed = |file: &CoveredFile| metric.of(file).map_or(0, |ratio| ratio.total.saturating_sub(ratio.covered));
    let mut worst: Vec<&CoveredFile> = files.iter().copied().filter(|file| missed(file) > 0).collect();
    worst.sort_by(|a, b| missed(b).cmp(&missed(a)).then_with(|| a.path.cmp(&b.path)));
    let lines = worst.iter().take(SHOWN_FILES).map(|file| format!("    {} ({})", file.path, missed(file)));
    let list = lines.collect::<Vec<_>>().join("\n");
    format!(
        "Test at least {} of the {} {} that no test reaches yet. Most of them lie in:\n\n{list}\n",
        needed(sum, percent),
        sum.total.saturating_sub(sum.covered),
        metric.plural(),
    )
}
