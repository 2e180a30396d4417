//! What several rules know.

pub mod builds;
pub mod conditions;
pub mod coverage_flags;
pub mod images;
pub mod installs;
pub mod named_files;
pub mod proof;
pub mod publish;
pub mod test_commands;
pub mod test_runs;
pub mod versions;
pub mod words;
