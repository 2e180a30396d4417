//! Lists, pipelines and constructs.

use super::lexer::{Cursor, Pending, is_meta};
use super::words::Place;
use super::{
    Assignment, Construct, ConstructKind, Link, MAX_NESTING, Node, Operator, Redirect, ScopeKind, Script, Word,
    assemble, options,
};
use crate::model::Span;

pub(super) const STOP_PAREN: u16 = 1;
const STOP_THEN: u16 = 1 << 1;
const STOP_ELIF: u16 = 1 << 2;
const STOP_ELSE: u16 = 1 << 3;
const STOP_FI: u16 = 1 << 4;
const STOP_DO: u16 = 1 << 5;
const STOP_DONE: u16 = 1 << 6;
const STOP_ESAC: u16 = 1 << 7;
const STOP_BRACE: u16 = 1 << 8;
const STOP_ARM: u16 = 1 << 9;

/// Words that end a list where a command could begin.
const STOP_WORDS: [(&str, u16); 8] = [
    ("then", STOP_THEN),
    ("elif", STOP_ELIF),
    ("else", STOP_ELSE),
    ("fi", STOP_FI),
    ("do", STOP_DO),
    ("done", STOP_DONE),
    ("esac", STOP_ESAC),
    ("}", STOP_BRACE),
];

/// Operators of redirections, longest first.
const REDIRECTS: [&str; 12] = ["&>>", "<<<", "<<-", "<<", "<>", "<&", "<", ">>", ">|", ">&", ">", "&>"];

/// Reads a script in one pass. Recursion is bounded by [`MAX_NESTING`].
pub(super) struct Parser<'s> {
    pub(super) cur: Cursor<'s>,
    depth: usize,
    /// What ends the list being read or one around it, up to the nearest substitution.
    stops: u16,
    /// The list being read.
    scope: usize,
    /// The command being read.
    owner: Option<usize>,
}

impl<'s> Parser<'s> {
    pub(super) fn new(src: &'s str) -> Self {
        Self { cur: Cursor::new(src), depth: 0, stops: 0, scope: 0, owner: None }
    }

    pub(super) fn run(mut self) -> Script {
        self.scope = assemble::scope(&mut self.cur.out, ScopeKind::Script, None, None, None);
        self.list();
        self.cur.finish_heredocs();
        let mut script = self.cur.out;
        script.problems.sort_by_key(|p| p.span);
        script.options = options::of_commands(&script);
        script
    }

    /// Enters a level of nesting; false (and the reading is over) where there are too many.
    pub(super) fn deeper(&mut self) -> bool {
        if self.depth >= MAX_NESTING {
            self.cur.give_up();
            return false;
        }
        self.depth += 1;
        true
    }

    pub(super) fn shallower(&mut self) {
        self.depth -= 1;
    }

    /// A list inside a word: what ends lists outside has no meaning in it.
    pub(super) fn inner_list(&mut self, kind: ScopeKind, stops: u16) {
        let outer = std::mem::take(&mut self.stops);
        let owner = self.owner;
        self.scoped_list(kind, None, owner, stops);
        self.owner = owner;
        self.stops = outer;
    }

    /// A list of a construct.
    fn part(&mut self, kind: ScopeKind, construct: usize, stops: u16) -> usize {
        self.scoped_list(kind, Some(construct), None, stops)
    }

    fn scoped_list(&mut self, kind: ScopeKind, construct: Option<usize>, owner: Option<usize>, stops: u16) -> usize {
        let (outer_scope, outer_stops) = (self.scope, self.stops);
        self.scope = assemble::scope(&mut self.cur.out, kind, construct, Some(outer_scope), owner);
        let scope = self.scope;
        if self.deeper() {
            self.stops |= stops;
            self.list();
            self.shallower();
        }
        self.scope = outer_scope;
        self.stops = outer_stops;
        scope
    }

    /// Pipelines up to the text's end or to what ends this list or one around it.
    fn list(&mut self) {
        let mut before = None;
        loop {
            self.cur.newlines();
            if self.cur.peek().is_none() || self.at_stop() {
                break;
            }
            let start = self.cur.pos;
            if let Some(message) = self.misplaced() {
                self.cur.problem(start, message);
                continue;
            }
            before = self.pipeline(before);
            if self.cur.pos == start {
                self.cur.bump();
                self.cur.problem(start, "this cannot begin a command");
            }
        }
        if let Some(operator @ (Operator::And | Operator::Or)) = before {
            let text = if operator == Operator::And { "&&" } else { "||" };
            self.cur.problem_between(self.cur.pos, self.cur.pos, format!("nothing follows `{text}`"));
        }
    }

    fn at_stop(&self) -> bool {
        self.stop_here().is_some_and(|(stop, _)| stop & self.stops != 0)
    }

