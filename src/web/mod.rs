//! The browser: a page that shows reports, and a checker that makes them in a worker.
//!
//! The two are built from this library as two wasm files, so that the page is there while the checker is still on its
//! way, and neither carries the other's code. The feature `page` chooses between them.

mod message;
#[cfg(feature = "page")]
pub mod page;
#[cfg(not(feature = "page"))]
pub mod worker;
