//! The state machine behind [`super::parse`].

use super::time::{Time, time};
use super::{Case, DeclaredCounts, MAX_MESSAGE, MAX_TRACE, Suite, SuiteError, TestReport};
use crate::model::{CaseStatus, Span};
use crate::parse::xml::{Event, Reader};
use crate::parse::{Parsed, Problem};
use std::borrow::Cow;
use std::sync::Arc;

/// Marks a text that goes on in the report.
const CUT: &str = " … (cut)";
/// Bytes of a joined suite name.
const MAX_NAME: usize = 1024;

pub(super) fn read(text: &str) -> Parsed<TestReport> {
    let mut reader = Reader::new(text);
    let mut builder = Builder { names_left: text.len().saturating_mul(2), ..Builder::default() };
    let mut root = None;
    while let Some(event) = reader.read() {
        match event {
            Event::Start(name) => {
                if reader.depth() == 1 {
                    root = Some(Root { name, span: reader.span() });
                }
                builder.start(name, &reader);
            }
            Event::Text(text) => builder.text(&text),
            Event::End(_) => builder.end(),
        }
    }
    // A file that ends early leaves elements open; what was read of them stays.
    while !builder.open.is_empty() {
        builder.end();
    }
    let mut problems = reader.into_problems();
    let document = match root {
        Some(root) if builder.report.suites.is_empty() && !matches!(root.name, "testsuites" | "testsuite") => {
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

struct Root<'t> {
    name: &'t str,
    span: Span,
}

/// What an open element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    /// `testsuites`, or a wrapper that is not known.
    Group,
    /// A suite, with the one that was current before it.
    Suite {
        outer: Option<usize>,
    },
    Case,
    /// `failure` or `error` of a case.
    Outcome,
    /// The same of a suite.
    SuiteOutcome,
    Properties,
    /// Nothing inside it matters.
    Passive,
}

#[derive(Default)]
struct Builder<'t> {
    report: TestReport,
    open: Vec<Open>,
    /// Index of the innermost open suite.
    suite: Option<usize>,
    /// For cases that stand in no suite.
    loose: Option<usize>,
    case: Option<CaseInWork>,
    /// Bytes that joined suite names may still take: joining repeats outer names, and must not multiply the file.
    names_left: usize,
    class: Shared<'t>,
    file: Shared<'t>,
}

struct CaseInWork {
    case: Case,
    /// Attempts that failed and were run again: passed later (`flaky…`) or never (`rerun…`).
    flaky: u32,
    reruns: u32,
    switched_off: bool,
}

