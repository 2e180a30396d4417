use serde::{Deserialize, Serialize};

/// A run of a workflow, over all records that tell of it. Times are in seconds, to the millisecond.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunInfo {
    /// Path of the first record.
    pub file: String,
    /// Name of the workflow; empty where no record tells.
    pub workflow: String,
    /// Path of that workflow; absent where it is not in the input, or two have its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_file: Option<String>,
    /// Id of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
    /// The latest attempt, from 1; times are those of this attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u64>,
    /// `success`, `failure`, `cancelled`, …; absent where it cannot be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conclusion: Option<String>,
    /// Whether the run is over and all of its jobs are known. Otherwise `seconds` is what it took at least.
    pub complete: bool,
    /// When the first job started, in UTC; of a run without jobs, its own start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<String>,
    /// From the first start of a job to the last end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// From the beginning of the attempt to the first start of a job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue_seconds: Option<f64>,
    /// The latest attempt of each job.
    pub jobs: Vec<JobInfo>,
    /// Names of the jobs whose times add up to the run's, the first to start first.
    pub critical_path: Vec<String>,
    /// What the path was found by.
    pub critical_path_by: PathBy,
    /// What a reader should know about the numbers.
    pub notes: Vec<String>,
}

/// What a critical path was found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PathBy {
    /// Along `needs` of the workflow: before each job the needed one that ended last.
    Needs,
    /// By times alone, for want of the workflow: before each job the one that ended last before it started.
    Times,
}

/// A job of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobInfo {
    /// Name as GitHub shows it.
    pub name: String,
    /// Its id in the workflow; absent where the workflow is not in the input or the name fits several jobs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `success`, `failure`, `skipped`, …; absent for a job that is not over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conclusion: Option<String>,
    /// From start to end; absent where one of them is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// How long it waited for a runner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue_seconds: Option<f64>,
    /// Attempts of it before the one that is told.
    pub earlier_attempts: usize,
    /// Its steps.
    pub steps: Vec<StepInfo>,
    /// Path of the record.
    pub file: String,
    /// Line of the job in the record.
    pub line: usize,
}

/// A step of a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepInfo {
    /// Name as GitHub shows it.
    pub name: String,
    /// `success`, `failure`, `skipped`, …; absent for a step that is not over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conclusion: Option<String>,
    /// From start to end; absent where one of them is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// Line of the step in the record.
    pub line: usize,
}

/// A build of an image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BuildInfo {
    /// Path of the record.
    pub file: String,
    /// Target of a bake file; empty for a plain build.
    pub target: String,
    /// Digest of the image; empty where the record has none.
    pub digest: String,
    /// When it began, in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<String>,
    /// From the first start to the last end; absent where the record has no times or the build was not over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// Steps of the build that ran or came from the cache; 0 where the record has none.
    pub steps: usize,
    /// Steps among them whose result came from the cache.
    pub cached: usize,
    /// Steps among them that failed.
    pub failed: usize,
}
