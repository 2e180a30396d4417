use super::{Family, Level, Place};
use serde::{Deserialize, Serialize};

/// One decision to take: what is wrong at a place, why it matters, and what to write instead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Id of the rule.
    pub rule: String,
    /// Family of the rule.
    pub family: Family,
    /// Level in force, after the policy.
    pub level: Level,
    /// Against the baseline and the waivers.
    pub status: Status,
    /// What is wrong, with the actual values.
    pub message: String,
    /// Why it matters, in one sentence.
    pub why: String,
    /// What to do.
    pub fix: Fix,
    /// The edits of the fix as a unified diff, for readers who have not the file: without the edits that come too close
    /// to an earlier one, and up to a limit.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub diff: String,
    /// The primary place.
    pub place: Place,
    /// Other places of the same cause, or what the finding was compared with.
    #[serde(default)]
    pub related: Vec<Related>,
    /// Stable over edits elsewhere in the file: rule, file, structural path and normalised text.
    pub fingerprint: String,
    /// The same for the other places of one cause, those that are not listed included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_fingerprints: Vec<String>,
}

/// What a finding is to the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Not in the baseline; all findings where there is none.
    New,
    /// In the baseline.
    Known,
    /// Taken out by a waiver.
    Waived,
}

/// What to do about a finding.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Fix {
    /// In words, with the text to write as indented or fenced lines.
    pub text: String,
    /// The same as edits of bytes, where it is mechanical.
    #[serde(default)]
    pub edits: Vec<Edit>,
}

/// Replaces bytes of a file. Each edit of a finding stands alone: the file is right with some of them only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// Path of the file.
    pub file: String,
    /// Bytes before the edit.
    pub offset: usize,
    /// Bytes taken away.
    pub length: usize,
    /// Text put there.
    pub text: String,
    /// Whether it can change what a green run does only as the rule demands, so that nobody has to look before it is
    /// applied. Not so where it writes a guess, or what may fail for other reasons.
    #[serde(default)]
    pub safe: bool,
}

/// A second place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Related {
    /// Where.
    pub place: Place,
    /// What it has to do with the finding.
    pub message: String,
}
