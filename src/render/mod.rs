//! The outputs: each a pure function of the report.

mod csv;
#[cfg(not(target_arch = "wasm32"))]
mod fleet;
mod github;
#[cfg(not(target_arch = "wasm32"))]
mod html;
mod json;
mod junit;
mod markdown;
mod sarif;
#[cfg(not(target_arch = "wasm32"))]
pub mod text;
mod words;
mod worst;

pub use csv::{TABLES, csv};
#[cfg(not(target_arch = "wasm32"))]
pub use fleet::{fleet, fleet_pages};
pub use github::github;
#[cfg(not(target_arch = "wasm32"))]
pub use html::html;
pub(crate) use json::document;
pub use json::json;
pub use junit::junit;
pub use markdown::{Room, markdown};
pub use sarif::sarif;
pub(crate) use words::first_sentence;

use crate::model::Level;

/// What is known of a rule beside what a report says of it.
#[derive(Debug, Clone, Copy)]
pub struct RuleText<'t> {
    /// Its level where no policy says one.
    pub level: Level,
    /// Its documentation in Markdown, as [`crate::rules::Meta::docs`].
    pub docs: &'t str,
}
