//! The rule `job-over-budget`.

use super::measured::{Over, Place, report, time};
use crate::evidence::{Evidence, MeasuredJob, seconds};
use crate::rules::support::params::{Duration, Patterns};
use crate::rules::support::words::count;
use crate::rules::{Sink, rule};
use serde::Deserialize;

rule! {
    /// # What it checks
    ///
    /// No measured job took longer than the budget, from its start on a runner to its end. The times are those of the
    /// latest attempt, from the records that `run-over-budget` reads. Where the workflow is in the input, the finding
    /// stands at the job, and all legs of its matrix are one finding.
    ///
    /// Not judged: jobs that were skipped, that an earlier attempt of the run did, and that were not over.
    ///
    /// # Why it matters
    ///
    /// A run is as long as the longest chain of its jobs, and one long job makes all others wait for nothing.
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
    ///    "conclusion": "success", "started_at": "2026-03-01T08:00:00Z", "completed_at": "2026-03-01T08:06:52Z", "steps": [
    ///     {"number": 2, "name": "Run make test", "status": "completed", "conclusion": "success",
    ///      "started_at": "2026-03-01T08:00:02Z", "completed_at": "2026-03-01T08:06:50Z"}]}]}
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
    /// - `max_seconds`: longest time of a job, as a number of seconds or with units, `5m`, `90s` (default 300).
    /// - `match`: which jobs are meant, `{ workflow: ci-fast, job: ["unit*", "lint"] }`: patterns on the name of the
    ///   workflow, and on the id of the job or the name that GitHub shows (default: all jobs).
    ///
    /// # When to waive
    ///
    /// The job waits for something that cannot be made faster, and nobody waits for the job.
    pub struct JobOverBudget;
    id: "job-over-budget",
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
    #[serde(rename = "match")]
    only: Match,
}

impl Default for Params {
    fn default() -> Self {
        Self { max_seconds: Duration::of_seconds(300.0), only: Match::default() }
    }
}

/// Which jobs are judged.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Match {
    workflow: Patterns,
    job: Patterns,
}

impl Match {
    fn takes(&self, workflow: &str, job: &MeasuredJob<'_>) -> bool {
        let of_job = || self.job.fit(&job.job.name) || job.id.is_some_and(|id| self.job.fit(id));
        (self.workflow.is_empty() || self.workflow.fit(workflow)) && (self.job.is_empty() || of_job())
    }
}

const WHY: &str =
    "A run is as long as the longest chain of its jobs, and one long job makes all others wait for nothing.";

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let (mut judged, mut open) = (0, 0);
    let mut longest: Option<(f64, &str)> = None;
    let mut over = Vec::new();
    for run in &evidence.runs {
        let known = evidence.jobs_of(run);
        let jobs = run.jobs.iter().zip(known);
        for (job, known) in jobs.filter(|(job, _)| job.counts && params.only.takes(run.workflow, job)) {
            let Some(took) = job.job.milliseconds().map(seconds) else {
                open += 1;
                continue;
            };
            judged += 1;
            if longest.is_none_or(|(most, _)| took > most) {
                longest = Some((took, &job.job.name));
            }
            if took <= params.max_seconds.seconds() {
                continue;
            }
            let place = match known {
                Some(known) => Place::of_job(known),
                None => Place::recorded(job.file, job.job.span, &job.job.name),
            };
            over.push(Over {
                place,
                record: (job.file, job.job.span),
                what: format!("job `{}`", job.job.name),
                addition: String::new(),
                seconds: took,
                at_least: false,
                budget: params.max_seconds,
                fix: fix(job),
            });
        }
    }
    sink.subjects(judged);
    match longest {
        Some((most, name)) => {
            let what = count(judged, "measured job");
            sink.fact(format!(
                "{what}, {} over {}, the longest `{name}` {}",
                over.len(),
                params.max_seconds,
                time(most)
            ));
        }
        None => sink.fact("no record tells how long a job took"),
    }
    if open > 0 {
        sink.fact(format!("not judged: {} without a start or an end", count(open, "job")));
    }
    report(sink, over, WHY);
}

fn fix(job: &MeasuredJob<'_>) -> String {
    let step = job.job.steps.iter().max_by_key(|step| step.milliseconds());
    let begin = match step.and_then(|step| Some((step, step.milliseconds()?))) {
        Some((step, took)) => {
            format!("Begin with its step `{}`, which took {}. Cache", step.name, time(seconds(took)))
        }
        None => "Cache".to_owned(),
    };
    format!(
        "{begin} what it makes each time anew, or divide it over jobs that run side by side:\n\n    strategy:\n      \
         matrix: {{ shard: [1, 2, 3, 4] }}\n"
    )
}
