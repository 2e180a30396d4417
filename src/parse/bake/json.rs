//! The JSON form: objects of blocks by their labels. JSON is YAML, so the located tree reads it.

use super::{Attribute, Bake, Block, Expression, hcl};
use crate::model::Span;
use crate::parse::yaml::{Node, Style, Tree};
use crate::parse::{Parsed, Problem};

const KINDS: [&str; 4] = ["variable", "group", "target", "function"];

pub(super) fn parse(text: &str) -> Parsed<Bake> {
    let Parsed { document, mut problems } = Tree::parse(text);
    let Some(tree) = document else { return Parsed { document: None, problems } };
    let Some(root) = tree.root().filter(|root| root.is_mapping()) else {
        problems
            .push(Problem::new(Span::default(), "a bake file is an object with `target` or `group`, but this is not"));
        return Parsed { document: None, problems };
    };
    let mut bake = Bake::default();
    for (key, value) in root.entries() {
        let kind = key.text().unwrap_or_default();
        if !KINDS.contains(&kind) {
            bake.attributes.extend(attribute(key, value));
            continue;
        }
        if !value.is_mapping() {
            problems.push(Problem::new(value.span(), format!("`{kind}` is {}, not an object", value.kind_word())));
        }
        for (name, body) in value.entries() {
            let attributes = body.entries().filter_map(|(key, value)| attribute(key, value)).collect();
            let block = Block {
                kind: kind.to_owned(),
                name: name.text().unwrap_or_default().to_owned(),
                span: name.span(),
                attributes,
            };
            bake.blocks.push(block);
        }
    }
    Parsed { document: Some(bake), problems }
}

fn attribute(key: Node<'_>, value: Node<'_>) -> Option<Attribute> {
    let span = Span::between(key.span().offset, value.span().end());
    Some(Attribute { name: key.text()?.to_owned(), span, value: expression(value) })
}

/// The tree's depth is limited, and JSON has no aliases, so this ends.
fn expression(node: Node<'_>) -> Expression {
    if node.is_sequence() {
        return Expression::List(node.items().map(expression).collect());
    }
    if node.is_mapping() {
        let entry =
            |(key, value): (Node<'_>, Node<'_>)| (Expression::text(key.text().unwrap_or_default()), expression(value));
        return Expression::Object(node.entries().map(entry).collect());
    }
    let text = node.text().unwrap_or_default();
    match (node.style(), node.as_bool()) {
        (Some(Style::DoubleQuoted), _) => hcl::template(text),
        (_, Some(value)) => Expression::Bool(value),
        _ if node.is_null() => Expression::Null,
        _ => Expression::Number(text.to_owned()),
    }
}
