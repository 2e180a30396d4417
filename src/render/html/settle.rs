//! Makes a file of what was drawn for a page: what only a page could answer is left out, links lead to places in the
//! file, and each id is there once.
//!
//! The components know nothing of this. Any view that is added comes out right as long as it keeps to what the page asks
//! of it anyway: buttons and fields are what readers act with, `.filters` holds what narrows a list down, regions that
//! announce a change have the role `status`, links are states, and lists that show a part tell how many rows they have.

use super::markup::{Piece, Pieces, Tag};
use super::text::{number, push_escaped, push_inert};
use crate::model::{Family, Level};
use crate::ui::{State, View, family_id, finding_id, rule_id};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Bytes of an attribute's value; what a hostile name makes longer is left out. Drawings may be longer.
const LONGEST_VALUE: usize = 16 << 10;
const LEVELS: [Level; 3] = [Level::Error, Level::Warning, Level::Info];

/// What readers act with, and what belongs to it.
const CONTROLS: [&str; 6] = ["button", "input", "select", "textarea", "label", "dialog"];
/// Attributes that name other elements.
const REFERENCES: [&str; 6] =
    ["aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "aria-details", "aria-errormessage"];
/// Attributes that tell what the page does, and what would fetch or run something.
const OF_THE_PAGE: [&str; 6] = ["aria-current", "aria-activedescendant", "aria-live", "src", "srcset", "style"];

/// A part of the file, before its links are known.
pub(super) struct Part<'m> {
    name: String,
    pieces: Vec<Piece<'m>>,
    /// Ids that other parts have as well, and what they are called here.
    renamed: BTreeMap<&'m str, String>,
    dropped: BTreeSet<&'m str>,
}

/// All that can be linked to.
#[derive(Debug, Default)]
pub(super) struct Targets(BTreeSet<String>);

impl Targets {
    /// With ids that are the document's own.
    pub(super) fn new(own: impl IntoIterator<Item = String>) -> Self {
        Self(own.into_iter().collect())
    }

    fn has(&self, id: &str) -> bool {
        self.0.contains(id)
    }
}

impl<'m> Part<'m> {
    /// Takes what is drawn for the page of a name, and its ids into the targets.
    pub(super) fn read(name: &str, markup: &'m str, targets: &mut Targets) -> Self {
        let mut part =
            Self { name: name.to_owned(), pieces: Vec::new(), renamed: BTreeMap::new(), dropped: BTreeSet::new() };
        // Depth within an element that is left out, and the elements around: where each begins, and whether something
        // in it was left out.
        let mut left_out = 0_usize;
        let mut around: Vec<(usize, bool)> = Vec::new();
        for piece in Pieces::of(markup) {
            match &piece {
                Piece::Open(tag) if left_out > 0 || is_for_the_page(tag) => {
                    left_out += usize::from(!tag.is_void());
                    part.dropped.extend(tag.value("id"));
                    if let Some((_, lacks)) = around.last_mut() {
                        *lacks = true;
                    }
                    continue;
                }
                Piece::Close(_) if left_out > 0 => {
                    left_out -= 1;
                    continue;
                }
                Piece::Text(_) if left_out > 0 => continue,
                Piece::Close(_) => {
                    let (start, lacks) = around.pop().unwrap_or_default();
                    if lacks && start + 1 == part.pieces.len() {
                        // What held only that goes with it.
                        if let (Some(Piece::Open(tag)), Some((_, lacks))) = (part.pieces.pop(), around.last_mut()) {
                            part.dropped.extend(tag.value("id"));
                            *lacks = true;
                        }
                        continue;
                    }
                }
                Piece::Open(tag) => {
                    if !tag.is_void() {
                        around.push((part.pieces.len(), false));
                    }
                }
                Piece::Text(_) => {}
            }
            part.pieces.push(piece);
        }
        part.name_ids(targets);
        part
    }

