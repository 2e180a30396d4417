//! Evaluates expressions, every step counted.

use super::ast::{Expr, Fold, Kind, Macro, Operator};
use super::functions;
use super::value::{Object, Value, compare_mixed};
use crate::model::Span;
use std::cmp::Ordering;

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// Bytes of the expression.
    pub span: Span,
    /// What kind of reason.
    pub kind: ErrorKind,
    /// The reason in words.
    pub message: String,
}

/// What kind of reason an expression has for having no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The values do not go together, or a key is missing.
    Wrong,
    /// The evidence it asks for was not given or not measured.
    Missing,
    /// The budget of steps is spent.
    Budget,
}

/// What an expression came to.
pub(super) type Outcome<O> = Result<Value<O>, Error>;

/// Evaluates expressions over a tree, with one budget for all of them.
#[derive(Debug)]
pub struct Machine<'m, O> {
    root: O,
    /// Names in scope, innermost last.
    names: Vec<(&'m str, Value<O>)>,
    /// Fields of the root that were asked for: each is made once.
    roots: Vec<(&'m str, Value<O>)>,
    left: u64,
}

impl<'m, O: Object> Machine<'m, O> {
    /// For a tree, with so many steps.
    pub fn new(root: O, steps: u64) -> Self {
        Self { root, names: Vec::new(), roots: Vec::new(), left: steps }
    }

    /// The tree.
    pub fn root(&self) -> O {
        self.root.clone()
    }

    /// Gives a name to a value, until [`Machine::unbind`].
    pub fn bind(&mut self, name: &'m str, value: Value<O>) {
        self.names.push((name, value));
    }

    /// Takes the last name back.
    pub fn unbind(&mut self) {
        self.names.pop();
    }

    /// Sets the steps that are left, and gives those that were.
    pub fn refill(&mut self, steps: u64) -> u64 {
        std::mem::replace(&mut self.left, steps)
    }

    /// What an expression says: true or false.
    pub fn decide(&mut self, expr: &'m Expr) -> Result<bool, Error> {
        match self.eval(expr)? {
            Value::Bool(answer) => Ok(answer),
            other => Err(wrong(expr.span, format!("this is {}, not true or false", other.in_words()))),
        }
    }

    /// The value of an expression.
    pub fn eval(&mut self, expr: &'m Expr) -> Outcome<O> {
        self.charge(1, expr.span)?;
        Ok(match &expr.kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Int(value) => Value::Int(*value),
            Kind::Double(value) => Value::Double(*value),
            Kind::Text(text) => self.sized(Value::text(text.as_str()), expr.span)?,
            Kind::Ident(name) => self.name(name, expr.span)?,
            Kind::Select(object, field) => {
                let object = self.eval(object)?;
                self.select(&object, field, expr.span)?
            }
            Kind::Has(object, field) => match self.eval(object)? {
                Value::Object(object) => Value::Bool(object.field(field).is_some_and(|value| is_set(&value))),
                Value::Map(entries) => Value::Bool(self.get(&entries, &Value::text(field.as_str()))?.is_some()),
                // What is not set has no fields.
                Value::Null => Value::Bool(false),
                other => return Err(wrong(expr.span, format!("{} has no fields", other.in_words()))),
            },
            Kind::Index(object, index) => {
                let (object, index) = (self.eval(object)?, self.eval(index)?);
                self.index(&object, &index, expr.span)?
            }
            Kind::List(items) => {
                let items: Result<Vec<_>, _> = items.iter().map(|item| self.eval(item)).collect();
                Value::list(items?)
            }
            Kind::Map(entries) => {
                let mut made: Vec<(Value<O>, Value<O>)> = Vec::new();
                for (key, value) in entries {
                    let key_span = key.span;
                    let key = self.eval(key)?;
                    if !matches!(key, Value::Bool(_) | Value::Int(_) | Value::Text(_)) {
                        return Err(wrong(key_span, format!("{} cannot be a key", key.in_words())));
                    }
                    if self.get(&made, &key)?.is_some() {
                        return Err(wrong(key_span, format!("the key {} comes twice", key.shown(60))));
                    }
                    let value = self.eval(value)?;
                    made.push((key, value));
                }
                Value::Map(made.into())
            }
            Kind::Not(inner) => Value::Bool(!self.decide(inner)?),
            Kind::Negate(inner) => match self.eval(inner)? {
                Value::Int(value) => Value::Int(value.checked_neg().ok_or_else(|| overflow(expr.span))?),
                Value::Double(value) => Value::Double(-value),
                other => return Err(wrong(expr.span, format!("{} has no negative", other.in_words()))),
            },
            Kind::And(operands) => Value::Bool(self.settle(operands.iter(), false, Self::decide)?),
            Kind::Or(operands) => Value::Bool(self.settle(operands.iter(), true, Self::decide)?),
            Kind::Choice(parts) => {
                let [condition, yes, no] = &**parts;
                let chosen = if self.decide(condition)? { yes } else { no };
                self.eval(chosen)?
            }
            Kind::Binary(operator, operands) => {
                let [left, right] = &**operands;
                let (left, right) = (self.eval(left)?, self.eval(right)?);
                let value = self.operate(*operator, &left, &right, expr.span)?;
                self.sized(value, expr.span)?
            }
            Kind::Call(function, args) => {
                let args: Result<Vec<_>, _> = args.iter().map(|arg| self.eval(arg)).collect();
                let args = args?;
                // A function looks at each character of its texts once.
                for arg in &args {
                    self.charge(weight(arg), expr.span)?;
                }
                let value = functions::call(*function, &args).map_err(|message| wrong(expr.span, message))?;
                self.sized(value, expr.span)?
            }
            Kind::Fold(fold) => self.fold(fold)?,
        })
    }

    pub(super) fn charge(&mut self, steps: u64, span: Span) -> Result<(), Error> {
        if let Some(left) = self.left.checked_sub(steps) {
            self.left = left;
            return Ok(());
        }
        self.left = 0;
        Err(Error { span, kind: ErrorKind::Budget, message: "the check takes too many steps".to_owned() })
    }

    /// Charges for what a new value takes.
    fn sized(&mut self, value: Value<O>, span: Span) -> Outcome<O> {
        self.charge(weight(&value), span)?;
        Ok(value)
    }

    fn name(&mut self, name: &'m str, span: Span) -> Outcome<O> {
        let known = self.names.iter().rev().chain(&self.roots).find(|(own, _)| *own == name);
        if let Some((_, value)) = known {
            return Ok(value.clone());
        }
        if let Some(value) = self.root.field(name) {
            let value = self.sized(value, span)?;
            self.roots.push((name, value.clone()));
            return Ok(value);
        }
        if self.root.node().field(name).is_some() {
            let message = format!("{name} was not measured");
            return Err(Error { span, kind: ErrorKind::Missing, message });
        }
        functions::type_name(name).map(Value::Type).ok_or_else(|| wrong(span, format!("there is no `{name}`")))
    }

    fn select(&mut self, object: &Value<O>, field: &str, span: Span) -> Outcome<O> {
        match object {
            Value::Object(object) => {
                if let Some(value) = object.field(field) {
                    self.sized(value, span)
                } else {
                    let message = format!("{}.{field} was not measured", object.node().name);
                    Err(Error { span, kind: ErrorKind::Missing, message })
                }
            }
            Value::Map(entries) => match self.get(entries, &Value::text(field))? {
                Some(value) => Ok(value),
                None => Err(wrong(span, format!("there is no key `{field}`"))),
            },
            other => Err(wrong(span, format!("`{field}` is asked of what is {}", other.in_words()))),
        }
    }

    fn index(&mut self, object: &Value<O>, index: &Value<O>, span: Span) -> Outcome<O> {
        match (object, index) {
            (Value::List(items), Value::Int(at)) => {
                let item = usize::try_from(*at).ok().and_then(|at| items.get(at));
                item.cloned().ok_or_else(|| wrong(span, format!("there is no item {at} in a list of {}", items.len())))
            }
            (Value::Map(entries), key) => match self.get(entries, key)? {
                Some(value) => Ok(value),
                None => Err(wrong(span, format!("there is no key {}", key.shown(60)))),
            },
            (object, index) => Err(wrong(span, format!("{} has no item {}", object.in_words(), index.shown(60)))),
        }
    }

    fn get(&mut self, entries: &[(Value<O>, Value<O>)], key: &Value<O>) -> Result<Option<Value<O>>, Error> {
        for (own, value) in entries {
            if self.equal(own, key, Span::default())? {
                return Ok(Some(value.clone()));
            }
        }
        Ok(None)
    }

    /// `||` and `exists` where `decisive` is true, `&&` and `all` where it is false: a decisive operand wins, wherever it
    /// stands and whatever the others do; else the first error, if there is one.
    fn settle<T>(
        &mut self,
        operands: impl Iterator<Item = T>,
        decisive: bool,
        mut decide: impl FnMut(&mut Self, T) -> Result<bool, Error>,
    ) -> Result<bool, Error> {
        let mut trouble = None;
        for operand in operands {
            match decide(self, operand) {
                Ok(answer) if answer == decisive => return Ok(decisive),
                Ok(_) => {}
                Err(error) if error.kind == ErrorKind::Budget => return Err(error),
                Err(error) => trouble = trouble.or(Some(error)),
            }
        }
        trouble.map_or(Ok(!decisive), Err)
    }

    /// The items of a list, or the keys of a map.
    pub(super) fn items(&mut self, range: &'m Expr) -> Result<Vec<Value<O>>, Error> {
        let items: Vec<Value<O>> = match self.eval(range)? {
            Value::List(items) => items.to_vec(),
            Value::Map(entries) => entries.iter().map(|(key, _)| key.clone()).collect(),
            other => return Err(wrong(range.span, format!("{} has no items", other.in_words()))),
        };
        self.charge(items.len() as u64, range.span)?;
        Ok(items)
    }

    /// Does something with a name bound to a value.
    pub(super) fn with<T>(&mut self, name: &'m str, value: Value<O>, act: impl FnOnce(&mut Self) -> T) -> T {
        self.bind(name, value);
        let done = act(self);
        self.unbind();
        done
    }

    fn fold(&mut self, fold: &'m Fold) -> Outcome<O> {
        let items = self.items(&fold.range)?;
        let name = fold.name.as_str();
        let holds = |machine: &mut Self, item: Value<O>| match &fold.condition {
            Some(condition) => machine.with(name, item, |machine| machine.decide(condition)),
            None => Ok(true),
        };
        Ok(match fold.macro_ {
            Macro::All => Value::Bool(self.settle(items.into_iter(), false, holds)?),
            Macro::Exists => Value::Bool(self.settle(items.into_iter(), true, holds)?),
            Macro::ExistsOne => {
                let mut count = 0usize;
                for item in items {
                    count += usize::from(holds(self, item)?);
                }
                Value::Bool(count == 1)
            }
            Macro::Filter | Macro::Map => {
                let mut kept = Vec::new();
                for item in items {
                    if !holds(self, item.clone())? {
                        continue;
                    }
                    kept.push(match &fold.result {
                        Some(result) => self.with(name, item, |machine| machine.eval(result))?,
                        None => item,
                    });
                }
                Value::list(kept)
            }
        })
    }

    fn operate(&mut self, operator: Operator, left: &Value<O>, right: &Value<O>, span: Span) -> Outcome<O> {
        let ordered = |wanted: fn(Ordering) -> bool| {
            if let Ok(ordering) = compare(left, right) {
                Ok(Value::Bool(ordering.is_some_and(wanted)))
            } else {
                let (left, right) = (left.in_words(), right.in_words());
                Err(wrong(span, format!("`{}` compares what is {left} with what is {right}", operator.word())))
            }
        };
        match operator {
            Operator::Equal => Ok(Value::Bool(self.equal(left, right, span)?)),
            Operator::NotEqual => Ok(Value::Bool(!self.equal(left, right, span)?)),
            Operator::Less => ordered(Ordering::is_lt),
            Operator::LessOrEqual => ordered(Ordering::is_le),
            Operator::Greater => ordered(Ordering::is_gt),
            Operator::GreaterOrEqual => ordered(Ordering::is_ge),
            Operator::In => match right {
                Value::List(items) => {
                    let mut found = false;
                    for item in items.iter() {
                        found = found || self.equal(item, left, span)?;
                    }
                    Ok(Value::Bool(found))
                }
                Value::Map(entries) => Ok(Value::Bool(self.get(entries, left)?.is_some())),
                other => Err(wrong(span, format!("`in` looks into a list or a map, and this is {}", other.in_words()))),
            },
            _ => arithmetic(operator, left, right, span),
        }
    }

    /// CEL's equality: values of different types differ, but for numbers.
    fn equal(&mut self, left: &Value<O>, right: &Value<O>, span: Span) -> Result<bool, Error> {
        self.charge(1, span)?;
        Ok(match (left, right) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Type(a), Value::Type(b)) => a == b,
            (Value::List(a), Value::List(b)) => {
                if a.len() != b.len() {
                    return Ok(false);
                }
                for (a, b) in a.iter().zip(b.iter()) {
                    if !self.equal(a, b, span)? {
                        return Ok(false);
                    }
                }
                true
            }
            (Value::Map(a), Value::Map(b)) => {
                if a.len() != b.len() {
                    return Ok(false);
                }
                for (key, value) in a.iter() {
                    match self.get(b, key)? {
                        Some(other) if self.equal(value, &other, span)? => {}
                        _ => return Ok(false),
                    }
                }
                true
            }
            (Value::Object(_), Value::Object(_)) => {
                return Err(wrong(span, "nodes are not compared; compare one of their fields".to_owned()));
            }
            _ => compare(left, right).is_ok_and(|ordering| ordering == Some(Ordering::Equal)),
        })
    }
}

