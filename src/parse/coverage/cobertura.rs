//! Reads Cobertura XML, the format of coverage that most tools can write and few write alike.
//!
//! A line is hit when its count is above zero, also with branches left over. Lines under `methods` repeat those of the
//! class and count only where the class has none of its own.

use super::gather::{Files, Flaws, hits};
use super::{CoverageReport, Declared, Line, Lines};
use crate::model::Ratio;
use crate::parse::xml::{Event, Reader, decode};
use crate::parse::{Parsed, Problem};

/// Reads a report. There is a document when the root is `coverage` and packages follow or line rates are declared.
pub fn parse(text: &str) -> Parsed<CoverageReport> {
    let mut reader = Reader::new(text);
    let mut builder = Builder::default();
    let mut root = None;
    let mut recognized = false;
    while let Some(event) = reader.read() {
        match event {
            Event::Start(name) => {
                if reader.depth() == 1 {
                    root = Some(reader.span());
                    if name != "coverage" {
                        break;
                    }
                    recognized = reader.raw("line-rate").is_some() || reader.raw("lines-valid").is_some();
                    builder.report.declared = declared(&reader);
                    producer(&reader).clone_into(&mut builder.report.producer);
                }
                recognized |= reader.depth() == 2 && matches!(name, "packages" | "sources");
                builder.start(name, &reader);
            }
            Event::Text(text) => {
                if let Some(source) = &mut builder.source {
                    source.push_str(&text);
                }
            }
            Event::End(name) => builder.end(name),
        }
    }
    // What an early end of the file leaves open still counts.
    builder.end_method();
    builder.end_class();
    let mut problems = reader.into_problems();
    problems.append(&mut std::mem::take(&mut builder.flaws).into_problems());
    problems.sort_by_key(|problem| problem.span.offset);
    if !recognized {
        if let Some(root) = root {
            problems.push(Problem::new(root, "the root is no `coverage` with `packages`, so this is no Cobertura XML"));
        }
        return Parsed { document: None, problems };
    }
    Parsed { document: Some(builder.report()), problems }
}

#[derive(Default)]
struct Builder {
    report: CoverageReport,
    files: Files,
    /// Text of the open `source`.
    source: Option<String>,
    /// The file of the open class.
    class: Option<usize>,
    method: Option<Method>,
    /// Lines of the open class, and those of its methods.
    lines: Lines,
    method_lines: Lines,
    flaws: Flaws,
}

struct Method {
    covered: bool,
    has_lines: bool,
    /// From its attributes, for methods without lines.
    declared_covered: bool,
}

impl Builder {
    fn start(&mut self, name: &str, reader: &Reader<'_>) {
        match name {
            "line" => self.line(reader),
            "class" => {
                self.end_class();
                let path = reader.raw("filename").or_else(|| reader.raw("name")).unwrap_or("");
                self.class = Some(self.files.open(&decode(path)));
            }
            "method" => {
                self.end_method();
                let above_zero = |name| reader.raw(name).and_then(hits).is_some_and(|count| count > 0);
                self.method = Some(Method {
                    covered: false,
                    has_lines: false,
                    declared_covered: above_zero("hits") || above_zero("line-rate"),
                });
            }
            "source" => self.source = Some(String::new()),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "class" => self.end_class(),
            "method" => self.end_method(),
            "source" => {
                let source = self.source.take().unwrap_or_default();
                let source = source.trim();
                if !source.is_empty() {
                    self.report.sources.push(source.to_owned());
                }
            }
            _ => {}
        }
    }

