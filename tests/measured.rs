//! What the reports of a run come to together: tests with their attempts and copies, coverage of the same files, and the
//! lines of a change.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at what it did not expect")]

#[path = "support/mod.rs"]
mod support;

#[path = "measured/coverage.rs"]
mod coverage;
#[path = "measured/tests.rs"]
mod test_results;

use support::judge;
use tollgate::model::Report;

/// Judges files by a policy without rules.
fn measure(files: &[(&str, &str)]) -> Report {
    let files: Vec<_> = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    judge(&files, "version: 1\nrules:\n  unreadable-file: error\n")
}
