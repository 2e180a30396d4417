//! Which values made an expression true or false.

use super::ast::{Expr, Fold, Kind, Macro};
use super::eval::{ErrorKind, Machine};
use super::value::{Object, Value};

/// A value that decided.
#[derive(Debug)]
pub struct Decider<O> {
    /// `coverage.line = 71.4`
    pub text: String,
    /// The node that decided, where it was an item of a list.
    pub node: Option<O>,
}

/// Most values that are told of one expression.
const MOST: usize = 4;
/// Longest value that is shown, in characters.
const WIDTH: usize = 80;

/// The values for which an expression with this text said `answer`, at most a few. Where the budget ends, so does the
/// explanation.
pub fn explain<'m, O: Object>(
    machine: &mut Machine<'m, O>,
    expr: &'m Expr,
    text: &'m str,
    answer: bool,
) -> Vec<Decider<O>> {
    let mut explainer = Explainer { machine, text, found: Vec::new() };
    explainer.walk(expr, answer);
    explainer.found
}

struct Explainer<'x, 'm, O> {
    machine: &'x mut Machine<'m, O>,
    text: &'m str,
    found: Vec<Decider<O>>,
}

impl<'m, O: Object> Explainer<'_, 'm, O> {
    fn source(&self, expr: &Expr) -> String {
        let words: Vec<&str> = self.text.get(expr.span.range()).unwrap_or("").split_whitespace().collect();
        let text = words.join(" ");
        if text.chars().count() <= WIDTH { text } else { text.chars().take(WIDTH).chain(['…']).collect() }
    }

    fn tell(&mut self, text: String, node: Option<O>) {
        if self.found.len() < MOST && self.found.iter().all(|known| known.text != text) {
            self.found.push(Decider { text, node });
        }
    }

    /// Tells what a part came to, if that is not written there.
    fn value(&mut self, expr: &'m Expr) {
        if expr.is_literal() {
            return;
        }
        if let Ok(value) = self.machine.eval(expr) {
            let shown = if matches!(value, Value::Null) { "not set".to_owned() } else { value.shown(WIDTH) };
            self.tell(format!("{} = {shown}", self.source(expr)), None);
        }
    }

    fn walk(&mut self, expr: &'m Expr, answer: bool) {
        if self.found.len() >= MOST {
            return;
        }
        match &expr.kind {
            Kind::And(operands) | Kind::Or(operands) => {
                // All of them decided, unless one alone was enough.
                let decisive = matches!(expr.kind, Kind::Or(_));
                for operand in operands {
                    let own = match self.machine.decide(operand) {
                        Ok(own) => own,
                        Err(error) => {
                            if error.kind == ErrorKind::Missing {
                                self.tell(error.message, None);
                            }
                            continue;
                        }
                    };
                    if own == answer {
                        self.walk(operand, own);
                        if answer == decisive {
                            break;
                        }
                    }
                }
            }
            Kind::Not(inner) => self.walk(inner, !answer),
            Kind::Choice(parts) => {
                let [condition, yes, no] = &**parts;
                let Ok(chosen) = self.machine.decide(condition) else { return };
                self.walk(condition, chosen);
                self.walk(if chosen { yes } else { no }, answer);
            }
            Kind::Binary(_, operands) => {
                for operand in operands.iter() {
                    self.value(operand);
                }
            }
            Kind::Call(_, args) => {
                for arg in args {
                    self.value(arg);
                }
            }
            Kind::Has(..) => {
                let text = self.source(expr);
                let field = text.strip_prefix("has(").and_then(|t| t.strip_suffix(')')).unwrap_or(&text).trim();
                self.tell(format!("{field} is {}", if answer { "set" } else { "not set" }), None);
            }
            Kind::Fold(fold) => self.fold(expr, fold, answer),
            Kind::Bool(_) => {}
            _ => self.value(expr),
        }
    }

    fn fold(&mut self, expr: &'m Expr, fold: &'m Fold, answer: bool) {
        let Ok(items) = self.machine.items(&fold.range) else { return };
        let Some(condition) = &fold.condition else { return self.value(expr) };
        let one_is_enough = match fold.macro_ {
            Macro::All => !answer,
            Macro::Exists => answer,
            _ => false,
        };
        let range = self.source(&fold.range);
        if !one_is_enough {
            let count = items.len();
            let text = match (fold.macro_, count) {
                (_, 0) => format!("{range} is empty"),
                (Macro::All, _) => format!("{range}: all {count}"),
                (Macro::Exists, _) => format!("{range}: none of {count}"),
                _ => {
                    let name = fold.name.as_str();
                    let holds = |item| self.machine.with(name, item, |machine| machine.decide(condition)) == Ok(true);
                    format!("{range}: {} of {count}", items.into_iter().map(holds).filter(|holds| *holds).count())
                }
            };
            return self.tell(text, None);
        }
        for item in items {
            let decided = self.machine.with(&fold.name, item.clone(), |machine| machine.decide(condition));
            if matches!(decided, Ok(own) if own == answer) {
                let text = format!("{} = {}", fold.name, item.shown(WIDTH));
                let node = match &item {
                    Value::Object(node) => Some(node.clone()),
                    _ => None,
                };
                self.tell(text, node);
                self.machine.bind(&fold.name, item);
                self.walk(condition, answer);
                self.machine.unbind();
                return;
            }
        }
    }
}
