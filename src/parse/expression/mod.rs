//! Expressions of GitHub Actions (`${{ … }}`) as trees with spans.
//!
//! Source: "Evaluate expressions in workflows and actions" and "Contexts reference". GitHub refuses a workflow with an
//! expression that this reader refuses; names of contexts are not judged here, because GitHub adds some.

mod eval;
pub mod functions;
mod lexer;
mod parser;
mod template;
mod visit;

pub use eval::Value;
pub use functions::Function;
pub use template::{Template, condition, templates};
pub use visit::{Part, Reference};

use super::Problem;
use crate::model::Span;

/// Deepest tree that is read, as on GitHub.
pub const MAX_DEPTH: usize = 50;
/// Longest expression in characters that is read, as on GitHub.
pub const MAX_LENGTH: usize = 21_000;

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: Kind,
    /// Its bytes, parentheses around it included.
    pub span: Span,
    /// Levels of the tree; 1 for a leaf.
    depth: u8,
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// `1`, `-2.5e3`, `0xff`, `NaN`
    Number(f64),
    /// `'text'`, quotes taken off
    Text(String),
    /// A name alone: `github`
    Context(String),
    /// `.name`
    Member(Box<Expr>, String),
    /// `[index]`
    Index(Box<Expr>, Box<Expr>),
    /// `.*` or `[*]`
    Star(Box<Expr>),
    /// `function(arguments)`
    Call(Function, Vec<Expr>),
    /// `!`
    Not(Box<Expr>),
    /// A comparison.
    Compare(Operator, Box<Expr>, Box<Expr>),
    /// Two or more parts with `&&` between them.
    And(Vec<Expr>),
    /// Two or more parts with `||` between them.
    Or(Vec<Expr>),
}

/// How a comparison compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// Reads one expression, without `${{ }}`. Spans are offsets in the text plus `base_offset`.
pub fn parse(text: &str, base_offset: usize) -> Result<Expr, Problem> {
    let moved = |span: Span| Span { offset: span.offset + base_offset, length: span.length };
    match parser::parse(text) {
        Ok(mut expr) => {
            expr.map_spans(&moved);
            Ok(expr)
        }
        Err(problem) => Err(Problem::new(moved(problem.span), problem.message)),
    }
}

#[cfg(test)]
mod tests;
