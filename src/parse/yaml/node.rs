//! A node and what can be asked of it.

use super::{Tree, scalar};
use crate::model::Span;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Stands for "no node".
pub(super) const NONE: u32 = u32::MAX;
/// Longest chain of merge keys that is followed.
const MAX_MERGES: usize = 64;

#[derive(Debug)]
pub(super) struct Data<'t> {
    pub(super) kind: Kind<'t>,
    pub(super) span: Span,
    pub(super) tag: Option<String>,
    pub(super) parent: u32,
    /// The key, where the node is a value of a mapping.
    pub(super) key: u32,
    /// The position, where the node is an item of a sequence.
    pub(super) index: u32,
}

#[derive(Debug)]
pub(super) enum Kind<'t> {
    Scalar(Cow<'t, str>, Style),
    /// Items, and whether it is written `[…]`.
    Sequence(Vec<u32>, bool),
    /// Keys and values, and whether it is written `{…}`.
    Mapping(Vec<(u32, u32)>, bool),
    Alias(u32),
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `text`
    Plain,
    /// `'text'`
    SingleQuoted,
    /// `"text"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// A comment.
#[derive(Debug, Clone)]
pub struct Comment<'t> {
    /// What follows the `#`.
    pub text: Cow<'t, str>,
    /// From the `#` to the end of the line.
    pub span: Span,
}

/// A key that occurs twice in one mapping.
#[derive(Debug, Clone, Copy)]
pub struct Duplicate<'t> {
    /// The key where it came first.
    pub first: Node<'t>,
    /// The key where it came again.
    pub second: Node<'t>,
}

/// A node of a [`Tree`]. Aliases are followed by every accessor; the span of an alias is that of its target.
#[derive(Debug, Clone, Copy)]
pub struct Node<'t> {
    tree: &'t Tree<'t>,
    id: u32,
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.tree, other.tree) && self.id == other.id
    }
}

impl<'t> Node<'t> {
    pub(super) fn new(tree: &'t Tree<'t>, id: u32) -> Self {
        let id = match tree.nodes.get(id as usize) {
            Some(Data { kind: Kind::Alias(target), .. }) => *target,
            _ => id,
        };
        Self { tree, id }
    }

    fn data(self) -> Option<&'t Data<'t>> {
        self.tree.nodes.get(self.id as usize)
    }

    /// The tree it belongs to.
    pub fn tree(self) -> &'t Tree<'t> {
        self.tree
    }

    /// Its bytes: a scalar with its quotes or its `|`, a collection from its first to its last child.
    pub fn span(self) -> Span {
        self.data().map_or_else(Span::default, |d| d.span)
    }

