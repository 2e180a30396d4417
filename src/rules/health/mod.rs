//! Services are ready because they say so.

pub mod compose_up_without_wait;
pub mod depends_on_without_health;
pub mod healthcheck_always_passes;
pub mod healthcheck_too_slow;
pub(super) mod readiness;
pub mod service_without_healthcheck;
pub mod sleep_as_wait;
pub mod unbounded_wait;
