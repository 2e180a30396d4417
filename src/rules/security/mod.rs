//! Pins, permissions and injection.

mod checkouts;
pub(super) mod docker_run;

pub mod broad_permissions;
pub mod environment_file_injection;
pub mod inherited_secrets;
pub mod persisted_credentials;
pub mod reported_finding;
pub mod script_injection;
pub mod self_hosted_on_pull_request;
pub mod unpinned_action;
pub mod unpinned_image;
pub mod untrusted_checkout;
pub mod wide_secret_scope;
