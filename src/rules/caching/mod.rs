//! Work that is not done twice.

pub mod cache_in_release;
pub mod cache_key_without_hash;
pub mod cache_mode_min;
pub mod cache_scope_collision;
pub mod cache_without_buildx;
pub mod uncached_dependencies;
pub mod uncached_image_build;
