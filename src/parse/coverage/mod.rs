//! Reads coverage reports: one file a format, and what they have in common, which is lines and branches merged by path
//! and line.
//!
//! The same line can stand in a report many times (inner classes, templates, repeated records): it is one line, hit when
//! one of the entries is, and its branches are those of the entry that knows most of them.

pub mod clover;
pub mod cobertura;
pub mod code_climate;
pub mod codecov;
pub mod coverage_py;
pub mod coveralls;
pub mod dot_cover;
mod elements;
mod gather;
pub mod gcovr;
pub mod go_cover;
pub mod istanbul;
pub mod istanbul_summary;
pub mod jacoco;
pub mod jacoco_csv;
mod json;
pub mod lcov;
mod lines;
pub mod llvm_cov;
pub mod open_cover;
mod report;
pub mod simple_cov;
pub mod sonar;
pub mod vs_coverage;

pub use lines::{Line, Lines};
pub use report::{CoverageReport, CoveredSource, Declared, Totals};

use crate::model::FileKind;
use crate::parse::Parsed;

/// Reads a coverage report; `None` for kinds of files that are none.
pub fn parse(kind: FileKind, text: &str) -> Option<Parsed<CoverageReport>> {
    let parse: fn(&str) -> Parsed<CoverageReport> = match kind {
        FileKind::Cobertura => cobertura::parse,
        FileKind::Lcov => lcov::parse,
        FileKind::Jacoco => jacoco::parse,
        FileKind::Clover => clover::parse,
        FileKind::OpenCover => open_cover::parse,
        FileKind::SonarCoverage => sonar::parse,
        FileKind::DotCover => dot_cover::parse,
        FileKind::VsCoverage => vs_coverage::parse,
        FileKind::Istanbul => istanbul::parse,
        FileKind::IstanbulSummary => istanbul_summary::parse,
        FileKind::CoveragePy => coverage_py::parse,
        FileKind::GoCover => go_cover::parse,
        FileKind::LlvmCov => llvm_cov::parse,
        FileKind::SimpleCov => simple_cov::parse,
        FileKind::Gcovr => gcovr::parse,
        FileKind::Codecov => codecov::parse,
        FileKind::Coveralls => coveralls::parse,
        FileKind::CodeClimate => code_climate::parse,
        FileKind::JacocoCsv => jacoco_csv::parse,
        _ => return None,
    };
    Some(parse(text))
}
