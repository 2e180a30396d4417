//! Reads LCOV tracefiles, line by line.
//!
//! `DA`, `BRDA` and function records are what counts; `LF`, `LH`, `BRF`, `BRH`, `FNF`, `FNH` are claims, kept beside,
//! and stand in only where a file has none of the records that they sum up.
//!
//! By geninfo(1) a function's name is all that follows the first comma of `FNDA`, so names keep their commas; and since
//! LCOV 2.2 functions are written as `FNL` (where) and `FNA` (each name of it, with a count), which are one function.

use super::gather::{Files, Flaws, hits, merge_lines};
use super::{CoverageReport, Line};
use crate::model::{Ratio, Span};
use crate::parse::{Parsed, Problem};
use std::collections::BTreeMap;

/// Characters of a record that its place covers.
const SHOWN: usize = 120;

const INCOMPLETE: &str = "an LCOV record without the numbers that belong there; it was left out";

/// Reads a tracefile. There is a document when there is at least one `SF` record.
pub fn parse(text: &str) -> Parsed<CoverageReport> {
    let mut builder = Builder::default();
    let mut offset = 0;
    while let Some(rest) = text.get(offset..).filter(|rest| !rest.is_empty()) {
        if let Some(length) = builder.plain(rest.as_bytes()) {
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
        builder.record(record, span);
        offset = next;
    }
    builder.finish(text.len())
}

#[derive(Default)]
struct Builder<'t> {
    files: Files,
    /// By the index of the file.
    details: Vec<Details<'t>>,
    /// The file of the open record.
    current: Option<usize>,
    /// Lines and branches of the open record: gathered here and moved to the file at once, for growing a list for each
    /// file would cost a third of the time.
    lines: Vec<Line>,
    branches: Vec<Branch<'t>>,
    /// Functions of the open record by the number that `FNL` gives them: their first lines.
    numbered: BTreeMap<&'t str, u32>,
    claimed: Claims,
    flaws: Flaws,
}

/// What is gathered about one file until all its records were read.
#[derive(Default)]
struct Details<'t> {
    branches: Vec<Branch<'t>>,
    /// Whether a function ran, by name.
    functions: BTreeMap<&'t str, bool>,
    /// The same by first line, for the records of LCOV 2.2, where one function can have several names.
    functions_at: BTreeMap<u32, bool>,
    claimed: Claims,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Branch<'t> {
    line: u32,
    /// Block and branch as written, with the comma between them; a block has none.
    id: &'t str,
    taken: bool,
}

#[derive(Default, Clone, Copy)]
struct Claims {
    line: Claim,
    branch: Claim,
    function: Claim,
}

#[derive(Default, Clone, Copy)]
struct Claim {
    ratio: Ratio,
    made: bool,
}

impl Claim {
    fn add(&mut self, covered: u64, total: u64) {
        self.ratio += Ratio { covered, total };
        self.made = true;
    }

    fn get(self) -> Option<Ratio> {
        let Ratio { covered, total } = self.ratio;
        self.made.then_some(Ratio { covered: covered.min(total), total })
    }
}

impl<'t> Builder<'t> {
    /// Takes `DA:7,42` and its line end, which is what tracefiles consist of, and gives its length. All that is written
    /// otherwise, or belongs to no file, is left to [`Builder::record`].
    fn plain(&mut self, text: &[u8]) -> Option<usize> {
        let rest = text.strip_prefix(b"DA:")?;
        let (number, rest) = digits(rest)?;
        let (hits, rest) = digits(rest.strip_prefix(b",")?)?;
        let rest = rest.strip_prefix(b"\r").unwrap_or(rest).strip_prefix(b"\n")?;
        let number = u32::try_from(number).ok()?;
        self.current?;
        self.lines.push(Line { number, hits, ..Line::default() });
        Some(text.len() - rest.len())
    }

    /// Ends the open record.
    fn close(&mut self) {
        let Some(index) = self.current.take() else { return };
        if let Some(file) = self.files.get(index) {
            file.lines.extend_from_slice(&self.lines);
        }
        if let Some(details) = self.details.get_mut(index) {
            details.branches.extend_from_slice(&self.branches);
        }
        self.lines.clear();
        self.branches.clear();
    }

