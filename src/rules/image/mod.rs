//! What makes image builds fast and images small.

pub mod cache_busting_copy;
pub mod image_without_healthcheck;
pub(super) mod layers;
pub mod leftover_package_lists;
pub mod missing_dockerignore;
pub mod single_platform_image;
pub mod unpinned_packages;
