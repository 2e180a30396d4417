//! Reads Markdown into sections of located text, with code kept apart: what a document says is found by its structure.

mod dates;
mod recovery;
mod words;

pub use recovery::Stated;

use super::Parsed;
use crate::model::{Date, Span};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::ops::Range;
use std::sync::Arc;

/// A Markdown document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// In text order; the first has no heading when text stands before the first one.
    pub sections: Vec<Section>,
}

/// A heading and what stands between it and the next one of any level.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Section {
    /// Absent for text before the first heading.
    pub heading: Option<Heading>,
    /// In text order.
    pub blocks: Vec<Block>,
}

/// A heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// Without markup.
    pub text: Text,
}

/// A piece of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A paragraph.
    Prose(Text),
    /// A list item or a paragraph in one, without the lists inside it.
    Item(Text),
    /// A row of a table.
    Row {
        /// Texts of the table's head.
        head: Arc<[String]>,
        /// Its cells.
        cells: Vec<Text>,
    },
    /// A code block.
    Code(Text),
}

/// Text without markup, which knows where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text {
    /// The text; line ends inside a paragraph are blanks.
    pub text: String,
    /// From its first to its last character in the document.
    pub span: Span,
    /// Offsets in the text, and those of the same bytes in the document, by the former.
    places: Vec<(usize, usize)>,
}

/// Reads a document. Every text is one.
pub fn parse(text: &str) -> Parsed<Document> {
    let mut builder = Builder::default();
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        builder.event(event, range);
    }
    Parsed { document: Some(builder.document()), problems: Vec::new() }
}

impl Document {
    /// All headings in text order.
    pub fn headings(&self) -> impl Iterator<Item = &Heading> {
        self.sections.iter().filter_map(|section| section.heading.as_ref())
    }

    /// Recovery times that the document states: durations in minutes, in the sentence, item, row or section that names
    /// them so. Code does not count, nor do other durations.
    pub fn recovery_objectives(&self) -> Vec<Stated> {
        recovery::objectives(self)
    }
}

impl Text {
    fn push(&mut self, piece: &str, range: Range<usize>) {
        if piece.is_empty() {
            return;
        }
        if self.text.is_empty() {
            self.span = Span::between(range.start, range.end);
        }
        self.span = Span::between(self.span.offset, range.end.max(self.span.end()));
        self.places.push((self.text.len(), range.start));
        self.text.push_str(piece);
    }

    /// Dates of the text with their bytes in it, where day and month cannot be mistaken for each other.
    pub fn dates(&self) -> Vec<(Date, Range<usize>)> {
        dates::dates(&self.text)
    }

    /// The place in the document of a run of bytes of the text.
    pub fn place(&self, range: Range<usize>) -> Span {
        let at = |offset: usize| {
            let index = self.places.partition_point(|(own, _)| *own <= offset).checked_sub(1)?;
            let (own, document) = self.places.get(index)?;
            Some(document + (offset - own))
        };
        let last = range.end.saturating_sub(1).max(range.start);
        match (at(range.start), at(last)) {
            (Some(start), Some(last)) => {
                let end = (last + 1).min(self.span.end());
                Span::between(start.min(end), end)
            }
            _ => self.span,
        }
    }
}

#[derive(Default)]
struct Builder {
    document: Document,
    block: Option<Block>,
    heading: Option<Heading>,
    head: Option<Vec<String>>,
    /// The head of the open table.
    table: Arc<[String]>,
    items: usize,
    in_metadata: bool,
}

impl Builder {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Code(text) => self.text(&text, inside(&text, range)),
            Event::SoftBreak => self.text(" ", range),
            Event::HardBreak => self.text("\n", range),
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.flush();
                self.heading = Some(Heading { level: *level as u8, text: Text::default() });
            }
            Tag::Paragraph => {
                self.flush();
                let inside_item = self.items > 0;
                self.block =
                    Some(if inside_item { Block::Item(Text::default()) } else { Block::Prose(Text::default()) });
            }
            Tag::List(_) => self.flush(),
            Tag::Item => {
                self.flush();
                self.items += 1;
                self.block = Some(Block::Item(Text::default()));
            }
            Tag::CodeBlock(_) => {
                self.flush();
                self.block = Some(Block::Code(Text::default()));
            }
            Tag::TableHead => {
                self.flush();
                self.head = Some(Vec::new());
            }
            Tag::TableRow => {
                self.flush();
                self.block = Some(Block::Row { head: Arc::clone(&self.table), cells: Vec::new() });
            }
            Tag::TableCell => match (&mut self.head, &mut self.block) {
                (Some(head), _) => head.push(String::new()),
                (None, Some(Block::Row { cells, .. })) => cells.push(Text::default()),
                _ => {}
            },
            Tag::MetadataBlock(_) => self.in_metadata = true,
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                let heading = self.heading.take();
                self.document.sections.push(Section { heading, blocks: Vec::new() });
            }
            TagEnd::Item => {
                self.flush();
                self.items = self.items.saturating_sub(1);
            }
            TagEnd::Paragraph | TagEnd::CodeBlock | TagEnd::TableRow => self.flush(),
            TagEnd::TableHead => self.table = self.head.take().unwrap_or_default().into(),
            TagEnd::MetadataBlock(_) => self.in_metadata = false,
            _ => {}
        }
    }

    fn text(&mut self, piece: &str, range: Range<usize>) {
        if self.in_metadata {
            return;
        }
        if let Some(heading) = &mut self.heading {
            return heading.text.push(piece, range);
        }
        if let Some(cell) = self.head.as_mut().and_then(|head| head.last_mut()) {
            cell.push_str(piece);
            return;
        }
        if self.block.is_none() && self.items > 0 {
            // After a list inside it, an item goes on.
            self.block = Some(Block::Item(Text::default()));
        }
        match &mut self.block {
            Some(Block::Prose(text) | Block::Item(text) | Block::Code(text)) => text.push(piece, range),
            Some(Block::Row { cells, .. }) => {
                if let Some(cell) = cells.last_mut() {
                    cell.push(piece, range);
                }
            }
            None => {}
        }
    }

    fn flush(&mut self) {
        let Some(block) = self.block.take() else { return };
        let empty = match &block {
            Block::Prose(text) | Block::Item(text) | Block::Code(text) => text.text.trim().is_empty(),
            Block::Row { cells, .. } => cells.is_empty(),
        };
        if empty {
            return;
        }
        if self.document.sections.is_empty() {
            self.document.sections.push(Section::default());
        }
        if let Some(section) = self.document.sections.last_mut() {
            section.blocks.push(block);
        }
    }

    fn document(mut self) -> Document {
        self.flush();
        self.document
    }
}

/// The range of the text itself: that of inline code covers its marks too.
fn inside(text: &str, range: Range<usize>) -> Range<usize> {
    let marks = range.len().saturating_sub(text.len()) / 2;
    range.start + marks..range.end - marks
}

#[cfg(test)]
mod tests;
