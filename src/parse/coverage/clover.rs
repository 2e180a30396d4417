//! Reads Clover XML, also as `PHPUnit`, Istanbul and gcovr write it.
//!
//! `metrics` stand at every level; the totals are those of `project`, and a file without them is counted by its lines.
//! Lines are those of statements and conditions; a line of type `method` marks a declaration. What the two counts of a
//! condition mean differs between producers, so branches are counted by the metrics and not by line. `testproject` holds
//! the code of tests and does not count.

use super::elements::{self, Elements, count, line, ratio};
use super::gather::{Files, Flaws, hits};
use super::{CoverageReport, CoveredSource, Line};
use crate::model::Ratio;
use crate::parse::Parsed;
use crate::parse::xml::{Reader, decode};

/// Reads a report. There is a document when the root is `coverage` with a `project`.
pub fn parse(text: &str) -> Parsed<CoverageReport> {
    let mut builder = Builder::default();
    let walked = elements::walk(text, "coverage", &mut builder);
    builder.end_file();
    let mut report = CoverageReport { declared_whole: true, ..CoverageReport::default() };
    if let Some(project) = builder.project {
        report.declared.statement = Some(project.statements);
        report.declared.branch = Some(project.branches);
        report.declared.function = Some(project.functions);
    }
    report.files = builder.files.finish();
    let what = "the root is no `coverage` with a `project`, so this is no Clover XML";
    walked.finish(builder.recognized, what, builder.flaws.into_problems(), report)
}

#[derive(Default)]
struct Builder {
    files: Files,
    flaws: Flaws,
    recognized: bool,
    in_tests: bool,
    /// Names of the open elements.
    open: Vec<Kind>,
    project: Option<Metrics>,
    file: Option<File>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Project,
    File,
    Class,
    Other,
}

#[derive(Clone, Copy, Default)]
struct Metrics {
    statements: Ratio,
    branches: Ratio,
    functions: Ratio,
}

#[derive(Default)]
struct File {
    source: CoveredSource,
    own: Option<Metrics>,
    /// Sums over its classes.
    classes: Option<Metrics>,
    /// Sums over its lines.
    counted: Metrics,
}

impl Metrics {
    fn read(at: &Reader<'_>) -> Option<Self> {
        Some(Self {
            statements: ratio(at, "coveredstatements", "statements")?,
            branches: ratio(at, "coveredconditionals", "conditionals").unwrap_or_default(),
            functions: ratio(at, "coveredmethods", "methods").unwrap_or_default(),
        })
    }

    fn add(&mut self, other: Self) {
        self.statements += other.statements;
        self.branches += other.branches;
        self.functions += other.functions;
    }
}

impl Builder {
    fn metrics(&mut self, at: &Reader<'_>) {
        // The element that they belong to; the last open one is `metrics` itself.
        let parent = self.open.len().checked_sub(2).and_then(|index| self.open.get(index));
        let (Some(parent), Some(metrics)) = (parent, Metrics::read(at)) else { return };
        match (parent, &mut self.file) {
            (Kind::Project, _) => self.project = Some(metrics),
            (Kind::File, Some(file)) => file.own = Some(metrics),
            (Kind::Class, Some(file)) => file.classes.get_or_insert_default().add(metrics),
            _ => {}
        }
    }

    fn line(&mut self, at: &Reader<'_>) {
        let Some(file) = &mut self.file else { return };
        let kind = at.raw("type").unwrap_or("stmt");
        let ends = ["truecount", "falsecount"].map(|name| at.raw(name).and_then(hits));
        let ran = at.raw("count").map_or_else(|| ends.iter().flatten().max().copied(), hits);
        let (Some(number), Some(hits)) = (line(at, "num"), ran.or_else(|| at.raw("count").is_none().then_some(0)))
        else {
            self.flaws.tell(at.span(), "a line whose number or count is no number; it was left out");
            return;
        };
        let one = Ratio { covered: (hits > 0).into(), total: 1 };
        if kind == "method" {
            file.counted.functions += one;
            return;
        }
        if kind == "cond" {
            for end in ends {
                file.counted.branches += Ratio { covered: end.is_some_and(|count| count > 0).into(), total: 1 };
            }
        }
        file.counted.statements += one;
        file.source.lines.push(Line::new(number, hits));
    }

    fn end_file(&mut self) {
        let Some(file) = self.file.take() else { return };
        let Metrics { statements, branches, functions } = file.own.or(file.classes).unwrap_or(file.counted);
        let mut source = file.source;
        let path = std::mem::take(&mut source.path);
        (source.statements, source.branches, source.functions) = (statements, branches, functions);
        self.files.add(&path, source);
    }
}

