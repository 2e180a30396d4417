//! Policies: what is demanded, at what level, and which line says so.

mod baseline;
pub mod cel;
mod checks;
mod edit;
mod layer;
mod load;
mod origins;
mod packs;
mod tests;
mod waivers;

pub use checks::{Check, Each, Expression, Piece, Template};
pub use edit::set;
pub use load::load;
pub use packs::{PACKS, pack};
pub use tests::{Expectation, PolicyTest};
pub use waivers::Waiver;

pub use crate::model::PolicyError;
use crate::model::{Family, Level, PolicyInfo, PolicyPlace};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A policy in force: what is left when its packs and files are laid over each other.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Name and sources.
    pub info: PolicyInfo,
    /// The rules that are on, by id.
    pub rules: Vec<Demand>,
    /// The rules that were turned off by name or with their family, by id.
    pub off: Vec<Demand>,
    /// For each rule that no layer names, its level if something else brings it (a baseline, a waiver); not those whose
    /// family is off.
    pub unsaid: BTreeMap<String, Level>,
    /// What is taken out, base first.
    pub waivers: Vec<Waiver>,
    /// The tests of the policy's own file.
    pub tests: Vec<PolicyTest>,
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
    /// Where its `level` and each of the parameters that were set come from.
    pub origins: BTreeMap<String, PolicyPlace>,
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
    /// Whether findings of it can be waived; those about waivers cannot.
    pub waivable: bool,
}

/// The known word that is nearest to an unknown one, if it is near at all.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = known.into_iter().map(|k| (strsim::damerau_levenshtein(word, k), k));
    let best = near.min()?;
    (best.0 <= 1 + best.1.len() / 4).then_some(best.1)
}