    /// What could end a list here, and its length.
    fn stop_here(&self) -> Option<(u16, usize)> {
        match self.cur.peek()? {
            b')' => Some((STOP_PAREN, 1)),
            b';' if self.cur.looking_at(";;&") => Some((STOP_ARM, 3)),
            b';' if self.cur.looking_at(";;") || self.cur.looking_at(";&") => Some((STOP_ARM, 2)),
            _ => {
                let found = |(word, _): &&(&str, u16)| self.at_keyword(word);
                STOP_WORDS.iter().find(found).map(|(word, stop)| (*stop, word.len()))
            }
        }
    }

    /// Skips what cannot stand where a command begins, and says why.
    fn misplaced(&mut self) -> Option<String> {
        let stop = self.stop_here().map(|(_, length)| length);
        let operator = matches!(self.cur.peek(), Some(b';' | b'|'))
            || self.cur.peek() == Some(b'&') && !matches!(self.cur.peek_at(1), Some(b'>'));
        let length = stop.or(operator.then_some(1))?;
        let text = self.cur.slice(self.cur.pos, self.cur.pos + length);
        self.cur.advance(length);
        Some(format!("`{text}` has nothing to end here"))
    }

    /// An unquoted reserved word at the position.
    fn at_keyword(&self, word: &str) -> bool {
        self.cur.looking_at(word) && self.cur.peek_at(word.len()).is_none_or(is_meta)
    }

    /// Members up to the operator that ends the pipeline, which is returned.
    fn pipeline(&mut self, before: Option<Operator>) -> Option<Operator> {
        let id = assemble::pipeline(&mut self.cur.out, self.scope, before);
        while self.at_keyword("!") {
            self.cur.advance(1);
            self.cur.blanks();
            if let Some(pipeline) = self.cur.out.pipelines.get_mut(id) {
                pipeline.negated = !pipeline.negated;
            }
        }
        let mut operator_before = before;
        loop {
            let start = self.cur.pos;
            let node = self.member(id, operator_before);
            self.cur.blanks();
            let after = self.operator();
            self.set_after(node, after);
            if self.cur.pos == start {
                return None;
            }
            let pipe = matches!(after, Some(Operator::Pipe | Operator::PipeBoth));
            if pipe {
                operator_before = after;
                self.cur.newlines();
                if self.cur.peek().is_some() && !self.at_stop() {
                    continue;
                }
                self.cur.problem_between(self.cur.pos, self.cur.pos, "nothing follows `|`");
            }
            if let Some(pipeline) = self.cur.out.pipelines.get_mut(id) {
                pipeline.after = after.filter(|_| !pipe);
            }
            return after.filter(|_| !pipe);
        }
    }

    /// Takes the operator at the position, if there is one.
    fn operator(&mut self) -> Option<Operator> {
        self.cur.comment();
        let (operator, length) = match (self.cur.peek()?, self.cur.peek_at(1)) {
            (b'\n', _) => {
                self.cur.take_newline();
                return Some(Operator::Newline);
            }
            (b'&', Some(b'&')) => (Operator::And, 2),
            (b'|', Some(b'|')) => (Operator::Or, 2),
            (b'|', Some(b'&')) => (Operator::PipeBoth, 2),
            (b'|', _) => (Operator::Pipe, 1),
            (b'&', _) => (Operator::Background, 1),
            (b';', Some(b';' | b'&')) => return None,
            (b';', _) => (Operator::Semicolon, 1),
            _ => return None,
        };
        self.cur.advance(length);
        Some(operator)
    }

    fn set_after(&mut self, node: Node, after: Option<Operator>) {
        match node {
            Node::Command(index) => self.cur.out.commands.get_mut(index).map(|c| &mut c.link),
            Node::Construct(index) => self.cur.out.constructs.get_mut(index).map(|c| &mut c.link),
        }
        .into_iter()
        .for_each(|link| link.after = after);
    }

    /// One command or construct.
    fn member(&mut self, pipeline: usize, before: Option<Operator>) -> Node {
        let position = self.cur.out.pipelines.get(pipeline).map_or(0, |p| p.members.len());
        let link = Link { pipeline, position, before, after: None };
        self.skip_prefix();
        let start = self.cur.pos;
        let node = match self.construct_kind() {
            Some((kind, name)) => {
                let index = self.cur.out.constructs.len();
                self.cur.out.constructs.push(Construct {
                    kind,
                    span: Span::between(start, start),
                    scope: self.scope,
                    link,
                    words: name.into_iter().collect(),
                    redirects: Vec::new(),
                });
                Node::Construct(index)
            }
            None => Node::Command(assemble::command(&mut self.cur.out, self.scope, link, start)),
        };
        if let Some(pipeline) = self.cur.out.pipelines.get_mut(pipeline) {
            pipeline.members.push(node);
        }
        match node {
            Node::Construct(index) => self.construct(index, start),
            Node::Command(index) => self.command(index, start),
        }
        node
    }

