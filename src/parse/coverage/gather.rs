//! Gathers files and lines while a report is read.

use super::{CoveredSource, Line};
use std::collections::BTreeMap;

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
    use super::super::Line;
    use super::{hits, merge_lines};

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
