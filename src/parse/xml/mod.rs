//! Reads XML as a stream of located events: no tree, no recursion, no entity but the five of XML and numbers.
//!
//! Producers of reports write raw `<` and `&` in attribute values and entities that nobody declares, so those are taken
//! as they stand. What would hide elements (an unclosed tag, quote or file) is a problem, and reading stops there.

mod decode;
mod find;
mod tags;

pub use decode::decode;

use crate::model::Span;
use crate::parse::Problem;
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::Event as Token;
use std::borrow::Cow;
use tags::{Attribute, Flaw, PlainTag, is_name, read_attributes};

/// One step through the text. Names are local: a namespace prefix is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event<'t> {
    /// An element begins; its attributes are those of the reader until the next event.
    Start(&'t str),
    /// A piece of the text inside an element. One run of text comes in several pieces around entities and CDATA.
    Text(Cow<'t, str>),
    /// An element ends, also where it was written as `<name/>`.
    End(&'t str),
}

/// Reads one text from front to back.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is one fact about how far the reading is")]
pub struct Reader<'t> {
    text: &'t str,
    /// Bytes of the text that were read.
    at: usize,
    open: Vec<Open<'t>>,
    attributes: Vec<Attribute<'t>>,
    span: Span,
    ends_at_once: bool,
    root_seen: bool,
    stopped: bool,
    entity_reported: bool,
    angle_reported: bool,
    prolog: &'t str,
    doctype: &'t str,
    problems: Vec<Problem>,
}

#[derive(Debug, Clone, Copy)]
struct Open<'t> {
    /// With its prefix, as the end tag must repeat it.
    name: &'t str,
    offset: usize,
}

impl<'t> Reader<'t> {
    /// Elements inside one another.
    pub const MAX_DEPTH: usize = 128;
    /// Attributes of one element.
    pub const MAX_ATTRIBUTES: usize = 256;

