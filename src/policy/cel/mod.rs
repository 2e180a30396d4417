//! Expressions of a policy's own checks: a subset of the Common Expression Language.
//!
//! Source: the CEL language definition (<https://github.com/google/cel-spec>). An expression is parsed ([`parser`]),
//! held against the types of the evidence ([`check`], [`schema`]) while the policy is loaded, and evaluated ([`Machine`])
//! over any tree whose nodes are [`Object`]s. No clock, no input or output, no unbounded recursion; every step is counted
//! against a budget.

mod ast;
mod check;
mod eval;
mod explain;
mod functions;
mod lexer;
mod parser;
pub mod schema;
mod value;

pub use ast::{Expr, Kind};
pub use check::check;
pub(in crate::policy) use check::no_field;
pub use eval::{Error, ErrorKind, Machine};
pub use explain::{Decider, explain};
pub use parser::{MAX_DEPTH, MAX_NODES, parse, parse_part};
pub use value::{Object, Value};

use crate::model::Span;

/// Something wrong with an expression, told before anything is evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Bytes of the expression.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// What was probably meant, or what can be written; may be empty.
    pub hint: String,
}

impl Fault {
    fn new(span: Span, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { span, message: message.into(), hint: hint.into() }
    }
}
