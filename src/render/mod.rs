//! The outputs: each a pure function of the report.

mod json;
#[cfg(not(target_arch = "wasm32"))]
pub mod text;

pub(crate) use json::document;
pub use json::json;