impl<'t> Builder<'t> {
    fn start(&mut self, name: &'t str, reader: &Reader<'t>) {
        let inside = self.open.last().copied();
        let open = match (inside, name) {
            (None | Some(Open::Group), "testsuites") => {
                self.report.declared = declared(reader);
                self.guess_from_group(reader);
                Open::Group
            }
            (None | Some(Open::Group | Open::Suite { .. }), "testsuite") => self.start_suite(reader),
            (None | Some(Open::Group | Open::Suite { .. }), "testcase") => {
                self.start_case(reader);
                Open::Case
            }
            (None, _) => Open::Group,
            (Some(Open::Group | Open::Suite { .. }), "failure" | "error") => self.start_suite_error(name, reader),
            (Some(Open::Group | Open::Suite { .. }), "properties") => Open::Properties,
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

    fn text(&mut self, text: &str) {
        match self.open.last() {
            Some(Open::Outcome) => {
                if let Some(work) = &mut self.case {
                    append(&mut work.case.trace, text, MAX_TRACE);
                }
            }
            Some(Open::SuiteOutcome) => {
                let suite = self.current().and_then(|index| self.report.suites.get_mut(index));
                if let Some(error) = suite.and_then(|suite| suite.errors_outside_cases.last_mut()) {
                    append(&mut error.trace, text, MAX_TRACE);
                }
            }
            _ => {}
        }
    }

    fn end(&mut self) {
        match self.open.pop() {
            Some(Open::Suite { outer }) => self.suite = outer,
            Some(Open::Case) => self.end_case(),
            Some(Open::SuiteOutcome) => {
                let suite = self.current().and_then(|index| self.report.suites.get_mut(index));
                if let Some(error) = suite.and_then(|suite| suite.errors_outside_cases.last_mut()) {
                    tidy(&mut error.message, &mut error.trace);
                }
            }
            _ => {}
        }
    }

    fn report(mut self) -> TestReport {
        if self.report.declared.is_none() {
            self.report.declared = sum(self.report.suites.iter().filter(|suite| !suite.nested));
        }
        self.report
    }

    fn start_suite(&mut self, reader: &Reader<'t>) -> Open {
        let own = reader.attribute("name").unwrap_or_default();
        self.guess_from_suite(&own, reader);
        let outer = self.suite;
        let name = self.joined_name(&own);
        let suite = Suite {
            name,
            file: reader.attribute("file").map(Cow::into_owned),
            timestamp: reader.attribute("timestamp").map(|time| time.trim().to_owned()).filter(|time| !time.is_empty()),
            declared: declared(reader),
            seconds: self.seconds(reader, reader.span()),
            span: reader.span(),
            nested: outer.is_some(),
            cases: Vec::new(),
            errors_outside_cases: Vec::new(),
        };
        self.report.suites.push(suite);
        self.suite = Some(self.report.suites.len() - 1);
        Open::Suite { outer }
    }

    fn joined_name(&mut self, own: &str) -> Arc<str> {
        let outer = self.suite.and_then(|index| self.report.suites.get(index)).map(|suite| &suite.name);
        let Some(outer) = outer.filter(|outer| !outer.is_empty()) else {
            return clipped(own, MAX_NAME).into();
        };
        if own.is_empty() {
            return Arc::clone(outer);
        }
        let length = outer.len() + 3 + own.len();
        if length > self.names_left {
            return clipped(own, MAX_NAME).into();
        }
        self.names_left -= length;
        clipped(&format!("{outer} > {own}"), MAX_NAME).into()
    }

    fn start_case(&mut self, reader: &Reader<'t>) {
        let status = reader.raw("status").unwrap_or("");
        let result = reader.raw("result").unwrap_or("");
        let any =
            |words: &[&str]| words.iter().any(|w| status.eq_ignore_ascii_case(w) || result.eq_ignore_ascii_case(w));
        let switched_off = any(&["disabled", "notrun", "ignored", "skipped", "suppressed"]);
        let line = reader.raw("line").and_then(|line| line.trim().parse::<u32>().ok());
        // pytest counts lines from 0.
        let line = if self.report.producer == "pytest" { line.and_then(|line| line.checked_add(1)) } else { line };
        let case = Case {
            class: self.class.of(reader.raw("classname").or_else(|| reader.raw("class")).unwrap_or("")),
            name: reader.attribute("name").unwrap_or_default().into(),
            file: reader.raw("file").map(|file| self.file.of(file)),
            line: line.filter(|line| *line > 0),
            seconds: self.seconds(reader, reader.span()),
            status: if any(&["failed", "failure", "fail"]) { CaseStatus::Failed } else { CaseStatus::Passed },
            expected_failure: false,
            attempts: 1,
            message: String::new(),
            trace: String::new(),
            span: reader.span(),
        };
        self.case = Some(CaseInWork { case, flaky: 0, reruns: 0, switched_off });
    }

    fn start_outcome(&mut self, name: &str, reader: &Reader<'t>) -> Open {
        let Some(work) = &mut self.case else { return Open::Passive };
        match name {
            "failure" | "error" => {
                let status = if name == "error" { CaseStatus::Error } else { CaseStatus::Failed };
                let case = &mut work.case;
                let message = reader.attribute("message").or_else(|| reader.attribute("type")).unwrap_or_default();
                if case.status < status && case.status >= CaseStatus::Failed && !case.message.is_empty() {
                    // The worse one speaks for the case.
                    let mut trace = std::mem::take(&mut case.message);
                    append(&mut trace, "\n", MAX_TRACE);
                    append(&mut trace, &case.trace, MAX_TRACE);
                    case.trace = trace;
                }
                if case.message.is_empty() {
                    append(&mut case.message, &message, MAX_MESSAGE);
                } else {
                    append(&mut case.trace, "\n\n", MAX_TRACE);
                    append(&mut case.trace, &message, MAX_TRACE);
                    append(&mut case.trace, "\n", MAX_TRACE);
                }
                case.status = case.status.max(status);
                if case.file.is_none() && case.line.is_none() {
                    case.file = reader.raw("file").map(|file| self.file.of(file));
                    case.line = reader.raw("line").and_then(|line| line.trim().parse().ok()).filter(|line| *line > 0);
                }
                return Open::Outcome;
            }
            "skipped" | "ignored" => {
                let kind = reader.raw("type").unwrap_or("");
                work.case.expected_failure |= ["pytest.xfail", "xfail"].iter().any(|x| kind.eq_ignore_ascii_case(x));
                work.case.status = work.case.status.max(CaseStatus::Skipped);
            }
            "flakyFailure" | "flakyError" => work.flaky = work.flaky.saturating_add(1),
            "rerunFailure" | "rerunError" => work.reruns = work.reruns.saturating_add(1),
            _ => {}
        }
        Open::Passive
    }

    fn end_case(&mut self) {
        let Some(CaseInWork { mut case, flaky, reruns, switched_off }) = self.case.take() else { return };
        case.attempts = 1_u32.saturating_add(flaky).saturating_add(reruns);
        if switched_off {
            // A failure of a case that is switched off was noted and does not count.
            case.status = CaseStatus::Skipped;
        } else if case.status == CaseStatus::Passed && reruns > 0 {
            case.status = CaseStatus::Failed;
        } else if case.status == CaseStatus::Passed && flaky > 0 {
            case.status = CaseStatus::Flaky;
        }
        if case.status >= CaseStatus::Failed {
            tidy(&mut case.message, &mut case.trace);
        } else {
            case.message = String::new();
            case.trace = String::new();
        }
        let index = self.suite_or_loose(case.span);
        if let Some(suite) = self.report.suites.get_mut(index) {
            suite.cases.push(case);
        }
    }

    fn start_suite_error(&mut self, name: &str, reader: &Reader<'t>) -> Open {
        let index = self.suite_or_loose(reader.span());
        let mut message = String::new();
        append(&mut message, &reader.attribute("message").unwrap_or_default(), MAX_MESSAGE);
        let status = if name == "error" { CaseStatus::Error } else { CaseStatus::Failed };
        if let Some(suite) = self.report.suites.get_mut(index) {
            let error = SuiteError { status, message, trace: String::new(), span: reader.span() };
            suite.errors_outside_cases.push(error);
        }
        Open::SuiteOutcome
    }

    fn current(&self) -> Option<usize> {
        self.suite.or(self.loose)
    }

    fn suite_or_loose(&mut self, span: Span) -> usize {
        if let Some(index) = self.current() {
            return index;
        }
        self.report.suites.push(Suite { span, ..Suite::default() });
        let index = self.report.suites.len() - 1;
        self.loose = Some(index);
        index
    }

    fn seconds(&mut self, reader: &Reader<'t>, span: Span) -> Option<f64> {
        match time(reader.raw("time")) {
            Time::Seconds(seconds) => Some(seconds),
            Time::Absent => None,
            Time::Doubtful => {
                self.report.doubtful_times += 1;
                self.report.first_doubtful_time.get_or_insert(span);
                None
            }
        }
    }

    fn produced_by(&mut self, producer: &str) {
        if self.report.producer.is_empty() {
            producer.clone_into(&mut self.report.producer);
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

fn declared(reader: &Reader<'_>) -> Option<DeclaredCounts> {
    let number = |name: &str| reader.raw(name).and_then(|count| count.trim().parse::<u64>().ok());
    let seconds = match time(reader.raw("time")) {
        Time::Seconds(seconds) => Some(seconds),
        Time::Absent | Time::Doubtful => None,
    };
    let declared = DeclaredCounts {
        tests: number("tests"),
        failures: number("failures"),
        errors: number("errors"),
        skipped: number("skipped").or_else(|| number("skip")).or_else(|| number("ignored")),
        seconds,
    };
    (declared != DeclaredCounts::default()).then_some(declared)
}

/// Texts that repeat from one case to the next, kept once.
#[derive(Default)]
struct Shared<'t> {
    written: &'t str,
    kept: Option<Arc<str>>,
}

impl<'t> Shared<'t> {
    fn of(&mut self, written: &'t str) -> Arc<str> {
        if let Some(kept) = &self.kept
            && self.written == written
        {
            return Arc::clone(kept);
        }
        let kept: Arc<str> = crate::parse::xml::decode(written).into();
        self.written = written;
        self.kept = Some(Arc::clone(&kept));
        kept
    }
}

/// Adds a piece to a text of limited length; the first piece that does not fit whole ends in the mark.
fn append(out: &mut String, piece: &str, limit: usize) {
    if out.len() > limit || piece.is_empty() {
        return;
    }
    let room = limit - out.len();
    if piece.len() <= room {
        out.push_str(piece);
    } else {
        out.push_str(clipped(piece, room));
        out.push_str(CUT);
    }
}

/// The longest beginning of at most so many bytes.
fn clipped(text: &str, limit: usize) -> &str {
    let mut end = limit.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or("")
}

/// Takes the blank ends off, and the first line of the trace for a message that is missing.
fn tidy(message: &mut String, trace: &mut String) {
    for text in [&mut *message, &mut *trace] {
        let trimmed = text.trim();
        if trimmed.len() < text.len() {
            *text = trimmed.to_owned();
        }
    }
    if message.is_empty() {
        append(message, trace.lines().next().unwrap_or("").trim_end(), MAX_MESSAGE);
    }
}

/// What suites declare together; a count that one of them leaves out has no sum.
fn sum<'s>(suites: impl Iterator<Item = &'s Suite>) -> Option<DeclaredCounts> {
    let mut total: Option<DeclaredCounts> = None;
    for suite in suites {
        let own = suite.declared.unwrap_or_default();
        total = Some(match total {
            None => own,
            Some(sum) => DeclaredCounts {
                tests: add(sum.tests, own.tests),
                failures: add(sum.failures, own.failures),
                errors: add(sum.errors, own.errors),
                skipped: add(sum.skipped, own.skipped),
                seconds: sum.seconds.zip(own.seconds).map(|(a, b)| a + b),
            },
        });
    }
    total.filter(|total| *total != DeclaredCounts::default())
}

fn add(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    a.zip(b).map(|(a, b)| a.saturating_add(b))
}
