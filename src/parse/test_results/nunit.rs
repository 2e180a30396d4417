//! Reads the results of `NUnit` 3 (`test-run`).
//!
//! Source: `NUnit`'s "Test Result XML Format". A failed suite explains itself by a failed case below it; where there is
//! none, or where its own tear-down failed (`site="TearDown"`), the failure belongs to no case.

use super::gather::{Gather, Verdict};
use super::time::time;
use super::walk::{Visit, walk};
use super::{Case, DeclaredCounts, Said, Suite, TestReport};
use crate::model::{CaseStatus, Span};
use crate::parse::Parsed;
use crate::parse::xml::Reader;

/// Reads a report. There is a document when the root is `test-run`, whatever follows.
pub fn parse(text: &str) -> Parsed<TestReport<'_>> {
    let mut builder = Builder { gather: Gather::new(text), ..Builder::default() };
    let (found, problems) = walk(text, "NUnit 3 XML", &["test-run"], &mut builder);
    builder.gather.parsed(found, problems)
}

/// What an open element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    /// `test-run`, which is a suite without a name.
    Run,
    Suite,
    Case,
    /// `failure` of a case or a suite.
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
    suites: Vec<SuiteInWork<'t>>,
    case: Option<(Case<'t>, Said<'t>)>,
}

#[derive(Debug)]
struct SuiteInWork<'t> {
    status: CaseStatus,
    class: &'t str,
    /// The failure did not come from below.
    tear_down: bool,
    failed_below: bool,
    said: Said<'t>,
    span: Span,
}

impl<'t> Visit<'t> for Builder<'t> {
    fn start(&mut self, name: &'t str, reader: &Reader<'t>) {
        let open = match (self.open.last(), name) {
            (None, _) => {
                self.gather.report.declared = declared(reader);
                "NUnit".clone_into(&mut self.gather.report.producer);
                self.start_suite(reader);
                Open::Run
            }
            (Some(Open::Run | Open::Suite), "test-suite") => {
                let span = reader.span();
                let seconds = self.gather.seconds(time(duration(reader)), span);
                let timestamp = reader.raw("start-time").map(str::to_owned);
                let declared = declared(reader);
                let suite = Suite { timestamp, declared, seconds, span, ..Suite::default() };
                self.gather.begin(&reader.attribute("name").unwrap_or_default(), suite);
                self.start_suite(reader);
                Open::Suite
            }
            (Some(Open::Run | Open::Suite), "test-case") => self.start_case(reader),
            (Some(Open::Run | Open::Suite | Open::Case), "failure") => Open::Failure,
            (Some(Open::Failure), "message") => Open::Message,
            (Some(Open::Failure), "stack-trace") => Open::Trace,
            _ => Open::Passive,
        };
        self.open.push(open);
    }

    fn text(&mut self, text: &str) {
        let (message, trace) = (self.open.last() == Some(&Open::Message), self.open.last() == Some(&Open::Trace));
        let said = match &mut self.case {
            Some((_, said)) => Some(said),
            None => self.suites.last_mut().map(|suite| &mut suite.said),
        };
        match said {
            Some(said) if message => said.add_message(text),
            Some(said) if trace => said.add_trace(text),
            _ => {}
        }
    }

    fn end(&mut self, _: Span) {
        match self.open.pop() {
            Some(Open::Case) => self.end_case(),
            Some(Open::Suite) => {
                self.end_suite();
                self.gather.end();
            }
            Some(Open::Run) => self.end_suite(),
            _ => {}
        }
    }
}

impl<'t> Builder<'t> {
    fn start_suite(&mut self, reader: &Reader<'t>) {
        let verdict = verdict(reader).unwrap_or(Verdict::INCONCLUSIVE);
        self.suites.push(SuiteInWork {
            status: verdict.0,
            class: reader.raw("classname").unwrap_or(""),
            tear_down: reader.raw("site") == Some("TearDown"),
            failed_below: false,
            said: Said::default(),
            span: reader.span(),
        });
    }

    fn end_suite(&mut self) {
        let Some(suite) = self.suites.pop() else { return };
        let failed = suite.status >= CaseStatus::Failed;
        if let Some(outer) = self.suites.last_mut() {
            outer.failed_below |= failed || suite.failed_below;
        }
        if failed
            && (suite.tear_down || !suite.failed_below)
            && let Some(target) = self.gather.suite(suite.span)
        {
            target.errors_outside_cases.push(suite.said.of_suite(suite.status, suite.span));
        }
    }

    fn start_case(&mut self, reader: &Reader<'t>) -> Open {
        let mut case = Case::at(reader.span());
        case.name = reader.attribute("name").unwrap_or_default();
        let outer = self.suites.last().map_or("", |suite| suite.class);
        let full = reader.raw("fullname").unwrap_or("");
        // Old versions tell the class by the full name only.
        let from_name = reader.raw("name").and_then(|name| full.strip_suffix(name)?.strip_suffix('.'));
        let class = reader.raw("classname").or(Some(outer).filter(|class| !class.is_empty())).or(from_name);
        case.class = self.gather.classes.of(class.unwrap_or(""));
        case.seconds = self.gather.seconds(time(duration(reader)), case.span);
        case.set(verdict(reader).unwrap_or_else(|| {
            self.gather.unknown(case.span, "result", reader.raw("result").unwrap_or(""), "NUnit");
            Verdict::INCONCLUSIVE
        }));
        self.case = Some((case, Said::default()));
        Open::Case
    }

    fn end_case(&mut self) {
        let Some((mut case, said)) = self.case.take() else { return };
        case.failed_with(said);
        if case.status >= CaseStatus::Failed
            && let Some(suite) = self.suites.last_mut()
        {
            suite.failed_below = true;
        }
        if let Some(suite) = self.gather.suite(case.span) {
            suite.cases.push(case);
        }
    }
}

/// `result` with its `label`. A warning does not fail a run.
fn verdict(reader: &Reader<'_>) -> Option<Verdict> {
    let label = reader.raw("label").unwrap_or("");
    Some(match reader.raw("result")? {
        "Passed" | "Warning" => Verdict::PASSED,
        "Failed" if matches!(label, "Error" | "Invalid" | "Cancelled") => Verdict::ERROR,
        "Failed" => Verdict::FAILED,
        "Inconclusive" => Verdict::INCONCLUSIVE,
        "Skipped" if matches!(label, "Ignored" | "Explicit") => Verdict::DISABLED,
        "Skipped" => Verdict::NOT_RUN,
        _ => return None,
    })
}

/// Early versions call it `time`.
fn duration<'t>(reader: &Reader<'t>) -> Option<&'t str> {
    reader.raw("duration").or_else(|| reader.raw("time"))
}

/// `total` may be less than `testcasecount`, which counts tests that a filter left out.
fn declared(reader: &Reader<'_>) -> Option<DeclaredCounts> {
    let number = |name: &str| reader.raw(name).and_then(|count| count.trim().parse::<u64>().ok());
    let skipped = number("skipped").map(|skipped| skipped.saturating_add(number("inconclusive").unwrap_or(0)));
    let declared = DeclaredCounts {
        tests: number("total"),
        failures: number("failed"),
        errors: None,
        skipped,
        seconds: time(duration(reader)).seconds(),
    };
    declared.some()
}
