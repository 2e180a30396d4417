//! The rule `duplicate-step-id`.

use crate::evidence::{Evidence, File};
use crate::model::Fix;
use crate::parse::workflow::Step;
use crate::rules::support::words::count;
use crate::rules::{Hit, NoParams, Sink, rule};
use std::collections::BTreeMap;

rule! {
    /// # What it checks
    ///
    /// No two steps of a job, or of an action, have the same `id`. Ids know no case.
    ///
    /// # Why it matters
    ///
    /// GitHub refuses a workflow with two steps of one id in one job, because `steps.ID` could be either; nothing of it
    /// runs.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - id: build
    ///         run: make
    ///       - id: build
    ///         run: make image
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
    ///       - id: build
    ///         run: make
    ///       - id: image
    ///         run: make image
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// Never in a file that runs.
    pub struct DuplicateStepId;
    id: "duplicate-step-id",
    family: Document,
    level: Error,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "GitHub refuses two steps of one id in one job, so nothing of the workflow runs.";

fn check(evidence: &Evidence<'_>, _params: &NoParams, sink: &mut Sink<'_>) {
    let mut ids = 0;
    for job in evidence.jobs() {
        ids += judge(job.file, &job.job.steps, sink);
    }
    for action in &evidence.actions {
        ids += judge(action.file, &action.steps, sink);
    }
    sink.subjects(ids);
    sink.fact(format!("{} of steps", count(ids, "id")));
}

/// Judges the steps of one job or action; the number of ids in it.
fn judge(file: &File<'_>, steps: &[Step<'_>], sink: &mut Sink<'_>) -> usize {
    let mut seen: BTreeMap<String, &Step<'_>> = BTreeMap::new();
    let mut ids = 0;
    for (step, id) in steps.iter().filter_map(|step| Some((step, step.id?))) {
        ids += 1;
        let Some(first) = seen.get(&id.to_ascii_lowercase()) else {
            seen.insert(id.to_ascii_lowercase(), step);
            continue;
        };
        let (Some(place), Some(other)) = (step.node.get("id"), first.node.get("id")) else { continue };
        let line = file.line(other.span().offset);
        sink.finding(Hit {
            file,
            span: place.span(),
            path: place.path(),
            message: format!("the id `{id}` is that of the step on line {line} already"),
            why: WHY,
            fix: Fix {
                text: format!("Give this step an id of its own, and look at what reads `steps.{id}`."),
                edits: Vec::new(),
            },
            related: vec![(file, other.span(), format!("`{id}` stands here first"))],
        });
    }
    ids
}
