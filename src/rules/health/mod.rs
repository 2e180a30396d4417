//! Services are ready because they say so.

pub mod depends_on_without_health;
pub mod service_without_healthcheck;
pub mod sleep_as_wait;
mod readiness;
