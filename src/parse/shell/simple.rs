//! Simple commands and redirections.

use super::lexer::Pending;
use super::parser::{Parser, is_variable};
use super::words::Place;
use super::{Assignment, Node, Redirect, Word};
use crate::model::Span;

/// Operators of redirections, longest first.
const REDIRECTS: [&str; 12] = ["&>>", "<<<", "<<-", "<<", "<>", "<&", "<", ">>", ">|", ">&", ">", "&>"];

impl Parser<'_> {
    /// Reads the simple command whose slot is reserved.
    pub(super) fn command(&mut self, index: usize, start: usize) {
        let outer = self.owner.replace(index);
        let mut end = start;
        if self.cur.looking_at("((") {
            self.arithmetic_command(index);
            end = self.cur.pos;
        } else if self.at_keyword("[[") {
            self.test_command(index);
            end = self.cur.pos;
        }
        loop {
            self.cur.blanks();
            let at = self.cur.pos;
            if !self.redirect(Node::Command(index)) {
                match self.cur.peek() {
                    None | Some(b'#' | b'\n' | b';' | b'&' | b'|' | b')') => break,
                    Some(b'(') => {
                        self.cur.advance(1);
                        self.cur.problem(at, "a parenthesis cannot stand here");
                    }
                    Some(_) => {
                        let word = self.word(Place::Command);
                        if word.span.length == 0 {
                            self.cur.pos = at;
                            break;
                        }
                        self.push_word(index, word);
                    }
                }
            }
            end = self.cur.pos;
        }
        if let Some(command) = self.cur.out.commands.get_mut(index) {
            command.span = Span::between(start, end);
        }
        self.owner = outer;
    }

    fn push_word(&mut self, index: usize, word: Word) {
        let assignment = assignment(&word, self.cur.slice(word.span.offset, word.span.end()));
        let Some(command) = self.cur.out.commands.get_mut(index) else { return };
        match assignment {
            Some(assignment) if command.words.is_empty() => command.assignments.push(assignment),
            _ => command.words.push(word),
        }
    }

    fn arithmetic_command(&mut self, index: usize) {
        let open = self.cur.pos;
        self.cur.advance(2);
        let close = self.arithmetic(open);
        let word = |from: usize, to: usize, dynamic: bool, text: &str| Word {
            text: text.to_owned(),
            span: Span::between(from, to),
            dynamic,
            quoted: false,
            text_offset: Some(from),
        };
        let words = [
            word(open, open + 2, false, self.cur.slice(open, open + 2)),
            word(open + 2, close, true, self.cur.slice(open + 2, close)),
            word(close, self.cur.pos, false, self.cur.slice(close, self.cur.pos)),
        ];
        if let Some(command) = self.cur.out.commands.get_mut(index) {
            command.words.extend(words);
        }
    }

    fn test_command(&mut self, index: usize) {
        let open = self.cur.pos;
        loop {
            self.cur.newlines();
            let word = self.word(Place::Test);
            if word.span.length == 0 {
                self.cur.problem_between(open, open + 2, "this `[[` has no `]]`");
                return;
            }
            let closes = word.text == "]]" && !word.quoted;
            if let Some(command) = self.cur.out.commands.get_mut(index) {
                command.words.push(word);
            }
            if closes {
                return;
            }
        }
    }

    /// Reads the redirection at the position, if there is one.
    pub(super) fn redirect(&mut self, node: Node) -> bool {
        let start = self.cur.pos;
        let Some((descriptor, op)) = self.redirect_operator() else { return false };
        let descriptor = (descriptor > 0).then(|| self.cur.slice(start, start + descriptor).to_owned());
        self.cur.advance(descriptor.as_ref().map_or(0, String::len) + op.len());
        self.cur.blanks();
        let target = self.word(Place::Command);
        let span = Span::between(start, self.cur.pos);
        if target.span.length == 0 {
            self.cur.problem_between(start, self.cur.pos, format!("nothing follows `{op}`"));
        }
        let delimiter = target.text.clone();
        let missing = target.span.length == 0;
        let redirect = Redirect { span, descriptor, op, target, heredoc: None };
        let redirects = match node {
            Node::Command(index) => self.cur.out.commands.get_mut(index).map(|c| &mut c.redirects),
            Node::Construct(index) => self.cur.out.constructs.get_mut(index).map(|c| &mut c.redirects),
        };
        let Some(redirects) = redirects else { return true };
        redirects.push(redirect);
        let redirect = redirects.len() - 1;
        if matches!(op, "<<" | "<<-") && !missing {
            self.cur.pending.push(Pending { delimiter, strip_tabs: op == "<<-", node, redirect, span });
        }
        true
    }

    /// Length of the descriptor and the operator of the redirection at the position.
    fn redirect_operator(&self) -> Option<(usize, &'static str)> {
        let rest = self.cur.rest();
        let first = self.cur.peek()?;
        let descriptor = match first {
            b'<' | b'>' | b'&' => 0,
            b'0'..=b'9' => rest.bytes().take_while(u8::is_ascii_digit).count(),
            b'{' => {
                let name = rest.bytes().skip(1).take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
                if name == 0 || self.cur.peek_at(name + 1) != Some(b'}') {
                    return None;
                }
                name + 2
            }
            _ => return None,
        };
        let rest = rest.get(descriptor..)?;
        let op = REDIRECTS.into_iter().find(|op| rest.starts_with(op))?;
        // `<(` and `>(` begin a word, and `1&>` is the word `1` before `&>`.
        if rest.as_bytes().get(op.len()) == Some(&b'(') && matches!(op, "<" | ">")
            || descriptor > 0 && op.starts_with('&')
        {
            return None;
        }
        Some((descriptor, op))
    }
}

/// The assignment that a word is. `source` is the word as written: the name and the `=` must stand there unquoted.
fn assignment(word: &Word, source: &str) -> Option<Assignment> {
    let at = source.find('=')?;
    let name = source.get(..at)?;
    let name = name.strip_suffix('+').unwrap_or(name);
    if !is_variable(name) || !word.text.starts_with(source.get(..=at)?) {
        return None;
    }
    let text = word.text.get(at + 1..)?.to_owned();
    let start = word.span.offset + at + 1;
    let text_offset = match word.text_offset {
        Some(offset) => Some(offset + at + 1),
        // The quote after `=` scattered the text; the value alone may still stand there as it is.
        None => source.get(at + 1..).and_then(|rest| verbatim(rest, &text)).map(|skip| start + skip),
    };
    let value = Word {
        span: Span::between(start, word.span.end()),
        text_offset: text_offset.filter(|_| !text.is_empty()),
        text,
        dynamic: word.dynamic,
        quoted: word.quoted,
    };
    Some(Assignment { name: name.to_owned(), value })
}

/// How far into a wholly quoted source its text begins, when nothing in it is escaped.
fn verbatim(source: &str, text: &str) -> Option<usize> {
    let quote = source.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    (source.strip_prefix(quote)?.strip_suffix(quote)? == text).then_some(1)
}
