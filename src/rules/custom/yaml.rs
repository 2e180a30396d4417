//! YAML nodes as values.

use super::view::Item;
use crate::parse::yaml::Node;
use crate::policy::cel::Value;

/// Most nodes of one value; aliases are copied.
const MAX_NODES: usize = 10_000;
/// Deepest nesting of one value.
const MAX_DEPTH: usize = 100;

/// A node as it stands, scalars by the core schema. What is too large is not set.
pub(super) fn any<'e>(node: Option<Node<'_>>) -> Value<Item<'e>> {
    let mut budget = MAX_NODES;
    node.and_then(|node| convert(node, &mut budget, 0)).unwrap_or(Value::Null)
}

fn convert<'e>(node: Node<'_>, budget: &mut usize, depth: usize) -> Option<Value<Item<'e>>> {
    *budget = budget.checked_sub(1)?;
    if depth > MAX_DEPTH {
        return None;
    }
    if node.is_mapping() {
        let mut entries = Vec::new();
        for (key, value) in node.merged_entries() {
            entries.push((Value::text(key.text()?), convert(value, budget, depth + 1)?));
        }
        return Some(Value::Map(entries.into()));
    }
    if node.is_sequence() {
        let items: Option<Vec<_>> = node.items().map(|item| convert(item, budget, depth + 1)).collect();
        return items.map(Value::list);
    }
    let text = node.text()?;
    Some(match (node.as_bool(), node.as_f64(), text.parse::<i64>()) {
        _ if node.is_null() => Value::Null,
        (Some(value), ..) => Value::Bool(value),
        (_, Some(_), Ok(value)) => Value::Int(value),
        (_, Some(value), _) => Value::Double(value),
        _ => Value::text(text),
    })
}

/// The text of a scalar, or null.
pub(super) fn text<'e>(node: Option<Node<'_>>) -> Value<Item<'e>> {
    Value::maybe(node.filter(|node| !node.is_null()).and_then(Node::text))
}

/// A scalar alone or a list of scalars, as a list of texts.
pub(super) fn texts<'e>(node: Option<Node<'_>>) -> Value<Item<'e>> {
    Value::list(node.into_iter().flat_map(Node::one_or_many).filter_map(Node::text).map(Value::text))
}

/// A mapping to scalars as a map of texts, null as the empty text; a list of `NAME=value` likewise.
pub(super) fn text_map<'e>(node: Option<Node<'_>>) -> Value<Item<'e>> {
    let mut entries = Vec::new();
    if let Some(node) = node {
        for item in node.items().filter_map(Node::text) {
            let (name, value) = item.split_once('=').unwrap_or((item, ""));
            entries.push((Value::text(name), Value::text(value)));
        }
        for (key, value) in node.merged_entries() {
            let (Some(key), Some(text)) = (key.text(), value.text()) else { continue };
            entries.push((Value::text(key), Value::text(if value.is_null() { "" } else { text })));
        }
    }
    Value::Map(entries.into())
}
