//! Events to arena.

use super::node::{Comment, Data, Kind, NONE, Style};
use super::{MAX_DEPTH, MAX_NODES, Parsed, Problem, Tree};
use crate::model::Span;
use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, StructureStyle, Tag};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Most comments that are blanked; each costs another reading.
const MAX_BLANKED: usize = 32;

pub(super) fn build(text: &str) -> Parsed<Tree<'_>> {
    let mut attempt = read(text, text, |value| value);
    let mut blanked = String::new();
    for _ in 0..MAX_BLANKED {
        let Err(Failure { glued_comment: Some(offset), .. }) = attempt else { break };
        // `[a, b]# note` has a comment for libyaml and for GitHub; the library follows the letter of the specification.
        // Blanks in the comment's place keep every offset.
        let source = if blanked.is_empty() { text } else { &blanked };
        let Some((before, rest)) = source.split_at_checked(offset) else { break };
        let comment = rest.find('\n').unwrap_or(rest.len());
        let after = rest.get(comment..).unwrap_or("");
        blanked = format!("{before}{}{after}", " ".repeat(comment));
        attempt = read(text, &blanked, |value| Cow::Owned(value.into_owned()));
    }
    match attempt {
        Ok(parsed) => parsed,
        Err(failure) => Parsed { document: None, problems: vec![failure.problem] },
    }
}

/// Why a text has no tree.
struct Failure {
    problem: Problem,
    /// Where a comment stands right behind something else, if that is the reason.
    glued_comment: Option<usize>,
}

/// Reads `source`, which differs from `text` at most in blanked comments; `adopt` takes its scalars over.
fn read<'t, 's>(
    text: &'t str,
    source: &'s str,
    adopt: impl Fn(Cow<'s, str>) -> Cow<'t, str>,
) -> Result<Parsed<Tree<'t>>, Failure> {
    let options = granit_parser::options! {
        emit_unresolved_aliases: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
        // A key may stand below pages of what was commented out; the tree keeps comments anyway.
        max_buffered_comment_events: MAX_NODES,
    };
    let mut builder = Builder {
        tree: Tree {
            text,
            nodes: Vec::new(),
            roots: Vec::new(),
            comments: Vec::new(),
            duplicates: Vec::new(),
            aliased: Vec::new(),
        },
        open: Vec::new(),
        anchors: BTreeMap::new(),
        problems: Vec::new(),
    };
    for event in Parser::new_from_str_with_options(source, options) {
        let (event, span) = event.map_err(|error| failure(&error, source))?;
        let span = span.byte_range().map_or_else(Span::default, |r| Span::between(r.start, r.end));
        if builder.tree.nodes.len() >= MAX_NODES {
            let message = format!("more than {MAX_NODES} YAML nodes; the rest is not read");
            return Err(Failure { problem: Problem::new(span, message), glued_comment: None });
        }
        builder.event(event, span, &adopt);
    }
    let Builder { mut tree, problems, .. } = builder;
    tree.duplicates.sort_by_key(|(_, second)| *second);
    tree.aliased.sort_unstable();
    tree.aliased.dedup();
    Ok(Parsed { document: Some(tree), problems })
}

fn failure(error: &ScanError, source: &str) -> Failure {
    let offset = error.marker().byte_offset().unwrap_or(source.len()).min(source.len());
    let glued = *error.kind() == ErrorKind::CommentNotSeparated
        && source.get(offset..).is_some_and(|rest| rest.starts_with('#'));
    Failure {
        problem: Problem::new(Span { offset, length: 0 }, plain_words(&error.info())),
        glued_comment: glued.then_some(offset),
    }
}

/// The library's message without the position it carries, which the place says better.
fn plain_words(info: &str) -> String {
    let info = info.trim();
    let message = info.split(" at byte ").next().unwrap_or(info);
    format!("not valid YAML: {message}")
}

struct Builder<'t> {
    tree: Tree<'t>,
    open: Vec<Open>,
    anchors: BTreeMap<usize, u32>,
    problems: Vec<Problem>,
}

struct Open {
    id: u32,
    /// The key that waits for its value, in a mapping.
    key: Option<u32>,
    /// Keys so far, to find those that come twice.
    seen: BTreeMap<String, u32>,
}

