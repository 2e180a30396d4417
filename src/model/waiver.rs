use super::{Date, Place};
use serde::{Deserialize, Serialize};

/// A waiver of the policy or of a comment, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaiverRecord {
    /// Id of the rule, as written.
    pub rule: String,
    /// What became of it.
    pub state: WaiverState,
    /// Findings that it took out.
    pub findings: usize,
    /// Why, in the words of whoever wrote it.
    pub reason: String,
    /// Who answers for it; empty where nobody is named.
    pub owner: String,
    /// The last day on which it holds; absent where a comment names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Date>,
    /// Days from the day of the judgement to the last day on which it holds; negative when that is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_left: Option<i64>,
    /// What keeps it from being one; empty unless `state` is `bad`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub problem: String,
    /// Where it stands.
    pub place: Place,
}

/// What can become of a waiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WaiverState {
    /// Took findings out.
    Used,
    /// Took nothing out, though its rule looked at what it names.
    Unused,
    /// Took nothing out, and its rule did not look at what it names.
    Idle,
    /// Its last day is over; it takes nothing out.
    Expired,
    /// Looks like a waiver and is none.
    Bad,
}
