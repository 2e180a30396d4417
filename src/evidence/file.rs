use crate::input::SourceFile;
use crate::model::{LineIndex, Place, Span};
use std::cell::OnceCell;

/// A file of the input and its lines.
#[derive(Debug)]
pub struct File<'a> {
    /// The file.
    pub source: &'a SourceFile,
    /// Made when the first place in it is asked for: most files have no findings.
    lines: OnceCell<LineIndex>,
}

impl<'a> File<'a> {
    /// Wraps a file.
    pub fn new(source: &'a SourceFile) -> Self {
        Self { source, lines: OnceCell::new() }
    }

    /// Its path.
    pub fn path(&self) -> &'a str {
        &self.source.path
    }

    /// Its folder, without a slash at the end; empty for the root.
    pub fn folder(&self) -> &'a str {
        self.path().rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Its name without folders.
    pub fn name(&self) -> &'a str {
        self.path().rsplit_once('/').map_or(self.path(), |(_, name)| name)
    }

    /// Where its lines begin.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.source.text))
    }

    /// The place of a span, with its excerpt.
    pub fn place(&self, span: Span, path: String) -> Place {
        self.lines().place(self.path(), &self.source.text, span, path)
    }

    /// The line (from 1) of an offset.
    pub fn line(&self, offset: usize) -> usize {
        self.lines().line_number(&self.source.text, offset)
    }

    /// The first byte of a line that holds an offset.
    pub fn line_start(&self, offset: usize) -> usize {
        self.lines().line_start(&self.source.text, self.line(offset))
    }
}
