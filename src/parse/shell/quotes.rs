//! Quotes, escapes and GitHub's expressions inside words.

use super::parser::Parser;
use super::words::Builder;

impl Parser<'_> {
    pub(super) fn escape(&mut self, word: &mut Builder) {
        let continuation = self.cur.continuation();
        if continuation > 0 {
            self.cur.advance(continuation);
            return;
        }
        self.cur.advance(1);
        let start = self.cur.pos;
        self.cur.bump();
        word.quoted = true;
        if self.cur.pos == start {
            word.copy(start.saturating_sub(1), "\\");
        } else {
            word.copy(start, self.cur.slice(start, self.cur.pos));
        }
    }

    pub(super) fn single_quoted(&mut self, word: &mut Builder) {
        let open = self.cur.pos;
        word.quoted = true;
        self.cur.advance(1);
        loop {
            match self.cur.peek() {
                None => return self.cur.problem_between(open, open + 1, "this single quote is never closed"),
                Some(b'\'') => return self.cur.advance(1),
                Some(b'$') => self.expression_or_run(word),
                Some(_) => self.copy_until(word, |b| matches!(b, b'\'' | b'$')),
            }
        }
    }

    fn expression_or_run(&mut self, word: &mut Builder) {
        if !self.take_expression(word) {
            self.copy_until(word, |b| matches!(b, b'\'' | b'$'));
        }
    }

    pub(super) fn take_expression(&mut self, word: &mut Builder) -> bool {
        let Some(length) = self.cur.expression() else { return false };
        let start = self.cur.pos;
        self.cur.advance(length);
        word.dynamic = true;
        word.copy(start, self.cur.slice(start, self.cur.pos));
        true
    }

    pub(super) fn double_quoted(&mut self, word: &mut Builder) {
        let open = self.cur.pos;
        word.quoted = true;
        self.cur.advance(1);
        loop {
            match self.cur.peek() {
                None => return self.cur.problem_between(open, open + 1, "this double quote is never closed"),
                Some(b'"') => return self.cur.advance(1),
                Some(b'\\') => self.escape_in_quotes(word),
                Some(b'$') => self.dollar(word, true),
                Some(b'`') => self.backticks(word),
                Some(_) => self.copy_until(word, |b| matches!(b, b'"' | b'\\' | b'$' | b'`')),
            }
        }
    }

    /// Inside double quotes a backslash escapes only what would have a meaning there.
    fn escape_in_quotes(&mut self, word: &mut Builder) {
        if self.cur.continuation() > 0 || matches!(self.cur.peek_at(1), Some(b'"' | b'\\' | b'$' | b'`')) {
            self.escape(word);
        } else {
            let start = self.cur.pos;
            self.cur.advance(1);
            word.copy(start, "\\");
        }
    }

    /// `$'…'`, the position on the quote.
    pub(super) fn ansi_quoted(&mut self, word: &mut Builder) {
        let open = self.cur.pos;
        word.quoted = true;
        self.cur.advance(1);
        loop {
            match self.cur.peek() {
                None => return self.cur.problem_between(open, open + 1, "this single quote is never closed"),
                Some(b'\'') => return self.cur.advance(1),
                Some(b'$') => self.expression_or_run_ansi(word),
                Some(b'\\') => self.ansi_escape(word),
                Some(_) => self.copy_until(word, |b| matches!(b, b'\'' | b'\\' | b'$')),
            }
        }
    }

    fn expression_or_run_ansi(&mut self, word: &mut Builder) {
        if !self.take_expression(word) {
            self.copy_until(word, |b| matches!(b, b'\'' | b'\\' | b'$'));
        }
    }

    fn ansi_escape(&mut self, word: &mut Builder) {
        self.cur.advance(1);
        let Some(character) = self.cur.rest().chars().next() else { return };
        self.cur.bump();
        let number = |parser: &mut Self, radix: u32, most: usize| {
            let digits: String = parser.cur.rest().chars().take(most).take_while(|c| c.is_digit(radix)).collect();
            parser.cur.advance(digits.len());
            u32::from_str_radix(&digits, radix).ok().and_then(char::from_u32)
        };
        let decoded = match character {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'a' => '\u{7}',
            'b' => '\u{8}',
            'e' | 'E' => '\u{1b}',
            'f' => '\u{c}',
            'v' => '\u{b}',
            'x' => number(self, 16, 2).unwrap_or('x'),
            'u' => number(self, 16, 4).unwrap_or('u'),
            'U' => number(self, 16, 8).unwrap_or('U'),
            '0'..='7' => {
                self.cur.pos -= 1;
                number(self, 8, 3).unwrap_or(character)
            }
            other => other,
        };
        word.decoded(decoded);
    }
}
