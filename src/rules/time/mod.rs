//! Budgets, declared and measured.

pub mod duplicate_runs;
pub mod job_without_timeout;
pub mod needless_full_history;
pub mod no_cancel_in_progress;
pub mod serial_tests;
pub mod timeout_over_budget;
