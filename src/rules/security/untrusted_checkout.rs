//! The rule `untrusted-checkout`.

use super::checkouts::{execution, foreign, reads_secrets, token_may_write};
use crate::evidence::Evidence;
use crate::model::Fix;
use crate::rules::support::outsiders::{self, Outsiders};
use crate::rules::support::words::count;
use crate::rules::{Hit, NoParams, Sink, rule};

rule! {
    /// # What it checks
    ///
    /// No job that outsiders start with the rights of the repository (`pull_request_target`, `workflow_run` after runs
    /// for pull requests, `issue_comment`) checks out the code of a pull request and then runs it. A checkout is
    /// `actions/checkout` with the head of the pull request, `gh pr checkout`, or `git` with such a commit. Running it
    /// is a build, a test, an installation of its packages, a script or an action out of it, an image build.
    ///
    /// Not judged: code that is only read (compared, listed, formatted), or that lies in a `path` of its own while only
    /// the repository's own scripts run; jobs whose token only reads and that read no secret; jobs behind an
    /// `environment` (somebody may have to approve it), a condition on the author, the repository of the head or a
    /// label, or a check of rights; workflows that follow a run of which nothing is in the input.
    ///
    /// # Why it matters
    ///
    /// Such a run has the token and the secrets of the repository, and the code is whatever a stranger sent. Scripts
    /// in `package.json`, a Makefile or a test are enough to take both.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/preview.yml
    /// on: pull_request_target
    /// jobs:
    ///   preview:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: actions/checkout@v5
    ///         with:
    ///           ref: ${{ github.event.pull_request.head.sha }}
    ///       - run: npm ci && npm run build
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/preview.yml
    /// on: pull_request
    /// jobs:
    ///   preview:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: actions/checkout@v5
    ///       - run: npm ci && npm run build
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// The code runs in a sandbox that reaches neither the token nor the secrets, or the repository is private and
    /// everybody in it is trusted.
    pub struct UntrustedCheckout;
    id: "untrusted-checkout",
    family: Security,
    level: Error,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "Whoever opens a pull request runs code of their own with the repository's token and secrets.";

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let outsiders = Outsiders::new(evidence);
    let (mut jobs, mut behind, mut powerless, mut failing) = (0, 0, 0, 0);
    for job in evidence.jobs() {
        jobs += usize::from(!job.job.steps.is_empty());
        for foreign in foreign(&outsiders, job) {
            let Some(execution) = execution(job, &foreign) else { continue };
            let at = outsiders::Spot::of_workflow(job.file, job.workflow, Some(job.job), Some(foreign.step));
            if outsiders.awaited(&at).iter().any(|job| job.environment().is_some()) {
                behind += 1;
                continue;
            }
            if !token_may_write(job) && !reads_secrets(job) {
                powerless += 1;
                continue;
            }
            failing += 1;
            let id = job.job.id;
            sink.finding(Hit {
                file: job.file,
                span: foreign.span,
                path: foreign.step.node.path(),
                message: format!(
                    "job `{id}` checks out code of outsiders (`{}`) and then runs it (`{}`) with the rights of the repository",
                    foreign.written, execution.what
                ),
                why: WHY,
                fix: Fix { text: FIX.to_owned(), edits: Vec::new() },
                related: vec![(job.file, execution.span, format!("runs it in step `{}`", execution.step.title()))],
            });
            break;
        }
    }
    sink.subjects(jobs);
    sink.fact(format!("{}, {failing} run code of outsiders with rights", count(jobs, "job")));
    if behind > 0 {
        sink.fact(format!("not judged: {} behind an environment", count(behind, "job")));
    }
    if outsiders.undecided > 0 {
        let workflows = count(outsiders.undecided, "workflow");
        sink.fact(format!("not judged: {workflows} after runs of which nothing is in the input"));
    }
    if powerless > 0 {
        sink.fact(format!(
            "{} code of outsiders with a token that only reads",
            if powerless == 1 { "1 job runs".to_owned() } else { format!("{powerless} jobs run") }
        ));
    }
}

const FIX: &str = "Run the code of pull requests under `pull_request`, which has no secrets, and leave what needs rights to a second workflow that runs none of it (`workflow_run`, with the result as an artifact). Where it must be one workflow, let somebody approve each run:

    environment: pull-requests   # with required reviewers

and give the job `permissions: {}`.
";
