//! The state machine behind [`super::parse`].

use crate::model::{CaseStatus, Span};
use crate::parse::test_results::gather::{Gather, append};
use crate::parse::test_results::time::time;
use crate::parse::test_results::{Case, DeclaredCounts, MAX_TRACE, Said, Skip, Suite, TestReport};
use crate::parse::xml::{self, Event, Reader};
use crate::parse::{Parsed, Problem};
use std::borrow::Cow;

pub(super) fn read(text: &str) -> Parsed<TestReport<'_>> {
    let mut reader = Reader::new(text);
    let mut builder = Builder { gather: Gather::new(text), open: Vec::new(), case: None, error: Said::default() };
    let mut root = None;
    while let Some(event) = reader.read() {
        match event {
            Event::Start(name) => {
                if reader.depth() == 1 {
                    root = Some(Root { name, span: reader.span() });
                }
                builder.start(name, &reader);
            }
            Event::Text(text) => builder.text(text),
            Event::End(_) => builder.end(),
        }
    }
    // A file that ends early leaves elements open; what was read of them stays.
    while !builder.open.is_empty() {
        builder.end();
    }
    let mut problems = reader.into_problems();
    let document = match root {
        Some(root) if builder.gather.report.suites.is_empty() && !matches!(root.name, "testsuites" | "testsuite") => {
            problems
                .push(Problem::new(root.span, "the root is no `testsuites` or `testsuite`, so this is no JUnit XML"));
            None
        }
        Some(_) => Some(builder.report()),
        None => None,
    };
    problems.sort_by_key(|problem| problem.span.offset);
    Parsed { document, problems }
}

/// Most cases of a suite that memory is set aside for before they come.
const MOST_EXPECTED: u64 = 1_000;

struct Root<'t> {
    name: &'t str,
    span: Span,
}

/// What an open element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    /// `testsuites`, or a wrapper that is not known.
    Group,
    Suite,
    Case,
    /// `failure` or `error` of a case.
    Outcome,
    /// The same of a suite.
    SuiteOutcome(CaseStatus, Span),
    Properties,
    /// Nothing inside it matters.
    Passive,
}

struct Builder<'t> {
    gather: Gather<'t>,
    open: Vec<Open>,
    case: Option<CaseInWork<'t>>,
    /// Of the open suite outcome.
    error: Said<'t>,
}

struct CaseInWork<'t> {
    case: Case<'t>,
    said: Said<'t>,
    /// Attempts that failed and were run again: passed later (`flaky…`) or never (`rerun…`).
    flaky: u32,
    reruns: u32,
    expected_failure: bool,
    switched_off: Option<Skip>,
}

impl<'t> Builder<'t> {
    fn start(&mut self, name: &'t str, reader: &Reader<'t>) {
        let inside = self.open.last().copied();
        let open = match (inside, name) {
            (None | Some(Open::Group), "testsuites") => {
                self.gather.report.declared = declared(reader);
                self.guess_from_group(reader);
                Open::Group
            }
            (None | Some(Open::Group | Open::Suite), "testsuite") => self.start_suite(reader),
            (None | Some(Open::Group | Open::Suite), "testcase") => {
                self.start_case(reader);
                Open::Case
            }
            (None, _) => Open::Group,
            (Some(Open::Group | Open::Suite), "failure" | "error") => self.start_suite_error(name, reader),
            (Some(Open::Group | Open::Suite), "properties") => Open::Properties,
            (Some(Open::Properties), "property") => {
                if reader.raw("name") == Some("go.version") {
                    self.produced_by("gotestsum");
                }
                Open::Passive
            }
            (Some(Open::Case), _) => self.start_outcome(name, reader),
            _ => Open::Passive,
        };
        self.open.push(open);
    }

    fn text(&mut self, text: Cow<'t, str>) {
        match self.open.last() {
            Some(Open::Outcome) => {
                if let Some(work) = &mut self.case {
                    work.said.quote_trace(text);
                }
            }
            Some(Open::SuiteOutcome(..)) => self.error.quote_trace(text),
            _ => {}
        }
    }

