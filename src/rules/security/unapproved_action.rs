//! The rule `unapproved-action`.

use crate::evidence::{Evidence, paths};
use crate::parse::workflow::Target;
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;
use std::collections::BTreeSet;

rule! {
    /// # What it checks
    ///
    /// Every action and every reusable workflow of another repository is on the policy's list.
    ///
    /// Not judged: what belongs to the repository itself (`./path`), container images (`docker://…`, see
    /// `unpinned-image`), and names that an expression makes.
    ///
    /// # Why it matters
    ///
    /// An action runs with the job's token and secrets. Whoever publishes it, or takes over its repository, can use them.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   release:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: actions/checkout@v5
    ///       - uses: somebody/publish-everywhere@v1
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   release:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: actions/checkout@v5
    ///       - run: gh release create "$GITHUB_REF_NAME"
    /// ```
    ///
    /// # Options
    ///
    /// - `allow`: what may be used, as `owner/repository` or `owner/repository/path` without the version; `*` stands for
    ///   anything but a slash, `**` for anything, and upper and lower case are the same. `owner/*` allows all that a
    ///   repository of the owner holds. The default is what GitHub and Docker publish (`["actions/*", "github/*",
    ///   "docker/*"]`); a list in a policy takes its place, so name these again.
    ///
    /// # When to waive
    ///
    /// The action is on trial, and a decision about it is due.
    pub struct UnapprovedAction;
    id: "unapproved-action",
    family: Security,
    level: Error,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    allow: Vec<String>,
}

impl Default for Params {
    fn default() -> Self {
        Self { allow: ["actions/*", "github/*", "docker/*"].map(str::to_owned).to_vec() }
    }
}

const WHY: &str = "An action runs with the job's token and secrets, so whoever publishes it, or takes over its repository, can use them.";

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let allow: Vec<String> = params.allow.iter().map(|pattern| pattern.to_ascii_lowercase()).collect();
    let allowed = |name: &str| paths::matches_any(allow.iter().map(String::as_str), name);
    let of_jobs = evidence.jobs().filter_map(|job| Some((job.file, job.job.uses.as_ref()?)));
    let of_steps = evidence.steps().filter_map(|step| Some((step.file, step.step.uses.as_ref()?)));
    let (mut references, mut unknown) = (0, 0);
    let mut spots = Vec::new();
    let mut names = BTreeSet::new();
    for (file, uses) in of_jobs.chain(of_steps) {
        let Target::Remote { owner, repo, .. } = uses.target else {
            unknown += usize::from(uses.target == Target::Unknown);
            continue;
        };
        references += 1;
        let name = uses.action().unwrap_or_default();
        // What a repository holds below its root is published by the same people.
        if allowed(&name) || allowed(&format!("{owner}/{repo}").to_ascii_lowercase()) {
            continue;
        }
        let written = uses.text.rsplit_once('@').map_or(uses.text, |(name, _)| name).to_owned();
        spots.push(Spot {
            file,
            span: uses.node.span(),
            path: uses.node.path(),
            message: format!("`{written}` is not on the list of approved actions"),
            detail: written,
            edits: Vec::new(),
        });
        names.insert(name);
    }
    sink.subjects(references);
    sink.fact(format!(
        "{}, {} approved",
        count(references, "reference to other repositories"),
        references - spots.len()
    ));
    if unknown > 0 {
        sink.fact(format!("not judged: {} that an expression makes", count(unknown, "reference")));
    }
    if !names.is_empty() {
        sink.fact(format!("not on the list: {}", count(names.len(), "action")));
    }
    sink.once_a_file(
        spots,
        WHY,
        |group| {
            let names: BTreeSet<&str> = group.iter().map(|spot| spot.detail.as_str()).collect();
            let shown: Vec<String> = names.iter().take(5).map(|name| format!("`{name}`")).collect();
            let more = if names.len() > shown.len() { " and others" } else { "" };
            format!("{} references to actions that are not on the list: {}{more}", group.len(), shown.join(", "))
        },
        |group| group.first().map_or(String::new(), |spot| fix(&spot.detail)),
    );
}

fn fix(name: &str) -> String {
    format!(
        "Do the same with an approved action or with a command of your own, or read `{name}` and approve it in the policy:\n\n    \
         unapproved-action: {{ allow: [actions/*, github/*, docker/*, {name}] }}\n"
    )
}
