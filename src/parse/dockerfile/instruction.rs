//! One joined line to an instruction: keyword, flags, words, JSON form, pairs, here-document openings.

use super::{Argument, Flag, Form, Heredoc, Instruction, Mapped, Pair};
use crate::model::Span;
use crate::parse::Problem;

const KEYWORDS: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// An instruction's own lines; here-documents follow them.
pub(super) struct Heading {
    pub(super) instruction: Instruction,
    /// Announced here-documents (bodies unknown yet), with the words that announce them.
    pub(super) heredocs: Vec<(Heredoc, Span)>,
    /// The one here-document is all that a `RUN` has.
    pub(super) only_heredoc: bool,
    pub(super) problems: Vec<Problem>,
}

/// A word of a joined line.
struct Word {
    /// In the joined line.
    range: Span,
    /// Quotes and escapes removed.
    text: String,
    /// Where the first unquoted `=` is in `text`.
    equals: Option<usize>,
}

pub(super) fn read(line: &Mapped, escape: char) -> Heading {
    read_nested(line, escape, None)
}

/// `outer` is the keyword of the instruction around it.
fn read_nested(line: &Mapped, escape: char, outer: Option<&str>) -> Heading {
    let length = line.text.find(char::is_whitespace).unwrap_or(line.text.len());
    let written = line.text.get(..length).unwrap_or_default();
    let keyword = written.to_ascii_uppercase();
    let keyword_span = line.span(Span::between(0, length));
    let mut problems = Vec::new();
    if !KEYWORDS.contains(&keyword.as_str()) {
        problems.push(Problem::new(keyword_span, format!("`{}` is not an instruction", shorten(written))));
    }
    let after = skip_blanks(&line.text, length);
    let (flags, body_start) = if matches!(keyword.as_str(), "ADD" | "COPY" | "FROM" | "HEALTHCHECK" | "RUN") {
        flags(line, after, escape)
    } else {
        (Vec::new(), after)
    };
    let body = line.tail(body_start);
    let words = split(&body.text, escape);
    let instruction = Instruction {
        form: Form::Words,
        span: line.span(Span::between(0, line.text.trim_end().len())),
        keyword_span,
        flags,
        arguments: words.iter().map(|w| Argument { text: w.text.clone(), span: body.span(w.range) }).collect(),
        pairs: Vec::new(),
        heredocs: Vec::new(),
        inner: None,
        script: None,
        keyword,
        body,
    };
    if body_is_empty(&instruction) && KEYWORDS.contains(&instruction.keyword.as_str()) {
        problems.push(Problem::new(keyword_span, format!("`{}` needs an argument", instruction.keyword)));
    }
    let mut heading = Heading { instruction, heredocs: Vec::new(), only_heredoc: false, problems };
    heading.shape(&words, escape, outer);
    heading
}

fn body_is_empty(instruction: &Instruction) -> bool {
    // `CMD []` has no argument either, but it says so.
    instruction.body.text.trim().is_empty()
}

impl Heading {
    /// Reads what is particular to the keyword.
    fn shape(&mut self, words: &[Word], escape: char, outer: Option<&str>) {
        let instruction = &mut self.instruction;
        match instruction.keyword.as_str() {
            "RUN" | "CMD" | "ENTRYPOINT" => {
                instruction.form = Form::Shell;
                take_exec(instruction);
            }
            "ADD" | "COPY" | "VOLUME" => take_exec(instruction),
            "SHELL" => {
                take_exec(instruction);
                if instruction.form != Form::Exec && !body_is_empty(instruction) {
                    let message = "`SHELL` needs a JSON array of strings";
                    self.problems.push(Problem::new(instruction.keyword_span, message));
                }
            }
            "ENV" | "LABEL" | "ARG" => self.pairs(words),
            "ONBUILD" | "HEALTHCHECK" => self.inner(escape, outer),
            _ => {}
        }
        let opens = matches!(self.instruction.keyword.as_str(), "ADD" | "COPY" | "RUN");
        if opens && self.instruction.form != Form::Exec {
            let body = &self.instruction.body;
            let raw = |w: &Word| body.text.get(w.range.range()).unwrap_or_default();
            self.heredocs = words.iter().filter_map(|w| Some((heredoc(raw(w))?, body.span(w.range)))).collect();
            self.only_heredoc = words.len() == 1 && self.instruction.keyword == "RUN";
        }
    }

    fn pairs(&mut self, words: &[Word]) {
        let instruction = &mut self.instruction;
        let body = &instruction.body;
        let legacy = words.first().is_some_and(|w| w.equals.is_none()) && instruction.keyword != "ARG";
        if let (true, Some(name)) = (legacy, words.first()) {
            let value = body.text.get(name.range.end()..).map(str::trim).filter(|v| !v.is_empty());
            if value.is_none() {
                let message = format!("`{}` needs a value for `{}`", instruction.keyword, shorten(&name.text));
                self.problems.push(Problem::new(body.span(name.range), message));
            }
            let span = body.span(Span::between(name.range.offset, body.text.trim_end().len()));
            instruction.pairs.push(Pair { name: name.text.clone(), value: value.map(str::to_owned), span });
            return;
        }
        for word in words {
            let (name, value) = match word.equals {
                Some(at) => (word.text.get(..at), word.text.get(at + 1..)),
                None => (Some(word.text.as_str()), None),
            };
            let span = body.span(word.range);
            if word.equals.is_none() && instruction.keyword != "ARG" || name.is_none_or(str::is_empty) {
                let message = format!("`{}` is not of the form NAME=value", shorten(&word.text));
                self.problems.push(Problem::new(span, message));
            }
            let name = name.unwrap_or_default().to_owned();
            instruction.pairs.push(Pair { name, value: value.map(str::to_owned), span });
        }
    }