/// Orders two values: an error where they have no order, `None` where one is NaN.
fn compare<O>(left: &Value<O>, right: &Value<O>) -> Result<Option<Ordering>, ()> {
    Ok(match (left, right) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Double(a), Value::Double(b)) => a.partial_cmp(b),
        (Value::Int(a), Value::Double(b)) => compare_mixed(*a, *b),
        (Value::Double(a), Value::Int(b)) => compare_mixed(*b, *a).map(Ordering::reverse),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        _ => return Err(()),
    })
}

fn arithmetic<O: Object>(operator: Operator, left: &Value<O>, right: &Value<O>, span: Span) -> Outcome<O> {
    match (operator, left, right) {
        (_, Value::Int(a), Value::Int(b)) => {
            let (a, b) = (*a, *b);
            if b == 0 && matches!(operator, Operator::Divide | Operator::Remainder) {
                return Err(wrong(span, "a division by zero".to_owned()));
            }
            let result = match operator {
                Operator::Add => a.checked_add(b),
                Operator::Subtract => a.checked_sub(b),
                Operator::Multiply => a.checked_mul(b),
                Operator::Divide => a.checked_div(b),
                _ => a.checked_rem(b),
            };
            result.map(Value::Int).ok_or_else(|| overflow(span))
        }
        (Operator::Add, Value::Double(a), Value::Double(b)) => Ok(Value::Double(a + b)),
        (Operator::Subtract, Value::Double(a), Value::Double(b)) => Ok(Value::Double(a - b)),
        (Operator::Multiply, Value::Double(a), Value::Double(b)) => Ok(Value::Double(a * b)),
        (Operator::Divide, Value::Double(a), Value::Double(b)) => Ok(Value::Double(a / b)),
        (Operator::Add, Value::Text(a), Value::Text(b)) => Ok(Value::text([&**a, &**b].concat())),
        (Operator::Add, Value::List(a), Value::List(b)) => Ok(Value::list(a.iter().chain(b.iter()).cloned())),
        _ => {
            let (left, right, word) = (left.in_words(), right.in_words(), operator.word());
            let hint = match (left.as_str(), right.as_str()) {
                ("not set", _) | (_, "not set") => "",
                _ => "; numbers of different types are converted with `int()` and `double()`",
            };
            Err(wrong(span, format!("`{word}` joins what is {left} with what is {right}{hint}")))
        }
    }
}

/// Steps that a value costs beyond its own: what is long takes long to copy.
fn weight<O>(value: &Value<O>) -> u64 {
    match value {
        Value::Text(text) => text.len() as u64 / 16,
        Value::List(items) => items.len() as u64,
        Value::Map(entries) => entries.len() as u64,
        _ => 0,
    }
}

/// Whether `has` says that a field is there: lists and maps without items are not.
fn is_set<O>(value: &Value<O>) -> bool {
    match value {
        Value::Null => false,
        Value::List(items) => !items.is_empty(),
        Value::Map(entries) => !entries.is_empty(),
        _ => true,
    }
}

fn wrong(span: Span, message: String) -> Error {
    Error { span, kind: ErrorKind::Wrong, message }
}

fn overflow(span: Span) -> Error {
    wrong(span, "the number is too large to count".to_owned())
}
