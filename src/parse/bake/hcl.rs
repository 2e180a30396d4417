//! The part of HCL's native syntax that bake files use.
//!
//! Source: the HCL native syntax specification. Whatever is not understood is passed over up to the end of its
//! expression, with brackets, texts and comments balanced, and becomes [`Expression::Other`].

use super::{Attribute, Bake, Block, Expression, Piece};
use crate::model::Span;
use crate::parse::{Parsed, Problem};

/// Deepest nesting of brackets and templates.
const MAX_DEPTH: usize = 64;
/// Most problems that are kept.
const MAX_PROBLEMS: usize = 20;

pub(super) fn parse(text: &str) -> Parsed<Bake> {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut reader = Reader { text, at: start, depth: 0, problems: Vec::new() };
    let mut bake = Bake::default();
    reader.body(&mut bake.attributes, Some(&mut bake.blocks));
    Parsed { document: Some(bake), problems: reader.problems }
}

/// The template that a decoded text holds, as in the JSON form.
pub(super) fn template(text: &str) -> Expression {
    let mut reader = Reader { text, at: 0, depth: 0, problems: Vec::new() };
    Expression::Template(reader.pieces(End::Text))
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    problems: Vec<Problem>,
}

/// What ends a template.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// `"`; escapes are decoded.
    Quote,
    /// The end of the text.
    Text,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        self.at += if found { token.len() } else { 0 };
        found
    }

    fn skip_line(&mut self) {
        self.at += self.rest().find('\n').unwrap_or(self.rest().len());
    }

    /// Passes blanks and comments; line ends too, where they end nothing.
    fn blanks(&mut self, lines: bool) {
        loop {
            let rest = self.rest();
            let trimmed = if lines { rest.trim_start() } else { rest.trim_start_matches([' ', '\t', '\r']) };
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with('#') || trimmed.starts_with("//") {
                self.skip_line();
            } else if trimmed.starts_with("/*") {
                self.at += trimmed.find("*/").map_or(trimmed.len(), |end| end + 2);
            } else {
                return;
            }
        }
    }

    fn problem(&mut self, from: usize, message: &str) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(Problem::new(Span::between(from, self.at.max(from)), message));
        }
    }

    fn name(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        let length = rest.find(|c| !part(c)).unwrap_or(rest.len());
        let name = rest.get(..length).filter(|name| name.starts_with(|c: char| c.is_alphabetic() || c == '_'))?;
        self.at += length;
        Some(name)
    }

    /// Attributes and blocks up to the closing brace, or to the end of the file where blocks are looked for.
    fn body(&mut self, attributes: &mut Vec<Attribute>, mut blocks: Option<&mut Vec<Block>>) {
        loop {
            self.blanks(true);
            let start = self.at;
            match self.peek() {
                None => {
                    if blocks.is_none() {
                        self.problem(start, "a block has no closing brace");
                    }
                    return;
                }
                Some('}') if blocks.is_none() => {
                    self.at += 1;
                    return;
                }
                _ => {}
            }
            let quoted = if self.peek() == Some('"') { self.label() } else { None };
            let Some(name) = quoted.or_else(|| self.name().map(str::to_owned)) else {
                self.skip_line();
                self.at = self
                    .at
                    .max(start + self.text.get(start..).and_then(|t| t.chars().next()).map_or(1, char::len_utf8));
                self.problem(start, "this is neither an attribute nor a block");
                continue;
            };
            self.blanks(false);
            if self.rest().starts_with('=') && !self.rest().starts_with("==") {
                self.at += 1;
                let value = self.expression(false);
                attributes.push(Attribute { name, span: Span::between(start, self.at), value });
                continue;
            }
            let mut label = String::new();
            while let Some(found) = self.label().or_else(|| self.name().map(str::to_owned)) {
                label = found;
                self.blanks(false);
            }
            let span = Span::between(start, start + self.text.get(start..self.at).map_or(0, |t| t.trim_end().len()));
            if !self.take("{") {
                self.skip_line();
                self.problem(start, "this is neither an attribute nor a block");
                continue;
            }
            if self.depth >= MAX_DEPTH {
                self.problem(start, "blocks are nested too deeply");
                self.at = self.text.len();
                return;
            }
            self.depth += 1;
            let mut inner = Vec::new();
            self.body(&mut inner, None);
            self.depth -= 1;
            if let Some(blocks) = &mut blocks {
                blocks.push(Block { kind: name, name: label, span, attributes: inner });
            }
        }
    }

    fn label(&mut self) -> Option<String> {
        let inner = self.rest().strip_prefix('"')?;
        let end = inner.find(['"', '\n']).filter(|end| inner.get(*end..).is_some_and(|rest| rest.starts_with('"')))?;
        self.at += end + 2;
        inner.get(..end).map(str::to_owned)
    }

    /// An expression; `inside` brackets line ends end nothing.
    fn expression(&mut self, inside: bool) -> Expression {
        self.blanks(inside);
        if self.depth >= MAX_DEPTH {
            self.skip_expression(inside);
            return Expression::Other;
        }
        self.depth += 1;
        let term = self.term();
        self.depth -= 1;
        let end = self.at;
        self.blanks(inside);
        let ends = match self.peek() {
            // A colon, like `=`, ends the key of an object.
            None | Some(',' | ']' | '}' | ')' | '\n' | ':') => true,
            Some('=') => !self.rest().starts_with("=="),
            _ => false,
        };
        match term {
            Some(term) if ends => {
                if !inside {
                    self.at = end;
                }
                term
            }
            _ => {
                self.skip_expression(inside);
                Expression::Other
            }
        }
    }

    fn term(&mut self) -> Option<Expression> {
        let start = self.at;
        match self.peek()? {
            '"' => {
                self.at += 1;
                Some(Expression::Template(self.pieces(End::Quote)))
            }
            '[' => {
                self.at += 1;
                Some(self.list())
            }
            '{' => {
                self.at += 1;
                Some(self.object())
            }
            '<' if self.rest().starts_with("<<") => self.heredoc(),
            c if c.is_ascii_digit() || c == '-' => {
                let rest = self.rest();
                let number = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
                let length = rest.find(|c| !number(c)).unwrap_or(rest.len());
                self.at += length;
                rest.get(..length).map(|text| Expression::Number(text.to_owned()))
            }
            _ => {
                let name = self.name()?;
                Some(match name {
                    "true" => Expression::Bool(true),
                    "false" => Expression::Bool(false),
                    "null" => Expression::Null,
                    // `a.b`, `a[0]`, `f(…)`: known only to the run.
                    _ if self.rest().starts_with(['.', '[', '(']) => {
                        self.at = start;
                        return None;
                    }
                    _ => Expression::Variable(name.to_owned()),
                })
            }
        }
    }

    fn list(&mut self) -> Expression {
        let start = self.at - 1;
        let mut items = Vec::new();
        loop {
            self.blanks(true);
            match self.peek() {
                None => {
                    self.problem(start, "a list has no closing bracket");
                    return Expression::List(items);
                }
                Some(']') => {
                    self.at += 1;
                    // A comprehension is a list that the run makes.
                    let unknown = items.contains(&Expression::Other);
                    return if unknown && items.len() == 1 { Expression::Other } else { Expression::List(items) };
                }
                Some(',') => self.at += 1,
                _ => {
                    let before = self.at;
                    items.push(self.expression(true));
                    self.must_move(before);
                }
            }
        }
    }

    fn object(&mut self) -> Expression {
        let start = self.at - 1;
        let mut entries = Vec::new();
        let mut known = true;
        loop {
            self.blanks(true);
            match self.peek() {
                None => {
                    self.problem(start, "an object has no closing brace");
                    return Expression::Other;
                }
                Some('}') => {
                    self.at += 1;
                    return if known { Expression::Object(entries) } else { Expression::Other };
                }
                Some(',') => self.at += 1,
                _ => {
                    let before = self.at;
                    // A name alone is a key, not a variable.
                    let key = match self.expression(true) {
                        Expression::Variable(name) => Expression::text(&name),
                        other => other,
                    };
                    self.blanks(true);
                    if self.take("=") || self.take(":") {
                        // A line end ends the value as a comma does.
                        let value = self.expression(false);
                        entries.push((key, value));
                    } else {
                        known = false;
                    }
                    self.must_move(before);
                }
            }
        }
    }

    /// A character that nothing takes is passed over, so that every loop ends.
    fn must_move(&mut self, before: usize) {
        if self.at == before {
            self.at += self.peek().map_or(1, char::len_utf8);
        }
    }

    /// `<<NAME` or `<<-NAME` and the lines up to that name.
    fn heredoc(&mut self) -> Option<Expression> {
        let start = self.at;
        self.at += 2;
        let strips = self.take("-");
        let name = self.name()?;
        self.skip_line();
        self.at += usize::from(!self.rest().is_empty());
        let mut lines: Vec<&str> = Vec::new();
        loop {
            let rest = self.rest();
            if rest.is_empty() {
                self.problem(start, "a here-document has no closing line");
                break;
            }
            let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
            let line = rest.get(..length).unwrap_or_default();
            if line.trim() == name {
                self.at += line.trim_end().len();
                break;
            }
            self.at += length;
            lines.push(line);
        }
        let indent = |line: &&str| line.len() - line.trim_start_matches([' ', '\t']).len();
        let written = lines.iter().filter(|line| !line.trim().is_empty());
        let common = if strips { written.map(indent).min().unwrap_or(0) } else { 0 };
        let body: String = lines.iter().map(|line| line.get(common..).unwrap_or("\n")).collect();
        Some(template(&body))
    }

    /// The pieces of a template up to its end.
    fn pieces(&mut self, end: End) -> Vec<Piece> {
        let start = self.at;
        let mut pieces = Vec::new();
        let mut text = String::new();
        loop {
            let Some(c) = self.peek() else {
                if end == End::Quote {
                    self.problem(start.saturating_sub(1), "a text has no closing quote");
                }
                break;
            };
            let rest = self.rest();
            if rest.starts_with("$${") || rest.starts_with("%%{") {
                self.at += 3;
                text.push(c);
                text.push('{');
            } else if rest.starts_with("${") || rest.starts_with("%{") {
                self.at += 2;
                if !text.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut text)));
                }
                self.take("~");
                let value = self.expression(true);
                self.take("~");
                let closed = self.take("}");
                let value = if c == '$' && closed { value } else { Expression::Other };
                pieces.push(Piece::Expression(value));
            } else if end == End::Quote && c == '"' {
                self.at += 1;
                break;
            } else if end == End::Quote && c == '\n' {
                self.problem(start.saturating_sub(1), "a text has no closing quote");
                break;
            } else if end == End::Quote && c == '\\' {
                let escaped = rest.chars().nth(1);
                self.at += 1 + escaped.map_or(0, char::len_utf8);
                text.push(match escaped {
                    Some('n') => '\n',
                    Some('t') => '\t',
                    Some('r') => '\r',
                    Some(other) => other,
                    None => '\\',
                });
            } else {
                self.at += c.len_utf8();
                text.push(c);
            }
        }
        if !text.is_empty() || pieces.is_empty() {
            pieces.push(Piece::Text(text));
        }
        pieces
    }

    /// Passes the rest of an expression: to a comma, a closing bracket or, outside of brackets, the end of the line.
    fn skip_expression(&mut self, inside: bool) {
        let mut open = 0_usize;
        while let Some(c) = self.peek() {
            match c {
                '"' => self.skip_text(),
                '#' => self.skip_line(),
                '/' if self.rest().starts_with("//") => self.skip_line(),
                '[' | '{' | '(' => {
                    open += 1;
                    self.at += 1;
                }
                ']' | '}' | ')' if open > 0 => {
                    open -= 1;
                    self.at += 1;
                }
                ',' | ']' | '}' | ')' if open == 0 => return,
                '\n' if open == 0 && !inside => return,
                _ => self.at += c.len_utf8(),
            }
        }
    }

    /// Passes a quoted text and the expressions in it, whose own texts may hold quotes.
    fn skip_text(&mut self) {
        self.at += 1;
        let mut braces = 0_usize;
        let mut inner = false;
        while let Some(c) = self.peek() {
            let rest = self.rest();
            self.at += c.len_utf8();
            match c {
                '\\' => self.at += self.peek().map_or(0, char::len_utf8),
                '\n' => return,
                '"' if braces == 0 => return,
                '"' => inner = !inner,
                '$' | '%' if !inner && rest.get(1..).is_some_and(|rest| rest.starts_with('{')) => {
                    self.at += 1;
                    braces += 1;
                }
                '{' if braces > 0 && !inner => braces += 1,
                '}' if !inner => braces = braces.saturating_sub(1),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Bake, Value, parse_hcl, parse_json};
    use std::collections::BTreeMap;

    fn clean(text: &str) -> Bake {
        let parsed = parse_hcl(text);
        assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
        parsed.document.unwrap()
    }

    fn value(expression: &str) -> Value {
        let bake = clean(&format!("target \"t\" {{\n  x = {expression}\n  after = 1\n}}\n"));
        let block = bake.blocks.first().unwrap();
        assert_eq!(block.attributes.len(), 2, "{expression}: {:?}", block.attributes);
        let variables =
            BTreeMap::from([("TAG".to_owned(), Value::Text("v1".to_owned())), ("NONE".to_owned(), Value::Null)]);
        block.get("x").unwrap().value(&variables, &mut 1_000)
    }

    fn texts(expression: &str) -> Option<String> {
        value(expression).texts().map(|texts| texts.join("|"))
    }

    #[test]
    fn what_can_be_known_of_an_expression_is() {
        for (expression, expected) in [
            ("\"a\"", Some("a")),
            ("\"a-${TAG}-${ TAG }${NONE}\"", Some("a-v1-v1")),
            ("\"$${TAG} \\\"q\\\" %%{\"", Some("${TAG} \"q\" %{")),
            ("TAG", Some("v1")),
            ("null", Some("")),
            ("true", Some("true")),
            ("-1.5", Some("-1.5")),
            ("[\"a\", TAG,\n # note\n \"c\", /* x */ null, // y\n]", Some("a|v1|c")),
            ("[{ type = \"gha\", \"scope\": TAG }, \"b\"]", Some("type=gha,scope=v1|b")),
            ("<<EOF\n one ${TAG}\n  two\nEOF", Some(" one v1\n  two\n")),
            ("<<-EOF\n    one\n      two\n    EOF", Some("one\n  two\n")),
            ("f(\"a}\", [1]) # x", None),
            ("TAG != \"\" ? [\"a\"] : [\n  \"b\"\n]", None),
            ("[for t in [\"a\"] : \"x-${t}\"]", None),
            ("\"${TAG == \"\" ? \"a\" : \"b\"}\"", None),
            ("item.name", None),
            ("GONE", None),
            ("(TAG)", None),
        ] {
            assert_eq!(texts(expression).as_deref(), expected, "{expression}");
        }
    }

    #[test]
    fn blocks_and_attributes_are_found_around_broken_ones() {
        let text = "TAG = \"x\"\nvariable \"A\" { default = 1 }\n%%%\ntarget \"one\" {\n  ]\n  tags = [\"a\"\n}\ntarget \"two\" {\n  args = { A = 1, \
                    B = \"2\"\n C: \"3\" }\n  validation {\n condition = A == 1\n}\n}\ntarget \"open\" {\n  context = \"unclosed\n";
        let parsed = parse_hcl(text);
        let bake = parsed.document.unwrap();
        let messages: Vec<&str> = parsed.problems.iter().map(|p| p.message.as_str()).collect();
        assert!(messages.contains(&"this is neither an attribute nor a block"), "{messages:?}");
        assert_eq!(bake.attributes.len(), 1);
        let names: Vec<&str> = bake.blocks.iter().map(|b| b.name.as_str()).collect();
        assert!(names.starts_with(&["A", "one"]), "{names:?}");
        assert_eq!(text.get(bake.blocks.first().unwrap().span.range()), Some("variable \"A\""));
    }

    #[test]
    fn json_means_the_same() {
        let text = "{\n\t\"variable\": {\"TAG\": {\"default\": \"1\"}},\n\t\"target\": {\"a\": {\"tags\": [\"x:${TAG}\"], \"no-cache\": true, \
                    \"args\": {\"N\": 5}}}\n}";
        let parsed = parse_json(text);
        assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
        let bake = parsed.document.unwrap();
        let target = bake.of_kind("target").next().unwrap();
        let variables = BTreeMap::from([("TAG".to_owned(), Value::Text("1".to_owned()))]);
        assert_eq!(target.get("tags").unwrap().value(&variables, &mut 1_000).texts(), Some(vec!["x:1".to_owned()]));
        assert_eq!(target.get("args").unwrap().value(&variables, &mut 1_000).texts(), Some(vec!["N=5".to_owned()]));
        assert_eq!(parse_json("[1]").problems.len(), 1);
        assert!(parse_json("{").document.is_none());
    }

    #[test]
    fn hostile_text_is_read() {
        for text in [
            "[".repeat(100_000),
            format!("a = {}", "[".repeat(100_000)),
            format!("a = {}", "{a=".repeat(100_000)),
            format!("a = \"{}", "${\"".repeat(100_000)),
            "a {".repeat(100_000),
            "a = <<E\n".repeat(10_000),
            "\"".repeat(100_000),
            format!("a = {}", "x ? ".repeat(100_000)),
            "é\u{2003}=\n".repeat(50_000),
            "/*".repeat(100_000),
        ] {
            let parsed = parse_hcl(&text);
            assert!(parsed.problems.len() <= 20);
        }
    }
}
