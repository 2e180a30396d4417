//! Reads Go's coverage profile (`go test -coverprofile`), line by line.
//!
//! A record is a block, its number of statements, and how often it ran; Go's own coverage is that of statements. With
//! `-coverpkg` each test binary writes every block again, so a block that comes twice is one block, which ran when one of
//! its records says so. Go counts no lines: here a line is covered when a block that touches it ran.

use super::gather::{Files, Flaws, Spread};
use super::{CoverageReport, CoveredSource};
use crate::model::{Ratio, Span};
use crate::parse::{Parsed, Problem};
use std::collections::BTreeMap;

/// Reads a profile. There is a document when it begins with `mode:`.
pub fn parse(text: &str) -> Parsed<CoverageReport> {
    let mut flaws = Flaws::default();
    let mut blocks: BTreeMap<&str, Vec<Block>> = BTreeMap::new();
    let mut recognized = false;
    let mut offset = text.len() - text.trim_start_matches('\u{feff}').len();
    for line in text.get(offset..).unwrap_or("").split('\n') {
        let record = line.trim_ascii();
        let span = Span { offset, length: line.trim_ascii_end().len() };
        offset += line.len() + 1;
        if record.is_empty() {
            continue;
        }
        if record.starts_with("mode:") {
            // Profiles that were joined have it several times.
            recognized = true;
        } else if !recognized {
            break;
        } else if let Some((path, block)) = block(record) {
            blocks.entry(path).or_default().push(block);
        } else {
            flaws.tell(span, "this is no block: `file:line.column,line.column statements count`; it was left out");
        }
    }
    let mut problems = flaws.into_problems();
    if !recognized {
        problems.push(Problem::new(Span::default(), "there is no `mode:` first, so this is no coverage profile of Go"));
        return Parsed { document: None, problems };
    }
    let mut spread = Spread::new(text.len());
    let mut files = Files::default();
    for (path, blocks) in blocks {
        let (source, whole) = source(blocks, &mut spread);
        files.add(path, source);
        if !whole {
            let message = format!("`{path}` has blocks over more lines than a profile of this size can have");
            problems.push(Problem::new(Span::default(), message));
        }
    }
    let mut report = CoverageReport { producer: "go".to_owned(), ..CoverageReport::default() };
    report.files = files.finish();
    Parsed { document: Some(report), problems }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Block {
    start: (u32, u32),
    end: (u32, u32),
    statements: u64,
    hits: u64,
}

/// `file.go:1.2,3.4 5 6`. The path may hold colons and blanks.
fn block(record: &str) -> Option<(&str, Block)> {
    let (rest, hits) = record.rsplit_once(' ')?;
    let (rest, statements) = rest.trim_ascii_end().rsplit_once(' ')?;
    let (path, range) = rest.trim_ascii_end().rsplit_once(':')?;
    let (start, end) = range.split_once(',')?;
    let position = |written: &str| {
        let (line, column) = written.split_once('.')?;
        Some((line.parse().ok()?, column.parse().ok()?))
    };
    let block = Block {
        start: position(start)?,
        end: position(end)?,
        statements: statements.parse().ok()?,
        hits: super::gather::hits(hits)?,
    };
    (!path.is_empty()).then_some((path, block))
}

/// One entry for each block, and the lines that the blocks touch.
fn source(mut blocks: Vec<Block>, spread: &mut Spread) -> (CoveredSource, bool) {
    blocks.sort_unstable();
    blocks.dedup_by(|next, kept| {
        let same = (next.start, next.end) == (kept.start, kept.end);
        if same {
            kept.statements = kept.statements.max(next.statements);
            kept.hits = kept.hits.max(next.hits);
        }
        same
    });
    let mut source = CoveredSource::default();
    let mut whole = true;
    for Block { start, end, statements, hits } in blocks {
        source.statements += Ratio { covered: if hits > 0 { statements } else { 0 }, total: statements };
        whole &= spread.add(&mut source.lines, start.0, end.0, hits);
    }
    (source, whole)
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::model::Ratio;

    fn ratio(covered: u64, total: u64) -> Ratio {
        Ratio { covered, total }
    }

    #[test]
    fn a_block_that_comes_twice_is_one_block() {
        let text = "mode: atomic\r\nex.org/m/a.go:3.20,5.10 2 0\r\nex.org/m/a.go:5.10,7.3 1 4\r\nmode: atomic\n\
                    ex.org/m/a.go:3.20,5.10 2 1\nex.org/m/a.go:9.1,9.9 3 0\nC:/x y/b.go:1.1,1.5 0 0\n";
        let parsed = parse(text);
        assert_eq!(parsed.problems, []);
        let report = parsed.document.unwrap();
        let totals = report.totals();
        assert_eq!((totals.statement, totals.line), (ratio(3, 6), ratio(5, 7)));
        let paths: Vec<_> = report.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["C:/x y/b.go", "ex.org/m/a.go"]);
    }

    #[test]
    fn broken_records_are_left_out_with_a_place() {
        let text = "mode: set\na.go:1.1,2.2 1 1\nnonsense\na.go:1.1 1 1\na.go:1.1,2.2 x 1\na.go:1.1,2.2 1";
        let parsed = parse(text);
        let places: Vec<_> = parsed.problems.iter().filter_map(|problem| text.get(problem.span.range())).collect();
        assert_eq!(places, ["nonsense", "a.go:1.1 1 1", "a.go:1.1,2.2 x 1", "a.go:1.1,2.2 1"]);
        assert_eq!(parsed.document.unwrap().totals().statement, ratio(1, 1));
    }

    #[test]
    fn what_has_no_mode_is_no_profile_and_an_empty_profile_is_one() {
        assert_eq!(parse("mode: set\n").document.unwrap().files, []);
        for text in ["", "a.go:1.1,2.2 1 1\n", "SF:a\n"] {
            let parsed = parse(text);
            assert!(parsed.document.is_none() && parsed.problems.len() == 1, "{text}");
        }
    }

    #[test]
    fn hostile_ranges_cost_no_memory() {
        let parsed = parse("mode: set\na.go:1.1,4294967295.1 18446744073709551615 1\na.go:2.1,4294967295.1 1 1\n");
        assert_eq!(parsed.problems.len(), 1);
        let report = parsed.document.unwrap();
        assert_eq!(report.totals().statement.total, u64::MAX);
        assert!(report.files[0].lines.len() < 200_000);
    }
}
