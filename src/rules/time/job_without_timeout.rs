//! The rule `job-without-timeout`.

use crate::evidence::Evidence;
use crate::parse::workflow::Job;
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};

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
    /// None.
    ///
    /// # When to waive
    ///
    /// Nobody can say how long the job takes, and six hours are not too long.
    pub struct JobWithoutTimeout;
    id: "job-without-timeout",
    family: Time,
    level: Warning,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str =
    "A job that hangs runs for six hours before GitHub ends it, and holds up everything that waits for it.";

const FIX: &str = "Say how long the job may take, with some room above what it takes now:\n\n    timeout-minutes: 15\n";

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
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
                edits: Vec::new(),
            });
        }
    }
    sink.subjects(jobs);
    sink.fact(format!("{}, {} with a timeout", count(jobs, "job"), jobs - spots.len()));
    sink.once_a_file(spots, WHY, |group| format!("{} jobs have no `timeout-minutes`", group.len()), |_| FIX.to_owned());
}

fn has_timeout(job: &Job<'_>) -> bool {
    let of_steps = || job.steps.iter().all(|step| step.node.get("timeout-minutes").is_some_and(|n| !n.is_null()));
    job.timeout().is_some() || of_steps()
}
