//! The expressions in a scalar, with their bytes in the file.

use super::{Expr, parser};
use crate::model::Span;
use crate::parse::Problem;
use crate::parse::yaml::Node;

/// One `${{ … }}` of a scalar, or a condition that is written without it.
#[derive(Debug, Clone)]
pub struct Template {
    /// Its bytes in the file, `${{` and `}}` included.
    pub span: Span,
    /// Its bytes in the scalar's decoded text, `${{` and `}}` included.
    pub inner: Span,
    /// Whether it is the scalar's whole text: the value keeps its type, where otherwise it becomes part of a text.
    pub whole: bool,
    /// The expression, or why it is none; with spans in the file.
    pub expr: Result<Expr, Problem>,
}

const OPEN: &str = "${{";
const CLOSE: &str = "}}";

/// Every `${{ … }}` of a scalar, in text order; none of anything else.
pub fn templates(node: Node<'_>) -> Vec<Template> {
    let Some(text) = node.text().filter(|text| text.contains(OPEN)) else { return Vec::new() };
    let locate = node.locator();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find(OPEN)).map(|start| at + start) {
        let body = start + OPEN.len();
        let rest = text.get(body..).unwrap_or("");
        let Some(length) = closing(rest) else {
            let inner = Span::between(start, text.trim_end().len());
            let problem = Problem::new(locate.span(inner), "`${{` is not closed by `}}`");
            found.push(Template { span: locate.span(inner), inner, whole: false, expr: Err(problem) });
            break;
        };
        at = body + length + CLOSE.len();
        let inner = Span::between(start, at);
        let expr = read(rest.get(..length).unwrap_or(""), body, |span| locate.span(span));
        found.push(Template { span: locate.span(inner), inner, whole: inner.length == text.len(), expr });
    }
    found
}

/// The expressions of a condition: the whole text is one where no `${{` stands in it. None where the condition is
/// empty.
pub fn condition(node: Node<'_>) -> Vec<Template> {
    if let Some(tag) = node.tag().filter(|tag| tag.starts_with('!') && !tag.starts_with("!!")) {
        let message =
            format!("`{tag}` begins with `!`, so it is a tag of YAML and no condition; `${{{{ }}}}` around it helps");
        let problem = Problem::new(node.span(), message);
        return vec![Template { span: node.span(), inner: Span::default(), whole: true, expr: Err(problem) }];
    }
    match node.text() {
        Some(text) if !text.contains(OPEN) => {
            if node.is_null() || text.trim().is_empty() {
                return Vec::new();
            }
            let locate = node.locator();
            let inner = Span::between(text.len() - text.trim_start().len(), text.trim_end().len());
            let expr = read(text.trim(), inner.offset, |span| locate.span(span));
            vec![Template { span: locate.span(inner), inner, whole: true, expr }]
        }
        _ => templates(node),
    }
}

fn read(text: &str, base: usize, locate: impl Fn(Span) -> Span) -> Result<Expr, Problem> {
    let located = |span: Span| locate(Span { offset: span.offset + base, length: span.length });
    match parser::parse(text) {
        Ok(mut expr) => {
            expr.map_spans(&located);
            Ok(expr)
        }
        Err(problem) => Err(Problem::new(located(problem.span), problem.message)),
    }
}

/// The bytes before the `}}` that closes an expression: the first outside of single quotes.
fn closing(text: &str) -> Option<usize> {
    let mut quoted = false;
    let mut last = b' ';
    for (at, byte) in text.bytes().enumerate() {
        if byte == b'\'' {
            quoted = !quoted;
        } else if byte == b'}' && last == b'}' && !quoted {
            return Some(at - 1);
        }
        last = if quoted { b' ' } else { byte };
    }
    None
}
