use serde::{Deserialize, Serialize};
use std::cell::OnceCell;

/// A run of bytes in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Span {
    /// Bytes before it.
    pub offset: usize,
    /// Bytes in it.
    pub length: usize,
}

impl Span {
    /// From the first byte to the one after the last; empty when they are the wrong way round.
    pub const fn between(start: usize, end: usize) -> Self {
        Self { offset: start, length: end.saturating_sub(start) }
    }

    /// The offset after the last byte.
    pub const fn end(self) -> usize {
        self.offset.saturating_add(self.length)
    }

    /// As a range, for `str::get`.
    pub const fn range(self) -> std::ops::Range<usize> {
        self.offset..self.end()
    }
}

/// Where in a file something is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Path of the file as given, `/` between its parts; `archive.zip/member` for a member of an archive.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in Unicode scalar values, from 1.
    pub column: usize,
    /// Line of the end.
    pub end_line: usize,
    /// Column after the last character.
    pub end_column: usize,
    /// Bytes before the place.
    pub offset: usize,
    /// Bytes in the place.
    pub length: usize,
    /// Structural address (`jobs.test.steps.0.run`); empty where the document has none.
    #[serde(default)]
    pub path: String,
    /// The lines around the place, so that every output can show them without the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<Excerpt>,
}

/// Some lines of a source file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excerpt {
    /// Line number of the first line.
    pub line: usize,
    /// The lines without their ends, each at most [`LineIndex::EXCERPT_WIDTH`] characters.
    pub lines: Vec<String>,
}

/// Where the lines of one text are.
#[derive(Debug, Clone, Default)]
pub struct LineIndex {
    /// Line ends before every few hundred bytes, so that a large text with short lines has a small index, and counting
    /// the rest takes no time.
    ends: Vec<usize>,
    /// Every few thousand bytes, so that a column costs the same on a line of many megabytes. Made when the first column
    /// is asked for: many texts are asked for lines only.
    marks: OnceCell<Vec<Mark>>,
}

/// What stands before an offset.
#[derive(Debug, Clone, Copy, Default)]
struct Mark {
    offset: usize,
    /// Unicode scalar values.
    characters: usize,
    /// UTF-16 code units.
    units: usize,
}

impl Mark {
    /// The mark at a later offset of the text.
    fn at(self, text: &str, offset: usize) -> Self {
        let part = text.get(self.offset..offset).unwrap_or("");
        let characters = part.chars().count();
        // A character of four bytes has two units, every other one.
        let pairs = part.bytes().filter(|byte| *byte >= 0xF0).count();
        Self { offset, characters: self.characters + characters, units: self.units + characters + pairs }
    }
}

impl LineIndex {
    /// Longest line that an excerpt keeps, in characters.
    pub const EXCERPT_WIDTH: usize = 240;
    /// Most lines of a span that an excerpt keeps.
    const EXCERPT_LINES: usize = 6;
    /// Bytes between two marks.
    const STEP: usize = 4096;
    /// Bytes between two counts of line ends.
    const BLOCK: usize = 512;

    /// Lines end at `\n`; a lone `\r` does not end a line.
    pub fn new(text: &str) -> Self {
        let mut ends = Vec::with_capacity(text.len() / Self::BLOCK + 2);
        ends.push(0);
        for block in text.as_bytes().chunks(Self::BLOCK) {
            ends.push(ends.last().copied().unwrap_or(0) + line_ends(block));
        }
        Self { ends, marks: OnceCell::new() }
    }

    fn marks(&self, text: &str) -> &[Mark] {
        self.marks.get_or_init(|| {
            let mut mark = Mark::default();
            let mut marks = vec![mark];
            while text.len() - mark.offset > Self::STEP {
                mark = mark.at(text, floor_boundary(text, mark.offset + Self::STEP));
                marks.push(mark);
            }
            marks
        })
    }

    fn mark(&self, text: &str, offset: usize) -> Mark {
        let marks = self.marks(text);
        let after = marks.partition_point(|mark| mark.offset <= offset);
        marks.get(after.saturating_sub(1)).copied().unwrap_or_default().at(text, offset)
    }

    /// The offset so many characters after another one, in Unicode scalar values or in code units of UTF-16; `None` past
    /// the end of the text. Inside a character counts as its end.
    pub fn offset_after(&self, text: &str, start: usize, count: usize, utf16: bool) -> Option<usize> {
        let counted = |mark: &Mark| if utf16 { mark.units } else { mark.characters };
        let wanted = counted(&self.mark(text, start)).checked_add(count)?;
        let marks = self.marks(text);
        let after = marks.partition_point(|mark| counted(mark) <= wanted);
        let mark = marks.get(after.saturating_sub(1)).copied().unwrap_or_default();
        let mut left = wanted - counted(&mark);
        let rest = text.get(mark.offset..)?;
        for (at, character) in rest.char_indices() {
            if left == 0 {
                return Some(mark.offset + at);
            }
            left = left.saturating_sub(if utf16 { character.len_utf16() } else { 1 });
        }
        (left == 0).then_some(text.len())
    }

    /// Line and column (both from 1) of a byte offset; an offset past the end or inside a character is taken as the
    /// nearest one before it.
    pub fn line_column(&self, text: &str, offset: usize) -> (usize, usize) {
        let offset = floor_boundary(text, offset);
        let line = self.line_number(text, offset);
        let start = self.start(text, line).unwrap_or(0);
        (line, self.mark(text, offset).characters - self.mark(text, start).characters + 1)
    }

