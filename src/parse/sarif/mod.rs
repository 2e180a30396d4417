//! Reads SARIF 2.1.0, the Static Analysis Results Interchange Format.
//!
//! Source: OASIS, SARIF Version 2.1.0. A log is read run by run and result by result: of each result only what is said
//! here is kept, so that memory grows with the number of results and not with their code flows. A run may describe its
//! rules after its results; what a result means is settled when its run ends.

mod read;
mod rules;
#[cfg(test)]
mod tests;
mod uri;

pub use read::parse;

use crate::model::{LineIndex, Span};
use std::sync::Arc;

/// A log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sarif {
    /// One run of one tool each.
    pub runs: Vec<Run>,
}

/// What one run of a tool reported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Run {
    /// Name of the tool; empty when the log does not say it.
    pub tool: String,
    /// Its version, as it writes it; empty when the log does not say it.
    pub version: String,
    /// How many rules the tool and its extensions describe.
    pub rules: usize,
    /// The tool says of itself that it did not run to its end, so that what it did not report proves nothing.
    pub incomplete: bool,
    /// In text order.
    pub results: Vec<ToolResult>,
}

/// A result of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolResult {
    /// Id of the tool's rule; empty when the log does not say it.
    pub rule: Arc<str>,
    /// An address with documentation of the rule; empty when the log has none.
    pub help: Arc<str>,
    /// How much it weighs, after the rule's default.
    pub level: ToolLevel,
    /// Whether it counts.
    pub state: State,
    /// What it says, with its arguments filled in; cut after some thousand bytes.
    pub message: String,
    /// Where, as the log says it; the first is the main one. At most [`Location::MOST`].
    pub locations: Vec<Location>,
    /// The whole result in the SARIF file.
    pub span: Span,
    /// Its message in the SARIF file, or the whole result.
    pub message_span: Span,
}

/// Levels of SARIF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ToolLevel {
    /// Says nothing about a problem.
    None,
    /// Worth knowing.
    Note,
    /// A problem.
    Warning,
    /// A serious problem.
    Error,
}

impl ToolLevel {
    /// From SARIF's word.
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "none" => Self::None,
            "note" => Self::Note,
            "warning" => Self::Warning,
            "error" => Self::Error,
            _ => return None,
        })
    }
}

/// Whether a result counts, and else why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// A problem that is there.
    Open,
    /// Somebody accepted it, in the code or in the tool.
    Suppressed,
    /// It was there in the run that the tool compared with, and is not any more.
    Gone,
    /// It tells of something else than a problem: a check that passed, did not apply or awaits a person.
    NoProblem,
}

/// Where a result is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// Path of the file, `/` between its parts, resolved and decoded; an address where it is no file.
    pub path: String,
    /// The part of the file; `None` for the whole.
    pub region: Option<Region>,
}

impl Location {
    /// Most locations that are kept of one result.
    pub const MOST: usize = 20;

    /// Path and line, as people write them.
    pub fn in_words(&self) -> String {
        match &self.region {
            Some(Region { lines: Some(lines), .. }) => format!("{}:{}", self.path, lines.line),
            _ => self.path.clone(),
        }
    }
}

/// A part of a file, in one or more of three ways to say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// By lines and columns.
    pub lines: Option<Lines>,
    /// Offset and length in characters.
    pub characters: Option<(usize, usize)>,
    /// Offset and length in bytes.
    pub bytes: Option<(usize, usize)>,
    /// Columns and characters are units of UTF-16 instead of Unicode scalar values.
    pub utf16: bool,
}

/// Lines and columns, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lines {
    /// First line.
    pub line: usize,
    /// First column.
    pub column: usize,
    /// Last line.
    pub end_line: usize,
    /// The column after the last character; `None` for the rest of the line.
    pub end_column: Option<usize>,
}

impl Region {
    /// The bytes in the text of the file; `None` when the text has no such place, as another version of a file has not.
    pub fn span(&self, text: &str, index: &LineIndex) -> Option<Span> {
        let after = |start: usize, count: usize| index.offset_after(text, start, count, self.utf16);
        if let Some(Lines { line, column, end_line, end_column }) = self.lines {
            let end_of = |line: usize| Some(index.line_start(text, line) + index.line(text, line)?.len());
            let start = after(index.line_start(text, line), column - 1).filter(|start| end_of(line) >= Some(*start))?;
            let last = end_of(end_line)?;
            let end = end_column.and_then(|column| after(index.line_start(text, end_line), column - 1));
            return Some(Span::between(start, end.unwrap_or(last).min(last).max(start)));
        }
        if let Some((offset, length)) = self.bytes {
            let span = Span { offset, length };
            return text.get(span.range()).map(|_| span);
        }
        let (offset, length) = self.characters?;
        let start = after(0, offset)?;
        Some(Span::between(start, after(start, length).unwrap_or(text.len())))
    }
}

impl Sarif {
    /// Names of the tools, each once, in the order of their runs.
    pub fn tools(&self) -> Vec<&str> {
        let mut tools: Vec<&str> = Vec::new();
        for run in self.runs.iter().filter(|run| !run.tool.is_empty()) {
            if !tools.contains(&run.tool.as_str()) {
                tools.push(&run.tool);
            }
        }
        tools
    }
}
