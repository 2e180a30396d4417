//! Pins, permissions and injection.

mod built_images;
mod checkouts;
pub(super) mod docker_run;
mod named_values;
mod tokens;

pub mod broad_permissions;
pub mod environment_file_injection;
pub mod image_runs_as_root;
pub mod inherited_secrets;
pub mod persisted_credentials;
pub mod piped_installer;
pub mod privileged_container;
pub mod reported_finding;
pub mod script_injection;
pub mod secret_in_plain_text;
pub mod self_hosted_on_pull_request;
pub mod unapproved_action;
pub mod unapproved_base_image;
pub mod unpinned_action;
pub mod unpinned_image;
pub mod untrusted_checkout;
pub mod wide_secret_scope;
