//! Pins, permissions and injection.

pub mod unpinned_action;
pub mod unpinned_image;
