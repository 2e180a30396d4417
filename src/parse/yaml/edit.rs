//! Edits of a YAML text that keep all else byte for byte: one more entry for a mapping, a list made a mapping.
//!
//! Each function gives nothing where the place is written in a way that it does not know, or where an alias stands for
//! the place, so that the edit would be read elsewhere too.

use super::{Node, Style};
use crate::model::{Edit, Span};
use std::fmt::Write as _;

/// Bytes and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    span: Span,
    text: String,
}

impl Patch {
    /// As an edit of a file.
    pub fn edit(self, file: &str, safe: bool) -> Edit {
        let Self { span: Span { offset, length }, text } = self;
        Edit { file: file.to_owned(), offset, length, text, safe }
    }
}

/// An entry to write.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'e> {
    /// Its key.
    pub key: &'e str,
    /// The value, or what stands of it on the line of the key (`>-`); may be empty.
    pub value: &'e str,
    /// Lines below it, one level deeper: entries where `value` is empty.
    pub below: &'e [String],
}

impl<'e> Entry<'e> {
    /// On one line.
    pub fn line(key: &'e str, value: &'e str) -> Self {
        Self { key, value, below: &[] }
    }
}

/// Entries at the end of a mapping that has some.
pub fn append(mapping: Node<'_>, entries: &[Entry<'_>]) -> Option<Patch> {
    let (key, _) = mapping.entries().next_back()?;
    after(mapping, key.text()?, entries)
}

/// Entries right after that of a key.
pub fn after(mapping: Node<'_>, key: &str, entries: &[Entry<'_>]) -> Option<Patch> {
    takes(mapping, entries)?;
    if mapping.is_flow() {
        return first_in_braces(mapping, entries);
    }
    let (key, value) = mapping.entry(key)?;
    let indent = indent(mapping)?;
    let text = mapping.tree().text();
    let newline = newline(text);
    let blank = " ".repeat(indent);
    let lines = entries.iter().flat_map(|entry| written(entry, unit(mapping)));
    let text = lines.fold(String::new(), |text, line| text + newline + &blank + &line);
    Some(Patch { span: Span { offset: end_of_entry(mapping, key, value)?, length: 0 }, text })
}

/// An entry on the line before that of a key.
pub fn before(mapping: Node<'_>, key: &str, entry: Entry<'_>) -> Option<Patch> {
    takes(mapping, &[entry])?;
    if mapping.is_flow() {
        return first_in_braces(mapping, &[entry]);
    }
    let (key, _) = mapping.entry(key)?;
    let indent = indent(mapping)?;
    let text = mapping.tree().text();
    let newline = newline(text);
    prefix(key)?;
    let blank = " ".repeat(indent);
    let lines = written(&entry, unit(mapping)).into_iter();
    let text = lines.fold(String::new(), |text, line| text + &line + newline + &blank);
    Some(Patch { span: Span { offset: key.span().offset, length: 0 }, text })
}

/// Entries of the mapping that a key of another mapping holds: that mapping is made where there is none.
pub fn append_below(mapping: Node<'_>, key: &str, entries: &[Entry<'_>], place: &str) -> Option<Patch> {
    let one_line = |entry: &Entry<'_>| entry.below.is_empty();
    match mapping.entry(key) {
        Some((_, inner)) if inner.is_mapping() && inner.entries().next().is_some() => {
            if inner.parent()? == mapping {
                append(inner, entries)
            } else {
                None
            }
        }
        None if entries.iter().all(one_line) => {
            let below: Vec<String> = entries.iter().map(|entry| format!("{}: {}", entry.key, entry.value)).collect();
            after(mapping, place, &[Entry { key, value: "", below: &below }])
        }
        _ => None,
    }
}

/// Another text for a scalar on one line.
pub fn replace(node: Node<'_>, text: &str) -> Option<Patch> {
    let whole = node.tree().text().get(node.span().range())?;
    let one_line = matches!(node.style()?, Style::Plain | Style::SingleQuoted | Style::DoubleQuoted)
        && !whole.is_empty()
        && !whole.contains('\n');
    (one_line && !node.is_aliased()).then(|| Patch { span: node.span(), text: text.to_owned() })
}

