//! Lists and pipelines.

use super::lexer::{Cursor, is_meta};
use super::{
    Construct, ConstructKind, Link, MAX_COMMANDS, MAX_NESTING, Node, Operator, ScopeKind, Script, Word, assemble, facts,
};
use crate::model::Span;

pub(super) const STOP_PAREN: u16 = 1;
pub(super) const STOP_THEN: u16 = 1 << 1;
pub(super) const STOP_ELIF: u16 = 1 << 2;
pub(super) const STOP_ELSE: u16 = 1 << 3;
pub(super) const STOP_FI: u16 = 1 << 4;
pub(super) const STOP_DO: u16 = 1 << 5;
pub(super) const STOP_DONE: u16 = 1 << 6;
pub(super) const STOP_ESAC: u16 = 1 << 7;
pub(super) const STOP_BRACE: u16 = 1 << 8;
pub(super) const STOP_ARM: u16 = 1 << 9;

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

/// Reads a script in one pass. Recursion is bounded by [`MAX_NESTING`].
pub(super) struct Parser<'s> {
    pub(super) cur: Cursor<'s>,
    depth: usize,
    /// What ends the list being read or one around it, up to the nearest substitution.
    stops: u16,
    /// The list being read.
    pub(super) scope: usize,
    /// The command being read.
    pub(super) owner: Option<usize>,
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
        script.facts = facts::Facts::of(&script);
        script
    }

    /// Enters a level of nesting; false (and the reading is over) where there are too many.
    pub(super) fn deeper(&mut self) -> bool {
        if self.depth >= MAX_NESTING {
            self.cur.give_up("the script nests too deep here; the rest was not read");
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
    pub(super) fn part(&mut self, kind: ScopeKind, construct: usize, stops: u16) -> usize {
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
            if self.full() {
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

    /// Whether there are so many commands that the rest is not read.
    fn full(&mut self) -> bool {
        let full = self.cur.out.commands.len() + self.cur.out.constructs.len() >= MAX_COMMANDS;
        if full {
            self.cur.give_up("the script has too many commands; the rest was not read");
        }
        full
    }

    pub(super) fn at_stop(&self) -> bool {
        self.stop_here().is_some_and(|(stop, _)| stop & self.stops != 0)
    }

    /// What could end a list here, and its length.
    pub(super) fn stop_here(&self) -> Option<(u16, usize)> {
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
    pub(super) fn at_keyword(&self, word: &str) -> bool {
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
                if self.full() {
                    return None;
                }
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
    pub(super) fn member(&mut self, pipeline: usize, before: Option<Operator>) -> Node {
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
                    parts: Vec::new(),
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
}

/// A name of the shell language, with a subscript or not.
pub(super) fn is_variable(text: &str) -> bool {
    let name = text.split_once('[').map_or(text, |(name, rest)| if rest.ends_with(']') { name } else { "" });
    name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
