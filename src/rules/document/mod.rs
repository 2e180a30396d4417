//! What could not be read, or does not say what it seems to say.

pub mod bad_expression;
pub mod bad_waiver;
pub mod duplicate_key;
pub mod duplicate_step_id;
pub mod expired_waiver;
pub mod missing_needs;
pub mod needs_cycle;
pub mod overlong_waiver;
pub mod undefined_reference;
pub mod unknown_key;
pub mod unknown_step_id;
pub mod unreadable_file;
pub mod unused_waiver;

mod reads;
