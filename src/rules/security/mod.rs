//! Pins, permissions and injection.

mod checkouts;
mod docker_run;

pub mod environment_file_injection;
pub mod reported_finding;
pub mod script_injection;
pub mod unpinned_action;
pub mod unpinned_image;
pub mod untrusted_checkout;
