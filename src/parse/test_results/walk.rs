//! How the XML formats are walked through.

use crate::model::Span;
use crate::parse::Problem;
use crate::parse::xml::{Event, Reader};

/// What is told of a document while it is walked through.
pub(super) trait Visit<'t> {
    /// An element begins.
    fn start(&mut self, name: &'t str, reader: &Reader<'t>);
    /// Text inside the innermost open element.
    fn text(&mut self, text: &str);
    /// The innermost open element ends.
    fn end(&mut self, span: Span);
}

/// Walks through a text whose root element must be one of some; false when it is not. Elements that a broken text
/// leaves open are closed, so that what was read of them stays.
pub(super) fn walk<'t>(
    text: &'t str,
    format: &str,
    roots: &[&str],
    visitor: &mut impl Visit<'t>,
) -> (bool, Vec<Problem>) {
    let mut reader = Reader::new(text);
    let mut open = 0_usize;
    let mut found = false;
    while let Some(event) = reader.read() {
        match event {
            Event::Start(name) => {
                if open == 0 && !roots.contains(&name) {
                    let span = reader.span();
                    let mut problems = reader.into_problems();
                    let roots = roots.join("` or `");
                    problems.push(Problem::new(span, format!("the root is no `{roots}`, so this is no {format}")));
                    return (false, problems);
                }
                found = true;
                open += 1;
                visitor.start(name, &reader);
            }
            Event::Text(text) => visitor.text(&text),
            Event::End(_) => {
                open = open.saturating_sub(1);
                visitor.end(reader.span());
            }
        }
    }
    let span = reader.span();
    for _ in 0..open {
        visitor.end(span);
    }
    (found, reader.into_problems())
}
