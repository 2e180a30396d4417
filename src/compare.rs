//! Two reports side by side: what is otherwise in the second than in the first.
//!
//! Places in lists of the reports are numbers, so that nothing is copied. Everything is found in the time that sorting
//! takes.

use crate::model::{
    CaseRecord, Coverage, CoveredFile, Family, Finding, OutcomeKind, Ratio, Report, RunInfo, Status, SuiteRecord,
    TestCounts, Tests,
};
use std::cmp::{Ordering, Reverse};

/// Rules and findings.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Changes {
    /// Rules with another outcome, by family and id.
    pub rules: Vec<RuleChange>,
    /// Findings that only the second report has, by their numbers there. Waived findings count as none.
    pub appeared: Vec<usize>,
    /// Findings that only the first report has, by their numbers there.
    pub gone: Vec<usize>,
    /// Findings that both have at different levels, by their numbers in the second.
    pub relevelled: Vec<usize>,
}

/// A rule whose outcome is another one. Where a report does not judge by it there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleChange {
    /// Its id.
    pub rule: String,
    /// Its family.
    pub family: Family,
    /// In the first report.
    pub before: Option<OutcomeKind>,
    /// In the second report.
    pub after: Option<OutcomeKind>,
}

/// A value of something by its name, in one of the reports or both.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair<T> {
    /// Its name.
    pub name: String,
    /// In the first report.
    pub before: Option<T>,
    /// In the second report.
    pub after: Option<T>,
}

/// Test results.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TestChanges {
    /// Cases that fail now and did not fail before, by their numbers among the failures of the second report.
    pub failing: Vec<usize>,
    /// Cases that failed before and fail no more, by their numbers among the failures of the first.
    pub mended: Vec<usize>,
    /// Suites with another number of tests or that are in one report only, the greatest loss first.
    pub suites: Vec<Pair<TestCounts>>,
    /// Cases among the slowest of both with their seconds, the greatest growth first. Only what grew by a tenth and a
    /// tenth of a second.
    pub slower: Vec<Pair<f64>>,
}

/// What is otherwise in rules and findings.
pub fn changes(before: &Report, after: &Report) -> Changes {
    let mut changes = Changes::default();
    let kinds = |report: &Report| -> Vec<((Family, String), OutcomeKind)> {
        report.outcomes.iter().map(|o| ((o.family, o.rule.clone()), o.outcome)).collect()
    };
    for ((family, rule), before, after) in joined(kinds(before), kinds(after)) {
        if before != after {
            changes.rules.push(RuleChange { rule, family, before, after });
        }
    }
    for (_, old, new) in joined(by_fingerprint(&before.findings), by_fingerprint(&after.findings)) {
        match (old, new) {
            (Some((old, _)), None) => changes.gone.push(old),
            (None, Some((new, _))) => changes.appeared.push(new),
            (Some((_, was)), Some((new, is))) if was != is => changes.relevelled.push(new),
            _ => {}
        }
    }
    for numbers in [&mut changes.appeared, &mut changes.gone, &mut changes.relevelled] {
        numbers.sort_unstable();
    }
    changes
}

/// The findings that stand, by fingerprint, each with its number and level.
fn by_fingerprint(findings: &[Finding]) -> Vec<(&str, (usize, crate::model::Level))> {
    let standing = findings.iter().enumerate().filter(|(_, finding)| finding.status != Status::Waived);
    standing.map(|(number, finding)| (finding.fingerprint.as_str(), (number, finding.level))).collect()
}

/// What is otherwise in test results; what only one of the reports has is compared with nothing.
pub fn tests(before: &Tests, after: &Tests) -> TestChanges {
    let mut changes = TestChanges::default();
    let numbers =
        |cases: &[CaseRecord]| -> Vec<_> { cases.iter().enumerate().map(|(at, case)| (name(case), at)).collect() };
    for (_, old, new) in joined(numbers(&before.failures), numbers(&after.failures)) {
        match (old, new) {
            (Some(old), None) => changes.mended.push(old),
            (None, Some(new)) => changes.failing.push(new),
            _ => {}
        }
    }
    changes.failing.sort_unstable();
    changes.mended.sort_unstable();
    let total = |counts: Option<TestCounts>| counts.map_or(0, |counts| counts.total);
    for (name, before, after) in joined(by_suite(&before.suites), by_suite(&after.suites)) {
        if total(before) != total(after) {
            changes.suites.push(Pair { name, before, after });
        }
    }
    let loss = |suite: &Pair<TestCounts>| total(suite.before).saturating_sub(total(suite.after));
    changes.suites.sort_by_key(|suite| Reverse(loss(suite)));
    let times = |cases: &[CaseRecord]| -> Vec<_> {
        cases.iter().filter_map(|case| Some((name(case), case.seconds?))).collect()
    };
    for (name, before, after) in joined(times(&before.slowest), times(&after.slowest)) {
        if before.zip(after).is_some_and(|(before, after)| after - before >= 0.1 && after >= before * 1.1) {
            changes.slower.push(Pair { name, before, after });
        }
    }
    let growth = |pair: &Pair<f64>| pair.after.unwrap_or(0.0) - pair.before.unwrap_or(0.0);
    changes.slower.sort_by(|a, b| growth(b).total_cmp(&growth(a)));
    changes
}

