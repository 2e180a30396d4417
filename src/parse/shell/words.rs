//! Words: expansions, substitutions, arrays and patterns.

use super::lexer::{is_blank, is_meta};
use super::parser::{Parser, STOP_PAREN};
use super::{ScopeKind, Word};
use crate::model::Span;

/// Longest substitution that a word's text holds; nested ones would otherwise be copied once a level.
const MAX_SUBSTITUTION: usize = 1024;

/// Where a word stands, which says what ends it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In a command: any operator ends it.
    Command,
    /// Between `[[` and `]]`: only blanks and `;` end it.
    Test,
}

/// A word under construction.
#[derive(Default)]
pub(super) struct Builder {
    text: String,
    pub(super) dynamic: bool,
    pub(super) quoted: bool,
    start: usize,
    /// Some text was not copied from where the text before it ended.
    scattered: bool,
}

impl Builder {
    pub(super) fn copy(&mut self, offset: usize, text: &str) {
        if self.text.is_empty() {
            self.start = offset;
        } else if self.start + self.text.len() != offset {
            self.scattered = true;
        }
        self.text.push_str(text);
    }

    pub(super) fn decoded(&mut self, character: char) {
        self.scattered = true;
        self.text.push(character);
    }

    fn finish(self, span: Span) -> Word {
        let text_offset = (!self.scattered && !self.text.is_empty()).then_some(self.start);
        Word { text: self.text, span, dynamic: self.dynamic, quoted: self.quoted, text_offset }
    }
}

