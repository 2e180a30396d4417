//! Pins, permissions and injection.

mod docker_run;

pub mod unpinned_action;
pub mod unpinned_image;
