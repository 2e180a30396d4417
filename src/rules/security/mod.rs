//! Pins, permissions and injection.

pub(super) mod docker_run;

pub mod unpinned_action;
pub mod unpinned_image;
