//! Compose projects: the files that a call of compose reads, or that lie ready for one in a folder, as one model.
//!
//! `include`, `extends`, override files, merge keys, `!reset`, `!override` and variables are followed, and every value
//! keeps the place that it comes from. Source: the Compose Specification and, for the order of merging, the behaviour of
//! Docker Compose 2.

mod calls;
mod merged;
mod project;
mod service;
#[cfg(test)]
mod tests;

pub use calls::{Source, Started};
pub use merged::{Found, Merged, Part, Scope, Variables};
pub use project::{Gap, Project};
pub use service::{Build, Dependency, Service};