impl Elements for Builder {
    fn start(&mut self, name: &str, at: &Reader<'_>) {
        self.open.push(match name {
            "project" => Kind::Project,
            "file" => Kind::File,
            "class" => Kind::Class,
            _ => Kind::Other,
        });
        match name {
            "project" => self.recognized = true,
            "testproject" => (self.recognized, self.in_tests) = (true, true),
            _ if self.in_tests => {}
            "metrics" => self.metrics(at),
            "file" => {
                self.end_file();
                // Most producers give the name alone as `name` where there is a `path`.
                let path = decode(at.raw("path").or_else(|| at.raw("name")).unwrap_or("")).into_owned();
                self.file =
                    Some(File { source: CoveredSource { path, ..CoveredSource::default() }, ..File::default() });
            }
            "line" => self.line(at),
            "coverage" => self.recognized |= at.raw("clover").is_some() || count(at, "generated").is_some(),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        self.open.pop();
        match name {
            "file" => self.end_file(),
            "testproject" => self.in_tests = false,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::model::Ratio;
    use crate::parse::coverage::CoverageReport;

    fn report(inside: &str) -> CoverageReport {
        let text = format!("<coverage generated='1'>{inside}</coverage>");
        let parsed = parse(&text);
        assert_eq!(parsed.problems, [], "{text}");
        parsed.document.unwrap()
    }

    fn ratio(covered: u64, total: u64) -> Ratio {
        Ratio { covered, total }
    }

    #[test]
    fn totals_are_those_of_the_project_and_lines_those_of_statements() {
        let report = report(
            "<project><package name='p'><metrics statements='99' coveredstatements='99'/><file name='A.php' path='/s/A.php'>\
             <class name='A'><metrics statements='98' coveredstatements='98'/></class>\
             <line num='1' type='method' name='f' count='0'/><line num='2' type='stmt' count='3'/>\
             <line num='3' type='cond' truecount='2' falsecount='0'/><line num='2' type='stmt' count='0'/>\
             <metrics statements='4' coveredstatements='3' conditionals='2' coveredconditionals='1' methods='1' \
             coveredmethods='0'/></file></package><metrics statements='10' coveredstatements='7' conditionals='2' \
             coveredconditionals='1' methods='5' coveredmethods='4'/></project>",
        );
        let totals = report.totals();
        assert_eq!((totals.statement, totals.branch, totals.function), (ratio(7, 10), ratio(1, 2), ratio(4, 5)));
        let file = &report.files[0];
        assert_eq!((file.path.as_str(), file.line(), file.statements), ("/s/A.php", ratio(2, 2), ratio(3, 4)));
        assert_eq!(report.unplaced().statement, ratio(4, 6));
    }

    #[test]
    fn files_without_metrics_are_counted_by_class_or_line() {
        let report = report(
            "<project><file name='a'><class><metrics statements='2' coveredstatements='1'/></class><class>\
             <metrics statements='3' coveredstatements='1'/></class></file><file name='b'><line num='1' type='method' count='1'/>\
             <line num='2' type='cond' truecount='0' falsecount='1'/><line num='3' count='0'/></file></project>",
        );
        let totals = report.totals();
        assert_eq!((totals.statement, totals.branch, totals.function), (ratio(3, 7), ratio(1, 2), ratio(1, 1)));
        assert_eq!(totals.line, ratio(1, 2));
    }

    #[test]
    fn the_code_of_tests_does_not_count() {
        let report = report(
            "<project><file name='a'><line num='1' count='0'/></file></project>\
             <testproject><file name='t'><line num='1' count='1'/></file><metrics statements='1' coveredstatements='1'/></testproject>",
        );
        assert_eq!((report.totals().line, report.totals().statement), (ratio(0, 1), ratio(0, 1)));
    }

    #[test]
    fn broken_lines_and_truncation_are_told() {
        let text = "<coverage><project><file name='a'><line num='x' count='1'/><line num='2' count='y'/><line num='3' count='1'/>";
        let parsed = parse(text);
        assert_eq!(parsed.problems.len(), 3);
        assert_eq!(parsed.document.unwrap().totals().line, ratio(1, 1));
        for text in ["", "<coverage><packages/></coverage>", "<project/>"] {
            assert!(parse(text).document.is_none(), "{text}");
        }
    }
}
