//! Which cases may be the same test. Nearly all cases of a large report are tests of their own, so those that cannot be
//! another's double are left out first, by bits of their hashes, and only the others are sorted and compared.

use super::tests::{CaseRef, Reports, find};
use crate::parse::test_results::TestReport;
use std::cmp::Ordering;

/// A case and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    /// Of its identity: equal for the same tests, and for some others.
    pub(super) hash: u64,
    pub(super) at: CaseRef,
}

/// The cases whose identity another case may have, and the number of all others, which are tests of their own.
pub(super) fn suspects(reports: Reports<'_, '_>) -> (Vec<Entry>, u64) {
    let hashes = hashes(reports);
    let mut seen = Filter::new(hashes.len());
    let mut again = Filter::new(hashes.len());
    for hash in &hashes {
        if !seen.add(*hash) {
            again.add(*hash);
        }
    }
    let mut left = hashes.iter();
    let mut entries = Vec::new();
    for (index, report) in reports.iter().enumerate() {
        for (suite_index, suite) in report.suites.iter().enumerate() {
            // One hash for each case, in this order.
            for (case_index, hash) in left.by_ref().take(suite.cases.len()).enumerate() {
                if again.has(*hash) {
                    entries.push(Entry { hash: *hash, at: CaseRef::new(index, suite_index, case_index) });
                }
            }
        }
    }
    let alone = (hashes.len() - entries.len()) as u64;
    (entries, alone)
}

/// A hash of each case's identity, in order of the reports.
fn hashes(reports: Reports<'_, '_>) -> Vec<u64> {
    let mut hashes = Vec::with_capacity(reports.iter().map(|report| number_of_cases(report)).sum());
    for report in reports {
        for suite in &report.suites {
            let outer = hash(0, &suite.name);
            // Of class and file: mostly those of the case before, and then the same in memory.
            let mut known: Option<(&str, &str, u64)> = None;
            hashes.extend(suite.cases.iter().map(|case| {
                let (class, name, file) = case.identity();
                let owner = match known {
                    Some((c, f, owner)) if std::ptr::eq(c, class) && std::ptr::eq(f, file) => owner,
                    _ => hash(hash(outer, class), file),
                };
                known = Some((class, file, owner));
                hash(owner, name)
            }));
        }
    }
    hashes
}

/// Mixes a text into a hash, eight bytes at a time. It only has to tell most tests apart: where it does not, texts are
/// compared.
fn hash(seed: u64, text: &str) -> u64 {
    let mix = |hash: u64, word: u64| (hash.rotate_left(5) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let hash = words.iter().fold(seed, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    let rest = rest.iter().fold(text.len() as u64, |word, byte| word << 8 | u64::from(*byte));
    mix(hash, rest)
}

/// Remembers hashes, and takes one in sixteen others for one of them.
struct Filter {
    bits: Vec<u64>,
    shift: u32,
}

impl Filter {
    fn new(hashes: usize) -> Self {
        let words = (hashes / 4).next_power_of_two();
        Self { bits: vec![0; words], shift: 64 - (words * 64).trailing_zeros() }
    }

    /// False when it is there already.
    fn add(&mut self, hash: u64) -> bool {
        let (word, bit) = self.place(hash);
        let Some(word) = self.bits.get_mut(word) else { return false };
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    fn has(&self, hash: u64) -> bool {
        let (word, bit) = self.place(hash);
        self.bits.get(word).is_some_and(|word| word & bit != 0)
    }

    /// By the highest bits, which all of the text had a part in.
    fn place(&self, hash: u64) -> (usize, u64) {
        let place = hash >> self.shift;
        ((place / 64) as usize, 1 << (place % 64))
    }
}

/// Orders cases by what makes them the same test.
pub(super) fn by_identity(reports: Reports<'_, '_>, a: CaseRef, b: CaseRef) -> Ordering {
    let (Some((outer, case)), Some((other_outer, other))) = (find(reports, a), find(reports, b)) else {
        return Ordering::Equal;
    };
    let suites = || if std::ptr::eq(outer, other_outer) { Ordering::Equal } else { outer.name.cmp(&other_outer.name) };
    case.identity().cmp(&other.identity()).then_with(suites)
}

pub(super) fn number_of_cases(report: &TestReport<'_>) -> usize {
    report.suites.iter().map(|suite| suite.cases.len()).sum()
}

#[cfg(test)]
mod tests {
    use super::{Filter, hash};
    use std::collections::BTreeSet;

    #[test]
    fn a_filter_never_forgets_and_seldom_takes_a_stranger_for_a_friend() {
        let name = |number: u32| hash(hash(0, "com.example.SomeTest"), &format!("handles_case_{number}_of_many"));
        let mut filter = Filter::new(10_000);
        let known = (0..10_000).filter(|number| !filter.add(name(*number))).count();
        assert!(known < 1_000, "{known} of the first ones");
        assert!((0..10_000).all(|number| filter.has(name(number)) && !filter.add(name(number))));
        let strangers = (10_000..20_000).filter(|number| filter.has(name(*number))).count();
        assert!(strangers < 1_500, "{strangers} of the others");
    }

    #[test]
    fn texts_of_all_lengths_have_hashes_of_their_own() {
        let texts =
            ["", "a", "b", "\0", "\0\0", "abcdefgh", "abcdefgh\0", "abcdefghi", "ihgfedcba", "abcdefghabcdefgh"];
        let hashes: BTreeSet<u64> = texts.iter().map(|text| hash(7, text)).collect();
        assert_eq!(hashes.len(), texts.len());
    }

    #[test]
    fn there_is_a_filter_for_nothing() {
        assert!(!Filter::new(0).has(1));
    }
}
