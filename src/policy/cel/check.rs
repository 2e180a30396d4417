//! Holds an expression against the types of the evidence: names, fields, and operations that can never work.

use super::Fault;
use super::ast::{Expr, Fold, Kind, Macro, Operator};
use super::functions;
use super::schema::{self, Node, Type};
use crate::model::Span;
use crate::policy::did_you_mean;

/// The type of an expression, where `names` are bound besides the fields of the evidence.
pub fn check(expr: &Expr, names: &[(&str, Type)]) -> Result<Type, Fault> {
    Checker { names: names.iter().map(|(name, holds)| ((*name).to_owned(), *holds)).collect() }.infer(expr)
}

struct Checker {
    names: Vec<(String, Type)>,
}

impl Checker {
    fn infer(&mut self, expr: &Expr) -> Result<Type, Fault> {
        Ok(match &expr.kind {
            Kind::Null => Type::Null,
            Kind::Bool(_) => Type::Bool,
            Kind::Int(_) => Type::Int,
            Kind::Double(_) => Type::Double,
            Kind::Text(_) => Type::Text,
            Kind::Ident(name) => self.name(name, expr.span)?,
            Kind::Select(object, field) => {
                let holder = self.infer(object)?;
                field_of(holder, field, expr, object)?
            }
            Kind::Has(object, field) => {
                let holder = self.infer(object)?;
                field_of(holder, field, expr, object)?;
                Type::Bool
            }
            Kind::Index(object, index) => {
                let (holder, key) = (self.infer(object)?, self.infer(index)?);
                match holder {
                    Type::Any => Type::Any,
                    Type::Map(value) => {
                        expect(key, Type::Text, index, "a key")?;
                        *value
                    }
                    Type::List(_) | Type::Nodes(_) => {
                        expect(key, Type::Int, index, "a position")?;
                        holder.items().unwrap_or(Type::Any)
                    }
                    Type::Node(node) => {
                        let hint = "fields of nodes are written behind a `.`";
                        return Err(Fault::new(expr.span, format!("a {} has no keys", node.name), hint));
                    }
                    other => return Err(Fault::new(expr.span, format!("a {} has no items", other.word()), "")),
                }
            }
            Kind::List(items) => {
                let mut common: Option<Type> = None;
                for item in items {
                    let item = self.infer(item)?;
                    common = Some(match common {
                        Some(before) if same(before, item) => before,
                        Some(_) => Type::Any,
                        None => item,
                    });
                }
                common.unwrap_or(Type::Any).list()
            }
            Kind::Map(entries) => {
                for (key, value) in entries {
                    self.infer(key)?;
                    self.infer(value)?;
                }
                // Keys of other types than text are possible here, so nothing is said of them.
                Type::Any
            }
            Kind::Not(inner) => self.truth(inner)?,
            Kind::Negate(inner) => match self.infer(inner)? {
                kind @ (Type::Int | Type::Double | Type::Any) => kind,
                other => return Err(Fault::new(expr.span, format!("a {} has no negative", other.word()), "")),
            },
            Kind::And(operands) | Kind::Or(operands) => {
                for operand in operands {
                    self.truth(operand)?;
                }
                Type::Bool
            }
            Kind::Choice(parts) => {
                let [condition, yes, no] = &**parts;
                self.truth(condition)?;
                let (yes, no) = (self.infer(yes)?, self.infer(no)?);
                if same(yes, no) { yes } else { Type::Any }
            }
            Kind::Binary(operator, operands) => {
                let [left, right] = &**operands;
                let (a, b) = (self.infer(left)?, self.infer(right)?);
                operation(*operator, a, b, expr.span)?
            }
            Kind::Call(function, args) => {
                for (arg, wanted) in args.iter().zip(function.params()) {
                    let found = self.infer(arg)?;
                    if !fits(found, *wanted) {
                        let message =
                            format!("`{}` wants a {}, and this is a {}", function.name(), wanted.word(), found.word());
                        return Err(Fault::new(arg.span, message, ""));
                    }
                }
                function.gives()
            }
            Kind::Fold(fold) => self.fold(fold)?,
        })
    }

