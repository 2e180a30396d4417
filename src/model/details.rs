//! What is too large for the report and asked for piece by piece: questions about one set of files, and their answers.

use super::CaseStatus;
use serde::{Deserialize, Serialize};

/// Which test cases are wanted, and which window of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CaseQuery {
    /// Statuses that are wanted; all when there is none.
    pub statuses: Vec<CaseStatus>,
    /// Words that must (or, after a `-`, must not) occur in the suite, the class or the name; after `file:` in the path
    /// of the report.
    pub text: String,
    /// In what order.
    pub order: CaseOrder,
    /// Rows of the answer to leave out at the beginning.
    pub from: usize,
    /// Most rows to give.
    pub count: usize,
}

/// The order of test cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CaseOrder {
    /// By report, as they stand there.
    #[default]
    Report,
    /// Those that failed or errored first.
    Worst,
    /// The slowest first; those without a time last.
    Slowest,
    /// By name.
    Name,
}

/// A window of the test cases that a [`CaseQuery`] wants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseRows {
    /// Cases that count.
    pub all: usize,
    /// Those that are wanted.
    pub shown: usize,
    /// Place of the first row among those that are wanted.
    pub from: usize,
    /// Names of the suites that the rows name by their index.
    pub suites: Vec<String>,
    /// Classes, likewise; the empty one among them where a case has none.
    pub classes: Vec<String>,
    /// Paths of the reports, likewise.
    pub files: Vec<String>,
    /// The window.
    pub rows: Vec<CaseRow>,
}

/// A test case in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseRow {
    /// Index into [`CaseRows::suites`].
    pub suite: usize,
    /// Index into [`CaseRows::classes`].
    pub class: usize,
    /// Index into [`CaseRows::files`].
    pub file: usize,
    /// Name.
    pub name: String,
    /// What became of it.
    pub status: CaseStatus,
    /// Its time; absent where the report has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// Line of the case in the report.
    pub line: usize,
    /// First line of the failure; empty where it did not fail.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
}

/// The lines of a source file as the coverage reports see them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CoveredLines {
    /// Path of the file, as [`super::CoveredFile::path`] has it.
    pub path: String,
    /// Instrumented lines with the same number of hits: the first, the last and the hits of each run, ascending. A run
    /// has no other line between.
    pub runs: Vec<(u32, u32, u64)>,
    /// Lines with branches, those taken and those that there are.
    pub branches: Vec<(u32, u32, u64)>,
    /// Lines that the change under judgement adds: the first and the last of each run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<(u32, u32)>,
    /// The path among the files that were given, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}