    fn record(&mut self, record: &'t str, span: Span) {
        if let Some(value) = record.strip_prefix("BRDA:")
            && self.current.is_some()
        {
            if self.branch(value).is_none() {
                self.flaws.tell(span, INCOMPLETE);
            }
            return;
        }
        if record.is_empty() || record.starts_with('#') {
            return;
        }
        if record == "end_of_record" {
            return self.close();
        }
        let Some((keyword, value)) = cut(record, b':') else {
            return self.flaws.tell(span, "this is no LCOV record");
        };
        match keyword {
            "SF" => return self.start(value),
            "TN" | "VER" | "MCDC" | "MCF" | "MCH" => return,
            _ => {}
        }
        let read = match self.current {
            Some(index) => self.value(index, keyword, value),
            None => Err("a record outside of a file's records, which `SF` begins"),
        };
        if let Err(message) = read {
            self.flaws.tell(span, message);
        }
    }

    fn start(&mut self, path: &str) {
        self.close();
        let index = self.files.open(path);
        if self.details.len() <= index {
            self.details.resize_with(index + 1, Details::default);
        }
        self.current = Some(index);
        self.numbered.clear();
    }

    fn value(&mut self, index: usize, keyword: &str, value: &'t str) -> Result<(), &'static str> {
        let read = match keyword {
            "DA" => self.line(value),
            "FN" | "FNDA" | "FNL" | "FNA" => self.detail(index, keyword, value),
            "LF" | "LH" | "BRF" | "BRH" | "FNF" | "FNH" => self.claim(index, keyword, value),
            _ => return Err("this is no LCOV record"),
        };
        read.ok_or(INCOMPLETE)
    }

    fn line(&mut self, value: &str) -> Option<()> {
        let (number, rest) = cut(value, b',')?;
        let count = cut(rest, b',').map_or(rest, |(count, _checksum)| count);
        let line = Line { number: number.trim_ascii().parse().ok()?, hits: hits(count)?, ..Line::default() };
        self.lines.push(line);
        Some(())
    }

    fn branch(&mut self, value: &'t str) -> Option<()> {
        let (line, rest) = cut(value, b',')?;
        // The branch may be text, with commas.
        let last = rest.bytes().rposition(|byte| byte == b',')?;
        let (id, taken) = (rest.get(..last)?, rest.get(last + 1..)?);
        cut(id, b',')?;
        let taken = match taken.trim_ascii() {
            "-" | "0" => false,
            taken => hits(taken)? > 0,
        };
        let branch = Branch { line: line.trim_ascii().parse().ok()?, id, taken };
        self.branches.push(branch);
        Some(())
    }

    fn detail(&mut self, index: usize, keyword: &str, value: &'t str) -> Option<()> {
        let details = self.details.get_mut(index)?;
        match keyword {
            "FN" => {
                let (start, rest) = cut(value, b',')?;
                start.trim_ascii().parse::<u32>().ok()?;
                // Names contain commas, so an end line is one only when it is a number with a name after it.
                let name = match cut(rest, b',') {
                    Some((end, name)) if !end.is_empty() && end.bytes().all(|b| b.is_ascii_digit()) => name,
                    _ => rest,
                };
                details.functions.entry(name).or_insert(false);
            }
            "FNDA" => {
                let (count, name) = cut(value, b',')?;
                *details.functions.entry(name).or_insert(false) |= hits(count)? > 0;
            }
            "FNL" => {
                let (number, rest) = cut(value, b',')?;
                let start = cut(rest, b',').map_or(rest, |(start, _end)| start).trim_ascii().parse().ok()?;
                self.numbered.insert(number, start);
                details.functions_at.entry(start).or_insert(false);
            }
            _ => {
                let mut parts = value.splitn(3, ',');
                let start = *self.numbered.get(parts.next()?)?;
                *details.functions_at.entry(start).or_insert(false) |= hits(parts.next()?)? > 0;
            }
        }
        Some(())
    }

    fn claim(&mut self, index: usize, keyword: &str, value: &str) -> Option<()> {
        let count = value.trim_ascii().parse::<u64>().ok()?;
        for claims in [&mut self.details.get_mut(index)?.claimed, &mut self.claimed] {
            match keyword {
                "LF" => claims.line.add(0, count),
                "LH" => claims.line.add(count, 0),
                "BRF" => claims.branch.add(0, count),
                "BRH" => claims.branch.add(count, 0),
                "FNF" => claims.function.add(0, count),
                _ => claims.function.add(count, 0),
            }
        }
        Some(())
    }

    fn finish(mut self, end: usize) -> Parsed<CoverageReport> {
        let end = Span::between(end, end);
        let mut problems = std::mem::take(&mut self.flaws).into_problems();
        if self.files.len() == 0 {
            problems.push(Problem::new(end, "there is no `SF` record, so this is no LCOV tracefile"));
            return Parsed { document: None, problems };
        }
        if let Some(file) = self.current.and_then(|index| self.files.get(index)) {
            let path: String = file.path.chars().take(200).collect();
            let message = format!("the file ends inside the records of `{path}`; `end_of_record` is missing");
            problems.push(Problem::new(end, message));
        }
        self.close();
        let mut report = CoverageReport::default();
        report.declared.line = self.claimed.line.get();
        report.declared.branch = self.claimed.branch.get();
        report.declared.function = self.claimed.function.get();
        for (file, details) in self.files.iter_mut().zip(&mut self.details) {
            merge_lines(&mut file.lines, u64::saturating_add);
            if file.lines.is_empty() {
                file.claimed_lines = details.claimed.line.get();
            }
            file.branches = branches(&mut details.branches, &mut file.lines);
            if details.branches.is_empty() {
                file.branches = details.claimed.branch.get().unwrap_or_default();
            }
            let functions = details.functions.values().chain(details.functions_at.values());
            for ran in functions {
                file.functions += Ratio { covered: u64::from(*ran), total: 1 };
            }
            if file.functions.total == 0 {
                file.functions = details.claimed.function.get().unwrap_or_default();
            }
        }
        report.files = self.files.into_sorted();
        Parsed { document: Some(report), problems }
    }
}

/// A number of one to eighteen digits, which fits, and what follows it.
fn digits(text: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0;
    for (index, byte) in text.iter().take(19).enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return (index > 0).then_some((number, text.get(index..)?));
        }
        number = number * 10 + u64::from(digit);
    }
    None
}