/// A block list of names as a mapping of them, `below` telling the line under each.
pub fn list_to_mapping(list: Node<'_>, below: impl Fn(&str) -> String) -> Option<Patch> {
    let key = list.key()?;
    if !list.is_sequence() || list.is_flow() || list.is_aliased() {
        return None;
    }
    let text = list.tree().text();
    let newline = newline(text);
    let (outer, unit) = (prefix(key)?, unit(list));
    let mut out = String::new();
    let (mut start, mut done) = (None, 0);
    let mut names: Vec<&str> = Vec::new();
    for item in list.items() {
        let name = item.text().filter(|name| is_name(name) && !names.contains(name))?;
        if item.parent()? != list || names.len() >= MAX_NAMES {
            return None;
        }
        names.push(name);
        let line = text.get(..item.span().offset)?.rfind('\n')? + 1;
        let (dash, rest) = text.get(line..item.span().offset)?.split_once('-')?;
        if !dash.bytes().chain(rest.bytes()).all(|b| b == b' ') || line < done {
            return None;
        }
        let end = end_of_line(text, item.span().end())?;
        out.push_str(if start.is_some() { text.get(done..line)? } else { "" });
        start = start.or(Some(line));
        let indent = " ".repeat(if dash.len() > outer { dash.len() } else { outer + unit });
        let comment = text.get(item.span().end()..end)?;
        let _ = write!(out, "{indent}{name}:{comment}{newline}{indent}{:unit$}{}", "", below(name));
        done = end;
    }
    let start = start?;
    Some(Patch { span: Span::between(start, done), text: out })
}

/// Most items of a list that is made a mapping.
const MAX_NAMES: usize = 100;

fn is_name(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    text.bytes().all(plain) && text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
}

/// Whether a mapping can take entries: it is the only one that changes, and has none of them.
fn takes(mapping: Node<'_>, entries: &[Entry<'_>]) -> Option<()> {
    let has = |entry: &Entry<'_>| {
        mapping.entries().any(|(key, _)| key.text().is_none_or(|key| key.eq_ignore_ascii_case(entry.key)))
    };
    (mapping.is_mapping() && !mapping.is_aliased() && !entries.iter().any(has)).then_some(())
}

/// The lines of an entry, without the indentation of its key.
fn written(entry: &Entry<'_>, unit: usize) -> Vec<String> {
    let value = if entry.value.is_empty() { String::new() } else { format!(" {}", entry.value) };
    let mut lines = vec![format!("{}:{value}", entry.key)];
    lines.extend(entry.below.iter().map(|line| format!("{:unit$}{line}", "")));
    lines
}

/// Entries behind the brace of a mapping in braces.
fn first_in_braces(mapping: Node<'_>, entries: &[Entry<'_>]) -> Option<Patch> {
    let (key, _) = mapping.entries().next()?;
    let offset = key.span().offset;
    let between = mapping.tree().text().get(mapping.span().offset..offset)?;
    if between.strip_prefix('{')?.contains(|c: char| !c.is_whitespace()) {
        return None;
    }
    let mut text = String::new();
    for entry in entries {
        let value = if entry.below.is_empty() {
            in_flow(entry.value)?
        } else if entry.value.is_empty() {
            let inner: Option<Vec<String>> = entry
                .below
                .iter()
                .map(|line| line.split_once(": ").and_then(|(key, value)| Some(format!("{key}: {}", in_flow(value)?))))
                .collect();
            format!("{{ {} }}", inner?.join(", "))
        } else {
            return None;
        };
        let _ = write!(text, "{}: {value}, ", entry.key);
    }
    Some(Patch { span: Span { offset, length: 0 }, text })
}

/// A value as it is written between braces.
fn in_flow(value: &str) -> Option<String> {
    if !value.contains([',', '[', ']', '{', '}']) {
        return Some(value.to_owned());
    }
    (!value.contains(['"', '\\'])).then(|| format!("\"{value}\""))
}

/// Where the line ends on which an entry of a block mapping ends.
fn end_of_entry(mapping: Node<'_>, key: Node<'_>, value: Node<'_>) -> Option<usize> {
    let text = mapping.tree().text();
    let (mut parent, mut key, mut value) = (mapping, Some(key), value);
    loop {
        // An alias: what it stands for is written elsewhere.
        if value.parent()? != parent {
            return None;
        }
        let last = if value.is_flow() || value.is_scalar() {
            break;
        } else if value.is_mapping() {
            value.entries().next_back().map(|(key, value)| (Some(key), value))
        } else {
            value.items().next_back().map(|item| (None, item))
        };
        parent = value;
        (key, value) = last?;
    }
    let span = value.span();
    if span.length == 0 {
        let end = key?.span().end();
        let colon = text.get(end..)?.strip_prefix(':')?;
        return end_of_line(text, text.len() - colon.len());
    }
    let end = end_of_line(text, span.end())?;
    if matches!(value.style(), Some(Style::Literal | Style::Folded)) {
        let header = text.get(key?.span().end()..)?.lines().next()?.strip_prefix(':')?.trim_start();
        // Blank lines after it may be part of the text.
        let following = text.get(end..)?.split('\n').skip(1).map(|line| line.trim_end_matches('\r'));
        let mut blank = following.take_while(|line| line.trim().is_empty());
        if !header.starts_with(['|', '>']) || header.contains('+') || blank.any(|line| !line.is_empty()) {
            return None;
        }
    }
    Some(end)
}

