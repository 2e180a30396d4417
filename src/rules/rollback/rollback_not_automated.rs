//! The rule `rollback-not-automated`.

use crate::evidence::{Doc, Evidence};
use crate::model::Fix;
use crate::parse::shell::Command;
use crate::parse::workflow::Workflow;
use crate::parse::yaml::Node;
use crate::rules::support::deploys::deploying_job;
use crate::rules::support::words::words;
use crate::rules::{Hit, NoParams, Sink, rule};

rule! {
    /// # What it checks
    ///
    /// The repository has a workflow that is started by hand (`workflow_dispatch`) and takes a release back. It is told by
    /// the words of its file, its name, its jobs, its steps and its inputs (rollback, revert), by its commands (`kubectl
    /// rollout undo`, `helm rollback`, `git revert` and the like), or, where it deploys, by an input that says which
    /// version (`version`, `tag`, `sha`, `ref`, `image`).
    ///
    /// Not judged: repositories of which no workflow deploys a service. Deploying is told as in
    /// `deploy-without-environment`, or by the name of the job or the workflow.
    ///
    /// # Why it matters
    ///
    /// A rollback by hand is done from memory, by whoever is there, on a machine that may not be set up for it.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/deploy.yml
    /// on: { push: { branches: [main] } }
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: helm upgrade shop ./chart
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/rollback.yml
    /// on: workflow_dispatch
    /// jobs:
    ///   rollback:
    ///     runs-on: ubuntu-24.04
    ///     environment: production
    ///     steps:
    ///       - run: helm rollback shop
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// Another system deploys, and takes back what it deployed.
    pub struct RollbackNotAutomated;
    id: "rollback-not-automated",
    family: Rollback,
    level: Warning,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str =
    "A rollback by hand is done from memory, by whoever is there, on a machine that may not be set up for it.";

const FIX: &str = "Add a workflow that is started by hand and brings an earlier version back:\n\n    on:\n      \
                   workflow_dispatch:\n        inputs:\n          version: { description: Version to go back to, required: \
                   true }\n    jobs:\n      rollback:\n        environment: production\n";

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let by_hand = || evidence.workflows.iter().filter(|workflow| workflow.starts_on("workflow_dispatch"));
    if let Some(workflow) = by_hand().find(|workflow| takes_back(workflow)) {
        sink.subjects(1);
        sink.fact(format!("rollback is started by hand in {}", workflow.file.path()));
        return;
    }
    let Some(deploying) = deploying_job(evidence) else { return };
    sink.subjects(1);
    let looked = match by_hand().count() {
        0 => "no workflow is started by hand".to_owned(),
        1 => "the workflow that is started by hand takes nothing back".to_owned(),
        n => format!("none of the {n} workflows that are started by hand takes anything back"),
    };
    sink.fact(looked.clone());
    sink.finding(Hit {
        file: deploying.file,
        span: deploying.job.key.span(),
        path: deploying.job.node.path(),
        message: format!("`{}` deploys, and no workflow offers a rollback by hand: {looked}", deploying.job.id),
        why: WHY,
        fix: Fix { text: FIX.to_owned(), edits: Vec::new() },
        related: Vec::new(),
    });
}

fn takes_back(workflow: &Doc<'_, Workflow<'_>>) -> bool {
    let stem = workflow.file.name().split('.').next().unwrap_or_default();
    let dispatch = workflow.triggers.iter().filter(|trigger| trigger.event == "workflow_dispatch");
    let inputs: Vec<(Node<'_>, Node<'_>)> =
        dispatch.filter_map(|trigger| trigger.options?.get("inputs")).flat_map(Node::entries).collect();
    let options = inputs.iter().filter_map(|(_, input)| input.get("options")).flat_map(Node::items);
    let texts = inputs.iter().filter_map(|(key, _)| key.text()).chain(options.filter_map(Node::text));
    let jobs = workflow.jobs.iter().flat_map(|job| [Some(job.id), job.node.get("name").and_then(Node::text)]);
    let steps = || workflow.jobs.iter().flat_map(|job| &job.steps);
    let names = jobs.chain(steps().map(|step| step.name)).flatten().chain([stem]).chain(workflow.name);
    if texts.chain(names).any(speaks_of_rollback) {
        return true;
    }
    if steps().filter_map(|step| step.run.as_ref()).flat_map(|run| &run.script.commands).any(command_takes_back) {
        return true;
    }
    let deploys =
        [Some(stem), workflow.name].into_iter().flatten().chain(workflow.jobs.iter().map(|job| job.id)).any(|text| {
            words(text).iter().any(|word| matches!(word.as_str(), "deploy" | "deployment" | "release" | "promote"))
        });
    deploys
        && inputs.iter().filter_map(|(key, _)| key.text()).flat_map(words).any(|word| {
            matches!(word.as_str(), "version" | "tag" | "sha" | "ref" | "image" | "commit" | "revision" | "release")
        })
}

fn speaks_of_rollback(text: &str) -> bool {
    let words = words(text);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.iter().any(|word| matches!(*word, "rollback" | "revert" | "undo"))
        || words.windows(2).any(|pair| matches!(pair, ["roll" | "rolling", "back"]))
}

fn command_takes_back(command: &Command) -> bool {
    let Some(name) = command.name() else { return false };
    let has = |text: &str| command.args().iter().any(|word| word.text == text);
    match name {
        "kubectl" | "oc" => has("rollout") && has("undo"),
        "git" => has("revert"),
        "heroku" => has("rollback") || has("releases:rollback"),
        _ => has("rollback"),
    }
}
