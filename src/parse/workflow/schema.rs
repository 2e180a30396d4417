//! The keys that GitHub knows, and those of a workflow that it does not.
//!
//! Source: the workflow schema of GitHub's language services and "Workflow syntax for GitHub Actions". GitHub adds keys:
//! a key that is not in these tables is unknown to this version, not wrong.

use super::{Job, Workflow};
use crate::parse::yaml::Node;

/// The day of which the tables are.
pub const AS_OF: &str = "2026-08-05";

/// Scopes of `permissions`.
pub const SCOPES: [&str; 18] = [
    "actions",
    "artifact-metadata",
    "attestations",
    "checks",
    "contents",
    "copilot-requests",
    "deployments",
    "discussions",
    "id-token",
    "issues",
    "models",
    "packages",
    "pages",
    "pull-requests",
    "repository-projects",
    "security-events",
    "statuses",
    "vulnerability-alerts",
];

/// Events of `on`.
pub const EVENTS: [&str; 37] = [
    "branch_protection_rule",
    "check_run",
    "check_suite",
    "create",
    "delete",
    "deployment",
    "deployment_status",
    "discussion",
    "discussion_comment",
    "fork",
    "gollum",
    "image_version",
    "issue_comment",
    "issues",
    "label",
    "merge_group",
    "milestone",
    "page_build",
    "project",
    "project_card",
    "project_column",
    "public",
    "pull_request",
    "pull_request_comment",
    "pull_request_review",
    "pull_request_review_comment",
    "pull_request_target",
    "push",
    "registry_package",
    "release",
    "repository_dispatch",
    "schedule",
    "status",
    "watch",
    "workflow_call",
    "workflow_dispatch",
    "workflow_run",
];

const WORKFLOW: [&str; 9] =
    ["concurrency", "defaults", "description", "env", "jobs", "name", "on", "permissions", "run-name"];
const JOB: [&str; 21] = [
    "cancel-timeout-minutes",
    "concurrency",
    "container",
    "continue-on-error",
    "defaults",
    "env",
    "environment",
    "if",
    "name",
    "needs",
    "outputs",
    "permissions",
    "runs-on",
    "secrets",
    "services",
    "snapshot",
    "steps",
    "strategy",
    "timeout-minutes",
    "uses",
    "with",
];
const STEP: [&str; 16] = [
    "background",
    "cancel",
    "continue-on-error",
    "env",
    "id",
    "if",
    "name",
    "parallel",
    "run",
    "shell",
    "timeout-minutes",
    "uses",
    "wait",
    "wait-all",
    "with",
    "working-directory",
];
const CONTAINER: [&str; 6] = ["credentials", "env", "image", "options", "ports", "volumes"];
const SERVICE: [&str; 8] = ["command", "credentials", "entrypoint", "env", "image", "options", "ports", "volumes"];

/// A key that the tables do not have.
#[derive(Debug, Clone, Copy)]
pub struct UnknownKey<'t> {
    /// The key.
    pub key: Node<'t>,
    /// What it is a key of, in words: "a job".
    pub owner: &'static str,
    /// What the owner may have.
    pub known: &'static [&'static str],
}

impl<'t> Workflow<'t> {
    /// Keys that are not in the tables, in text order.
    pub fn unknown_keys(&self) -> Vec<UnknownKey<'t>> {
        let mut found = Vec::new();
        look(&mut found, Some(self.node), "a workflow", &WORKFLOW);
        let on = self.node.get("on");
        look(&mut found, on, "`on`", &EVENTS);
        for trigger in &self.triggers {
            look(&mut found, trigger.options, "this event", filters(trigger.event));
            for schedule in trigger.options.filter(|_| trigger.event == "schedule").into_iter().flat_map(Node::items) {
                look(&mut found, Some(schedule), "a schedule", &["cron", "timezone"]);
            }
            let input: &[&str] = match trigger.event {
                "workflow_dispatch" => &["default", "deprecationMessage", "description", "options", "required", "type"],
                _ => &["default", "deprecationMessage", "description", "required", "type"],
            };
            trigger.inputs().for_each(|declared| look(&mut found, Some(declared.node), "an input", input));
            for secret in trigger.secrets() {
                look(&mut found, Some(secret.node), "a secret", &["description", "required"]);
            }
            for output in trigger.outputs() {
                look(&mut found, Some(output.node), "an output", &["description", "value"]);
            }
        }
        of_both(&mut found, self.node);
        for job in &self.jobs {
            of_job(&mut found, job);
        }
        // Aliases repeat keys.
        found.sort_by_key(|unknown| unknown.key.span());
        found.dedup_by_key(|unknown| unknown.key.span());
        found
    }
}

