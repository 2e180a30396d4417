//! Work that is not done twice.

pub mod cache_key_without_hash;
pub mod uncached_dependencies;
pub mod uncached_image_build;
