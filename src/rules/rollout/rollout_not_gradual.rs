//! The rule `rollout-not-gradual`.

use super::flags::{dispatch_inputs, flag_workflows};
use crate::evidence::Evidence;
use crate::parse::workflow::Workflow;
use crate::parse::yaml::Node;
use crate::rules::support::words::{count, words};
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;

rule! {
    /// # What it checks
    ///
    /// A workflow that switches features can do so for a part of the users first: it has an input for a percentage, an
    /// environment, a stage, a region, a group of users or a branch, or a job with an `environment`. Which workflows
    /// switch features is told as in `feature-flag-workflow-missing`.
    ///
    /// # Why it matters
    ///
    /// A fault that reaches one percent of the users is an alert; one that reaches all of them is an outage.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/feature-flags.yml
    /// on:
    ///   workflow_dispatch:
    ///     inputs:
    ///       flag: { description: Which flag, type: string, required: true }
    /// jobs:
    ///   switch:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: ./flags toggle "${{ inputs.flag }}"
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/feature-flags.yml
    /// on:
    ///   workflow_dispatch:
    ///     inputs:
    ///       flag: { description: Which flag, type: string, required: true }
    ///       percent: { description: Share of the users, type: number, default: 1 }
    /// jobs:
    ///   switch:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: ./flags set "${{ inputs.flag }}" --percent "${{ inputs.percent }}"
    /// ```
    ///
    /// # Options
    ///
    /// - `paths`: where the workflow is, as in `feature-flag-workflow-missing`.
    ///
    /// # When to waive
    ///
    /// The flags are for the pipeline itself, and no user sees them.
    pub struct RolloutNotGradual;
    id: "rollout-not-gradual",
    family: Rollout,
    level: Info,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    paths: Vec<String>,
}

const WHY: &str =
    "A fault that reaches one percent of the users is an alert; one that reaches all of them is an outage.";

const FIX: &str = "Let whoever switches the feature say for whom:\n\n    percent: { description: Share of the users, type: \
                   number, default: 1 }\n";

/// Words of inputs and their options that divide users or places into parts.
const STAGES: [&str; 24] = [
    "percent",
    "percentage",
    "pct",
    "rollout",
    "weight",
    "traffic",
    "share",
    "environment",
    "env",
    "environments",
    "stage",
    "stages",
    "staging",
    "production",
    "phase",
    "ring",
    "region",
    "cohort",
    "group",
    "audience",
    "segment",
    "canary",
    "branch",
    "target",
];

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let workflows = flag_workflows(evidence, &params.paths);
    let mut spots = Vec::new();
    for workflow in &workflows {
        if is_gradual(workflow) {
            continue;
        }
        let trigger = workflow.triggers.iter().find(|trigger| trigger.event == "workflow_dispatch");
        let Some(trigger) = trigger else { continue };
        spots.push(Spot {
            file: workflow.file,
            span: trigger.node.span(),
            path: "on.workflow_dispatch".to_owned(),
            message: format!(
                "the workflow `{}` switches features for everybody at once: it has no input for a share, a stage or an \
                 environment",
                workflow.name.unwrap_or(workflow.file.name())
            ),
            detail: String::new(),
            edits: Vec::new(),
        });
    }
    sink.subjects(workflows.len());
    sink.fact(format!(
        "{}, {} in stages",
        count(workflows.len(), "workflow").replace("workflow", "feature flag workflow"),
        workflows.len() - spots.len()
    ));
    sink.once_a_file(
        spots,
        WHY,
        |group| group.first().map_or_else(String::new, |spot| spot.message.clone()),
        |_| FIX.to_owned(),
    );
}

fn is_gradual(workflow: &Workflow<'_>) -> bool {
    let stages = |text: &str| words(text).iter().any(|word| STAGES.contains(&word.as_str()));
    let by_input = dispatch_inputs(workflow).into_iter().any(|(key, input)| {
        let options = input.get("options").into_iter().flat_map(Node::items).filter_map(Node::text);
        let environment = input.get("type").and_then(Node::text) == Some("environment");
        environment || key.text().into_iter().chain(options).any(stages)
    });
    // A called workflow may ask for anything by itself.
    by_input || workflow.jobs.iter().any(|job| job.node.get("environment").is_some() || job.uses.is_some())
}
