//! The command line: the only native part that touches files.

pub mod walk;
