//! A policy's own checks: expressions over the evidence, held against its types while the policy is loaded.

use super::cel::{self, Expr, Fault, Kind, schema};
use super::layer::{Layer, Reader, Switch};
use super::origins::Origins;
use super::{PolicyError, did_you_mean};
use crate::model::{Level, Place, Span};
use crate::parse::yaml::Node;
use schema::Type;

/// A rule that a policy brings itself.
#[derive(Debug)]
pub struct Check {
    /// Kebab-case.
    pub id: String,
    /// Level in force.
    pub level: Level,
    /// What it looks at one by one; `None` for a check of everything at once.
    pub each: Option<Each>,
    /// Which of them.
    pub when: Option<Expression>,
    /// What must hold.
    pub assert: Expression,
    /// The part of the node that a finding points at.
    pub at: Option<Expression>,
    /// What a finding says.
    pub message: Template,
    /// Why it matters; empty where the policy does not say.
    pub why: String,
    /// What to do; empty where the policy does not say.
    pub fix: String,
    /// Its id in the policy.
    pub place: Place,
}

/// `workflows.jobs.steps as step`
#[derive(Debug)]
pub struct Each {
    /// Fields from the evidence down; lists on the way are looked through.
    pub path: Vec<String>,
    /// The kind of the nodes.
    pub node: &'static schema::Node,
    /// The name that each of them gets.
    pub name: String,
}

/// An expression of a policy.
#[derive(Debug)]
pub struct Expression {
    /// The expression.
    pub root: Expr,
    /// Its text.
    pub text: String,
    origins: Origins,
}

impl Expression {
    /// Line and column in the policy file of a part of it.
    pub fn line_column(&self, span: Span) -> (usize, usize) {
        self.origins.line_column(span.offset)
    }
}

/// A text with expressions in braces.
#[derive(Debug, Default)]
pub struct Template {
    /// Texts and expressions in order.
    pub pieces: Vec<Piece>,
}

/// A part of a template.
#[derive(Debug)]
pub enum Piece {
    /// As it stands.
    Text(String),
    /// What it comes to.
    Value(Expr),
}

/// What one file says of one check.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) check: Check,
    pub(super) switch: Switch,
}

/// A level for a rule that is not built in: perhaps a check of another layer.
#[derive(Debug)]
pub(super) struct Unresolved {
    pub(super) id: String,
    pub(super) switch: Switch,
    /// What to say if there is no such check.
    pub(super) error: PolicyError,
}

const KEYS: [&str; 8] = ["level", "each", "when", "assert", "at", "message", "why", "fix"];
/// Longest expression or message in bytes.
const MAX_TEXT: usize = 64 << 10;

