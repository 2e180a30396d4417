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
    /// One entry a report, by path: what it holds beside what it declares.
    #[serde(default)]
    pub reports: Vec<TestReportRecord>,
    /// Different tests among the counted cases: the same one in several environments, or several times in a report, is
    /// one here.
    #[serde(default)]
    pub distinct: u64,
    /// Cases that are not counted because a later attempt took their place.
    #[serde(default)]
    pub superseded: u64,
    /// Tests with several results in one run, up to the limit of the display.
    #[serde(default)]
    pub unstable: Vec<RepeatRecord>,
    /// Tests that one report has more than once, up to the limit of the display. Each of the cases is counted.
    #[serde(default)]
    pub duplicates: Vec<RepeatRecord>,
    /// Tests that passed in one environment and failed in another, up to the limit of the display.
    #[serde(default)]
    pub inconsistent: Vec<RepeatRecord>,
    /// How long the counted cases took, from the shortest; empty where no report has times, and where
    /// reports about several runs of tests were merged.
    #[serde(default)]
    pub times: Vec<TimeBucket>,
}

/// Cases that took about equally long.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TimeBucket {
    /// All of them took less than so many seconds, and not less than those of the bucket before; absent in the last one,
    /// which has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// How many.
    pub cases: u64,
    /// Sum of their times in seconds.
    pub seconds: f64,
}

/// Numbers of test cases by what became of them. `total` is the sum of `passed`, `failed`, `errors` and `skipped`; the
/// others are parts of these.
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
    /// Without a verdict, for whatever reason; the next three are parts of it.
    pub skipped: u64,
    /// Ran, and failed as their authors expected or allowed.
    #[serde(default)]
    pub expected_failures: u64,
    /// Switched off in the source, or to be run on demand only.
    #[serde(default)]
    pub disabled: u64,
    /// Ran and came to no verdict, or to one that the format does not know.
    #[serde(default)]
    pub unknown: u64,
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
        self.expected_failures += other.expected_failures;
        self.disabled += other.disabled;
        self.unknown += other.unknown;
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

/// A test report, with its counted and its declared numbers side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestReportRecord {
    /// Path.
    pub file: String,
    /// Which attempt of its run it is, from 1.
    pub attempt: u32,
    /// All its cases, also those that a later attempt replaces.
    pub counted: TestCounts,
    /// What it says about itself; absent where it says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<DeclaredCounts>,
}

/// Counts that a report declares about itself; absent where it does not. Formats that do not tell failures from errors
/// declare no errors, and both as failures.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct DeclaredCounts {
    /// Tests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tests: Option<u64>,
    /// Failures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failures: Option<u64>,
    /// Errors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub errors: Option<u64>,
    /// Skipped tests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<u64>,
    /// Time in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
}

/// One test that was met several times.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RepeatRecord {
    /// Name of its suite.
    pub suite: String,
    /// Class, where the report has one.
    pub class: String,
    /// Name.
    pub name: String,
    /// How often it was met.
    pub times: usize,
    /// The results, in the order of the reports, up to a limit.
    pub results: Vec<ResultRecord>,
}

/// One result of a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultRecord {
    /// What became of it.
    pub status: CaseStatus,
    /// Path of the report.
    pub file: String,
    /// Line of the case in the report.
    pub line: usize,
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
