//! What several rules know.

pub mod builds;
pub mod conditions;
pub mod images;
pub mod installs;
pub mod proof;
pub mod publish;
pub mod test_commands;
pub mod test_runs;
pub mod versions;
pub mod words;
