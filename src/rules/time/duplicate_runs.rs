//! The rule `duplicate-runs`.

use crate::evidence::Evidence;
use crate::parse::workflow::{Trigger, Workflow};
use crate::parse::yaml::Node;
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};

rule! {
    /// # What it checks
    ///
    /// A workflow that runs for pull requests does not also run for every push to every branch: its `push` names branches
    /// or tags.
    ///
    /// Not judged: jobs that all have a condition on the event or on the repository of the branch; a concurrency group by
    /// `github.head_ref` or by commit, which keeps one of the two; pull requests of which only closing or labels count.
    ///
    /// # Why it matters
    ///
    /// Every commit of a pull request from the repository itself is tested twice, at twice the cost.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: [push, pull_request]
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
    /// on:
    ///   push: { branches: [main] }
    ///   pull_request:
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
    /// Branches are tested before there is a pull request, and the second run is wanted.
    pub struct DuplicateRuns;
    id: "duplicate-runs",
    family: Time,
    level: Warning,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "Every commit of a pull request from the repository itself is tested twice, at twice the cost.";

const FIX: &str = "Let pushes run on the main branch only, and pull requests cover the others:\n\n    on:\n      push: { \
                   branches: [main] }\n      pull_request:\n";

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let mut judged = 0;
    for workflow in &evidence.workflows {
        let find = |event: &str| workflow.triggers.iter().find(|trigger| trigger.event == event);
        let (Some(push), Some(pull)) = (find("push"), find("pull_request")) else { continue };
        judged += 1;
        if is_for_every_branch(push) && follows_commits(pull) && !chooses(workflow) {
            spots.push(Spot {
                file: workflow.file,
                span: push.node.span(),
                path: "on.push".to_owned(),
                message:
                    "`push` without a branch together with `pull_request`: every change of a pull request runs twice"
                        .to_owned(),
                detail: String::new(),
                edits: Vec::new(),
            });
        }
    }
    sink.subjects(judged);
    sink.fact(format!(
        "{}, {} that run a change once",
        count(judged, "workflow of pushes and pull requests"),
        judged - spots.len()
    ));
    sink.once_a_file(
        spots,
        WHY,
        |group| group.first().map_or_else(String::new, |spot| spot.message.clone()),
        |_| FIX.to_owned(),
    );
}

fn is_for_every_branch(push: &Trigger<'_>) -> bool {
    let Some(options) = push.options else { return true };
    match options.get("branches") {
        Some(branches) => branches.one_or_many().filter_map(Node::text).any(|branch| branch == "**"),
        // Only tags, then; and of `branches-ignore` it is not known what it leaves.
        None => ["tags", "tags-ignore", "branches-ignore"].iter().all(|key| options.get(key).is_none()),
    }
}

/// Whether every commit of a pull request starts the workflow.
pub(super) fn follows_commits(pull: &Trigger<'_>) -> bool {
    let types = pull.options.and_then(|options| options.get("types"));
    types.is_none_or(|types| types.one_or_many().filter_map(Node::text).any(|kind| kind == "synchronize"))
}

/// Whether something in the workflow keeps one of the two runs from doing the work.
fn chooses(workflow: &Workflow<'_>) -> bool {
    let looks_at = |text: &str| {
        ["event_name", "head.repo", "head_ref", "github.event.pull_request"].iter().any(|part| text.contains(part))
    };
    let all_jobs = workflow.jobs.iter().all(|job| job.node.get("if").and_then(Node::text).is_some_and(looks_at));
    let group = workflow.node.get("concurrency");
    let group = group.and_then(|group| group.get("group").or(Some(group))).and_then(Node::text).unwrap_or_default();
    let by_change = ["head_ref", "head.sha", "head.ref"].iter().any(|part| group.contains(part));
    // With the name of the event in it, the two runs are in groups of their own.
    let one_group = by_change && !group.contains("event_name") && !group.contains("run_id");
    all_jobs || one_group
}
