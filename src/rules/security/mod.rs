//! Pins, permissions and injection.

pub(super) mod docker_run;
mod named_values;
mod tokens;

pub mod reported_finding;
pub mod secret_in_plain_text;
pub mod unpinned_action;
pub mod unpinned_image;
