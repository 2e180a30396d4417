//! One value of several compose files, merged by compose's rules when it is asked for: nothing is copied, so every part
//! keeps its place, and aliases cost nothing.
//!
//! Source: the Compose Specification, "Merge and override".

use crate::evidence::File;
use crate::parse::compose::{Interpolated, Variable, interpolate, name_value};
use crate::parse::yaml::Node;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Variables that are set; `None` for a value that is not known.
pub type Variables = BTreeMap<String, Option<String>>;

/// What relative paths and variables of a file mean.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// The folder that relative paths start from.
    pub folder: String,
    /// Variables that are set; `None` for a value that is not known.
    pub variables: Variables,
}

/// A node, its file, and what its paths and variables mean.
#[derive(Debug, Clone)]
pub struct Part<'e> {
    /// The file.
    pub file: &'e File<'e>,
    /// The node.
    pub node: Node<'e>,
    /// Of the file, as it is read here.
    pub scope: Rc<Scope>,
}

/// The parts of a value, the weakest first; never empty.
#[derive(Debug, Clone)]
pub struct Merged<'e> {
    parts: Vec<Part<'e>>,
}

/// What became of a key over all parts.
#[derive(Debug, Clone)]
pub enum Found<'e> {
    /// No part has it.
    Absent,
    /// A part takes it away: `!reset`, or nothing in the place of a command.
    Reset(Part<'e>),
    /// Some part has it.
    Value(Merged<'e>),
}

/// Keys whose value is replaced whole, not merged.
const REPLACED: [&str; 3] = ["command", "entrypoint", "test"];

impl<'e> Part<'e> {
    /// The same place's other node.
    #[must_use]
    pub fn with(&self, node: Node<'e>) -> Self {
        Self { file: self.file, node, scope: Rc::clone(&self.scope) }
    }

    /// The text of a scalar with its variables put in.
    pub fn text(&self) -> Option<Interpolated> {
        let lookup = |name: &str| match self.scope.variables.get(name) {
            Some(Some(value)) => Variable::Known(value.clone()),
            Some(None) => Variable::Unknown,
            None => Variable::Unset,
        };
        Some(interpolate(self.node.text().filter(|_| !self.node.is_null())?, &lookup))
    }

    /// The text of a scalar, where all of it is known.
    pub fn known(&self) -> Option<String> {
        self.text().filter(|text| text.known).map(|text| text.text)
    }
}

impl<'e> Merged<'e> {
    /// Of parts, the weakest first; `None` where there is none.
    pub fn new(parts: Vec<Part<'e>>) -> Option<Self> {
        (!parts.is_empty()).then_some(Self { parts })
    }

    /// The parts, the weakest first.
    pub fn parts(&self) -> &[Part<'e>] {
        &self.parts
    }

    /// The strongest part: the whole value, where it is a scalar.
    pub fn strongest(&self) -> Option<&Part<'e>> {
        self.parts.last()
    }

    /// What became of a key.
    pub fn find(&self, key: &str) -> Found<'e> {
        let mut found = Found::Absent;
        for part in &self.parts {
            let Some(node) = part.node.merged(key) else { continue };
            let value = part.with(node);
            let replaced = REPLACED.contains(&key);
            found = match (node.tag(), found) {
                (Some("!reset"), _) => Found::Reset(value),
                (Some("!override"), _) => Found::Value(Self { parts: vec![value] }),
                (_, _) if replaced && node.is_null() => Found::Reset(value),
                (_, earlier) if node.is_null() => earlier,
                (_, Found::Value(mut earlier)) if !replaced && !node.is_scalar() => {
                    earlier.parts.push(value);
                    Found::Value(earlier)
                }
                _ => Found::Value(Self { parts: vec![value] }),
            };
        }
        found
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<Self> {
        match self.find(key) {
            Found::Value(value) => Some(value),
            Found::Absent | Found::Reset(_) => None,
        }
    }

    /// The text of a key's value.
    pub fn text(&self, key: &str) -> Option<Interpolated> {
        self.get(key)?.strongest()?.text()
    }

    /// The text of a key's value, where all of it is known.
    pub fn known(&self, key: &str) -> Option<String> {
        self.text(key).filter(|text| text.known).map(|text| text.text)
    }

    /// Items of all lists. An item whose key came before takes the place of that one.
    pub fn unique(&self, key: impl Fn(&Part<'e>) -> String) -> Vec<Part<'e>> {
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut items: Vec<Part<'e>> = Vec::new();
        for part in &self.parts {
            for item in part.node.one_or_many().map(|node| part.with(node)) {
                let at = *places.entry(key(&item)).or_insert(items.len());
                match items.get_mut(at) {
                    Some(earlier) => *earlier = item,
                    None => items.push(item),
                }
            }
        }
        items
    }

    /// Names and values of a list of `NAME=value` or of a mapping, by name; `None` for a value that is not known or is
    /// taken from outside.
    pub fn pairs(&self) -> BTreeMap<String, Option<String>> {
        let mut pairs = BTreeMap::new();
        for part in &self.parts {
            for text in part.node.items().filter_map(|item| part.with(item).text()) {
                let (name, value) = name_value(&text.text);
                pairs.insert(name.to_owned(), value.filter(|_| text.known).map(str::to_owned));
            }
            for (name, value) in part.node.merged_entries() {
                let Some(name) = name.text() else { continue };
                if value.tag() == Some("!reset") {
                    pairs.remove(name);
                } else {
                    pairs.insert(name.to_owned(), part.with(value).known());
                }
            }
        }
        pairs
    }
}
