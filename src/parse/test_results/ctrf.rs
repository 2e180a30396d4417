//! Reads CTRF, the Common Test Report Format (JSON).
//!
//! Source: `ctrf.schema.json`. `pending` is a test that did not run yet, `other` any outcome that CTRF has no word for.
//! `flaky` tells of a test that passed after a failed attempt; where it is left out, `retries` of a test that passed do.

use super::gather::{Gather, MAX_NAME, Verdict, append, clipped};
use super::json::{offset_in, problem};
use super::time::milliseconds;
use super::{Case, DeclaredCounts, Said, TestReport};
use crate::model::{CaseStatus, Span};
use crate::parse::{Parsed, Problem};
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer as _};
use serde_json::value::RawValue;
use std::fmt;
use std::sync::Arc;

/// Problems of single tests that are told one by one.
const MAX_PROBLEMS: usize = 20;

/// Reads a report. There is a document when there is an object with `results`, whatever follows; tests that stand before
/// a flaw are kept.
pub fn parse(text: &str) -> Parsed<TestReport<'_>> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let base = text.len() - body.len();
    let mut builder = Builder { text, gather: Gather::new(text), found: false, tests: false, problems: Vec::new() };
    let mut json = serde_json::Deserializer::from_str(body);
    let read = json.deserialize_map(Top(&mut builder)).and_then(|()| json.end());
    let mut problems = std::mem::take(&mut builder.problems);
    match read {
        Err(error) => problems.push(problem(body, base, &error)),
        Ok(()) if !builder.found => problems.push(nothing("results")),
        Ok(()) if !builder.tests => problems.push(nothing("results.tests")),
        Ok(()) => {}
    }
    builder.gather.parsed(builder.found, problems)
}

fn nothing(key: &str) -> Problem {
    Problem::new(Span::default(), format!("there is no `{key}`, so this is no CTRF report"))
}

struct Builder<'t> {
    text: &'t str,
    gather: Gather<'t>,
    found: bool,
    tests: bool,
    problems: Vec<Problem>,
}

/// What is read of a test. The values stay text until they are looked at: a value of the wrong type is as good as none,
/// and a huge one costs nothing.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Test<'t> {
    #[serde(borrow)]
    name: Option<&'t RawValue>,
    #[serde(borrow)]
    status: Option<&'t RawValue>,
    #[serde(borrow)]
    duration: Option<&'t RawValue>,
    #[serde(borrow)]
    suite: Option<&'t RawValue>,
    #[serde(borrow)]
    message: Option<&'t RawValue>,
    #[serde(borrow)]
    trace: Option<&'t RawValue>,
    #[serde(borrow)]
    file_path: Option<&'t RawValue>,
    #[serde(borrow)]
    line: Option<&'t RawValue>,
    #[serde(borrow)]
    retries: Option<&'t RawValue>,
    #[serde(borrow)]
    flaky: Option<&'t RawValue>,
    #[serde(borrow)]
    retry_attempts: Option<&'t RawValue>,
}

#[derive(Deserialize)]
struct Tool<'t> {
    #[serde(borrow)]
    name: Option<&'t RawValue>,
}

#[derive(Deserialize)]
struct Summary<'t> {
    #[serde(borrow)]
    tests: Option<&'t RawValue>,
    #[serde(borrow)]
    failed: Option<&'t RawValue>,
    #[serde(borrow)]
    skipped: Option<&'t RawValue>,
    #[serde(borrow)]
    pending: Option<&'t RawValue>,
    #[serde(borrow)]
    other: Option<&'t RawValue>,
}

/// The outermost object.
struct Top<'b, 't>(&'b mut Builder<'t>);

