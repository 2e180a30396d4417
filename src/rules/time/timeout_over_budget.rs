//! The rule `timeout-over-budget`.

use crate::evidence::{Evidence, File};
use crate::parse::yaml::Node;
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;

rule! {
    /// # What it checks
    ///
    /// No `timeout-minutes` of a job is longer than the budget. Those of steps are judged where their job has none.
    ///
    /// Not judged: a timeout that is an expression, and jobs without a timeout (see `job-without-timeout`).
    ///
    /// # Why it matters
    ///
    /// A timeout far above what a job needs ends nothing in time: whoever waits for the run waits that long for a job
    /// that hangs.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     timeout-minutes: 240
    ///     steps:
    ///       - run: make test
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     timeout-minutes: 15
    ///     steps:
    ///       - run: make test
    /// ```
    ///
    /// # Options
    ///
    /// - `max_minutes`: the longest timeout that is let pass (default 30).
    ///
    /// # When to waive
    ///
    /// The job really needs that long, and nobody waits for it: a nightly run, a release.
    pub struct TimeoutOverBudget;
    id: "timeout-over-budget",
    family: Time,
    level: Warning,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    max_minutes: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self { max_minutes: 30.0 }
    }
}

const WHY: &str = "A timeout far above what a job needs ends nothing in time: whoever waits for the run waits that long for a \
                   job that hangs.";

/// A timeout, and whose it is.
struct Declared<'e> {
    file: &'e File<'e>,
    node: Node<'e>,
    of: String,
}

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let (mut known, mut unknown) = (0, 0);
    for declared in declared(evidence) {
        let Some(minutes) = declared.node.as_f64() else {
            unknown += 1;
            continue;
        };
        known += 1;
        if minutes > params.max_minutes {
            spots.push(Spot {
                file: declared.file,
                span: declared.node.span(),
                path: declared.node.path(),
                message: format!(
                    "{} may run for {minutes} minutes, more than the budget of {}",
                    declared.of, params.max_minutes
                ),
                detail: String::new(),
                edits: Vec::new(),
            });
        }
    }
    sink.subjects(known);
    sink.fact(format!("{}, {} within {} minutes", count(known, "timeout"), known - spots.len(), params.max_minutes));
    if unknown > 0 {
        sink.fact(format!("not judged: {} that an expression makes", count(unknown, "timeout")));
    }
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} timeouts are over the budget of {} minutes", group.len(), params.max_minutes),
        |_| {
            format!(
                "Let it end within the budget, and split or shorten what takes longer:\n\n    timeout-minutes: {}\n",
                params.max_minutes
            )
        },
    );
}

/// The timeouts of all jobs, and those of the steps of jobs that have none.
fn declared<'e>(evidence: &'e Evidence<'e>) -> Vec<Declared<'e>> {
    let mut found = Vec::new();
    for job in evidence.jobs() {
        let id = job.job.id;
        if let Some(node) = job.job.timeout() {
            found.push(Declared { file: job.file, node, of: format!("job `{id}`") });
            continue;
        }
        for step in &job.job.steps {
            let Some(node) = step.node.get("timeout-minutes").filter(|node| !node.is_null()) else { continue };
            found.push(Declared { file: job.file, node, of: format!("job `{id}`, step `{}`", step.title()) });
        }
    }
    found
}
