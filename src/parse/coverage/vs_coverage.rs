//! Reads the XML of Visual Studio's dynamic code coverage (`dotnet-coverage`, `CodeCoverage.exe analyze`).
//!
//! A line that ran in part is none of `lines_covered`, so it is not covered here either. The totals are those of the
//! modules, which count a line once for each function that has it.

use super::elements::{self, Elements, count, line};
use super::gather::{Files, Flaws, Spread};
use super::{CoverageReport, CoveredSource, Lines};
use crate::model::Ratio;
use crate::parse::Parsed;
use crate::parse::xml::Reader;
use std::collections::BTreeMap;

/// Reads a report. There is a document when the root is `results` with `modules`.
pub fn parse(text: &str) -> Parsed<CoverageReport> {
    let mut builder = Builder {
        report: CoverageReport { declared_whole: true, ..CoverageReport::default() },
        files: Files::default(),
        flaws: Flaws::default(),
        spread: Spread::new(text.len()),
        recognized: false,
        sources: BTreeMap::new(),
        function: None,
        ranges: BTreeMap::new(),
    };
    let walked = elements::walk(text, "results", &mut builder);
    builder.end_function();
    builder.end_module();
    let mut report = builder.report;
    report.files = builder.files.finish();
    let what = "the root is no `results` with `modules`, so this is no Visual Studio coverage";
    walked.finish(builder.recognized, what, builder.flaws.into_problems(), report)
}

struct Builder {
    report: CoverageReport,
    files: Files,
    flaws: Flaws,
    spread: Spread,
    recognized: bool,
    /// Sources of the open module by id; their paths come after the functions.
    sources: BTreeMap<String, CoveredSource>,
    /// Whether the open function ran, until its first range says in which file it is.
    function: Option<bool>,
    /// Lines of the open function by the ids of their sources.
    ranges: BTreeMap<String, Lines>,
}

impl Builder {
    fn range(&mut self, at: &Reader<'_>) {
        let covered = match at.raw("covered") {
            Some("yes") => Some(1),
            Some("no" | "partial") => Some(0),
            _ => None,
        };
        let (Some(id), Some(hits), Some(first)) = (at.raw("source_id"), covered, line(at, "start_line")) else {
            self.flaws.tell(at.span(), "a range without a source, line or state; it was left out");
            return;
        };
        if let Some(ran) = self.function.take() {
            let source = self.sources.entry(id.to_owned()).or_default();
            source.functions += Ratio { covered: ran.into(), total: 1 };
        }
        let last = line(at, "end_line").unwrap_or(first);
        let lines = self.ranges.entry(id.to_owned()).or_default();
        if !self.spread.add(lines, first, last, hits) {
            self.flaws.tell(at.span(), "a range over more lines than a report of this size can have");
        }
    }

    /// Within a function a line is covered when all of it ran; what holds over several functions is settled later.
    fn end_function(&mut self) {
        self.function = None;
        for (id, mut lines) in std::mem::take(&mut self.ranges) {
            lines.merge(u64::min);
            self.sources.entry(id).or_default().lines.append(&mut lines);
        }
    }

    fn end_module(&mut self) {
        for (_, mut source) in std::mem::take(&mut self.sources) {
            let path = std::mem::take(&mut source.path);
            if !path.is_empty() && !source.lines.is_empty() {
                self.files.add(&path, source);
            }
        }
    }
}

impl Elements for Builder {
    fn start(&mut self, name: &str, at: &Reader<'_>) {
        match name {
            "modules" => self.recognized = true,
            "module" => {
                let lines =
                    ["lines_covered", "lines_partially_covered", "lines_not_covered"].map(|name| count(at, name));
                if let [Some(covered), Some(partial), Some(missed)] = lines {
                    let total = covered.saturating_add(partial).saturating_add(missed);
                    *self.report.declared.line.get_or_insert_default() += Ratio { covered, total };
                }
            }
            "function" => self.function = Some(count(at, "blocks_covered").is_some_and(|covered| covered > 0)),
            "range" => self.range(at),
            "source_file" => {
                let (Some(id), Some(path)) = (at.raw("id"), at.attribute("path")) else { return };
                self.sources.entry(id.to_owned()).or_default().path = path.into_owned();
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "module" => self.end_module(),
            "function" => self.end_function(),
            _ => {}
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
    fn partial_lines_are_not_covered_and_modules_give_the_totals() {
        let module = |path: &str| {
            format!(
                "<module name='m' lines_covered='2' lines_partially_covered='1' lines_not_covered='1'><functions>\
                 <function name='f' blocks_covered='1'><ranges><range source_id='0' covered='yes' start_line='1' end_line='2'/>\
                 <range source_id='0' covered='partial' start_line='3' end_line='3'/>\
                 <range source_id='0' covered='yes' start_line='3' end_line='3'/></ranges></function>\
                 <function name='g' blocks_covered='0'><ranges><range source_id='0' covered='no' start_line='4' end_line='4'/>\
                 </ranges></function></functions><source_files><source_file id='0' path='{path}'/></source_files></module>"
            )
        };
        let text = format!("<results><modules>{}{}</modules></results>", module("C:\\a.cs"), module("b.cs"));
        let parsed = parse(&text);
        assert_eq!(parsed.problems, []);
        let report = parsed.document.unwrap();
        assert_eq!((report.totals().line, report.totals().function), (ratio(4, 8), ratio(2, 4)));
        let files: Vec<_> = report.files.iter().map(|file| (file.path.as_str(), file.line())).collect();
        assert_eq!(files, [("C:\\a.cs", ratio(2, 4)), ("b.cs", ratio(2, 4))]);
    }

    #[test]
    fn broken_ranges_and_truncation_are_told() {
        let text = "<results><modules><module><range source_id='0' covered='maybe' start_line='1'/>";
        let parsed = parse(text);
        assert_eq!(parsed.problems.len(), 2);
        assert!(parsed.document.is_some());
        for text in ["", "<results><result/></results>"] {
            assert!(parse(text).document.is_none(), "{text}");
        }
    }
}
