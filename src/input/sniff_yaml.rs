//! Looks at the outline of a YAML text: the keys of its outermost mapping. Not a parser: it decides what a file is, so
//! it must also answer for texts that no parser accepts.

/// Bytes looked at.
const HEAD: usize = 256 * 1024;
/// Keys kept; a file with more of them on the outermost level is data.
const KEYS: usize = 256;

/// The outline of the first document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct YamlOutline {
    /// Keys of the outermost mapping, unquoted, in order.
    pub(crate) keys: Vec<String>,
    /// `services` is a mapping and one of its members has an image, by name, or a build.
    pub(crate) services_run_containers: bool,
    /// A line begins with `{{` or `{%`: the text is a template of a YAML file.
    pub(crate) template: bool,
    /// Another document begins after the first.
    pub(crate) several: bool,
}

impl YamlOutline {
    /// Whether the outermost mapping has this key.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.keys.iter().any(|known| known == key)
    }
}

/// Reads the outline.
pub(crate) fn outline(text: &str) -> YamlOutline {
    let text = text.get(..text.floor_char_boundary(HEAD)).unwrap_or(text);
    let scanner = scan(text, true);
    if scanner.open.is_open() {
        // A quote or bracket that nothing closes has swallowed the rest; without it, the keys behind are seen.
        return scan(text, false).outline;
    }
    scanner.outline
}

fn scan(text: &str, carries_over: bool) -> Scanner {
    let mut scanner = Scanner::default();
    for line in text.trim_start_matches('\u{feff}').lines() {
        if !scanner.line(line) {
            break;
        }
        if !carries_over {
            scanner.open = Open::default();
        }
    }
    scanner
}

#[derive(Default)]
struct Scanner {
    outline: YamlOutline,
    /// Indentation of the outermost mapping.
    base: Option<usize>,
    /// Indentation of the line that opened a block scalar.
    block: Option<usize>,
    /// A quoted scalar or flow collection that a line left open.
    open: Open,
    services: Services,
}

/// How far the `services` mapping was followed.
#[derive(Default)]
enum Services {
    #[default]
    Outside,
    /// Below the key; indentation of its members once seen.
    Inside { members: Option<usize>, fields: Option<usize> },
}

impl Scanner {
    /// Takes a line; `false` at the end of the first document.
    fn line(&mut self, line: &str) -> bool {
        let content = line.trim_start_matches(' ');
        let indent = line.len() - content.len();
        let content = content.trim_end();
        if let Some(parent) = self.block {
            if content.is_empty() || indent > parent {
                return true;
            }
            self.block = None;
        }
        if self.open.is_open() {
            let nested = self.base.is_some_and(|base| self.open.indent > base);
            // What a nested value leaves open cannot go on at the outermost indentation.
            if nested && !content.is_empty() && self.base == Some(indent) {
                self.open = Open::default();
            } else {
                self.open.feed(content);
                return true;
            }
        }
        if content.is_empty() || content.starts_with('#') || (indent == 0 && content.starts_with('%')) {
            return true;
        }
        if content.starts_with("{{") || content.starts_with("{%") {
            self.outline.template = true;
            return true;
        }
        if indent == 0 && (content == "---" || content.starts_with("--- ") || content == "...") {
            self.outline.several = !self.outline.keys.is_empty() && content != "...";
            return self.outline.keys.is_empty();
        }
        let (indent, content) = below_dashes(indent, content);
        let (key, value) = match key(content) {
            Some((key, value)) => (Some(key), value),
            None => (None, content),
        };
        if opens_block(value) {
            self.block = Some(indent);
        } else {
            self.open.indent = indent;
            self.open.feed(value_start(value));
        }
        if let Some(key) = key {
            self.key(indent, key, value);
        }
        self.outline.keys.len() < KEYS
    }

