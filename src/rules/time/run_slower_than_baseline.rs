//! The rule `run-slower-than-baseline`.

use crate::evidence::{Evidence, Run};
use crate::model::{Baseline, Fix, JobInfo, RunInfo, Span};
use crate::rules::{Hit, Sink, rule};
use serde::Deserialize;
use std::collections::BTreeMap;

rule! {
    /// # What it checks
    ///
    /// No workflow runs longer than in the baseline (`--baseline`), by more than both tolerances. Compared are the times
    /// from the start of the first job to the end of the last, of runs that succeeded, whole and at their first attempt;
    /// of several runs of one workflow the median. The message names the job that took most of the time on top.
    ///
    /// Without a baseline, or where the two have no workflow with such runs in common, the rule does not apply.
    ///
    /// With a baseline the rule is on, unless the policy turns it off.
    ///
    /// # Why it matters
    ///
    /// Runs get slower by seconds, and nobody decides that they should take half an hour.
    ///
    /// # Example
    ///
    /// ```json baseline.json
    /// { "schema": "tollgate-report/1", "findings": [],
    ///   "runs": [{ "file": "run.json", "workflow": "CI", "conclusion": "success", "complete": true, "seconds": 100.0,
    ///              "jobs": [], "critical_path": [], "critical_path_by": "times", "notes": [] }] }
    /// ```
    ///
    /// ```json run.json
    /// { "databaseId": 77, "workflowName": "CI", "status": "completed", "conclusion": "success", "attempt": 1,
    ///   "startedAt": "2026-03-01T10:00:00Z", "updatedAt": "2026-03-01T10:03:20Z",
    ///   "jobs": [{ "databaseId": 1, "name": "test", "status": "completed", "conclusion": "success", "steps": [],
    ///              "startedAt": "2026-03-01T10:00:00Z", "completedAt": "2026-03-01T10:03:20Z" }] }
    /// ```
    ///
    /// # Instead
    ///
    /// ```json baseline.json
    /// { "schema": "tollgate-report/1", "findings": [],
    ///   "runs": [{ "file": "run.json", "workflow": "CI", "conclusion": "success", "complete": true, "seconds": 100.0,
    ///              "jobs": [], "critical_path": [], "critical_path_by": "times", "notes": [] }] }
    /// ```
    ///
    /// ```json run.json
    /// { "databaseId": 77, "workflowName": "CI", "status": "completed", "conclusion": "success", "attempt": 1,
    ///   "startedAt": "2026-03-01T10:00:00Z", "updatedAt": "2026-03-01T10:01:50Z",
    ///   "jobs": [{ "databaseId": 1, "name": "test", "status": "completed", "conclusion": "success", "steps": [],
    ///              "startedAt": "2026-03-01T10:00:00Z", "completedAt": "2026-03-01T10:01:50Z" }] }
    /// ```
    ///
    /// # Options
    ///
    /// - `tolerance_percent`: how much longer a run may take, in percent of the baseline (default 20).
    /// - `tolerance_seconds`: how much longer it may take at any rate, in seconds (default 10).
    ///
    /// # When to waive
    ///
    /// A change that makes the run do more, and whose price is known.
    pub struct RunSlowerThanBaseline;
    id: "run-slower-than-baseline",
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
    tolerance_percent: f64,
    tolerance_seconds: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self { tolerance_percent: 20.0, tolerance_seconds: 10.0 }
    }
}

const WHY: &str = "Runs get slower by seconds, and nobody decides that they should take half an hour.";

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let Some(baseline) = evidence.baseline else {
        sink.fact("no baseline was given");
        return;
    };
    let infos: Vec<RunInfo> = evidence.runs.iter().map(Run::info).collect();
    let mut workflows: BTreeMap<&str, Vec<(f64, usize)>> = BTreeMap::new();
    for (at, run) in infos.iter().enumerate() {
        if let Some(seconds) = comparable(run) {
            workflows.entry(&run.workflow).or_default().push((seconds, at));
        }
    }
    for (name, mut times) in workflows {
        let Some((is, at)) = median(&mut times) else { continue };
        let Some((was, before)) = median_before(baseline, name) else { continue };
        let (Some(run), Some(info)) = (evidence.runs.get(at), infos.get(at)) else { continue };
        sink.subjects(1);
        let said = format!("workflow `{name}` took {is:.0} s, and {was:.0} s in the baseline");
        sink.fact(said.clone());
        let over = is - was;
        if over <= was * params.tolerance_percent / 100.0 || over <= params.tolerance_seconds {
            continue;
        }
        let job = slowed(info, before);
        let named = job.map(|(job, by)| format!("; job `{}` took {by:.0} s more", job.name)).unwrap_or_default();
        let span = job.and_then(|(job, _)| run.jobs.iter().find(|measured| *measured.job.name == *job.name));
        sink.finding(Hit {
            file: span.map_or(run.file, |measured| measured.file),
            span: span.map_or_else(Span::default, |measured| measured.job.span),
            path: name.to_owned(),
            message: format!("{said}: {:.0} % longer{named}", over * 100.0 / was.max(1.0)),
            why: WHY,
            fix: Fix {
                text: format!(
                    "See what was added{}, and whether its caches were hit. If the time is well spent, make a new baseline.",
                    job.map(|(job, _)| format!(" to `{}`", job.name)).unwrap_or_default()
                ),
                edits: Vec::new(),
            },
            related: Vec::new(),
        });
    }
}

/// The time of a run that can be held against others: a rerun takes over what succeeded before, and a failed run ends
/// early.
fn comparable(run: &RunInfo) -> Option<f64> {
    let whole = run.complete && run.conclusion.as_deref() == Some("success") && run.attempt <= Some(1);
    run.seconds.filter(|_| whole && !run.workflow.is_empty())
}

/// The median, of two the smaller, and whose it is.
fn median(times: &mut [(f64, usize)]) -> Option<(f64, usize)> {
    times.sort_by(|a, b| a.0.total_cmp(&b.0));
    times.get(times.len().checked_sub(1)? / 2).copied()
}

fn median_before<'b>(baseline: &'b Baseline, workflow: &str) -> Option<(f64, &'b RunInfo)> {
    let runs = baseline.runs.iter().enumerate().filter(|(_, run)| run.workflow == workflow);
    let mut times: Vec<(f64, usize)> = runs.filter_map(|(at, run)| Some((comparable(run)?, at))).collect();
    let (seconds, at) = median(&mut times)?;
    Some((seconds, baseline.runs.get(at)?))
}

/// The job that took the most time on top of what it took before.
fn slowed<'r>(now: &'r RunInfo, before: &RunInfo) -> Option<(&'r JobInfo, f64)> {
    let by = |job: &'r JobInfo| {
        let was = before.jobs.iter().find(|other| other.name == job.name)?.seconds?;
        Some((job, job.seconds? - was))
    };
    now.jobs.iter().filter_map(by).filter(|(_, by)| *by > 0.0).max_by(|a, b| a.1.total_cmp(&b.1))
}
