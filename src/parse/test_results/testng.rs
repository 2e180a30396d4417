//! Reads `TestNG`'s own XML (`testng-results`).
//!
//! Source: `TestNG`'s `XMLReporter`. Configuration methods are no tests; one that failed is an error outside the cases.
//! An attempt that a retry analyzer repeated stands in the report as `SKIP` with `retried="true"`, beside the last one.
//! `SUCCESS_PERCENTAGE_FAILURE` failed within what its author allowed.

use super::gather::{Gather, MAX_NAME, Verdict, append};
use super::time::milliseconds;
use super::walk::{Visit, walk};
use super::{Case, DeclaredCounts, Said, Suite, TestReport};
use crate::model::{CaseStatus, Span};
use crate::parse::Parsed;
use crate::parse::xml::Reader;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Reads a report. There is a document when the root is `testng-results`, whatever follows.
pub fn parse(text: &str) -> Parsed<TestReport<'_>> {
    let mut builder = Builder { gather: Gather::new(text), ..Builder::default() };
    let (found, problems) = walk(text, "TestNG XML", &["testng-results"], &mut builder);
    builder.gather.parsed(found, problems)
}

/// What an open element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Run,
    /// `suite` or `test`.
    Suite,
    Class,
    Method,
    /// `params` or `param`.
    Params,
    Value,
    Exception,
    Message,
    Trace,
    /// Nothing inside it matters.
    Passive,
}

#[derive(Debug, Default)]
struct Builder<'t> {
    gather: Gather<'t>,
    open: Vec<Open>,
    class: Arc<str>,
    method: Option<Method<'t>>,
    /// Cases of the open class with the attempts that were repeated, by name and parameters.
    cases: Vec<Case<'t>>,
    retried: BTreeMap<Cow<'t, str>, Vec<Case<'t>>>,
}

#[derive(Debug)]
struct Method<'t> {
    case: Case<'t>,
    said: Said<'t>,
    params: String,
    configures: bool,
    retried: bool,
}

impl<'t> Visit<'t> for Builder<'t> {
    fn start(&mut self, name: &'t str, reader: &Reader<'t>) {
        let open = match (self.open.last(), name) {
            (None, _) => {
                "TestNG".clone_into(&mut self.gather.report.producer);
                let number = |name: &str| reader.raw(name).and_then(|count| count.trim().parse::<u64>().ok());
                let skipped = number("skipped").map(|skipped| skipped.saturating_add(number("ignored").unwrap_or(0)));
                let counts = DeclaredCounts {
                    tests: number("total"),
                    failures: number("failed"),
                    errors: None,
                    skipped,
                    seconds: None,
                };
                self.gather.report.declared = counts.some();
                Open::Run
            }
            (Some(Open::Run), "suite") | (Some(Open::Suite), "test") => {
                let span = reader.span();
                let seconds = self.gather.seconds(milliseconds(duration(reader)), span);
                let timestamp = reader.raw("started-at").map(str::to_owned);
                let suite = Suite { timestamp, seconds, span, ..Suite::default() };
                self.gather.begin(&reader.attribute("name").unwrap_or_default(), suite);
                Open::Suite
            }
            (Some(Open::Suite), "class") => {
                let name = reader.attribute("name").unwrap_or_default();
                self.class = match reader.attribute("package") {
                    Some(package) => format!("{package}.{name}").into(),
                    None => name.into(),
                };
                Open::Class
            }
            (Some(Open::Class), "test-method") => self.start_method(reader),
            (Some(Open::Method), "params") | (Some(Open::Params), "param") => Open::Params,
            (Some(Open::Params), "value") => {
                if let Some(method) = &mut self.method {
                    let first = method.params.is_empty();
                    append(&mut method.params, if first { "" } else { ", " }, MAX_NAME);
                    append(
                        &mut method.params,
                        if reader.raw("is-null") == Some("true") { "null" } else { "" },
                        MAX_NAME,
                    );
                }
                Open::Value
            }
            (Some(Open::Method), "exception") => Open::Exception,
            (Some(Open::Exception), "message") => Open::Message,
            (Some(Open::Exception), "full-stacktrace" | "short-stacktrace") => Open::Trace,
            _ => Open::Passive,
        };
        self.open.push(open);
    }

    fn text(&mut self, text: &str) {
        let Some(method) = &mut self.method else { return };
        match self.open.last() {
            // The writer puts each value on a line of its own.
            Some(Open::Value) => append(&mut method.params, text.trim(), MAX_NAME),
            Some(Open::Message) => method.said.add_message(text.trim_start()),
            Some(Open::Trace) => method.said.add_trace(text),
            _ => {}
        }
    }

    fn end(&mut self, _: Span) {
        match self.open.pop() {
            Some(Open::Suite) => self.gather.end(),
            Some(Open::Class) => self.end_class(),
            Some(Open::Method) => self.end_method(),
            _ => {}
        }
    }
}

