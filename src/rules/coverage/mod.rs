//! How much of the code the tests reach.

mod percent;

pub mod coverage_below_threshold;
pub mod coverage_not_enforced;
pub mod coverage_report_missing;
pub mod coverage_summary_mismatch;
pub mod coverage_threshold_below_policy;
pub mod file_coverage_below_threshold;
pub mod patch_coverage_below_threshold;
