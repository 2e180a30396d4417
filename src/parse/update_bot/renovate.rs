//! Renovate's JSON.
//!
//! Source: Renovate's reference of its options. It updates all it knows unless `enabledManagers` lists what it may touch; a
//! manager's own object, or a package rule about managers alone, may turn a manager off.

use super::{Bot, Others, Update, UpdateBot};
use crate::model::Span;
use crate::parse::yaml::Node;

/// Beginnings of the names of presets that Renovate brings along and that turn no manager off.
const PLAIN: [&str; 18] = [
    "abandonments:",
    "config:base",
    "config:best-practices",
    "config:js-",
    "config:recommended",
    "config:semver",
    "customManagers:",
    "docker:enableMajor",
    "docker:pinDigests",
    "group:",
    "helpers:",
    "mergeConfidence:",
    "monorepo:",
    "npm:",
    "packages:",
    "replacements:",
    "schedule:",
    "workarounds:",
];
/// The same among those of the default namespace, which are harmless but for these.
const NOT_PLAIN: [&str; 2] = [":disable", ":only"];

/// Whether a matcher of a package rule may mean all of an ecosystem.
fn is_wide(key: &str, wanted: Node<'_>) -> bool {
    match key {
        "matchCategories" | "matchDatasources" | "matchFileNames" => true,
        "matchDepNames" | "matchPackageNames" | "matchPackagePatterns" => {
            wanted.items().filter_map(Node::text).any(|name| name.contains('*') && !name.starts_with('!'))
        }
        _ => false,
    }
}

/// Whether a preset is known to leave managers as they are.
fn is_plain(preset: &str) -> bool {
    let begins = |names: &[&str]| names.iter().any(|name| preset.starts_with(name));
    begins(&PLAIN) || (preset.starts_with(':') && !begins(&NOT_PLAIN))
}

pub(in crate::parse) fn renovate(root: Node<'_>) -> UpdateBot {
    let enabled = |node: Node<'_>| node.get("enabled").and_then(Node::as_bool);
    let mut bot = UpdateBot { bot: Bot::Renovate, updates: Vec::new(), others: Others::Updated, presets: Vec::new() };
    if enabled(root) == Some(false) {
        bot.others = Others::Left;
        return bot;
    }
    for preset in root.get("extends").into_iter().flat_map(Node::one_or_many) {
        match preset.text().unwrap_or_default() {
            "docker:disable" => bot.name("docker", false, preset.span()),
            name if is_plain(name) => {}
            name => bot.presets.push(name.to_owned()),
        }
    }
    if let Some(managers) = root.get("enabledManagers") {
        bot.others = Others::Left;
        for manager in managers.items() {
            bot.name(manager.text().unwrap_or_default(), true, manager.span());
        }
    }
    for (key, value) in root.entries().filter(|(_, value)| value.is_mapping()) {
        if enabled(value) == Some(false) {
            bot.name(key.text().unwrap_or_default(), false, key.span());
        }
    }
    for rule in root.get("packageRules").into_iter().flat_map(Node::items) {
        let Some(on) = enabled(rule) else { continue };
        let is_matcher = |key: &str| key.starts_with("match") || key.starts_with("exclude");
        let mut others = rule
            .entries()
            .filter_map(|(key, value)| Some((key.text()?, value)))
            .filter(|(key, _)| is_matcher(key) && *key != "matchManagers")
            .peekable();
        if others.peek().is_none() {
            for manager in rule.get("matchManagers").into_iter().flat_map(Node::items) {
                bot.name(manager.text().unwrap_or_default(), on, manager.span());
            }
        } else if !on && others.all(|(key, wanted)| is_wide(key, wanted)) {
            bot.others = Others::Unknown;
        }
    }
    bot
}

impl UpdateBot {
    fn name(&mut self, ecosystem: &str, on: bool, span: Span) {
        self.updates.push(Update { ecosystem: ecosystem.to_owned(), on, directories: Vec::new(), span });
    }
}
