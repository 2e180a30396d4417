use super::{Family, Level, PolicyPlace};
use serde::{Deserialize, Serialize};

/// A policy as it is shown: its text, and what is in force after all that it extends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyInForce {
    /// What reports call it.
    pub name: String,
    /// Its own text, without that of what it extends.
    pub text: String,
    /// Whether it is a pack.
    pub pack: bool,
    /// The rules that it names, those that are off included, by family and id; then its own checks.
    pub rules: Vec<RuleInForce>,
}

/// A rule or a check of a policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleInForce {
    /// Its id.
    pub rule: String,
    /// Its family.
    pub family: Family,
    /// Its level; absent where it is off.
    pub level: Option<Level>,
    /// The line that the level comes from.
    pub from: PolicyPlace,
    /// What it checks, in a sentence; empty for a check of the policy's own.
    pub about: String,
    /// Its parameters: those that are set, and all that are numbers.
    pub parameters: Vec<ParameterInForce>,
}

/// A parameter of a rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParameterInForce {
    /// Its name.
    pub name: String,
    /// What it means; empty where that is not documented.
    pub about: String,
    /// The value that was set, as JSON; absent where the default is in force.
    pub value: Option<String>,
    /// The line that it was set by.
    pub from: Option<PolicyPlace>,
    /// Of what takes numbers.
    pub number: Option<NumberInForce>,
}

/// A parameter that is a number. Numbers are decimals as text, for those who only show and hand them on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberInForce {
    /// The number in force, in seconds for a time; absent where there is none and the rule does not ask for it.
    pub value: Option<String>,
    /// What the number counts.
    pub unit: Unit,
    /// The largest that is worth trying, or that can be set. The smallest is 0.
    pub high: String,
    /// By how much to change it.
    pub step: String,
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Percent.
    Percent,
    /// Seconds, which can also be set with units: `5m`.
    Time,
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Days.
    Days,
    /// Something else.
    Plain,
}