    /// The line (from 1) of a byte offset. Unlike a column it costs nothing on long lines.
    pub fn line_number(&self, text: &str, offset: usize) -> usize {
        let offset = offset.min(text.len());
        let block = offset / Self::BLOCK;
        let rest = text.as_bytes().get(block * Self::BLOCK..offset).unwrap_or(&[]);
        self.ends.get(block).copied().unwrap_or(0) + line_ends(rest) + 1
    }

    /// Byte offset of a line's first byte (lines from 1); the end of the text for lines after the last.
    pub fn line_start(&self, text: &str, line: usize) -> usize {
        self.start(text, line.max(1)).unwrap_or(text.len())
    }

    /// Where a line begins; `None` after the last.
    fn start(&self, text: &str, line: usize) -> Option<usize> {
        let before = line.checked_sub(1)?;
        let block = self.ends.partition_point(|ends| *ends < before).checked_sub(1);
        let Some(block) = block.filter(|_| before > 0) else {
            return (before == 0 && !self.ends.is_empty()).then_some(0);
        };
        let rest = text.as_bytes().get(block * Self::BLOCK..)?;
        let left = before - self.ends.get(block)?;
        memchr::memchr_iter(b'\n', rest).nth(left.checked_sub(1)?).map(|at| block * Self::BLOCK + at + 1)
    }

    /// A line without its end.
    pub fn line<'t>(&self, text: &'t str, line: usize) -> Option<&'t str> {
        let start = self.start(text, line)?;
        let end = self.start(text, line + 1).unwrap_or(text.len());
        text.get(start..end).map(|l| l.trim_end_matches(['\n', '\r']))
    }

    /// The place of a span, with its excerpt.
    pub fn place(&self, file: &str, text: &str, span: Span, path: String) -> Place {
        let (line, column) = self.line_column(text, span.offset);
        let (end_line, end_column) = self.line_column(text, span.end());
        let last = end_line.min(line + Self::EXCERPT_LINES - 1);
        let lines =
            (line..=last).filter_map(|n| self.line(text, n)).map(|l| l.chars().take(Self::EXCERPT_WIDTH).collect());
        let lines: Vec<String> = lines.collect();
        Place {
            file: file.to_owned(),
            line,
            column,
            end_line,
            end_column,
            offset: span.offset,
            length: span.length,
            path,
            excerpt: (!lines.is_empty()).then_some(Excerpt { line, lines }),
        }
    }
}

fn line_ends(bytes: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', bytes).count()
}

fn floor_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

impl Place {
    /// A place that is a whole file, for what has no position: a missing file, a file that is not text.
    pub fn whole(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            line: 1,
            column: 1,
            end_line: 1,
            end_column: 1,
            offset: 0,
            length: 0,
            path: String::new(),
            excerpt: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LineIndex, Span};

    #[test]
    fn long_lines_are_counted_as_short_ones_are() {
        let line = "aé\u{1F600}\u{20AC}".repeat(3000);
        let text = format!("x\n{line}\ny");
        let index = LineIndex::new(&text);
        let (mut characters, mut units) = (0, 0);
        for (at, character) in line.char_indices() {
            assert_eq!(index.line_column(&text, 2 + at), (2, characters + 1));
            assert_eq!(index.offset_after(&text, 2, characters, false), Some(2 + at));
            assert_eq!(index.offset_after(&text, 2, units, true), Some(2 + at));
            characters += 1;
            units += character.len_utf16();
        }
        assert_eq!(index.offset_after(&text, 2, characters + 2, false), Some(text.len()));
        assert_eq!(index.offset_after(&text, 2, characters + 3, false), None);
        assert_eq!(index.offset_after(&text, 2, usize::MAX, true), None);
        assert_eq!(LineIndex::new("\u{1F600}b").offset_after("\u{1F600}b", 0, 1, true), Some(4), "inside a pair");
    }

    #[test]
    fn lines_are_found_in_long_texts_as_in_short_ones() {
        for text in [
            "",
            "\n",
            "a",
            "a\n",
            &"\n".repeat(9000),
            &"line\r\n".repeat(3000),
            &"x".repeat(9000),
            &format!("{}\nb", "x".repeat(4095)),
        ] {
            let index = LineIndex::new(text);
            let starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
            for (line, start) in (1..).zip(&starts) {
                assert_eq!((index.line_start(text, line), index.line_number(text, *start)), (*start, line));
                assert!(index.line(text, line).is_some());
            }
            assert_eq!((index.line(text, starts.len() + 1), index.line(text, 0)), (None, None));
            assert_eq!(index.line_start(text, starts.len() + 1), text.len());
            assert_eq!(index.line_number(text, usize::MAX), starts.len());
        }
    }

    #[test]
    fn columns_count_characters_and_offsets_count_bytes() {
        let text = "añb\n\u{1F600}x\r\nlast";
        let index = LineIndex::new(text);
        assert_eq!(index.line_column(text, 3), (1, 3));
        assert_eq!(index.line_column(text, 9), (2, 2));
        assert_eq!(index.line_column(text, 7), (2, 1), "inside a character counts as its start");
        assert_eq!(index.line_column(text, 999), (3, 5));
        assert_eq!([0, 4, 5, 7, 999].map(|offset| index.line_number(text, offset)), [1, 1, 2, 2, 3]);
        assert_eq!(index.line(text, 2), Some("\u{1F600}x"));
        let place = index.place("f", text, Span::between(9, 10), String::new());
        assert_eq!((place.line, place.column, place.end_line, place.end_column), (2, 2, 2, 3));
        assert_eq!(place.excerpt.unwrap().lines, ["\u{1F600}x"]);
    }
}