impl Reader<'_> {
    pub(super) fn checks(&mut self, value: Node<'_>, layer: &mut Layer) {
        self.expect_mapping(value, "checks", "check-id: { assert: … }");
        for (key, body) in value.entries() {
            let id = key.text().unwrap_or("");
            if !is_kebab(id) {
                let hint = "lower-case words joined by `-`, as in `deploy-needs-proof`".to_owned();
                self.error_at(key, format!("`{id}` cannot be the id of a check"), hint);
            } else if self.specs.iter().any(|spec| spec.id == id) {
                let hint = "give the check another id; `rules` sets levels of built-in rules".to_owned();
                self.error_at(key, format!("`{id}` is a built-in rule"), hint);
            } else if body.is_mapping() {
                layer.checks.extend(self.check(id, key, body));
            } else {
                let hint = "write it as a mapping, with `assert` at least".to_owned();
                self.error_at(key, format!("the check `{id}` is {}", body.kind_word()), hint);
            }
        }
    }

    fn check(&mut self, id: &str, key: Node<'_>, body: Node<'_>) -> Option<Draft> {
        let before = self.error_count();
        for (key, _) in body.entries() {
            if let Some(word) = key.text().filter(|word| !KEYS.contains(word)) {
                self.unknown(key, "key of a check", word, &KEYS);
            }
        }
        let switch = body.get("level").map_or(Some(Switch::On), |level| self.switch(level));
        let each = body.get("each").map(|node| self.each(node));
        // Where `each` is wrong, every use of its name would be told again.
        let each = match each {
            Some(None) => return None,
            Some(each) => each,
            None => None,
        };
        let names: Vec<(&str, Type)> = each.iter().map(|each| (each.name.as_str(), Type::Node(each.node))).collect();
        let when = body.get("when").map(|node| self.condition(node, &names));
        let Some(assert) = body.get("assert") else {
            let hint = "`assert` says what must hold".to_owned();
            self.error_at(key, format!("the check `{id}` has no `assert`"), hint);
            return None;
        };
        let assert = self.condition(assert, &names);
        let at = body.get("at").map(|node| self.at(node, &names));
        let message = body.get("message").map(|node| self.template(node, &names));
        let [why, fix] = ["why", "fix"].map(|key| body.get(key).and_then(|node| self.words(node)).unwrap_or_default());
        if self.error_count() > before {
            return None;
        }
        let check = Check {
            id: id.to_owned(),
            level: Level::Error,
            when: when.flatten(),
            assert: assert?,
            at: at.flatten(),
            message: message.flatten().unwrap_or_default(),
            why: why.trim().to_owned(),
            fix: fix.trim().to_owned(),
            place: self.place(key.span(), body.path()),
            each,
        };
        Some(Draft { check, switch: switch? })
    }

    /// A text that is not empty.
    fn words(&mut self, node: Node<'_>) -> Option<String> {
        let name = node.key().and_then(Node::text).unwrap_or("?");
        match node.text().filter(|text| !node.is_null() && !text.trim().is_empty()) {
            Some(text) if text.len() > MAX_TEXT => {
                self.error_at(node, format!("`{name}` is longer than {MAX_TEXT} bytes"), String::new());
                None
            }
            Some(text) => Some(text.to_owned()),
            None => {
                let place = if node.is_null() { node.key().unwrap_or(node) } else { node };
                self.error_at(place, format!("`{name}` is {}, not a text", node.kind_word()), String::new());
                None
            }
        }
    }

    fn fault(&mut self, node: Node<'_>, fault: Fault) {
        let span = Origins::spans(node).map_or(node.span(), |origins| origins.span(fault.span, node.span()));
        self.error(span, node.path(), fault.message, fault.hint);
    }

    /// `workflows.jobs.steps as step`
    fn each(&mut self, node: Node<'_>) -> Option<Each> {
        let text = self.words(node)?;
        let words: Vec<&str> = text.split_whitespace().collect();
        let [path, "as", name] = words.as_slice() else {
            let hint = "write `each: workflows.jobs.steps as step`".to_owned();
            self.error_at(node, "`each` is a path and a name for each of its nodes".to_owned(), hint);
            return None;
        };
        let mut here = &schema::EVIDENCE;
        let mut parts = Vec::new();
        let mut offset = text.find(path).unwrap_or(0);
        for part in path.split('.') {
            let span = Span { offset, length: part.len() };
            offset += part.len() + 1;
            here = match here.field(part).map(|field| field.holds) {
                Some(Type::Node(node) | Type::Nodes(node)) => node,
                Some(other) => {
                    let message = format!("`{part}` is a {}, and `each` looks at nodes", other.word());
                    self.fault(node, Fault { span, message, hint: String::new() });
                    return None;
                }
                None => {
                    let fault = if parts.is_empty() { no_root(part, span) } else { cel::no_field(here, part, span) };
                    self.fault(node, fault);
                    return None;
                }
            };
            parts.push(part.to_owned());
        }
        let plain = !name.starts_with(|c: char| c.is_ascii_digit())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !plain
            || schema::EVIDENCE.field(name).is_some()
            || !matches!(cel::parse(name), Ok(Expr { kind: Kind::Ident(_), .. }))
        {
            let span = Span { offset: text.rfind(name).unwrap_or(0), length: name.len() };
            let message = format!("`{name}` cannot be a name here");
            let hint = "letters, digits and `_`; not a name that the evidence has".to_owned();
            self.fault(node, Fault { span, message, hint });
            return None;
        }
        Some(Each { path: parts, node: here, name: (*name).to_owned() })
    }

    fn expression(&mut self, node: Node<'_>, names: &[(&str, Type)]) -> Option<(Expression, Type)> {
        let text = self.words(node)?;
        let checked = cel::parse(&text).and_then(|root| cel::check(&root, names).map(|kind| (root, kind)));
        match checked {
            Ok((root, kind)) => {
                let origins = self.origins(node);
                Some((Expression { root, text, origins }, kind))
            }
            Err(fault) => {
                self.fault(node, fault);
                None
            }
        }
    }

    fn origins(&self, node: Node<'_>) -> Origins {
        match Origins::spans(node) {
            Some(origins) => origins.located(|offset| self.line_column(offset)),
            None => Origins::whole(self.line_column(node.span().offset)),
        }
    }

    fn condition(&mut self, node: Node<'_>, names: &[(&str, Type)]) -> Option<Expression> {
        let (expression, kind) = self.expression(node, names)?;
        if matches!(kind, Type::Bool | Type::Any) {
            return Some(expression);
        }
        let message = format!("this is a {}, where true or false is needed", kind.word());
        self.fault(node, Fault { span: expression.root.span, message, hint: String::new() });
        None
    }

    /// A node, or a field or key of one.
    fn at(&mut self, node: Node<'_>, names: &[(&str, Type)]) -> Option<Expression> {
        let (expression, _) = self.expression(node, names)?;
        let mut part = &expression.root;
        loop {
            if matches!(cel::check(part, names), Ok(Type::Node(_))) {
                return Some(expression);
            }
            match &part.kind {
                Kind::Select(inner, _) | Kind::Index(inner, _) => part = inner,
                _ => break,
            }
        }
        let message = "`at` names a node or one of its fields".to_owned();
        let hint = "write it as `at: step.run`".to_owned();
        self.fault(node, Fault { span: expression.root.span, message, hint });
        None
    }

    /// A text with expressions in braces; braces themselves are doubled.
    fn template(&mut self, node: Node<'_>, names: &[(&str, Type)]) -> Option<Template> {
        let text = self.words(node)?;
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut at = 0;
        while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
            let doubled = text.get(at + c.len_utf8()..).is_some_and(|rest| rest.starts_with(c));
            match c {
                '{' | '}' if doubled => {
                    plain.push(c);
                    at += 2;
                }
                '{' => {
                    let part = cel::parse_part(&text, at + 1)
                        .and_then(|(expr, end)| cel::check(&expr, names).map(|_| (expr, end)));
                    let (expr, end) = match part {
                        Ok(part) => part,
                        Err(fault) => {
                            self.fault(node, fault);
                            return None;
                        }
                    };
                    pieces.push(Piece::Text(std::mem::take(&mut plain)));
                    pieces.push(Piece::Value(expr));
                    at = end;
                }
                '}' => {
                    let message = "a `}` without its `{`".to_owned();
                    let fault =
                        Fault { span: Span { offset: at, length: 1 }, message, hint: "for a brace write `}}`".into() };
                    self.fault(node, fault);
                    return None;
                }
                _ => {
                    plain.push(c);
                    at += c.len_utf8();
                }
            }
        }
        pieces.push(Piece::Text(plain));
        Some(Template { pieces })
    }
}

fn no_root(name: &str, span: Span) -> Fault {
    let names = || schema::EVIDENCE.fields.iter().map(|field| field.name);
    let hint = match did_you_mean(name, names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known are {}", names().collect::<Vec<_>>().join(", ")),
    };
    Fault { span, message: format!("the evidence has no `{name}`"), hint }
}

fn is_kebab(id: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    id.len() <= 80 && id.starts_with(|c: char| c.is_ascii_lowercase()) && id.split('-').all(word)
}
