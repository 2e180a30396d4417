//! The rule `workflow-without-backup`.

use super::backups::{current, is_copy, original};
use crate::evidence::{Evidence, File, paths};
use crate::model::{Fix, Span};
use crate::rules::support::words::count;
use crate::rules::{Hit, Sink, rule};
use serde::Deserialize;
use std::collections::BTreeSet;

rule! {
    /// # What it checks
    ///
    /// Every workflow in `.github/workflows` has a kept copy: beside it (`ci.yml.backup`, `.bak`, `.orig`, `.old`) or
    /// under its own name in a backup folder below `.github` (`.github/backup_flows/ci.yml`,
    /// `.github/workflows/backup/ci.yml`). Whether the copy is of any use is for `backup-unusable` to say.
    ///
    /// # Why it matters
    ///
    /// A broken pipeline may be unable to repair itself. A copy that only has to be put back works without searching the
    /// history.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make test
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make test
    /// ```
    ///
    /// ```yaml .github/workflows/ci.yml.backup
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-22.04
    ///     steps:
    ///       - run: make test
    /// ```
    ///
    /// # Options
    ///
    /// - `workflows`: file names or paths of the workflows that need a copy (`["deploy*.yml"]`; default: all).
    /// - `pattern`: where the copy has to be, `{name}` being the workflow's file name
    ///   (`".github/workflows/{name}.backup"`, `ops/backup/**/{name}`; default: the places above).
    ///
    /// # When to waive
    ///
    /// The workflow may stay broken for a day without harm.
    pub struct WorkflowWithoutBackup;
    id: "workflow-without-backup",
    family: Rollback,
    level: Warning,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    workflows: Vec<String>,
    pattern: Option<String>,
}

const WHY: &str =
    "A broken pipeline may be unable to repair itself; a copy that only has to be put back can always be used.";

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let copies = evidence.files.iter().filter(|file| is_copy(file));
    let kept: BTreeSet<(&str, &str)> = copies.map(|copy| (paths::root(copy.path()), original(copy))).collect();
    let (mut workflows, mut without) = (0, 0);
    for ((root, name), file) in current(evidence) {
        if !is_asked(file, root, params) {
            continue;
        }
        workflows += 1;
        let has_copy = match &params.pattern {
            Some(pattern) => has_copy_at(evidence, root, &pattern.replace("{name}", name)),
            None => kept.contains(&(root, name)),
        };
        if has_copy {
            continue;
        }
        without += 1;
        let place = params
            .pattern
            .as_ref()
            .map_or_else(|| format!(".github/workflows/{name}.backup"), |pattern| pattern.replace("{name}", name));
        sink.finding(Hit {
            file,
            span: Span::default(),
            path: String::new(),
            message: format!("the workflow `{name}` has no kept copy (`{place}`)"),
            why: WHY,
            fix: Fix {
                text: format!(
                    "Keep the last version that is known to work:\n\n    git show HEAD~1:.github/workflows/{name} > {place}\n"
                ),
                edits: Vec::new(),
            },
            related: Vec::new(),
        });
    }
    sink.subjects(workflows);
    sink.fact(format!("{}, {} with a kept copy", count(workflows, "workflow"), workflows - without));
}

fn is_asked(file: &File<'_>, root: &str, params: &Params) -> bool {
    let patterns = || params.workflows.iter().map(String::as_str);
    let inner = inner(file.path(), root);
    params.workflows.is_empty() || paths::matches_any(patterns(), file.name()) || paths::matches_any(patterns(), inner)
}

fn has_copy_at(evidence: &Evidence<'_>, root: &str, pattern: &str) -> bool {
    let files = evidence.files.iter().filter(|file| root.is_empty() || file.path().starts_with(root));
    files.into_iter().any(|file| paths::matches_any([pattern], inner(file.path(), root)))
}

/// A path seen from the root of its tree.
fn inner<'p>(path: &'p str, root: &str) -> &'p str {
    let inner = path.strip_prefix(root).unwrap_or(path);
    inner.strip_prefix('/').unwrap_or(inner)
}