    fn line(&mut self, reader: &Reader<'_>) {
        if self.class.is_none() {
            return;
        }
        let (mut number, mut count, mut branch, mut coverage) = (None, None, None, None);
        // One pass over the attributes: lines are what a report consists of.
        for (name, value) in reader.attributes() {
            let known = match name {
                "number" => &mut number,
                "hits" => &mut count,
                "branch" => &mut branch,
                "condition-coverage" => &mut coverage,
                _ => continue,
            };
            known.get_or_insert(value);
        }
        let number = number.and_then(|number: &str| number.trim_ascii().parse::<u32>().ok());
        let (Some(number), Some(count)) = (number, hits(count.unwrap_or("0"))) else {
            self.flaws.tell(reader.span(), "a line whose number or hits are no numbers; it was left out");
            return;
        };
        let branches = branch.filter(|branch| branch.eq_ignore_ascii_case("true")).and(coverage).and_then(condition);
        let (taken, branches) = branches.unwrap_or_default();
        let lines = if let Some(method) = &mut self.method {
            method.has_lines = true;
            method.covered |= count > 0;
            &mut self.method_lines
        } else {
            &mut self.lines
        };
        lines.push_with(Line::new(number, count), taken.min(branches), branches);
    }

    fn end_method(&mut self) {
        let Some(method) = self.method.take() else { return };
        let Some(file) = self.class.and_then(|class| self.files.get(class)) else { return };
        let covered = if method.has_lines { method.covered } else { method.declared_covered };
        file.functions += Ratio { covered: covered.into(), total: 1 };
    }

    fn end_class(&mut self) {
        let Some(class) = self.class.take() else { return };
        if let Some(file) = self.files.get(class) {
            file.lines.append(if self.lines.is_empty() { &mut self.method_lines } else { &mut self.lines });
        }
        self.lines.clear();
        self.method_lines.clear();
    }

    fn report(mut self) -> CoverageReport {
        self.report.files = self.files.finish();
        self.report
    }
}

/// The `(a/b)` of `50% (1/2)`.
fn condition(written: &str) -> Option<(u32, u32)> {
    let (_, inside) = written.split_once('(')?;
    let (taken, branches) = inside.split_once(')')?.0.split_once('/')?;
    Some((taken.trim_ascii().parse().ok()?, branches.trim_ascii().parse().ok()?))
}

fn declared(reader: &Reader<'_>) -> Declared {
    let number = |name: &str| reader.raw(name).and_then(|count| count.trim().parse::<u64>().ok());
    let ratio = |covered: &str, total: &str| Some(Ratio { covered: number(covered)?, total: number(total)? });
    let rate = |name: &str| {
        let rate = reader.raw(name)?.trim().parse::<f64>().ok()?;
        (0.0..=1.0).contains(&rate).then_some(rate)
    };
    Declared {
        line: ratio("lines-covered", "lines-valid"),
        branch: ratio("branches-covered", "branches-valid"),
        line_rate: rate("line-rate"),
        branch_rate: rate("branch-rate"),
        ..Declared::default()
    }
}

