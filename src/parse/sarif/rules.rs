//! What a run says of the rules of its tool.

use super::ToolLevel;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The tool and its extensions.
#[derive(Debug, Default)]
pub(super) struct Tool {
    pub(super) name: String,
    pub(super) version: String,
    /// The driver first.
    components: Vec<Component>,
}

/// The driver or an extension.
#[derive(Debug)]
struct Component {
    name: String,
    guid: String,
    rules: Vec<Rule>,
    by_id: BTreeMap<Arc<str>, usize>,
    /// Messages that any rule may use.
    messages: BTreeMap<String, String>,
}

/// A rule of a tool.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) id: Arc<str>,
    pub(super) help: Arc<str>,
    pub(super) level: Option<ToolLevel>,
    messages: BTreeMap<String, String>,
}

/// How a result names its rule.
#[derive(Debug, Default)]
pub(super) struct Reference {
    pub(super) id: Option<String>,
    pub(super) index: Option<usize>,
    pub(super) component_index: Option<usize>,
    pub(super) component_name: Option<String>,
    pub(super) component_guid: Option<String>,
}

impl Tool {
    pub(super) fn new(tool: &Value) -> Self {
        let driver = tool.get("driver").unwrap_or(&Value::Null);
        let version = ["semanticVersion", "version"].into_iter().map(|key| text(driver, key));
        let extensions = tool.get("extensions").and_then(Value::as_array);
        let components = std::iter::once(driver).chain(extensions.into_iter().flatten()).map(Component::new);
        Self {
            name: text(driver, "name"),
            version: version.into_iter().find(|version| !version.is_empty()).unwrap_or_default(),
            components: components.collect(),
        }
    }

    pub(super) fn rules(&self) -> usize {
        self.components.iter().map(|component| component.rules.len()).sum()
    }

    /// The rule that a result names, if the run describes it.
    pub(super) fn rule(&self, reference: &Reference) -> Option<&Rule> {
        let component = self.component(reference)?;
        if let Some(rule) = reference.index.and_then(|index| component.rules.get(index)) {
            return Some(rule);
        }
        // `CA1000/2` is a special case of the rule `CA1000`.
        let mut id = reference.id.as_deref()?;
        loop {
            if let Some(at) = component.by_id.get(id) {
                return component.rules.get(*at);
            }
            id = id.rsplit_once('/')?.0;
        }
    }

    /// A message of a rule or of its component.
    pub(super) fn message<'t>(&'t self, rule: Option<&'t Rule>, reference: &Reference, id: &str) -> Option<&'t str> {
        let own = rule.and_then(|rule| rule.messages.get(id));
        own.or_else(|| self.component(reference)?.messages.get(id)).map(String::as_str)
    }

    fn component(&self, reference: &Reference) -> Option<&Component> {
        let mut extensions = self.components.iter().skip(1);
        if let Some(index) = reference.component_index {
            return extensions.nth(index);
        }
        let named = self.components.iter().find(|component| {
            let is = |wanted: &Option<String>, own: &str| wanted.as_deref().is_some_and(|wanted| wanted == own);
            is(&reference.component_guid, &component.guid) || is(&reference.component_name, &component.name)
        });
        named.or_else(|| self.components.first())
    }
}

impl Component {
    fn new(value: &Value) -> Self {
        let described = value.get("rules").and_then(Value::as_array);
        let rules: Vec<Rule> = described.into_iter().flatten().map(Rule::new).collect();
        let by_id = rules.iter().enumerate().map(|(at, rule)| (Arc::clone(&rule.id), at)).collect();
        let messages = messages(value.get("globalMessageStrings"));
        Self { name: text(value, "name"), guid: text(value, "guid"), rules, by_id, messages }
    }
}

impl Rule {
    fn new(value: &Value) -> Self {
        let level = value.get("defaultConfiguration").and_then(|configuration| configuration.get("level"));
        Self {
            id: text(value, "id").into(),
            help: text(value, "helpUri").into(),
            level: level.and_then(Value::as_str).and_then(ToolLevel::from_word),
            messages: messages(value.get("messageStrings")),
        }
    }
}

fn messages(strings: Option<&Value>) -> BTreeMap<String, String> {
    let strings = strings.and_then(Value::as_object).into_iter().flatten();
    strings.map(|(id, string)| (id.clone(), text(string, "text"))).collect()
}

/// The text of a key; empty where there is none.
pub(super) fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}