    /// `time` and `coproc [NAME]` before a construct; before a command they are words of it.
    fn skip_prefix(&mut self) {
        let start = self.cur.pos;
        for prefix in ["time", "coproc"] {
            if !self.at_keyword(prefix) {
                continue;
            }
            self.cur.advance(prefix.len());
            self.cur.blanks();
            if prefix == "time" && self.at_keyword("-p") {
                self.cur.advance(2);
                self.cur.blanks();
            }
            if prefix == "coproc" && self.construct_kind().is_none() {
                let name = self.cur.rest().bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
                self.cur.advance(name);
                self.cur.blanks();
            }
            if self.construct_kind().is_none() {
                self.cur.pos = start;
            }
        }
    }

    /// The construct that begins here; for a function with its name. Consumes nothing.
    fn construct_kind(&mut self) -> Option<(ConstructKind, Option<Word>)> {
        let kind = match self.cur.peek()? {
            b'(' if self.cur.peek_at(1) == Some(b'(') && self.cur.is_arithmetic(self.cur.pos) => return None,
            b'(' => ConstructKind::Subshell,
            _ => {
                let keywords = [
                    ("{", ConstructKind::Group),
                    ("if", ConstructKind::If),
                    ("while", ConstructKind::While),
                    ("until", ConstructKind::Until),
                    ("for", ConstructKind::For),
                    ("select", ConstructKind::Select),
                    ("case", ConstructKind::Case),
                ];
                match keywords.into_iter().find(|(word, _)| self.at_keyword(word)) {
                    Some((_, kind)) => kind,
                    None => return self.function_name().map(|name| (ConstructKind::Function, Some(name))),
                }
            }
        };
        Some((kind, None))
    }

    /// The name of the function whose definition begins here.
    fn function_name(&self) -> Option<Word> {
        let rest = self.cur.rest();
        let blank = |b: &u8| matches!(b, b' ' | b'\t');
        let literal = |from: usize| {
            let text = rest.get(from..).unwrap_or_default();
            let ends = |b: u8| is_meta(b) || matches!(b, b'\'' | b'"' | b'$' | b'`' | b'\\' | b'#' | b'=');
            text.get(..text.bytes().position(ends).unwrap_or(text.len())).unwrap_or_default()
        };
        let from = if self.at_keyword("function") {
            8 + rest.bytes().skip(8).take_while(blank).count()
        } else {
            let name = literal(0);
            let after = rest.bytes().skip(name.len()).find(|b| !blank(b));
            if name.is_empty() || after != Some(b'(') {
                return None;
            }
            let open = name.len() + rest.bytes().skip(name.len()).take_while(blank).count();
            if rest.bytes().skip(open + 1).find(|b| !blank(b)) != Some(b')') {
                return None;
            }
            0
        };
        let text = literal(from);
        let start = self.cur.pos + from;
        (!text.is_empty()).then(|| Word {
            text: text.to_owned(),
            span: Span::between(start, start + text.len()),
            text_offset: Some(start),
            ..Word::default()
        })
    }

    /// Reads the construct whose kind is known.
    fn construct(&mut self, index: usize, start: usize) {
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
        let opened = self.cur.rest_word(start);
        if self.close("do", start, opened) {
            self.part(ScopeKind::LoopBody, index, STOP_DONE);
            self.close("done", start, opened);
        } else if self.at_keyword("done") {
            self.cur.advance(4);
        }
    }

    fn for_construct(&mut self, index: usize, start: usize) {
        self.cur.advance(self.cur.rest_word(start).len());
        self.cur.blanks();
        let mut words = Vec::new();
        if self.cur.looking_at("((") {
            let open = self.cur.pos;
            self.cur.advance(2);
            self.arithmetic(open);
            let end = self.cur.pos;
            let inner = self.cur.slice(open + 2, end.saturating_sub(2));
            words.push(Word {
                text: inner.to_owned(),
                span: Span::between(open, end),
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

    /// Reads the simple command whose slot is reserved.
    fn command(&mut self, index: usize, start: usize) {
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
        self.arithmetic(open);
        let close = self.cur.pos.saturating_sub(2).max(open + 2);
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
    fn redirect(&mut self, node: Node) -> bool {
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

impl Cursor<'_> {
    /// The letters at an offset: the keyword of a construct.
    fn rest_word(&self, start: usize) -> &'static str {
        let text = self.slice(start, self.end);
        ["while", "until", "for", "select"].into_iter().find(|word| text.starts_with(word)).unwrap_or("for")
    }
}

/// A name of the shell language.
pub(super) fn is_variable(text: &str) -> bool {
    let name = text.split_once('[').map_or(text, |(name, rest)| if rest.ends_with(']') { name } else { "" });
    name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
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
