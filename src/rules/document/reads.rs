//! Reads of what is not there: one finding for each thing that is missing in a file.

use crate::evidence::File;
use crate::model::{Fix, Span};
use crate::rules::{Hit, Sink};
use std::collections::BTreeMap;

/// A read that finds nothing.
#[derive(Debug)]
pub(super) struct Miss<'e> {
    /// The file it is in.
    pub(super) file: &'e File<'e>,
    /// Its bytes.
    pub(super) span: Span,
    /// Structural address.
    pub(super) path: String,
    /// What is read; reads of one thing are one finding.
    pub(super) what: String,
    /// What is wrong.
    pub(super) message: String,
    /// What to do.
    pub(super) fix: String,
}

/// Most other places of one finding.
const MAX_RELATED: usize = 20;

/// Reports each missing thing of each file once, at its first read.
pub(super) fn report(misses: Vec<Miss<'_>>, why: &'static str, sink: &mut Sink<'_>) {
    let mut groups: BTreeMap<(String, String), Vec<Miss<'_>>> = BTreeMap::new();
    for miss in misses {
        groups.entry((miss.file.path().to_owned(), miss.what.clone())).or_default().push(miss);
    }
    for mut group in groups.into_values() {
        group.sort_by_key(|miss| miss.span);
        let mut group = group.into_iter();
        let Some(Miss { file, span, path, what, message, fix }) = group.next() else { continue };
        let related = group.take(MAX_RELATED).map(|miss| (miss.file, miss.span, format!("`{what}` is named here too")));
        let related = related.collect();
        sink.finding(Hit { file, span, path, message, why, fix: Fix { text: fix, edits: Vec::new() }, related });
    }
}

/// "The inputs are `a`, `b`." or the like, for fixes; nothing where there are none.
pub(super) fn listed<'n>(noun: &str, names: impl Iterator<Item = &'n str>) -> String {
    const SHOWN: usize = 12;
    let names: Vec<String> = names.take(SHOWN + 1).map(|name| format!("`{name}`")).collect();
    if names.is_empty() {
        return String::new();
    }
    let more = if names.len() > SHOWN { ", …" } else { "" };
    let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    format!(" The {noun} are {}{more}.", shown.join(", "))
}
