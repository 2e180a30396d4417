//! Bake files: `docker-bake.hcl` and `docker-bake.json`.
//!
//! Source: Docker's Bake file reference. Blocks and attributes are read with their places; expressions are evaluated
//! where they are literals, templates, variables, lists and objects. Calls, operators and conditionals are
//! [`Value::Unknown`]: they depend on the run.
//!
//! The reader of HCL is our own: bake needs a small part of the language, and the crates for all of it add more than
//! 100 kB to the page, gzipped.

mod hcl;
mod json;

use super::Parsed;
use crate::model::Span;
use std::collections::BTreeMap;

/// A bake file.
#[derive(Debug, Clone, Default)]
pub struct Bake {
    /// `variable`, `group`, `target` and `function` blocks, in text order.
    pub blocks: Vec<Block>,
    /// Attributes outside of blocks, which set variables.
    pub attributes: Vec<Attribute>,
}

/// A block: `target "app" { … }`.
#[derive(Debug, Clone)]
pub struct Block {
    /// `target`, `group`, `variable`, `function`.
    pub kind: String,
    /// Its label.
    pub name: String,
    /// Kind and label.
    pub span: Span,
    /// What it sets.
    pub attributes: Vec<Attribute>,
}

/// `name = expression`.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// The name and the expression.
    pub span: Span,
    /// The expression.
    pub value: Expression,
}

/// An expression as it is written.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A number as written.
    Number(String),
    /// A text with `${…}` in it.
    Template(Vec<Piece>),
    /// `NAME`.
    Variable(String),
    /// `[…]`
    List(Vec<Expression>),
    /// `{…}`
    Object(Vec<(Expression, Expression)>),
    /// What is not evaluated.
    Other,
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// Text, escapes decoded.
    Text(String),
    /// `${…}`
    Expression(Expression),
}

/// What an expression comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A text, a number or a boolean, as text.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// An object, in text order.
    Object(Vec<(String, Value)>),
    /// Not known.
    Unknown,
}

/// Reads a bake file in HCL. There is always a document.
pub fn parse_hcl(text: &str) -> Parsed<Bake> {
    hcl::parse(text)
}

/// Reads a bake file in JSON.
pub fn parse_json(text: &str) -> Parsed<Bake> {
    json::parse(text)
}

impl Bake {
    /// The blocks of a kind, in text order.
    pub fn of_kind<'b>(&'b self, kind: &'b str) -> impl Iterator<Item = &'b Block> {
        self.blocks.iter().filter(move |block| block.kind == kind)
    }
}

impl Block {
    /// The expression of an attribute.
    pub fn get(&self, name: &str) -> Option<&Expression> {
        self.attributes.iter().find(|attribute| attribute.name == name).map(|attribute| &attribute.value)
    }
}

impl Expression {
    /// A text without anything in it.
    pub fn text(text: &str) -> Self {
        Self::Template(vec![Piece::Text(text.to_owned())])
    }

    /// What it comes to with these variables. `budget` bounds the bytes that all values together may have: a variable of
    /// lists of variables of lists doubles with each line.
    pub fn value(&self, variables: &BTreeMap<String, Value>, budget: &mut usize) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Text(value.to_string()),
            Self::Number(value) => Value::Text(value.clone()),
            Self::Variable(name) => match variables.get(name) {
                Some(value) if value.spend(budget) => value.clone(),
                _ => Value::Unknown,
            },
            Self::List(items) => Value::List(items.iter().map(|item| item.value(variables, budget)).collect()),
            Self::Object(entries) => {
                let entry = |(key, value): &(Self, Self)| match key.value(variables, budget) {
                    Value::Text(key) => Some((key, value.value(variables, budget))),
                    _ => None,
                };
                entries.iter().map(entry).collect::<Option<_>>().map_or(Value::Unknown, Value::Object)
            }
            Self::Template(pieces) => template(pieces, variables, budget),
            Self::Other => Value::Unknown,
        }
    }
}

fn template(pieces: &[Piece], variables: &BTreeMap<String, Value>, budget: &mut usize) -> Value {
    // A template that is only one expression is that expression, of whatever type.
    if let [Piece::Expression(expression)] = pieces {
        return expression.value(variables, budget);
    }
    let mut out = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Expression(expression) => match expression.value(variables, budget) {
                Value::Text(text) => out.push_str(&text),
                Value::Null => {}
                _ => return Value::Unknown,
            },
        }
    }
    Value::Text(out)
}

impl Value {
    /// Takes the value's size from a budget; false, with the budget used up, where that is too small.
    pub fn spend(&self, budget: &mut usize) -> bool {
        let own = match self {
            Self::Text(text) => text.len() + 1,
            _ => 1,
        };
        let Some(left) = budget.checked_sub(own) else {
            *budget = 0;
            return false;
        };
        *budget = left;
        match self {
            Self::List(items) => items.iter().all(|item| item.spend(budget)),
            Self::Object(entries) => entries.iter().all(|(_, item)| item.spend(budget)),
            _ => true,
        }
    }

    /// A list's items as texts, an object being written `name=value,…`; a text alone is a list of one. `None` where
    /// something of it is not known.
    pub fn texts(&self) -> Option<Vec<String>> {
        match self {
            Self::Null => Some(Vec::new()),
            Self::Unknown => None,
            Self::Text(text) => Some(vec![text.clone()]),
            Self::List(items) => {
                let items = items.iter().filter(|item| **item != Self::Null);
                items.map(Self::as_text).collect()
            }
            Self::Object(_) => Some(vec![self.as_text()?]),
        }
    }

    fn as_text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Object(entries) => {
                let entry = |(name, value): &(String, Self)| Some(format!("{name}={}", value.as_text()?));
                Some(entries.iter().map(entry).collect::<Option<Vec<_>>>()?.join(","))
            }
            Self::Null | Self::List(_) | Self::Unknown => None,
        }
    }
}
