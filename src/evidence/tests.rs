//! Test results over all reports: each case counted once, and what cases of one test have to do with each other.
//!
//! Two cases are the same test when suite path, class, name and file agree; cases without a name are all different. What
//! it means depends on where they stand:
//!
//! - In one report they are both counted. Parametrised tests repeat names, and only the report could say that one is a
//!   retry of the other.
//! - In two attempts of one report ([`slot`]) the later one that came to a verdict takes the place of the others; it is
//!   flaky when it passed and another failed. A test that one attempt has more than once is left as it is.
//! - In two other reports they are both counted. When the reports have nearly all tests in common they are copies of one
//!   run in two environments (legs of a matrix); when one holds a part of the other and lies beside it, it is a rerun
//!   of which nobody says when it was; otherwise the names agree by chance. Reports without common tests are shards.
//!
//! So a failure disappears only when a later attempt of the same place passed.

use super::Doc;
use super::attempts::slot;
use super::identity::{Entry, by_identity, number_of_cases, suspects};
use super::times::Times;
use crate::model::{
    CaseRecord, CaseStatus, RepeatRecord, ResultRecord, SuiteRecord, TestCounts, TestReportRecord, Tests,
};
use crate::parse::test_results::{Case, Suite, TestReport};
use std::collections::{BTreeMap, BTreeSet};

/// Most failures, slow cases and repeated tests that a report shows, and most results of one test; counts are never cut.
pub(crate) const SHOWN_FAILURES: usize = 1_000;
pub(crate) const SHOWN_SLOWEST: usize = 50;
pub(crate) const SHOWN_REPEATS: usize = 1_000;
const SHOWN_RESULTS: usize = 20;

/// Where a case stands: indices into [`super::Evidence::test_reports`], its suites, and their cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CaseRef {
    /// Of the report.
    pub report: u32,
    /// Of the suite in the report.
    pub suite: u32,
    /// Of the case in the suite.
    pub case: u32,
}

/// What cases of the same test have to do with each other. Every list holds the cases of a test in the order of their
/// reports, and is sorted by the first of them.
#[derive(Debug, Clone, Default)]
pub struct Repeats {
    /// Cases that a later attempt replaced; they count for nothing.
    pub superseded: BTreeSet<CaseRef>,
    /// Tests that passed and failed in one run: in two attempts, twice in one report, or in a part of the run that stands
    /// beside it.
    pub unstable: Vec<Vec<CaseRef>>,
    /// Tests that one report has more than once.
    pub duplicates: Vec<Vec<CaseRef>>,
    /// Tests that passed in one environment and failed in another.
    pub inconsistent: Vec<Vec<CaseRef>>,
    /// Cases that passed in their last attempt after they failed in another report.
    flaky: BTreeSet<CaseRef>,
    distinct: u64,
}

pub(super) type Reports<'r, 'a> = &'r [Doc<'a, &'a TestReport<'a>>];

impl CaseRef {
    /// Of indices: inputs are limited to far less than 2^32 bytes, and so are the numbers of what is in them.
    pub fn new(report: usize, suite: usize, case: usize) -> Self {
        let short = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
        Self { report: short(report), suite: short(suite), case: short(case) }
    }
}

