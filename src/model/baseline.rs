use super::{Coverage, Finding, RunInfo, Tests};
use serde::{Deserialize, Serialize};

/// What of an earlier report is compared with: [`crate::model::Report`] with everything left out that is not.
#[derive(Debug, Clone, Deserialize)]
pub struct Baseline {
    /// Its file, or what it is called.
    #[serde(skip)]
    pub file: String,
    /// Name and version of its schema.
    pub schema: String,
    /// Its findings.
    pub findings: Vec<Finding>,
    /// Its test results.
    #[serde(default)]
    pub tests: Option<Tests>,
    /// Its coverage.
    #[serde(default)]
    pub coverage: Option<Coverage>,
    /// Its runs.
    #[serde(default)]
    pub runs: Vec<RunInfo>,
}

/// The baseline of a report, and what it has that the report has not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaselineInfo {
    /// Its file, or what it is called.
    pub file: String,
    /// Places with a finding in it, without those that were waived.
    pub places: usize,
    /// Findings with places that are wrong no more, in the order of the baseline.
    pub gone: Vec<GoneFinding>,
}

/// A finding of the baseline, some of whose places or all are wrong no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoneFinding {
    /// Id of the rule.
    pub rule: String,
    /// What it said.
    pub message: String,
    /// Path of the file.
    pub file: String,
    /// Structural address of its first place; empty where the document has none.
    pub path: String,
    /// Places that are wrong no more.
    pub places: usize,
    /// Those that it had.
    pub of: usize,
}
