//! Reads `SonarQube`'s generic coverage XML: for each file its lines, whether each is covered, and the counts of its
//! branches.

use super::elements::{self, Elements, line};
use super::gather::{Files, Flaws};
use super::{CoverageReport, CoveredSource, Line};
use crate::parse::Parsed;
use crate::parse::xml::{Reader, decode};

/// Reads a report. There is a document when the root is `coverage` with files, or with nothing but a `version`.
pub fn parse(text: &str) -> Parsed<CoverageReport> {
    let mut builder = Builder::default();
    let walked = elements::walk(text, "coverage", &mut builder);
    builder.end("file");
    let report = CoverageReport { files: builder.files.finish(), ..CoverageReport::default() };
    let what = "the root is no `coverage` with files or a version, so this is no generic coverage of SonarQube";
    walked.finish(builder.recognized, what, builder.flaws.into_problems(), report)
}

#[derive(Default)]
struct Builder {
    files: Files,
    flaws: Flaws,
    recognized: bool,
    file: Option<CoveredSource>,
}

impl Elements for Builder {
    fn start(&mut self, name: &str, at: &Reader<'_>) {
        match name {
            "coverage" => self.recognized = at.raw("version") == Some("1"),
            "file" => {
                self.recognized = true;
                let path = decode(at.raw("path").unwrap_or("")).into_owned();
                self.file = Some(CoveredSource { path, ..CoveredSource::default() });
            }
            "lineToCover" => {
                let Some(file) = &mut self.file else { return };
                let covered = match at.raw("covered") {
                    Some("true" | "1") => Some(1),
                    Some("false" | "0") => Some(0),
                    _ => None,
                };
                let (Some(number), Some(hits)) = (line(at, "lineNumber"), covered) else {
                    self.flaws
                        .tell(at.span(), "a line without a number, or covered neither `true` nor `false`; left out");
                    return;
                };
                let branches = line(at, "branchesToCover").unwrap_or(0);
                let branches_taken = line(at, "coveredBranches").unwrap_or(0).min(branches);
                file.lines.push_with(Line::new(number, hits), branches_taken, branches);
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        if name == "file"
            && let Some(file) = self.file.take()
        {
            self.files.add(&file.path.clone(), file);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::model::Ratio;

    #[test]
    fn lines_and_branches_are_counted() {
        let text = "<coverage version='1'><file path='a/b&amp;c.ts'><lineToCover lineNumber='1' covered='true'/>\
                    <lineToCover lineNumber='2' covered='true' branchesToCover='4' coveredBranches='3'/>\
                    <lineToCover lineNumber='3' covered='false'/></file><file path='empty'/></coverage>";
        let parsed = parse(text);
        assert_eq!(parsed.problems, []);
        let report = parsed.document.unwrap();
        assert_eq!(report.totals().line, Ratio { covered: 2, total: 3 });
        assert_eq!(report.totals().branch, Ratio { covered: 3, total: 4 });
        assert_eq!(report.files[0].path, "a/b&c.ts");
    }

    #[test]
    fn broken_lines_and_truncation_are_told() {
        let text = "<coverage version='1'><file path='a'><lineToCover lineNumber='1' covered='yes'/>\
                    <lineToCover covered='true'/><lineToCover lineNumber='3' covered='true'/>";
        let parsed = parse(text);
        assert_eq!(parsed.problems.len(), 3);
        assert_eq!(parsed.document.unwrap().totals().line, Ratio { covered: 1, total: 1 });
        for text in ["", "<coverage><packages/></coverage>", "<x version='1'/>"] {
            assert!(parse(text).document.is_none(), "{text}");
        }
    }
}
