//! Reads CTRF, the Common Test Report Format (JSON).
//!
//! Source: `ctrf.schema.json`. `pending` is a test that did not run yet, `other` any outcome that CTRF has no word for.
//! `flaky` tells of a test that passed after a failed attempt; where it is left out, `retries` of a test that passed do.

use super::gather::{Gather, Said, Verdict, clipped};
use super::json::{offset_in, problem};
use super::time::milliseconds;
use super::{Case, DeclaredCounts, TestReport};
use crate::model::{CaseStatus, Span};
use crate::parse::{Parsed, Problem};
use serde::Deserializer as _;
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use std::fmt;
use std::sync::Arc;

/// Reads a report. There is a document when there is an object with `results`, whatever follows; tests that stand before
/// a flaw are kept.
pub fn parse(text: &str) -> Parsed<TestReport> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let base = text.len() - body.len();
    let mut builder = Builder { text, gather: Gather::new(text), found: false, tests: false };
    let mut json = serde_json::Deserializer::from_str(body);
    let read = json.deserialize_map(Top(&mut builder)).and_then(|()| json.end());
    let mut problems = Vec::new();
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
                    let tool = map.next_value::<Value>()?;
                    let name = text_of(&tool, "name");
                    clipped(name, 200).clone_into(&mut self.0.gather.report.producer);
                }
                "summary" => self.0.gather.report.declared = declared(&map.next_value::<Value>()?),
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
            let test = serde_json::from_str::<Value>(raw.get()).map_err(A::Error::custom)?;
            let length = raw.get().lines().next().map_or(0, str::len);
            self.0.test(&test, Span { offset, length });
        }
        Ok(())
    }
}

impl Builder<'_> {
    fn test(&mut self, test: &Value, span: Span) {
        let mut case = Case::at(span);
        case.name = text_of(test, "name").into();
        let status = text_of(test, "status");
        let verdict = match status {
            "passed" => Verdict::PASSED,
            "failed" => Verdict::FAILED,
            "skipped" | "pending" => Verdict::NOT_RUN,
            "other" => Verdict::INCONCLUSIVE,
            _ => {
                self.gather.unknown(span, "status", status, "CTRF");
                Verdict::INCONCLUSIVE
            }
        };
        case.set(verdict);
        let number = |key: &str| test.get(key).and_then(Value::as_u64);
        let retries = number("retries").unwrap_or(0);
        let told = test.get("retryAttempts").and_then(Value::as_array).map_or(0, Vec::len);
        // Some reporters list the last attempt as well.
        case.attempts = u32::try_from(retries.max(u64::from(told > 0))).unwrap_or(u32::MAX).saturating_add(1);
        let flaky = test.get("flaky").and_then(Value::as_bool).unwrap_or(retries > 0);
        if flaky && case.status == CaseStatus::Passed {
            case.status = CaseStatus::Flaky;
        }
        case.seconds = self.gather.seconds(milliseconds(test.get("duration").and_then(Value::as_f64)), span);
        case.file = Some(text_of(test, "filePath")).filter(|path| !path.is_empty()).map(Arc::from);
        case.line = number("line").and_then(|line| u32::try_from(line).ok()).filter(|line| *line > 0);
        let mut said = Said::default();
        said.add_message(text_of(test, "message"));
        said.add_trace(text_of(test, "trace"));
        case.failed_with(said);
        let suite = match test.get("suite") {
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" > "),
            Some(Value::String(name)) => name.clone(),
            _ => String::new(),
        };
        if let Some(suite) = self.gather.named(&suite, span) {
            suite.cases.push(case);
        }
    }
}

fn text_of<'v>(object: &'v Value, key: &str) -> &'v str {
    object.get(key).and_then(Value::as_str).unwrap_or("")
}

fn declared(summary: &Value) -> Option<DeclaredCounts> {
    let number = |key: &str| summary.get(key).and_then(Value::as_u64);
    let not_run = ["skipped", "pending", "other"].iter().filter_map(|key| number(key)).reduce(u64::saturating_add);
    DeclaredCounts { tests: number("tests"), failures: number("failed"), errors: None, skipped: not_run, seconds: None }
        .some()
}
