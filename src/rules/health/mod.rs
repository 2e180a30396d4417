//! Services are ready because they say so.

pub mod depends_on_without_health;
pub mod healthcheck_always_passes;
mod readiness;
pub mod service_without_healthcheck;
pub mod sleep_as_wait;
