use serde::{Deserialize, Serialize};

/// Test results over all reports given, counted from the cases.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Tests {
    /// The counts of all suites.
    #[serde(flatten)]
    pub counts: TestCounts,
    /// One entry a suite, in report order.
    pub suites: Vec<SuiteRecord>,
    /// All cases that failed or errored, up to the limit of the display; the counts are never cut.
    pub failures: Vec<CaseRecord>,
    /// The slowest cases, slowest first.
    pub slowest: Vec<CaseRecord>,
}

/// Numbers of test cases by what became of them. `total` is the sum of the other five but `flaky`, which is a part of
/// `passed`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct TestCounts {
    /// All cases.
    pub total: u64,
    /// Passed, at the latest attempt.
    pub passed: u64,
    /// Failed.
    pub failed: u64,
    /// Ended in an error.
    pub errors: u64,
    /// Not run, for whatever reason.
    pub skipped: u64,
    /// Passed after a failed attempt.
    pub flaky: u64,
    /// Sum of the times of the cases; cases without a time add nothing.
    pub seconds: f64,
}

impl std::ops::AddAssign for TestCounts {
    fn add_assign(&mut self, other: Self) {
        self.total += other.total;
        self.passed += other.passed;
        self.failed += other.failed;
        self.errors += other.errors;
        self.skipped += other.skipped;
        self.flaky += other.flaky;
        self.seconds += other.seconds;
    }
}

/// A test suite.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SuiteRecord {
    /// Name, outer suites first, joined by ` > `.
    pub name: String,
    /// Path of the report.
    pub file: String,
    /// The counts of its own cases, without those of inner suites.
    #[serde(flatten)]
    pub counts: TestCounts,
}

/// A test case as shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseRecord {
    /// Name of its suite.
    pub suite: String,
    /// Class, where the report has one.
    pub class: String,
    /// Name.
    pub name: String,
    /// What became of it.
    pub status: CaseStatus,
    /// Its time; absent where the report has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// First line of the failure.
    pub message: String,
    /// The text below the failure, cut at a limit.
    pub trace: String,
    /// Path of the report.
    pub file: String,
    /// Line of the case in the report.
    pub line: usize,
}

/// What became of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CaseStatus {
    /// Passed.
    Passed,
    /// Passed after a failed attempt.
    Flaky,
    /// Not run.
    Skipped,
    /// Failed.
    Failed,
    /// Ended in an error.
    Error,
}
