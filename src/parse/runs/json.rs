//! Reads a JSON text from its start, value by value, and says where each stands: what was read before the text breaks
//! off is kept, and memory grows with what is asked for only.

use super::time::Timestamp;
use crate::model::Span;
use crate::parse::Problem;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Problems that are told one by one.
const MAX_PROBLEMS: usize = 20;
/// What Go programs write for a time that is not there.
const ZERO_TIME: &str = "0001-01-01T00:00:00Z";

/// A place in a JSON text.
#[derive(Debug)]
pub(super) struct Cursor<'t> {
    text: &'t str,
    at: usize,
}

/// What keeps a text from being read further.
pub(super) type Broken = Result<(), Problem>;

impl<'t> Cursor<'t> {
    /// At an offset of a text, after the byte order mark if there is one.
    pub(super) fn new(text: &'t str, at: usize) -> Self {
        let mark = text.get(at..).is_some_and(|rest| rest.starts_with('\u{feff}'));
        Self { text, at: if mark { at + '\u{feff}'.len_utf8() } else { at } }
    }

    /// The first byte that is no blank.
    pub(super) fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    /// Hands each key of an object to a reader that takes its value. The place of the object; `None` for any other
    /// value, which is passed over.
    pub(super) fn object(&mut self, each: &mut dyn FnMut(&str, &mut Self) -> Broken) -> Result<Option<Span>, Problem> {
        let Some(start) = self.open(b'{')? else { return Ok(None) };
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Some(Span::between(start, self.at)));
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a key"));
            }
            let (written, span) = self.raw()?;
            let key = string(written).ok_or_else(|| Problem::new(span, "a key with a broken escape"))?;
            if self.peek() != Some(b':') {
                return Err(self.unexpected("`:`"));
            }
            self.at += 1;
            each(&key, self)?;
            if !self.goes_on(b'}', "`,` or `}`")? {
                return Ok(Some(Span::between(start, self.at)));
            }
        }
    }

    /// Lets a reader take each item of an array. False for any other value, which is passed over.
    pub(super) fn array(&mut self, each: &mut dyn FnMut(&mut Self) -> Broken) -> Result<bool, Problem> {
        if self.open(b'[')?.is_none() {
            return Ok(false);
        }
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(true);
        }
        loop {
            each(self)?;
            if !self.goes_on(b']', "`,` or `]`")? {
                return Ok(true);
            }
        }
    }

    /// The next value as written, and its place.
    pub(super) fn raw(&mut self) -> Result<(&'t str, Span), Problem> {
        self.peek();
        let rest = self.text.get(self.at..).unwrap_or("");
        let mut json = serde_json::Deserializer::from_str(rest);
        match <&RawValue>::deserialize(&mut json) {
            Ok(raw) => {
                let span = Span { offset: self.at, length: raw.get().len() };
                self.at = span.end();
                Ok((raw.get(), span))
            }
            Err(error) if error.is_eof() => Err(self.ended()),
            Err(error) => {
                let line = rest.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
                let at = line.saturating_add(error.column().saturating_sub(1)).min(rest.len());
                self.at += rest.floor_char_boundary(at);
                let said = error.to_string();
                Err(self.fault(said.split(" at line ").next().unwrap_or("no value")))
            }
        }
    }

    /// Passes over the next value.
    pub(super) fn skip(&mut self) -> Broken {
        self.raw().map(drop)
    }

    /// The next value if it is a string.
    pub(super) fn text(&mut self) -> Result<Option<String>, Problem> {
        Ok(string(self.raw()?.0))
    }

    /// The next value if it is a whole number from 0 on.
    pub(super) fn number(&mut self) -> Result<Option<u64>, Problem> {
        Ok(self.raw()?.0.parse().ok())
    }

    /// The next value if it is a point in time; one that is written and impossible is noted.
    pub(super) fn time(&mut self, notes: &mut Notes) -> Result<Option<Timestamp>, Problem> {
        let (written, span) = self.raw()?;
        let text = string(written);
        if matches!(written, "null" | "\"\"") || text.as_deref() == Some(ZERO_TIME) {
            return Ok(None);
        }
        let time = text.as_deref().and_then(Timestamp::parse);
        if time.is_none() {
            notes.add(span, format!("{} is no point in time", shown(written)));
        }
        Ok(time)
    }

    /// The problem of a text that does not go on as JSON here.
    pub(super) fn unexpected(&mut self, wanted: &str) -> Problem {
        if self.peek().is_none() { self.ended() } else { self.fault(&format!("expected {wanted}")) }
    }

    fn open(&mut self, bracket: u8) -> Result<Option<usize>, Problem> {
        if self.peek() != Some(bracket) {
            return self.skip().map(|()| None);
        }
        self.at += 1;
        Ok(Some(self.at - 1))
    }

    /// Whether another member follows; otherwise the closing bracket was read.
    fn goes_on(&mut self, close: u8, wanted: &str) -> Result<bool, Problem> {
        let next = self.peek();
        if next != Some(b',') && next != Some(close) {
            return Err(self.unexpected(wanted));
        }
        self.at += 1;
        Ok(next == Some(b','))
    }

    fn ended(&self) -> Problem {
        let end = Span::between(self.text.len(), self.text.len());
        Problem::new(end, "the text ends inside the JSON; what stood before was read")
    }

    fn fault(&self, reason: &str) -> Problem {
        let length = self.text.get(self.at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        let span = Span { offset: self.at, length };
        Problem::new(span, format!("no JSON from here on ({reason}); what stood before was read"))
    }
}

/// Problems around which a text was read.
#[derive(Debug, Default)]
pub(super) struct Notes {
    problems: Vec<Problem>,
    more: usize,
}

impl Notes {
    /// One more.
    pub(super) fn add(&mut self, span: Span, message: impl Into<String>) {
        self.push(Problem::new(span, message));
    }

    /// One more.
    pub(super) fn push(&mut self, problem: Problem) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(problem);
        } else {
            self.more += 1;
        }
    }

    /// All of them in text order; the last tells how many were left out.
    pub(super) fn finish(mut self, text: &str) -> Vec<Problem> {
        self.problems.sort_by_key(|problem| problem.span);
        if self.more > 0 {
            let end = Span::between(text.len(), text.len());
            self.problems.push(Problem::new(end, format!("{} more problems of such kinds", self.more)));
        }
        self.problems
    }
}

fn string(written: &str) -> Option<String> {
    if written.starts_with('"') { serde_json::from_str(written).ok() } else { None }
}

fn shown(written: &str) -> String {
    let short: String = written.chars().take(40).collect();
    if short.len() < written.len() { format!("`{short}…`") } else { format!("`{short}`") }
}
