//! The rule `feature-flag-workflow-missing`.

use super::flags::flag_workflows;
use crate::evidence::Evidence;
use crate::model::Fix;
use crate::rules::support::deploys::deploying_job;
use crate::rules::{Hit, Sink, rule};
use serde::Deserialize;

rule! {
    /// # What it checks
    ///
    /// The repository has a workflow that is started by hand (`workflow_dispatch`) and switches features. It is told by the
    /// words of its file, its name, its jobs and its inputs: feature flag, feature toggle, toggle, kill switch, canary,
    /// rollout. A workflow that also runs by itself (`push`, `pull_request`, `schedule`), or that runs tests, switches none.
    ///
    /// Not judged: repositories of which no workflow deploys a service. Deploying is told as in
    /// `deploy-without-environment`, or by the name of the job or the workflow.
    ///
    /// # Why it matters
    ///
    /// A feature that can be switched off is off within seconds; one that cannot has to be reverted, built and deployed.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/deploy.yml
    /// on: push
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: ./deploy.sh
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/feature-flags.yml
    /// on:
    ///   workflow_dispatch:
    ///     inputs:
    ///       flag: { description: Which flag, type: string, required: true }
    ///       enabled: { description: On or off, type: boolean, default: false }
    /// jobs:
    ///   switch:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: ./flags set "$FLAG" "$ENABLED"
    ///         env:
    ///           FLAG: ${{ inputs.flag }}
    ///           ENABLED: ${{ inputs.enabled }}
    /// ```
    ///
    /// # Options
    ///
    /// - `paths`: where the workflow is (`[".github/workflows/feature-flags.yml"]`; default: anywhere, told by its words).
    ///
    /// # When to waive
    ///
    /// Features are switched in a service of their own.
    pub struct FeatureFlagWorkflowMissing;
    id: "feature-flag-workflow-missing",
    family: Rollout,
    level: Warning,
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
    "A feature that can be switched off is off within seconds; one that cannot has to be reverted, built and deployed.";

const FIX: &str = "Add a workflow that is started by hand and switches a feature:\n\n    on:\n      workflow_dispatch:\n        \
                   inputs:\n          flag: { description: Which flag, type: string, required: true }\n          enabled: { \
                   description: On or off, type: boolean, default: false }\n";

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let found = flag_workflows(evidence, &params.paths);
    if let Some(first) = found.first() {
        sink.subjects(found.len());
        sink.fact(format!("feature flags are switched by {}", first.file.path()));
        return;
    }
    let Some(deploying) = deploying_job(evidence) else { return };
    sink.subjects(1);
    let looked = match params.paths.as_slice() {
        [] => "no workflow that is started by hand speaks of feature flags".to_owned(),
        paths => format!("no workflow that is started by hand lies at {}", paths.join(", ")),
    };
    sink.fact(looked.clone());
    sink.finding(Hit {
        file: deploying.file,
        span: deploying.job.key.span(),
        path: deploying.job.node.path(),
        message: format!("`{}` deploys, and features cannot be switched off by hand: {looked}", deploying.job.id),
        why: WHY,
        fix: Fix { text: FIX.to_owned(), edits: Vec::new() },
        related: Vec::new(),
    });
}
