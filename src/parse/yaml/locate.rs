//! From offsets in a scalar's decoded text back to the file, for every style.

use super::node::{Node, Style};
use crate::model::Span;

/// Finds the source bytes of parts of one scalar's decoded text.
#[derive(Debug)]
pub struct Locator {
    whole: Span,
    end: usize,
    /// Offsets in the text and in the file from which both grow together; `None` where the two could not be matched.
    pieces: Option<Vec<(usize, usize)>>,
}

impl Locator {
    /// The source bytes of a part, from its first to its last; all of the scalar where they cannot be told.
    pub fn span(&self, inner: Span) -> Span {
        let Some(pieces) = &self.pieces else { return self.whole };
        let source = |offset: usize| {
            let at = pieces.partition_point(|(text, _)| *text <= offset);
            let piece = at.checked_sub(1).and_then(|at| pieces.get(at));
            piece.map_or(self.whole.offset, |(text, source)| source + (offset.min(self.end) - text))
        };
        let start = source(inner.offset);
        match inner.length {
            0 => Span { offset: start, length: 0 },
            _ => Span::between(start, source(inner.end() - 1) + 1),
        }
    }
}

impl Node<'_> {
    /// What finds the parts of this scalar in the file. Takes time of the scalar's length: make it once a scalar.
    pub fn locator(self) -> Locator {
        let whole = self.span();
        let (Some(value), Some(style)) = (self.text(), self.style()) else {
            return Locator { whole, end: 0, pieces: None };
        };
        let raw = self.tree().text().get(whole.range()).unwrap_or("");
        Locator { whole, end: value.len(), pieces: pieces(raw, whole.offset, value, style) }
    }
}

/// Walks source and decoded text side by side: white space that only one of them has is line folding, indentation or
/// chomping, and everything else must be the same or an escape.
fn pieces(raw: &str, base: usize, value: &str, style: Style) -> Option<Vec<(usize, usize)>> {
    let quotes = usize::from(matches!(style, Style::SingleQuoted | Style::DoubleQuoted));
    let mut source = raw.char_indices().skip(quotes).peekable();
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (at, c) in value.char_indices() {
        let position = loop {
            let Some((position, r)) = source.peek().copied() else {
                // Line ends that chomping keeps or adds.
                break c.is_whitespace().then_some(raw.len())?;
            };
            if r == '\\' && style == Style::DoubleQuoted {
                source.next();
                let (_, kind) = source.next()?;
                if matches!(kind, '\n' | '\r') {
                    while source.next_if(|(_, r)| r.is_whitespace()).is_some() {}
                    continue;
                }
                let digits = match kind {
                    'x' => 2,
                    'u' => 4,
                    'U' => 8,
                    _ => 0,
                };
                for _ in 0..digits {
                    source.next();
                }
                break position;
            }
            if r == c {
                source.next();
                if r == '\'' && style == Style::SingleQuoted {
                    source.next();
                }
                break position;
            }
            if r.is_whitespace() {
                source.next();
            } else if c.is_whitespace() {
                break position;
            } else {
                return None;
            }
        };
        let position = base + position;
        if found.last().is_none_or(|(text, start)| start + (at - text) != position) {
            found.push((at, position));
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use crate::model::Span;
    use crate::parse::yaml::Tree;

    #[test]
    fn parts_are_found_in_every_style() {
        for (text, part, expected) in [
            ("a: one two", "two", "two"),
            ("a: one\n  two\n  three # no", "two", "two"),
            ("a: one\n  two\n\n  three", "two\nthree", "two\n\n  three"),
            ("a: 'it''s two'", "s two", "s two"),
            ("a: 'it''s\n  two'", "'s two", "''s\n  two"),
            (r#"a: "t\tö\u00e4\"x\" two""#, "\"x", r#"\"x"#),
            ("a: \"one\\\n   two\"", "two", "two"),
            ("a: |\n\n    one\n      two\n\n    three\n", "two\n\nthree", "two\n\n    three"),
            ("a: |2-\n\n    one\n   two\n", "two", "two"),
            ("a: >-\n  one\n  two\n\n  three\n", "two\nthree", "two\n\n  three"),
            ("a: |\r\n  one\r\n  two\r\n", "two", "two"),
        ] {
            let tree = Tree::parse(text).document.unwrap();
            let node = tree.root().unwrap().get("a").unwrap();
            let offset = node.text().unwrap().find(part).unwrap();
            let span = node.locator().span(Span { offset, length: part.len() });
            assert_eq!(text.get(span.range()), Some(expected), "{text:?}");
        }
    }
}