    /// `ONBUILD` and `HEALTHCHECK` hold another instruction.
    fn inner(&mut self, escape: char, outer: Option<&str>) {
        let instruction = &mut self.instruction;
        let healthcheck = instruction.keyword == "HEALTHCHECK";
        let first = instruction.arguments.first().map(|a| a.text.to_ascii_uppercase());
        let Some(first) = first else { return };
        if healthcheck && first == "NONE" {
            return;
        }
        let refused = if healthcheck { first != "CMD" } else { matches!(first.as_str(), "ONBUILD" | "FROM") };
        if refused || outer == Some("HEALTHCHECK") || outer == Some("ONBUILD") && !healthcheck {
            let message = format!("`{}` cannot stand after `{}`", shorten(&first), instruction.keyword);
            self.problems.push(Problem::new(instruction.keyword_span, message));
            return;
        }
        let inner = read_nested(&instruction.body, escape, Some(instruction.keyword.as_str()));
        instruction.inner = Some(Box::new(inner.instruction));
        self.heredocs = inner.heredocs;
        self.only_heredoc = inner.only_heredoc;
        self.problems.extend(inner.problems);
    }
}

/// Reads the JSON form, if it is that; anything else in brackets is text, as it is for Docker.
fn take_exec(instruction: &mut Instruction) {
    let body = &instruction.body;
    let Ok(strings) = serde_json::from_str::<Vec<String>>(body.text.trim()) else { return };
    let spans = string_spans(&body.text);
    let arguments = strings.into_iter().zip(spans).map(|(text, span)| Argument { text, span: body.span(span) });
    instruction.arguments = arguments.collect();
    instruction.form = Form::Exec;
}

/// Where the strings of a valid JSON array of strings stand.
fn string_spans(json: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut open = None;
    let mut escaped = false;
    for (at, byte) in json.bytes().enumerate() {
        match (open, byte) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), b'\\') => escaped = true,
            (Some(start), b'"') => {
                spans.push(Span::between(start, at + 1));
                open = None;
            }
            (None, b'"') => open = Some(at),
            _ => {}
        }
    }
    spans
}

/// `--name=value` words from an offset on, and where they end.
fn flags(line: &Mapped, from: usize, escape: char) -> (Vec<Flag>, usize) {
    let mut flags = Vec::new();
    let mut at = from;
    while line.text.get(at..).is_some_and(|rest| rest.starts_with("--")) {
        let Some(word) = word(&line.text, at, escape) else { break };
        at = skip_blanks(&line.text, word.range.end());
        if word.text == "--" {
            break;
        }
        let flag = word.text.trim_start_matches('-');
        let (name, value) = flag.split_once('=').map_or((flag, None), |(name, value)| (name, Some(value)));
        flags.push(Flag { name: name.to_owned(), value: value.map(str::to_owned), span: line.span(word.range) });
    }
    (flags, at)
}

fn skip_blanks(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    from + (rest.len() - rest.trim_start().len())
}

fn split(text: &str, escape: char) -> Vec<Word> {
    let mut words = Vec::new();
    let mut at = skip_blanks(text, 0);
    while let Some(word) = word(text, at, escape) {
        at = skip_blanks(text, word.range.end());
        words.push(word);
    }
    words
}

/// The word at an offset: blanks end it, outside of quotes. A quote that is not closed is closed by the line's end.
fn word(text: &str, from: usize, escape: char) -> Option<Word> {
    let rest = text.get(from..).filter(|rest| !rest.is_empty())?;
    let mut word = Word { range: Span::between(from, text.len()), text: String::new(), equals: None };
    let mut quote = None;
    let mut characters = rest.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let escapes = c == escape && quote != Some('\'');
        match quote {
            None if c.is_whitespace() => {
                word.range = Span::between(from, from + at);
                break;
            }
            None if matches!(c, '\'' | '"') => quote = Some(c),
            Some(open) if open == c => quote = None,
            _ if escapes => {
                let next = characters.peek().map(|(_, c)| *c);
                // Inside double quotes only what has a meaning there can be escaped.
                let removed = quote.is_none() || next.is_some_and(|n| n == '"' || n == '$' || n == escape);
                if !removed || next.is_none() {
                    word.text.push(c);
                }
                if let Some((_, next)) = characters.next_if(|_| removed) {
                    word.text.push(next);
                }
            }
            _ => {
                if c == '=' && quote.is_none() && word.equals.is_none() {
                    word.equals = Some(word.text.len());
                }
                word.text.push(c);
            }
        }
    }
    Some(word)
}

/// The here-document that a word announces: `<<NAME`, `3<<-"NAME"`.
fn heredoc(raw: &str) -> Option<Heredoc> {
    let rest = raw.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<")?;
    let (strips_tabs, rest) = rest.strip_prefix('-').map_or((false, rest), |rest| (true, rest));
    let name: String = rest.chars().filter(|c| !matches!(c, '\'' | '"')).collect();
    let expands = name.len() == rest.len();
    (!name.is_empty() && !rest.contains('<')).then_some(Heredoc { name, expands, strips_tabs, body: Span::default() })
}

/// Text for a message.
pub(super) fn shorten(text: &str) -> String {
    if text.chars().count() <= 40 { text.to_owned() } else { text.chars().take(39).chain(['…']).collect() }
}
