//! The walk over the text.

use super::rules::{Reference, Tool, text};
use super::{Lines, Location, Region, Run, Sarif, State, ToolLevel, ToolResult, uri};
use crate::model::Span;
use crate::parse::test_results::json::{offset_in, problem};
use crate::parse::{Parsed, Problem};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt;

/// Problems of single results that are told one by one.
const MAX_PROBLEMS: usize = 20;
/// Bytes of a message that are kept.
const MAX_MESSAGE: usize = 4096;
/// The version that is read, with its errata.
const VERSION: &str = "2.1.";

/// Reads a log. There is a document when there are `runs` of version 2.1.0; results that stand before a flaw are kept.
pub fn parse(text: &str) -> Parsed<Sarif> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let base = text.len() - body.len();
    let mut log = Log { text, ..Log::default() };
    let mut json = serde_json::Deserializer::from_str(body);
    let read = Node { log: &mut log, at: At::Top }.deserialize(&mut json).and_then(|()| json.end());
    log.end_run();
    let Log { sarif, version, found, mut problems, .. } = log;
    if let Some((version, span)) = version.as_ref().filter(|(version, _)| !version.starts_with(VERSION)) {
        let message = format!("this is SARIF {version}; only version 2.1.0 is read");
        return Parsed { document: None, problems: vec![Problem::new(*span, message)] };
    }
    match read {
        Err(error) => problems.push(problem(body, base, &error)),
        Ok(()) if !found => {
            problems.push(Problem::new(Span::default(), "there are no `runs`, so this is no SARIF log"));
        }
        Ok(()) if version.is_none() => {
            problems.push(Problem::new(Span::default(), "the log does not say its version; it was read as 2.1.0"));
        }
        Ok(()) => {}
    }
    problems.sort_by_key(|problem| problem.span.offset);
    Parsed { document: found.then_some(sarif), problems }
}

#[derive(Default)]
struct Log<'t> {
    text: &'t str,
    sarif: Sarif,
    version: Option<(String, Span)>,
    found: bool,
    /// The run in work, until its rules and bases are known.
    run: Option<OpenRun>,
    problems: Vec<Problem>,
}

/// A run of which some keys were read.
#[derive(Default)]
struct OpenRun {
    tool: Tool,
    bases: Value,
    artifacts: Vec<(String, Option<String>)>,
    utf16: bool,
    incomplete: bool,
    results: Vec<Pending>,
}

/// A result whose rule, message and paths are still names.
struct Pending {
    span: Span,
    message_span: Span,
    rule: Reference,
    level: Option<ToolLevel>,
    state: State,
    message: Message,
    locations: Vec<(Artifact, Option<Region>)>,
}

/// A message, or where to find it.
#[derive(Default)]
struct Message {
    text: Option<String>,
    id: Option<String>,
    arguments: Vec<String>,
}

/// An address as a location writes it.
struct Artifact {
    uri: Option<String>,
    base: Option<String>,
    index: Option<usize>,
}

/// What of the log is being read.
#[derive(Clone, Copy)]
enum At {
    Top,
    Runs,
    Run,
    Results,
}

