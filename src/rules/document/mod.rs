//! What could not be read, or does not say what it seems to say.

pub mod bad_cron;
pub mod bad_event_filter;
pub mod bad_expression;
pub mod concurrency_deadlock;
pub mod condition_always_true;
pub mod deprecated_command;
pub mod duplicate_key;
pub mod duplicate_step_id;
pub mod gh_without_token;
pub mod missing_build_file;
pub mod missing_needs;
pub mod needs_cycle;
pub mod path_filter_matches_nothing;
pub mod retired_action_runtime;
pub mod retired_runner;
pub mod undefined_reference;
pub mod unfinished_script;
pub mod unknown_key;
pub mod unknown_step_id;
pub mod unreadable_file;
pub mod unsound_ternary;

mod reads;
