//! What the run proves must leave the run.

pub mod artifact_name_collision;
pub mod artifact_retention;
pub mod expected_artifact_missing;
pub mod report_trapped_in_container;
pub mod test_report_not_uploaded;
pub mod upload_lost_on_failure;
pub mod upload_tolerates_missing;
