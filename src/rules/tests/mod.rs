//! What the tests said.

mod cases;
pub(in crate::rules) mod durations;
mod reports;

pub mod duplicate_test_case;
pub mod flaky_test;
pub mod inconsistent_test_result;
pub mod lost_exit_code;
pub mod no_tests_ran;
pub mod report_count_mismatch;
pub mod slow_test;
pub mod test_failed;
pub mod test_report_missing;
pub mod test_time_over_budget;
pub mod tests_ignored;
pub mod too_many_skipped;
