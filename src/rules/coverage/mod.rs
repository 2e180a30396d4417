//! How much of the code the tests reach.

mod limits;
mod percent;

pub mod coverage_below_threshold;
pub mod coverage_not_enforced;
pub mod coverage_regressed;
pub mod coverage_report_missing;
pub mod coverage_summary_mismatch;
pub mod coverage_threshold_below_policy;
pub mod file_coverage_below_threshold;
pub mod patch_coverage_below_threshold;

pub(crate) use limits::in_force;
