//! What several rules know.

pub mod builds;
pub mod conditions;
pub mod coverage_flags;
pub mod images;
pub mod inputs;
pub mod installs;
pub mod matrix;
pub mod named_files;
pub mod proof;
pub mod publish;
#[cfg(test)]
pub(in crate::rules) mod repair;
pub mod test_commands;
pub mod test_runs;
pub mod uploads;
pub mod versions;
pub mod words;
