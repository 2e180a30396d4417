//! Reads the JSON of `llvm-cov export` (`llvm.coverage.json.export`, versions 2 and 3).
//!
//! The counts of lines, functions, regions and branches are those of each file's `summary`, in which LLVM merges the
//! instances of one function; which lines ran comes from the `segments`, by the rules of `llvm-cov show`.

use super::gather::{Branches, Files, Spread, part};
use super::json::{self, Listener, Scalar};
use super::{CoverageReport, CoveredSource, Line, Lines};
use crate::model::Ratio;
use crate::parse::Parsed;

/// Reads an export. There is a document when `data` has `files`.
pub fn parse(text: &str) -> Parsed<CoverageReport> {
    let mut reader = Reader { spread: Spread::new(text.len()), ..Reader::default() };
    let problems = json::walk(text, &mut reader);
    let what = "there is no `data` with `files`, so this is no export of llvm-cov";
    json::finish(problems, reader.recognized, what, reader.report, reader.files)
}

struct Reader {
    report: CoverageReport,
    files: Files,
    recognized: bool,
    spread: Spread,
    /// Counts of the metric that is read.
    metric: (Option<u64>, Option<u64>),
    /// Numbers of the segment or branch that is read.
    row: [u64; 6],
    name: String,
    draft: CoveredSource,
    segments: Vec<Segment>,
    branches: Branches,
}

impl Default for Reader {
    fn default() -> Self {
        Self {
            report: CoverageReport::default(),
            files: Files::default(),
            recognized: false,
            spread: Spread::new(0),
            metric: (None, None),
            row: [0; 6],
            name: String::new(),
            draft: CoveredSource::default(),
            segments: Vec::new(),
            branches: Branches::default(),
        }
    }
}

/// From here on, up to the next segment, code ran so often.
#[derive(Clone, Copy)]
struct Segment {
    line: u32,
    count: u64,
    has_count: bool,
    starts_region: bool,
    gap: bool,
}

impl Listener for Reader {
    fn wants(&self, path: &[&str]) -> bool {
        match path {
            ["data"] => true,
            ["data", _, key] => matches!(*key, "files" | "totals"),
            ["data", _, "files", _, key] => matches!(*key, "filename" | "summary" | "segments" | "branches"),
            ["data", _, "totals", metric] | ["data", _, "files", _, "summary", metric] => {
                matches!(*metric, "lines" | "functions" | "regions" | "branches")
            }
            ["data", _, "totals", _, key] | ["data", _, "files", _, "summary", _, key] => {
                matches!(*key, "count" | "covered")
            }
            _ => false,
        }
    }

    fn value(&mut self, path: &[&str], index: usize, value: Scalar<'_>) -> bool {
        match path {
            ["data", _, "files", _, "filename"] => {
                let Scalar::Text(name) = value else { return false };
                name.clone_into(&mut self.name);
            }
            ["data", _, .., "covered"] => self.metric.0 = value.count(),
            ["data", _, .., "count"] => self.metric.1 = value.count(),
            ["data", _, "files", _, "segments" | "branches", _, _] => {
                let number = match value {
                    Scalar::Bool(flag) => Some(u64::from(flag)),
                    _ => value.hits(),
                };
                let Some(number) = number else { return false };
                if let Some(cell) = self.row.get_mut(index) {
                    *cell = number;
                }
            }
            _ => {}
        }
        true
    }

    fn end(&mut self, path: &[&str]) {
        match path {
            ["data", _, "totals", metric] => {
                let declared = &mut self.report.declared;
                let field = match *metric {
                    "lines" => &mut declared.line,
                    "functions" => &mut declared.function,
                    "regions" => &mut declared.region,
                    _ => &mut declared.branch,
                };
                let (covered, total) = std::mem::take(&mut self.metric);
                *field.get_or_insert_default() += part(covered.unwrap_or(0), total.unwrap_or(0));
            }
            ["data", _, "files", _, "summary", metric] => {
                let (Some(covered), Some(total)) = std::mem::take(&mut self.metric) else { return };
                let counts = part(covered, total);
                match *metric {
                    "lines" => self.draft.claimed_lines = Some(counts),
                    "functions" => self.draft.functions = counts,
                    "regions" => self.draft.regions = counts,
                    _ => self.draft.branches = counts,
                }
            }
            ["data", _, "files", _, "segments", _] => {
                let [line, _, count, has_count, starts_region, gap] = std::mem::take(&mut self.row);
                self.segments.push(Segment {
                    line: u32::try_from(line).unwrap_or(u32::MAX),
                    count,
                    has_count: has_count != 0,
                    starts_region: starts_region != 0,
                    gap: gap != 0,
                });
            }
            ["data", _, "files", _, "branches", _] => {
                let [line, _, _, _, taken, not_taken] = std::mem::take(&mut self.row);
                let line = u32::try_from(line).unwrap_or(u32::MAX);
                self.branches.push(line, taken > 0);
                self.branches.push(line, not_taken > 0);
            }
            ["data", _, "files", _] => {
                let mut draft = std::mem::take(&mut self.draft);
                lines(&std::mem::take(&mut self.segments), &mut draft.lines, &mut self.spread);
                let summed = std::mem::take(&mut draft.branches);
                self.branches.settle(&mut draft);
                if summed != Ratio::default() {
                    draft.branches = summed;
                }
                self.recognized = true;
                self.files.add(&std::mem::take(&mut self.name), draft);
            }
            ["data", _, "files"] => self.recognized = true,
            _ => {}
        }
    }
}

