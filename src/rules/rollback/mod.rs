//! Every change to CI can be taken back.

mod backups;
mod documents;

pub mod backup_unusable;
pub mod rollback_document_missing;
pub mod rollback_objective;
pub mod workflow_without_backup;
