//! Text put together from pieces of a file, and the way back.

use crate::model::Span;

/// Text whose pieces stand in a file with something in between: continuation marks, line ends, comments.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mapped {
    /// The text.
    pub text: String,
    /// Where pieces begin, in the text and in the file; both grow.
    pieces: Vec<(usize, usize)>,
}

impl Mapped {
    /// Adds text that stands at an offset of the file.
    pub(super) fn push(&mut self, text: &str, offset: usize) {
        if !text.is_empty() {
            self.pieces.push((self.text.len(), offset));
            self.text.push_str(text);
        }
    }

    /// The offset in the file of a byte of the text; for the text's end, the offset after its last byte.
    pub fn source(&self, offset: usize) -> usize {
        let at = self.pieces.partition_point(|(text, _)| *text <= offset);
        let piece = at.checked_sub(1).and_then(|at| self.pieces.get(at));
        piece.map_or(0, |(text, source)| source + (offset.min(self.text.len()) - text))
    }

    /// The span in the file from the first to the last byte of a span of the text.
    pub fn span(&self, span: Span) -> Span {
        let start = self.source(span.offset);
        match span.length {
            0 => Span::between(start, start),
            _ => Span::between(start, self.source(span.end() - 1) + 1),
        }
    }

    /// This text and then another.
    pub(super) fn joined(&self, after: &Self) -> Self {
        let mut joined = self.clone();
        joined.pieces.extend(after.pieces.iter().map(|(text, source)| (text + self.text.len(), *source)));
        joined.text.push_str(&after.text);
        joined
    }

    /// The text from an offset on.
    pub(super) fn tail(&self, from: usize) -> Self {
        let Some(text) = self.text.get(from..).filter(|t| !t.is_empty()) else {
            return Self { text: String::new(), pieces: vec![(0, self.source(from))] };
        };
        let later =
            self.pieces.iter().filter(|(start, _)| *start > from).map(|(start, offset)| (start - from, *offset));
        Self { text: text.to_owned(), pieces: std::iter::once((0, self.source(from))).chain(later).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::Mapped;
    use crate::model::Span;

    #[test]
    fn every_byte_finds_its_way_back() {
        let mut mapped = Mapped::default();
        mapped.push("ab", 10);
        mapped.push("", 20);
        mapped.push("cde", 30);
        assert_eq!((0..=5).map(|at| mapped.source(at)).collect::<Vec<_>>(), [10, 11, 30, 31, 32, 33]);
        assert_eq!(mapped.span(Span::between(1, 3)), Span::between(11, 31));
        assert_eq!(mapped.span(Span::between(0, 2)), Span::between(10, 12), "an end stays in its piece");
        let tail = mapped.tail(1);
        assert_eq!((tail.text.as_str(), tail.source(0), tail.source(1)), ("bcde", 11, 30));
        assert_eq!(mapped.tail(5).source(0), 33);
        let joined = tail.joined(&mapped);
        assert_eq!((joined.text.as_str(), joined.source(4), joined.source(6)), ("bcdeabcde", 10, 30));
    }
}