impl Parser<'_> {
    /// Reads one word; empty (and nothing consumed) if none begins here.
    pub(super) fn word(&mut self, place: Place) -> Word {
        let start = self.cur.pos;
        let mut word = Builder::default();
        while let Some(byte) = self.cur.peek() {
            let ends = match place {
                Place::Command => is_meta(byte),
                Place::Test => is_blank(byte) || byte == b';',
            };
            if ends && byte == b'(' && self.opens_pattern(start) {
                self.pattern(&mut word);
            } else if ends && self.opens_array(start, &word) {
                self.array(&mut word);
            } else if ends && matches!(byte, b'<' | b'>') && self.cur.peek_at(1) == Some(b'(') {
                self.process_substitution(&mut word);
            } else if ends {
                break;
            } else {
                self.piece(&mut word, byte, place);
            }
        }
        word.finish(Span::between(start, self.cur.pos))
    }

    /// One piece of an unquoted word.
    fn piece(&mut self, word: &mut Builder, byte: u8, place: Place) {
        match byte {
            b'\\' => self.escape(word),
            b'\'' => self.single_quoted(word),
            b'"' => self.double_quoted(word),
            b'$' => self.dollar(word, false),
            b'`' => self.backticks(word),
            _ => {
                let ends = |b: u8| match place {
                    Place::Command => is_meta(b),
                    Place::Test => is_blank(b) || b == b';',
                };
                self.copy_until(word, |b| ends(b) || matches!(b, b'\\' | b'\'' | b'"' | b'$' | b'`'));
            }
        }
    }

    /// Copies at least one character, and on to the next byte that means something.
    pub(super) fn copy_until(&mut self, word: &mut Builder, stop: impl Fn(u8) -> bool) {
        let start = self.cur.pos;
        self.cur.bump();
        let rest = self.cur.rest();
        self.cur.advance(rest.bytes().position(stop).unwrap_or(rest.len()));
        word.copy(start, self.cur.slice(start, self.cur.pos));
    }

    /// Whatever a `$` begins.
    pub(super) fn dollar(&mut self, word: &mut Builder, in_quotes: bool) {
        if self.take_expression(word) {
            return;
        }
        let start = self.cur.pos;
        match self.cur.peek_at(1) {
            Some(b'(') if self.cur.peek_at(2) == Some(b'(') && self.cur.is_arithmetic(start + 1) => {
                self.cur.advance(3);
                self.arithmetic(start);
                self.keep_source(word, start);
            }
            Some(b'(') => {
                self.cur.advance(2);
                self.substitution(ScopeKind::CommandSubstitution, start);
                self.keep_source(word, start);
            }
            Some(b'{') => {
                self.cur.advance(2);
                self.braced(start, in_quotes);
                self.keep_source(word, start);
            }
            Some(b'\'') if !in_quotes => {
                self.cur.advance(1);
                self.ansi_quoted(word);
            }
            Some(b'"') if !in_quotes => {
                self.cur.advance(1);
                self.double_quoted(word);
            }
            Some(b) if b.is_ascii_alphabetic() || b == b'_' => {
                self.cur.advance(1);
                let name = self.cur.rest().bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
                self.cur.advance(name);
                word.dynamic = true;
                word.copy(start, self.cur.slice(start, self.cur.pos));
            }
            Some(b) if b.is_ascii_digit() || matches!(b, b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!') => {
                self.cur.advance(2);
                word.dynamic = true;
                word.copy(start, self.cur.slice(start, self.cur.pos));
            }
            _ => {
                self.cur.advance(1);
                word.copy(start, "$");
            }
        }
    }

    /// Puts what was read since `start` into the word as it is written.
    fn keep_source(&self, word: &mut Builder, start: usize) {
        word.dynamic = true;
        let source = self.cur.slice(start, self.cur.pos);
        if source.len() <= MAX_SUBSTITUTION {
            word.copy(start, source);
        } else {
            word.text.push_str("$(…)");
            word.scattered = true;
        }
    }

    /// After `${`, to the `}`.
    fn braced(&mut self, open: usize, in_quotes: bool) {
        if !self.deeper() {
            return;
        }
        let mut ignored = Builder::default();
        loop {
            ignored.text.clear();
            match self.cur.peek() {
                None => {
                    self.cur.problem_between(open, open + 2, "this `${` is never closed");
                    break;
                }
                Some(b'}') => {
                    self.cur.advance(1);
                    break;
                }
                Some(b'\\') => self.escape(&mut ignored),
                Some(b'\'') if !in_quotes => self.single_quoted(&mut ignored),
                Some(b'"') => self.double_quoted(&mut ignored),
                // `${#a}`, `${$}`: a dollar that begins nothing is skipped by `dollar`.
                Some(b'$') => self.dollar(&mut ignored, in_quotes),
                Some(b'`') => self.backticks(&mut ignored),
                Some(_) => self.copy_until(&mut ignored, |b| matches!(b, b'}' | b'\\' | b'\'' | b'"' | b'$' | b'`')),
            }
        }
        self.shallower();
    }

    /// After `((`, to behind the `))`: where the text between them ends.
    pub(super) fn arithmetic(&mut self, open: usize) -> usize {
        if !self.deeper() {
            return self.cur.pos;
        }
        let mut ignored = Builder::default();
        let mut depth = 0_usize;
        let mut end;
        loop {
            end = self.cur.pos;
            ignored.text.clear();
            match self.cur.peek() {
                None => {
                    self.cur.problem_between(open, open + 2, "this `((` is never closed");
                    break;
                }
                Some(b')') if depth == 0 => {
                    self.cur.advance(if self.cur.peek_at(1) == Some(b')') { 2 } else { 1 });
                    break;
                }
                Some(b')') => {
                    depth -= 1;
                    self.cur.advance(1);
                }
                Some(b'(') => {
                    depth += 1;
                    self.cur.advance(1);
                }
                Some(b'\\') => self.escape(&mut ignored),
                Some(b'\'') => self.single_quoted(&mut ignored),
                Some(b'"') => self.double_quoted(&mut ignored),
                Some(b'$') => self.dollar(&mut ignored, false),
                Some(b'`') => self.backticks(&mut ignored),
                Some(_) => {
                    self.copy_until(&mut ignored, |b| matches!(b, b'(' | b')' | b'\\' | b'\'' | b'"' | b'$' | b'`'));
                }
            }
        }
        self.shallower();
        end
    }

    /// After `$(`, `<(` or `>(`: commands to the `)`.
    fn substitution(&mut self, kind: ScopeKind, open: usize) {
        self.inner_list(kind, STOP_PAREN);
        if self.cur.peek() == Some(b')') {
            self.cur.advance(1);
        } else {
            self.cur.problem_between(open, open + 2, "this substitution is never closed");
        }
    }

    fn process_substitution(&mut self, word: &mut Builder) {
        let start = self.cur.pos;
        self.cur.advance(2);
        self.substitution(ScopeKind::ProcessSubstitution, start);
        self.keep_source(word, start);
    }

    /// Commands between backticks are read where they stand, so an escaped backtick in them does not begin commands.
    pub(super) fn backticks(&mut self, word: &mut Builder) {
        let start = self.cur.pos;
        self.cur.advance(1);
        let outer_end = self.cur.end;
        if let Some(close) = self.cur.closing_backtick() {
            self.cur.end = close;
            self.inner_list(ScopeKind::CommandSubstitution, 0);
            if !self.cur.gave_up {
                self.cur.end = outer_end;
                self.cur.pos = close + 1;
            }
        } else {
            self.cur.problem(start, "this backtick is never closed");
            self.inner_list(ScopeKind::CommandSubstitution, 0);
        }
        self.keep_source(word, start);
    }

    /// `@(`, `!(`, `?(`, `*(`, `+(` inside a word begin a pattern.
    fn opens_pattern(&self, start: usize) -> bool {
        self.cur.pos > start && matches!(self.cur.byte(self.cur.pos - 1), Some(b'@' | b'!' | b'?' | b'*' | b'+'))
    }

    fn pattern(&mut self, word: &mut Builder) {
        let start = self.cur.pos;
        self.cur.advance(1);
        self.balanced(start, word);
        word.copy(start, self.cur.slice(start, self.cur.pos));
    }

    /// `name=(` and `name+=(` begin an array.
    fn opens_array(&self, start: usize, word: &Builder) -> bool {
        self.cur.peek() == Some(b'(')
            && !word.quoted
            && self
                .cur
                .slice(start, self.cur.pos)
                .strip_suffix('=')
                .is_some_and(|name| super::parser::is_variable(name.strip_suffix('+').unwrap_or(name)))
    }

    fn array(&mut self, word: &mut Builder) {
        if !self.deeper() {
            return;
        }
        let start = self.cur.pos;
        self.cur.advance(1);
        loop {
            self.cur.newlines();
            let at = self.cur.pos;
            match self.cur.peek() {
                None => {
                    self.cur.problem_between(start, start + 1, "this array is never closed");
                    break;
                }
                Some(b')') => {
                    self.cur.advance(1);
                    break;
                }
                Some(_) => {
                    let item = self.word(Place::Command);
                    word.dynamic |= item.dynamic;
                    if self.cur.pos == at {
                        self.cur.bump();
                        self.cur.problem(at, "an operator cannot stand in an array");
                    }
                }
            }
        }
        word.copy(start, self.cur.slice(start, self.cur.pos));
        self.shallower();
    }

    /// To the `)` that closes the `(` before the position.
    fn balanced(&mut self, open: usize, word: &mut Builder) {
        let mut ignored = Builder::default();
        let mut depth = 0_usize;
        while let Some(byte) = self.cur.peek() {
            ignored.text.clear();
            match byte {
                b')' if depth == 0 => {
                    self.cur.advance(1);
                    word.dynamic |= ignored.dynamic;
                    return;
                }
                b')' => {
                    depth -= 1;
                    self.cur.advance(1);
                }
                b'(' => {
                    depth += 1;
                    self.cur.advance(1);
                }
                b'\\' => self.escape(&mut ignored),
                b'\'' => self.single_quoted(&mut ignored),
                b'"' => self.double_quoted(&mut ignored),
                b'$' => self.dollar(&mut ignored, false),
                b'`' => self.backticks(&mut ignored),
                _ => self.cur.bump(),
            }
        }
        self.cur.problem_between(open, open + 1, "this parenthesis is never closed");
    }
}
