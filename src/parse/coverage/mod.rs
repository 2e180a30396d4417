//! Reads coverage reports: one file a format, and what they have in common, which is lines and branches merged by path
//! and line.
//!
//! The same line can stand in a report many times (inner classes, templates, repeated records): it is one line, hit when
//! one of the entries is, and its branches are those of the entry that knows most of them.

pub mod cobertura;
mod gather;
pub mod lcov;
mod report;

use gather::{Files, hits, merge_lines};
pub use report::{CoverageReport, CoveredSource, Declared, Line, Totals};