/// Where a line ends, when nothing but blanks and a comment follow an offset.
fn end_of_line(text: &str, offset: usize) -> Option<usize> {
    let rest = text.get(offset..)?;
    let line = rest.split('\n').next()?;
    let line = line.strip_suffix('\r').unwrap_or(line);
    let trimmed = line.trim_start_matches([' ', '\t']);
    let is_comment = trimmed.starts_with('#') && trimmed.len() < line.len();
    (trimmed.is_empty() || is_comment).then_some(offset + line.len())
}

/// The column of the keys of a block mapping.
fn indent(mapping: Node<'_>) -> Option<usize> {
    mapping.entries().find_map(|(key, _)| prefix(key))
}

/// The column of a key, when only blanks and the dashes of lists stand before it.
fn prefix(key: Node<'_>) -> Option<usize> {
    let before = key.tree().text().get(..key.span().offset)?.rsplit('\n').next()?;
    let dashes = before.split(' ').all(|part| matches!(part, "" | "-")) && !before.ends_with('-');
    dashes.then_some(before.len())
}

/// By how much the text indents: as the first mapping below its root does.
fn unit(node: Node<'_>) -> usize {
    let Some(root) = std::iter::successors(Some(node), |node| node.parent()).last() else { return 2 };
    let mut inner = root.entries().map(|(_, value)| value).filter(|value| value.is_mapping() && !value.is_flow());
    inner.find_map(indent).filter(|unit| (1..=8).contains(unit)).unwrap_or(2)
}

/// How lines end in a text.
fn newline(text: &str) -> &'static str {
    let first = text.find('\n').unwrap_or_default();
    if text.get(..first).is_some_and(|line| line.ends_with('\r')) { "\r\n" } else { "\n" }
}

#[cfg(test)]
mod tests {
    use super::{Entry, Patch, append, append_below, before, list_to_mapping, replace};
    use crate::parse::yaml::{Node, Tree};

