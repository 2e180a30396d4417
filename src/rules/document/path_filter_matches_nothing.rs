//! The rule `path-filter-matches-nothing`.

use crate::evidence::{Evidence, paths};
use crate::model::Fix;
use crate::parse::workflow::is_dynamic;
use crate::parse::yaml::Node;
use crate::rules::support::filter_pattern::FilterPattern;
use crate::rules::support::words::count;
use crate::rules::{Hit, Sink, rule};
use serde::Deserialize;
use std::collections::BTreeMap;

rule! {
    /// # What it checks
    ///
    /// The `paths` of a `push` or a pull request match at least one file of the repository.
    ///
    /// Judged only where the input looks like the whole repository: it lists files whose names no format has, outside of
    /// `.github`. Not judged: repositories with submodules; `paths-ignore`.
    ///
    /// # Why it matters
    ///
    /// The workflow never starts, and a pull request shows no check that could fail: mostly the folder was renamed.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on:
    ///   push:
    ///     paths: ['source/**']
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make test
    /// ```
    ///
    /// ```c src/main.c
    /// int main(void) { return 0; }
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on:
    ///   push:
    ///     paths: ['src/**']
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make test
    /// ```
    ///
    /// ```c src/main.c
    /// int main(void) { return 0; }
    /// ```
    ///
    /// # Options
    ///
    /// - `each`: also single patterns that match nothing beside others that do (default `false`).
    ///
    /// # When to waive
    ///
    /// The files are still to come.
    pub struct PathFilterMatchesNothing;
    id: "path-filter-matches-nothing",
    family: Document,
    level: Warning,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    each: bool,
}

const WHY: &str =
    "No change can pass such a filter, so the workflow never starts for it, and no check is there that could fail.";

/// Most comparisons of a part of a pattern with a sign of a path, over all workflows: hostile patterns end there.
const MAX_COMPARISONS: usize = 100_000_000;

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let mut trees: BTreeMap<&str, Option<Vec<&str>>> = BTreeMap::new();
    let mut budget = MAX_COMPARISONS;
    let (mut filters, mut open) = (0, 0);
    for workflow in &evidence.workflows {
        let root = paths::root(workflow.file.path());
        for trigger in &workflow.triggers {
            if !matches!(trigger.event, "push" | "pull_request" | "pull_request_target") {
                continue;
            }
            let patterns: Vec<Node<'_>> = trigger.filter("paths").collect();
            if patterns.is_empty() {
                continue;
            }
            let tree = trees.entry(root).or_insert_with(|| evidence.whole_tree(root));
            let dead = tree.as_ref().and_then(|tree| dead_patterns(&patterns, tree, &mut budget));
            let Some((dead, alive)) = dead else {
                open += 1;
                continue;
            };
            filters += 1;
            let Some(first) = dead.first().filter(|_| alive == 0 || params.each) else { continue };
            let shown: Vec<String> =
                dead.iter().filter_map(|node| node.text()).map(|text| format!("`{text}`")).collect();
            let what = if alive == 0 {
                format!("no file of the repository passes the `paths` of `{}`: {}", trigger.event, shown.join(", "))
            } else {
                format!("no file of the repository matches {} in the `paths` of `{}`", shown.join(", "), trigger.event)
            };
            sink.finding(Hit {
                file: workflow.file,
                span: first.span(),
                path: first.path(),
                message: what,
                why: WHY,
                fix: Fix {
                    text: "Name the folder as it is called today, from the root of the repository and in the same letters:\n\n    \
                           paths:\n      - 'src/**'\n"
                        .to_owned(),
                    edits: Vec::new(),
                },
                related: Vec::new(),
            });
        }
    }
    sink.subjects(filters);
    sink.fact(count(filters, "filter of paths"));
    if open > 0 {
        sink.fact(format!("{} not judged: the input is not the whole repository", count(open, "filter")));
    }
}

/// The patterns that match no file, and the number of those that match some; `None` where that cannot be told.
fn dead_patterns<'e>(nodes: &[Node<'e>], tree: &[&str], budget: &mut usize) -> Option<(Vec<Node<'e>>, usize)> {
    let (mut dead, mut alive) = (Vec::new(), 0);
    for node in nodes {
        let text = node.text().filter(|text| !is_dynamic(text))?;
        // What cannot be read is for `bad-event-filter`, and so is `./`.
        let pattern = FilterPattern::parse(text).ok()?;
        if pattern.negative {
            continue;
        }
        let text = text.trim_start_matches("./").trim_start_matches('/');
        let pattern = FilterPattern::parse(text).ok()?;
        // The last sign before a special one may be optional.
        let literal = text.find(['*', '?', '+', '[', '\\']).map_or(text.len(), |at| at.saturating_sub(1));
        let literal = text.get(..literal).unwrap_or_default();
        let mut matched = false;
        for path in tree.iter().filter(|path| path.starts_with(literal)) {
            *budget = budget.checked_sub(text.len() * path.len())?;
            if pattern.matches(path) {
                matched = true;
                break;
            }
        }
        if matched {
            alive += 1;
        } else {
            dead.push(*node);
        }
    }
    Some((dead, alive))
}
