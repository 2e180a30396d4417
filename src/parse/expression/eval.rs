//! What is known of an expression's value before it runs.

use super::lexer::parse_number;
use super::{Expr, Kind, Operator};
use std::cmp::Ordering;

/// A value that is known.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
}

impl Value {
    /// Whether conditions take it for true: all but `false`, `0`, `NaN`, `''` and `null`.
    pub fn truth(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(value) => *value,
            Self::Number(value) => *value != 0.0 && !value.is_nan(),
            Self::Text(text) => !text.is_empty(),
        }
    }

    /// As a number, for comparisons of different types.
    fn number(&self) -> f64 {
        match self {
            Self::Null => 0.0,
            Self::Bool(value) => f64::from(u8::from(*value)),
            Self::Number(value) => *value,
            Self::Text(text) if text.trim().is_empty() => 0.0,
            Self::Text(text) => parse_number(text.trim()).unwrap_or(f64::NAN),
        }
    }

    /// As a text; `None` for numbers with a fraction, whose digits are GitHub's own.
    fn text(&self) -> Option<String> {
        match self {
            Self::Null => Some(String::new()),
            Self::Bool(value) => Some(value.to_string()),
            Self::Number(value) if value.fract() == 0.0 && value.abs() < 1e15 => Some(format!("{value:.0}")),
            Self::Number(_) => None,
            Self::Text(text) => Some(text.clone()),
        }
    }

    /// Order by GitHub's loose rules: texts without regard to case, everything of different types as numbers.
    fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Null, Self::Null) => Some(Ordering::Equal),
            (Self::Bool(left), Self::Bool(right)) => Some(left.cmp(right)),
            (Self::Text(left), Self::Text(right)) => Some(left.to_uppercase().cmp(&right.to_uppercase())),
            _ => self.number().partial_cmp(&other.number()),
        }
    }
}

impl Expr {
    /// Its value, where it is the same in every run.
    pub fn eval(&self) -> Option<Value> {
        match &self.kind {
            Kind::Null => Some(Value::Null),
            Kind::Bool(value) => Some(Value::Bool(*value)),
            Kind::Number(value) => Some(Value::Number(*value)),
            Kind::Text(text) => Some(Value::Text(text.clone())),
            Kind::Context(_) | Kind::Member(..) | Kind::Index(..) | Kind::Star(_) => None,
            Kind::Call(function, arguments) => call(function.name, arguments),
            Kind::Not(inner) => inner.truth().map(|truth| Value::Bool(!truth)),
            Kind::Compare(operator, left, right) => {
                Some(Value::Bool(compare(*operator, &left.eval()?, &right.eval()?)))
            }
            Kind::And(parts) => chosen(parts, false),
            Kind::Or(parts) => chosen(parts, true),
        }
    }

    /// What a condition makes of it, where that is the same in every run: `x && false` is false whatever `x` is, though
    /// its value is not known.
    pub fn truth(&self) -> Option<bool> {
        let decided = |parts: &[Self], by: bool| {
            let truths: Vec<_> = parts.iter().map(Self::truth).collect();
            let all_known = truths.iter().all(|truth| *truth == Some(!by));
            if truths.contains(&Some(by)) { Some(by) } else { all_known.then_some(!by) }
        };
        match &self.kind {
            Kind::And(parts) => decided(parts, false),
            Kind::Or(parts) => decided(parts, true),
            _ => self.eval().map(|value| value.truth()),
        }
    }
}

/// The first part whose truth is `stop`, or else the last: what `&&` (`false`) and `||` (`true`) come to.
fn chosen(parts: &[Expr], stop: bool) -> Option<Value> {
    let mut last = None;
    for part in parts {
        let value = part.eval()?;
        if value.truth() == stop {
            return Some(value);
        }
        last = Some(value);
    }
    last
}

fn compare(operator: Operator, left: &Value, right: &Value) -> bool {
    let order = left.compare(right);
    match operator {
        Operator::Equal => order == Some(Ordering::Equal),
        Operator::NotEqual => order != Some(Ordering::Equal),
        Operator::Less => order == Some(Ordering::Less),
        Operator::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Operator::Greater => order == Some(Ordering::Greater),
        Operator::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }
}

fn call(name: &str, arguments: &[Expr]) -> Option<Value> {
    let text = |at: usize| arguments.get(at)?.eval()?.text().map(|text| text.to_lowercase());
    match name {
        "always" => Some(Value::Bool(true)),
        "contains" => Some(Value::Bool(text(0)?.contains(&text(1)?))),
        "startsWith" => Some(Value::Bool(text(0)?.starts_with(&text(1)?))),
        "endsWith" => Some(Value::Bool(text(0)?.ends_with(&text(1)?))),
        "case" => {
            let mut pairs = arguments.chunks_exact(2);
            for pair in pairs.by_ref() {
                let [condition, value] = pair else { return None };
                if condition.truth()? {
                    return value.eval();
                }
            }
            pairs.remainder().first()?.eval()
        }
        _ => None,
    }
}
