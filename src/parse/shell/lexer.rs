//! The text, the position in it, and what is skipped between words.

use super::{Node, Script};
use crate::model::Span;
use crate::parse::Problem;

/// Most problems that are kept; what comes after says nothing new.
const MAX_PROBLEMS: usize = 100;

/// Position in the text, and what all parts of the parser share.
pub(super) struct Cursor<'s> {
    src: &'s str,
    /// Next byte; always on a character boundary.
    pub(super) pos: usize,
    /// End of the readable text: the whole text, or the closing backtick.
    pub(super) end: usize,
    /// Bytes that looking ahead may still read; keeps the total linear on hostile text.
    budget: usize,
    /// A limit is reached: the rest is not read, and constructs left open are not reported.
    pub(super) gave_up: bool,
    pub(super) pending: Vec<Pending>,
    pub(super) out: Script,
}

/// A here-document whose body begins after the line's end.
pub(super) struct Pending {
    pub(super) delimiter: String,
    pub(super) strip_tabs: bool,
    pub(super) node: Node,
    pub(super) redirect: usize,
    pub(super) span: Span,
}

impl<'s> Cursor<'s> {
    pub(super) fn new(src: &'s str) -> Self {
        Self {
            src,
            pos: 0,
            end: src.len(),
            budget: src.len().saturating_mul(16).saturating_add(4096),
            gave_up: false,
            pending: Vec::new(),
            out: Script::default(),
        }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.byte(self.pos)
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Option<u8> {
        self.byte(self.pos.saturating_add(ahead))
    }

    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        if at < self.end { self.src.as_bytes().get(at).copied() } else { None }
    }

    pub(super) fn looking_at(&self, text: &str) -> bool {
        self.rest().starts_with(text)
    }

