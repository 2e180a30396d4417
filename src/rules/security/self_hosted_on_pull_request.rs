//! The rule `self-hosted-on-pull-request`.

use crate::evidence::{Evidence, JobRef, paths};
use crate::model::Span;
use crate::parse::workflow::is_dynamic;
use crate::parse::yaml::Node;
use crate::rules::support::outsiders::{self, Outsiders};
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;

rule! {
    /// # What it checks
    ///
    /// No job that a pull request of a fork can start runs on a machine with the label `self-hosted`, by name or by a
    /// value of its matrix.
    ///
    /// Not judged: other labels and runner groups, of which nobody can tell where they are; jobs behind a condition on
    /// the repository of the head, the author or a label, or a check of rights.
    ///
    /// # Why it matters
    ///
    /// A fork's pull request runs code of its author, and a machine of your own is in your network and is not thrown
    /// away after the job: what is left there meets the next job.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: pull_request
    /// jobs:
    ///   test:
    ///     runs-on: [self-hosted, linux]
    ///     steps: [{ run: make test }]
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: pull_request
    /// jobs:
    ///   test:
    ///     if: github.event.pull_request.head.repo.full_name == github.repository
    ///     runs-on: [self-hosted, linux]
    ///     steps: [{ run: make test }]
    /// ```
    ///
    /// # Options
    ///
    /// - `allow`: labels of machines that are made anew for every job, as patterns (`["ephemeral-*"]`).
    ///
    /// # When to waive
    ///
    /// The repository is private and has no forks, or its settings demand an approval for every run of a fork.
    pub struct SelfHostedOnPullRequest;
    id: "self-hosted-on-pull-request",
    family: Security,
    level: Warning,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    allow: Vec<String>,
}

const WHY: &str =
    "Whoever opens a pull request runs code on a machine of yours, which keeps what that code leaves behind.";

const EVENTS: &[&str] = &["pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment"];

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let outsiders = Outsiders::new(evidence);
    let mut spots = Vec::new();
    let mut jobs = 0;
    for job in evidence.jobs() {
        let Some(place) = self_hosted(job, params) else {
            jobs += usize::from(job.job.runs_on().is_some());
            continue;
        };
        jobs += 1;
        let at = outsiders::Spot::of_workflow(job.file, job.workflow, Some(job.job), None);
        let reach = outsiders.reach_by(EVENTS, &at);
        if reach.is_none_or(|reach| reach == outsiders::Reach::Unknown) {
            continue;
        }
        spots.push(Spot {
            file: job.file,
            span: place,
            path: job.job.node.path(),
            message: format!("pull requests of forks run job `{}` on a self-hosted machine", job.job.id),
            detail: String::new(),
            edits: Vec::new(),
        });
    }
    sink.subjects(jobs);
    sink.fact(format!("{}, {} self-hosted for pull requests of forks", count(jobs, "job"), spots.len()));
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("pull requests of forks run {} jobs on self-hosted machines", group.len()),
        |_| FIX.to_owned(),
    );
}

/// Where a job asks for a self-hosted machine.
fn self_hosted(job: JobRef<'_>, params: &Params) -> Option<Span> {
    let labels = job.job.runs_on()?.labels;
    let is_allowed = |label: &Node<'_>| {
        let label = label.text().unwrap_or_default();
        paths::matches_any(params.allow.iter().map(String::as_str), label)
    };
    if labels.iter().any(is_allowed) {
        return None;
    }
    let is_own = |label: Node<'_>| label.text().is_some_and(|text| text.trim().eq_ignore_ascii_case("self-hosted"));
    if let Some(label) = labels.iter().find(|label| is_own(**label)) {
        return Some(label.span());
    }
    let read = labels.iter().find_map(|label| matrix_key(label.text()?))?;
    let matrix = job.job.matrix()?;
    let axis = matrix.axes.iter().filter(|(key, _)| key.text() == Some(read)).flat_map(|(_, values)| values.items());
    let included = matrix.include.into_iter().flat_map(Node::items).filter_map(|item| item.get(read));
    let value = axis
        .chain(included)
        .find(|value| value.one_or_many().any(is_own) && !value.one_or_many().any(|label| is_allowed(&label)))?;
    Some(value.span())
}

/// `os` of `${{ matrix.os }}`.
fn matrix_key(text: &str) -> Option<&str> {
    let inner = crate::parse::workflow::strip_expression(text);
    let key = inner.strip_prefix("matrix.")?;
    let is_name = key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    (is_dynamic(text) && is_name).then_some(key)
}

const FIX: &str = "Run pull requests of forks on machines of GitHub, or keep them from this job:

    if: github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository
";