fn producer(reader: &Reader<'_>) -> &'static str {
    let signature = reader.prolog().trim();
    if signature.starts_with("Generated by coverage.py") {
        return "coverage.py";
    }
    let version = reader.raw("version").unwrap_or("");
    if version.starts_with("gcovr ") { "gcovr" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::{CoverageReport, parse};
    use crate::model::Ratio;

    fn report(classes: &str) -> CoverageReport {
        let text = format!(
            "<coverage line-rate='0.5'><packages><package><classes>{classes}</classes></package></packages></coverage>"
        );
        let parsed = parse(&text);
        assert_eq!(parsed.problems, [], "{text}");
        parsed.document.unwrap()
    }

    fn ratio(covered: u64, total: u64) -> Ratio {
        Ratio { covered, total }
    }

    #[test]
    fn a_line_in_several_classes_of_one_file_counts_once() {
        let report = report(
            "<class filename='b.cs'><lines><line number='1' hits='0'/><line number='2' hits='3'/></lines></class>\
             <class filename='a.cs'><lines><line number='1' hits='1'/></lines></class>\
             <class filename='b.cs'><lines><line number='1' hits='1'/><line number='9' hits='0'/></lines></class>",
        );
        let seen: Vec<_> = report.files.iter().map(|file| (file.path.as_str(), file.line())).collect();
        assert_eq!(seen, [("a.cs", ratio(1, 1)), ("b.cs", ratio(2, 3))]);
        assert_eq!(report.files[1].at(2).unwrap().hits(), 3);
    }

    #[test]
    fn lines_of_methods_count_only_where_the_class_has_none() {
        let method = "<methods><method name='m'><lines><line number='1' hits='1'/><line number='7' hits='0'/></lines>\
                      </method><method name='n' hits='0'/></methods>";
        let own = report(&format!("<class filename='a'>{method}<lines><line number='1' hits='1'/></lines></class>"));
        assert_eq!((own.totals().line, own.totals().function), (ratio(1, 1), ratio(1, 2)));
        let none = report(&format!("<class filename='a'>{method}<lines/></class>"));
        assert_eq!((none.totals().line, none.totals().function), (ratio(1, 2), ratio(1, 2)));
    }

    #[test]
    fn branches_come_from_the_counts_and_not_from_the_percentage() {
        let report = report(
            "<class filename='a'><lines>\
             <line number='1' hits='1' branch='true' condition-coverage='99% (1/2)'/>\
             <line number='2' hits='1' branch='True' condition-coverage='100% (4/4)'/>\
             <line number='3' hits='1' branch='true'/>\
             <line number='4' hits='1' branch='false' condition-coverage='50% (1/2)'/>\
             <line number='1' hits='0' branch='true' condition-coverage='0% (0/4)'/></lines></class>",
        );
        assert_eq!(report.totals().branch, ratio(5, 8));
        assert_eq!(report.files[0].lines.branches_at(2), Some(ratio(4, 4)));
        assert_eq!(report.files[0].lines.branches_at(3), None);
    }

    #[test]
    fn sources_declarations_and_the_signature_are_kept_beside_the_counts() {
        let text = "<?xml version='1.0'?><!-- Generated by coverage.py: https://example.org -->\n\
                    <coverage lines-valid='10' lines-covered='9' branches-valid='0' branches-covered='0' line-rate='0.9' \
                    branch-rate='oops'><sources><source>/src &amp; more</source><source/></sources><packages/></coverage>";
        let report = parse(text).document.unwrap();
        assert_eq!(report.producer, "coverage.py");
        assert_eq!(report.sources, ["/src & more"]);
        assert_eq!((report.declared.line, report.declared.line_rate), (Some(ratio(9, 10)), Some(0.9)));
        assert_eq!((report.declared.branch, report.declared.branch_rate), (Some(ratio(0, 0)), None));
        assert_eq!(report.totals().line, ratio(0, 0));
    }

    #[test]
    fn lines_that_cannot_be_read_are_left_out_with_a_place() {
        let text = "<coverage line-rate='1'><packages><package><class filename='a'><lines><line number='x' hits='1'/>\
                    <line number='2' hits='many'/><line number='3' hits='1'/></lines></class></package></packages></coverage>";
        let parsed = parse(text);
        let places: Vec<_> = parsed.problems.iter().filter_map(|problem| text.get(problem.span.range())).collect();
        assert_eq!(places, ["<line number='x' hits='1'/>", "<line number='2' hits='many'/>"]);
        assert_eq!(parsed.document.unwrap().totals().line, ratio(1, 1));
    }

    #[test]
    fn a_truncated_report_keeps_what_was_read() {
        let text = "<coverage line-rate='1'><packages><package><class filename='a'><methods><method><lines>\
                    <line number='1' hits='1'/>";
        let parsed = parse(text);
        assert_eq!(parsed.document.unwrap().totals().line, ratio(1, 1));
        assert_eq!(parsed.problems[0].span.offset, text.len());
    }

    #[test]
    fn other_formats_have_no_document() {
        for text in ["", "x", "<coverage generated='1'><project/></coverage>", "<report><package/></report>"] {
            let parsed = parse(text);
            assert!(parsed.document.is_none() && !parsed.problems.is_empty(), "{text}");
        }
    }
}
