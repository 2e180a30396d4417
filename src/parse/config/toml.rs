//! The values of a TOML text with their places, and the only place that touches the TOML library.
//!
//! Source: TOML 1.1. Tables and dotted keys come to the same paths. Values inside arrays of tables are passed over: no tool
//! that is read here has its settings there.

use crate::model::Span;
use crate::parse::{Parsed, Problem};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use toml_parser::decoder::Encoding;
use toml_parser::parser::{EventReceiver, RecursionGuard, parse_document};
use toml_parser::{ErrorSink, ParseError, Raw, Source};

/// Deepest nesting of values.
const MAX_DEPTH: u32 = 80;
/// Longest path that is kept.
const MAX_PATH: usize = 8;
/// Most problems that are told.
const MAX_PROBLEMS: usize = 20;

/// Values by path.
#[derive(Debug, Default)]
pub(super) struct Settings<'t>(BTreeMap<Vec<Cow<'t, str>>, Setting<'t>>);

/// A value, or a table.
#[derive(Debug)]
pub(super) struct Setting<'t> {
    /// Its key, or the first that names the table.
    pub(super) span: Span,
    /// Texts of scalars with their places: one for a scalar, one for each item of a list, none for a table.
    pub(super) values: Vec<(Cow<'t, str>, Span)>,
    /// Whether it is a list.
    pub(super) list: bool,
}

/// Reads a text; half a table would say less than it seems to, so that any problem leaves no document.
pub(super) fn parse(text: &str) -> Parsed<Settings<'_>> {
    let source = Source::new(text);
    let tokens = source.lex().into_vec();
    let mut reader = Reader::new(source);
    let mut problems = Vec::new();
    let mut errors = |error: ParseError| {
        if problems.len() < MAX_PROBLEMS {
            let at = error.unexpected().or(error.context()).map_or_else(Span::default, span);
            problems.push(Problem::new(at, format!("not valid TOML: {}", error.description())));
        }
    };
    parse_document(&tokens, &mut RecursionGuard::new(&mut reader, MAX_DEPTH), &mut errors);
    problems.sort_by_key(|problem| problem.span);
    Parsed { document: problems.is_empty().then_some(reader.settings), problems }
}

impl<'t> Settings<'t> {
    pub(super) fn get(&self, path: &[&str]) -> Option<&Setting<'t>> {
        self.0.iter().find(|(known, _)| known.as_slice() == path).map(|(_, setting)| setting)
    }

    /// Where a table, or the first value below its path, stands.
    pub(super) fn first(&self, path: &[&str]) -> Option<Span> {
        let below = self.0.iter().filter(|(known, _)| known.get(..path.len()).is_some_and(|start| start == path));
        below.map(|(_, setting)| setting.span).min()
    }
}

struct Reader<'t> {
    source: Source<'t>,
    settings: Settings<'t>,
    /// Arrays of tables.
    arrays: BTreeSet<Vec<Cow<'t, str>>>,
    /// The table, with the inline tables that are open and the key that is being read.
    path: Vec<Cow<'t, str>>,
    /// Where the key begins.
    at: Span,
    /// Lengths of the path in front of keys: of the table, and of each inline table that is open.
    bases: Vec<usize>,
    /// Lists that are open.
    lists: usize,
    /// The table lies in an array of tables.
    in_array: bool,
}

impl<'t> Reader<'t> {
    fn new(source: Source<'t>) -> Self {
        Self {
            source,
            settings: Settings::default(),
            arrays: BTreeSet::new(),
            path: Vec::new(),
            at: Span::default(),
            bases: vec![0],
            lists: 0,
            in_array: false,
        }
    }

    fn base(&self) -> usize {
        self.bases.last().copied().unwrap_or_default()
    }

    fn raw(&self, at: toml_parser::Span, encoding: Option<Encoding>) -> Raw<'t> {
        let text = self.source.input().get(at.start()..at.end()).unwrap_or_default();
        Raw::new_unchecked(text, encoding, at)
    }

    /// Notes that the path has a value.
    fn add(&mut self, list: bool, error: &mut dyn ErrorSink) {
        if self.in_array || self.path.len() > MAX_PATH {
            return;
        }
        let setting = Setting { span: self.at, values: Vec::new(), list };
        if self.settings.0.insert(self.path.clone(), setting).is_some() {
            let at = toml_parser::Span::new_unchecked(self.at.offset, self.at.end());
            error.report_error(ParseError::new("the key comes twice").with_unexpected(at));
        }
    }

    fn begin_header(&mut self) {
        self.path.clear();
        self.bases = vec![0];
        self.lists = 0;
    }

    fn end_value(&mut self) {
        if self.lists == 0 {
            self.path.truncate(self.base());
        }
    }
}

impl EventReceiver for Reader<'_> {
    fn std_table_open(&mut self, _: toml_parser::Span, _: &mut dyn ErrorSink) {
        self.begin_header();
    }

    fn std_table_close(&mut self, _: toml_parser::Span, error: &mut dyn ErrorSink) {
        let outer = self.path.get(..MAX_PATH).unwrap_or(&self.path);
        self.in_array = (1..=outer.len()).any(|end| outer.get(..end).is_some_and(|path| self.arrays.contains(path)));
        self.add(false, error);
        self.bases = vec![self.path.len()];
    }

    fn array_table_open(&mut self, _: toml_parser::Span, _: &mut dyn ErrorSink) {
        self.begin_header();
    }

    fn array_table_close(&mut self, _: toml_parser::Span, _: &mut dyn ErrorSink) {
        if self.path.len() <= MAX_PATH {
            self.arrays.insert(self.path.clone());
        }
        self.in_array = true;
        self.bases = vec![self.path.len()];
    }

    fn inline_table_open(&mut self, _: toml_parser::Span, error: &mut dyn ErrorSink) -> bool {
        if self.lists == 0 {
            self.add(false, error);
            self.bases.push(self.path.len());
        }
        true
    }

    fn inline_table_close(&mut self, _: toml_parser::Span, _: &mut dyn ErrorSink) {
        if self.lists == 0 {
            self.bases.pop();
            self.end_value();
        }
    }

    fn array_open(&mut self, _: toml_parser::Span, error: &mut dyn ErrorSink) -> bool {
        if self.lists == 0 {
            self.add(true, error);
        }
        self.lists += 1;
        true
    }

    fn array_close(&mut self, _: toml_parser::Span, _: &mut dyn ErrorSink) {
        self.lists = self.lists.saturating_sub(1);
        self.end_value();
    }

    fn simple_key(&mut self, at: toml_parser::Span, encoding: Option<Encoding>, error: &mut dyn ErrorSink) {
        let mut key = Cow::Borrowed("");
        self.raw(at, encoding).decode_key(&mut key, error);
        if self.lists == 0 {
            if self.path.len() == self.base() || self.path.is_empty() {
                self.at = span(at);
            }
            self.path.push(key);
        }
    }

    fn scalar(&mut self, at: toml_parser::Span, encoding: Option<Encoding>, error: &mut dyn ErrorSink) {
        let mut text = Cow::Borrowed("");
        let _ = self.raw(at, encoding).decode_scalar(&mut text, error);
        if self.lists == 0 {
            self.add(false, error);
        }
        // What stands in a list of lists or of tables is passed over.
        if self.lists <= 1
            && !self.in_array
            && let Some(setting) = self.settings.0.get_mut(&self.path)
        {
            setting.values.push((text, span(at)));
        }
        self.end_value();
    }
}

fn span(at: toml_parser::Span) -> Span {
    Span::between(at.start(), at.end())
}