    fn name(&self, name: &str, span: Span) -> Result<Type, Fault> {
        if let Some((_, holds)) = self.names.iter().rev().find(|(own, _)| own == name) {
            return Ok(*holds);
        }
        if let Some(field) = schema::EVIDENCE.field(name) {
            return Ok(field.holds);
        }
        if functions::type_name(name).is_some() {
            return Ok(Type::Type);
        }
        let fields = schema::EVIDENCE.fields.iter().map(|field| field.name);
        let known: Vec<&str> = self.names.iter().map(|(name, _)| name.as_str()).chain(fields).collect();
        let hint = match did_you_mean(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known are {}", known.join(", ")),
        };
        Err(Fault::new(span, format!("there is no `{name}`"), hint))
    }

    fn truth(&mut self, expr: &Expr) -> Result<Type, Fault> {
        match self.infer(expr)? {
            Type::Bool | Type::Any => Ok(Type::Bool),
            other => {
                let message = format!("this is a {}, where true or false is needed", other.word());
                let hint = if matches!(expr.kind, Kind::Select(..)) {
                    "to ask whether it is set, write `has(…)`"
                } else {
                    ""
                };
                Err(Fault::new(expr.span, message, hint))
            }
        }
    }

    fn fold(&mut self, fold: &Fold) -> Result<Type, Fault> {
        let range = self.infer(&fold.range)?;
        let Some(item) = range.items() else {
            let message = format!("a {} has no items to look at", range.word());
            return Err(Fault::new(fold.range.span, message, ""));
        };
        self.names.push((fold.name.clone(), item));
        if let Some(condition) = &fold.condition {
            self.truth(condition)?;
        }
        let result = fold.result.as_ref().map(|result| self.infer(result)).transpose()?;
        self.names.pop();
        Ok(match fold.macro_ {
            Macro::Filter => item.list(),
            Macro::Map => result.unwrap_or(Type::Any).list(),
            _ => Type::Bool,
        })
    }
}

/// The type of a field, or why there is none of that name.
fn field_of(holder: Type, field: &str, expr: &Expr, object: &Expr) -> Result<Type, Fault> {
    // The name stands at the end of `a.b`, and before the bracket of `has(a.b)`.
    let close = usize::from(matches!(expr.kind, Kind::Has(..)));
    let end = expr.span.end().saturating_sub(close);
    let span = Span::between(end.saturating_sub(field.len()).max(object.span.end()), end);
    match holder {
        Type::Any => Ok(Type::Any),
        Type::Map(value) => Ok(*value),
        Type::Node(node) => match node.field(field) {
            Some(found) => Ok(found.holds),
            None => Err(no_field(node, field, span)),
        },
        Type::Nodes(node) => {
            let hint = match node.field(field) {
                Some(_) => format!("write `.exists(x, x.{field} …)`, `.all(…)`, `.map(…)`, or bind one with `each`"),
                None => "a list has no fields; use `.exists(x, …)`, `.all(…)`, or bind one with `each`".to_owned(),
            };
            Err(Fault::new(span, format!("this is a list of {}s, not one {}", node.name, node.name), hint))
        }
        other => Err(Fault::new(span, format!("a {} has no fields", other.word()), "")),
    }
}

/// What to say of a field that a node does not have.
pub(in crate::policy) fn no_field(node: &Node, field: &str, span: Span) -> Fault {
    let names = || node.fields.iter().map(|field| field.name);
    let hint = match did_you_mean(field, names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it has {}", names().collect::<Vec<_>>().join(", ")),
    };
    Fault::new(span, format!("a {} has no field `{field}`", node.name), hint)
}

