//! The INI dialect of Python's `configparser`, as coverage.py, tox and pytest read it.
//!
//! Comments are whole lines; a line indented deeper than its key continues the value; `=` or `:` ends a key, and keys are
//! compared in lower case. A section or key that comes twice is an error there and a problem here, and the first stays.

use crate::model::Span;
use crate::parse::{Parsed, Problem};
use std::collections::BTreeMap;

/// Sections by name.
#[derive(Debug, Default)]
pub(super) struct Ini<'t> {
    sections: BTreeMap<&'t str, Section<'t>>,
}

/// A section.
#[derive(Debug)]
pub(super) struct Section<'t> {
    span: Span,
    values: BTreeMap<String, Vec<Line<'t>>>,
}

/// One line of a value, without the blanks around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'t> {
    /// Its text.
    pub(super) text: &'t str,
    /// Bytes before it.
    pub(super) offset: usize,
}

impl<'t> Ini<'t> {
    pub(super) fn parse(text: &'t str) -> Parsed<Self> {
        let mut ini = Self::default();
        let mut problems = Vec::new();
        let mut section: Option<&'t str> = None;
        // The key whose value may go on, and how deep it is indented; `None` inside a section that came twice, too.
        let mut open: Option<(Option<String>, usize)> = None;
        let mut offset = 0;
        for whole in text.split_inclusive('\n') {
            let start = offset;
            offset += whole.len();
            let line = if start == 0 { whole.trim_start_matches('\u{feff}') } else { whole };
            let start = start + whole.len() - line.len();
            let indent = line.len() - line.trim_start().len();
            let content = Line { text: line.trim(), offset: start + indent };
            if content.text.is_empty() || content.text.starts_with(['#', ';']) {
                continue;
            }
            if let Some((key, _)) = open.as_ref().filter(|(_, depth)| indent > *depth) {
                let values = section.and_then(|name| ini.sections.get_mut(name)).map(|section| &mut section.values);
                if let Some(lines) = key.as_ref().and_then(|key| values?.get_mut(key)) {
                    lines.push(content);
                }
                continue;
            }
            if let Some(name) = content.text.strip_prefix('[').and_then(|rest| Some(rest.rsplit_once(']')?.0)) {
                open = None;
                let new = Section { span: content.span(), values: BTreeMap::new() };
                if ini.sections.contains_key(name) {
                    problems.push(Problem::new(content.span(), format!("the section `[{name}]` comes twice")));
                    section = Some("");
                } else {
                    ini.sections.insert(name, new);
                    section = Some(name);
                }
                continue;
            }
            let Some(name) = section else {
                problems.push(Problem::new(content.span(), "no section header (`[name]`) stands before this line"));
                return Parsed { document: None, problems };
            };
            let Some((key, value)) = content.text.split_once(['=', ':']).filter(|(key, _)| !key.trim().is_empty())
            else {
                problems.push(Problem::new(content.span(), "neither a section, nor a key with a value, nor a comment"));
                continue;
            };
            let key = key.trim().to_lowercase();
            let at = content.offset + content.text.len() - value.trim_start().len();
            open = Some((None, indent));
            let Some(section) = ini.sections.get_mut(name) else { continue };
            if section.values.contains_key(&key) {
                problems.push(Problem::new(content.span(), format!("`{key}` comes twice in `[{name}]`")));
                continue;
            }
            section.values.insert(key.clone(), vec![Line { text: value.trim(), offset: at }]);
            open = Some((Some(key), indent));
        }
        Parsed { document: Some(ini), problems }
    }

    /// The first header of a section whose name begins so.
    pub(super) fn first(&self, prefix: &str) -> Option<Span> {
        let begins = self.sections.iter().filter(|(name, _)| name.starts_with(prefix));
        begins.map(|(_, section)| section.span).min()
    }

    pub(super) fn section(&self, name: &str) -> Option<&Section<'t>> {
        self.sections.get(name)
    }
}

impl<'t> Section<'t> {
    /// The lines of a value; none where the key is missing.
    pub(super) fn lines(&self, key: &str) -> &[Line<'t>] {
        self.values.get(key).map(Vec::as_slice).unwrap_or_default()
    }

    /// A value of one line.
    pub(super) fn value(&self, key: &str) -> Option<Line<'t>> {
        self.lines(key).iter().find(|line| !line.text.is_empty()).copied()
    }
}

impl Line<'_> {
    /// Its bytes.
    pub(super) const fn span(&self) -> Span {
        Span { offset: self.offset, length: self.text.len() }
    }
}
