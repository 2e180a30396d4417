//! Reads TRX, the test results of Visual Studio and `dotnet test`.
//!
//! Source: the XSD of Visual Studio (`vstst.xsd`), the `TestOutcome` enumeration, and vstest's `TrxLogger`. A result with
//! inner results (a data-driven or an ordered test) stands for those, and only they count, as on vstest's console. A
//! result without an outcome is an error: `Error` is the default value, which the writer leaves out.

use super::gather::{Gather, Verdict, clipped, file_name, without_class};
use super::time::clock;
use super::walk::{Visit, walk};
use super::{Case, DeclaredCounts, Said, TestReport};
use crate::model::{CaseStatus, Span};
use crate::parse::Parsed;
use crate::parse::xml::{self, Reader};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Reads a report. There is a document when the root is `TestRun`, whatever follows.
pub fn parse(text: &str) -> Parsed<TestReport<'_>> {
    let mut builder = Builder { gather: Gather::new(text), ..Builder::default() };
    let (found, problems) = walk(text, "TRX", &["TestRun"], &mut builder);
    builder.gather().parsed(found, problems)
}

/// What an open element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Run,
    Results,
    Result,
    Output,
    ErrorInfo,
    Message,
    Trace,
    Definitions,
    /// A test's definition.
    Test,
    Summary,
    RunInfos,
    RunInfo,
    RunInfoText,
    /// Nothing inside it matters.
    Passive,
}

#[derive(Debug, Default)]
struct Builder<'t> {
    gather: Gather<'t>,
    open: Vec<Open>,
    /// Results that are open, outermost first.
    results: Vec<ResultInWork<'t>>,
    /// In report order, each with the id of its test: definitions stand behind the results.
    done: Vec<(&'t str, Case<'t>)>,
    /// Results over inner ones that failed although none of those did, with the ids of their tests.
    unexplained: Vec<(&'t str, CaseStatus, Said<'t>, Span)>,
    definitions: BTreeMap<&'t str, Definition<'t>>,
    definition: Option<&'t str>,
    /// Messages of the run itself.
    run_errors: Vec<(Said<'t>, Span)>,
    run_error: Option<(Said<'t>, Span)>,
    summary: Option<(&'t str, Span)>,
}

#[derive(Debug)]
struct ResultInWork<'t> {
    test: &'t str,
    case: Case<'t>,
    said: Said<'t>,
    has_inner: bool,
    failed_inner: bool,
}

#[derive(Debug, Clone, Default)]
struct Definition<'t> {
    class: Arc<str>,
    storage: &'t str,
}

