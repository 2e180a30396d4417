//! What several rules know.

pub mod conditions;
pub mod coverage_flags;
pub mod images;
pub mod named_files;
pub mod outsiders;
pub mod proof;
pub mod test_commands;
pub mod test_runs;
pub mod words;
