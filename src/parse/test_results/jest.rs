//! Reads the JSON of Jest (`jest --json`), which Vitest writes too (`--reporter=json`).
//!
//! Source: `FormattedTestResults` of `@jest/test-result`. One element of `testResults` is a test file. A file that failed
//! although none of its tests did could not be run, or broke outside its tests.

use super::gather::{Gather, MAX_NAME, Verdict, append, clipped};
use super::json::{offset_in, problem};
use super::time::milliseconds;
use super::{Case, DeclaredCounts, Said, Suite, TestReport};
use crate::model::{CaseStatus, Span};
use crate::parse::{Parsed, Problem};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Problems of single tests that are told one by one.
const MAX_PROBLEMS: usize = 20;

/// Reads a report. There is a document when there are `testResults`, whatever follows; tests that stand before a flaw are
/// kept.
pub fn parse(text: &str) -> Parsed<TestReport<'_>> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let base = text.len() - body.len();
    let mut report = Report { text, gather: Gather::new(text), ..Report::default() };
    let mut json = serde_json::Deserializer::from_str(body);
    let read = Node { report: &mut report, at: At::Top }.deserialize(&mut json).and_then(|()| json.end());
    report.end_file();
    let Report { mut gather, found, mut problems, declared, .. } = report;
    gather.report.declared = declared.some();
    match read {
        Err(error) => problems.push(problem(body, base, &error)),
        Ok(()) if !found => {
            let message = "there are no `testResults`, so this is no report of Jest";
            problems.push(Problem::new(Span::default(), message));
        }
        Ok(()) => {}
    }
    gather.parsed(found, problems)
}

#[derive(Default)]
struct Report<'t> {
    text: &'t str,
    gather: Gather<'t>,
    found: bool,
    declared: DeclaredCounts,
    problems: Vec<Problem>,
    /// The test file in work, whose name may follow its tests.
    file: Option<TestFile>,
}

#[derive(Default)]
struct TestFile {
    name: String,
    failed: bool,
    message: String,
    span: Option<Span>,
    cases: Vec<Case<'static>>,
}

/// What of the report is being read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Top,
    Files,
    File,
    Cases,
}

struct Node<'r, 't> {
    report: &'r mut Report<'t>,
    at: At,
}