    pub(super) fn rest(&self) -> &'s str {
        self.src.get(self.pos..self.end).unwrap_or_default()
    }

    pub(super) fn slice(&self, start: usize, end: usize) -> &'s str {
        self.src.get(start..end).unwrap_or_default()
    }

    /// Skips one whole character.
    pub(super) fn bump(&mut self) {
        self.pos += self.rest().chars().next().map_or(0, char::len_utf8);
    }

    /// Skips bytes known to be whole characters.
    pub(super) fn advance(&mut self, bytes: usize) {
        self.pos = self.pos.saturating_add(bytes).min(self.end);
    }

    pub(super) fn problem(&mut self, start: usize, message: impl Into<String>) {
        self.problem_between(start, self.pos, message);
    }

    pub(super) fn problem_between(&mut self, start: usize, end: usize, message: impl Into<String>) {
        if !self.gave_up && self.out.problems.len() < MAX_PROBLEMS {
            self.out.problems.push(Problem::new(Span::between(start, end), message));
        }
    }

    /// Ends the reading here.
    pub(super) fn give_up(&mut self, message: &str) {
        let start = self.pos;
        let end = start + self.rest().chars().next().map_or(0, char::len_utf8);
        self.problem_between(start, end, message);
        self.out.cut_off = true;
        self.gave_up = true;
        self.end = self.src.len();
        self.pos = self.end;
    }

    /// Length of a line's end at the position: 0, 1 (`\n`) or 2 (`\r\n`).
    pub(super) fn line_end(&self) -> usize {
        match (self.peek(), self.peek_at(1)) {
            (Some(b'\n'), _) => 1,
            (Some(b'\r'), Some(b'\n')) => 2,
            _ => 0,
        }
    }

    /// Length of an escaped line's end at the position.
    pub(super) fn continuation(&self) -> usize {
        match (self.peek(), self.peek_at(1), self.peek_at(2)) {
            (Some(b'\\'), Some(b'\n'), _) => 2,
            (Some(b'\\'), Some(b'\r'), Some(b'\n')) => 3,
            _ => 0,
        }
    }

    /// Skips blanks and continuations, not line ends and comments.
    pub(super) fn blanks(&mut self) {
        loop {
            let continuation = self.continuation();
            match self.peek() {
                Some(b' ' | b'\t') => self.pos += 1,
                Some(b'\r') if self.peek_at(1) == Some(b'\n') || self.peek_at(1).is_none() => self.pos += 1,
                _ if continuation > 0 => self.pos += continuation,
                _ => return,
            }
        }
    }

    /// Skips a comment up to the line's end. Only where a word could begin.
    pub(super) fn comment(&mut self) {
        if self.peek() == Some(b'#') {
            self.pos += self.rest().find('\n').unwrap_or(self.end - self.pos);
        }
    }

    /// Skips blanks, comments and line ends; whether there was a line's end.
    pub(super) fn newlines(&mut self) -> bool {
        let mut any = false;
        loop {
            self.blanks();
            self.comment();
            if self.peek() != Some(b'\n') {
                return any;
            }
            any = true;
            self.take_newline();
        }
    }

    /// Skips a line's end and the bodies of the here-documents that begin after it.
    pub(super) fn take_newline(&mut self) {
        self.advance(self.line_end());
        for pending in std::mem::take(&mut self.pending) {
            self.heredoc_body(&pending);
        }
    }

    /// Whatever here-documents are still waiting at the end of the text have no body.
    pub(super) fn finish_heredocs(&mut self) {
        for pending in std::mem::take(&mut self.pending) {
            self.heredoc_body(&pending);
        }
    }

    fn heredoc_body(&mut self, pending: &Pending) {
        let start = self.pos;
        let mut body_end = None;
        while self.pos < self.end {
            let line_start = self.pos;
            let length = self.rest().find('\n').unwrap_or(self.end - self.pos);
            let line = self.slice(line_start, line_start + length);
            self.advance(length + 1);
            let line = line.strip_suffix('\r').unwrap_or(line);
            let line = if pending.strip_tabs { line.trim_start_matches('\t') } else { line };
            if line == pending.delimiter {
                body_end = Some(line_start);
                break;
            }
        }
        if body_end.is_none() {
            let message = format!("this here-document has no closing line `{}`", shorten(&pending.delimiter));
            self.problem_between(pending.span.offset, pending.span.end(), message);
        }
        let body = Span::between(start, body_end.unwrap_or(self.pos));
        let redirects = match pending.node {
            Node::Command(index) => self.out.commands.get_mut(index).map(|c| &mut c.redirects),
            Node::Construct(index) => self.out.constructs.get_mut(index).map(|c| &mut c.redirects),
        };
        if let Some(redirect) = redirects.and_then(|r| r.get_mut(pending.redirect)) {
            redirect.heredoc = Some(body);
        }
    }

    /// Length of the `${{ … }}` at the position. Its strings are `'…'` with `''` for a quote, and may hold `}}`.
    pub(super) fn expression(&mut self) -> Option<usize> {
        if !self.looking_at("${{") {
            return None;
        }
        let mut at = self.pos + 3;
        let mut in_string = false;
        while let Some(byte) = self.look(at) {
            match byte {
                b'\'' => in_string = !in_string,
                b'}' if !in_string && self.byte(at + 1) == Some(b'}') => return Some(at + 2 - self.pos),
                _ => {}
            }
            at += 1;
        }
        None
    }

    /// Whether the `((` at `open` is closed by `))`, so that it is arithmetic and not two subshells.
    pub(super) fn is_arithmetic(&mut self, open: usize) -> bool {
        let mut depth = 0_usize;
        let mut at = open + 2;
        let mut quote = None;
        while let Some(byte) = self.look(at) {
            at += 1;
            match (quote, byte) {
                (_, b'\\') if quote != Some(b'\'') => at += 1,
                (Some(open), _) if open == byte => quote = None,
                (None, b'\'' | b'"') => quote = Some(byte),
                (None, b'(') => depth += 1,
                (None, b')') if depth == 0 => return self.byte(at) == Some(b')'),
                (None, b')') => depth -= 1,
                _ => {}
            }
        }
        false
    }

    /// Position of the backtick that closes the one before the position.
    pub(super) fn closing_backtick(&mut self) -> Option<usize> {
        let mut at = self.pos;
        loop {
            match self.byte(at)? {
                b'`' => return Some(at),
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
    }

    /// A byte ahead, against the budget.
    fn look(&mut self, at: usize) -> Option<u8> {
        self.budget = self.budget.checked_sub(1)?;
        self.byte(at)
    }
}

/// Text for a message.
pub(super) fn shorten(text: &str) -> String {
    if text.chars().count() <= 40 { text.to_owned() } else { text.chars().take(39).chain(['…']).collect() }
}

pub(super) const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Ends an unquoted word.
pub(super) const fn is_meta(byte: u8) -> bool {
    is_blank(byte) || matches!(byte, b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')')
}