impl<'de> Visitor<'de> for Top<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `results`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "results" {
                map.next_value_seed(Results(self.0))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// The object `results`.
struct Results<'b, 't>(&'b mut Builder<'t>);

impl<'de> DeserializeSeed<'de> for Results<'_, 'de> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Results<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`results` with `tests`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.0.found = true;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "tests" => {
                    self.0.tests = true;
                    map.next_value_seed(Tests(self.0))?;
                }
                "tool" => {
                    let tool = typed::<Tool<'_>>(Some(map.next_value::<&'de RawValue>()?));
                    let name = text_of(tool.and_then(|tool| tool.name));
                    clipped(&name, 200).clone_into(&mut self.0.gather.report.producer);
                }
                "summary" => self.0.gather.report.declared = declared(map.next_value::<&'de RawValue>()?),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// The array `tests`.
struct Tests<'b, 't>(&'b mut Builder<'t>);

impl<'de> DeserializeSeed<'de> for Tests<'_, 'de> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Tests<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`tests` as an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut tests: A) -> Result<(), A::Error> {
        while let Some(raw) = tests.next_element::<&'de RawValue>()? {
            let offset = offset_in(self.0.text, raw.get());
            match serde_json::from_str::<Test<'_>>(raw.get()) {
                Ok(test) => {
                    let length = raw.get().lines().next().map_or(0, str::len);
                    self.0.test(&test, Span { offset, length });
                }
                Err(error) if self.0.problems.len() < MAX_PROBLEMS => {
                    self.0.problems.push(problem(raw.get(), offset, &error));
                }
                Err(_) => {}
            }
        }
        Ok(())
    }
}

impl Builder<'_> {
    fn test(&mut self, test: &Test<'_>, span: Span) {
        let mut case = Case::at(span);
        case.name = text_of(test.name).into();
        let status = text_of(test.status);
        case.set(match &*status {
            "passed" => Verdict::PASSED,
            "failed" => Verdict::FAILED,
            "skipped" | "pending" => Verdict::NOT_RUN,
            "other" => Verdict::INCONCLUSIVE,
            _ => {
                self.gather.unknown(span, "status", &status, "CTRF");
                Verdict::INCONCLUSIVE
            }
        });
        let retries = number(test.retries).unwrap_or(0);
        // An attempt that is told of and not counted was one more.
        let attempts = test.retry_attempts.and_then(|raw| raw.get().strip_prefix('['));
        let told = attempts.is_some_and(|attempts| attempts.trim_start().starts_with('{'));
        case.attempts = u32::try_from(retries.max(u64::from(told))).unwrap_or(u32::MAX).saturating_add(1);
        let flaky = typed::<bool>(test.flaky).unwrap_or(retries > 0);
        if flaky && case.status == CaseStatus::Passed {
            case.status = CaseStatus::Flaky;
        }
        case.seconds = self.gather.seconds(milliseconds(typed::<f64>(test.duration)), span);
        case.file = Some(text_of(test.file_path)).filter(|path| !path.is_empty()).map(|path| Arc::from(&*path));
        case.line = number(test.line).and_then(|line| u32::try_from(line).ok()).filter(|line| *line > 0);
        if case.status >= CaseStatus::Failed {
            let mut said = Said::default();
            said.add_message(&text_of(test.message));
            said.add_trace(&text_of(test.trace));
            case.failed_with(said);
        }
        let suite = test.suite.and_then(|raw| serde_json::Deserializer::from_str(raw.get()).deserialize_any(Path).ok());
        if let Some(suite) = self.gather.named(&suite.unwrap_or_default(), span) {
            suite.cases.push(case);
        }
    }
}

/// The suite of a test: a name, or the names of the suites from the outermost to its own.
struct Path;

impl<'de> Visitor<'de> for Path {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name or an array of names")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<String, E> {
        Ok(clipped(name, MAX_NAME).to_owned())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<String, A::Error> {
        let mut path = String::new();
        while let Some(name) = names.next_element::<&'de RawValue>()? {
            let joint = if path.is_empty() { "" } else { " > " };
            append(&mut path, joint, MAX_NAME);
            append(&mut path, &text_of(Some(name)), MAX_NAME);
        }
        Ok(path)
    }
}

/// A value, where it has the type.
fn typed<'t, T: Deserialize<'t>>(raw: Option<&'t RawValue>) -> Option<T> {
    raw.and_then(|raw| serde_json::from_str(raw.get()).ok())
}

fn text_of(raw: Option<&RawValue>) -> String {
    typed(raw).unwrap_or_default()
}

fn number(raw: Option<&RawValue>) -> Option<u64> {
    typed(raw)
}

fn declared(summary: &RawValue) -> Option<DeclaredCounts> {
    let summary = typed::<Summary<'_>>(Some(summary))?;
    let not_run = [summary.skipped, summary.pending, summary.other].into_iter().filter_map(number);
    DeclaredCounts {
        tests: number(summary.tests),
        failures: number(summary.failed),
        errors: None,
        skipped: not_run.reduce(u64::saturating_add),
        seconds: None,
    }
    .some()
}
