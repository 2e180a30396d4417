use super::Verdict;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a merged report was made of: as much of each report as it takes to merge the result again, in any order and any
/// number of times, and count nothing twice.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Merged {
    /// The reports, by id.
    pub reports: Vec<MergedReport>,
    /// What they looked at, by rule.
    pub looks: BTreeMap<String, Vec<Look>>,
    /// Their different tests.
    pub tests: Vec<MergedTests>,
}

/// One of the reports.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MergedReport {
    /// Sixteen hex digits over its content.
    pub id: String,
    /// Name of its policy.
    pub policy: String,
    /// Its own answer.
    pub verdict: Verdict,
    /// Sixteen hex digits over the coverage reports that it read; empty where it has no coverage.
    pub coverage: String,
}

/// What one report, or several that looked at the same, say of a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Look {
    /// Sixteen hex digits over what was looked at and what was said; equal for two looks at the same.
    pub id: String,
    /// Things looked at.
    pub subjects: usize,
    /// Things among them that do not hold.
    pub failing: usize,
}

/// The different tests of one report.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MergedTests {
    /// Sixteen hex digits over the test reports that it read.
    pub id: String,
    /// How many.
    pub distinct: u64,
    /// Sixteen hex digits over the name of each suite: tests of suites with different names are different tests.
    pub suites: Vec<String>,
}
