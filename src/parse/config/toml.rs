//! TOML as a located tree, and the only place that touches the TOML library.

use crate::model::Span;
use crate::parse::{Parsed, Problem};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A table that knows where it stands.
#[derive(Debug)]
pub(super) struct Document<'t>(Spanned<DeTable<'t>>);

/// A table of a document.
pub(super) type Table<'a> = Value<'a>;

/// A value of a document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value<'a> {
    node: Node<'a>,
    span: Span,
}

#[derive(Debug, Clone, Copy)]
enum Node<'a> {
    Root(&'a DeTable<'a>),
    Value(&'a DeValue<'a>),
}

pub(super) fn parse(text: &str) -> Parsed<Document<'_>> {
    // The library does not count the mark.
    let (table, errors) = DeTable::parse_recoverable(text);
    let problems: Vec<Problem> = errors
        .iter()
        .map(|error| {
            Problem::new(error.span().map_or_else(Span::default, span), format!("not valid TOML: {}", error.message()))
        })
        .collect();
    // Half a table would say less than it seems to.
    let document = problems.is_empty().then_some(Document(table));
    Parsed { document, problems }
}

impl<'t> Document<'t> {
    pub(super) fn root(&'t self) -> Table<'t> {
        Value { node: Node::Root(self.0.get_ref()), span: Span::default() }
    }
}

impl<'a> Value<'a> {
    fn table(self) -> Option<&'a DeTable<'a>> {
        match self.node {
            Node::Root(table) | Node::Value(DeValue::Table(table)) => Some(table),
            Node::Value(_) => None,
        }
    }

    pub(super) fn get(self, key: &str) -> Option<Self> {
        self.table()?.get(key).map(Self::of)
    }

    pub(super) fn at(self, keys: &[&str]) -> Option<Self> {
        keys.iter().try_fold(self, |value, key| value.get(key))
    }

    /// Its bytes; of a table, those of its header.
    pub(super) const fn span(self) -> Span {
        self.span
    }

    /// The text of a text, a number or a boolean; empty for anything else.
    pub(super) fn text(self) -> &'a str {
        match self.node {
            Node::Value(DeValue::String(text)) => text,
            Node::Value(DeValue::Integer(number)) if number.radix() == 10 => number.as_str(),
            Node::Value(DeValue::Float(number)) => number.as_str(),
            Node::Value(DeValue::Boolean(true)) => "true",
            Node::Value(DeValue::Boolean(false)) => "false",
            _ => "",
        }
    }

    /// The items of a list.
    pub(super) fn items(self) -> Option<impl Iterator<Item = Self>> {
        match self.node {
            Node::Value(DeValue::Array(items)) => Some(items.iter().map(Self::of)),
            _ => None,
        }
    }

    fn of(value: &'a Spanned<DeValue<'a>>) -> Self {
        Self { node: Node::Value(value.get_ref()), span: span(value.span()) }
    }
}

const fn span(range: Range<usize>) -> Span {
    Span::between(range.start, range.end)
}
