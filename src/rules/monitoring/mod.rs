//! Somebody hears of failures.

pub mod failure_not_alerted;
pub mod schedule_missing;
pub mod update_bot_missing;
