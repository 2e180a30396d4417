//! Tests of a policy: files, and what the policy has to say of them.

use super::PolicyError;
use super::layer::{Layer, Reader};
use super::waivers::Known;
use crate::model::{Date, OutcomeKind, Place, PolicyPlace};
use crate::parse::yaml::Node;

/// Files, and what the policy has to say of them.
#[derive(Debug, Clone)]
pub struct PolicyTest {
    /// What it shows.
    pub name: String,
    /// Paths and texts.
    pub given: Vec<(String, String)>,
    /// What must be found; where it is empty, nothing may be.
    pub expect: Vec<Expectation>,
    /// The day for which dates are judged; that of the run where it is absent.
    pub today: Option<Date>,
    /// Its line.
    pub place: PolicyPlace,
}

/// A finding or an outcome that must be.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// Id of the rule.
    pub rule: String,
    /// Path of the finding's file; any where it is absent.
    pub file: Option<String>,
    /// Line of the finding, from 1.
    pub line: Option<usize>,
    /// Structural address of the finding.
    pub path: Option<String>,
    /// Outcome of the rule; where it is there, findings are not looked at.
    pub outcome: Option<OutcomeKind>,
    /// Where its `rule` stands.
    place: Place,
}

/// Expectations of rules that do not exist.
pub(super) fn strangers(layer: &Layer, known: Known<'_>) -> Vec<PolicyError> {
    let expected = layer.tests.iter().flat_map(|test| &test.expect);
    let unknown = expected.filter(|expected| !known.has(&expected.rule));
    unknown.map(|expected| known.stranger(&expected.rule, &expected.place)).collect()
}

const KEYS: [&str; 4] = ["name", "given", "expect", "today"];
const EXPECTED: [&str; 5] = ["rule", "file", "line", "path", "outcome"];

impl Reader<'_> {
    pub(super) fn tests(&mut self, value: Node<'_>, layer: &mut Layer) {
        if !value.is_sequence() && !value.is_null() {
            let hint = "write it as a list, `- { name: …, given: { path: text }, expect: [{ rule: … }] }`".to_owned();
            self.error_at(value, format!("`tests` is {}", value.kind_word()), hint);
        }
        for item in value.items() {
            layer.tests.extend(self.test(item));
        }
    }

    fn test(&mut self, item: Node<'_>) -> Option<PolicyTest> {
        self.keys(item, "a test", &KEYS)?;
        let name = self.text(item, "name");
        let today = match item.get("today").map(|node| (node, node.text().unwrap_or("").parse::<Date>())) {
            Some((node, Err(error))) => {
                self.error_at(node, error, String::new());
                None
            }
            found => found.and_then(|(_, date)| date.ok()),
        };
        let mut given = Vec::new();
        match item.get("given") {
            Some(files) if files.is_mapping() => {
                for (path, text) in files.entries() {
                    match text.text().filter(|_| !text.is_null()) {
                        Some(content) => given.push((path.text().unwrap_or("").to_owned(), content.to_owned())),
                        None => self.error_at(path, "here belongs the text of a file".to_owned(), String::new()),
                    }
                }
            }
            node => {
                let hint = "write the files as `{ path: text }`; `{}` for none".to_owned();
                self.error_at(node.unwrap_or(item), "the test has no `given`".to_owned(), hint);
            }
        }
        let expect = match item.get("expect") {
            Some(list) if list.is_sequence() => list.items().filter_map(|item| self.expectation(item)).collect(),
            node => {
                let hint = "write `expect: [{ rule: … }]`; `[]` where nothing may be found".to_owned();
                self.error_at(node.unwrap_or(item), "the test has no `expect`".to_owned(), hint);
                Vec::new()
            }
        };
        Some(PolicyTest { name: name?, given, expect, today, place: self.policy_place(item) })
    }

    fn expectation(&mut self, item: Node<'_>) -> Option<Expectation> {
        self.keys(item, "an expectation", &EXPECTED)?;
        let rule = self.text(item, "rule")?;
        let [file, path] = ["file", "path"].map(|name| item.get(name).and_then(|_| self.text(item, name)));
        let line = item.get("line").and_then(|node| {
            let line = node.text().and_then(|text| text.parse::<usize>().ok()).filter(|line| *line > 0);
            if line.is_none() {
                self.error_at(node, "`line` is no line number".to_owned(), String::new());
            }
            line
        });
        let outcome = item.get("outcome").and_then(|node| {
            let word = node.text().unwrap_or("");
            let outcome = OutcomeKind::ALL.into_iter().find(|outcome| outcome.word() == word);
            if outcome.is_none() {
                self.unknown(node, "outcome", word, &OutcomeKind::ALL.map(OutcomeKind::word));
            } else if file.is_some() || path.is_some() || line.is_some() {
                let hint = "write two expectations".to_owned();
                self.error_at(node, "an outcome is the rule's, and has no place".to_owned(), hint);
            }
            outcome
        });
        let node = item.get("rule")?;
        Some(Expectation { rule, file, line, path, outcome, place: self.place(node.span(), node.path()) })
    }

    /// Whether a node is a mapping; keys that do not belong there are errors.
    pub(super) fn keys(&mut self, item: Node<'_>, what: &str, known: &[&str]) -> Option<()> {
        if !item.is_mapping() {
            let hint = format!("its keys are {}", known.join(", "));
            self.error_at(item, format!("{what} is a mapping, not {}", item.kind_word()), hint);
            return None;
        }
        for (key, _) in item.entries() {
            let word = key.text().unwrap_or("");
            if !known.contains(&word) {
                self.unknown(key, &format!("key of {what}"), word, known);
            }
        }
        Some(())
    }
}
