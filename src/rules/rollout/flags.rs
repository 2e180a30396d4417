//! Which workflows switch features on and off, and what people can say when they start a workflow.

use crate::evidence::{Doc, Evidence, paths};
use crate::parse::workflow::Workflow;
use crate::parse::yaml::Node;
use crate::rules::support::test_commands::test_command;
use crate::rules::support::words::words;

/// Inputs of `workflow_dispatch`: name and declaration.
pub(super) fn dispatch_inputs<'t>(workflow: &Workflow<'t>) -> Vec<(Node<'t>, Node<'t>)> {
    let dispatch = workflow.triggers.iter().filter(|trigger| trigger.event == "workflow_dispatch");
    let inputs = dispatch.filter_map(|trigger| trigger.options?.get("inputs"));
    inputs.flat_map(Node::entries).collect()
}

/// Workflows that are started by hand and switch features: those at `patterns`, or, where there are none, those whose
/// file, name, jobs or inputs say so.
pub(super) fn flag_workflows<'e>(evidence: &'e Evidence<'e>, patterns: &[String]) -> Vec<&'e Doc<'e, Workflow<'e>>> {
    let is_one = |workflow: &&Doc<'_, Workflow<'_>>| {
        let path = workflow.file.path();
        let inner = path.strip_prefix(paths::root(path)).map_or(path, |inner| inner.trim_start_matches('/'));
        let patterns = || patterns.iter().map(String::as_str);
        let named = if patterns().next().is_some() {
            paths::matches_any(patterns(), path) || paths::matches_any(patterns(), inner)
        } else {
            speaks_of_flags(workflow)
        };
        // What also runs by itself tests features and switches none.
        let by_itself = ["push", "pull_request", "schedule"].iter().any(|event| workflow.starts_on(event));
        named && workflow.starts_on("workflow_dispatch") && !by_itself && !tests_features(workflow)
    };
    evidence.workflows.iter().filter(is_one).collect()
}

/// Whether a workflow tests or builds with features on and off, as compilers know them.
fn tests_features(workflow: &Workflow<'_>) -> bool {
    let steps = workflow.jobs.iter().flat_map(|job| &job.steps).filter_map(|step| step.run.as_ref());
    let mut commands = steps.flat_map(|run| &run.script.commands);
    commands.any(|command| command.name() == Some("cargo") || test_command(&command.words).is_some())
}

fn speaks_of_flags(workflow: &Doc<'_, Workflow<'_>>) -> bool {
    let stem = workflow.file.name().split('.').next().unwrap_or_default();
    let jobs = workflow.jobs.iter().map(|job| job.id);
    let inputs = dispatch_inputs(workflow);
    let inputs = inputs.iter().filter_map(|(key, _)| key.text());
    jobs.chain(inputs).chain([stem]).chain(workflow.name).any(|text| {
        let words = words(text);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let pair = words
            .windows(2)
            .any(|pair| matches!(pair, ["feature", "flag" | "flags" | "toggle" | "toggles"] | ["kill", "switch"]));
        pair || words
            .iter()
            .any(|word| matches!(*word, "toggle" | "toggles" | "canary" | "rollout" | "featureflag" | "featureflags"))
    })
}
