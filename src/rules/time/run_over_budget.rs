//! The rule `run-over-budget`.

use super::measured::{Over, Place, report, time};
use crate::evidence::{Evidence, Run, seconds};
use crate::rules::support::params::{Duration, fits};
use crate::rules::support::words::count;
use crate::rules::{Sink, rule};
use serde::Deserialize;
use std::collections::BTreeMap;

rule! {
    /// # What it checks
    ///
    /// No measured run of a workflow took longer than its budget. The time is that from the start of its first job to the
    /// end of its last one, in the latest attempt; the wait for a runner is not part of it. It is read from the jobs of a
    /// run as GitHub tells them (`gh api repos/OWNER/REPO/actions/runs/ID/jobs`, `gh run view ID --json
    /// jobs,workflowName,databaseId`).
    ///
    /// Without such a record the rule does not apply; `evidence: { run: required }` in the policy demands one (see
    /// `run-record-missing`). A run that was not over, or of which jobs are missing, took at least what is known: that can
    /// be too long, and never proves that the budget holds. Neither does a run that was cancelled.
    ///
    /// # Why it matters
    ///
    /// Whoever waits for a run longer than a few minutes begins something else, and comes back to a failure late.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// name: ci
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make test
    /// ```
    ///
    /// ```json jobs.json
    /// {"total_count": 1, "jobs": [
    ///   {"id": 1, "run_id": 77, "run_attempt": 1, "workflow_name": "ci", "name": "test", "status": "completed",
    ///    "conclusion": "success", "started_at": "2026-03-01T08:00:00Z", "completed_at": "2026-03-01T08:06:52Z", "steps": []}]}
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// name: ci
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     strategy: { matrix: { shard: [1, 2] } }
    ///     steps:
    ///       - run: make test SHARD=${{ matrix.shard }}
    /// ```
    ///
    /// ```json jobs.json
    /// {"total_count": 2, "jobs": [
    ///   {"id": 2, "run_id": 78, "run_attempt": 1, "workflow_name": "ci", "name": "test (1)", "status": "completed",
    ///    "conclusion": "success", "started_at": "2026-03-01T08:00:00Z", "completed_at": "2026-03-01T08:03:20Z", "steps": []},
    ///   {"id": 3, "run_id": 78, "run_attempt": 1, "workflow_name": "ci", "name": "test (2)", "status": "completed",
    ///    "conclusion": "success", "started_at": "2026-03-01T08:00:00Z", "completed_at": "2026-03-01T08:03:40Z", "steps": []}]}
    /// ```
    ///
    /// # Options
    ///
    /// - `max_seconds`: longest time of a run, as a number of seconds or with units, `5m`, `90s`, `1h30m` (default 300).
    /// - `workflows`: budgets of single workflows by a pattern on their names, `{ ci-fast: 3m, "nightly*": 1h }`. Of
    ///   several patterns that fit, the name itself counts, or else the longest pattern.
    ///
    /// # When to waive
    ///
    /// Nobody waits for the run (a nightly one, a release): give such workflows a budget of their own instead.
    pub struct RunOverBudget;
    id: "run-over-budget",
    family: Time,
    level: Error,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    max_seconds: Duration,
    workflows: BTreeMap<String, Duration>,
}

impl Default for Params {
    fn default() -> Self {
        Self { max_seconds: Duration::of_seconds(300.0), workflows: BTreeMap::new() }
    }
}

const WHY: &str =
    "Whoever waits for a run longer than a few minutes begins something else, and comes back to a failure late.";

/// Jobs of the critical path that a message names.
const SHOWN_JOBS: usize = 5;

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let (mut within, mut open, mut untimed) = (0, 0, 0);
    let mut over = Vec::new();
    for run in &evidence.runs {
        let Some(took) = run.milliseconds.map(seconds) else {
            untimed += 1;
            continue;
        };
        let budget = params.budget(run.workflow);
        if took > budget.seconds() {
            over.push(Over {
                place: Place::of_run(evidence, run),
                record: (run.file, run.record.span),
                what: title(run),
                addition: path_of(run),
                seconds: took,
                at_least: !run.complete,
                budget,
                fix: fix(run),
            });
        } else if run.complete && run.conclusion != Some("cancelled") {
            within += 1;
        } else {
            open += 1;
        }
    }
    sink.subjects(within + over.len());
    if within + over.len() > 0 {
        sink.fact(format!("{}, {within} within the budget", count(within + over.len(), "measured run")));
    } else {
        sink.fact("no record tells how long a whole run took");
    }
    if open > 0 {
        sink.fact(format!("not judged: {} that was cancelled, not over, or not known whole", count(open, "run")));
    }
    if untimed > 0 {
        sink.fact(format!("not judged: {} without times", count(untimed, "run")));
    }
    report(sink, over, WHY);
}

impl Params {
    fn budget(&self, workflow: &str) -> Duration {
        let fitting = self.workflows.iter().filter(|(pattern, _)| fits(pattern, workflow));
        // The longest says most about the name; the name itself says all.
        let best = fitting.max_by_key(|(pattern, _)| (*pattern == workflow, pattern.len()));
        best.map_or(self.max_seconds, |(_, budget)| *budget)
    }
}

fn title(run: &Run<'_>) -> String {
    let id = run.id.map(|id| format!(" {id}")).unwrap_or_default();
    let of = if run.workflow.is_empty() { String::new() } else { format!(" of `{}`", run.workflow) };
    format!("run{id}{of}")
}

/// The jobs that made it last, longest way through.
fn path_of(run: &Run<'_>) -> String {
    let jobs: Vec<String> = run
        .path()
        .filter_map(|job| Some(format!("`{}` {}", job.job.name, time(seconds(job.job.milliseconds()?)))))
        .collect();
    match jobs.len() {
        0 => String::new(),
        n if n > SHOWN_JOBS => format!(" ({n} jobs one after the other)"),
        _ => format!(" ({})", jobs.join(", then ")),
    }
}

fn fix(run: &Run<'_>) -> String {
    let longest = run.path().max_by_key(|job| job.job.milliseconds());
    let step = longest.and_then(|job| job.job.steps.iter().max_by_key(|step| step.milliseconds()));
    let what = match (longest, step) {
        (Some(job), Some(step)) if step.milliseconds() > Some(0) => {
            let took = step.milliseconds().map(|ms| time(seconds(ms))).unwrap_or_default();
            format!("Begin with step `{}` of job `{}`, which took {took}: cache", step.name, job.job.name)
        }
        (Some(job), _) => format!("Begin with job `{}`, which took longest: cache", job.job.name),
        (None, _) => "Cache".to_owned(),
    };
    format!(
        "{what} what it makes each time anew, divide it over jobs that run side by side, or move what nobody waits for to \
         another workflow:\n\n    strategy:\n      matrix: {{ shard: [1, 2, 3, 4] }}\n"
    )
}
