//! Loops, branches, functions, groups and subshells.

use super::parser::{
    Parser, STOP_ARM, STOP_BRACE, STOP_DO, STOP_DONE, STOP_ELIF, STOP_ELSE, STOP_ESAC, STOP_FI, STOP_PAREN, STOP_THEN,
};
use super::words::Place;
use super::{ConstructKind, Node, ScopeKind, Word, assemble};
use crate::model::Span;

impl Parser<'_> {
    /// Reads the construct whose kind is known.
    pub(super) fn construct(&mut self, index: usize, start: usize) {
        let Some(kind) = self.cur.out.constructs.get(index).map(|c| c.kind) else { return };
        match kind {
            ConstructKind::Subshell => {
                self.cur.advance(1);
                self.part(ScopeKind::Subshell, index, STOP_PAREN);
                if self.cur.peek() == Some(b')') {
                    self.cur.advance(1);
                } else {
                    self.cur.problem_between(start, start + 1, "this subshell is never closed");
                }
            }
            ConstructKind::Group => {
                self.cur.advance(1);
                self.part(ScopeKind::Group, index, STOP_BRACE);
                self.close("}", start, "{");
            }
            ConstructKind::If => self.if_construct(index, start),
            ConstructKind::While | ConstructKind::Until => {
                self.cur.advance(5);
                self.part(ScopeKind::LoopCondition, index, STOP_DO);
                self.loop_body(index, start);
            }
            ConstructKind::For | ConstructKind::Select => self.for_construct(index, start),
            ConstructKind::Case => self.case_construct(index, start),
            ConstructKind::Function => self.function(index),
        }
        loop {
            let end = self.cur.pos;
            self.cur.blanks();
            if !self.redirect(Node::Construct(index)) {
                // Back to where the construct ended, so that its span has no blanks.
                self.cur.pos = end;
                break;
            }
        }
        let end = self.cur.pos;
        if let Some(construct) = self.cur.out.constructs.get_mut(index) {
            construct.span = Span::between(start, end);
        }
    }

    /// Takes the word that closes a construct, or reports the construct.
    fn close(&mut self, word: &str, start: usize, opened: &str) -> bool {
        if self.at_keyword(word) {
            self.cur.advance(word.len());
            return true;
        }
        let end = start + opened.len();
        self.cur.problem_between(start, end, format!("this `{opened}` has no `{word}`"));
        false
    }

    fn if_construct(&mut self, index: usize, start: usize) {
        self.cur.advance(2);
        loop {
            self.part(ScopeKind::IfCondition, index, STOP_THEN | STOP_ELIF | STOP_ELSE | STOP_FI);
            if !self.close("then", start, "if") {
                break;
            }
            self.part(ScopeKind::IfBody, index, STOP_ELIF | STOP_ELSE | STOP_FI);
            if !self.at_keyword("elif") {
                break;
            }
            self.cur.advance(4);
        }
        if self.at_keyword("else") {
            self.cur.advance(4);
            self.part(ScopeKind::ElseBody, index, STOP_FI);
        }
        self.close("fi", start, "if");
    }

    fn loop_body(&mut self, index: usize, start: usize) {
        let opened = self.loop_keyword(start);
        if self.close("do", start, opened) {
            self.part(ScopeKind::LoopBody, index, STOP_DONE);
            self.close("done", start, opened);
        } else if self.at_keyword("done") {
            self.cur.advance(4);
        }
    }

    fn for_construct(&mut self, index: usize, start: usize) {
        self.cur.advance(self.loop_keyword(start).len());
        self.cur.blanks();
        let mut words = Vec::new();
        if self.cur.looking_at("((") {
            let open = self.cur.pos;
            self.cur.advance(2);
            let close = self.arithmetic(open);
            let inner = self.cur.slice(open + 2, close);
            words.push(Word {
                text: inner.to_owned(),
                span: Span::between(open, self.cur.pos),
                dynamic: true,
                quoted: false,
                text_offset: Some(open + 2),
            });
        } else {
            words.push(self.word(Place::Command));
            self.cur.newlines();
            if self.at_keyword("in") {
                self.cur.advance(2);
                loop {
                    self.cur.blanks();
                    let word = self.word(Place::Command);
                    if word.span.length == 0 {
                        break;
                    }
                    words.push(word);
                }
            }
        }
        if let Some(construct) = self.cur.out.constructs.get_mut(index) {
            construct.words = words;
        }
        self.cur.blanks();
        self.cur.comment();
        if self.cur.peek() == Some(b';') {
            self.cur.advance(1);
        }
        self.cur.newlines();
        if self.at_keyword("{") {
            self.cur.advance(1);
            self.part(ScopeKind::LoopBody, index, STOP_BRACE);
            self.close("}", start, "for");
        } else {
            self.loop_body(index, start);
        }
    }

    fn case_construct(&mut self, index: usize, start: usize) {
        self.cur.advance(4);
        self.cur.blanks();
        let subject = self.word(Place::Command);
        if let Some(construct) = self.cur.out.constructs.get_mut(index) {
            construct.words.push(subject);
        }
        self.cur.newlines();
        if !self.close("in", start, "case") {
            return;
        }
        loop {
            self.cur.newlines();
            if self.cur.peek().is_none() || self.at_keyword("esac") {
                break;
            }
            if self.cur.peek() == Some(b'(') {
                self.cur.advance(1);
            }
            let arm = self.cur.pos;
            let patterns = self.patterns();
            if self.cur.peek() != Some(b')') {
                self.cur.problem(arm, "a pattern of `case` must end with `)`");
                break;
            }
            self.cur.advance(1);
            self.part(ScopeKind::CaseArm(patterns), index, STOP_ARM | STOP_ESAC);
            match self.stop_here() {
                Some((STOP_ARM, length)) => self.cur.advance(length),
                _ => break,
            }
        }
        self.close("esac", start, "case");
    }

    fn patterns(&mut self) -> Vec<String> {
        let mut patterns = Vec::new();
        loop {
            self.cur.newlines();
            patterns.push(self.word(Place::Command).text);
            self.cur.newlines();
            if self.cur.peek() != Some(b'|') {
                return patterns;
            }
            self.cur.advance(1);
        }
    }

    fn function(&mut self, index: usize) {
        let Some(name) = self.cur.out.constructs.get(index).and_then(|c| c.words.first()).cloned() else { return };
        self.cur.pos = name.span.end();
        self.cur.blanks();
        if self.cur.peek() == Some(b'(') {
            self.cur.advance(1);
            self.cur.blanks();
            if self.cur.peek() == Some(b')') {
                self.cur.advance(1);
            }
        }
        self.cur.newlines();
        let outer = self.scope;
        self.scope = assemble::scope(&mut self.cur.out, ScopeKind::Function(name.text), Some(index), Some(outer), None);
        if self.deeper() {
            if self.cur.peek().is_none() || self.at_stop() {
                self.cur.problem_between(name.span.offset, name.span.end(), "this function has no body");
            } else {
                let body = assemble::pipeline(&mut self.cur.out, self.scope, None);
                self.member(body, None);
            }
            self.shallower();
        }
        self.scope = outer;
    }
    /// The keyword of the loop that begins at an offset.
    fn loop_keyword(&self, start: usize) -> &'static str {
        let words = ["while", "until", "for", "select"];
        words.into_iter().find(|word| self.cur.slice(start, start + word.len()) == *word).unwrap_or("for")
    }
}