/// Splits at the first such byte. Records are short, and a plain loop over them is faster than a search that has to be
/// set up.
fn cut(text: &str, at: u8) -> Option<(&str, &str)> {
    let index = text.bytes().position(|byte| byte == at)?;
    Some((text.get(..index)?, text.get(index + 1..)?))
}

/// Counts each branch once, taken when one of its records says so, and notes the counts on the lines.
fn branches(branches: &mut Vec<Branch<'_>>, lines: &mut [Line]) -> Ratio {
    branches.sort_unstable();
    branches.dedup_by(|next, kept| {
        let same = (next.line, next.id) == (kept.line, kept.id);
        if same {
            kept.taken |= next.taken;
        }
        same
    });
    let mut total = Ratio::default();
    for on_line in branches.chunk_by(|a, b| a.line == b.line) {
        let taken = on_line.iter().filter(|branch| branch.taken).count();
        total += Ratio { covered: taken as u64, total: on_line.len() as u64 };
        let number = on_line.first().map_or(0, |branch| branch.line);
        if let Ok(index) = lines.binary_search_by_key(&number, |line| line.number)
            && let Some(line) = lines.get_mut(index)
        {
            line.branches = u32::try_from(on_line.len()).unwrap_or(u32::MAX);
            line.branches_taken = u32::try_from(taken).unwrap_or(u32::MAX);
        }
    }
    total
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
        assert_eq!(report.files[0].at(3).unwrap().hits, 1000);
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
        assert_eq!(report.files[0].at(1).unwrap().branch(), Some(ratio(2, 4)));
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
            parsed.document.unwrap().files[0].lines.iter().map(|line| (line.number, line.hits)).collect();
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