impl Repeats {
    /// Compares all cases of all reports.
    pub(super) fn find(reports: Reports<'_, '_>) -> Self {
        let places = Places::new(reports);
        let (mut entries, alone) = suspects(reports);
        // By identity; equal hashes of different tests are told apart by the texts.
        let order = |a: &Entry, b: &Entry| a.hash.cmp(&b.hash).then_with(|| by_identity(reports, a.at, b.at));
        entries.sort_unstable_by(|a, b| order(a, b).then_with(|| a.at.cmp(&b.at)));
        let mut repeats = Self { distinct: alone, ..Self::default() };
        let mut shared: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        let mut mixed = Vec::new();
        for group in entries.chunk_by(|a, b| order(a, b).is_eq()) {
            let named =
                group.first().and_then(|entry| find(reports, entry.at)).is_some_and(|(_, c)| !c.name.is_empty());
            if !named || group.len() == 1 {
                repeats.distinct += group.len() as u64;
                continue;
            }
            repeats.distinct += 1;
            let group: Vec<CaseRef> = group.iter().map(|entry| entry.at).collect();
            repeats.within_reports(reports, &group);
            let settled = repeats.attempts(reports, &places, &group);
            let mut slots: Vec<usize> = settled.iter().filter_map(|at| places.slot(*at)).collect();
            slots.dedup();
            if let Some((first, others)) = slots.split_first().filter(|(_, others)| !others.is_empty()) {
                for other in others {
                    *shared.entry((*first, *other)).or_default() += 1;
                }
                if is_mixed(reports, &settled) {
                    mixed.push(settled);
                }
            }
        }
        for group in mixed {
            repeats.across_reports(reports, &places, &shared, &group);
        }
        // Orders by places in the input, where the work above follows hashes.
        for list in [&mut repeats.unstable, &mut repeats.duplicates, &mut repeats.inconsistent] {
            list.sort_unstable();
        }
        repeats
    }

    /// The same test more than once in one report.
    fn within_reports(&mut self, reports: Reports<'_, '_>, group: &[CaseRef]) {
        for same in group.chunk_by(|a, b| a.report == b.report).filter(|same| same.len() > 1) {
            self.duplicates.push(same.to_vec());
            if is_mixed(reports, same) {
                self.unstable.push(same.to_vec());
            }
        }
    }

    /// Settles the attempts of a test and gives the cases that count.
    fn attempts(&mut self, reports: Reports<'_, '_>, places: &Places, group: &[CaseRef]) -> Vec<CaseRef> {
        let mut order: Vec<CaseRef> = group.to_vec();
        order.sort_by_key(|at| (places.slot(*at), places.attempt(*at), *at));
        let mut settled = Vec::new();
        for tries in order.chunk_by(|a, b| places.slot(*a) == places.slot(*b)) {
            let once = tries.windows(2).all(|pair| pair.first().map(|a| a.report) != pair.last().map(|b| b.report));
            if tries.len() == 1 || !once {
                settled.extend_from_slice(tries);
                continue;
            }
            let verdict = |at: &&CaseRef| find(reports, **at).is_some_and(|(_, case)| case.is_good() || case.is_bad());
            let Some(last) = tries.iter().rev().find(verdict).or(tries.last()).copied() else { continue };
            settled.push(last);
            self.superseded.extend(tries.iter().filter(|at| **at != last));
            if is_mixed(reports, tries) {
                self.unstable.push(tries.to_vec());
                if find(reports, last).is_some_and(|(_, case)| case.status == CaseStatus::Passed) {
                    self.flaky.insert(last);
                }
            }
        }
        settled
    }

    /// A test that passed in one report and failed in another.
    fn across_reports(
        &mut self,
        reports: Reports<'_, '_>,
        places: &Places,
        shared: &BTreeMap<(usize, usize), usize>,
        group: &[CaseRef],
    ) {
        let Some(first) = group.first().and_then(|at| places.slot(*at)) else { return };
        let (mut environments, mut parts) = (Vec::new(), Vec::new());
        for at in group {
            let Some(slot) = places.slot(*at) else { continue };
            let common = shared.get(&(first, slot)).copied().unwrap_or(0);
            match places.relation(first, slot, common) {
                _ if slot == first => {
                    environments.push(*at);
                    parts.push(*at);
                }
                Relation::Environment => environments.push(*at),
                Relation::Part => parts.push(*at),
                Relation::Chance => {}
            }
        }
        for (mut cases, list) in [(environments, &mut self.inconsistent), (parts, &mut self.unstable)] {
            let several = cases.first().map(|at| at.report) != cases.last().map(|at| at.report);
            if several && is_mixed(reports, &cases) {
                cases.sort_unstable();
                list.push(cases);
            }
        }
    }

