//! Test results: what a report of any format comes to, and one file a format that reads it.
//!
//! What counts here are the cases; what a report declares about itself is only kept beside.

mod gather;
pub(in crate::parse) mod json;
mod time;
mod walk;

pub mod ctrf;
pub mod go_test;
pub mod jest;
pub mod junit;
pub mod nunit;
pub mod testng;
pub mod trx;
pub mod xunit;

pub use crate::model::DeclaredCounts;
use crate::model::{CaseStatus, Span, TestCounts};
use std::borrow::Cow;
use std::sync::Arc;

/// A test report. Texts that it quotes as they are written are borrowed from its file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TestReport<'t> {
    /// The program that wrote it, where its structure tells; otherwise empty.
    pub producer: String,
    /// In report order; an outer suite stands before its inner ones.
    pub suites: Vec<Suite<'t>>,
    /// What the root element declares, or what the outermost suites declare together.
    pub declared: Option<DeclaredCounts>,
    /// Times that were left out, because they are no numbers, negative, or longer than a day (a unit other than
    /// seconds).
    pub doubtful_times: u64,
    /// The element of the first of them.
    pub first_doubtful_time: Option<Span>,
}

/// A test suite.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Suite<'t> {
    /// Names of the outer suites and its own, joined by ` > `.
    pub name: Arc<str>,
    /// Path of the source file, where the report has one.
    pub file: Option<String>,
    /// When it began, as written.
    pub timestamp: Option<String>,
    /// What its attributes declare.
    pub declared: Option<DeclaredCounts>,
    /// Its own time: wall clock, mostly, and not the sum over the cases.
    pub seconds: Option<f64>,
    /// Its start tag.
    pub span: Span,
    /// Stands inside another suite.
    pub nested: bool,
    /// Its own cases, without those of inner suites.
    pub cases: Vec<Case<'t>>,
    /// Failures and errors of the suite itself: no case failed, and yet it is not green.
    pub errors_outside_cases: Vec<SuiteError>,
}

/// A failure or an error that belongs to no case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuiteError {
    /// [`CaseStatus::Failed`] or [`CaseStatus::Error`].
    pub status: CaseStatus,
    /// What it says, at most [`MAX_MESSAGE`] bytes.
    pub message: String,
    /// The text below it, at most [`MAX_TRACE`] bytes.
    pub trace: String,
    /// Its start tag.
    pub span: Span,
}

/// A test case.
#[derive(Debug, Clone, PartialEq)]
pub struct Case<'t> {
    /// Class, empty where the report has none.
    pub class: Arc<str>,
    /// Name, empty where the report has none.
    pub name: Cow<'t, str>,
    /// Path of the source file, where the report has one.
    pub file: Option<Arc<str>>,
    /// Line in that file, from 1.
    pub line: Option<u32>,
    /// Its time; absent where the report has none or a doubtful one.
    pub seconds: Option<f64>,
    /// What became of it.
    pub status: CaseStatus,
    /// Why it counts as skipped; present for [`CaseStatus::Skipped`] only.
    pub skip: Option<Skip>,
    /// Runs of it that the report tells of.
    pub attempts: u32,
    /// What the failure says; absent for a case that did not fail or says nothing.
    pub said: Option<Box<Said<'t>>>,
    /// Where the report speaks of it first.
    pub span: Span,
}

/// What a failure says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said<'t> {
    /// In short, at most [`MAX_MESSAGE`] bytes.
    pub message: Cow<'t, str>,
    /// The text below it, at most [`MAX_TRACE`] bytes.
    pub trace: Cow<'t, str>,
}

/// Why a case counts as skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skip {
    /// It did not run, for whatever reason.
    NotRun,
    /// Switched off in the source, or to be run on demand only.
    Disabled,
    /// It ran, and failed as its author expected or allowed.
    ExpectedFailure,
    /// It ran and came to no verdict, or to one that its format does not know.
    Inconclusive,
}

/// Bytes of a message that are kept, without the mark of the cut.
pub const MAX_MESSAGE: usize = 1024;
/// Bytes of a trace that are kept, without the mark of the cut.
pub const MAX_TRACE: usize = 8 * 1024;

impl<'t> TestReport<'t> {
    /// Counts the cases of all suites.
    pub fn counts(&self) -> TestCounts {
        let mut counts = TestCounts::default();
        for suite in &self.suites {
            counts += suite.counts();
        }
        counts
    }

    /// All cases with their suites.
    pub fn cases(&self) -> impl Iterator<Item = (&Suite<'t>, &Case<'t>)> {
        self.suites.iter().flat_map(|suite| suite.cases.iter().map(move |case| (suite, case)))
    }

    /// Failures and errors that belong to no case, with their suites.
    pub fn errors_outside_cases(&self) -> impl Iterator<Item = (&Suite<'t>, &SuiteError)> {
        self.suites.iter().flat_map(|suite| suite.errors_outside_cases.iter().map(move |error| (suite, error)))
    }
}

impl Suite<'_> {
    /// Counts its own cases, without those of inner suites.
    pub fn counts(&self) -> TestCounts {
        let mut counts = TestCounts::default();
        for case in &self.cases {
            case.count_in(&mut counts);
        }
        counts
    }
}

impl Case<'_> {
    /// Adds itself to counts.
    pub fn count_in(&self, counts: &mut TestCounts) {
        counts.total += 1;
        counts.seconds += self.seconds.unwrap_or(0.0);
        match self.status {
            CaseStatus::Passed => counts.passed += 1,
            CaseStatus::Flaky => {
                counts.passed += 1;
                counts.flaky += 1;
            }
            CaseStatus::Skipped => {
                counts.skipped += 1;
                match self.skip {
                    Some(Skip::ExpectedFailure) => counts.expected_failures += 1,
                    Some(Skip::Disabled) => counts.disabled += 1,
                    Some(Skip::Inconclusive) => counts.unknown += 1,
                    Some(Skip::NotRun) | None => {}
                }
            }
            CaseStatus::Failed => counts.failed += 1,
            CaseStatus::Error => counts.errors += 1,
        }
    }

    /// What the failure says in short; empty for a case that did not fail.
    pub fn message(&self) -> &str {
        self.said.as_ref().map_or("", |said| &said.message)
    }

    /// The text below the failure; empty for a case that did not fail.
    pub fn trace(&self) -> &str {
        self.said.as_ref().map_or("", |said| &said.trace)
    }

    /// Whether it failed or ended in an error.
    pub const fn is_bad(&self) -> bool {
        matches!(self.status, CaseStatus::Failed | CaseStatus::Error)
    }

    /// Whether it passed in the end.
    pub const fn is_good(&self) -> bool {
        matches!(self.status, CaseStatus::Passed | CaseStatus::Flaky)
    }

    /// Whether it was executed, whatever came of it.
    pub fn ran(&self) -> bool {
        self.status != CaseStatus::Skipped || matches!(self.skip, Some(Skip::ExpectedFailure | Skip::Inconclusive))
    }

    /// Class, name and file: what makes two cases of one suite the same test. The same test twice is a retry when the
    /// outcomes differ, and otherwise a repetition with other parameters, or a report that was joined twice.
    pub fn identity(&self) -> (&str, &str, &str) {
        (&self.class, &self.name, self.file.as_deref().unwrap_or(""))
    }
}

#[cfg(test)]
mod tests;
