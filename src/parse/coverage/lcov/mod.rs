//! Reads LCOV tracefiles, line by line.
//!
//! `DA`, `BRDA` and function records are what counts; `LF`, `LH`, `BRF`, `BRH`, `FNF`, `FNH` are claims, kept beside,
//! and stand in only where a file has none of the records that they sum up.
//!
//! By geninfo(1) a function's name is all that follows the first comma of `FNDA`, so names keep their commas; and since
//! LCOV 2.2 functions are written as `FNL` (where) and `FNA` (each name of it, with a count), which are one function.

mod records;

use super::CoverageReport;
use super::gather::{Files, Flaws};
use crate::model::Span;
use crate::parse::{Parsed, Problem};
use records::{Claims, Records, cut};
use std::ops::Range;

/// Characters of a record that its place covers.
const SHOWN: usize = 120;

/// Reads a tracefile. There is a document when there is at least one `SF` record.
pub fn parse(text: &str) -> Parsed<CoverageReport> {
    let mut builder = Builder { text, ..Builder::default() };
    builder.read(0..text.len());
    builder.finish()
}

#[derive(Default)]
struct Builder<'t> {
    text: &'t str,
    files: Files,
    /// Where the first records of each file stand, and further ones of files that are known, with their files.
    first: Vec<Range<usize>>,
    further: Vec<(usize, Range<usize>)>,
    /// The file of the open records and where they begin.
    current: Option<(usize, usize)>,
    /// What the open records say: gathered here and moved to the file at once, for growing lists for each file would cost
    /// a third of the time.
    records: Records<'t>,
    claimed: Claims,
    flaws: Flaws,
    /// All was read, and only the files that have several groups of records are read once more.
    again: bool,
}

impl<'t> Builder<'t> {
    /// Reads the lines of a part of the text.
    fn read(&mut self, part: Range<usize>) {
        let text = self.text.get(..part.end).unwrap_or("");
        let mut offset = part.start;
        while let Some(rest) = text.get(offset..).filter(|rest| !rest.is_empty()) {
            if self.current.is_some()
                && let Some(length) = self.records.plain(rest)
            {
                offset += length;
                continue;
            }
            let (mut record, next) = match cut(rest, b'\n') {
                Some((line, _)) => (line, offset + line.len() + 1),
                None => (rest, text.len()),
            };
            let mut span = Span { offset, length: 0 };
            if let Some(rest) = record.strip_prefix('\u{feff}').filter(|_| offset == 0) {
                span.offset += record.len() - rest.len();
                record = rest;
            }
            let record = record.trim_ascii_end();
            span.length = if record.len() <= SHOWN {
                record.len()
            } else {
                record.char_indices().nth(SHOWN).map_or(record.len(), |(end, _)| end)
            };
            self.record(record, span, next);
            offset = next;
        }
    }

    /// Takes any record, which ends where the next one begins.
    fn record(&mut self, record: &'t str, span: Span, next: usize) {
        if record.is_empty() || record.starts_with('#') {
            return;
        }
        if record == "end_of_record" {
            return self.close(span.offset);
        }
        let Some((keyword, value)) = cut(record, b':') else {
            return self.flaw(span, "this is no LCOV record");
        };
        match keyword {
            "SF" => {
                self.close(span.offset);
                self.current = Some((self.files.open(value), next));
                return;
            }
            "TN" | "VER" | "MCDC" | "MCF" | "MCH" => return,
            _ => {}
        }
        if self.current.is_none() {
            return self.flaw(span, "a record outside of a file's records, which `SF` begins");
        }
        let read = match keyword {
            "DA" => self.records.line(value),
            "BRDA" => self.records.branch(value),
            "FN" | "FNDA" | "FNL" | "FNA" => self.records.function(keyword, value),
            "LF" | "LH" | "BRF" | "BRH" | "FNF" | "FNH" => self.claim(keyword, value),
            _ => return self.flaw(span, "this is no LCOV record"),
        };
        if read.is_none() {
            self.flaw(span, "an LCOV record without the numbers that belong there; it was left out");
        }
    }

    fn claim(&mut self, keyword: &str, value: &str) -> Option<()> {
        let count = value.trim_ascii().parse::<u64>().ok()?;
        self.records.claimed.add(keyword, count);
        if !self.again {
            self.claimed.add(keyword, count);
        }
        Some(())
    }

    fn flaw(&mut self, span: Span, message: &str) {
        if !self.again {
            self.flaws.tell(span, message);
        }
    }