    /// The case that stands somewhere, with its report and suite.
    pub fn case<'r, 'a>(
        reports: &'r [Doc<'a, &'a TestReport<'a>>],
        at: CaseRef,
    ) -> Option<(&'r Doc<'a, &'a TestReport<'a>>, &'a Suite<'a>, &'a Case<'a>)> {
        let report = reports.get(at.report as usize)?;
        let suite = report.value.suites.get(at.suite as usize)?;
        Some((report, suite, suite.cases.get(at.case as usize)?))
    }

    /// Whether a case passed in the last of several attempts, after it failed in another report.
    pub fn is_flaky(&self, at: CaseRef) -> bool {
        !self.flaky.is_empty() && self.flaky.contains(&at)
    }

    /// Whether a case counts for nothing, because a later attempt took its place.
    pub fn is_superseded(&self, report: usize, suite: usize, case: usize) -> bool {
        !self.superseded.is_empty() && self.superseded.contains(&CaseRef::new(report, suite, case))
    }
}

/// The reports by the places that they are attempts of.
struct Places {
    /// Slot and attempt of each report.
    reports: Vec<(usize, u32)>,
    /// Cases and folder of each slot.
    slots: Vec<(usize, String)>,
}

/// What two reports with common tests are to each other.
enum Relation {
    /// Copies of one run: nearly all tests in common, or most of the smaller one's in another folder.
    Environment,
    /// One holds a part of the other and lies beside it.
    Part,
    /// The names agree by chance.
    Chance,
}

impl Places {
    fn new(reports: Reports<'_, '_>) -> Self {
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        let mut places = Self { reports: Vec::new(), slots: Vec::new() };
        for report in reports {
            let (path, attempt) = slot(report.file.path());
            let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
            let index = *known.entry(path).or_insert(places.slots.len());
            if index == places.slots.len() {
                places.slots.push((0, folder));
            }
            let cases = number_of_cases(report);
            if let Some((most, _)) = places.slots.get_mut(index) {
                *most = cases.max(*most);
            }
            places.reports.push((index, attempt));
        }
        places
    }

    fn slot(&self, at: CaseRef) -> Option<usize> {
        self.reports.get(at.report as usize).map(|(slot, _)| *slot)
    }

    fn attempt(&self, at: CaseRef) -> u32 {
        self.reports.get(at.report as usize).map_or(1, |(_, attempt)| *attempt)
    }

    fn relation(&self, a: usize, b: usize, common: usize) -> Relation {
        let (Some((left, folder)), Some((right, other))) = (self.slots.get(a), self.slots.get(b)) else {
            return Relation::Chance;
        };
        let nearly_all_of = |cases: &usize| common.saturating_mul(5) >= cases.saturating_mul(4);
        if nearly_all_of(left.max(right)) {
            Relation::Environment
        } else if !nearly_all_of(left.min(right)) {
            Relation::Chance
        } else if folder == other {
            Relation::Part
        } else {
            Relation::Environment
        }
    }
}

