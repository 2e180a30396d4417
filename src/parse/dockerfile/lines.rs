//! Physical lines to instructions: directives, comments, continuation lines and here-documents.

use super::instruction::{self, Heading};
use super::{Directive, Form, Heredoc, Instruction, Mapped};
use crate::model::Span;
use crate::parse::Problem;

/// What the lines of a file hold.
pub(super) struct Lines {
    pub(super) directives: Vec<Directive>,
    pub(super) instructions: Vec<Instruction>,
    pub(super) comments: Vec<Span>,
    pub(super) problems: Vec<Problem>,
}

/// A physical line without its end.
#[derive(Clone, Copy)]
struct Line<'t> {
    text: &'t str,
    offset: usize,
}

struct Reader<'t> {
    text: &'t str,
    pos: usize,
    escape: char,
    out: Lines,
}

pub(super) fn read(text: &str) -> Lines {
    let out = Lines { directives: Vec::new(), instructions: Vec::new(), comments: Vec::new(), problems: Vec::new() };
    let pos = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut reader = Reader { text, pos, escape: '\\', out };
    reader.directives();
    while let Some(line) = reader.next_line() {
        if !reader.skips(line) {
            reader.instruction(line);
        }
    }
    reader.out
}

impl<'t> Reader<'t> {
    fn next_line(&mut self) -> Option<Line<'t>> {
        let rest = self.text.get(self.pos..).filter(|rest| !rest.is_empty())?;
        let length = rest.find('\n').unwrap_or(rest.len());
        let line = rest.get(..length)?;
        let offset = self.pos;
        self.pos += (length + 1).min(rest.len());
        Some(Line { text: line.strip_suffix('\r').unwrap_or(line), offset })
    }

    /// Directives come first; the first line that is none ends them, be it a comment or empty.
    fn directives(&mut self) {
        loop {
            let start = self.pos;
            let Some((name, value, span)) = self.next_line().and_then(directive) else {
                self.pos = start;
                return;
            };
            if !matches!(name.as_str(), "syntax" | "escape" | "check") {
                continue;
            }
            if self.out.directives.iter().any(|d| d.name == name) {
                self.problem(span, format!("the directive `{name}` is there twice"));
            }
            if name == "escape" {
                match value.as_str() {
                    "\\" => self.escape = '\\',
                    "`" => self.escape = '`',
                    _ => self.problem(span, "the escape character must be a backslash or a backtick"),
                }
            }
            self.out.directives.push(Directive { name, value, span });
        }
    }

    /// Whether a line is empty or a comment, which is kept.
    fn skips(&mut self, line: Line<'t>) -> bool {
        let trimmed = line.text.trim_start();
        if trimmed.starts_with('#') {
            let end = line.offset + line.text.len();
            self.out.comments.push(Span::between(end - trimmed.len(), end));
            return true;
        }
        trimmed.is_empty()
    }

    fn problem(&mut self, span: Span, message: impl Into<String>) {
        if self.out.problems.len() < super::MAX_PROBLEMS {
            self.out.problems.push(Problem::new(span, message));
        }
    }

    fn instruction(&mut self, first: Line<'t>) {
        let mut body = Mapped::default();
        let mut line = first;
        let indent = first.text.len() - first.text.trim_start().len();
        let mut text = first.text.get(indent..).unwrap_or_default();
        let mut offset = first.offset + indent;
        loop {
            let continued = self.continued(text);
            body.push(continued.unwrap_or(text), offset);
            if continued.is_none() {
                break;
            }
            // Comments and empty lines between continuation lines are as if they were not there.
            let next = loop {
                match self.next_line() {
                    Some(next) if self.skips(next) => {}
                    next => break next,
                }
            };
            let Some(next) = next else { break };
            line = next;
            text = line.text;
            offset = line.offset;
        }
        let mut heading = instruction::read(&body, self.escape);
        heading.instruction.span = Span::between(first.offset + indent, line.offset + line.text.trim_end().len());
        self.heredocs(&mut heading);
        for problem in heading.problems {
            self.problem(problem.span, problem.message);
        }
        self.out.instructions.push(heading.instruction);
    }

    /// The line without its continuation mark, if it has one. A doubled mark is none.
    fn continued(&self, line: &'t str) -> Option<&'t str> {
        let before = line.trim_end_matches([' ', '\t']).strip_suffix(self.escape)?;
        (!before.ends_with(self.escape)).then_some(before)
    }

    /// Reads the bodies that the words of an instruction announce, in their order.
    fn heredocs(&mut self, heading: &mut Heading) {
        if heading.heredocs.is_empty() {
            return;
        }
        let mut bodies = Mapped::default();
        // What a shell reads: the instruction, then bodies and closing lines.
        let mut whole = Mapped::default();
        self.push_line_end(&mut whole);
        for (opening, span) in std::mem::take(&mut heading.heredocs) {
            let start = self.pos;
            let mut end = None;
            while let Some(line) = self.next_line() {
                let text = if opening.strips_tabs { line.text.trim_start_matches('\t') } else { line.text };
                let offset = line.offset + (line.text.len() - text.len());
                whole.push(text, offset);
                self.push_line_end(&mut whole);
                if text == opening.name {
                    end = Some(line.offset);
                    break;
                }
                bodies.push(text, offset);
                self.push_line_end(&mut bodies);
            }
            if end.is_none() {
                let name = instruction::shorten(&opening.name);
                self.problem(span, format!("this here-document has no closing line `{name}`"));
            }
            let body = Span::between(start, end.unwrap_or(self.pos));
            heading.instruction.heredocs.push(Heredoc { body, ..opening });
        }
        let target = match &mut heading.instruction.inner {
            Some(inner) => inner,
            None => &mut heading.instruction,
        };
        if target.form == Form::Shell {
            target.script = Some(if heading.only_heredoc { bodies } else { target.body.joined(&whole) });
        }
    }

    /// Adds the end of the line that was read last, if it has one.
    fn push_line_end(&self, mapped: &mut Mapped) {
        let end = self.pos.saturating_sub(1);
        if self.text.get(end..self.pos) == Some("\n") {
            mapped.push("\n", end);
        }
    }
}

fn directive(line: Line<'_>) -> Option<(String, String, Span)> {
    let (name, value) = line.text.trim_start().strip_prefix('#')?.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let valid = name.bytes().all(|b| b.is_ascii_alphanumeric())
        && name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
        && !value.is_empty();
    valid.then(|| {
        let span = Span::between(line.offset, line.offset + line.text.len());
        (name.to_ascii_lowercase(), value.to_owned(), span)
    })
}
