//! `codecov.yml`: the targets of commit statuses.
//!
//! Source: Codecov's reference of the file. A status compares its `target` (by default `auto`: the base commit), which may
//! be missed by `threshold` percentage points. `informational` ones never fail, and what fails is a commit status: whether
//! it keeps a change out is a setting of the repository. Without `coverage.status` Codecov sets statuses of its own,
//! which are no thresholds that anyone wrote.

use super::model::{CoverageConfig, CoverageTool, Demand, Effect, Measure, Scope, Threshold, number};
use crate::model::Span;
use crate::parse::Problem;
use crate::parse::yaml::{Node, Tree};

pub(super) fn codecov(tree: &Tree<'_>, problems: &mut Vec<Problem>) -> Option<CoverageConfig> {
    let mut config = CoverageConfig::new(CoverageTool::Codecov, Span::default());
    // An empty file asks for what Codecov does anyway.
    let Some(root) = tree.root().filter(|root| !root.is_null()) else { return Some(config) };
    if !root.is_mapping() {
        problems.push(Problem::new(
            root.span(),
            format!("settings of Codecov are a mapping, but this is {}", root.kind_word()),
        ));
        return None;
    }
    config.span = root.span();
    for (kind, scope) in [("project", Scope::Project), ("patch", Scope::Patch)] {
        let Some(statuses) = root.merged("coverage").and_then(|c| c.merged("status")).and_then(|s| s.merged(kind))
        else {
            continue;
        };
        let key = format!("coverage.status.{kind}");
        if statuses.is_scalar() {
            config.status(statuses, scope, key);
            continue;
        }
        for (name, status) in statuses.merged_entries() {
            let name = name.text().unwrap_or_default();
            let limited = ["flags", "paths", "components"].iter().any(|part| status.merged(part).is_some());
            let scope = if limited && scope == Scope::Project { Scope::Part(name.to_owned()) } else { scope.clone() };
            config.status(status, scope, format!("{key}.{name}"));
        }
    }
    for (management, individual, id) in [
        ("flag_management", "individual_flags", "name"),
        ("component_management", "individual_components", "component_id"),
    ] {
        let Some(management_node) = root.merged(management) else { continue };
        let each = management_node.merged("default_rules").map(|rules| (rules, format!("each of {management}")));
        let some = management_node.merged(individual).into_iter().flat_map(Node::items);
        let some = some.map(|one| (one, one.merged(id).and_then(Node::text).unwrap_or(individual).to_owned()));
        for (node, name) in each.into_iter().chain(some) {
            for status in node.merged("statuses").into_iter().flat_map(Node::items) {
                let patch = status.merged("type").and_then(Node::text) == Some("patch");
                let scope = if patch { Scope::Patch } else { Scope::Part(name.clone()) };
                config.status(status, scope, status.path());
            }
        }
    }
    Some(config.sorted())
}

impl CoverageConfig {
    /// Takes one status: a mapping, or a word that turns it on or off.
    fn status(&mut self, status: Node<'_>, scope: Scope, key: String) {
        if is_off(status) || status.merged("enabled").is_some_and(is_off) {
            return;
        }
        let target = status.merged("target");
        let informational = status.merged("informational").is_some_and(is_on);
        self.thresholds.push(Threshold {
            measure: Measure::Line,
            scope,
            demand: match target.and_then(Node::text) {
                None | Some("auto") => Demand::Auto,
                Some(target) => percent(target).map_or(Demand::Unknown, Demand::Percent),
            },
            leniency: status.merged("threshold").and_then(Node::text).and_then(percent),
            effect: if informational { Effect::Nothing } else { Effect::Fails },
            key: if target.is_some() { key + ".target" } else { key },
            span: target.or(status.key()).unwrap_or(status).span(),
        });
    }
}

fn percent(text: &str) -> Option<f64> {
    number(text.strip_suffix('%').unwrap_or(text))
}

/// Codecov reads YAML 1.1, where `off` and `no` are booleans.
fn is_off(node: Node<'_>) -> bool {
    is_word(node, &["false", "no", "off"])
}

fn is_on(node: Node<'_>) -> bool {
    is_word(node, &["true", "yes", "on"])
}

fn is_word(node: Node<'_>, words: &[&str]) -> bool {
    node.text().is_some_and(|text| words.iter().any(|word| text.eq_ignore_ascii_case(word)))
}
