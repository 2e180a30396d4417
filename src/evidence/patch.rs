//! Coverage of the lines that a change adds.

use super::Doc;
use super::coverage::Sources;
use super::source_paths::{Found, SourcePaths};
use crate::input::Origin;
use crate::model::{PatchCoverage, PatchedFile, Ratio};
use crate::parse::coverage::CoveredSource;
use crate::parse::diff::Diff;
use std::collections::BTreeMap;

/// Runs of added lines by path, ascending and apart from each other.
pub(super) type ChangedLines = BTreeMap<String, Vec<(u32, u32)>>;

/// The added lines of all diffs; `None` where there is no diff. One that was given as such makes the others mere files.
pub(super) fn changed_lines(diffs: &[Doc<'_, &Diff>]) -> Option<ChangedLines> {
    let given = diffs.iter().any(|diff| diff.file.source.origin == Origin::Diff);
    let mut changed = ChangedLines::new();
    for diff in diffs.iter().filter(|diff| !given || diff.file.source.origin == Origin::Diff) {
        for file in diff.files.iter().filter(|file| !file.added.is_empty()) {
            changed.entry(file.path.clone()).or_default().extend(&file.added);
        }
    }
    for runs in changed.values_mut() {
        runs.sort_unstable();
        let mut apart: Vec<(u32, u32)> = Vec::with_capacity(runs.len());
        for (first, end) in runs.drain(..) {
            match apart.last_mut() {
                Some((_, last)) if first <= last.saturating_add(1) => *last = end.max(*last),
                _ => apart.push((first, end)),
            }
        }
        *runs = apart;
    }
    (!diffs.is_empty()).then_some(changed)
}

/// Holds the added lines against the merged sources of each format. Where several formats (or, without a tree, several
/// paths) tell of one file, the one that leaves most of its lines uncovered counts.
pub(super) fn coverage(changed: &ChangedLines, formats: &[&Sources], in_tree: bool) -> PatchCoverage {
    let mut files: BTreeMap<&str, PatchedFile> = changed
        .iter()
        .map(|(path, runs)| {
            let changed = runs.iter().map(|(first, last)| u64::from(last - first) + 1).sum();
            (path.as_str(), PatchedFile { path: path.clone(), changed, line: None, missing: Vec::new() })
        })
        .collect();
    let paths = SourcePaths::new(changed.keys().map(String::as_str));
    for (path, source) in formats.iter().flat_map(|sources| sources.iter()) {
        if source.lines.is_empty() {
            continue;
        }
        // With a tree, a path that is none of its files is no changed file either.
        let target = match changed.get_key_value(path) {
            Some((path, _)) => path.as_str(),
            None if in_tree => continue,
            None => match paths.find(path, &[]).found {
                Found::File(path) => path,
                Found::Ambiguous(..) | Found::Nothing => continue,
            },
        };
        let (Some(file), Some(runs)) = (files.get_mut(target), changed.get(target)) else { continue };
        let (line, missing) = measure(runs, source);
        let missed = |ratio: Ratio| ratio.total - ratio.covered;
        if file.line.is_none_or(|known| (missed(line), line.total) > (missed(known), known.total)) {
            (file.line, file.missing) = (Some(line), missing);
        }
    }
    let mut patch = PatchCoverage { changed: 0, line: Ratio::default(), files: files.into_values().collect() };
    for file in &patch.files {
        patch.changed += file.changed;
        patch.line += file.line.unwrap_or_default();
    }
    patch
}

/// The instrumented lines among the runs, and those of them that were not hit.
fn measure(runs: &[(u32, u32)], source: &CoveredSource) -> (Ratio, Vec<(u32, u32)>) {
    let (mut ratio, mut missing) = (Ratio::default(), Vec::new());
    for (first, end) in runs {
        let from = source.lines.partition_point(|line| line.number < *first);
        let mut open: Option<(u32, u32)> = None;
        for line in source.lines.iter().skip(from).take_while(|line| line.number <= *end) {
            let hit = line.is_hit();
            ratio += Ratio { covered: u64::from(hit), total: 1 };
            if hit {
                missing.extend(open.take());
            } else {
                open = Some((open.map_or(line.number, |(start, _)| start), line.number));
            }
        }
        missing.extend(open);
    }
    (ratio, missing)
}
