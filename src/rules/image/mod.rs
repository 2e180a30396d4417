//! What makes image builds fast and images small.

pub mod cache_busting_copy;
mod layers;
pub mod missing_dockerignore;