    /// Its tag as written (`!reset`), if it has one.
    pub fn tag(self) -> Option<&'t str> {
        self.data()?.tag.as_deref()
    }

    /// Whether it is a mapping.
    pub fn is_mapping(self) -> bool {
        matches!(self.data(), Some(Data { kind: Kind::Mapping(..), .. }))
    }

    /// Whether it is a sequence.
    pub fn is_sequence(self) -> bool {
        matches!(self.data(), Some(Data { kind: Kind::Sequence(..), .. }))
    }

    /// Whether it is a scalar, null included.
    pub fn is_scalar(self) -> bool {
        matches!(self.data(), Some(Data { kind: Kind::Scalar(..), .. }))
    }

    /// Whether it is a collection in flow style (`[…]`, `{…}`).
    pub fn is_flow(self) -> bool {
        matches!(self.data(), Some(Data { kind: Kind::Sequence(_, true) | Kind::Mapping(_, true), .. }))
    }

    /// What kind of value it is, in words for messages.
    pub fn kind_word(self) -> &'static str {
        match self.data().map(|d| &d.kind) {
            Some(Kind::Sequence(..)) => "a list",
            Some(Kind::Mapping(..)) => "a mapping",
            _ if self.is_null() => "nothing",
            _ => "a value",
        }
    }

    /// The text of a scalar, decoded.
    pub fn text(self) -> Option<&'t str> {
        match &self.data()?.kind {
            Kind::Scalar(value, _) => Some(value),
            _ => None,
        }
    }

    /// How a scalar is written.
    pub fn style(self) -> Option<Style> {
        match self.data()?.kind {
            Kind::Scalar(_, style) => Some(style),
            _ => None,
        }
    }

    /// The text of a plain scalar without a tag, which the core schema may resolve to another type.
    fn untyped(self) -> Option<&'t str> {
        match self.data()? {
            Data { kind: Kind::Scalar(value, Style::Plain), tag: None, .. } => Some(value),
            _ => None,
        }
    }

    /// Null by the core schema: `null`, `~` or nothing at all.
    pub fn is_null(self) -> bool {
        self.untyped().is_some_and(scalar::is_null)
    }

    /// Boolean by the core schema.
    pub fn as_bool(self) -> Option<bool> {
        self.untyped().and_then(scalar::boolean)
    }

    /// Number by the core schema.
    pub fn as_f64(self) -> Option<f64> {
        self.untyped().and_then(scalar::number)
    }

    /// Entries of a mapping in text order, merge keys as they stand; none of anything else.
    pub fn entries(self) -> impl DoubleEndedIterator<Item = (Node<'t>, Node<'t>)> + use<'t> {
        let entries = match self.data().map(|d| &d.kind) {
            Some(Kind::Mapping(entries, _)) => entries.as_slice(),
            _ => &[],
        };
        entries.iter().map(move |(key, value)| (Self::new(self.tree, *key), Self::new(self.tree, *value)))
    }

    /// Items of a sequence; none of anything else.
    pub fn items(self) -> impl DoubleEndedIterator<Item = Node<'t>> + use<'t> {
        let items = match self.data().map(|d| &d.kind) {
            Some(Kind::Sequence(items, _)) => items.as_slice(),
            _ => &[],
        };
        items.iter().map(move |id| Self::new(self.tree, *id))
    }

    /// The items of a sequence, or the scalar itself as the only one: the shape of `needs`, `runs-on`, `branches`.
    pub fn one_or_many(self) -> impl Iterator<Item = Node<'t>> {
        let alone = (self.is_scalar() && !self.is_null()).then_some(self);
        alone.into_iter().chain(self.items())
    }

    /// Key and value of a mapping's entry; the last one where a key comes twice, as loaders do.
    pub fn entry(self, key: &str) -> Option<(Node<'t>, Node<'t>)> {
        self.entries().rev().find(|(k, _)| k.text() == Some(key))
    }

    /// Value of a mapping's entry.
    pub fn get(self, key: &str) -> Option<Node<'t>> {
        self.entry(key).map(|(_, value)| value)
    }

    /// The value below several keys.
    pub fn at(self, keys: &[&str]) -> Option<Node<'t>> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// Entries with `<<` merged in, as compose does: explicit keys win, then earlier merges.
    pub fn merged_entries(self) -> Vec<(Node<'t>, Node<'t>)> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        let mut visited = Vec::new();
        let mut waiting = vec![self];
        while let Some(mapping) = waiting.pop() {
            if visited.len() >= MAX_MERGES || visited.contains(&mapping.id) {
                continue;
            }
            visited.push(mapping.id);
            let mut merges = Vec::new();
            for (key, value) in mapping.entries() {
                if key.text() == Some("<<") {
                    merges.extend(if value.is_sequence() { value.items().collect() } else { vec![value] });
                } else if seen.insert(key.text().map(str::to_owned)) {
                    found.push((key, value));
                }
            }
            waiting.extend(merges.into_iter().rev());
        }
        found
    }

    /// Value of an entry with `<<` merged in.
    pub fn merged(self, key: &str) -> Option<Node<'t>> {
        self.get(key).or_else(|| self.merged_entries().into_iter().find(|(k, _)| k.text() == Some(key)).map(|(_, v)| v))
    }

    /// The node it is a value or an item of.
    pub fn parent(self) -> Option<Node<'t>> {
        let parent = self.data()?.parent;
        (parent != NONE).then(|| Self::new(self.tree, parent))
    }

    /// Whether an alias stands for it or for something around it, so that it is read in several places.
    pub fn is_aliased(self) -> bool {
        let mut around = std::iter::successors(Some(self), |node| node.parent());
        around.any(|node| self.tree.aliased.binary_search(&node.id).is_ok())
    }

    /// The key it is the value of.
    pub fn key(self) -> Option<Node<'t>> {
        let key = self.data()?.key;
        (key != NONE).then(|| Self::new(self.tree, key))
    }

    /// Structural address from the root: keys and positions joined by dots.
    pub fn path(self) -> String {
        let mut parts = Vec::new();
        let mut node = Some(self);
        while let Some(here) = node.filter(|n| n.parent().is_some()) {
            let mut part = String::new();
            match (here.key(), here.data()) {
                (Some(key), _) => part.push_str(key.text().unwrap_or("?")),
                (None, Some(data)) if here.parent().is_some_and(Node::is_sequence) => {
                    let _ = write!(part, "{}", data.index);
                }
                // A key: its address is that of its value, which the caller asked about.
                _ => part.push_str(here.text().unwrap_or("?")),
            }
            parts.push(part);
            node = here.parent();
        }
        parts.reverse();
        parts.join(".")
    }

    /// The source bytes of a part of a scalar's decoded text. Where the text is folded or escaped the whole scalar is
    /// the answer.
    pub fn inner_span(self, inner: Span) -> Span {
        let whole = self.span();
        let (Some(value), Some(raw)) = (self.text(), self.tree.text.get(whole.range())) else { return whole };
        match self.style() {
            Some(Style::Literal) => {
                let at = |decoded| scalar::literal_offset(self.tree.text, whole.offset, value, decoded);
                match (at(inner.offset), at(inner.end())) {
                    (Some(start), Some(end)) if start <= end => Span::between(start, end),
                    _ => whole,
                }
            }
            // A one-line scalar without escapes stands in the source as it is decoded.
            _ => match raw.find(value) {
                Some(start) if raw.len() - value.len() <= 2 => {
                    Span { offset: whole.offset + start + inner.offset, length: inner.length }
                }
                _ => whole,
            },
        }
    }

    /// As JSON with merge keys merged, or `None` when the copy would have more than `budget` nodes (aliases are copied).
    pub fn to_json(self, mut budget: usize) -> Option<Value> {
        self.json(&mut budget, 0)
    }

    fn json(self, budget: &mut usize, depth: usize) -> Option<Value> {
        *budget = budget.checked_sub(1)?;
        if depth > super::MAX_DEPTH {
            return None;
        }
        if self.is_mapping() {
            let mut map = serde_json::Map::new();
            for (key, value) in self.merged_entries() {
                map.insert(key.text().unwrap_or("?").to_owned(), value.json(budget, depth + 1)?);
            }
            return Some(Value::Object(map));
        }
        if self.is_sequence() {
            return self.items().map(|item| item.json(budget, depth + 1)).collect::<Option<_>>().map(Value::Array);
        }
        let text = self.text().unwrap_or("");
        Some(match (self.as_bool(), self.as_f64()) {
            _ if self.is_null() => Value::Null,
            (Some(value), _) => Value::Bool(value),
            (_, Some(_)) => scalar::json_number(text).unwrap_or_else(|| Value::String(text.to_owned())),
            _ => Value::String(text.to_owned()),
        })
    }
}
