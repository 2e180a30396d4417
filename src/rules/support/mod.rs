//! What several rules know.

pub mod conditions;
pub mod coverage_flags;
pub mod filter_pattern;
pub mod images;
pub mod named_files;
pub mod proof;
pub mod retired;
pub mod runners;
pub mod test_commands;
pub mod test_runs;
pub mod words;