    /// Starts at the first byte; a byte order mark is passed over.
    pub fn new(text: &'t str) -> Self {
        Self {
            text,
            at: if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 },
            open: Vec::new(),
            attributes: Vec::new(),
            span: Span::default(),
            ends_at_once: false,
            root_seen: false,
            stopped: false,
            entity_reported: false,
            angle_reported: false,
            prolog: "",
            doctype: "",
            problems: Vec::new(),
        }
    }

    /// The next event; `None` at the end and after a problem that stops the reading.
    pub fn read(&mut self) -> Option<Event<'t>> {
        if self.ends_at_once {
            self.ends_at_once = false;
            return self.open.pop().map(|open| Event::End(local(open.name)));
        }
        while !self.stopped {
            let rest = self.text.get(self.at..).unwrap_or("");
            let event = match rest.as_bytes() {
                [] => {
                    self.finish();
                    None
                }
                [b'<', b'/', ..] => self.plain_end(rest).or_else(|| self.token(rest)),
                [b'<', ..] => self.plain_start(rest).or_else(|| self.token(rest)),
                [b'&', ..] => self.token(rest),
                bytes => {
                    let length = find::either(bytes, b'<', b'&').unwrap_or(bytes.len());
                    self.advance(length);
                    self.text()
                }
            };
            if event.is_some() {
                return event;
            }
        }
        None
    }

    /// Bytes of the event that was read last.
    pub const fn span(&self) -> Span {
        self.span
    }

    /// Number of elements that are open.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// The first comment before the root element, where some producers sign; empty when there is none.
    pub const fn prolog(&self) -> &'t str {
        self.prolog
    }

    /// What stands between `<!DOCTYPE` and its `>`; empty when there is none.
    pub const fn doctype(&self) -> &'t str {
        self.doctype
    }

    /// An attribute of the element that began last, as written.
    pub fn raw(&self, name: &str) -> Option<&'t str> {
        self.attributes.iter().find(|attribute| attribute.name == name).map(|attribute| attribute.value)
    }

    /// An attribute of the element that began last, decoded.
    pub fn attribute(&self, name: &str) -> Option<Cow<'t, str>> {
        self.raw(name).map(decode)
    }

    /// All attributes of the element that began last, as written.
    pub fn attributes(&self) -> impl Iterator<Item = (&'t str, &'t str)> {
        self.attributes.iter().map(|attribute| (attribute.name, attribute.value))
    }

    /// What was wrong with the text up to here.
    pub fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    /// Passes over the bytes of an event.
    fn advance(&mut self, length: usize) {
        self.span = Span { offset: self.at, length };
        self.at += length;
    }

    /// Takes a start tag in which nothing is unusual, which is nearly every one.
    fn plain_start(&mut self, rest: &'t str) -> Option<Event<'t>> {
        if self.open.len() >= Self::MAX_DEPTH || (self.open.is_empty() && self.root_seen) {
            return None;
        }
        let PlainTag { name, length, empty } = tags::plain(rest, self.angle_reported, &mut self.attributes)?;
        self.advance(length);
        Some(self.begin(name, empty))
    }

    /// Takes the end tag that must come next, written without blanks.
    fn plain_end(&mut self, rest: &'t str) -> Option<Event<'t>> {
        let name = self.open.last()?.name;
        if !rest.get(2..)?.strip_prefix(name)?.starts_with('>') {
            return None;
        }
        self.advance(name.len() + 3);
        self.open.pop();
        Some(Event::End(local(name)))
    }

    /// Takes whatever stands here; `None` when it is no event of ours.
    fn token(&mut self, rest: &'t str) -> Option<Event<'t>> {
        let mut tokens = quick_xml::Reader::from_str(rest);
        let config = tokens.config_mut();
        config.allow_dangling_amp = true;
        // This reader keeps its own stack of open elements, which knows where they began.
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        let token = tokens.read_event();
        let start = self.at;
        let length = |position: u64| usize::try_from(position).unwrap_or(usize::MAX).min(rest.len());
        self.advance(length(tokens.buffer_position()));
        match token {
            Ok(Token::Start(_)) => return self.start(false),
            Ok(Token::Empty(_)) => return self.start(true),
            Ok(Token::End(_)) => return self.end(),
            Ok(Token::Text(_)) => return self.text(),
            Ok(Token::CData(_) | Token::GeneralRef(_)) if self.open.is_empty() => self.outside_root(),
            Ok(Token::CData(_)) => return Some(Event::Text(Cow::Borrowed(self.slice(9, 3)))),
            Ok(Token::GeneralRef(_)) => return Some(Event::Text(self.reference())),
            Ok(Token::Comment(_)) if !self.root_seen && self.prolog.is_empty() => self.prolog = self.slice(4, 3),
            Ok(Token::DocType(_)) if !self.root_seen => self.doctype = self.slice(9, 1),
            Ok(Token::Comment(_) | Token::Decl(_) | Token::PI(_) | Token::DocType(_)) => {}
            Ok(Token::Eof) => self.finish(),
            Err(error) => self.syntax_error(&error, start + length(tokens.error_position())),
        }
        None
    }

    fn text(&mut self) -> Option<Event<'t>> {
        let text = self.slice(0, 0);
        if !self.open.is_empty() {
            return Some(Event::Text(Cow::Borrowed(text)));
        }
        if !text.trim_ascii().is_empty() {
            self.outside_root();
        }
        None
    }

    /// The text of the event without its first and last bytes.
    fn slice(&self, before: usize, after: usize) -> &'t str {
        self.text.get(self.span.offset + before..self.span.end().saturating_sub(after)).unwrap_or("")
    }

    fn start(&mut self, empty: bool) -> Option<Event<'t>> {
        let inside = self.slice(1, if empty { 2 } else { 1 });
        let length = inside.bytes().position(|byte| byte.is_ascii_whitespace()).unwrap_or(inside.len());
        let (name, attributes) = inside.split_at_checked(length).unwrap_or((inside, ""));
        if !is_name(name) {
            return self.stop(first_line(self.text, self.span), "a `<` that begins no tag; as text it is `&lt;`");
        }
        if self.open.is_empty() && self.root_seen {
            return self.stop(first_line(self.text, self.span), format!("a second root element `<{}>`", shown(name)));
        }
        if self.open.len() >= Self::MAX_DEPTH {
            let message = format!("elements are nested more than {} deep; the rest was not read", Self::MAX_DEPTH);
            return self.stop(first_line(self.text, self.span), message);
        }
        self.attributes.clear();
        if let Err(Flaw { rest, message }) = read_attributes(attributes, &mut self.attributes) {
            let end = self.span.offset + 1 + inside.len();
            let span = first_line(self.text, Span::between(end.saturating_sub(rest), end));
            let message = format!("{message}, in the tag `<{}>`", shown(name));
            return self.stop(span, message);
        }
        if !self.angle_reported
            && let Some(at) = find::byte(inside.as_bytes(), b'<')
        {
            self.angle_reported = true;
            let span = Span { offset: self.span.offset + 1 + at, length: 1 };
            let message = "a `<` in the value of an attribute is to be written `&lt;`; strict readers refuse the file";
            self.problems.push(Problem::harmless(span, message));
        }
        Some(self.begin(name, empty))
    }

    fn begin(&mut self, name: &'t str, empty: bool) -> Event<'t> {
        self.root_seen = true;
        self.open.push(Open { name, offset: self.span.offset });
        self.ends_at_once = empty;
        Event::Start(local(name))
    }

    fn end(&mut self) -> Option<Event<'t>> {
        let name = self.slice(2, 1).trim_ascii();
        match self.open.last().copied() {
            Some(open) if open.name == name => {
                self.open.pop();
                Some(Event::End(local(name)))
            }
            Some(open) => {
                let message = format!("`</{}>` where {} must be closed first", shown(name), self.describe(open));
                self.stop(first_line(self.text, self.span), message)
            }
            None => self.stop(first_line(self.text, self.span), format!("`</{}>` closes nothing", shown(name))),
        }
    }

    fn reference(&mut self) -> Cow<'t, str> {
        let written = self.slice(0, 0);
        let text = decode(written);
        if text == written && !self.entity_reported {
            self.entity_reported = true;
            let message = format!("the entity `{}` is none of XML's five and is kept as written", shown(written));
            self.problems.push(Problem::new(self.span, message));
        }
        text
    }

    fn outside_root(&mut self) {
        let message = if self.root_seen { "text after the root element" } else { "text before the root element" };
        self.problems.push(Problem::new(first_line(self.text, self.span), message));
        // After the root there is nothing to find, and a hostile text could repeat this for each of its bytes.
        self.stopped = self.root_seen || self.problems.len() > 8;
    }

    fn finish(&mut self) {
        self.stopped = true;
        let end = Span::between(self.text.len(), self.text.len());
        if let Some(open) = self.open.last().copied() {
            let message = format!("the file ends inside {}", self.describe(open));
            self.problems.push(Problem::new(end, message));
        } else if !self.root_seen {
            self.problems.push(Problem::new(end, "there is no XML element"));
        }
    }

    fn syntax_error(&mut self, error: &Error, start: usize) {
        let mut message = match error {
            Error::Syntax(SyntaxError::InvalidBangMarkup) => "`<!` that begins neither a comment nor CDATA",
            Error::Syntax(SyntaxError::UnclosedComment) => "the file ends inside a comment; `-->` is missing",
            Error::Syntax(SyntaxError::UnclosedCData) => "the file ends inside CDATA; `]]>` is missing",
            Error::Syntax(SyntaxError::UnclosedDoctype) => "the file ends inside the DOCTYPE",
            Error::Syntax(SyntaxError::UnclosedPI | SyntaxError::UnclosedXmlDecl) => {
                "the file ends inside an instruction; `?>` is missing"
            }
            Error::Syntax(SyntaxError::UnclosedTag) => "the file ends inside a tag; `>` is missing",
            Error::Syntax(
                SyntaxError::UnclosedSingleQuotedAttributeValue | SyntaxError::UnclosedDoubleQuotedAttributeValue,
            ) => "the file ends inside an attribute value; its closing quote is missing",
            Error::IllFormed(IllFormedError::MissingDoctypeName) => "a DOCTYPE without a name",
            Error::IllFormed(IllFormedError::DoubleHyphenInComment) => "`--` inside a comment",
            _ => "this is not XML",
        }
        .to_owned();
        if let Some(open) = self.open.last().copied() {
            message.push_str(", inside ");
            message.push_str(&self.describe(open));
        }
        self.stop(first_line(self.text, Span::between(start, self.text.len())), message);
    }

    fn stop(&mut self, span: Span, message: impl Into<String>) -> Option<Event<'t>> {
        self.stopped = true;
        self.problems.push(Problem::new(span, message));
        None
    }

    fn describe(&self, open: Open<'_>) -> String {
        let line = self.text.bytes().take(open.offset).filter(|byte| *byte == b'\n').count() + 1;
        format!("`<{}>` opened on line {line}", shown(open.name))
    }
}

/// A name without its namespace prefix.
fn local(name: &str) -> &str {
    // Asked for every tag: setting up a search would cost more than a look at each byte.
    let colon = name.bytes().position(|byte| byte == b':');
    colon.and_then(|colon| name.get(colon + 1..)).unwrap_or(name)
}

/// A name as it may stand in a message.
fn shown(name: &str) -> Cow<'_, str> {
    match name.char_indices().nth(60) {
        Some((end, _)) => Cow::Owned(format!("{}…", name.get(..end).unwrap_or(""))),
        None => Cow::Borrowed(name),
    }
}

/// The part of a span on its first line, at most 120 characters.
fn first_line(text: &str, span: Span) -> Span {
    let part = text.get(span.range()).unwrap_or("");
    let line = part.find(['\n', '\r']).unwrap_or(part.len());
    let width = part.char_indices().nth(120).map_or(part.len(), |(end, _)| end);
    Span { offset: span.offset, length: line.min(width) }
}

#[cfg(test)]
mod tests;
