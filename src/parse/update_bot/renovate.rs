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

/// Whether a preset is known to leave managers as they are.
fn is_plain(preset: &str) -> bool {
    let begins = |names: &[&str]| names.iter().any(|name| preset.starts_with(name));
    begins(&PLAIN) || (preset.starts_with(':') && !begins(&NOT_PLAIN))
}

pub(in crate::parse) fn renovate(root: Node<'_>) -> UpdateBot {
    let off = |node: Node<'_>| node.get("enabled").and_then(Node::as_bool) == Some(false);
    let mut bot = UpdateBot { bot: Bot::Renovate, updates: Vec::new(), others: Others::Updated, presets: Vec::new() };
    if off(root) {
        bot.others = Others::Left;
        return bot;
    }
    if let Some(managers) = root.get("enabledManagers") {
        bot.others = Others::Left;
        for manager in managers.items() {
            bot.name(manager, true, manager.span());
        }
    }
    for (key, value) in root.entries() {
        if value.is_mapping() && off(value) {
            bot.name(key, false, key.span());
        }
    }
    for rule in root.get("packageRules").into_iter().flat_map(Node::items) {
        // A rule that also asks for names or update types turns off only some updates.
        let about_managers =
            rule.entries().all(|(key, _)| matches!(key.text(), Some("matchManagers" | "enabled" | "description")));
        if about_managers && off(rule) {
            for manager in rule.get("matchManagers").into_iter().flat_map(Node::items) {
                bot.name(manager, false, manager.span());
            }
        }
    }
    for preset in root.get("extends").into_iter().flat_map(Node::one_or_many).filter_map(Node::text) {
        match preset {
            "docker:disable" => {
                bot.updates.push(Update {
                    ecosystem: "docker".to_owned(),
                    on: false,
                    directories: Vec::new(),
                    span: root.span(),
                });
            }
            _ if is_plain(preset) => {}
            _ => bot.presets.push(preset.to_owned()),
        }
    }
    bot.updates.sort_by_key(|update| update.span);
    bot
}

impl UpdateBot {
    fn name(&mut self, ecosystem: Node<'_>, on: bool, span: Span) {
        let ecosystem = ecosystem.text().unwrap_or_default().to_owned();
        self.updates.push(Update { ecosystem, on, directories: Vec::new(), span });
    }
}