/// The lines that the segments cover. The segment that is open at the start of a line counts for it, and so does each
/// region that begins on it; the one that ran most says how often the line ran.
fn lines(segments: &[Segment], into: &mut Lines, spread: &mut Spread) {
    let mut open: Option<Segment> = None;
    let mut next_line = None;
    for on_line in segments.chunk_by(|a, b| a.line == b.line) {
        let (Some(first), Some(last)) = (on_line.first(), on_line.last()) else { continue };
        let wrapped = open.filter(|segment| segment.has_count).map(|segment| segment.count);
        if let (Some(count), Some(from)) = (wrapped, next_line.filter(|next| *next < first.line)) {
            spread.add(into, from, first.line - 1, count);
        }
        let regions = on_line.iter().filter(|s| s.starts_region && s.has_count && !s.gap).map(|s| s.count).max();
        let skipped = !first.has_count && first.starts_region;
        if let Some(hits) = wrapped.max(regions).filter(|_| !skipped || regions.is_some()) {
            into.push(Line::new(first.line, hits));
        }
        open = Some(*last);
        next_line = first.line.checked_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::model::Ratio;

    const FILE: &str = r#"{"filename": "a.rs", "segments": [[1,1,2,true,true,false],[3,9,0,true,true,false],
        [4,6,2,true,false,false],[5,2,0,false,false,false],[9,1,18446744073709551615,true,true,false],
        [9,9,0,false,false,false]], "branches": [[3,5,3,8,2,0,0,0,4]], "expansions": [],
        "summary": {"lines": {"count": 6, "covered": 5, "percent": 83.3}, "functions": {"count": 2, "covered": 2},
        "instantiations": {"count": 7, "covered": 3}, "regions": {"count": 3, "covered": 2, "notcovered": 1},
        "branches": {"count": 2, "covered": 1, "notcovered": 1}}}"#;

    #[test]
    fn counts_come_from_the_summary_and_lines_from_the_segments() {
        let text = format!(
            r#"{{"data": [{{"files": [{FILE}], "functions": [{{"name": "f", "filenames": ["a.rs"], "count": 1}}],
            "totals": {{"lines": {{"count": 6, "covered": 5}}}}}}], "type": "llvm.coverage.json.export", "version": "3.1.0"}}"#
        );
        let parsed = parse(&text);
        assert_eq!(parsed.problems, []);
        let report = parsed.document.unwrap();
        let totals = report.totals();
        let ratio = |covered, total| Ratio { covered, total };
        assert_eq!((totals.line, totals.branch), (ratio(5, 6), ratio(1, 2)));
        assert_eq!((totals.function, totals.region), (ratio(2, 2), ratio(2, 3)));
        assert_eq!(report.declared.line, Some(ratio(5, 6)));
        let hits: Vec<_> = report.files[0].lines.iter().map(|line| (line.number, line.hits())).collect();
        assert_eq!(hits, [(1, 2), (2, 2), (3, 2), (4, 0), (5, 2), (9, u64::MAX)]);
        assert_eq!(report.files[0].lines.branches_at(3), Some(ratio(1, 2)));
    }

    #[test]
    fn summaries_alone_are_enough_and_huge_line_numbers_are_not_spread() {
        let text = r#"{"data": [{"files": [{"filename": "a.rs", "summary": {"lines": {"count": 2, "covered": 1}}},
            {"filename": "b.rs", "segments": [[1,1,1,true,true,false],[4294967295,1,0,false,false,false]]}]}]}"#;
        let report = parse(text).document.unwrap();
        assert_eq!(report.files[0].line(), Ratio { covered: 1, total: 2 });
        assert!(report.files[1].lines.len() < 200_000);
        for text in ["{}", "{\"data\": {}}", "[1]"] {
            assert!(parse(text).document.is_none(), "{text}");
        }
    }
}
