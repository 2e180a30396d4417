//! What the run proves must leave the run.

pub mod upload_lost_on_failure;
