//! What the readers of coverage formats have in common: lines and branches merged by path and line.
//!
//! The same line can stand in a report many times (inner classes, templates, repeated records): it is one line, hit when
//! one of the entries is, and its branches are those of the entry that knows most of them.

use crate::model::Ratio;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// A coverage report, measured from its lines.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CoverageReport {
    /// The program that wrote it, where it says so; otherwise empty.
    pub producer: String,
    /// Folders that the paths are relative to; several make a path ambiguous.
    pub sources: Vec<String>,
    /// By path, each once.
    pub files: Vec<CoveredSource>,
    /// What the report says about itself.
    pub declared: Declared,
}

/// What a report says about itself; absent where it does not.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Declared {
    /// Lines.
    pub line: Option<Ratio>,
    /// Branches.
    pub branch: Option<Ratio>,
    /// Functions.
    pub function: Option<Ratio>,
    /// Share of lines, from 0 to 1, which some reports declare without the counts.
    pub line_rate: Option<f64>,
    /// Share of branches, from 0 to 1.
    pub branch_rate: Option<f64>,
}

/// Coverage of one source file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CoveredSource {
    /// Path as the report names it.
    pub path: String,
    /// By number, each once.
    pub lines: Vec<Line>,
    /// All branches, including those on lines that are not measured themselves.
    pub branches: Ratio,
    /// Functions.
    pub functions: Ratio,
    /// The count of lines that the report claims where it has no lines; [`CoveredSource::line`] then gives it.
    pub claimed_lines: Option<Ratio>,
}

/// One instrumented line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Line {
    /// From 1.
    pub number: u32,
    /// Branches on it.
    pub branches: u32,
    /// Those taken.
    pub branches_taken: u32,
    /// Times that it ran.
    pub hits: u64,
}

/// Sums over the files of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Lines.
    pub line: Ratio,
    /// Branches; zero of zero where the report measures none.
    pub branch: Ratio,
    /// Functions; zero of zero where the report measures none.
    pub function: Ratio,
}

impl CoverageReport {
    /// Counts lines, branches and functions of all files.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for file in &self.files {
            totals.line += file.line();
            totals.branch += file.branches;
            totals.function += file.functions;
        }
        totals
    }
}

impl CoveredSource {
    /// Counts its lines: those hit of those instrumented.
    pub fn line(&self) -> Ratio {
        if let Some(claimed) = self.claimed_lines {
            return claimed;
        }
        let hit = self.lines.iter().filter(|line| line.hits > 0).count();
        Ratio { covered: hit as u64, total: self.lines.len() as u64 }
    }

    /// Adds what another report says of the same file: a line is hit when it is in either, its branches are the most
    /// that either knows and took. Branches are not added up: their numbers mean nothing across reports.
    pub fn merge(&mut self, other: &Self) {
        let (own, theirs) = (self.off_line_branches(), other.off_line_branches());
        let mut merged = Vec::with_capacity(self.lines.len().max(other.lines.len()));
        let (mut left, mut right) = (self.lines.iter().peekable(), other.lines.iter().peekable());
        loop {
            let order = match (left.peek(), right.peek()) {
                (Some(l), Some(r)) => l.number.cmp(&r.number),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => break,
            };
            let first = if order == Ordering::Greater { None } else { left.next() };
            let second = if order == Ordering::Less { None } else { right.next() };
            merged.extend(match (first, second) {
                (Some(l), Some(r)) => Some(l.either(*r)),
                (one, other) => one.or(other).copied(),
            });
        }
        self.lines = merged;
        let on_lines = self.on_line_branches();
        self.branches = Ratio {
            covered: on_lines.covered + own.covered.max(theirs.covered),
            total: on_lines.total + own.total.max(theirs.total),
        };
        self.functions = larger(self.functions, other.functions);
        self.claimed_lines = match (self.claimed_lines, other.claimed_lines) {
            _ if !self.lines.is_empty() => None,
            (Some(own), Some(theirs)) => Some(larger(own, theirs)),
            (own, theirs) => own.or(theirs),
        };
    }

    fn on_line_branches(&self) -> Ratio {
        let mut sum = Ratio::default();
        for branch in self.lines.iter().filter_map(Line::branch) {
            sum += branch;
        }
        sum
    }

    fn off_line_branches(&self) -> Ratio {
        let on = self.on_line_branches();
        Ratio {
            covered: self.branches.covered.saturating_sub(on.covered),
            total: self.branches.total.saturating_sub(on.total),
        }
    }