impl<'de> DeserializeSeed<'de> for Node<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.at {
            At::Top => "an object with `testResults`",
            At::Files => "`testResults` as an array",
            At::File => "the results of a file as an object",
            At::Cases => "`assertionResults` as an array",
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { report, at } = self;
        let below = match at {
            At::Top => ("testResults", At::Files),
            At::File => ("assertionResults", At::Cases),
            At::Files | At::Cases => {
                return Err(serde::de::Error::invalid_type(Unexpected::Map, &Node { report, at }));
            }
        };
        if at == At::File {
            report.file = Some(TestFile::default());
        }
        while let Some(key) = map.next_key::<String>()? {
            if key == below.0 {
                map.next_value_seed(Node { report, at: below.1 })?;
            } else if at == At::Top {
                if TOP_KEYS.contains(&key.as_str()) {
                    report.top_key(&key, map.next_value::<&'de RawValue>()?);
                } else {
                    map.next_value::<IgnoredAny>()?;
                }
            } else if ["name", "status", "message"].contains(&key.as_str()) {
                report.file_key(&key, map.next_value::<&'de RawValue>()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        report.end_file();
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Self { report, at } = self;
        match at {
            At::Files => {
                report.found = true;
                while items.next_element_seed(Node { report, at: At::File })?.is_some() {}
            }
            At::Cases => {
                while let Some(raw) = items.next_element::<&'de RawValue>()? {
                    report.case(raw);
                }
            }
            At::Top | At::File => {
                return Err(serde::de::Error::invalid_type(Unexpected::Seq, &Node { report, at }));
            }
        }
        Ok(())
    }
}

const TOP_KEYS: [&str; 6] =
    ["numTotalTests", "numFailedTests", "numPendingTests", "numTodoTests", "wasInterrupted", "openHandles"];

impl Report<'_> {
    fn span(&self, raw: &RawValue) -> Span {
        let length = raw.get().lines().next().map_or(0, str::len);
        Span { offset: offset_in(self.text, raw.get()), length }
    }

    fn top_key(&mut self, key: &str, raw: &RawValue) {
        let value = value(raw);
        let count = value.as_u64();
        match key {
            "numTotalTests" => self.declared.tests = count,
            "numFailedTests" => self.declared.failures = count,
            // Vitest's reports have no open handles.
            "openHandles" => "Jest".clone_into(&mut self.gather.report.producer),
            "wasInterrupted" if value == true => {
                self.problems.push(Problem::new(self.span(raw), "the run was interrupted, so tests are missing"));
            }
            "wasInterrupted" => {}
            _ => self.declared.skipped = self.declared.skipped.unwrap_or(0).checked_add(count.unwrap_or(0)),
        }
    }

    fn file_key(&mut self, key: &str, raw: &RawValue) {
        let (span, value) = (self.span(raw), value(raw));
        let Some(file) = &mut self.file else { return };
        let text = value.as_str().unwrap_or_default();
        match key {
            "name" => {
                file.span.get_or_insert(span);
                clipped(text, MAX_NAME).clone_into(&mut file.name);
            }
            "status" => file.failed = text == "failed",
            _ => append(&mut file.message, text, super::MAX_TRACE),
        }
    }

    fn case(&mut self, raw: &RawValue) {
        let span = self.span(raw);
        match serde_json::from_str::<BTreeMap<String, &RawValue>>(raw.get()) {
            Ok(keys) => {
                let case = self.read_case(&keys, span);
                if let Some(file) = &mut self.file {
                    file.span.get_or_insert(span);
                    file.cases.push(case);
                }
            }
            Err(error) if self.problems.len() < MAX_PROBLEMS => {
                self.problems.push(problem(raw.get(), span.offset, &error));
            }
            Err(_) => {}
        }
    }

    fn read_case(&mut self, keys: &BTreeMap<String, &RawValue>, span: Span) -> Case<'static> {
        let get = |key: &str| keys.get(key).map(|raw| value(raw)).unwrap_or_default();
        let texts = |key: &str| -> Vec<String> {
            let value = get(key);
            let items = value.as_array().into_iter().flatten();
            items.filter_map(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned).collect()
        };
        let mut case = Case::at(span);
        case.name = get("title").as_str().unwrap_or_default().to_owned().into();
        let mut class = String::new();
        for title in texts("ancestorTitles") {
            let joint = if class.is_empty() { "" } else { " > " };
            append(&mut class, joint, MAX_NAME);
            append(&mut class, &title, MAX_NAME);
        }
        case.class = class.into();
        let status = get("status");
        let status = status.as_str().unwrap_or_default();
        case.set(match status {
            "passed" => Verdict::PASSED,
            "failed" => Verdict::FAILED,
            "skipped" | "pending" | "todo" => Verdict::NOT_RUN,
            "disabled" => Verdict::DISABLED,
            _ => {
                self.gather.unknown(span, "status", status, "Jest");
                Verdict::INCONCLUSIVE
            }
        });
        let retries = texts("retryReasons").len() as u64;
        let runs = get("invocations").as_u64().unwrap_or(1).max(retries + 1);
        case.attempts = u32::try_from(runs).unwrap_or(u32::MAX);
        if retries > 0 && case.status == CaseStatus::Passed {
            case.status = CaseStatus::Flaky;
        }
        case.seconds = self.gather.seconds(milliseconds(get("duration").as_f64()), span);
        let line = get("location").get("line").and_then(Value::as_u64);
        case.line = line.and_then(|line| u32::try_from(line).ok()).filter(|line| *line > 0);
        if case.status >= CaseStatus::Failed {
            let mut said = Said::default();
            for message in texts("failureMessages") {
                said.add_trace(&message);
                said.add_trace("\n");
            }
            case.failed_with(said);
        }
        case
    }

    fn end_file(&mut self) {
        let Some(TestFile { name, failed, message, span, mut cases }) = self.file.take() else { return };
        let span = span.unwrap_or_default();
        let mut suite = Suite { name: name.as_str().into(), span, ..Suite::default() };
        if failed && !cases.iter().any(|case| case.status >= CaseStatus::Failed) {
            let mut said = Said::default();
            said.add_trace(&message);
            suite.errors_outside_cases.push(said.of_suite(CaseStatus::Error, span));
        }
        if !name.is_empty() {
            let path: Arc<str> = name.as_str().into();
            for case in &mut cases {
                case.file = Some(Arc::clone(&path));
            }
            suite.file = Some(name);
        }
        suite.cases = cases;
        self.gather.report.suites.push(suite);
    }
}

/// A value of any type; what is too deep to read is as good as none.
fn value(raw: &RawValue) -> Value {
    serde_json::from_str(raw.get()).unwrap_or_default()
}
