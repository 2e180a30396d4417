//! Reads `JUnit` XML in all its dialects. There is no specification.
//!
//! A case is as bad as the worst of its children, in whatever order they stand. `flakyFailure` and `flakyError` are
//! failed attempts of a case that passed in the end, `rerunFailure` and `rerunError` those of one that never did.
//!
//! Where a case has a `status` or `result` attribute, that comes before the children: `disabled`, `notrun`, `skipped`,
//! `ignored` and `suppressed` say that the case was switched off, so that a failure below it was noted but does not
//! count. The same test in two `testcase` elements (a rerun, a failing test whose teardown fails too) stays two cases,
//! as all readers count them; [`super::Case::identity`] tells that they are one test.

mod read;

use super::TestReport;
use crate::parse::Parsed;

/// Reads a report. There is a document when the root is `testsuites`, `testsuite` or a wrapper around them, whatever
/// follows.
pub fn parse(text: &str) -> Parsed<TestReport<'_>> {
    read::read(text)
}

#[cfg(test)]
mod tests;