    fn key(&mut self, indent: usize, key: String, value: &str) {
        let base = *self.base.get_or_insert(indent);
        if indent == base {
            let opens = key == "services" && matches!(value_start(value), "" | "{");
            self.services = if opens { Services::Inside { members: None, fields: None } } else { Services::Outside };
            self.outline.keys.push(key);
            return;
        }
        let Services::Inside { members, fields } = &mut self.services else { return };
        let members = *members.get_or_insert(indent);
        if indent <= members {
            *fields = None;
            let flow = value_start(value).strip_prefix('{').unwrap_or_default();
            let fields = flow.split(',').filter_map(|field| field.split_once(':'));
            self.outline.services_run_containers |= fields.into_iter().any(|(key, value)| runs(key.trim(), value));
        } else if *fields.get_or_insert(indent) == indent {
            self.outline.services_run_containers |= runs(&key, value);
        }
    }
}

/// Whether a field makes a service that runs a container. An image that is a mapping (`image: {repository: …}`) is a Helm
/// value, not a container.
fn runs(key: &str, value: &str) -> bool {
    let names_image = key == "image" && !matches!(value_start(value).chars().next(), None | Some('{' | '['));
    names_image || key == "build" || key == "extends"
}

/// A scalar or collection that may go on over lines.
#[derive(Default)]
struct Open {
    quote: Option<char>,
    brackets: usize,
    /// Indentation of the line that opened it.
    indent: usize,
}

impl Open {
    const fn is_open(&self) -> bool {
        self.quote.is_some() || self.brackets > 0
    }

    /// Takes the next part. Quotes and brackets count only where a value can begin with them.
    fn feed(&mut self, part: &str) {
        let starts_quoted_or_flow = part.starts_with(['"', '\'', '[', '{']);
        if !self.is_open() && !starts_quoted_or_flow {
            return;
        }
        let mut chars = part.chars().peekable();
        let mut before = ' ';
        while let Some(c) = chars.next() {
            match (self.quote, c) {
                (Some('"'), '\\') => {
                    chars.next();
                }
                (Some('\''), '\'') if chars.peek() == Some(&'\'') => {
                    chars.next();
                }
                (Some(open), _) => self.quote = (open != c).then_some(open),
                (None, '#') if before.is_whitespace() => return,
                // Within a flow collection an apostrophe in a plain word is no quote.
                (None, '"' | '\'') if before.is_whitespace() || matches!(before, '[' | '{' | ',' | ':') => {
                    self.quote = Some(c);
                }
                (None, '[' | '{') => self.brackets += 1,
                (None, ']' | '}') => self.brackets = self.brackets.saturating_sub(1),
                _ => {}
            }
            if !self.is_open() {
                return;
            }
            before = c;
        }
    }
}

/// Steps over `- ` and gives the place where the entry's own content begins.
fn below_dashes(mut indent: usize, mut content: &str) -> (usize, &str) {
    while let Some(rest) = content.strip_prefix("- ") {
        let inner = rest.trim_start_matches(' ');
        indent += content.len() - inner.len();
        content = inner;
    }
    (indent, content)
}

