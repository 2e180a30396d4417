//! The rules: one folder a family, one file a rule.
//!
//! A rule's file holds its documentation (the doc comment inside [`rule!`]), its declaration, its parameters, and its
//! one function. [`REGISTRY`] is the sorted list of all; tests hold it against the files and run every example.

pub mod docs;
mod hidden;
mod registry;
mod settle;
#[cfg(not(target_arch = "wasm32"))]
mod shape;
mod sink;
pub mod support;

pub mod artifacts;
pub mod caching;
pub mod container;
pub mod coverage;
pub mod custom;
pub mod document;
pub mod health;
pub mod image;
pub mod monitoring;
pub mod rollback;
pub mod rollout;
pub mod security;
pub mod tests;
pub mod time;

pub use hidden::Hidden;
pub use registry::{REGISTRY, find, specs};
pub use settle::Settle;
#[cfg(not(target_arch = "wasm32"))]
pub use shape::Shape;
pub use sink::{Hit, Sink, Spot};

use crate::evidence::Evidence;
use crate::model::{Family, Level};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What is known of a rule without running it.
#[derive(Debug, Clone, Copy)]
pub struct Meta {
    /// Kebab-case; names the problem and reads well after "allow".
    pub id: &'static str,
    /// Family.
    pub family: Family,
    /// Level where no policy says one.
    pub level: Level,
    /// Version that brought it.
    pub since: &'static str,
    /// Its documentation, Markdown with the headings of [`HEADINGS`].
    pub docs: &'static str,
}

/// The rule about files that could not be read whole: such a finding leaves the verdict open instead of failing it.
pub const UNREADABLE: &str = "unreadable-file";

/// The rules about waivers: they look at what the other rules came to, and cannot be waived. Where there are waivers they
/// are on, unless the policy says otherwise.
pub const ABOUT_WAIVERS: [&str; 4] = ["bad-waiver", "expired-waiver", "overlong-waiver", "unused-waiver"];

/// The rules that compare with a baseline. With one they are on, unless the policy says otherwise.
pub const ABOUT_BASELINE: [&str; 3] = ["coverage-regressed", "run-slower-than-baseline", "tests-disappeared"];

/// The headings of every rule's documentation, in order.
pub const HEADINGS: [&str; 6] = ["What it checks", "Why it matters", "Example", "Instead", "Options", "When to waive"];

/// A rule.
pub trait Rule {
    /// What a policy may set; every field has a default, unknown ones are refused.
    type Params: DeserializeOwned + Default;
    /// Its declaration.
    const META: Meta;
    /// Looks at the evidence and tells the sink what it saw.
    fn check(evidence: &Evidence<'_>, params: &Self::Params, sink: &mut Sink<'_>);
}

/// The parameters of a rule that has none.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoParams {}

/// A rule without its type, as the registry keeps it.
#[derive(Debug, Clone, Copy)]
pub struct Registered {
    /// Its declaration.
    pub meta: Meta,
    /// Whether parameters are right, and else why not.
    pub check_params: fn(&Map<String, Value>) -> Result<(), String>,
    /// Runs it. Parameters that were not checked before count as the defaults.
    pub run: fn(&Evidence<'_>, &Map<String, Value>, &mut Sink<'_>),
    /// What parameters it takes. The page has no use for it.
    #[cfg(not(target_arch = "wasm32"))]
    pub shape: fn() -> Shape,
}

/// Takes a rule into the registry.
pub const fn register<R: Rule>() -> Registered {
    Registered {
        meta: R::META,
        check_params: check_params::<R>,
        run: run::<R>,
        #[cfg(not(target_arch = "wasm32"))]
        shape: shape::of::<R::Params>,
    }
}

fn params<R: Rule>(params: &Map<String, Value>) -> Result<R::Params, serde_json::Error> {
    serde_json::from_value(Value::Object(params.clone()))
}

fn check_params<R: Rule>(map: &Map<String, Value>) -> Result<(), String> {
    params::<R>(map).map(drop).map_err(|error| error.to_string())
}

fn run<R: Rule>(evidence: &Evidence<'_>, map: &Map<String, Value>, sink: &mut Sink<'_>) {
    R::check(evidence, &params::<R>(map).unwrap_or_default(), sink);
}

/// Declares a rule: its documentation as a doc comment, the struct, and `id`, `family`, `level`, `since`, `params`.
macro_rules! rule {
    (
        $(#[doc = $doc:literal])*
        pub struct $name:ident;
        id: $id:literal,
        family: $family:ident,
        level: $level:ident,
        since: $since:literal,
        params: $params:ty,
        check: $check:path,
    ) => {
        $(#[doc = $doc])*
        pub struct $name;

        impl $crate::rules::Rule for $name {
            type Params = $params;
            const META: $crate::rules::Meta = $crate::rules::Meta {
                id: $id,
                family: $crate::model::Family::$family,
                level: $crate::model::Level::$level,
                since: $since,
                docs: concat!($($doc, "\n"),*),
            };
            fn check(
                evidence: &$crate::evidence::Evidence<'_>,
                params: &$params,
                sink: &mut $crate::rules::Sink<'_>,
            ) {
                $check(evidence, params, sink);
            }
        }
    };
}
use rule;
