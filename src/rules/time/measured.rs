//! Measured times over their budgets, told where the workflow can be changed.

use crate::evidence::{Evidence, File, JobRef, Run, StepRef};
use crate::model::{Fix, Span};
use crate::parse::yaml::Node;
use crate::rules::support::params::Duration;
use crate::rules::{Hit, Sink};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Something that took longer than it may.
pub(super) struct Over<'e> {
    /// Where the workflow says it; in the record, where the workflow is not known.
    pub(super) place: Place<'e>,
    /// Where it was measured.
    pub(super) record: (&'e File<'e>, Span),
    /// What it is ("job `test`").
    pub(super) what: String,
    /// What belongs to the message after the time; mostly nothing.
    pub(super) addition: String,
    /// Seconds.
    pub(super) seconds: f64,
    /// Whether it was not over then.
    pub(super) at_least: bool,
    /// What it may take.
    pub(super) budget: Duration,
    /// What to do.
    pub(super) fix: String,
}

/// Where a finding stands.
pub(super) struct Place<'e> {
    pub(super) file: &'e File<'e>,
    pub(super) span: Span,
    pub(super) path: String,
}

impl<'e> Place<'e> {
    /// The name of the workflow of a run.
    pub(super) fn of_run(evidence: &'e Evidence<'e>, run: &Run<'e>) -> Self {
        match evidence.workflow_of(run) {
            Some(workflow) => {
                let name = workflow.node.get("name");
                let span = name.map_or_else(Span::default, Node::span);
                Self { file: workflow.file, span, path: name.map(Node::path).unwrap_or_default() }
            }
            None => Self::recorded(run.file, run.record.span, ""),
        }
    }

    /// The id of a job.
    pub(super) fn of_job(job: JobRef<'e>) -> Self {
        Self { file: job.file, span: job.job.key.span(), path: job.job.node.path() }
    }

    /// The name of a step, or else its action or the key of its script.
    pub(super) fn of_step(at: StepRef<'e>) -> Self {
        let node = at.step.node;
        let run = || node.get("run").and_then(Node::key);
        let shown = node.get("name").or_else(|| node.get("uses")).or_else(run).unwrap_or(node);
        Self { file: at.file, span: shown.span(), path: node.path() }
    }

    /// A place in a record: without its text, which is another one with every run, and told apart by a name.
    pub(super) fn recorded(file: &'e File<'e>, span: Span, name: &str) -> Self {
        Self { file, span: Span { offset: span.offset, length: 0 }, path: name.to_owned() }
    }
}

/// "412 s", "2.5 s".
pub(super) fn time(seconds: f64) -> String {
    Duration::of_seconds(seconds).to_string()
}

/// Reports what is over, one finding for each place: the longest time makes the message, the others stand beside it.
pub(super) fn report<'e>(sink: &mut Sink<'_>, over: Vec<Over<'e>>, why: &'static str) {
    let mut groups: BTreeMap<(&'e str, Span, String), Vec<Over<'e>>> = BTreeMap::new();
    for one in over {
        groups.entry((one.place.file.path(), one.place.span, one.place.path.clone())).or_default().push(one);
    }
    for (_, mut group) in groups {
        group.sort_by(|a, b| b.seconds.total_cmp(&a.seconds));
        let mut group = group.into_iter();
        let Some(longest) = group.next() else { continue };
        let others: Vec<Over<'e>> = group.collect();
        let least = if longest.at_least { "at least " } else { "" };
        let mut message = format!(
            "{} took {least}{}, over the budget of {}{}",
            longest.what,
            time(longest.seconds),
            longest.budget,
            longest.addition
        );
        if !others.is_empty() {
            let verb = if others.len() == 1 { "was" } else { "were" };
            let _ = write!(message, "; {} more {verb} over it", others.len());
        }
        let mut related = Vec::new();
        if longest.record.0.path() != longest.place.file.path() {
            related.push((longest.record.0, start(longest.record.1), "measured here".to_owned()));
        }
        for other in others.iter().take(MAX_RELATED) {
            let (file, span) = other.record;
            related.push((file, start(span), format!("{} took {}", other.what, time(other.seconds))));
        }
        let Place { file, span, path } = longest.place;
        sink.finding(Hit {
            file,
            span,
            path,
            message,
            why,
            fix: Fix { text: longest.fix, edits: Vec::new() },
            related,
        });
    }
}

/// Most other times that stand beside the longest one.
const MAX_RELATED: usize = 20;

fn start(span: Span) -> Span {
    Span { offset: span.offset, length: 0 }
}