/// Splits `key: value`, unquoting the key.
fn key(content: &str) -> Option<(String, &str)> {
    let quote = content.chars().next().filter(|c| matches!(c, '"' | '\''));
    let (key, rest) = if let Some(quote) = quote {
        let (key, rest) = content.get(1..)?.split_once(quote)?;
        (key, rest.trim_start().strip_prefix(':')?)
    } else if content.starts_with(['[', '{', '#', '|', '>', '@', '`', '?']) {
        return None;
    } else {
        let at = content
            .match_indices(':')
            .map(|(at, _)| at)
            .find(|at| content.get(at + 1..).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t'])))?;
        let (key, rest) = content.split_at_checked(at)?;
        if key.contains(" #") {
            return None;
        }
        (key.trim_end(), rest.strip_prefix(':')?)
    };
    (rest.is_empty() || rest.starts_with([' ', '\t'])).then(|| (key.to_owned(), rest.trim()))
}

/// A value without its anchor, tag or comment in front.
fn value_start(value: &str) -> &str {
    let mut value = value.trim_start();
    while value.starts_with(['&', '!']) {
        value = value.split_once(' ').map_or("", |(_, rest)| rest.trim_start());
    }
    if value.starts_with('#') { "" } else { value }
}

/// Whether a value is the header of a block scalar: `|`, `>-`, `|2 # comment`.
fn opens_block(value: &str) -> bool {
    let value = value_start(value);
    let Some(rest) = value.strip_prefix(['|', '>']) else { return false };
    let indicators = rest.split_once(" #").map_or(rest, |(indicators, _)| indicators).trim_end();
    indicators.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outermost_keys_are_found_and_nothing_else() {
        for (text, keys) in [
            ("on: push\njobs:\n  a:\n    on: x\n", vec!["on", "jobs"]),
            ("\"on\":\n  push:\n'jobs': {}\n", vec!["on", "jobs"]),
            ("\u{feff}# on: x\n---\nname: a # jobs: b\n---\njobs: {}\n", vec!["name"]),
            ("run: |\n  jobs:\n\n  x\n on: y\nz: 1", vec!["run", "z"]),
            ("a: >-2 # folded\n   b: c\nd:", vec!["a", "d"]),
            ("a: \"open\non: x\nend\"\nb: 1", vec!["a", "b"]),
            ("a: 'it''s\non: x'\nb: 1", vec!["a", "b"]),
            ("a: {\nb: 1,\nc: [\nd]\n}\ne: 1", vec!["a", "e"]),
            ("a: don't {\nb: 1", vec!["a", "b"]),
            ("a: &x |\n  b: c\nd: *x", vec!["a", "d"]),
            ("  on: push\n  jobs:\n    a: 1\n", vec!["on", "jobs"]),
            ("url: http://x\nhttp://y\nk:v\nw:\n", vec!["url", "w"]),
            ("on : push\njobs\t: x", vec!["on", "jobs"]),
            ("steps:\n- run: |\n    on: x\n  name: y\n- on: z\njobs:", vec!["steps", "jobs"]),
            ("on:\n  - cron: '* *''\n\njobs:\n  a: b", vec!["on", "jobs"]),
            ("on: 'push\njobs:\n  a: b", vec!["on", "jobs"]),
            ("on: [push\njobs:\n  a: b", vec!["on", "jobs"]),
            ("", vec![]),
            ("just text", vec![]),
            ("on: push\n<<<<<<< HEAD\njobs:\n=======\nx\n", vec!["on", "jobs"]),
        ] {
            assert_eq!(outline(text).keys, keys, "{text:?}");
        }
    }

    #[test]
    fn services_with_containers_are_told_from_other_services() {
        for (text, expected) in [
            ("services:\n  web:\n    image: nginx\n", true),
            ("services:\n  web:\n    ports: [80]\n    build: .\n", true),
            ("services:\n  web:\n    build:\n      context: .\n", true),
            ("services: # all\n  a:\n    ports:\n      - image: x\n  b:\n    image: y", true),
            ("services:\n  a:\n    nested:\n      image: x\n", false),
            ("services:\n  web:\n    image:\n      repository: x\n", false),
            ("services:\n  web:\n    image: {repository: x}\n", false),
            ("services:\n  web: {tty: true, image: nginx}\n", true),
            ("services:\n  web: {image: {repository: x}}\n", false),
            ("services:\n  web:\n    extends: base\n", true),
            ("services:\n  - image: x\n", false),
            ("services:\n  image: x\n", false),
            ("services:\n  web: {}\nother:\n  a:\n    image: x\n", false),
            ("x:\n  services:\n    a:\n      image: y\n", false),
        ] {
            assert_eq!(outline(text).services_run_containers, expected, "{text:?}");
        }
    }

    #[test]
    fn templates_are_noticed() {
        assert!(outline("{{- if .Values.x }}\nservices:\n").template);
        assert!(!outline("a: ${{ github.ref }}\nb: {{ x }}\n").template);
    }
}
