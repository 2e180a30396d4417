//! What several rules know.

pub mod builds;
pub mod conditions;
pub mod coverage_flags;
pub mod coverage_runs;
pub mod deploys;
pub mod filter_pattern;
pub mod images;
pub mod inputs;
pub mod installs;
pub mod matrix;
pub mod named_files;
pub mod outsiders;
pub mod params;
pub mod proof;
pub mod publish;
#[cfg(test)]
pub(in crate::rules) mod repair;
pub mod retired;
pub mod runners;
pub mod test_commands;
pub mod test_runs;
pub(in crate::rules) mod tree;
pub mod uploads;
pub mod versions;
pub mod words;
