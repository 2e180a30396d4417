//! The rule `no-cancel-in-progress`.

use super::duplicate_runs::follows_commits;
use crate::evidence::Evidence;
use crate::parse::workflow::Workflow;
use crate::parse::yaml::Node;
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};

rule! {
    /// # What it checks
    ///
    /// A workflow that runs on every commit of a pull request stops the run of the commit before: it, or each of its jobs,
    /// has a `concurrency` group with `cancel-in-progress`. A value that an expression decides counts.
    ///
    /// Not judged: pull requests of which only closing, labels and the like count; workflows that do nothing but call
    /// others; a workflow that deploys (a job with an `environment`), which should not be stopped half-way.
    ///
    /// # Why it matters
    ///
    /// Runners work on commits that nobody is interested in any more, and the newest one waits.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: pull_request
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
    /// on: pull_request
    /// concurrency:
    ///   group: ${{ github.workflow }}-${{ github.ref }}
    ///   cancel-in-progress: true
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
    /// Every commit has to be tested, or the run is over within seconds.
    pub struct NoCancelInProgress;
    id: "no-cancel-in-progress",
    family: Time,
    level: Info,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "Runners work on commits that nobody is interested in any more, and the newest one waits.";

const FIX: &str = "Give the runs of one pull request a group, of which only the newest goes on:\n\n    concurrency:\n      group: \
                   ${{ github.workflow }}-${{ github.ref }}\n      cancel-in-progress: ${{ github.event_name == \
                   'pull_request' }}\n";

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let mut judged = 0;
    for workflow in &evidence.workflows {
        let trigger = workflow.triggers.iter().find(|trigger| trigger.event == "pull_request");
        let Some(trigger) = trigger.filter(|trigger| follows_commits(trigger)) else { continue };
        let deploys = workflow.jobs.iter().any(|job| job.node.get("environment").is_some());
        if deploys || workflow.jobs.iter().all(|job| job.uses.is_some()) {
            continue;
        }
        judged += 1;
        if cancels(workflow.node) || each_job_cancels(workflow) {
            continue;
        }
        let message = match workflow.node.get("concurrency") {
            Some(_) => "the `concurrency` of this workflow does not stop the run of an older commit",
            None => "a new commit in a pull request does not stop the run of the commit before",
        };
        spots.push(Spot {
            file: workflow.file,
            span: trigger.node.span(),
            path: "on.pull_request".to_owned(),
            message: message.to_owned(),
            detail: String::new(),
            edits: Vec::new(),
        });
    }
    sink.subjects(judged);
    sink.fact(format!("{}, {} that stop older runs", count(judged, "workflow of pull requests"), judged - spots.len()));
    sink.once_a_file(
        spots,
        WHY,
        |group| group.first().map_or_else(String::new, |spot| spot.message.clone()),
        |_| FIX.to_owned(),
    );
}

fn cancels(node: Node<'_>) -> bool {
    let value = node.at(&["concurrency", "cancel-in-progress"]).filter(|value| !value.is_null());
    value.is_some_and(|value| value.as_bool() != Some(false))
}

fn each_job_cancels(workflow: &Workflow<'_>) -> bool {
    workflow.jobs.iter().all(|job| job.uses.is_some() || cancels(job.node))
}
