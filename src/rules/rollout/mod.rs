//! Feature flags and gradual delivery.

mod flags;

pub mod deploy_without_environment;
pub mod feature_flag_workflow_missing;
pub mod flag_never_read;
pub mod flag_without_default;
pub mod rollout_not_gradual;
