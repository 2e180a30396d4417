//! Every change to CI can be taken back.

mod backups;
mod documents;

pub mod backup_unusable;
pub mod rollback_document_missing;
pub mod rollback_drill_overdue;
pub mod rollback_not_automated;
pub mod rollback_objective;
pub mod rollback_section_missing;
pub mod workflow_without_backup;