/// What an event may have.
fn filters(event: &str) -> &'static [&'static str] {
    match event {
        "push" => &["branches", "branches-ignore", "paths", "paths-ignore", "tags", "tags-ignore"],
        "pull_request" | "pull_request_target" => &["branches", "branches-ignore", "paths", "paths-ignore", "types"],
        "merge_group" => &["branches", "branches-ignore", "types"],
        "workflow_run" => &["branches", "branches-ignore", "types", "workflows"],
        "workflow_call" => &["inputs", "outputs", "secrets"],
        "workflow_dispatch" => &["inputs"],
        "image_version" => &["names", "types", "versions"],
        _ => &["types"],
    }
}

/// What workflows and jobs may have alike.
fn of_both<'t>(found: &mut Vec<UnknownKey<'t>>, node: Node<'t>) {
    look(found, node.get("permissions"), "`permissions`", &SCOPES);
    look(found, node.get("concurrency"), "`concurrency`", &["cancel-in-progress", "group", "queue"]);
    look(found, node.get("defaults"), "`defaults`", &["run"]);
    look(found, node.at(&["defaults", "run"]), "`defaults.run`", &["shell", "working-directory"]);
}

fn of_job<'t>(found: &mut Vec<UnknownKey<'t>>, job: &Job<'t>) {
    look(found, Some(job.node), "a job", &JOB);
    of_both(found, job.node);
    look(found, job.node.get("strategy"), "`strategy`", &["fail-fast", "matrix", "max-parallel"]);
    look(found, job.node.get("runs-on"), "`runs-on`", &["group", "labels"]);
    look(found, job.node.get("environment"), "`environment`", &["deployment", "name", "url"]);
    look(found, job.node.get("snapshot"), "`snapshot`", &["if", "image-name", "version"]);
    look(found, job.node.get("container"), "`container`", &CONTAINER);
    for service in &job.services {
        look(found, Some(service.node), "a service", &SERVICE);
    }
    for step in &job.steps {
        look(found, Some(step.node), "a step", &STEP);
    }
}

/// Keys of a mapping that are not known; expressions as keys are nobody's names.
fn look<'t>(
    found: &mut Vec<UnknownKey<'t>>,
    node: Option<Node<'t>>,
    owner: &'static str,
    known: &'static [&'static str],
) {
    let keys = node.into_iter().flat_map(Node::entries).map(|(key, _)| key);
    let unknown = keys.filter(|key| key.text().is_some_and(|name| !known.contains(&name) && !super::is_dynamic(name)));
    found.extend(unknown.map(|key| UnknownKey { key, owner, known }));
}

#[cfg(test)]
mod tests {
    use super::{EVENTS, JOB, SCOPES, STEP, WORKFLOW};
    use crate::parse::workflow::Workflow;
    use crate::parse::yaml::{Node, Tree};

    #[test]
    fn tables_are_sorted_and_name_nothing_twice() {
        for table in [&EVENTS[..], &JOB, &SCOPES, &STEP, &WORKFLOW] {
            assert!(table.is_sorted_by(|a, b| a < b), "{table:?}");
        }
    }

    #[test]
    fn keys_that_are_not_in_the_tables_are_told() {
        let text = "\
on:
  push: { branch: main, paths: [a] }
  pullrequest:
  schedule: [{ cron: '1 1 * * *', timezone: UTC, zone: x }]
  workflow_dispatch: { inputs: { a: { type: choice, options: [b], value: c } } }
permissions: { content: read, models: read }
concurrency: { group: a, queue: max, cancel_in_progress: true }
jobs:
  a:
    runs-on: x
    timeout_minutes: 3
    services: { db: { image: x, entrypoint: y, cmd: z } }
    strategy: { matrix: { anything: [1] }, failfast: true }
    env: { ANY: 1 }
    steps:
      - { run: x, background: true, workingdirectory: y, '${{ insert }}': z }
      - parallel: [{ run: x, iff: y }]
      - wait-all:
";
        let tree = Tree::parse(text).document.unwrap();
        let workflow = Workflow::read(&tree, &mut Vec::new()).unwrap();
        let found: Vec<_> = workflow.unknown_keys().iter().filter_map(|u| u.key.text()).collect();
        let expected = [
            "branch",
            "pullrequest",
            "zone",
            "value",
            "content",
            "cancel_in_progress",
            "timeout_minutes",
            "cmd",
            "failfast",
            "workingdirectory",
            "iff",
        ];
        assert_eq!(found, expected);
        assert!(workflow.unknown_keys().iter().all(|u| u.key.parent().is_some_and(Node::is_mapping)));
    }
}
