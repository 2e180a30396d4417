//! One policy file as it stands: its keys checked, nothing merged yet.

use super::checks::{Draft, Unresolved};
use super::tests::PolicyTest;
use super::waivers::Waiver;
use super::{PolicyError, RuleSpec, did_you_mean};
use crate::model::{Family, Level, LineIndex, Place, PolicyPlace, Span};
use crate::parse::yaml::{Node, Tree};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Most nodes that one rule's parameters may have.
const PARAM_NODES: usize = 10_000;

/// What one file says.
#[derive(Debug, Default)]
pub(super) struct Layer {
    pub(super) extends: Vec<(String, Place)>,
    /// Levels of families, `None` for off, each with its line.
    pub(super) families: BTreeMap<Family, (Option<Level>, PolicyPlace)>,
    pub(super) rules: Vec<Setting>,
    pub(super) checks: Vec<Draft>,
    /// Levels of rules that are not built in.
    pub(super) unresolved: Vec<Unresolved>,
    pub(super) waivers: Vec<Waiver>,
    pub(super) tests: Vec<PolicyTest>,
}

/// What one file says of one rule.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) rule: &'static str,
    pub(super) switch: Switch,
    pub(super) params: Map<String, Value>,
    pub(super) place: PolicyPlace,
    /// The line of the level and of each parameter.
    pub(super) lines: Vec<(String, usize)>,
}

/// What a setting does to a rule's level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Switch {
    /// On, at the level of an earlier layer or of the rule.
    On,
    /// On, at this level.
    At(Level),
    Off,
}

pub(super) struct Reader<'s> {
    pub(super) file: &'s str,
    pub(super) text: &'s str,
    pub(super) specs: &'s [RuleSpec],
    index: LineIndex,
    errors: Vec<PolicyError>,
}

const KEYS: [&str; 8] = ["version", "extends", "levels", "rules", "evidence", "checks", "waivers", "tests"];
/// The setting of every rule that is no parameter.
pub(super) const LEVEL: &str = "level";
const LEVELS: [&str; 5] = ["error", "warning", "info", "off", "on"];

impl<'s> Reader<'s> {
    pub(super) fn read(file: &'s str, text: &'s str, specs: &'s [RuleSpec]) -> Result<Layer, Vec<PolicyError>> {
        let parsed = Tree::parse(text);
        let mut reader = Self { file, text, specs, index: LineIndex::new(text), errors: Vec::new() };
        for problem in &parsed.problems {
            reader.error(problem.span, String::new(), problem.message.clone(), String::new());
        }
        let mut layer = Layer::default();
        if let Some(tree) = &parsed.document {
            for duplicate in tree.duplicates() {
                let key = duplicate.second;
                reader.error_at(key, format!("`{}` is written twice", key.text().unwrap_or("?")), String::new());
            }
            reader.document(tree, &mut layer);
        }
        if reader.errors.is_empty() { Ok(layer) } else { Err(reader.errors) }
    }

    fn document(&mut self, tree: &Tree<'_>, layer: &mut Layer) {
        let Some(root) = tree.root().filter(|r| r.is_mapping()) else {
            let hint = "write at least `version: 1` and `extends: [recommended]`".to_owned();
            return self.error(Span::default(), String::new(), "the policy is not a mapping".to_owned(), hint);
        };
        match root.get("version") {
            Some(version) if version.as_f64() == Some(1.0) => {}
            Some(version) => {
                self.error_at(version, "the policy's version is not 1".to_owned(), "write `version: 1`".to_owned());
            }
            None => {
                let place = Span { offset: root.span().offset, length: 0 };
                let hint = "write `version: 1` as its first line".to_owned();
                self.error(place, String::new(), "the policy has no `version`".to_owned(), hint);
            }
        }
        for (key, value) in root.entries() {
            match key.text().unwrap_or("") {
                "version" => {}
                "extends" => self.extends(value, layer),
                "levels" => self.levels(value, layer),
                "rules" => self.rules(value, layer),
                "evidence" => self.evidence(value, layer),
                "checks" => self.checks(value, layer),
                "waivers" => self.waivers(value, layer),
                "tests" => self.tests(value, layer),
                other => self.unknown(key, "key", other, &KEYS),
            }
        }
    }

