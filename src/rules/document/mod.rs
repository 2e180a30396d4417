//! What could not be read, or does not say what it seems to say.

pub mod bad_expression;
pub mod duplicate_key;
pub mod unreadable_file;
