//! The browser: a page that shows reports, and a checker that makes them in a worker.
//!
//! They are built from this library as three wasm files, so that none waits for what is not needed yet, and none carries
//! the others' code: the page itself, with the views that a verdict is read from (feature `page`); the views that come
//! later (feature `views`); and the checker (neither).

#[cfg(any(feature = "page", feature = "views"))]
mod browser;
mod message;
#[cfg(feature = "page")]
pub mod page;
#[cfg(feature = "views")]
pub mod views;
#[cfg(not(any(feature = "page", feature = "views")))]
pub mod worker;