impl<'t> Builder<'t> {
    fn event<'s>(&mut self, event: Event<'s>, span: Span, adopt: &impl Fn(Cow<'s, str>) -> Cow<'t, str>) {
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted => Style::SingleQuoted,
                    ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
                    ScalarStyle::Literal => Style::Literal,
                    ScalarStyle::Folded => Style::Folded,
                };
                let span = self.scalar_span(span, style);
                self.add(Kind::Scalar(adopt(value), style), span, anchor, tag.as_deref());
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.start(Kind::Sequence(Vec::new(), is_flow(style)), span, anchor, tag.as_deref());
            }
            Event::MappingStart(style, anchor, tag) => {
                self.start(Kind::Mapping(Vec::new(), is_flow(style)), span, anchor, tag.as_deref());
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Alias(anchor) => {
                let target = self.anchors.get(&anchor).copied();
                self.tree.aliased.extend(target);
                let kind = target.map_or(Kind::Scalar(Cow::Borrowed(""), Style::Plain), Kind::Alias);
                self.add(kind, span, 0, None);
            }
            Event::UnresolvedAlias(name) => {
                self.problems
                    .push(Problem::new(span, format!(
                        "the alias `*{name}` has no anchor `&{name}` before it; a text that begins with `*` needs quotes"
                    )));
                self.add(Kind::Scalar(Cow::Borrowed(""), Style::Plain), span, 0, None);
            }
            Event::Comment(text, _) => self.tree.comments.push(Comment { text: adopt(text), span }),
            _ => {}
        }
    }

    /// A block scalar's span may begin with blank lines and runs into the indentation that follows it.
    fn scalar_span(&self, span: Span, style: Style) -> Span {
        let Some(raw) = self.tree.text.get(span.range()) else { return span };
        match style {
            Style::Literal | Style::Folded => {
                let blank = raw.len() - raw.trim_start().len();
                Span { offset: span.offset + blank, length: raw.trim().len() }
            }
            _ => span,
        }
    }

    fn start(&mut self, kind: Kind<'t>, span: Span, anchor: usize, tag: Option<&Tag>) {
        let id = self.add(kind, span, anchor, tag);
        self.open.push(Open { id, key: None, seen: BTreeMap::new() });
    }

    /// A block collection's end mark sits at the next token; its last child tells where it really ends.
    fn end(&mut self, span: Span) {
        let Some(open) = self.open.pop() else { return };
        let last_child = match self.tree.nodes.get(open.id as usize).map(|n| &n.kind) {
            Some(Kind::Sequence(items, false)) => items.last().copied(),
            Some(Kind::Mapping(entries, false)) => entries.last().map(|(_, value)| *value),
            _ => None,
        };
        let end = match last_child {
            Some(child) => self.tree.nodes.get(child as usize).map_or(span.offset, |n| n.span.end()),
            None => span.end(),
        };
        let Some(node) = self.tree.nodes.get_mut(open.id as usize) else { return };
        let mut start = node.span.offset;
        if matches!(node.kind, Kind::Sequence(_, false)) {
            // The mark sits behind the first dash.
            let before = self.tree.text.get(..start).unwrap_or("").trim_end();
            start = if before.ends_with('-') { before.len() - 1 } else { start };
        }
        node.span = Span::between(start, end);
    }

    fn add(&mut self, kind: Kind<'t>, span: Span, anchor: usize, tag: Option<&Tag>) -> u32 {
        let id = u32::try_from(self.tree.nodes.len()).unwrap_or(NONE);
        let tag = tag.map(Tag::original);
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
        let key_text = match &kind {
            Kind::Scalar(value, _) => Some(value.clone()),
            _ => None,
        };
        let mut node = Data { kind, span, tag, parent: NONE, key: NONE, index: 0 };
        let Some(open) = self.open.last_mut() else {
            self.tree.nodes.push(node);
            self.tree.roots.push(id);
            return id;
        };
        node.parent = open.id;
        let parent = self.tree.nodes.get_mut(open.id as usize).map(|parent| &mut parent.kind);
        match (parent, open.key.take()) {
            (Some(Kind::Sequence(items, _)), _) => {
                node.index = u32::try_from(items.len()).unwrap_or(NONE);
                items.push(id);
            }
            (Some(Kind::Mapping(entries, _)), Some(key)) => {
                node.key = key;
                entries.push((key, id));
            }
            (Some(Kind::Mapping(..)), None) => {
                open.key = Some(id);
                // `<<` may come several times: each merges another mapping.
                if let Some(text) = key_text.filter(|t| t != "<<")
                    && let Some(first) = open.seen.insert(text.into_owned(), id)
                {
                    self.tree.duplicates.push((first, id));
                }
            }
            _ => {}
        }
        self.tree.nodes.push(node);
        id
    }
}

fn is_flow(style: StructureStyle) -> bool {
    style == StructureStyle::Flow
}