/// Suite, class and name of a case; a class that the suite is called after is left out.
pub fn name(case: &CaseRecord) -> String {
    let parts = [case.suite.as_str(), case.class.as_str(), case.name.as_str()];
    let class = !case.class.is_empty() && case.class != case.suite;
    let parts: Vec<&str> = parts
        .into_iter()
        .enumerate()
        .filter(|(at, part)| !part.is_empty() && (*at != 1 || class))
        .map(|(_, part)| part)
        .collect();
    parts.join(" › ")
}

/// Suites of one name, in whatever reports, are one.
fn by_suite(suites: &[SuiteRecord]) -> Vec<(String, TestCounts)> {
    let mut suites: Vec<&SuiteRecord> = suites.iter().collect();
    suites.sort_by(|a, b| a.name.cmp(&b.name));
    let mut found: Vec<(String, TestCounts)> = Vec::new();
    for suite in suites {
        match found.last_mut().filter(|(name, _)| *name == suite.name) {
            Some((_, counts)) => *counts += suite.counts,
            None => found.push((suite.name.clone(), suite.counts)),
        }
    }
    found
}

/// The lines of files whose coverage is lower or higher, or that only one report has, the greatest fall first.
pub fn coverage(before: &Coverage, after: &Coverage) -> Vec<Pair<Ratio>> {
    let lines = |files: &[CoveredFile]| -> Vec<_> { files.iter().map(|file| (file.path.clone(), file.line)).collect() };
    let mut found = Vec::new();
    for (name, before, after) in joined(lines(&before.files), lines(&after.files)) {
        if before.zip(after).is_none_or(|(before, after)| !same_share(before, after)) {
            found.push(Pair { name, before, after });
        }
    }
    let fall = |pair: &Pair<Ratio>| {
        let percent = |ratio: Option<Ratio>| ratio.and_then(Ratio::percent);
        percent(pair.before).zip(percent(pair.after)).map_or(0.0, |(before, after)| before - after)
    };
    found.sort_by(|a, b| fall(b).total_cmp(&fall(a)));
    found
}

/// Without rounding.
fn same_share(a: Ratio, b: Ratio) -> bool {
    let wide = u128::from;
    (a.total == 0) == (b.total == 0) && wide(a.covered) * wide(b.total) == wide(b.covered) * wide(a.total)
}

/// Whether a share is lower than another.
pub fn is_lower(ratio: Ratio, than: Ratio) -> bool {
    let wide = u128::from;
    wide(ratio.covered) * wide(than.total) < wide(than.covered) * wide(ratio.total)
}

/// The seconds of workflows and their jobs. A name that one report has several times is compared with nothing.
pub fn runs(before: &[RunInfo], after: &[RunInfo]) -> Vec<Pair<f64>> {
    let times = |runs: &[RunInfo]| {
        let mut times: Vec<(String, f64)> = Vec::new();
        for run in runs {
            times.extend(run.seconds.map(|seconds| (run.workflow.clone(), seconds)));
            for job in &run.jobs {
                times.extend(job.seconds.map(|seconds| (format!("{} › {}", run.workflow, job.name), seconds)));
            }
        }
        times.sort_by(|a, b| a.0.cmp(&b.0));
        let names: Vec<String> = times.iter().map(|(name, _)| name.clone()).collect();
        let count = |name: &String| names.partition_point(|one| one <= name) - names.partition_point(|one| one < name);
        times.retain(|(name, _)| count(name) == 1);
        times
    };
    joined(times(before), times(after)).into_iter().map(|(name, before, after)| Pair { name, before, after }).collect()
}

/// Two lists joined by key, in the order of the keys. Several of one key are joined one by one.
fn joined<K: Ord, T>(mut left: Vec<(K, T)>, mut right: Vec<(K, T)>) -> Vec<(K, Option<T>, Option<T>)> {
    left.sort_by(|a, b| a.0.cmp(&b.0));
    right.sort_by(|a, b| a.0.cmp(&b.0));
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    let mut found = Vec::new();
    loop {
        let order = match (left.peek(), right.peek()) {
            (None, None) => return found,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => a.0.cmp(&b.0),
        };
        let a = if order == Ordering::Greater { None } else { left.next() };
        let b = if order == Ordering::Less { None } else { right.next() };
        match (a, b) {
            (Some((key, a)), b) => found.push((key, Some(a), b.map(|(_, b)| b))),
            (None, Some((key, b))) => found.push((key, None, Some(b))),
            (None, None) => return found,
        }
    }
}
