//! How cases are named in messages and in policies.

use crate::evidence::{CaseRef, Evidence, File};
use crate::model::{CaseStatus, Span};
use crate::parse::test_results::{Case, Suite};
use crate::rules::support::params::fits;

/// Whether one of the patterns fits a case, by its name or by class and name with a blank between.
pub(super) fn is_allowed(case: &Case<'_>, patterns: &[String]) -> bool {
    let full = format!("{} {}", case.class, case.name);
    patterns.iter().any(|pattern| fits(pattern, &case.name) || fits(pattern, &full))
}

/// Class, or else suite, and name.
pub(super) fn name_of(suite: &Suite<'_>, case: &Case) -> String {
    let class = if case.class.is_empty() { &suite.name } else { &case.class };
    match (class.is_empty(), case.name.is_empty()) {
        (true, _) => case.name.to_string(),
        (false, true) => class.to_string(),
        (false, false) => format!("{class} {}", case.name),
    }
}

/// A result of a test that has several.
pub(super) struct Met<'e> {
    pub(super) file: &'e File<'e>,
    pub(super) suite: &'e Suite<'e>,
    pub(super) case: &'e Case<'e>,
}

impl Met<'_> {
    pub(super) fn span(&self) -> Span {
        self.case.span
    }

    /// What it did: "failed", "passed", …
    pub(super) const fn verb(&self) -> &'static str {
        match self.case.status {
            CaseStatus::Passed => "passed",
            CaseStatus::Flaky => "passed in the end",
            CaseStatus::Skipped => "was skipped",
            CaseStatus::Failed => "failed",
            CaseStatus::Error => "ended in an error",
        }
    }
}

/// The cases of a list, in its order.
pub(super) fn met<'e>(evidence: &'e Evidence<'e>, cases: &[CaseRef]) -> Vec<Met<'e>> {
    let one = |at: &CaseRef| {
        let (report, suite, case) = evidence.case(*at)?;
        Some(Met { file: report.file, suite, case })
    };
    cases.iter().filter_map(one).collect()
}