impl<'t> Visit<'t> for Builder<'t> {
    fn start(&mut self, name: &'t str, reader: &Reader<'t>) {
        let open = match (self.open.last(), name) {
            (None, _) => Open::Run,
            (Some(Open::Run), "Results") | (Some(Open::Result), "InnerResults") => Open::Results,
            (Some(Open::Results), _) if is_result(name) => self.start_result(reader),
            (Some(Open::Result), "Output") => Open::Output,
            (Some(Open::Output), "ErrorInfo") => Open::ErrorInfo,
            (Some(Open::ErrorInfo), "Message") => Open::Message,
            (Some(Open::ErrorInfo), "StackTrace") => Open::Trace,
            (Some(Open::Run), "TestDefinitions") => Open::Definitions,
            (Some(Open::Definitions), _) => {
                self.definition = reader.raw("id");
                if let Some(id) = self.definition {
                    let storage = reader.raw("storage").unwrap_or("");
                    self.definitions.insert(id, Definition { storage, ..Definition::default() });
                }
                Open::Test
            }
            (Some(Open::Test), "TestMethod") => self.start_method(reader),
            (Some(Open::Run), "ResultSummary") => {
                self.summary = Some((reader.raw("outcome").unwrap_or(""), reader.span()));
                Open::Summary
            }
            (Some(Open::Summary), "Counters") => {
                self.gather.report.declared = declared(reader);
                Open::Passive
            }
            (Some(Open::Summary), "RunInfos") => Open::RunInfos,
            (Some(Open::RunInfos), "RunInfo") => {
                let bad = is_bad(reader.raw("outcome").unwrap_or(""));
                self.run_error = bad.then(|| (Said::default(), reader.span()));
                Open::RunInfo
            }
            (Some(Open::RunInfo), "Text") => Open::RunInfoText,
            _ => Open::Passive,
        };
        self.open.push(open);
    }

    fn text(&mut self, text: &str) {
        match self.open.last() {
            Some(Open::Message) => {
                if let Some(result) = self.results.last_mut() {
                    result.said.add_message(text);
                }
            }
            Some(Open::Trace) => {
                if let Some(result) = self.results.last_mut() {
                    result.said.add_trace(text);
                }
            }
            Some(Open::RunInfoText) => {
                if let Some((said, _)) = &mut self.run_error {
                    said.add_trace(text);
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, _: Span) {
        match self.open.pop() {
            Some(Open::Result) => self.end_result(),
            Some(Open::RunInfo) => self.run_errors.extend(self.run_error.take()),
            _ => {}
        }
    }
}

impl<'t> Builder<'t> {
    fn start_result(&mut self, reader: &Reader<'t>) -> Open {
        let mut case = Case::at(reader.span());
        case.name = reader.attribute("testName").unwrap_or_default();
        let time = clock(reader.raw("duration"));
        case.seconds = self.gather.seconds(time, case.span);
        let outcome = reader.raw("outcome").unwrap_or("Error");
        let verdict = verdict(outcome).unwrap_or_else(|| {
            self.gather.unknown(case.span, "outcome", outcome, "TRX");
            Verdict::INCONCLUSIVE
        });
        case.set(verdict);
        if let Some(outer) = self.results.last_mut() {
            outer.has_inner = true;
        }
        let test = reader.raw("testId").unwrap_or("");
        self.results.push(ResultInWork { test, case, said: Said::default(), has_inner: false, failed_inner: false });
        Open::Result
    }

    fn end_result(&mut self) {
        let Some(mut result) = self.results.pop() else { return };
        let failed = result.case.status >= CaseStatus::Failed;
        if let Some(outer) = self.results.last_mut() {
            outer.failed_inner |= failed || result.failed_inner;
        }
        if !result.has_inner {
            result.case.failed_with(result.said);
            self.done.push((result.test, result.case));
        } else if failed && !result.failed_inner {
            self.unexplained.push((result.test, result.case.status, result.said, result.case.span));
        }
    }

    fn start_method(&mut self, reader: &Reader<'t>) -> Open {
        // Old writers add the assembly: `Acme.PhoneTests, Acme.Tests, Version=1.0.0.0, …`.
        let class = reader.raw("className").map_or("", |class| class.split(", ").next().unwrap_or(class));
        let class = self.gather.classes.of(class);
        if let Some(definition) = self.definition.and_then(|id| self.definitions.get_mut(id)) {
            definition.class = class;
        }
        if self.gather.report.producer.is_empty() {
            let adapter = reader.raw("adapterTypeName").unwrap_or("").to_ascii_lowercase();
            let adapter = adapter.strip_prefix("executor://").unwrap_or(&adapter);
            let known = [("xunit", "xUnit.net"), ("nunit", "NUnit"), ("mstest", "MSTest")];
            if let Some((_, producer)) = known.iter().find(|(start, _)| adapter.starts_with(start)) {
                (*producer).clone_into(&mut self.gather.report.producer);
            }
        }
        Open::Passive
    }

    /// Gives the results to the suites of their tests.
    fn gather(mut self) -> Gather<'t> {
        let none = Definition::default();
        let mut failed = false;
        for (test, mut case) in std::mem::take(&mut self.done) {
            let definition = self.definitions.get(test).unwrap_or(&none);
            failed |= case.status >= CaseStatus::Failed;
            case.name = without_class(case.name, &definition.class);
            case.class = Arc::clone(&definition.class);
            let storage = xml::decode(file_name(definition.storage));
            if let Some(suite) = self.gather.named(&storage, case.span) {
                suite.cases.push(case);
            }
        }
        for (test, status, said, span) in self.unexplained {
            failed = true;
            let storage = self.definitions.get(test).unwrap_or(&none).storage;
            if let Some(suite) = self.gather.named(&xml::decode(file_name(storage)), span) {
                suite.errors_outside_cases.push(said.of_suite(status, span));
            }
        }
        let summary = self.summary.filter(|(outcome, _)| is_bad(outcome));
        if let Some((outcome, span)) = summary.filter(|_| !failed && self.run_errors.is_empty()) {
            let mut said = Said::default();
            said.add_message(&format!("the run ended as `{}`", clipped(outcome, 60)));
            self.run_errors.push((said, span));
        }
        for (said, span) in self.run_errors {
            if let Some(suite) = self.gather.named("", span) {
                suite.errors_outside_cases.push(said.of_suite(CaseStatus::Error, span));
            }
        }
        self.gather
    }
}

/// `UnitTestResult`, `TestResult`, `ManualTestResult`, `TestResultAggregation`, …
fn is_result(name: &str) -> bool {
    name.ends_with("TestResult") || name.ends_with("TestResultAggregation")
}

/// By the documentation of `TestOutcome`. Microsoft's adapters write `NotExecuted` for tests that are skipped.
fn verdict(outcome: &str) -> Option<Verdict> {
    Some(match outcome {
        "Passed" | "PassedButRunAborted" | "Warning" => Verdict::PASSED,
        "Failed" => Verdict::FAILED,
        // `NotRunnable` had the opportunity to run and could not; `InProgress` was running when the writer ended.
        "Error" | "Timeout" | "Aborted" | "Disconnected" | "NotRunnable" | "InProgress" => Verdict::ERROR,
        "NotExecuted" | "Pending" => Verdict::NOT_RUN,
        "Inconclusive" | "Completed" => Verdict::INCONCLUSIVE,
        _ => return None,
    })
}

/// Whether a run, or a message about it, that ended so is not green.
fn is_bad(outcome: &str) -> bool {
    matches!(outcome, "Failed" | "Error" | "Timeout" | "Aborted" | "Disconnected" | "NotRunnable" | "InProgress")
}

fn declared(reader: &Reader<'_>) -> Option<DeclaredCounts> {
    let number = |name: &str| reader.raw(name).and_then(|count| count.trim().parse::<u64>().ok());
    let sum = |names: &[&str]| {
        let mut counts = names.iter().filter_map(|name| number(name)).peekable();
        counts.peek()?;
        Some(counts.fold(0, u64::saturating_add))
    };
    let tests = number("total");
    // vstest leaves `notExecuted` at 0 and tells skipped tests by the difference.
    let skipped = sum(&["notExecuted", "inconclusive", "completed", "pending"]);
    let not_executed = tests.zip(number("executed")).map(|(total, executed)| total.saturating_sub(executed));
    let declared = DeclaredCounts {
        tests,
        failures: number("failed"),
        errors: sum(&["error", "timeout", "aborted", "disconnected", "notRunnable", "inProgress"]),
        skipped: skipped.max(not_executed),
        seconds: None,
    };
    declared.some()
}
