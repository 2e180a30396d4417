//! What the run proves must leave the run.

pub mod artifact_name_collision;
pub mod upload_lost_on_failure;