struct Node<'l, 't> {
    log: &'l mut Log<'t>,
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
            At::Top => "an object with `runs`",
            At::Runs => "`runs` as an array",
            At::Run => "a run as an object",
            At::Results => "`results` as an array",
        })
    }

    /// `null` stands for what the tool did not compute.
    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        match self.at {
            At::Results => Ok(()),
            _ => Err(E::invalid_type(serde::de::Unexpected::Unit, &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if matches!(self.at, At::Runs | At::Results) {
            return Err(serde::de::Error::invalid_type(serde::de::Unexpected::Map, &self));
        }
        let is_run = matches!(self.at, At::Run);
        if is_run {
            self.log.run = Some(OpenRun::default());
        }
        while let Some(key) = map.next_key::<String>()? {
            let below = match key.as_str() {
                "runs" if !is_run => Some(At::Runs),
                "results" if is_run => Some(At::Results),
                _ => None,
            };
            if let Some(at) = below {
                map.next_value_seed(Node { log: self.log, at })?;
            } else if !is_run && key == "version" {
                let raw = map.next_value::<&'de RawValue>()?;
                let span = self.log.span(raw);
                self.log.version = Some((value(raw).as_str().unwrap_or_default().to_owned(), span));
            } else if is_run && RUN_KEYS.contains(&key.as_str()) {
                let raw = map.next_value::<&'de RawValue>()?;
                self.log.run_key(&key, raw);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        self.log.end_run();
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        match self.at {
            At::Runs => {
                self.log.found = true;
                while items.next_element_seed(Node { log: self.log, at: At::Run })?.is_some() {}
            }
            At::Results => {
                while let Some(raw) = items.next_element::<&'de RawValue>()? {
                    self.log.result(raw);
                }
            }
            At::Top | At::Run => return Err(serde::de::Error::invalid_type(serde::de::Unexpected::Seq, &self)),
        }
        Ok(())
    }
}

const RUN_KEYS: [&str; 6] =
    ["tool", "originalUriBaseIds", "artifacts", "columnKind", "invocations", "externalPropertyFileReferences"];

impl Log<'_> {
    fn span(&self, raw: &RawValue) -> Span {
        Span { offset: offset_in(self.text, raw.get()), length: raw.get().len() }
    }

    fn run_key(&mut self, key: &str, raw: &RawValue) {
        let span = self.span(raw);
        let Some(run) = &mut self.run else { return };
        let value = value(raw);
        match key {
            "tool" => run.tool = Tool::new(&value),
            "originalUriBaseIds" => run.bases = value,
            "artifacts" => {
                let located = items(&value).map(|artifact| artifact.get("location").unwrap_or(&Value::Null));
                run.artifacts = located.map(|at| (text(at, "uri"), optional(at, "uriBaseId"))).collect();
            }
            "columnKind" => run.utf16 = value.as_str() == Some("utf16CodeUnits"),
            "invocations" => {
                let said = |invocation: &Value| invocation.get("executionSuccessful").and_then(Value::as_bool);
                run.incomplete = items(&value).any(|invocation| said(invocation) == Some(false));
            }
            _ if value.get("results").is_some_and(|files| items(files).next().is_some()) => {
                self.problems.push(Problem::new(span, "results of this run lie in other files, which were not read"));
            }
            _ => {}
        }
    }

    fn result(&mut self, raw: &RawValue) {
        let span = self.span(raw);
        match serde_json::from_str::<BTreeMap<String, &RawValue>>(raw.get()) {
            Ok(keys) => {
                let message_span = keys.get("message").map_or(span, |message| self.span(message));
                if let Some(run) = &mut self.run {
                    run.results.push(Pending::new(&keys, span, message_span));
                }
            }
            Err(error) if self.problems.len() < MAX_PROBLEMS => {
                self.problems.push(problem(raw.get(), span.offset, &error));
            }
            Err(_) => {}
        }
    }

    /// Settles what the results of the open run mean.
    fn end_run(&mut self) {
        let Some(run) = self.run.take() else { return };
        let OpenRun { tool, bases, artifacts, utf16, incomplete, results } = run;
        let settled = results.into_iter().map(|pending| pending.settle(&tool, bases.as_object(), &artifacts, utf16));
        let results = settled.collect();
        let rules = tool.rules();
        self.sarif.runs.push(Run { tool: tool.name, version: tool.version, rules, incomplete, results });
    }
}

impl Pending {
    fn new(keys: &BTreeMap<String, &RawValue>, span: Span, message_span: Span) -> Self {
        let get = |key: &str| keys.get(key).map(|raw| value(raw)).unwrap_or_default();
        let word = |key: &str| get(key).as_str().map(str::to_owned);
        let rule = get("rule");
        let component = rule.get("toolComponent").unwrap_or(&Value::Null);
        let locations = get("locations");
        Self {
            span,
            message_span,
            rule: Reference {
                id: word("ruleId").or_else(|| optional(&rule, "id")),
                // Where both are written, only this one knows of extensions.
                index: rule.get("index").and_then(index).or_else(|| index(&get("ruleIndex"))),
                component_index: component.get("index").and_then(index),
                component_name: optional(component, "name"),
                component_guid: optional(component, "guid"),
            },
            level: word("level").as_deref().and_then(ToolLevel::from_word),
            state: state(word("kind").as_deref(), word("baselineState").as_deref(), &get("suppressions")),
            message: Message::new(&get("message")),
            locations: items(&locations).take(Location::MOST).filter_map(location).collect(),
        }
    }

    fn settle(
        self,
        tool: &Tool,
        bases: Option<&serde_json::Map<String, Value>>,
        artifacts: &[(String, Option<String>)],
        utf16: bool,
    ) -> ToolResult {
        let rule = tool.rule(&self.rule);
        let message = self.message.id.as_deref().and_then(|id| tool.message(rule, &self.rule, id));
        let message = self.message.filled(message);
        let id = self.rule.id.map(Into::into).or_else(|| rule.map(|rule| rule.id.clone()));
        let locations = self.locations.into_iter().filter_map(|(artifact, region)| {
            let known = artifact.index.and_then(|index| artifacts.get(index));
            let path = match (&artifact.uri, known) {
                (Some(written), _) => uri::path(written, artifact.base.as_deref(), bases),
                (None, Some((written, base))) => uri::path(written, base.as_deref(), bases),
                (None, None) => return None,
            };
            // The run may say what its columns count only after its results.
            (!path.is_empty()).then(|| Location { path, region: region.map(|region| Region { utf16, ..region }) })
        });
        ToolResult {
            level: self.level.or_else(|| rule?.level).unwrap_or(ToolLevel::Warning),
            rule: id.unwrap_or_default(),
            help: rule.map(|rule| rule.help.clone()).unwrap_or_default(),
            state: self.state,
            message,
            locations: locations.collect(),
            span: self.span,
            message_span: self.message_span,
        }
    }
}

fn state(kind: Option<&str>, baseline: Option<&str>, suppressions: &Value) -> State {
    let accepted = |suppression: &Value| {
        suppression.get("status").and_then(Value::as_str).is_none_or(|status| status == "accepted")
    };
    if kind.is_some_and(|kind| kind != "fail") {
        State::NoProblem
    } else if baseline == Some("absent") {
        State::Gone
    } else if items(suppressions).next().is_some() && items(suppressions).all(accepted) {
        State::Suppressed
    } else {
        State::Open
    }
}

fn location(location: &Value) -> Option<(Artifact, Option<Region>)> {
    let physical = location.get("physicalLocation")?;
    let artifact = physical.get("artifactLocation")?;
    let address = Artifact {
        uri: optional(artifact, "uri"),
        base: optional(artifact, "uriBaseId"),
        index: artifact.get("index").and_then(index),
    };
    Some((address, physical.get("region").and_then(region)))
}

fn region(region: &Value) -> Option<Region> {
    let number = |key: &str| region.get(key).and_then(index);
    // Tools write 0 and -1 for what they do not know.
    let counted = |key: &str| number(key).filter(|number| *number > 0);
    let lines = counted("startLine").map(|line| {
        let end_line = counted("endLine").filter(|end| *end >= line).unwrap_or(line);
        Lines { line, column: counted("startColumn").unwrap_or(1), end_line, end_column: counted("endColumn") }
    });
    let run = |offset: &str, length: &str| number(offset).map(|at| (at, number(length).unwrap_or(0)));
    let (characters, bytes) = (run("charOffset", "charLength"), run("byteOffset", "byteLength"));
    let said = lines.is_some() || characters.is_some() || bytes.is_some();
    said.then_some(Region { lines, characters, bytes, utf16: false })
}

impl Message {
    fn new(message: &Value) -> Self {
        let arguments = message.get("arguments").into_iter().flat_map(items);
        let arguments = arguments.map(|argument| argument.as_str().unwrap_or_default().to_owned());
        Self { text: optional(message, "text"), id: optional(message, "id"), arguments: arguments.collect() }
    }

    /// The text, or else the one that was looked up, with the arguments and without links.
    fn filled(&self, looked_up: Option<&str>) -> String {
        let pattern = self.text.as_deref().or(looked_up).unwrap_or_default();
        let filled = if self.arguments.is_empty() { pattern.to_owned() } else { fill(pattern, &self.arguments) };
        let mut plain = without_links(&filled);
        if plain.len() > MAX_MESSAGE {
            plain.truncate(plain.floor_char_boundary(MAX_MESSAGE));
            plain.push('…');
        }
        plain
    }
}

/// Puts arguments for `{0}`, `{1}`; `{{` and `}}` stand for braces. No longer than it needs to be cut.
fn fill(pattern: &str, arguments: &[String]) -> String {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(at) = rest.find(['{', '}']).filter(|_| out.len() <= MAX_MESSAGE) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let doubled = ["{{", "}}"].iter().find(|pair| from.starts_with(**pair));
        let placeholder = from.strip_prefix('{').and_then(|inside| inside.split_once('}'));
        let argument = placeholder.and_then(|(number, _)| arguments.get(number.parse::<usize>().ok()?));
        if doubled.is_some() {
            out.push_str(from.get(..1).unwrap_or_default());
            rest = from.get(2..).unwrap_or_default();
        } else if let (Some(argument), Some((_, after))) = (argument, placeholder) {
            out.push_str(argument);
            rest = after;
        } else {
            out.push_str(from.get(..1).unwrap_or_default());
            rest = from.get(1..).unwrap_or_default();
        }
    }
    out.push_str(rest);
    out
}

/// `[a user's value](1)` links to a related location of the log; the text alone is left.
fn without_links(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("](") {
        let (before, link) = rest.split_at(at);
        let target = link.get(2..).and_then(|target| target.split_once(')'));
        let number = target.filter(|(number, _)| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
        if let (Some((_, after)), Some(open)) = (number, before.rfind('[')) {
            out.push_str(before.get(..open).unwrap_or_default());
            out.push_str(before.get(open + 1..).unwrap_or_default());
            rest = after;
        } else {
            out.push_str(before);
            out.push_str("](");
            rest = link.get(2..).unwrap_or_default();
        }
    }
    out.push_str(rest);
    out
}

/// A value that the format allows to be of any type; what is too deep to read is as good as none.
fn value(raw: &RawValue) -> Value {
    serde_json::from_str(raw.get()).unwrap_or_default()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn optional(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).map(str::to_owned)
}

/// An index or count; SARIF writes -1 for none.
fn index(value: &Value) -> Option<usize> {
    value.as_u64().and_then(|index| usize::try_from(index).ok())
}
