//! Pins, permissions and injection.

mod built_images;
pub(super) mod docker_run;
mod named_values;
mod tokens;

pub mod image_runs_as_root;
pub mod piped_installer;
pub mod privileged_container;
pub mod reported_finding;
pub mod secret_in_plain_text;
pub mod unapproved_action;
pub mod unapproved_base_image;
pub mod unpinned_action;
pub mod unpinned_image;
