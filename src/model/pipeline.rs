use serde::{Deserialize, Serialize};

/// A workflow in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkflowInfo {
    /// Path.
    pub file: String,
    /// Its `name`, or its path.
    pub name: String,
    /// Ids of its jobs.
    pub jobs: Vec<String>,
    /// Events that start it, in text order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<String>,
    /// What the workflow says of its jobs, in the order of `jobs`. Texts are as written, expressions included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub graph: Vec<JobNode>,
}

/// A job as its workflow writes it. What it does not say is empty and left out; of caches, compose files and artifacts no
/// more than a hundred each are listed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct JobNode {
    /// Its id.
    pub id: String,
    /// Its `name`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Line of its id, from 1.
    pub line: usize,
    /// Ids of the jobs that it waits for; some may not exist.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// Its `if`, without the `${{ }}` around it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub condition: String,
    /// Labels of the runner.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs_on: Vec<String>,
    /// Keys of its matrix.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matrix: Vec<String>,
    /// How often its matrix makes it run; absent without a matrix, or where an expression decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legs: Option<usize>,
    /// Image of its container.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub container: String,
    /// Its service containers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<ServiceNode>,
    /// Paths of the compose files of the input that its steps use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compose: Vec<String>,
    /// Caches that its steps are told to use, each once: what keeps them and what they hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caches: Vec<String>,
    /// Names of the artifacts that it uploads, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uploads: Vec<String>,
    /// Artifacts that it downloads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub downloads: Vec<DownloadNode>,
    /// The reusable workflow that it calls.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub calls: String,
    /// Path of that workflow, where it is in the input.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub calls_file: String,
    /// Name of its deployment environment.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub environment: String,
    /// Its `timeout-minutes`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub timeout_minutes: String,
    /// Number of its steps.
    pub steps: usize,
}

/// A service container of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceNode {
    /// Its name.
    pub name: String,
    /// Its image.
    pub image: String,
    /// Whether it has a health check, of its own or of its image; absent where an expression decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub healthcheck: Option<bool>,
}

/// Artifacts that a step downloads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DownloadNode {
    /// Name or pattern; empty for all artifacts of the run.
    pub name: String,
    /// Ids of the jobs of the workflow that upload one of them, as far as that can be told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<String>,
}
