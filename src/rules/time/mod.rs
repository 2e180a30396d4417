//! Budgets, declared and measured.

pub mod duplicate_runs;
pub mod job_over_budget;
pub mod job_without_timeout;
mod measured;
pub mod needless_full_history;
pub mod no_cancel_in_progress;
pub mod run_over_budget;
pub mod run_record_missing;
pub mod serial_tests;
pub mod step_over_budget;
pub mod timeout_over_budget;
