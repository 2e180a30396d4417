//! Reads `OpenCover` XML, also as coverlet and `AltCover` write it.
//!
//! Sequence points are its statements; a point that spans several lines covers each of them. The totals are those of the
//! session's `Summary`, where there is one: it counts the entry of each method as a branch, which no element shows.

use super::elements::{self, Elements, line, ratio};
use super::gather::{Branches, Files, Flaws, Spread, hits};
use super::{CoverageReport, CoveredSource};
use crate::model::Ratio;
use crate::parse::Parsed;
use crate::parse::xml::{Reader, decode};
use std::collections::BTreeMap;

/// Reads a report. There is a document when the root is `CoverageSession`.
pub fn parse(text: &str) -> Parsed<CoverageReport> {
    let mut builder = Builder {
        report: CoverageReport { declared_whole: true, ..CoverageReport::default() },
        files: Files::default(),
        flaws: Flaws::default(),
        spread: Spread::new(text.len()),
        recognized: false,
        paths: BTreeMap::new(),
        drafts: BTreeMap::new(),
        method: None,
    };
    let walked = elements::walk(text, "CoverageSession", &mut builder);
    builder.end_method();
    builder.end_module();
    let mut report = builder.report;
    report.files = builder.files.finish();
    let what = "the root is no `CoverageSession`, so this is no OpenCover XML";
    walked.finish(builder.recognized, what, builder.flaws.into_problems(), report)
}

struct Builder {
    report: CoverageReport,
    files: Files,
    flaws: Flaws,
    spread: Spread,
    recognized: bool,
    /// Files of the open module by their ids, as written.
    paths: BTreeMap<String, String>,
    drafts: BTreeMap<String, (CoveredSource, Branches)>,
    method: Option<Method>,
}

#[derive(Default)]
struct Method {
    visited: bool,
    file: Option<String>,
}

impl Builder {
    /// The file of a point: its own, or that of the method.
    fn draft(&mut self, at: &Reader<'_>) -> Option<&mut (CoveredSource, Branches)> {
        let method = self.method.as_ref().and_then(|method| method.file.as_deref());
        let id = at.raw("fileid").filter(|id| self.paths.contains_key(*id)).or(method)?;
        if !self.drafts.contains_key(id) {
            self.drafts.insert(id.to_owned(), Default::default());
        }
        self.drafts.get_mut(id)
    }

    fn sequence_point(&mut self, at: &Reader<'_>) {
        let (Some(hits), Some(first)) = (at.raw("vc").and_then(hits), line(at, "sl")) else {
            self.flaws.tell(at.span(), "a sequence point whose count or line is no number; it was left out");
            return;
        };
        let last = line(at, "el").unwrap_or(first);
        if let Some(method) = &mut self.method {
            method.file = method.file.take().or_else(|| at.raw("fileid").map(str::to_owned));
        }
        let mut spread = std::mem::replace(&mut self.spread, Spread::new(0));
        if let Some((source, _)) = self.draft(at) {
            source.statements += Ratio { covered: (hits > 0).into(), total: 1 };
            if !spread.add(&mut source.lines, first, last, hits) {
                self.flaws.tell(at.span(), "a sequence point over more lines than a report of this size can have");
            }
        }
        self.spread = spread;
    }

    fn branch_point(&mut self, at: &Reader<'_>) {
        let Some(hits) = at.raw("vc").and_then(hits) else {
            self.flaws.tell(at.span(), "a branch point whose count is no number; it was left out");
            return;
        };
        let number = line(at, "sl").unwrap_or(0);
        if let Some((_, branches)) = self.draft(at) {
            branches.push(number, hits > 0);
        }
    }

    fn end_method(&mut self) {
        let Some(method) = self.method.take() else { return };
        if let Some((source, _)) = method.file.and_then(|file| self.drafts.get_mut(&file)) {
            source.functions += Ratio { covered: method.visited.into(), total: 1 };
        }
    }

    fn end_module(&mut self) {
        for (id, (mut source, mut branches)) in std::mem::take(&mut self.drafts) {
            branches.settle(&mut source);
            if let Some(path) = self.paths.get(&id) {
                self.files.add(path, source);
            }
        }
        self.paths.clear();
    }
}