impl<'t> Builder<'t> {
    fn start_method(&mut self, reader: &Reader<'t>) -> Open {
        let mut case = Case::at(reader.span());
        case.class = Arc::clone(&self.class);
        case.name = reader.attribute("name").unwrap_or_default();
        case.seconds = self.gather.seconds(milliseconds(duration(reader)), case.span);
        let status = reader.raw("status").unwrap_or("");
        case.set(match status {
            "PASS" => Verdict::PASSED,
            "FAIL" => Verdict::FAILED,
            "SKIP" => Verdict::NOT_RUN,
            "SUCCESS_PERCENTAGE_FAILURE" => Verdict::EXPECTED_FAILURE,
            _ => {
                self.gather.unknown(case.span, "status", status, "TestNG");
                Verdict::INCONCLUSIVE
            }
        });
        self.method = Some(Method {
            case,
            said: Said::default(),
            params: String::new(),
            configures: reader.raw("is-config") == Some("true"),
            retried: reader.raw("retried") == Some("true"),
        });
        Open::Method
    }

    fn end_method(&mut self) {
        let Some(Method { mut case, said, params, configures, retried }) = self.method.take() else { return };
        if configures {
            if case.status >= CaseStatus::Failed
                && let Some(suite) = self.gather.suite(case.span)
            {
                let mut named = Said::default();
                named.add_message(&format!("{}: ", case.name));
                named.add_message(&said.message);
                named.add_trace(&said.trace);
                suite.errors_outside_cases.push(named.of_suite(CaseStatus::Failed, case.span));
            }
            return;
        }
        if !params.is_empty() {
            case.name = format!("{}({params})", case.name).into();
        }
        if retried {
            case.set(Verdict::FAILED);
            case.failed_with(said);
            self.retried.entry(case.name.clone()).or_default().push(case);
        } else {
            case.failed_with(said);
            self.cases.push(case);
        }
    }

    /// Joins attempts to the case that they were attempts of. Several cases of one name share them in report order.
    fn end_class(&mut self) {
        let mut retried = std::mem::take(&mut self.retried);
        let mut cases = std::mem::take(&mut self.cases);
        for case in &mut cases {
            let Some(attempts) = retried.remove(&case.name) else { continue };
            case.attempts = case.attempts.saturating_add(u32::try_from(attempts.len()).unwrap_or(u32::MAX));
            if case.status == CaseStatus::Passed {
                case.status = CaseStatus::Flaky;
            }
        }
        // Attempts without a last one: the run broke off before it.
        for mut attempts in retried.into_values() {
            let count = u32::try_from(attempts.len()).unwrap_or(u32::MAX);
            if let Some(mut last) = attempts.pop() {
                last.attempts = count;
                cases.push(last);
            }
        }
        cases.sort_by_key(|case| case.span.offset);
        let span = cases.first().map_or(Span::default(), |case| case.span);
        if let Some(suite) = self.gather.suite(span) {
            suite.cases.append(&mut cases);
        }
    }
}

fn duration(reader: &Reader<'_>) -> Option<f64> {
    reader.raw("duration-ms").and_then(|written| written.trim().parse::<u64>().ok()).map(|ms| {
        #[expect(clippy::cast_precision_loss, reason = "times that are not read as doubtful have far fewer digits")]
        let ms = ms as f64;
        ms
    })
}
