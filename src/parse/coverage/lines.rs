//! The lines of one source file.

use crate::model::Ratio;
use std::ops::Deref;

/// One instrumented line. Twelve bytes, for reports have millions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// From 1.
    pub number: u32,
    /// In two halves, the lower first: a whole number of 64 bits would make the line longer by a third.
    hits: [u32; 2],
}

impl Line {
    /// A line that ran so often.
    #[expect(clippy::cast_possible_truncation, reason = "the halves")]
    pub fn new(number: u32, hits: u64) -> Self {
        Self { number, hits: [hits as u32, (hits >> 32) as u32] }
    }

    /// Times that it ran.
    pub fn hits(self) -> u64 {
        let [low, high] = self.hits.map(u64::from);
        high << 32 | low
    }

    /// Whether it ran.
    pub fn is_hit(self) -> bool {
        self.hits != [0, 0]
    }
}

/// Branches on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LineBranches {
    /// Of the line.
    pub(super) number: u32,
    /// How many were taken.
    pub(super) taken: u32,
    /// How many there are; never 0.
    pub(super) total: u32,
}

impl LineBranches {
    fn ratio(self) -> Ratio {
        Ratio { covered: self.taken.into(), total: self.total.into() }
    }
}

/// Lines of a source file. Few have branches, so these are kept apart. In a finished report both are sorted by number,
/// each line once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lines {
    lines: Vec<Line>,
    branches: Vec<LineBranches>,
}

impl Deref for Lines {
    type Target = [Line];

    fn deref(&self) -> &[Line] {
        &self.lines
    }
}

impl Lines {
    /// The branches on a line; `None` where it has none.
    pub fn branches_at(&self, number: u32) -> Option<Ratio> {
        let at = self.branches.binary_search_by_key(&number, |branches| branches.number).ok()?;
        self.branches.get(at).map(|branches| branches.ratio())
    }

    /// The branches on each line that has some: its number, how many were taken, and how many there are.
    pub fn with_branches(&self) -> impl Iterator<Item = (u32, u32, u32)> {
        self.branches.iter().map(|branches| (branches.number, branches.taken, branches.total))
    }

    /// The sum of the branches on all lines.
    pub fn branches(&self) -> Ratio {
        let mut sum = Ratio::default();
        for branches in &self.branches {
            sum += branches.ratio();
        }
        sum
    }

    pub(super) fn push(&mut self, line: Line) {
        self.lines.push(line);
    }

    /// Adds a line with so many branches, none allowed.
    pub(super) fn push_with(&mut self, line: Line, taken: u32, total: u32) {
        self.lines.push(line);
        if total > 0 {
            self.branches.push(LineBranches { number: line.number, taken, total });
        }
    }

    pub(super) fn extend(&mut self, lines: impl Iterator<Item = Line>) {
        self.lines.extend(lines);
    }

    /// Adds the lines of another list and empties it, so that its memory can be used again.
    pub(super) fn append(&mut self, other: &mut Self) {
        // Both at once: lists that grow line by line take twice their size for a while.
        self.lines.extend_from_slice(&other.lines);
        self.branches.extend_from_slice(&other.branches);
        other.clear();
    }

    pub(super) fn clear(&mut self) {
        self.lines.clear();
        self.branches.clear();
    }

    /// Sorts by number and makes one of all entries for the same line: `hits` says what becomes of two counts; of the
    /// branches the most stay that an entry knows and took.
    pub(super) fn merge(&mut self, hits: fn(u64, u64) -> u64) {
        // The usual order costs one pass.
        if !self.lines.is_sorted_by(|a, b| a.number < b.number) {
            self.lines.sort_by_key(|line| line.number);
            self.lines.dedup_by(|next, kept| {
                let same = next.number == kept.number;
                if same {
                    *kept = Line::new(kept.number, hits(kept.hits(), next.hits()));
                }
                same
            });
        }
        self.lines.shrink_to_fit();
        self.merge_branches();
    }

    fn merge_branches(&mut self) {
        if !self.branches.is_sorted_by(|a, b| a.number < b.number) {
            self.branches.sort_by_key(|branches| branches.number);
            self.branches.dedup_by(|next, kept| {
                let same = next.number == kept.number;
                if same {
                    kept.total = kept.total.max(next.total);
                    kept.taken = kept.taken.max(next.taken).min(kept.total);
                }
                same
            });
        }
        self.branches.shrink_to_fit();
    }

    /// Adds what another report says of the same file: both lists are merged ones.
    pub(super) fn merge_with(&mut self, other: &Self) {
        self.lines.extend_from_slice(&other.lines);
        self.branches.extend_from_slice(&other.branches);
        self.merge(u64::max);
    }

    /// Sets the branches of lines that are here, in place of those that they have. Both are sorted by number.
    pub(super) fn set_branches(&mut self, branches: &[LineBranches]) {
        let mut lines = self.lines.iter().map(|line| line.number).peekable();
        let mut own = std::mem::take(&mut self.branches).into_iter().peekable();
        for new in branches {
            while lines.next_if(|number| *number < new.number).is_some() {}
            if lines.peek() != Some(&new.number) || new.total == 0 {
                continue;
            }
            while let Some(kept) = own.next_if(|kept| kept.number < new.number) {
                self.branches.push(kept);
            }
            own.next_if(|old| old.number == new.number);
            self.branches.push(*new);
        }
        self.branches.extend(own);
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, LineBranches, Lines};

    fn lines(entries: &[(u32, u64, u32, u32)]) -> Lines {
        let mut lines = Lines::default();
        for (number, hits, taken, total) in entries {
            lines.push_with(Line::new(*number, *hits), *taken, *total);
        }
        lines
    }

    #[test]
    fn entries_for_one_line_become_one() {
        let mut merged = lines(&[(3, 1, 0, 0), (1, 0, 1, 2), (3, 2, 1, 2), (1, 0, 0, 4)]);
        let mut summed = merged.clone();
        merged.merge(u64::max);
        assert_eq!(merged, lines(&[(1, 0, 1, 4), (3, 2, 1, 2)]));
        summed.merge(u64::saturating_add);
        assert_eq!(summed, lines(&[(1, 0, 1, 4), (3, 3, 1, 2)]));
    }

    #[test]
    fn counts_of_all_sizes_are_kept() {
        for hits in [0, 1, u64::from(u32::MAX), 1 << 32, u64::MAX] {
            let line = Line::new(7, hits);
            assert_eq!((line.number, line.hits(), line.is_hit()), (7, hits, hits > 0));
        }
        let mut much = lines(&[(1, u64::MAX, 0, 0), (1, 1, 0, 0)]);
        much.merge(u64::saturating_add);
        assert_eq!(much.first().map(|line| line.hits()), Some(u64::MAX));
    }

    #[test]
    fn branches_are_set_on_lines_that_are_there() {
        let mut lines = lines(&[(1, 1, 0, 2), (2, 1, 0, 0), (5, 1, 1, 1)]);
        let branches = |number, taken, total| LineBranches { number, taken, total };
        lines.set_branches(&[branches(1, 3, 4), branches(2, 1, 3), branches(3, 1, 1), branches(9, 1, 1)]);
        assert_eq!(lines.branches, [branches(1, 3, 4), branches(2, 1, 3), branches(5, 1, 1)]);
    }
}
