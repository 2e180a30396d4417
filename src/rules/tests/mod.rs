//! What the tests said.

pub(in crate::rules) mod durations;
mod reports;

pub mod lost_exit_code;
pub mod no_tests_ran;
pub mod slow_test;
pub mod test_failed;
pub mod test_report_missing;
pub mod test_time_over_budget;
pub mod tests_ignored;
pub mod too_many_skipped;
