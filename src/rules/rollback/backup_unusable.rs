//! The rule `backup-unusable`.

use super::backups::{current, is_copy, original};
use crate::evidence::{Evidence, File, Reading, paths};
use crate::model::{Fix, Span};
use crate::parse::workflow::Workflow;
use crate::parse::yaml::Tree;
use crate::rules::support::words::count;
use crate::rules::{Hit, NoParams, Sink, rule};
use std::collections::BTreeMap;

rule! {
    /// # What it checks
    ///
    /// Every kept copy of a workflow (`ci.yml.backup`, a file in a backup folder below `.github`) could be put back: it
    /// is not empty, it is a workflow that GitHub would run, and it differs from the workflow that it is a copy of in more
    /// than white space at the ends of lines.
    ///
    /// # Why it matters
    ///
    /// A copy is looked at when everything else has failed. One that cannot be put back, or that brings back the same
    /// failure, is worse than none, because somebody relied on it.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml.backup
    /// on: push
    /// jobs:
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml.backup
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make test
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// The copy was taken right before a change that is on its way.
    pub struct BackupUnusable;
    id: "backup-unusable",
    family: Rollback,
    level: Error,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "A copy is looked at when everything else has failed, and then it has to work.";

fn check(evidence: &Evidence<'_>, _params: &NoParams, sink: &mut Sink<'_>) {
    let current = current(evidence);
    let trees: BTreeMap<&str, &Tree<'_>> = evidence.trees.iter().map(|tree| (tree.file.path(), tree.value)).collect();
    let (mut kept, mut unusable) = (0, 0);
    for reading in evidence.readings.iter().filter(|reading| is_copy(reading.file)) {
        kept += 1;
        let copy = reading.file;
        let name = original(copy);
        let now = current.get(&(paths::root(copy.path()), name)).copied();
        if let Some((span, message)) = flaw(reading, trees.get(copy.path()).copied(), now) {
            unusable += 1;
            sink.finding(Hit {
                file: copy,
                span,
                path: String::new(),
                message,
                why: WHY,
                fix: Fix { text: fix(copy, name), edits: Vec::new() },
                related: now
                    .map(|now| (now, Span::default(), "the workflow as it runs now".to_owned()))
                    .into_iter()
                    .collect(),
            });
        }
    }
    sink.subjects(kept);
    sink.fact(format!("{}, {unusable} of no use", count(kept, "kept copy of a workflow")));
}

fn flaw<'t>(reading: &Reading<'_>, tree: Option<&'t Tree<'t>>, now: Option<&File<'_>>) -> Option<(Span, String)> {
    let source = reading.file.source;
    let text = &source.text;
    if text.is_empty() && source.bytes > 0 {
        // It could not be loaded, which `unreadable-file` says; nothing is known of it.
        return None;
    }
    if text.trim().is_empty() {
        return Some((Span::default(), "this kept copy is empty".to_owned()));
    }
    let mut problems = reading.problems.clone();
    if let Some(tree) = tree {
        Workflow::read(tree, &mut problems);
    }
    if let Some(first) = problems.first() {
        return Some((first.span, format!("this kept copy is no workflow that could run: {}", first.message)));
    }
    let lines = |text: &str| text.trim().lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    let same = now.filter(|now| lines(&now.source.text) == lines(text))?;
    Some((
        Span::default(),
        format!("this kept copy is the same as `{}`, so putting it back changes nothing", same.path()),
    ))
}

fn fix(copy: &File<'_>, name: &str) -> String {
    format!(
        "Keep the last version that is known to work and that differs from the current one:\n\n    git log --oneline -- \
         .github/workflows/{name}\n    git show <commit>:.github/workflows/{name} > {}\n",
        copy.path()
    )
}
