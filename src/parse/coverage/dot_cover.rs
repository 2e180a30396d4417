//! Reads `dotCover` XML. The detailed kind has each statement with its lines; the plain kind has only counts, of which
//! those of the root are the totals.

use super::elements::{self, Elements, count, line, ratio};
use super::gather::{Files, Flaws, Spread};
use super::{CoverageReport, CoveredSource};
use crate::model::Ratio;
use crate::parse::Parsed;
use crate::parse::xml::Reader;
use std::collections::BTreeMap;

/// Reads a report. There is a document when the root is `Root` with counts of statements.
pub fn parse(text: &str) -> Parsed<CoverageReport> {
    let mut builder = Builder {
        report: CoverageReport { declared_whole: true, ..CoverageReport::default() },
        flaws: Flaws::default(),
        spread: Spread::new(text.len()),
        recognized: false,
        sources: BTreeMap::new(),
        methods: Vec::new(),
    };
    let walked = elements::walk(text, "Root", &mut builder);
    let mut files = Files::default();
    for source in builder.sources.into_values().filter(|source| source.statements.total > 0) {
        files.add(&source.path.clone(), source);
    }
    let mut report = builder.report;
    report.files = files.finish();
    let what = "the root is no `Root` with counts of statements, so this is no dotCover XML";
    walked.finish(builder.recognized, what, builder.flaws.into_problems(), report)
}

struct Builder {
    report: CoverageReport,
    flaws: Flaws,
    spread: Spread,
    recognized: bool,
    /// By their index, as written.
    sources: BTreeMap<String, CoveredSource>,
    /// Open methods: whether each ran, until its first statement says in which file it is.
    methods: Vec<Option<bool>>,
}

impl Builder {
    fn statement(&mut self, at: &Reader<'_>) {
        let covered = at.raw("Covered").map(|covered| covered.eq_ignore_ascii_case("true"));
        let source = at.raw("FileIndex").and_then(|index| self.sources.get_mut(index));
        let (Some(covered), Some(first), Some(source)) = (covered, line(at, "Line"), source) else {
            self.flaws.tell(at.span(), "a statement without a file, line or state; it was left out");
            return;
        };
        source.statements += Ratio { covered: covered.into(), total: 1 };
        if let Some(ran) = self.methods.last_mut().and_then(Option::take) {
            source.functions += Ratio { covered: ran.into(), total: 1 };
        }
        let last = line(at, "EndLine").unwrap_or(first);
        if !self.spread.add(&mut source.lines, first, last, covered.into()) {
            self.flaws.tell(at.span(), "a statement over more lines than a report of this size can have");
        }
    }
}

impl Elements for Builder {
    fn start(&mut self, name: &str, at: &Reader<'_>) {
        match name {
            "Root" if at.depth() == 1 => {
                self.report.declared.statement = ratio(at, "CoveredStatements", "TotalStatements");
                self.recognized = self.report.declared.statement.is_some();
                if let Some(version) = at.attribute("DotCoverVersion") {
                    self.report.producer = format!("dotCover {version}");
                }
            }
            "File" => {
                let (Some(index), Some(path)) = (at.raw("Index"), at.attribute("Name")) else { return };
                let source = CoveredSource { path: path.into_owned(), ..CoveredSource::default() };
                self.sources.insert(index.to_owned(), source);
            }
            "Method" => self.methods.push(Some(count(at, "CoveredStatements").is_some_and(|covered| covered > 0))),
            "Statement" => self.statement(at),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        if name == "Method" {
            self.methods.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::model::Ratio;

    fn ratio(covered: u64, total: u64) -> Ratio {
        Ratio { covered, total }
    }

    #[test]
    fn statements_are_counted_by_file() {
        let text = "\u{feff}<?xml version='1.0'?><Root CoveredStatements='2' TotalStatements='4' CoveragePercent='50' \
            ReportType='DetailedXml' DotCoverVersion='2023.3'><FileIndices><File Index='1' Name='C:\\a.cs'/>\
            <File Index='2' Name='unused.cs'/></FileIndices><Assembly Name='x'><Type Name='T'><Method Name='m' \
            CoveredStatements='1' TotalStatements='2'><Statement FileIndex='1' Line='3' EndLine='4' Covered='True'/>\
            <Statement FileIndex='1' Line='4' EndLine='4' Covered='False'/></Method><Method CoveredStatements='0' \
            TotalStatements='1'><Statement FileIndex='1' Line='9' Covered='False'/></Method></Type></Assembly></Root>";
        let parsed = parse(text);
        assert_eq!(parsed.problems, []);
        let report = parsed.document.unwrap();
        let totals = report.totals();
        assert_eq!((totals.statement, totals.line, totals.function), (ratio(2, 4), ratio(2, 3), ratio(1, 2)));
        assert_eq!((report.files.len(), report.counted().statement), (1, ratio(1, 3)));
        assert_eq!(report.producer, "dotCover 2023.3");
    }

    #[test]
    fn broken_statements_and_truncation_are_told() {
        let text = "<Root CoveredStatements='1' TotalStatements='1'><FileIndices><File Index='1' Name='a'/></FileIndices>\
                    <Statement FileIndex='2' Line='1' Covered='True'/><Statement FileIndex='1' Line='1' Covered='True'/>";
        let parsed = parse(text);
        assert_eq!(parsed.problems.len(), 2);
        assert_eq!(parsed.document.unwrap().totals().line, ratio(1, 1));
        for text in ["", "<Root/>", "<root><Root CoveredStatements='1' TotalStatements='1'/></root>"] {
            assert!(parse(text).document.is_none(), "{text}");
        }
    }
}
