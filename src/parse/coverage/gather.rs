//! Gathers files and lines while a report is read.

use super::lines::LineBranches;
use super::{CoveredSource, Line, Lines};
use crate::model::{Ratio, Span};
use crate::parse::Problem;
use std::collections::BTreeMap;

/// Files by path while a report is read; a path that comes again is the same file. The files themselves get their paths
/// at the end.
#[derive(Debug, Default)]
pub(super) struct Files {
    by_path: BTreeMap<Box<str>, usize>,
    files: Vec<CoveredSource>,
}

impl Files {
    pub(super) fn open(&mut self, path: &str) -> usize {
        let index = *self.by_path.entry(path.into()).or_insert(self.files.len());
        if index == self.files.len() {
            self.files.push(CoveredSource::default());
        }
        index
    }

    /// Adds what was gathered about a file under its path; counts are added up.
    pub(super) fn add(&mut self, path: &str, mut draft: CoveredSource) {
        let index = self.open(path);
        let Some(file) = self.files.get_mut(index) else { return };
        file.lines.append(&mut draft.lines);
        file.branches += draft.branches;
        file.functions += draft.functions;
        file.statements += draft.statements;
        file.instructions += draft.instructions;
        file.regions += draft.regions;
        if let Some(claimed) = draft.claimed_lines {
            *file.claimed_lines.get_or_insert_default() += claimed;
        }
    }

    pub(super) fn get(&mut self, index: usize) -> Option<&mut CoveredSource> {
        self.files.get_mut(index)
    }

    pub(super) fn len(&self) -> usize {
        self.files.len()
    }

    /// All files by path, with one entry for each line. A file without a count of branches gets that of its lines.
    pub(super) fn finish(mut self) -> Vec<CoveredSource> {
        for file in &mut self.files {
            file.lines.merge(u64::max);
            if file.branches.total == 0 {
                file.branches += file.lines.branches();
            }
        }
        self.into_sorted()
    }

    /// All files by path.
    pub(super) fn into_sorted(mut self) -> Vec<CoveredSource> {
        let files = self.by_path.into_iter().filter_map(|(path, index)| {
            let file = std::mem::take(self.files.get_mut(index)?);
            Some(CoveredSource { path: path.into(), ..file })
        });
        files.collect()
    }
}

/// Branches of one file by line, each told by its number there.
#[derive(Debug, Default)]
pub(super) struct Branches(Vec<Branch>);

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Branch {
    line: u32,
    id: u64,
    taken: bool,
}

impl Branches {
    /// A branch that has a number; the same line and number are the same branch, taken when one of its entries says so.
    pub(super) fn add(&mut self, line: u32, id: u64, taken: bool) {
        self.0.push(Branch { line, id, taken });
    }

    /// A branch that differs from all others.
    pub(super) fn push(&mut self, line: u32, taken: bool) {
        self.add(line, self.0.len() as u64, taken);
    }

    /// Moves the branches into a file: on lines that it has, and in its sum.
    pub(super) fn settle(&mut self, file: &mut CoveredSource) {
        self.0.sort_unstable();
        self.0.dedup_by(|next, kept| {
            let same = (next.line, next.id) == (kept.line, kept.id);
            kept.taken |= same && next.taken;
            same
        });
        file.lines.merge(u64::max);
        let mut counted = Vec::new();
        for on_line in self.0.chunk_by(|a, b| a.line == b.line) {
            let taken = on_line.iter().filter(|branch| branch.taken).count();
            file.branches += Ratio { covered: taken as u64, total: on_line.len() as u64 };
            counted.push(LineBranches {
                number: on_line.first().map_or(0, |branch| branch.line),
                taken: u32::try_from(taken).unwrap_or(u32::MAX),
                total: u32::try_from(on_line.len()).unwrap_or(u32::MAX),
            });
        }
        file.lines.set_branches(&counted);
        self.0.clear();
    }
}

/// Makes lines of ranges of lines. A few bytes can name a range of four thousand million lines, so a report gets only
/// as many as a text of its length can speak of.
#[derive(Debug)]
pub(super) struct Spread {
    left: usize,
}

impl Spread {
    /// For a report of so many bytes.
    pub(super) fn new(bytes: usize) -> Self {
        Self { left: 100_000 + bytes / 4 }
    }

    /// Adds a range of lines, at least its first; false when it had to be cut.
    pub(super) fn add(&mut self, lines: &mut Lines, first: u32, last: u32, hits: u64) -> bool {
        let length = (last.max(first) - first) as usize;
        let granted = length.min(self.left);
        self.left -= granted;
        let end = first.saturating_add(u32::try_from(granted).unwrap_or(u32::MAX));
        lines.extend((first..=end).map(|number| Line::new(number, hits)));
        granted == length
    }
}

/// Problems of single entries: the first are told one by one, the others counted.
#[derive(Debug, Default)]
pub(super) struct Flaws {
    told: Vec<Problem>,
    untold: usize,
    last: Span,
}

impl Flaws {
    const TOLD: usize = 20;

    pub(super) fn tell(&mut self, span: Span, message: &str) {
        if self.told.len() < Self::TOLD {
            self.told.push(Problem::new(span, message));
        } else {
            self.untold += 1;
            self.last = span;
        }
    }

    pub(super) fn into_problems(mut self) -> Vec<Problem> {
        if self.untold > 0 {
            let message = format!("{} more entries could not be read and were left out, the last here", self.untold);
            self.told.push(Problem::new(self.last, message));
        }
        self.told
    }
}

/// A part of a whole, whatever a report says.
pub(super) fn part(covered: u64, total: u64) -> Ratio {
    Ratio { covered: covered.min(total), total }
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
    use super::*;

    #[test]
    fn ranges_give_no_more_lines_than_the_report_can_speak_of() {
        let mut spread = Spread::new(0);
        let mut lines = Lines::default();
        assert!(spread.add(&mut lines, 7, 9, 1) && spread.add(&mut lines, 9, 2, 1));
        assert_eq!(lines.iter().map(|line| line.number).collect::<Vec<_>>(), [7, 8, 9, 9]);
        assert!(!spread.add(&mut lines, 1, u32::MAX, 1));
        assert!(!spread.add(&mut lines, u32::MAX - 1, u32::MAX, 1));
        assert!(lines.len() < 100_010);
    }

    #[test]
    fn a_branch_that_comes_twice_is_one_branch() {
        let mut file = CoveredSource::default();
        file.lines.push(Line::new(3, 1));
        let mut branches = Branches::default();
        for (line, id, taken) in [(3, 1, false), (3, 2, false), (3, 1, true), (9, 1, true)] {
            branches.add(line, id, taken);
        }
        branches.settle(&mut file);
        assert_eq!(file.branches, Ratio { covered: 2, total: 3 });
        assert_eq!(file.lines.branches_at(3), Some(Ratio { covered: 1, total: 2 }));
    }

    #[test]
    fn flaws_beyond_the_first_are_counted() {
        let mut flaws = Flaws::default();
        for offset in 0..23 {
            flaws.tell(Span { offset, length: 1 }, "x");
        }
        let problems = flaws.into_problems();
        assert_eq!(problems.len(), 21);
        assert_eq!(problems[20].span.offset, 22);
        assert!(problems[20].message.starts_with("3 more"));
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