fn operation(operator: Operator, left: Type, right: Type, span: Span) -> Result<Type, Fault> {
    let fault = |message: String| Err(Fault::new(span, message, ""));
    let word = operator.word();
    let nodes = |kind: Type| matches!(kind, Type::Node(_) | Type::Nodes(_));
    match operator {
        Operator::In => match right {
            Type::Nodes(node) => fault(format!("nodes are not compared; use `.exists(x, …)` over the {}s", node.name)),
            Type::Text => {
                Err(Fault::new(span, "`in` looks into lists and maps, not into texts", "write `text.contains(part)`"))
            }
            _ => match right.items() {
                Some(item) if same(item, left) || matches!(left, Type::Null) => Ok(Type::Bool),
                Some(item) => fault(format!("a {} is never among items of type {}", left.word(), item.word())),
                None => fault(format!("`in` looks into a list or a map, and this is a {}", right.word())),
            },
        },
        _ if nodes(left) || nodes(right) => {
            let null = matches!(left, Type::Null) || matches!(right, Type::Null);
            if null && operator.compares() {
                Ok(Type::Bool)
            } else {
                fault("nodes are not compared; compare one of their fields".into())
            }
        }
        Operator::Equal | Operator::NotEqual => {
            let null = matches!(left, Type::Null) || matches!(right, Type::Null);
            if null || same(left, right) {
                Ok(Type::Bool)
            } else {
                fault(format!("a {} and a {} are never equal", left.word(), right.word()))
            }
        }
        _ if operator.compares() => {
            let ordered = |kind| matches!(kind, Type::Any | Type::Bool | Type::Int | Type::Double | Type::Text);
            if ordered(left) && ordered(right) && same(left, right) {
                Ok(Type::Bool)
            } else {
                fault(format!("`{word}` cannot compare a {} with a {}", left.word(), right.word()))
            }
        }
        _ => {
            let joined = match (left, right) {
                (Type::Any, other) | (other, Type::Any) => Some(other),
                (Type::Int, Type::Int) => Some(Type::Int),
                (Type::Double, Type::Double) if operator != Operator::Remainder => Some(Type::Double),
                (Type::Text, Type::Text) if operator == Operator::Add => Some(Type::Text),
                (Type::List(_), Type::List(_)) if operator == Operator::Add => Some(Type::List(&Type::Any)),
                _ => None,
            };
            let number = |kind| matches!(kind, Type::Int | Type::Double);
            let hint = if number(left) && number(right) { "convert with `int()` or `double()`" } else { "" };
            joined.ok_or_else(|| {
                Fault::new(span, format!("`{word}` cannot join a {} and a {}", left.word(), right.word()), hint)
            })
        }
    }
}

fn expect(found: Type, wanted: Type, expr: &Expr, what: &str) -> Result<(), Fault> {
    if fits(found, wanted) {
        return Ok(());
    }
    let message = format!("{what} is a {}, and this is a {}", wanted.word(), found.word());
    Err(Fault::new(expr.span, message, ""))
}

/// Whether values of two types can be equal; numbers of both kinds can.
fn same(left: Type, right: Type) -> bool {
    match (left, right) {
        (Type::Any, _) | (_, Type::Any) | (Type::Int | Type::Double, Type::Int | Type::Double) => true,
        (Type::List(a), Type::List(b)) | (Type::Map(a), Type::Map(b)) => same(*a, *b),
        (Type::Node(a), Type::Node(b)) | (Type::Nodes(a), Type::Nodes(b)) => std::ptr::eq(a, b),
        _ => std::mem::discriminant(&left) == std::mem::discriminant(&right),
    }
}

/// Whether a value of a type can be given where another is wanted.
fn fits(found: Type, wanted: Type) -> bool {
    match (found, wanted) {
        (Type::Any, _) | (_, Type::Any) => true,
        (Type::List(a), Type::List(b)) => fits(*a, *b),
        _ => std::mem::discriminant(&found) == std::mem::discriminant(&wanted),
    }
}
