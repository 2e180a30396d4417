//! The outputs: each a pure function of the report.

#[cfg(not(target_arch = "wasm32"))]
mod html;
mod json;
#[cfg(not(target_arch = "wasm32"))]
pub mod text;

#[cfg(not(target_arch = "wasm32"))]
pub use html::html;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use json::document;
pub use json::json;