    fn extends(&mut self, value: Node<'_>, layer: &mut Layer) {
        if !value.is_sequence() && !value.is_scalar() {
            self.error_at(value, "`extends` is a list of packs and files".to_owned(), String::new());
        }
        for item in value.one_or_many() {
            match item.text().filter(|t| !t.is_empty()) {
                Some(name) => layer.extends.push((name.to_owned(), self.place(item.span(), item.path()))),
                None => self.error_at(item, "not the name of a pack or the path of a file".to_owned(), String::new()),
            }
        }
    }

    fn levels(&mut self, value: Node<'_>, layer: &mut Layer) {
        self.expect_mapping(value, "levels", "family: level");
        for (key, level) in value.entries() {
            let word = key.text().unwrap_or("");
            let Some(family) = Family::ALL.into_iter().find(|f| f.word() == word) else {
                self.unknown(key, "family", word, &Family::ALL.map(Family::word));
                continue;
            };
            let place = self.policy_place(key);
            match self.switch(level) {
                Some(Switch::At(level)) => drop(layer.families.insert(family, (Some(level), place))),
                Some(Switch::Off) => drop(layer.families.insert(family, (None, place))),
                Some(Switch::On) => self.error_at(level, "a family has a level, not `on`".to_owned(), String::new()),
                None => {}
            }
        }
    }

    fn rules(&mut self, value: Node<'_>, layer: &mut Layer) {
        self.expect_mapping(value, "rules", "rule-id: level");
        for (key, setting) in value.entries() {
            let id = key.text().unwrap_or("");
            let Some(spec) = self.specs.iter().find(|spec| spec.id == id) else {
                self.foreign_rule(key, id, setting, layer);
                continue;
            };
            let place = self.policy_place(key);
            let (switch, params) = if setting.is_mapping() {
                let level = setting.get("level").map_or(Some(Switch::On), |level| self.switch(level));
                (level, self.params(spec, setting))
            } else {
                (self.switch(setting), Some(Map::new()))
            };
            if let (Some(switch), Some(params)) = (switch, params) {
                let line = |key: Node<'_>| Some((key.text()?.to_owned(), self.policy_place(key).line));
                let mut lines: Vec<_> = setting.entries().filter_map(|(key, _)| line(key)).collect();
                if !setting.is_mapping() {
                    lines.push((LEVEL.to_owned(), place.line));
                }
                layer.rules.push(Setting { rule: spec.id, switch, params, place, lines });
            }
        }
    }

    /// A rule that is not built in: a check of this or another layer, or nothing.
    fn foreign_rule(&mut self, key: Node<'_>, id: &str, setting: Node<'_>, layer: &mut Layer) {
        let ids: Vec<&str> = self.specs.iter().map(|spec| spec.id).collect();
        self.unknown(key, "rule", id, &ids);
        if !setting.is_scalar() || setting.is_null() {
            return;
        }
        let Some(error) = self.errors.pop() else { return };
        if let Some(switch) = self.switch(setting) {
            layer.unresolved.push(Unresolved { id: id.to_owned(), switch, error });
        }
    }

    fn params(&mut self, spec: &RuleSpec, setting: Node<'_>) -> Option<Map<String, Value>> {
        let Some(Value::Object(mut params)) = setting.to_json(PARAM_NODES) else {
            self.error_at(setting, format!("the parameters of `{}` are too large", spec.id), String::new());
            return None;
        };
        params.remove("level");
        let Err(whole) = (spec.check_params)(&params) else { return Some(params) };
        // All parameters are optional, so each can be tried alone: the place is that of the one that is refused.
        let mut told = false;
        for (key, value) in setting.entries() {
            let Some((name, json)) = key.text().and_then(|k| Some((k, params.get(k)?))) else { continue };
            let alone = Map::from_iter([(name.to_owned(), json.clone())]);
            if let Err(message) = (spec.check_params)(&alone) {
                // A field that is not known may also stand further inside.
                let own = |rest: &&str| rest.split('`').nth(1) == Some(name);
                let (node, message) = match message.strip_prefix("unknown field ").filter(own) {
                    Some(rest) => (key, unknown_parameter(spec.id, name, rest)),
                    None => (value, (format!("`{}` has a wrong `{name}`: {message}", spec.id), String::new())),
                };
                self.error_at(node, message.0, message.1);
                told = true;
            }
        }
        if !told {
            self.error_at(setting, format!("`{}`: {whole}", spec.id), String::new());
        }
        None
    }

