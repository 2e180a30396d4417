//! What the tests said.

pub mod no_tests_ran;
mod reports;
pub mod test_failed;
pub mod test_report_missing;
pub mod tests_disappeared;
pub mod tests_ignored;