    /// Ends the open records. Further ones of a file wait until all was read: what they have in common with the first
    /// can only be told from the text.
    fn close(&mut self, end: usize) {
        let Some((index, start)) = self.current.take() else { return };
        if self.first.len() <= index {
            self.first.push(start..end);
            if let Some(file) = self.files.get(index) {
                self.records.settle(file);
            }
        } else {
            self.further.push((index, start..end));
        }
        self.records.clear();
    }

    fn finish(mut self) -> Parsed<CoverageReport> {
        let end = self.text.len();
        let mut problems = std::mem::take(&mut self.flaws).into_problems();
        if self.files.len() == 0 {
            let end = Span::between(end, end);
            problems.push(Problem::new(end, "there is no `SF` record, so this is no LCOV tracefile"));
            return Parsed { document: None, problems };
        }
        if let Some((_, start)) = self.current {
            let begin = self.text.get(..start).and_then(|before| before.trim_ascii_end().lines().next_back());
            let path = begin.and_then(|line| line.split_once("SF:")).map_or("", |(_, path)| path);
            let path: String = path.chars().take(200).collect();
            let message = format!("the file ends inside the records of `{path}`; `end_of_record` is missing");
            problems.push(Problem::new(Span::between(end, end), message));
        }
        self.close(end);
        self.again = true;
        let mut further = std::mem::take(&mut self.further);
        further.sort_by_key(|(index, _)| *index);
        for parts in further.chunk_by(|a, b| a.0 == b.0) {
            let Some((index, _)) = parts.first() else { continue };
            let first = self.first.get(*index).cloned();
            for part in first.into_iter().chain(parts.iter().map(|(_, part)| part.clone())) {
                self.current = Some((*index, part.start));
                self.records.numbered.clear();
                self.read(part);
            }
            if let Some(file) = self.files.get(*index) {
                self.records.settle(file);
            }
            self.records.clear();
        }
        let mut report = CoverageReport::default();
        report.declared.line = self.claimed.line.get();
        report.declared.branch = self.claimed.branch.get();
        report.declared.function = self.claimed.function.get();
        report.files = self.files.into_sorted();
        Parsed { document: Some(report), problems }
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::model::Ratio;
    use crate::parse::coverage::CoverageReport;

    fn report(text: &str) -> CoverageReport {
        let parsed = parse(text);
        assert_eq!(parsed.problems, [], "{text}");
        parsed.document.unwrap()
    }

    fn ratio(covered: u64, total: u64) -> Ratio {
        Ratio { covered, total }
    }

    #[test]
    fn lines_are_counted_once_each_and_claims_are_kept_beside() {
        let report = report(
            "\u{feff}TN:\r\nSF:C:\\src\\a.c\r\nDA:1,0\r\nDA:1,2,abc=\r\nDA:2,-1\r\nDA:3,1e3\r\n# note\r\nLF:9\r\nLH:8\r\n\
             end_of_record\r\nSF:b.c\nVER:1\nDA:7,0\nLF:1\nLH:0\nend_of_record\nSF:C:\\src\\a.c\nDA:2,4\nend_of_record\n",
        );
        let seen: Vec<_> = report.files.iter().map(|file| (file.path.as_str(), file.line())).collect();
        assert_eq!(seen, [("C:\\src\\a.c", ratio(3, 3)), ("b.c", ratio(0, 1))]);
        assert_eq!(report.declared.line, Some(ratio(8, 10)));
        assert_eq!(report.files[0].at(3).unwrap().hits(), 1000);
    }

    #[test]
    fn groups_of_records_for_one_file_count_together() {
        let text = "TN:one\nSF:b\nFN:1,f\nFNDA:0,f\nFN:9,g\nFNDA:0,g\nFNL:0,20\nFNA:0,0,h\nBRDA:1,0,0,1\nBRDA:1,0,1,0\nDA:1,1\nDA:2,0\nx\n\
                    end_of_record\nSF:a\nLF:3\nLH:1\nBRF:2\nBRH:1\nend_of_record\nTN:two\nSF:b\nFN:1,f\nFNDA:4,f\nFNA:0,1,h\nFNL:7,20\n\
                    FNA:7,1,i\nBRDA:1,0,1,3\nBRDA:3,0,0,-\nDA:3,0\nDA:1,1\nend_of_record\nSF:a\nLF:4\nLH:4\n";
        let parsed = parse(text);
        let places: Vec<_> = parsed.problems.iter().filter_map(|problem| text.get(problem.span.range())).collect();
        assert_eq!(places, ["x", "FNA:0,1,h", ""], "each is told once");
        let report = parsed.document.unwrap();
        let [a, b] = report.files.as_slice() else { panic!("{:?}", report.files) };
        assert_eq!((a.line(), a.branches), (ratio(5, 7), ratio(1, 2)));
        assert_eq!((b.line(), b.branches, b.functions), (ratio(1, 3), ratio(2, 3), ratio(2, 3)));
        assert_eq!((b.lines.branches_at(1), b.lines.branches_at(3)), (Some(ratio(2, 2)), Some(ratio(0, 1))));
        assert_eq!(b.at(1).unwrap().hits(), 2);
        assert_eq!(report.declared.line, Some(ratio(5, 7)));
    }

    #[test]
    fn claims_stand_in_where_there_are_no_records() {
        let report = report(
            "SF:a\nLF:4\nLH:3\nBRF:2\nBRH:1\nFNF:2\nFNH:2\nend_of_record\nSF:b\nDA:1,1\nLF:9\nLH:9\nend_of_record",
        );
        let totals = report.totals();
        assert_eq!((totals.line, totals.branch, totals.function), (ratio(4, 5), ratio(1, 2), ratio(2, 2)));
    }

    #[test]
    fn a_branch_is_its_line_block_and_number_or_text() {
        let report = report(
            "SF:a\nDA:1,1\nBRDA:1,0,0,-\nBRDA:1,0,1,2\nBRDA:1,0,0,0\nBRDA:1,e1,0,1\nBRDA:1,0,jump, to line 3,0\nBRDA:9,0,0,1\n\
             BRF:1\nBRH:1\nend_of_record",
        );
        assert_eq!(report.totals().branch, ratio(3, 5), "also those on a line without a record of its own");
        assert_eq!(report.files[0].lines.branches_at(1), Some(ratio(2, 4)));
    }

    #[test]
    fn functions_are_joined_by_name_whatever_the_name_contains() {
        let report = report(
            "SF:a\nFN:1,void f(int, char)\nFN:3,8,g\nFN:5,10 things, and more\nFN:7,f\nFN:9,f\nFNDA:2,void f(int, char)\nFNDA:0,g\n\
             FNDA:0,f\nFNDA:1,f\nend_of_record",
        );
        assert_eq!(report.totals().function, ratio(2, 4));
    }

    #[test]
    fn functions_with_aliases_are_one_function_each() {
        let report =
            report("SF:a\nFNL:0,1,4\nFNA:0,0,f<int>\nFNA:0,3,f<char>\nFNL:1,9\nFNA:1,0,g\nFNF:2\nFNH:1\nend_of_record");
        assert_eq!(report.totals().function, ratio(1, 2));
    }

    #[test]
    fn broken_records_are_left_out_with_a_place() {
        let text = "DA:1,1\nSF:a\nDA:1\nDA:x,1\nDA:2,1\nnonsense\nFOO:1\nBRDA:1,0,0\n";
        let parsed = parse(text);
        assert_eq!(parsed.document.unwrap().totals().line, ratio(1, 1));
        let places: Vec<_> = parsed.problems.iter().filter_map(|problem| text.get(problem.span.range())).collect();
        assert_eq!(places, ["DA:1,1", "DA:1", "DA:x,1", "nonsense", "FOO:1", "BRDA:1,0,0", ""]);
        assert_eq!(
            parsed.problems.last().unwrap().message,
            "the file ends inside the records of `a`; `end_of_record` is missing"
        );
    }

    #[test]
    fn plain_and_odd_lines_are_read_alike() {
        let text = "SF:a\nDA:1,2\nDA:2,3\r\nDA: 3,4\nDA:4, 5\nDA:5,6 \nDA:6,7,sum\nDA:7,18446744073709551615\nDA:08,9\n\
                    DA:4294967296,1\nDA:,1\nDA:9,\nend_of_record\nDA:1,1\n";
        let parsed = parse(text);
        let lines: Vec<_> =
            parsed.document.unwrap().files[0].lines.iter().map(|line| (line.number, line.hits())).collect();
        assert_eq!(lines, [(1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 7), (7, u64::MAX), (8, 9)]);
        let places: Vec<_> = parsed.problems.iter().filter_map(|problem| text.get(problem.span.range())).collect();
        assert_eq!(places, ["DA:4294967296,1", "DA:,1", "DA:9,", "DA:1,1"]);
    }

    #[test]
    fn what_is_no_tracefile_has_no_document() {
        for text in ["", "hello\nworld", "mode: set\na.go:1.2,3.4 1 1\n"] {
            let parsed = parse(text);
            assert!(parsed.document.is_none() && !parsed.problems.is_empty(), "{text}");
        }
    }
}
