//! The outputs: each a pure function of the report.

mod json;

pub use json::json;
