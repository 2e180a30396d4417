//! How much of the code the tests reach.

pub mod coverage_below_threshold;
pub mod coverage_report_missing;
pub mod coverage_threshold_below_policy;
