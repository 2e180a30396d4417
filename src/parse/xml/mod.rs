//! Reads XML as a stream of located events: no tree, no recursion, no entity but the five of XML and numbers.
//!
//! Producers of reports write raw `<` and `&` in attribute values and entities that nobody declares, so those are taken
//! as they stand. What would hide elements (an unclosed tag, quote or file) is a problem, and reading stops there.

mod decode;
mod find;

pub use decode::decode;

use crate::model::Span;
use crate::parse::Problem;
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::Event as Token;
use std::borrow::Cow;

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
    tokens: quick_xml::Reader<&'t [u8]>,
    /// Bytes of the byte order mark, which the tokens do not count.
    base: usize,
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

#[derive(Debug, Clone, Copy)]
struct Attribute<'t> {
    name: &'t str,
    /// As written, between the quotes.
    value: &'t str,
}

impl<'t> Reader<'t> {
    /// Elements inside one another.
    pub const MAX_DEPTH: usize = 128;
    /// Attributes of one element.
    pub const MAX_ATTRIBUTES: usize = 256;

    /// Starts at the first byte; a byte order mark is passed over.
    pub fn new(text: &'t str) -> Self {
        let body = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut tokens = quick_xml::Reader::from_str(body);
        let config = tokens.config_mut();
        config.allow_dangling_amp = true;
        // This reader keeps its own stack of open elements, which knows where they began.
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        Self {
            text,
            tokens,
            base: text.len() - body.len(),
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
            let start = self.position();
            let token = self.tokens.read_event();
            self.span = Span::between(start, self.position());
            match token {
                Ok(Token::Start(_)) => return self.start(false),
                Ok(Token::Empty(_)) => return self.start(true),
                Ok(Token::End(_)) => return self.end(),
                Ok(Token::Text(_)) => {
                    let text = self.slice(0, 0);
                    if !self.open.is_empty() {
                        return Some(Event::Text(Cow::Borrowed(text)));
                    }
                    if !text.trim_ascii().is_empty() {
                        self.outside_root();
                    }
                }
                Ok(Token::CData(_) | Token::GeneralRef(_)) if self.open.is_empty() => self.outside_root(),
                Ok(Token::CData(_)) => return Some(Event::Text(Cow::Borrowed(self.slice(9, 3)))),
                Ok(Token::GeneralRef(_)) => return Some(Event::Text(self.reference())),
                Ok(Token::Comment(_)) if !self.root_seen && self.prolog.is_empty() => self.prolog = self.slice(4, 3),
                Ok(Token::DocType(_)) if !self.root_seen => self.doctype = self.slice(9, 1),
                Ok(Token::Comment(_) | Token::Decl(_) | Token::PI(_) | Token::DocType(_)) => {}
                Ok(Token::Eof) => self.finish(),
                Err(error) => self.syntax_error(&error),
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

    fn position(&self) -> usize {
        self.at(self.tokens.buffer_position())
    }

    fn at(&self, token_offset: u64) -> usize {
        self.base.saturating_add(usize::try_from(token_offset).unwrap_or(usize::MAX))
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
        self.root_seen = true;
        self.open.push(Open { name, offset: self.span.offset });
        self.ends_at_once = empty;
        Some(Event::Start(local(name)))
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

    fn syntax_error(&mut self, error: &Error) {
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
        let start = self.at(self.tokens.error_position()).max(self.base);
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

/// Why a tag cannot be read, and how many of its bytes are left there.
struct Flaw {
    rest: usize,
    message: &'static str,
}

fn read_attributes<'t>(raw: &'t str, into: &mut Vec<Attribute<'t>>) -> Result<(), Flaw> {
    // Tags are short and many: loops over bytes and words are faster here than searches that have to be set up.
    let bytes = raw.as_bytes();
    let skip = |from: usize, is: fn(u8) -> bool| {
        let rest = bytes.get(from..).unwrap_or(&[]);
        from + rest.iter().position(|byte| !is(*byte)).unwrap_or(rest.len())
    };
    let blank = |byte: u8| byte.is_ascii_whitespace();
    let mut at = 0;
    loop {
        let start = skip(at, blank);
        let flaw = |message| Err(Flaw { rest: bytes.len() - start, message });
        if start == bytes.len() {
            return Ok(());
        }
        if start == at {
            return flaw("no blank before an attribute; is a quote missing?");
        }
        let name_end = skip(start, is_name_byte);
        let equals = skip(name_end, blank);
        let name = raw.get(start..name_end).unwrap_or("");
        if !starts_name(name) {
            return flaw("not the name of an attribute; is a quote missing?");
        }
        if bytes.get(equals) != Some(&b'=') {
            return flaw("an attribute without a value; is a quote missing?");
        }
        let quote_at = skip(equals + 1, blank);
        let Some(quote @ (b'"' | b'\'')) = bytes.get(quote_at) else {
            return flaw("the value of an attribute has no quotes");
        };
        let value = bytes.get(quote_at + 1..).and_then(|rest| find::byte(rest, *quote));
        let Some(value) = value.and_then(|length| raw.get(quote_at + 1..quote_at + 1 + length)) else {
            return flaw("the value of an attribute has no closing quote");
        };
        if into.len() >= Reader::MAX_ATTRIBUTES {
            return flaw("too many attributes");
        }
        into.push(Attribute { name, value });
        at = quote_at + value.len() + 2;
    }
}

fn is_name(name: &str) -> bool {
    starts_name(name) && name.bytes().all(is_name_byte)
}

fn is_name_byte(byte: u8) -> bool {
    NAME_BYTES.get(usize::from(byte)).copied().unwrap_or(false)
}

/// Whether a name may hold the byte. A table, because every byte of every name is asked for.
const NAME_BYTES: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    loop {
        #[expect(clippy::indexing_slicing, reason = "a byte is below 256, and this is worked out by the compiler")]
        {
            table[byte as usize] =
                byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_' | b'-' | b'.') || byte >= 0x80;
        }
        if byte == u8::MAX {
            break table;
        }
        byte += 1;
    }
};

fn starts_name(name: &str) -> bool {
    name.bytes().next().is_some_and(|first| !first.is_ascii_digit() && first != b'-' && first != b'.')
}

/// A name without its namespace prefix.
fn local(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, local)| local)
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
