//! What CI runs measured about themselves: jobs and steps with their times, and builds of images.
//!
//! One file a format. Times are points in time as written; what follows from them (durations, queues, critical paths) is
//! worked out over all files together, in `evidence::runs`.

pub mod buildkit;
pub mod github;
mod json;
mod time;

pub use time::Timestamp;

use crate::model::Span;

/// What one file tells of runs and builds.
#[derive(Debug, Clone, Default)]
pub struct RunReport {
    /// The program that wrote it.
    pub producer: &'static str,
    /// Runs, in text order of their first appearance.
    pub runs: Vec<RunRecord>,
    /// Image builds, in text order.
    pub builds: Vec<BuildRecord>,
}

impl RunReport {
    /// Whether it tells of no run, and of no build when it was, as `--metadata-file` does unless asked for more.
    pub fn lacks_times(&self) -> bool {
        let timed = |build: &BuildRecord| build.started.is_some() || build.completed.is_some();
        self.runs.is_empty() && !self.builds.iter().any(timed)
    }
}

/// A run of a workflow, as far as one file tells of it.
#[derive(Debug, Clone, Default)]
pub struct RunRecord {
    /// Where it stands; of several pages, the first job.
    pub span: Span,
    /// Name of the workflow; empty where the file does not tell.
    pub workflow: Box<str>,
    /// Id of the run.
    pub id: Option<u64>,
    /// Number of the latest attempt that the file tells of, from 1.
    pub attempt: Option<u64>,
    /// `completed`, `in_progress`, …; empty where the file does not tell.
    pub status: Box<str>,
    /// `success`, `failure`, `cancelled`, …; empty where the file does not tell or the run goes on.
    pub conclusion: Box<str>,
    /// When it was asked for, at its first attempt.
    pub created: Option<Timestamp>,
    /// When its latest attempt began.
    pub started: Option<Timestamp>,
    /// When it was last changed: for a run that is over, about its end.
    pub updated: Option<Timestamp>,
    /// Its jobs, in text order.
    pub jobs: Vec<JobRun>,
    /// How many jobs the file says that the run has.
    pub declared_jobs: Option<u64>,
    /// Whether the text was read to its end, so that no job can be missing behind a flaw.
    pub whole: bool,
}

/// A job of a run.
#[derive(Debug, Clone, Default)]
pub struct JobRun {
    /// Where it stands.
    pub span: Span,
    /// Name as shown: with its matrix in parentheses, and after the name of the caller in a reusable workflow.
    pub name: Box<str>,
    /// Id of the job.
    pub id: Option<u64>,
    /// Id of its run.
    pub run_id: Option<u64>,
    /// Number of the attempt, from 1.
    pub attempt: Option<u64>,
    /// Name of the workflow; empty where the file does not tell.
    pub workflow: Box<str>,
    /// `completed`, `in_progress`, `queued`, `waiting`, …
    pub status: Box<str>,
    /// `success`, `failure`, `cancelled`, `skipped`, …; empty for a job that is not over.
    pub conclusion: Box<str>,
    /// When it began to wait for a runner.
    pub created: Option<Timestamp>,
    /// When a runner began it.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub completed: Option<Timestamp>,
    /// Labels that it asked of a runner.
    pub labels: Vec<Box<str>>,
    /// Name of the runner; empty where there was none.
    pub runner: Box<str>,
    /// Its steps, in text order.
    pub steps: Vec<StepRun>,
}

/// A step of a job.
#[derive(Debug, Clone, Default)]
pub struct StepRun {
    /// Where it stands.
    pub span: Span,
    /// Name as shown.
    pub name: Box<str>,
    /// Its number in the job, from 1; numbers may be left out.
    pub number: Option<u64>,
    /// `completed`, `in_progress`, `queued`, `pending`, …
    pub status: Box<str>,
    /// `success`, `failure`, `cancelled`, `skipped`, …; empty for a step that is not over.
    pub conclusion: Box<str>,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub completed: Option<Timestamp>,
}

impl JobRun {
    /// Milliseconds from start to end. A job that was skipped took none, and what it says about times is not looked at.
    pub fn milliseconds(&self) -> Option<u64> {
        duration(&self.conclusion, self.started, self.completed)
    }

    /// Milliseconds that it waited for a runner. Unknown for a job that was taken over from an earlier attempt, which
    /// was created after it had started.
    pub fn queued(&self) -> Option<u64> {
        self.started.filter(|_| &*self.conclusion != SKIPPED)?.since(self.created?)
    }

    /// Whether a re-run of other jobs took over its result: it was over before it was created.
    pub fn is_taken_over(&self) -> bool {
        matches!((self.created, self.completed), (Some(created), Some(completed)) if created > completed)
            && &*self.conclusion != SKIPPED
    }
}

impl StepRun {
    /// Milliseconds from start to end.
    pub fn milliseconds(&self) -> Option<u64> {
        duration(&self.conclusion, self.started, self.completed)
    }
}

/// The conclusion of what did not run.
pub const SKIPPED: &str = "skipped";

fn duration(conclusion: &str, started: Option<Timestamp>, completed: Option<Timestamp>) -> Option<u64> {
    if conclusion == SKIPPED { None } else { completed?.since(started?) }
}

/// A build of an image.
#[derive(Debug, Clone, Default)]
pub struct BuildRecord {
    /// Where it stands.
    pub span: Span,
    /// Target of a bake file; empty for a plain build.
    pub target: Box<str>,
    /// Reference of the build in the builder's history; empty where the file does not tell.
    pub reference: Box<str>,
    /// Digest of the image; empty where there is none.
    pub digest: Box<str>,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub completed: Option<Timestamp>,
    /// Steps of the build that began, in order of their first appearance; metadata has none.
    pub vertices: Vec<Vertex>,
}

/// A step of an image build.
#[derive(Debug, Clone, Default)]
pub struct Vertex {
    /// Where it first stands.
    pub span: Span,
    /// Name as shown (`[build 2/4] RUN make`).
    pub name: Box<str>,
    /// When it first began.
    pub started: Option<Timestamp>,
    /// When it last ended.
    pub completed: Option<Timestamp>,
    /// Whether its result came from the cache.
    pub cached: bool,
    /// What made it fail; empty where it did not.
    pub error: Box<str>,
}

impl BuildRecord {
    /// Milliseconds from start to end.
    pub fn milliseconds(&self) -> Option<u64> {
        self.completed?.since(self.started?)
    }
}
