//! Coverage of several reports. A report holds counts of each source file and not its lines, so what two reports say of
//! one file cannot be laid over each other.

use super::json;
use crate::model::{Coverage, CoveredFile, PatchCoverage, PatchedFile, Ratio};
use std::collections::BTreeMap;

/// What a merged report says of its numbers.
pub(super) const DEFINITION: &str = "lines hit / lines instrumented, of several reports merged by path; of a path that \
    several of them have, the highest counts, for a report does not hold the lines";

/// Merges by path. Of two ratios the higher count of each kind is kept: together they hit at least as much.
pub(super) fn merge(a: Option<Coverage>, b: Option<Coverage>) -> Option<Coverage> {
    let (a, b) = match (a, b) {
        (Some(a), Some(b)) => (a, b),
        (one, other) => return one.or(other),
    };
    let unplaced = higher(Unplaced::of(&a), Unplaced::of(&b));
    let mut files: BTreeMap<String, CoveredFile> = BTreeMap::new();
    for file in a.files.into_iter().chain(b.files) {
        match files.get_mut(&file.path) {
            Some(known) => {
                known.line = highest(known.line, file.line);
                known.branch = highest_of(known.branch, file.branch);
                known.function = highest_of(known.function, file.function);
            }
            None => drop(files.insert(file.path.clone(), file)),
        }
    }
    let mut merged = Coverage {
        definition: a.definition.min(b.definition),
        line: unplaced.line,
        branch: unplaced.branch,
        function: unplaced.function,
        files: files.into_values().collect(),
        paths: [a.paths, b.paths].into_iter().flatten().max_by_key(|p| (p.matched, p.unmatched, p.ambiguous)),
        patch: merge_patch(a.patch, b.patch),
        limits: {
            let limits = a.limits.into_iter().chain(b.limits).map(|limit| (json(&limit), limit));
            limits.collect::<BTreeMap<_, _>>().into_values().collect()
        },
    };
    for file in &merged.files {
        merged.line += file.line;
        add(&mut merged.branch, file.branch);
        add(&mut merged.function, file.function);
    }
    Some(merged)
}

/// Code that is in no file.
struct Unplaced {
    line: Ratio,
    branch: Option<Ratio>,
    function: Option<Ratio>,
}

impl Unplaced {
    fn of(coverage: &Coverage) -> Self {
        let sum = |ratios: &mut dyn Iterator<Item = Ratio>| {
            ratios.fold(Ratio::default(), |mut sum, ratio| {
                sum += ratio;
                sum
            })
        };
        let left = |all: Ratio, placed: Ratio| {
            let total = all.total.saturating_sub(placed.total);
            Ratio { covered: all.covered.saturating_sub(placed.covered).min(total), total }
        };
        let files = &coverage.files;
        Self {
            line: left(coverage.line, sum(&mut files.iter().map(|file| file.line))),
            branch: coverage.branch.map(|all| left(all, sum(&mut files.iter().filter_map(|file| file.branch)))),
            function: coverage.function.map(|all| left(all, sum(&mut files.iter().filter_map(|file| file.function)))),
        }
    }
}

fn higher(a: Unplaced, b: Unplaced) -> Unplaced {
    Unplaced {
        line: highest(a.line, b.line),
        branch: highest_of(a.branch, b.branch),
        function: highest_of(a.function, b.function),
    }
}

fn highest(a: Ratio, b: Ratio) -> Ratio {
    Ratio { covered: a.covered.max(b.covered), total: a.total.max(b.total) }
}

fn highest_of(a: Option<Ratio>, b: Option<Ratio>) -> Option<Ratio> {
    match (a, b) {
        (Some(a), Some(b)) => Some(highest(a, b)),
        (one, other) => one.or(other),
    }
}

fn add(sum: &mut Option<Ratio>, ratio: Option<Ratio>) {
    if let Some(ratio) = ratio {
        *sum.get_or_insert_default() += ratio;
    }
}

fn merge_patch(a: Option<PatchCoverage>, b: Option<PatchCoverage>) -> Option<PatchCoverage> {
    let (a, b) = match (a, b) {
        (Some(a), Some(b)) => (a, b),
        (one, other) => return one.or(other),
    };
    let mut files: BTreeMap<String, PatchedFile> = BTreeMap::new();
    for file in a.files.into_iter().chain(b.files) {
        let merged = match files.remove(&file.path) {
            Some(known) => merge_patched(known, file),
            None => file,
        };
        files.insert(merged.path.clone(), merged);
    }
    let mut patch = PatchCoverage { changed: 0, line: Ratio::default(), files: files.into_values().collect() };
    for file in &patch.files {
        patch.changed = patch.changed.saturating_add(file.changed);
        patch.line += file.line.unwrap_or_default();
    }
    Some(patch)
}

/// Which added lines were not run is in a report: what two reports of equally many instrumented lines both missed is
/// missing. Otherwise they did not see the same source, and the one with more of it counts. Runs of missing lines reach
/// over lines without code, so that their lengths only bound what was hit from below.
fn merge_patched(a: PatchedFile, b: PatchedFile) -> PatchedFile {
    let total = |file: &PatchedFile| file.line.map(|line| line.total);
    let changed = a.changed.max(b.changed);
    let merged = match total(&a).cmp(&total(&b)) {
        std::cmp::Ordering::Less => b,
        std::cmp::Ordering::Greater => a,
        std::cmp::Ordering::Equal => {
            let missing = common(&a.missing, &b.missing);
            let missed = missing.iter().map(|(first, last)| u64::from(last.saturating_sub(*first)).saturating_add(1));
            let missed = missed.fold(0, u64::saturating_add);
            let covered = |file: &PatchedFile| file.line.map_or(0, |line| line.covered);
            let line = a.line.map(|line| Ratio {
                covered: covered(&a).max(covered(&b)).max(line.total.saturating_sub(missed)),
                total: line.total,
            });
            PatchedFile { path: a.path, changed, line, missing }
        }
    };
    PatchedFile { changed, ..merged }
}

/// What two ascending lists of runs of lines have in common.
fn common(a: &[(u32, u32)], b: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let mut out = Vec::new();
    let (mut left, mut right) = (a.iter().peekable(), b.iter().peekable());
    while let (Some((from, to)), Some((start, end))) = (left.peek(), right.peek()) {
        let (first, last) = ((*from).max(*start), (*to).min(*end));
        if first <= last {
            out.push((first, last));
        }
        if to < end {
            left.next()
        } else {
            right.next()
        };
    }
    out
}
