//! One environment for every test run.

pub mod tests_outside_container;
