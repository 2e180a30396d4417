//! Pins, permissions and injection.

pub(super) mod docker_run;

pub mod reported_finding;
pub mod unpinned_action;
pub mod unpinned_image;