    /// One of its lines, by number.
    pub fn at(&self, number: u32) -> Option<&Line> {
        self.lines.binary_search_by_key(&number, |line| line.number).ok().and_then(|index| self.lines.get(index))
    }
}

fn larger(a: Ratio, b: Ratio) -> Ratio {
    Ratio { covered: a.covered.max(b.covered), total: a.total.max(b.total) }
}

impl Line {
    fn either(self, other: Self) -> Self {
        Self {
            number: self.number,
            branches: self.branches.max(other.branches),
            branches_taken: self.branches_taken.max(other.branches_taken),
            hits: self.hits.max(other.hits),
        }
    }

    /// Its branches; `None` where it has none.
    pub fn branch(&self) -> Option<Ratio> {
        let ratio = Ratio { covered: self.branches_taken.into(), total: self.branches.into() };
        (self.branches > 0).then_some(ratio)
    }
}

/// Files by path while a report is read; a path that comes again is the same file.
#[derive(Debug, Default)]
pub(super) struct Files {
    by_path: BTreeMap<String, usize>,
    files: Vec<CoveredSource>,
}

impl Files {
    pub(super) fn open(&mut self, path: &str) -> usize {
        if let Some(index) = self.by_path.get(path) {
            return *index;
        }
        let index = self.files.len();
        self.files.push(CoveredSource { path: path.to_owned(), ..CoveredSource::default() });
        self.by_path.insert(path.to_owned(), index);
        index
    }

    pub(super) fn get(&mut self, index: usize) -> Option<&mut CoveredSource> {
        self.files.get_mut(index)
    }

    pub(super) fn len(&self) -> usize {
        self.files.len()
    }

    /// The files in the order in which they were opened.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut CoveredSource> {
        self.files.iter_mut()
    }

    /// All files by path.
    pub(super) fn into_sorted(self) -> Vec<CoveredSource> {
        let mut files = self.files;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files
    }
}

/// Sorts lines by number and makes one of all entries for the same line: `hits` says what becomes of two counts.
pub(super) fn merge_lines(lines: &mut Vec<Line>, hits: fn(u64, u64) -> u64) {
    // Stable, so that the usual order costs one pass.
    lines.sort_by_key(|line| line.number);
    lines.dedup_by(|next, kept| {
        let same = next.number == kept.number;
        if same {
            kept.hits = hits(kept.hits, next.hits);
            kept.branches = kept.branches.max(next.branches);
            kept.branches_taken = kept.branches_taken.max(next.branches_taken).min(kept.branches);
        }
        same
    });
    lines.shrink_to_fit();
}

/// Reads a count of hits: an integer, or what some producers write instead (`1.0`, `2e+06`). Negative counts come from
/// racing counters and count as nothing; `None` when it is no number.
pub(super) fn hits(written: &str) -> Option<u64> {
    let written = written.trim_ascii();
    if let Ok(count) = written.parse::<u64>() {
        return Some(count);
    }
    let starts_as_number = written.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'));
    let count = written.parse::<f64>().ok().filter(|count| starts_as_number && !count.is_nan())?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates, as counts should")]
    Some(if count > 0.0 { count.ceil() as u64 } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::{Line, hits, merge_lines};

    #[test]
    fn entries_for_one_line_become_one() {
        let line = |number, hits, branches_taken, branches| Line { number, branches, branches_taken, hits };
        let mut lines = vec![line(3, 1, 0, 0), line(1, 0, 1, 2), line(3, 2, 1, 2), line(1, 0, 0, 4)];
        let mut summed = lines.clone();
        merge_lines(&mut lines, u64::max);
        assert_eq!(lines, [line(1, 0, 1, 4), line(3, 2, 1, 2)]);
        merge_lines(&mut summed, u64::saturating_add);
        assert_eq!(summed, [line(1, 0, 1, 4), line(3, 3, 1, 2)]);
    }

    #[test]
    fn counts_are_read_as_producers_write_them() {
        for (written, expected) in [
            ("7", Some(7)),
            (" 0 ", Some(0)),
            ("1.0", Some(1)),
            ("0.4", Some(1)),
            ("2e+06", Some(2_000_000)),
            ("-3", Some(0)),
            ("18446744073709551615", Some(u64::MAX)),
            ("1e30", Some(u64::MAX)),
            ("undefined", None),
            ("inf", None),
            ("NaN", None),
            ("", None),
        ] {
            assert_eq!(hits(written), expected, "{written}");
        }
    }
}
