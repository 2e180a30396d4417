//! Budgets, declared and measured.

pub mod job_without_timeout;
pub mod run_slower_than_baseline;
pub mod timeout_over_budget;