    fn edited(text: &str, make: impl Fn(Node<'_>) -> Option<Patch>) -> Option<String> {
        let tree = Tree::parse(text).document.unwrap();
        let edit = make(tree.root().unwrap())?.edit("f", true);
        let mut text = text.to_owned();
        text.replace_range(edit.offset..edit.offset + edit.length, &edit.text);
        assert!(Tree::parse(&text).document.is_some(), "{text}");
        Some(text)
    }

    #[test]
    fn an_entry_is_appended_in_the_style_of_the_place() {
        for (text, expected) in [
            ("a:\n  b: 1\n", Some("a:\n  b: 1\n  x: 15\n")),
            ("a:\n  b: 1", Some("a:\n  b: 1\n  x: 15")),
            ("a:\r\n    b: 1 # c\r\nz: 2\r\n", Some("a:\r\n    b: 1 # c\r\n    x: 15\r\nz: 2\r\n")),
            (
                "a:\n  b:\n  - 1\n  - c: 2\n    d:\n\n# z\nz: 1\n",
                Some("a:\n  b:\n  - 1\n  - c: 2\n    d:\n  x: 15\n\n# z\nz: 1\n"),
            ),
            ("a: { b: 1 }\n", Some("a: { x: 15, b: 1 }\n")),
            ("a: {b: [1, 2],} # c\n", Some("a: {x: 15, b: [1, 2],} # c\n")),
            ("a:\n  b: |\n    t  \n\n\nz: 1\n", Some("a:\n  b: |\n    t  \n  x: 15\n\n\nz: 1\n")),
            ("a:\n  b: >-\n    t\n    u", Some("a:\n  b: >-\n    t\n    u\n  x: 15")),
            ("a:\n  b: |+\n    t\n\nz: 1\n", None),
            ("a:\n  b: |\n    t\n      \nz: 1\n", None),
            ("a:\n  b: \"x\n    y\" # c\nz: 1\n", Some("a:\n  b: \"x\n    y\" # c\n  x: 15\nz: 1\n")),
            ("a:\n  b: [1,\n    2]\n", Some("a:\n  b: [1,\n    2]\n  x: 15\n")),
            ("a:\n  b: ä\n", Some("a:\n  b: ä\n  x: 15\n")),
            ("a:\n  ? b\n  : 1\n", None),
            ("a: &o\n  b: 1\nz: *o\n", None),
            ("o: &o 1\na:\n  b: *o\n", None),
            ("a: &o\n  b: 1\n", Some("a: &o\n  b: 1\n  x: 15\n")),
            ("a:\n  X: 1\n", None),
            ("a: {}\n", None),
            ("a: 1\n", None),
        ] {
            let found = edited(text, |root| append(root.get("a")?, &[Entry::line("x", "15")]));
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn an_entry_is_put_before_a_key() {
        let entry = Entry::line("if", "${{ !x() }}");
        for (text, expected) in [
            ("a:\n  - uses: b\n", Some("a:\n  - if: ${{ !x() }}\n    uses: b\n")),
            (
                "a:\r\n-   name: n\r\n    uses: b\r\n",
                Some("a:\r\n-   name: n\r\n    if: ${{ !x() }}\r\n    uses: b\r\n"),
            ),
            ("a: [{ uses: b }]\n", Some("a: [{ if: \"${{ !x() }}\", uses: b }]\n")),
            ("a:\n  - &s\n    uses: b\n", Some("a:\n  - &s\n    if: ${{ !x() }}\n    uses: b\n")),
            ("a:\n  - &s\n    uses: b\n  - *s\n", None),
            ("a:\n  - !t {uses: b}\n", Some("a:\n  - !t {if: \"${{ !x() }}\", uses: b}\n")),
        ] {
            let found = edited(text, |root| before(root.get("a")?.items().next()?, "uses", entry));
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_mapping_below_is_made_where_there_is_none() {
        let entries = [Entry::line("from", "gha"), Entry::line("to", "gha,mode=max")];
        for (text, expected) in [
            (
                "s:\n    - uses: b # c\n      id: i\n",
                Some("s:\n    - uses: b # c\n      with:\n        from: gha\n        to: gha,mode=max\n      id: i\n"),
            ),
            (
                "j:\n  s:\n  - uses: b\n    with:\n        k: 1\n",
                Some("j:\n  s:\n  - uses: b\n    with:\n        k: 1\n        from: gha\n        to: gha,mode=max\n"),
            ),
            ("s: [{uses: b}]\n", Some("s: [{with: { from: gha, to: \"gha,mode=max\" }, uses: b}]\n")),
            (
                "s:\n- uses: b\n  with: {k: 1}\n",
                Some("s:\n- uses: b\n  with: {from: gha, to: \"gha,mode=max\", k: 1}\n"),
            ),
            ("o: &o {k: 1}\ns:\n- uses: b\n  with: *o\n", None),
            ("s:\n- uses: b\n  with: x\n", None),
        ] {
            let found = edited(text, |root| {
                let list = root.at(&["j", "s"]).or_else(|| root.get("s"))?;
                append_below(list.items().next()?, "with", &entries, "uses")
            });
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_list_of_names_becomes_a_mapping() {
        for (text, expected) in [
            (
                "a:\n  d:\n    - b\n    - 'c' # why\n  e: 1\n",
                Some("a:\n  d:\n    b:\n      k: b\n    c: # why\n      k: c\n  e: 1\n"),
            ),
            (
                "a:\r\n  d:\r\n  - b\r\n  # x\r\n\r\n  - c",
                Some("a:\r\n  d:\r\n    b:\r\n      k: b\r\n  # x\r\n\r\n    c:\r\n      k: c"),
            ),
            ("a:\n    d:\n        -   b\n", Some("a:\n    d:\n        b:\n            k: b\n")),
            ("a:\n  d: [b]\n", None),
            ("a:\n  d:\n    - b\n    - b\n", None),
            ("a:\n  d:\n    - ${X}\n", None),
            ("a:\n  d: &d\n    - b\n  e: *d\n", None),
        ] {
            let found = edited(text, |root| list_to_mapping(root.at(&["a", "d"])?, |name| format!("k: {name}")));
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_scalar_is_replaced_with_its_quotes() {
        for (text, expected) in [
            ("a: b # c\n", Some("a: x # c\n")),
            ("a: 'b'\n", Some("a: x\n")),
            ("{a: b}", Some("{a: x}")),
            ("a: |\n  b\n", None),
            ("a:\n", None),
            ("a: &b c\nd: *b\n", None),
        ] {
            assert_eq!(edited(text, |root| replace(root.get("a")?, "x")).as_deref(), expected, "{text}");
        }
    }
}
