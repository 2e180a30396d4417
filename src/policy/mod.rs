//! Policies: what is demanded, at what level, and which line says so.

pub mod cel;
mod checks;
mod layer;
mod load;
mod origins;
mod packs;

pub use checks::{Check, Each, Expression, Piece, Template};
pub use load::load;
pub use packs::{PACKS, pack};

use crate::model::{Family, Level, Place, PolicyInfo, PolicyPlace};
use serde_json::{Map, Value};
use std::fmt;
use std::sync::Arc;

/// A policy in force: what is left when its packs and files are laid over each other.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Name and sources.
    pub info: PolicyInfo,
    /// The rules that are on, by id.
    pub rules: Vec<Demand>,
    /// The policy's own checks that are on, by id.
    pub checks: Vec<Arc<Check>>,
}

/// A rule that a policy turns on.
#[derive(Debug, Clone)]
pub struct Demand {
    /// Id of the rule.
    pub rule: String,
    /// Level in force.
    pub level: Level,
    /// Parameters that were set, checked against the rule.
    pub params: Map<String, Value>,
    /// The line that turned it on or set its level last.
    pub place: PolicyPlace,
}

/// What a policy may say of a rule; the rules themselves lie to the right of policies and hand these in.
#[derive(Debug, Clone, Copy)]
pub struct RuleSpec {
    /// Id.
    pub id: &'static str,
    /// Family, for family levels.
    pub family: Family,
    /// Level where no policy says one.
    pub level: Level,
    /// Whether the parameters are right, and else why not.
    pub check_params: fn(&Map<String, Value>) -> Result<(), String>,
}

/// Something wrong with a policy. A policy that is wrong judges nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyError {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// What was probably meant, or what can be written.
    pub hint: String,
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { file, line, column, .. } = &self.place;
        write!(f, "{file}:{line}:{column}: {}", self.message)?;
        if self.hint.is_empty() { Ok(()) } else { write!(f, "; {}", self.hint) }
    }
}

/// The known word that is nearest to an unknown one, if it is near at all.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = known.into_iter().map(|k| (strsim::damerau_levenshtein(word, k), k));
    let best = near.min()?;
    (best.0 <= 1 + best.1.len() / 4).then_some(best.1)
}
