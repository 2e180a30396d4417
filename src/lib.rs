//! Tollgate: does this pipeline do what its policy says, and what proves it?
//!
//! One way through: `input` → `parse` → `evidence` → `rules` × `policy` → `report` → `render` / `ui`. Nothing on the
//! right is imported by anything on its left, and everything but `cli` and `web` is pure: no clock, no files, no
//! network, no printing.

#[cfg(not(target_arch = "wasm32"))]
pub mod cli;
pub mod compare;
pub mod engine;
pub mod evidence;
pub mod fix;
#[cfg(not(target_arch = "wasm32"))]
pub mod fleet;
pub mod input;
pub mod merge;
pub mod model;
pub mod parse;
pub mod policy;
pub mod render;
pub mod rules;
pub mod session;
mod threads;
#[cfg(any(not(target_arch = "wasm32"), feature = "page", feature = "views"))]
pub mod ui;
#[cfg(target_arch = "wasm32")]
pub mod web;