    /// An id that is taken already, by another part, gets the name of the part before it.
    fn name_ids(&mut self, targets: &mut Targets) {
        let ids = self.pieces.iter().filter_map(|piece| match piece {
            Piece::Open(tag) => tag.value("id"),
            Piece::Close(_) | Piece::Text(_) => None,
        });
        for id in ids {
            if targets.0.insert(id.to_owned()) {
                continue;
            }
            let mut new = format!("{}-{id}", self.name);
            while !targets.0.insert(new.clone()) {
                new.push('-');
            }
            self.renamed.insert(id, new);
        }
    }

    /// Writes the part, or as much of it as there is room for; whether that is all.
    pub(super) fn write(&self, targets: &Targets, room: usize, out: &mut String) -> bool {
        let end = out.len().saturating_add(room);
        let mut open: Vec<Open<'m>> = Vec::new();
        for piece in &self.pieces {
            let fits = match piece {
                Piece::Text(text) => out.len().saturating_add(text.len()) <= end,
                Piece::Open(_) | Piece::Close(_) => out.len() <= end,
            };
            if !fits {
                while let Some(element) = open.pop() {
                    element.close(out);
                }
                return false;
            }
            match piece {
                Piece::Text(text) => push_inert(text, out),
                Piece::Close(_) => {
                    if let Some(element) = open.pop() {
                        element.close(out);
                    }
                }
                Piece::Open(tag) => {
                    if tag.value("role") == Some("row") {
                        count_row(&mut open);
                    }
                    let svg = tag.name == "svg" || open.last().is_some_and(|parent| parent.svg);
                    let name = self.write_tag(tag, svg, targets, out);
                    if !tag.is_void() {
                        let rows = tag.value("aria-rowcount").and_then(|count| count.parse().ok());
                        open.push(Open { name, svg, rows, seen: 0 });
                    }
                }
            }
        }
        true
    }

