//! What is too large for the report, kept for questions about it: the test cases and the lines of covered files.

mod cases;
mod covered;

pub use cases::CaseTable;
pub use covered::CoveredTable;
