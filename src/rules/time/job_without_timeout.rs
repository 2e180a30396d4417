//! The rule `job-without-timeout`.

use crate::evidence::{Evidence, JobRef};
use crate::model::Edit;
use crate::parse::workflow::Job;
use crate::parse::yaml::edit::{self, Entry};
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;

rule! {
    /// # What it checks
    ///
    /// Every job says with `timeout-minutes` when it has to end, or each of its steps does.
    ///
    /// Not judged: jobs that call a reusable workflow, which cannot have a timeout; the jobs of that workflow are judged
    /// where they stand.
    ///
    /// # Why it matters
    ///
    /// A job that hangs runs for six hours before GitHub ends it, and holds up everything that waits for it.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
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
    /// - `minutes`: what `tollgate fix --unsafe` writes, as nobody but you knows how long the job takes (`15`).
    ///
    /// # When to waive
    ///
    /// Nobody can say how long the job takes, and six hours are not too long.
    pub struct JobWithoutTimeout;
    id: "job-without-timeout",
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
    minutes: u32,
}

impl Default for Params {
    fn default() -> Self {
        Self { minutes: 15 }
    }
}

const WHY: &str =
    "A job that hangs runs for six hours before GitHub ends it, and holds up everything that waits for it.";

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let mut jobs = 0;
    for job in evidence.jobs().filter(|job| job.job.uses.is_none() && !job.job.steps.is_empty()) {
        jobs += 1;
        if !has_timeout(job.job) {
            spots.push(Spot {
                file: job.file,
                span: job.job.key.span(),
                path: job.job.node.path(),
                message: format!("job `{}` has no `timeout-minutes`", job.job.id),
                detail: String::new(),
                edits: timeout(job, params.minutes).into_iter().collect(),
            });
        }
    }
    sink.subjects(jobs);
    sink.fact(format!("{}, {} with a timeout", count(jobs, "job"), jobs - spots.len()));
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} jobs have no `timeout-minutes`", group.len()),
        |_| {
            format!(
                "Say how long the job may take, with some room above what it takes now:\n\n    timeout-minutes: {}\n",
                params.minutes
            )
        },
    );
}

/// The timeout behind `runs-on`.
fn timeout(job: JobRef<'_>, minutes: u32) -> Option<Edit> {
    let minutes = minutes.to_string();
    let entries = [Entry::line("timeout-minutes", &minutes)];
    Some(edit::after(job.job.node, "runs-on", &entries)?.edit(job.file.path(), false))
}

fn has_timeout(job: &Job<'_>) -> bool {
    let of_steps = || job.steps.iter().all(|step| step.node.get("timeout-minutes").is_some_and(|n| !n.is_null()));
    job.timeout().is_some() || of_steps()
}
