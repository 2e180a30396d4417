//! Reads the XML of xUnit.net: version 2 (`assemblies`) and later, and the single `assembly` of version 1.
//!
//! Source: "xUnit.net XML Format v2". `NotRun` is an explicit test that nobody asked for. The errors of an assembly
//! (clean-up of fixtures, fatal ones) belong to no case.

use super::gather::{Gather, Verdict, file_name, without_class};
use super::time::time;
use super::walk::{Visit, walk};
use super::{Case, DeclaredCounts, Said, Suite, TestReport};
use crate::model::{CaseStatus, Span};
use crate::parse::Parsed;
use crate::parse::xml::Reader;

/// Reads a report. There is a document when the root is `assemblies` or `assembly`, whatever follows.
pub fn parse(text: &str) -> Parsed<TestReport<'_>> {
    let mut builder = Builder { gather: Gather::new(text), ..Builder::default() };
    let (found, problems) = walk(text, "xUnit.net XML", &["assemblies", "assembly"], &mut builder);
    builder.gather.parsed(found, problems)
}

/// What an open element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Run,
    /// `assembly`, or a `collection` or `class` inside it.
    Suite,
    Errors,
    /// An error of the assembly.
    Error,
    Case,
    /// Of a case or an error.
    Failure,
    Message,
    Trace,
    /// Nothing inside it matters.
    Passive,
}

#[derive(Debug, Default)]
struct Builder<'t> {
    gather: Gather<'t>,
    open: Vec<Open>,
    case: Option<Case<'t>>,
    /// What the open case or error says.
    said: Said<'t>,
    error: Span,
}

impl<'t> Visit<'t> for Builder<'t> {
    fn start(&mut self, name: &'t str, reader: &Reader<'t>) {
        let open = match (self.open.last(), name) {
            (None, "assemblies") => {
                "xUnit.net".clone_into(&mut self.gather.report.producer);
                Open::Run
            }
            (None | Some(Open::Run), "assembly") => {
                "xUnit.net".clone_into(&mut self.gather.report.producer);
                let declared = declared(reader);
                let sum = &mut self.gather.report.declared;
                *sum = declared.map(|own| sum.map_or(own, |sum| sum.and(own)));
                self.start_suite(reader);
                Open::Suite
            }
            (Some(Open::Suite), "collection" | "class") => {
                self.start_suite(reader);
                Open::Suite
            }
            (Some(Open::Suite), "errors") => Open::Errors,
            (Some(Open::Errors), "error") => {
                self.error = reader.span();
                self.said = Said::default();
                for what in [reader.raw("type"), reader.raw("name")].into_iter().flatten() {
                    self.said.add_message(what);
                    self.said.add_message(": ");
                }
                Open::Error
            }
            (Some(Open::Suite), "test") => self.start_case(reader),
            (Some(Open::Case | Open::Error), "failure") => Open::Failure,
            (Some(Open::Failure), "message") => Open::Message,
            (Some(Open::Failure), "stack-trace") => Open::Trace,
            _ => Open::Passive,
        };
        self.open.push(open);
    }

    fn text(&mut self, text: &str) {
        match self.open.last() {
            Some(Open::Message) => self.said.add_message(text),
            Some(Open::Trace) => self.said.add_trace(text),
            _ => {}
        }
    }

    fn end(&mut self, _: Span) {
        match self.open.pop() {
            Some(Open::Suite) => self.gather.end(),
            Some(Open::Error) => {
                let error = std::mem::take(&mut self.said).of_suite(CaseStatus::Error, self.error);
                if let Some(suite) = self.gather.suite(self.error) {
                    suite.errors_outside_cases.push(error);
                }
            }
            Some(Open::Case) => {
                let Some(mut case) = self.case.take() else { return };
                case.failed_with(std::mem::take(&mut self.said));
                if let Some(suite) = self.gather.suite(case.span) {
                    suite.cases.push(case);
                }
            }
            _ => {}
        }
    }
}

impl<'t> Builder<'t> {
    fn start_suite(&mut self, reader: &Reader<'t>) {
        let span = reader.span();
        let suite = Suite {
            timestamp: reader.raw("run-date").map(|date| {
                let time = reader.raw("run-time").unwrap_or("");
                format!("{date} {time}").trim().to_owned()
            }),
            declared: declared(reader),
            seconds: self.gather.seconds(time(reader.raw("time")), span),
            span,
            ..Suite::default()
        };
        // An assembly is named by its whole path, which is another one on each machine.
        let name = reader.attribute("name").unwrap_or_default();
        self.gather.begin(file_name(&name), suite);
    }

    fn start_case(&mut self, reader: &Reader<'t>) -> Open {
        let mut case = Case::at(reader.span());
        case.class = self.gather.classes.of(reader.raw("type").unwrap_or(""));
        let name = reader.attribute("name").or_else(|| reader.attribute("method")).unwrap_or_default();
        case.name = without_class(name, &case.class);
        case.seconds = self.gather.seconds(time(reader.raw("time")), case.span);
        case.file = reader.raw("source-file").map(|file| self.gather.files.of(file));
        case.line = reader.raw("source-line").and_then(|line| line.trim().parse().ok()).filter(|line| *line > 0);
        let result = reader.raw("result").unwrap_or("");
        case.set(match result {
            "Pass" => Verdict::PASSED,
            "Fail" => Verdict::FAILED,
            "Skip" => Verdict::NOT_RUN,
            "NotRun" => Verdict::DISABLED,
            _ => {
                self.gather.unknown(case.span, "result", result, "xUnit.net");
                Verdict::INCONCLUSIVE
            }
        });
        self.case = Some(case);
        self.said = Said::default();
        Open::Case
    }
}

/// Its `errors` are those of the assembly and no cases.
fn declared(reader: &Reader<'_>) -> Option<DeclaredCounts> {
    let number = |name: &str| reader.raw(name).and_then(|count| count.trim().parse::<u64>().ok());
    let declared = DeclaredCounts {
        tests: number("total"),
        failures: number("failed"),
        errors: None,
        skipped: number("skipped").map(|skipped| skipped.saturating_add(number("not-run").unwrap_or(0))),
        seconds: time(reader.raw("time")).seconds(),
    };
    declared.some()
}