    /// The name under which the tag was written.
    fn write_tag(&self, tag: &Tag<'m>, svg: bool, targets: &Targets, out: &mut String) -> &'m str {
        let href = tag.value("href").map(|href| self.link(href, targets));
        let dead = tag.name == "a" && !matches!(href, Some(Some(_)));
        let name = match (dead, svg) {
            (true, true) => "g",
            (true, false) => "span",
            (false, _) => tag.name,
        };
        out.push('<');
        out.push_str(name);
        for (key, value) in &tag.attributes {
            let value = value.unwrap_or_default();
            match *key {
                "href" => {
                    if let Some(Some(link)) = &href {
                        link.write(out);
                    }
                }
                "id" if value.is_empty() || value.contains(char::is_whitespace) => {}
                key if value.len() > LONGEST_VALUE && key != "d" => {}
                "id" => push_attribute("id", self.renamed.get(value).map_or(value, String::as_str), out),
                "role" => {
                    if let Some(role) = still_role(value) {
                        push_attribute("role", role, out);
                    }
                }
                // Arrow keys lead nowhere here, so every link is reached by Tab, but for those that say again what is told.
                "tabindex" if tag.name == "a" && tag.value("aria-hidden") != Some("true") => {}
                "aria-label" if dead => {}
                "aria-expanded" | "aria-level" if tag.value("role") == Some("row") => {}
                key if OF_THE_PAGE.contains(&key) || key.starts_with("on") => {}
                key if REFERENCES.contains(&key) => {
                    let known: Vec<&str> = value
                        .split_ascii_whitespace()
                        .filter(|id| !self.dropped.contains(id))
                        .map(|id| self.renamed.get(id).map_or(id, String::as_str))
                        .collect();
                    if !known.is_empty() {
                        push_attribute(key, &known.join(" "), out);
                    }
                }
                key => push_attribute(key, &self.local(value), out),
            }
        }
        out.push('>');
        name
    }

    /// A value that may name a pattern or a marker of the same drawing.
    fn local(&self, value: &str) -> String {
        let id = value.strip_prefix("url(#").and_then(|rest| rest.strip_suffix(')'));
        match id.and_then(|id| self.renamed.get(id)) {
            Some(new) => format!("url(#{new})"),
            None => value.to_owned(),
        }
    }

    /// Where a link of the page leads in the file, if anywhere.
    fn link(&self, href: &str, targets: &Targets) -> Option<Link> {
        let fragment = href.strip_prefix('#')?.replace("&amp;", "&");
        if targets.has(&fragment) {
            let target = self.renamed.get(fragment.as_str()).cloned().unwrap_or(fragment);
            return Some(Link { target, find: String::new() });
        }
        let state = State::default().with_fragment(&fragment);
        let families: Vec<Family> = Family::ALL.into_iter().filter(|family| state.families.has(*family)).collect();
        let exact = match (state.view, families.as_slice()) {
            (View::Findings, _) => state.selected.map(finding_id),
            (View::Rules, [family]) => Some(family_id(*family)),
            (View::Rules, _) => Some(rule_id(&state.rule)),
            _ => Some(list_name(&state)),
        };
        let find = find(&state);
        if let Some(target) = exact.filter(|id| targets.has(id)) {
            return Some(Link { target, find: String::new() });
        }
        let target = state.view.word().to_owned();
        (targets.has(&target) && target != self.name).then_some(Link { target, find })
    }
}

/// What the page of one list of a view is called.
pub(super) fn list_name(state: &State) -> String {
    format!("{}-{}", state.view.word(), state.part.word())
}

struct Link {
    target: String,
    /// What the script puts in the filter of the findings.
    find: String,
}

impl Link {
    fn write(&self, out: &mut String) {
        push_attribute("href", &format!("#{}", self.target), out);
        if !self.find.is_empty() {
            out.push_str(" data-find=\"");
            push_escaped(&self.find, out);
            out.push('"');
        }
    }
}

/// An element that is not closed yet.
struct Open<'m> {
    name: &'m str,
    svg: bool,
    /// How many rows a list says that it has, and how many of them are there.
    rows: Option<usize>,
    seen: usize,
}

impl Open<'_> {
    fn close(&self, out: &mut String) {
        out.push_str("</");
        out.push_str(self.name);
        out.push('>');
        let hidden = self.rows.map_or(0, |rows| rows.saturating_sub(self.seen));
        if hidden > 0 {
            // Writing to a string cannot fail.
            let _ = write!(out, "<p class=\"rest\">{} more not shown</p>", number(hidden));
        }
    }
}

fn count_row(open: &mut [Open<'_>]) {
    if let Some(list) = open.iter_mut().rev().find(|element| element.rows.is_some()) {
        list.seen += 1;
    }
}

fn is_for_the_page(tag: &Tag<'_>) -> bool {
    CONTROLS.contains(&tag.name) || tag.has_class("filters") || tag.value("role") == Some("status")
}

/// A filter of the findings in the words of the script.
fn find(state: &State) -> String {
    if state.view != View::Findings {
        return String::new();
    }
    let mut words = Vec::new();
    if !state.rule.is_empty() {
        words.push(format!("rule:{}", state.rule));
    }
    let chosen: Vec<Level> = LEVELS.into_iter().filter(|level| state.levels.has(*level)).collect();
    if let [level] = chosen.as_slice() {
        words.push(format!("level:{level}"));
    }
    words.join(" ")
}

/// What an element that answers to no key is.
fn still_role(role: &str) -> Option<&str> {
    match role {
        "grid" | "treegrid" => Some("table"),
        "gridcell" => Some("cell"),
        "alert" => None,
        role => Some(role),
    }
}

/// Adds an attribute whose value is written as in markup already.
fn push_attribute(key: &str, value: &str, out: &mut String) {
    out.push(' ');
    out.push_str(key);
    out.push_str("=\"");
    push_inert(value, out);
    out.push('"');
}
