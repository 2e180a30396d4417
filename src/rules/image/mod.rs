//! What makes image builds fast and images small.

pub mod cache_busting_copy;
mod layers;
pub mod leftover_package_lists;
pub mod missing_dockerignore;
pub mod unpinned_packages;