    fn end(&mut self) {
        match self.open.pop() {
            Some(Open::Suite) => self.gather.end(),
            Some(Open::Case) => self.end_case(),
            Some(Open::SuiteOutcome(status, span)) => {
                let error = std::mem::take(&mut self.error).of_suite(status, span);
                if let Some(suite) = self.gather.suite(span) {
                    suite.errors_outside_cases.push(error);
                }
            }
            _ => {}
        }
    }

    fn report(self) -> TestReport<'t> {
        let mut report = self.gather.report;
        if report.declared.is_none() {
            report.declared = sum(report.suites.iter().filter(|suite| !suite.nested));
        }
        report
    }

    fn start_suite(&mut self, reader: &Reader<'t>) -> Open {
        let own = reader.attribute("name").unwrap_or_default();
        self.guess_from_suite(&own, reader);
        let span = reader.span();
        let suite = Suite {
            file: reader.attribute("file").map(Cow::into_owned),
            timestamp: reader.attribute("timestamp").map(|time| time.trim().to_owned()).filter(|time| !time.is_empty()),
            declared: declared(reader),
            seconds: self.gather.seconds(time(reader.raw("time")), span),
            span,
            ..Suite::default()
        };
        // Room for the cases that it declares, within reason.
        let cases = suite.declared.and_then(|declared| declared.tests).unwrap_or(0).min(MOST_EXPECTED);
        let cases = Vec::with_capacity(usize::try_from(cases).unwrap_or(0));
        self.gather.begin(&own, Suite { cases, ..suite });
        Open::Suite
    }

    fn start_case(&mut self, reader: &Reader<'t>) {
        let mut case = Case::at(reader.span());
        let mut switched_off = None;
        let mut time_written = None;
        let mut line = None;
        let (mut class, mut other_class) = (None, None);
        // One pass over the attributes: cases are what a large report consists of.
        for (name, value) in reader.attributes() {
            match name {
                "name" => case.name = xml::decode(value),
                "classname" => class = class.or(Some(value)),
                "class" => other_class = other_class.or(Some(value)),
                "time" => time_written = Some(value),
                "file" => case.file = Some(self.gather.files.of(value)),
                "line" => line = value.trim().parse::<u32>().ok(),
                "status" | "result" => {
                    if is_word(value, &["disabled", "notrun", "ignored", "suppressed"]) {
                        switched_off = Some(Skip::Disabled);
                    } else if is_word(value, &["skipped"]) {
                        switched_off = switched_off.or(Some(Skip::NotRun));
                    } else if is_word(value, &["failed", "failure", "fail"]) {
                        case.status = CaseStatus::Failed;
                    }
                }
                _ => {}
            }
        }
        // pytest counts lines from 0.
        let from_zero = self.gather.report.producer == "pytest";
        case.line = line.and_then(|line| line.checked_add(u32::from(from_zero))).filter(|line| *line > 0);
        case.class = self.gather.classes.of(class.or(other_class).unwrap_or(""));
        case.seconds = self.gather.seconds(time(time_written), case.span);
        self.case = Some(CaseInWork {
            case,
            said: Said::default(),
            flaky: 0,
            reruns: 0,
            expected_failure: false,
            switched_off,
        });
    }

    fn start_outcome(&mut self, name: &str, reader: &Reader<'t>) -> Open {
        let Some(work) = &mut self.case else { return Open::Passive };
        match name {
            "failure" | "error" => {
                let status = if name == "error" { CaseStatus::Error } else { CaseStatus::Failed };
                let (case, said) = (&mut work.case, &mut work.said);
                let message = reader.attribute("message").or_else(|| reader.attribute("type")).unwrap_or_default();
                if case.status < status && case.status >= CaseStatus::Failed && !said.message.is_empty() {
                    // The worse one speaks for the case.
                    let mut trace = std::mem::take(&mut said.message).into_owned();
                    append(&mut trace, "\n", MAX_TRACE);
                    append(&mut trace, &said.trace, MAX_TRACE);
                    said.trace = trace.into();
                }
                if said.message.is_empty() {
                    said.quote_message(message);
                } else {
                    for piece in ["\n\n", &message, "\n"] {
                        said.add_trace(piece);
                    }
                }
                case.status = case.status.max(status);
                if case.file.is_none() && case.line.is_none() {
                    case.file = reader.raw("file").map(|file| self.gather.files.of(file));
                    case.line = reader.raw("line").and_then(|line| line.trim().parse().ok()).filter(|line| *line > 0);
                }
                return Open::Outcome;
            }
            "skipped" | "ignored" => {
                work.expected_failure |=
                    reader.raw("type").is_some_and(|kind| is_word(kind, &["pytest.xfail", "xfail"]));
                work.case.status = work.case.status.max(CaseStatus::Skipped);
            }
            "flakyFailure" | "flakyError" => work.flaky = work.flaky.saturating_add(1),
            "rerunFailure" | "rerunError" => work.reruns = work.reruns.saturating_add(1),
            _ => {}
        }
        Open::Passive
    }

    fn end_case(&mut self) {
        let Some(work) = self.case.take() else { return };
        let CaseInWork { mut case, said, flaky, reruns, expected_failure, switched_off } = work;
        case.attempts = 1_u32.saturating_add(flaky).saturating_add(reruns);
        if switched_off.is_some() {
            case.status = CaseStatus::Skipped;
        } else if case.status == CaseStatus::Passed && reruns > 0 {
            case.status = CaseStatus::Failed;
        } else if case.status == CaseStatus::Passed && flaky > 0 {
            case.status = CaseStatus::Flaky;
        }
        if case.status == CaseStatus::Skipped {
            let reason = if expected_failure { Skip::ExpectedFailure } else { Skip::NotRun };
            case.skip = switched_off.or(Some(reason));
        }
        case.failed_with(said);
        if let Some(suite) = self.gather.suite(case.span) {
            suite.cases.push(case);
        }
    }

    fn start_suite_error(&mut self, name: &str, reader: &Reader<'t>) -> Open {
        self.error = Said::default();
        self.error.quote_message(reader.attribute("message").unwrap_or_default());
        let status = if name == "error" { CaseStatus::Error } else { CaseStatus::Failed };
        Open::SuiteOutcome(status, reader.span())
    }

    fn produced_by(&mut self, producer: &str) {
        if self.gather.report.producer.is_empty() {
            producer.clone_into(&mut self.gather.report.producer);
        }
    }

    fn guess_from_group(&mut self, reader: &Reader<'t>) {
        let producer = match reader.raw("name").unwrap_or("") {
            "jest tests" => "jest-junit",
            "vitest tests" => "vitest",
            "pytest tests" => "pytest",
            "Mocha Tests" => "mocha",
            "AllTests" => "GoogleTest",
            _ if reader.raw("uuid").is_some() => "cargo-nextest",
            _ => return,
        };
        self.produced_by(producer);
    }

    fn guess_from_suite(&mut self, name: &str, reader: &Reader<'t>) {
        let schema = reader.raw("noNamespaceSchemaLocation").or_else(|| reader.raw("xsi:noNamespaceSchemaLocation"));
        let producer = match name {
            "pytest" => "pytest",
            "rspec" => "RSpec",
            "Mocha Tests" => "mocha",
            _ if reader.raw("package") == Some("org.eslint") => "ESLint",
            _ if schema.is_some_and(|schema| schema.ends_with("surefire-test-report.xsd")) => "Maven Surefire",
            _ if schema.is_some_and(|schema| schema.ends_with("surefire-test-report-3.0.xsd")) => "Maven Surefire",
            _ => return,
        };
        self.produced_by(producer);
    }
}

fn is_word(written: &str, words: &[&str]) -> bool {
    words.iter().any(|word| written.eq_ignore_ascii_case(word))
}

fn declared(reader: &Reader<'_>) -> Option<DeclaredCounts> {
    let number = |name: &str| reader.raw(name).and_then(|count| count.trim().parse::<u64>().ok());
    let declared = DeclaredCounts {
        tests: number("tests"),
        failures: number("failures"),
        errors: number("errors"),
        skipped: number("skipped").or_else(|| number("skip")).or_else(|| number("ignored")),
        seconds: time(reader.raw("time")).seconds(),
    };
    declared.some()
}

/// What suites declare together.
fn sum<'s>(suites: impl Iterator<Item = &'s Suite<'s>>) -> Option<DeclaredCounts> {
    let declared = suites.map(|suite| suite.declared.unwrap_or_default());
    declared.reduce(DeclaredCounts::and).and_then(DeclaredCounts::some)
}
