//! Test results of several reports. Suites are known by the content of their file, so that a file which two reports read
//! counts once and two files of one name count both.

use super::{digest, json, keep};
use crate::evidence::{SHOWN_FAILURES, SHOWN_REPEATS, SHOWN_SLOWEST};
use crate::model::{
    CaseRecord, MergedTests, RepeatRecord, Report, SuiteRecord, TestCounts, TestReportRecord, Tests, TimeBucket,
};
use std::collections::{BTreeMap, BTreeSet};

/// A place in a file, and all that is said of it.
type Key = (String, usize, String);

#[derive(Default)]
pub(super) struct Gathered {
    some: bool,
    /// By file, name, and how many of that name in the file came before.
    suites: BTreeMap<(String, String, usize), TestCounts>,
    failures: BTreeMap<Key, CaseRecord>,
    slowest: BTreeMap<Key, CaseRecord>,
    reports: BTreeMap<String, TestReportRecord>,
    times: Vec<TimeBucket>,
    unstable: BTreeMap<Key, RepeatRecord>,
    duplicates: BTreeMap<Key, RepeatRecord>,
    inconsistent: BTreeMap<Key, RepeatRecord>,
}

impl Gathered {
    pub(super) fn add(&mut self, tests: Tests) {
        self.some = true;
        let mut met: BTreeMap<(String, String), usize> = BTreeMap::new();
        for SuiteRecord { name, file, counts } in tests.suites {
            let of_name = met.entry((file.clone(), name.clone())).or_default();
            // A report that saw a later attempt counts less of an earlier one.
            keep(&mut self.suites, (file, name, *of_name), counts, |counts| (counts.total, json(counts)));
            *of_name += 1;
        }
        // The same in all reports that read the same files; of others it is left out.
        self.times = tests.times;
        let key = |case: &CaseRecord| (case.file.clone(), case.line, json(case));
        self.failures.extend(tests.failures.into_iter().map(|case| (key(&case), case)));
        self.slowest.extend(tests.slowest.into_iter().map(|case| (key(&case), case)));
        for report in tests.reports {
            keep(&mut self.reports, report.file.clone(), report, json);
        }
        let key = |repeat: &RepeatRecord| {
            let first = repeat.results.first();
            let (file, line) = first.map_or((String::new(), 0), |result| (result.file.clone(), result.line));
            (file, line, json(repeat))
        };
        for (all, of_one) in [
            (&mut self.unstable, tests.unstable),
            (&mut self.duplicates, tests.duplicates),
            (&mut self.inconsistent, tests.inconsistent),
        ] {
            all.extend(of_one.into_iter().map(|repeat| (key(&repeat), repeat)));
        }
    }

    pub(super) fn finish(self, reports: &BTreeSet<MergedTests>) -> Option<Tests> {
        if !self.some {
            return None;
        }
        let mut counts = TestCounts::default();
        for suite in self.suites.values() {
            add(&mut counts, suite);
        }
        let seconds = (counts.seconds * 1e6).round() / 1e6;
        if seconds.is_finite() {
            counts.seconds = seconds;
        }
        let read = self.reports.values().fold(0, |sum: u64, report| sum.saturating_add(report.counted.total));
        let mut slowest: Vec<CaseRecord> = self.slowest.into_values().collect();
        let seconds = |case: &CaseRecord| case.seconds.unwrap_or(0.0);
        // Stable: those that took equally long stay in the order of their places.
        slowest.sort_by(|a, b| seconds(b).total_cmp(&seconds(a)));
        slowest.truncate(SHOWN_SLOWEST);
        let shown = |repeats: BTreeMap<Key, RepeatRecord>| repeats.into_values().take(SHOWN_REPEATS).collect();
        let suite = |((file, name, _), counts)| SuiteRecord { name, file, counts };
        Some(Tests {
            superseded: read.saturating_sub(counts.total),
            counts,
            suites: self.suites.into_iter().map(suite).collect(),
            failures: self.failures.into_values().take(SHOWN_FAILURES).collect(),
            slowest,
            reports: self.reports.into_values().collect(),
            distinct: distinct(reports),
            unstable: shown(self.unstable),
            duplicates: shown(self.duplicates),
            inconsistent: shown(self.inconsistent),
            times: if reports.len() > 1 { Vec::new() } else { self.times },
        })
    }
}

/// What a report that was not merged itself has to say of its different tests.
pub(super) fn own(report: &Report) -> Option<MergedTests> {
    let tests = report.tests.as_ref()?;
    let files: BTreeSet<&str> = tests.suites.iter().map(|suite| &*suite.file).collect();
    let suites: BTreeSet<String> = tests.suites.iter().map(|suite| digest([&*suite.name])).collect();
    Some(MergedTests { id: digest(files), distinct: tests.distinct, suites: suites.into_iter().collect() })
}

/// How many different tests there are at least. Reports that share no name of a suite have different tests; of those that
/// do, as the legs of a matrix, the one with most counts.
pub(super) fn distinct(reports: &BTreeSet<MergedTests>) -> u64 {
    let mut groups: Vec<(BTreeSet<&str>, u64)> = Vec::new();
    for report in reports {
        let mut suites: BTreeSet<&str> = report.suites.iter().map(String::as_str).collect();
        let mut most = report.distinct;
        groups.retain_mut(|(others, distinct)| {
            let apart = suites.is_disjoint(others);
            if !apart {
                suites.append(others);
                most = most.max(*distinct);
            }
            apart
        });
        groups.push((suites, most));
    }
    groups.into_iter().fold(0, |sum, (_, distinct)| sum.saturating_add(distinct))
}

/// Numbers from a file may be anything: these sums end at the largest number.
fn add(sum: &mut TestCounts, more: &TestCounts) {
    for (sum, more) in [
        (&mut sum.total, more.total),
        (&mut sum.passed, more.passed),
        (&mut sum.failed, more.failed),
        (&mut sum.errors, more.errors),
        (&mut sum.skipped, more.skipped),
        (&mut sum.expected_failures, more.expected_failures),
        (&mut sum.disabled, more.disabled),
        (&mut sum.unknown, more.unknown),
        (&mut sum.flaky, more.flaky),
    ] {
        *sum = sum.saturating_add(more);
    }
    sum.seconds = (sum.seconds + more.seconds).min(f64::MAX);
}
