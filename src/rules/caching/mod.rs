//! Work that is not done twice.

pub mod uncached_image_build;
