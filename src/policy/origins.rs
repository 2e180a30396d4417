//! Where the bytes of a YAML scalar's text stand in the file, whatever its style.

use crate::model::Span;
use crate::parse::yaml::{Node, Style};

/// For parts of a text, where they stand.
#[derive(Debug)]
pub(super) struct Origins {
    /// For each byte of the text, the byte of the file.
    offsets: Vec<usize>,
    /// Offset in the text, line and column: where a line of the file begins in the text.
    lines: Vec<(usize, usize, usize)>,
}

impl Origins {
    /// Of a scalar; `None` where its text cannot be followed.
    ///
    /// Folding and quoting change blanks, line ends and escapes only, so the other characters are met in order.
    pub(super) fn spans(node: Node<'_>) -> Option<Self> {
        let (text, span) = (node.text()?, node.span());
        let quoted = matches!(node.style()?, Style::SingleQuoted | Style::DoubleQuoted);
        let double = node.style()? == Style::DoubleQuoted;
        let raw = node.tree().text().get(span.range())?;
        let mut at = usize::from(quoted);
        let mut offsets = Vec::with_capacity(text.len());
        for c in text.chars() {
            let mut origin = at;
            if !c.is_whitespace() {
                loop {
                    let rest = raw.get(at..)?;
                    let next = rest.chars().next()?;
                    let (length, blank) = match next {
                        '\\' if double => escape(rest)?,
                        '\'' if quoted && !double => (2, false),
                        _ => (next.len_utf8(), next.is_whitespace()),
                    };
                    origin = at;
                    at += length;
                    if !blank {
                        if next != c && next != '\\' {
                            return None;
                        }
                        break;
                    }
                }
            }
            offsets.extend(std::iter::repeat_n(span.offset + origin, c.len_utf8()));
        }
        offsets.push(span.offset + at);
        Some(Self { offsets, lines: Vec::new() })
    }

    /// A text of which only its beginning is known.
    pub(super) fn whole((line, column): (usize, usize)) -> Self {
        Self { offsets: Vec::new(), lines: vec![(0, line, column)] }
    }

    /// With lines and columns in place of offsets.
    pub(super) fn located(self, line_column: impl Fn(usize) -> (usize, usize)) -> Self {
        let mut lines: Vec<(usize, usize, usize)> = Vec::new();
        let mut before = None;
        for (at, offset) in self.offsets.iter().enumerate() {
            // Within a run of the file's bytes lines and columns follow from its first byte.
            if before.is_none_or(|before: usize| before + 1 != *offset) {
                let (line, column) = line_column(*offset);
                lines.push((at, line, column));
            }
            before = Some(*offset);
        }
        Self { offsets: Vec::new(), lines }
    }

    /// A part of the text, or all of the scalar where that is not known.
    pub(super) fn span(&self, part: Span, whole: Span) -> Span {
        let start = self.offsets.get(part.offset);
        let last = self.offsets.get(part.end().saturating_sub(1).max(part.offset));
        match (start, last) {
            (Some(start), Some(_)) if part.length == 0 => Span { offset: *start, length: 0 },
            (Some(start), Some(last)) => Span::between(*start, last + 1),
            _ => whole,
        }
    }

    /// Line and column in the file of an offset in the text.
    pub(super) fn line_column(&self, offset: usize) -> (usize, usize) {
        let at = self.lines.partition_point(|(start, ..)| *start <= offset).saturating_sub(1);
        match self.lines.get(at) {
            Some((start, line, column)) => (*line, column + (offset - start.min(&offset))),
            None => (1, 1),
        }
    }
}

/// The length of an escape of a double-quoted scalar, and whether it stands for a blank or for nothing.
fn escape(rest: &str) -> Option<(usize, bool)> {
    let next = rest.get(1..)?.chars().next()?;
    Some(match next {
        'x' => (4, false),
        'u' => (6, false),
        'U' => (10, false),
        't' | 'n' | 'r' | 'v' | 'f' | ' ' | '_' | 'N' | 'L' | 'P' | '\t' | '\n' | '\r' => (2, true),
        _ => (1 + next.len_utf8(), false),
    })
}
