//! Budgets, declared and measured.

pub mod job_without_timeout;
pub mod timeout_over_budget;
