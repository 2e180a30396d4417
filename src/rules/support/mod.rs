//! What several rules know.

pub mod conditions;
pub mod images;
pub mod inputs;
pub mod matrix;
pub mod proof;
#[cfg(test)]
pub(in crate::rules) mod repair;
pub mod test_commands;
pub mod test_runs;
pub mod uploads;
pub mod words;