pub(super) fn tests(reports: Reports<'_, '_>, repeats: &Repeats) -> Option<Tests> {
    if reports.is_empty() {
        return None;
    }
    let mut tests =
        Tests { distinct: repeats.distinct, superseded: repeats.superseded.len() as u64, ..Tests::default() };
    let mut slowest: Vec<Timed<'_, '_>> = Vec::new();
    // What a case must have taken to be among the slowest.
    let mut bar = 0.0;
    let as_reported = repeats.superseded.is_empty() && repeats.flaky.is_empty();
    let mut times = Times::default();
    for (index, report) in reports.iter().enumerate() {
        let mut counted = TestCounts::default();
        for (suite_index, suite) in report.suites.iter().enumerate() {
            let own = suite.counts();
            counted += own;
            let mut counts = if as_reported { own } else { TestCounts::default() };
            for (case_index, case) in suite.cases.iter().enumerate() {
                if repeats.is_superseded(index, suite_index, case_index) {
                    continue;
                }
                if !as_reported {
                    case.count_in(&mut counts);
                    counts.flaky += u64::from(repeats.is_flaky(CaseRef::new(index, suite_index, case_index)));
                }
                if case.is_bad() && tests.failures.len() < SHOWN_FAILURES {
                    tests.failures.push(record(report, suite, case));
                }
                if let Some(seconds) = case.seconds {
                    times.add(seconds);
                }
                if let Some(seconds) = case.seconds.filter(|seconds| *seconds > bar) {
                    slowest.push((seconds, report, suite, case));
                    if slowest.len() >= SHOWN_SLOWEST * 16 {
                        bar = keep_slowest(&mut slowest);
                    }
                }
            }
            tests.counts += counts;
            if counts.total > 0 {
                let file = report.file.path().to_owned();
                tests.suites.push(SuiteRecord { name: suite.name.to_string(), file, counts });
            }
        }
        tests.reports.push(TestReportRecord {
            file: report.file.path().to_owned(),
            attempt: slot(report.file.path()).1,
            counted: rounded(counted),
            declared: report.declared,
        });
    }
    keep_slowest(&mut slowest);
    tests.slowest = slowest.into_iter().map(|(_, report, suite, case)| record(report, suite, case)).collect();
    tests.times = times.buckets();
    tests.counts = rounded(tests.counts);
    tests.unstable = shown(reports, &repeats.unstable);
    tests.duplicates = shown(reports, &repeats.duplicates);
    tests.inconsistent = shown(reports, &repeats.inconsistent);
    Some(tests)
}

type Timed<'r, 'a> = (f64, &'r Doc<'a, &'a TestReport<'a>>, &'a Suite<'a>, &'a Case<'a>);

/// Sorting now and then keeps the list short without a heap. Of equal times the first stays. Gives the time that those
/// to come must exceed.
fn keep_slowest(slowest: &mut Vec<Timed<'_, '_>>) -> f64 {
    slowest.sort_by(|a, b| b.0.total_cmp(&a.0));
    slowest.truncate(SHOWN_SLOWEST);
    slowest.get(SHOWN_SLOWEST - 1).map_or(0.0, |last| last.0)
}

/// Times to the microsecond: sums of decimals end in dust.
fn rounded(mut counts: TestCounts) -> TestCounts {
    counts.seconds = (counts.seconds * 1e6).round() / 1e6;
    counts
}

fn shown(reports: Reports<'_, '_>, repeated: &[Vec<CaseRef>]) -> Vec<RepeatRecord> {
    let record = |cases: &Vec<CaseRef>| {
        let (suite, case) = find(reports, *cases.first()?)?;
        let results = cases.iter().take(SHOWN_RESULTS).filter_map(|at| {
            let (report, _, case) = Repeats::case(reports, *at)?;
            let line = report.file.line(case.span.offset);
            Some(ResultRecord { status: case.status, file: report.file.path().to_owned(), line })
        });
        Some(RepeatRecord {
            suite: suite.name.to_string(),
            class: case.class.to_string(),
            name: case.name.to_string(),
            times: cases.len(),
            results: results.collect(),
        })
    };
    repeated.iter().take(SHOWN_REPEATS).filter_map(record).collect()
}

pub(super) fn find<'a>(reports: Reports<'_, 'a>, at: CaseRef) -> Option<(&'a Suite<'a>, &'a Case<'a>)> {
    Repeats::case(reports, at).map(|(_, suite, case)| (suite, case))
}

/// Whether some of the cases passed and some failed.
fn is_mixed(reports: Reports<'_, '_>, cases: &[CaseRef]) -> bool {
    let found = || cases.iter().filter_map(|at| find(reports, *at));
    found().any(|(_, case)| case.is_good()) && found().any(|(_, case)| case.is_bad())
}

fn record(report: &Doc<'_, &TestReport<'_>>, suite: &Suite<'_>, case: &Case<'_>) -> CaseRecord {
    CaseRecord {
        suite: suite.name.to_string(),
        class: case.class.to_string(),
        name: case.name.to_string(),
        status: case.status,
        seconds: case.seconds,
        message: case.message().to_owned(),
        trace: case.trace().to_owned(),
        file: report.file.path().to_owned(),
        line: report.file.line(case.span.offset),
    }
}
