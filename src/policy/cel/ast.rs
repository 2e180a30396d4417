use super::functions::Function;
use crate::model::Span;

/// An expression and where it stands in its text.
#[derive(Debug)]
pub struct Expr {
    /// Bytes of the text.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
    /// Levels below and with it; the parser keeps it small, so that every walk may recurse.
    pub(super) depth: usize,
}

/// What an expression is.
#[derive(Debug)]
pub enum Kind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// `80`, `-1`, `0x1F`
    Int(i64),
    /// `0.5`, `1e3`
    Double(f64),
    /// `"text"`
    Text(String),
    /// `step`
    Ident(String),
    /// `step.run`
    Select(Box<Expr>, String),
    /// `has(step.run)`
    Has(Box<Expr>, String),
    /// `step.with["fetch-depth"]`
    Index(Box<Expr>, Box<Expr>),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `{a: b}`
    Map(Vec<(Expr, Expr)>),
    /// `!a`
    Not(Box<Expr>),
    /// `-a`
    Negate(Box<Expr>),
    /// `a && b && c`
    And(Vec<Expr>),
    /// `a || b || c`
    Or(Vec<Expr>),
    /// `a ? b : c`
    Choice(Box<[Expr; 3]>),
    /// `a < b`, `a + b`, `a in b`
    Binary(Operator, Box<[Expr; 2]>),
    /// `size(a)`, `a.contains(b)`: the receiver, if there is one, is the first argument.
    Call(Function, Vec<Expr>),
    /// `list.exists(x, …)`
    Fold(Box<Fold>),
}

/// A macro over the items of a list or the keys of a map.
#[derive(Debug)]
pub struct Fold {
    /// Which.
    pub macro_: Macro,
    /// The list or map.
    pub range: Expr,
    /// The name that each item gets.
    pub name: String,
    /// The condition; the first argument of a `map` with three.
    pub condition: Option<Expr>,
    /// What `map` makes of each item.
    pub result: Option<Expr>,
}

/// Which macro.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Macro {
    /// `all`
    All,
    /// `exists`
    Exists,
    /// `exists_one`
    ExistsOne,
    /// `filter`
    Filter,
    /// `map`
    Map,
}

impl Macro {
    pub(super) const ALL: [(&'static str, Self); 5] = [
        ("all", Self::All),
        ("exists", Self::Exists),
        ("exists_one", Self::ExistsOne),
        ("filter", Self::Filter),
        ("map", Self::Map),
    ];
}

/// An operator between two operands, but for `&&` and `||`.
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
    /// `in`
    In,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
}

impl Operator {
    pub(super) const ALL: [(&'static str, Self, u8); 12] = [
        ("==", Self::Equal, 3),
        ("!=", Self::NotEqual, 3),
        ("<", Self::Less, 3),
        ("<=", Self::LessOrEqual, 3),
        (">", Self::Greater, 3),
        (">=", Self::GreaterOrEqual, 3),
        ("in", Self::In, 3),
        ("+", Self::Add, 4),
        ("-", Self::Subtract, 4),
        ("*", Self::Multiply, 5),
        ("/", Self::Divide, 5),
        ("%", Self::Remainder, 5),
    ];

    /// As it is written.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, operator, _)| *operator == self).map_or("", |(word, ..)| word)
    }

    /// Whether its answer is a truth value.
    pub(super) const fn compares(self) -> bool {
        !matches!(self, Self::Add | Self::Subtract | Self::Multiply | Self::Divide | Self::Remainder)
    }
}

impl Expr {
    /// Whether it is written out, so that its value is no news.
    pub(super) fn is_literal(&self) -> bool {
        match &self.kind {
            Kind::Null | Kind::Bool(_) | Kind::Int(_) | Kind::Double(_) | Kind::Text(_) => true,
            Kind::List(items) => items.iter().all(Self::is_literal),
            _ => false,
        }
    }
}