    fn evidence(&mut self, value: Node<'_>, layer: &mut Layer) {
        self.expect_mapping(value, "evidence", "tests: required");
        for (key, demand) in value.entries() {
            let rule = match key.text().unwrap_or("") {
                "tests" => "test-report-missing",
                "coverage" => "coverage-report-missing",
                "run" => "run-record-missing",
                other => {
                    self.unknown(key, "kind of evidence", other, &["tests", "coverage", "run"]);
                    continue;
                }
            };
            let Some(spec) = self.specs.iter().find(|spec| spec.id == rule) else { continue };
            let switch = match demand.text() {
                Some("required") => Switch::At(Level::Error),
                Some("optional") => Switch::Off,
                other => {
                    let word = other.unwrap_or("").to_owned();
                    self.unknown(demand, "demand", &word, &["required", "optional"]);
                    continue;
                }
            };
            let place = self.policy_place(key);
            let lines = vec![(LEVEL.to_owned(), place.line)];
            layer.rules.push(Setting { rule: spec.id, switch, params: Map::new(), place, lines });
        }
    }

    pub(super) fn switch(&mut self, node: Node<'_>) -> Option<Switch> {
        Some(match node.text().filter(|_| !node.is_null()) {
            Some("error") => Switch::At(Level::Error),
            Some("warning") => Switch::At(Level::Warning),
            Some("info") => Switch::At(Level::Info),
            Some("off") => Switch::Off,
            Some("on") => Switch::On,
            other => {
                let word = other.unwrap_or("").to_owned();
                self.unknown(node, "level", &word, &LEVELS);
                return None;
            }
        })
    }

    pub(super) fn expect_mapping(&mut self, node: Node<'_>, key: &str, form: &str) {
        if !node.is_mapping() && !node.is_null() {
            self.error_at(node, format!("`{key}` is {}", node.kind_word()), format!("write it as a mapping, `{form}`"));
        }
    }

    pub(super) fn unknown(&mut self, node: Node<'_>, what: &str, word: &str, known: &[&str]) {
        let hint = match did_you_mean(word, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.len() <= 13 => format!("known are {}", known.join(", ")),
            None => "`tollgate rules` lists them".to_owned(),
        };
        let message = if word.is_empty() {
            format!("here belongs a {what}, not {}", node.kind_word())
        } else {
            format!("there is no {what} `{word}`")
        };
        // Nothing has no bytes; its key has.
        let node = if node.is_null() { node.key().unwrap_or(node) } else { node };
        self.error_at(node, message, hint);
    }

    pub(super) fn error_at(&mut self, node: Node<'_>, message: String, hint: String) {
        self.error(node.span(), node.path(), message, hint);
    }

    pub(super) fn error(&mut self, span: Span, path: String, message: String, hint: String) {
        let place = self.place(span, path);
        self.errors.push(PolicyError { place, message, hint });
    }

    pub(super) fn place(&self, span: Span, path: String) -> Place {
        self.index.place(self.file, self.text, span, path)
    }

    pub(super) fn line_column(&self, offset: usize) -> (usize, usize) {
        self.index.line_column(self.text, offset)
    }

    pub(super) fn error_count(&self) -> usize {
        self.errors.len()
    }

    pub(super) fn policy_place(&self, key: Node<'_>) -> PolicyPlace {
        let (line, _) = self.line_column(key.span().offset);
        PolicyPlace { file: self.file.to_owned(), line }
    }
}

/// Message and hint for a parameter that a rule does not have, from serde's list of those that it has.
fn unknown_parameter(rule: &str, name: &str, rest: &str) -> (String, String) {
    let known = known_fields(rest);
    let hint = match did_you_mean(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => format!("`{rule}` has no parameters"),
        None => format!("it has {}", known.join(", ")),
    };
    (format!("`{rule}` has no parameter `{name}`"), hint)
}

/// The fields that a message of serde lists: `` `x`, expected one of `a`, `b` ``.
fn known_fields(rest: &str) -> Vec<&str> {
    rest.split('`').skip(3).step_by(2).collect()
}

impl RuleSpec {
    /// The names of its parameters.
    pub fn parameters(&self) -> Vec<String> {
        // No parameter is called so, and the refusal lists those that there are.
        let nobody = Map::from_iter([("-".to_owned(), Value::Null)]);
        let refusal = (self.check_params)(&nobody).err().unwrap_or_default();
        let known = refusal.strip_prefix("unknown field ").map(known_fields).unwrap_or_default();
        known.into_iter().map(str::to_owned).collect()
    }

    /// Whether a parameter may have a value.
    pub fn takes(&self, name: &str, value: impl Into<Value>) -> bool {
        (self.check_params)(&Map::from_iter([(name.to_owned(), value.into())])).is_ok()
    }
}
