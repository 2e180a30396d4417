//! One environment for every test run.

pub mod inconsistent_test_environment;
pub mod tests_outside_container;
