//! nyc, c8, Jest and Vitest, as far as their configuration is data.
//!
//! Source: the documentation of each. The four share the names of what they count.

use super::model::{CoverageConfig, CoverageTool, Demand, Effect, Measure, Scope, Threshold, number};
use crate::parse::yaml::Node;

const MEASURES: [(&str, Measure); 4] = [
    ("lines", Measure::Line),
    ("branches", Measure::Branch),
    ("functions", Measure::Function),
    ("statements", Measure::Statement),
];

/// What nyc and c8 ask of lines when they check and no number is given; of the others they ask nothing.
const DEFAULT_LINES: f64 = 90.0;

/// nyc and c8: numbers count only with `check-coverage`. In c8 `100` asks for all of everything, and checks.
pub(super) fn istanbul(tool: CoverageTool, root: Node<'_>, prefix: &str) -> CoverageConfig {
    let mut config = CoverageConfig::new(tool, root.span());
    config.inherits(root, "extends");
    let option = |kebab: &str, camel: &str| root.get(kebab).or_else(|| root.get(camel));
    let on = |node: Option<Node<'_>>| node.is_some_and(|node| node.text() == Some("true"));
    let check = option("check-coverage", "checkCoverage");
    let scope = if on(option("per-file", "perFile")) { Scope::PerFile } else { Scope::Project };
    let effect = if on(check) { Effect::Fails } else { Effect::OnDemand };
    if let Some(all) = root.get("100").filter(|all| tool == CoverageTool::C8 && on(Some(*all))) {
        config.all(all, &scope, &format!("{prefix}100"));
        return config;
    }
    for (name, measure) in MEASURES {
        if let Some(node) = root.get(name) {
            config.push(node, measure, &scope, Demand::Percent, effect, format!("{prefix}{name}"));
        }
    }
    if let Some(check) = check.filter(|check| on(Some(*check)) && root.get("lines").is_none()) {
        config.thresholds.push(Threshold {
            measure: Measure::Line,
            scope,
            demand: Demand::Percent(DEFAULT_LINES),
            leniency: None,
            effect,
            key: format!("{prefix}{}", check.key().and_then(Node::text).unwrap_or_default()),
            span: check.span(),
        });
    }
    config.sorted()
}

/// Jest: `coverageThreshold`, for all (`global`) and for paths and patterns, whose files no longer count for all.
/// A negative number is the most that may stay uncovered.
pub(super) fn jest(root: Node<'_>, prefix: &str) -> CoverageConfig {
    let mut config = CoverageConfig::new(CoverageTool::Jest, root.span());
    config.inherits(root, "preset");
    for (name, part) in root.get("coverageThreshold").into_iter().flat_map(Node::entries) {
        let name = name.text().unwrap_or_default();
        let scope = if name == "global" { Scope::Project } else { Scope::Part(name.to_owned()) };
        config.signed(part, &scope, &format!("{prefix}coverageThreshold.{name}."));
    }
    config.sorted()
}

/// Vitest: `test.coverage.thresholds`, for all and for patterns. `100` asks for all of everything, `perFile` of each file by
/// itself, and `autoUpdate` moves the numbers up by itself. A negative number is the most that may stay uncovered.
pub(super) fn vitest(root: Node<'_>, prefix: &str) -> CoverageConfig {
    let mut config = CoverageConfig::new(CoverageTool::Vitest, root.span());
    config.inherits(root, "extends");
    let (test, prefix) = match root.get("test") {
        Some(test) => (test, format!("{prefix}test.")),
        None => (root, prefix.to_owned()),
    };
    let Some(thresholds) = test.at(&["coverage", "thresholds"]) else { return config };
    let prefix = format!("{prefix}coverage.thresholds.");
    let per_file = |node: Node<'_>| node.get("perFile").and_then(Node::as_bool) == Some(true);
    let scope = if per_file(thresholds) { Scope::PerFile } else { Scope::Project };
    config.signed(thresholds, &scope, &prefix);
    for (name, part) in thresholds.entries().filter(|(_, part)| part.is_mapping()) {
        let name = name.text().unwrap_or_default();
        config.signed(part, &Scope::Part(name.to_owned()), &format!("{prefix}{name}."));
    }
    config.sorted()
}

fn signed(number: f64) -> Demand {
    if number < 0.0 { Demand::Uncovered(-number) } else { Demand::Percent(number) }
}

impl CoverageConfig {
    fn inherits(&mut self, root: Node<'_>, key: &str) {
        let names = root.get(key).into_iter().flat_map(Node::one_or_many).filter_map(Node::text);
        self.inherits.extend(names.map(str::to_owned));
    }

    fn push(
        &mut self,
        node: Node<'_>,
        measure: Measure,
        scope: &Scope,
        demand: fn(f64) -> Demand,
        effect: Effect,
        key: String,
    ) {
        let demand = node.text().and_then(number).map_or(Demand::Unknown, demand);
        let scope = scope.clone();
        self.thresholds.push(Threshold { measure, scope, demand, leniency: None, effect, key, span: node.span() });
    }

    /// Numbers by name, negative ones for what may stay uncovered, and Vitest's `100`.
    fn signed(&mut self, part: Node<'_>, scope: &Scope, prefix: &str) {
        if let Some(all) = part.get("100").filter(|all| all.as_bool() == Some(true)) {
            self.all(all, scope, &format!("{prefix}100"));
        }
        for (name, measure) in MEASURES {
            if let Some(node) = part.get(name) {
                self.push(node, measure, scope, signed, Effect::Fails, format!("{prefix}{name}"));
            }
        }
    }

    /// All of everything.
    fn all(&mut self, node: Node<'_>, scope: &Scope, key: &str) {
        self.thresholds.extend(MEASURES.map(|(_, measure)| Threshold {
            measure,
            scope: scope.clone(),
            demand: Demand::Percent(100.0),
            leniency: None,
            effect: Effect::Fails,
            key: key.to_owned(),
            span: node.span(),
        }));
    }

    pub(super) fn sorted(mut self) -> Self {
        self.thresholds.sort_by_key(|threshold| threshold.span);
        self
    }
}
