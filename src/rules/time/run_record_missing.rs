//! The rule `run-record-missing`.

use crate::evidence::Evidence;
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, rule};

rule! {
    /// # What it checks
    ///
    /// At least one record of a run was given that tells how long all of the run took: the jobs of the run, all of them
    /// over (`gh api repos/OWNER/REPO/actions/runs/ID/jobs`, `gh run view ID --json jobs,workflowName,databaseId`).
    /// Otherwise the outcome is `no-evidence`, which is never a pass. `evidence: { run: required }` in a policy turns this
    /// rule on.
    ///
    /// A run cannot prove its own time: while one of its jobs checks it, it is not over. Take the record of the run before,
    /// or check in a workflow that starts on `workflow_run`.
    ///
    /// # Why it matters
    ///
    /// A budget that was compared with nothing looks like a budget that holds.
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
    /// # Instead
    ///
    /// Give the record of a run with the workflow:
    ///
    /// ```json jobs.json
    /// {"total_count": 1, "jobs": [
    ///   {"id": 1, "run_id": 77, "run_attempt": 1, "workflow_name": "ci", "name": "test", "status": "completed",
    ///    "conclusion": "success", "started_at": "2026-03-01T08:00:00Z", "completed_at": "2026-03-01T08:03:12Z", "steps": []}]}
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// Where the check has to work without a run, turn the rule off instead: missing evidence has no place to waive.
    pub struct RunRecordMissing;
    id: "run-record-missing",
    family: Time,
    level: Error,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let whole = evidence.runs.iter().filter(|run| run.complete && run.milliseconds.is_some()).count();
    if whole > 0 {
        sink.subjects(whole);
        sink.fact(format!("{} with the time of all jobs", count(whole, "run")));
    } else if let Some(run) = evidence.runs.first() {
        let notes = if run.notes.is_empty() { String::new() } else { format!(" ({})", run.notes.join("; ")) };
        sink.no_evidence(format!("the record {} does not tell how long a whole run took{notes}", run.file.path()));
    } else {
        sink.no_evidence("no record of a run was given");
    }
}