impl Elements for Builder {
    fn start(&mut self, name: &str, at: &Reader<'_>) {
        match name {
            "CoverageSession" => self.recognized = true,
            "Summary" if at.depth() == 2 => {
                let declared = &mut self.report.declared;
                declared.statement = ratio(at, "visitedSequencePoints", "numSequencePoints");
                declared.branch = ratio(at, "visitedBranchPoints", "numBranchPoints");
                declared.function = ratio(at, "visitedMethods", "numMethods");
            }
            "File" => {
                let (Some(id), Some(path)) = (at.raw("uid"), at.attribute("fullPath")) else { return };
                self.paths.insert(id.to_owned(), path.into_owned());
            }
            "Method" => {
                self.end_method();
                let visited = at.raw("visited").is_some_and(|visited| visited.eq_ignore_ascii_case("true"));
                self.method = Some(Method { visited, file: None });
            }
            "FileRef" => {
                if let (Some(method), Some(id)) = (&mut self.method, at.raw("uid")) {
                    method.file = Some(decode(id).into_owned());
                    let id = id.to_owned();
                    self.drafts.entry(id).or_default();
                }
            }
            "SequencePoint" => self.sequence_point(at),
            "BranchPoint" => self.branch_point(at),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "Method" => self.end_method(),
            "Module" => self.end_module(),
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

    const MODULE: &str = "<Modules><Module skippedDueTo='Filter'><Classes/></Module><Module><Files>\
        <File uid='7' fullPath='C:\\a.cs'/><File uid='8' fullPath='C:\\b.cs'/></Files><Classes><Class>\
        <Summary numSequencePoints='99' visitedSequencePoints='99'/><Methods><Method visited='true'><FileRef uid='7'/>\
        <SequencePoints><SequencePoint vc='2' sl='3' el='5' fileid='7'/><SequencePoint vc='0' sl='5' el='5'/></SequencePoints>\
        <BranchPoints><BranchPoint vc='1' sl='3'/><BranchPoint vc='0' sl='3'/></BranchPoints></Method>\
        <Method visited='false'><FileRef uid='8'/><SequencePoints><SequencePoint vc='0' sl='1' fileid='8'/></SequencePoints>\
        <BranchPoints/></Method></Methods></Class></Classes></Module></Modules>";

    #[test]
    fn points_are_counted_by_file_and_totals_are_those_of_the_session() {
        let text = format!(
            "<CoverageSession><Summary numSequencePoints='3' visitedSequencePoints='1' numBranchPoints='4' \
             visitedBranchPoints='2' visitedMethods='1' numMethods='2' maxCrapScore='-1132818'/>{MODULE}</CoverageSession>"
        );
        let parsed = parse(&text);
        assert_eq!(parsed.problems, []);
        let report = parsed.document.unwrap();
        let totals = report.totals();
        assert_eq!((totals.statement, totals.branch, totals.function), (ratio(1, 3), ratio(2, 4), ratio(1, 2)));
        assert_eq!(totals.line, ratio(3, 4));
        let file = &report.files[0];
        assert_eq!((file.path.as_str(), file.statements, file.functions), ("C:\\a.cs", ratio(1, 2), ratio(1, 1)));
        assert_eq!(file.lines.branches_at(3), Some(ratio(1, 2)));
    }

    #[test]
    fn without_a_summary_points_are_the_totals() {
        let report = parse(&format!("<CoverageSession>{MODULE}</CoverageSession>")).document.unwrap();
        assert_eq!((report.totals().statement, report.totals().branch), (ratio(1, 3), ratio(1, 2)));
    }

    #[test]
    fn broken_points_and_truncation_are_told() {
        let text = "<CoverageSession><Modules><Module><Files><File uid='1' fullPath='a'/></Files><Classes><Class><Methods>\
                    <Method visited='true'><SequencePoints><SequencePoint vc='x' sl='1' fileid='1'/>\
                    <SequencePoint vc='1' sl='1' el='4294967295' fileid='1'/>";
        let parsed = parse(text);
        assert_eq!(parsed.problems.len(), 3, "{:?}", parsed.problems);
        let totals = parsed.document.unwrap().totals();
        assert_eq!((totals.statement, totals.function), (ratio(1, 1), ratio(1, 1)));
        for text in ["", "<root><CoverageSession/></root>"] {
            assert!(parse(text).document.is_none(), "{text}");
        }
    }
}
