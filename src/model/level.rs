use serde::{Deserialize, Serialize};
use std::fmt;

/// How much a finding weighs: an error fails the gate, the others do not unless `--fail-on` says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth knowing.
    Info,
    /// Worth changing.
    Warning,
    /// Breaks the policy.
    Error,
}

impl Level {
    /// The word used in policies and reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// What a rule is about; the unit in which a policy sets levels and a report shows outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// One environment for every test run.
    Container,
    /// Work that is not done twice.
    Caching,
    /// Services are ready because they say so.
    Health,
    /// How much of the code the tests reach.
    Coverage,
    /// What the tests said.
    Tests,
    /// What the run proves must leave the run.
    Artifacts,
    /// Budgets, declared and measured.
    Time,
    /// Every change can be taken back.
    Rollback,
    /// Feature flags and gradual delivery.
    Rollout,
    /// Somebody hears of failures.
    Monitoring,
    /// Pins, permissions and injection.
    Security,
    /// What makes builds fast and small.
    Image,
    /// What could not be read.
    Document,
    /// The policy's own checks.
    Custom,
}

impl Family {
    /// All families in the order in which reports show them.
    pub const ALL: [Self; 14] = [
        Self::Container,
        Self::Caching,
        Self::Health,
        Self::Coverage,
        Self::Tests,
        Self::Artifacts,
        Self::Time,
        Self::Rollback,
        Self::Rollout,
        Self::Monitoring,
        Self::Security,
        Self::Image,
        Self::Document,
        Self::Custom,
    ];

    /// The word used in policies and reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Container => "container",
            Self::Caching => "caching",
            Self::Health => "health",
            Self::Coverage => "coverage",
            Self::Tests => "tests",
            Self::Artifacts => "artifacts",
            Self::Time => "time",
            Self::Rollback => "rollback",
            Self::Rollout => "rollout",
            Self::Monitoring => "monitoring",
            Self::Security => "security",
            Self::Image => "image",
            Self::Document => "document",
            Self::Custom => "custom",
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
