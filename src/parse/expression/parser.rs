//! Tokens to a tree, by recursive descent with a limit.

use super::functions;
use super::lexer::{self, Token, TokenKind};
use super::{Expr, Kind, MAX_DEPTH, MAX_LENGTH, Operator};
use crate::model::Span;
use crate::parse::Problem;

/// Reads a text that is one expression. Offsets are those of the text.
pub(super) fn parse(text: &str) -> Result<Expr, Problem> {
    if text.chars().nth(MAX_LENGTH).is_some() {
        let message = format!("the expression has more than {MAX_LENGTH} characters");
        return Err(Problem::new(Span { offset: 0, length: text.len() }, message));
    }
    let tokens = lexer::tokens(text)?;
    if tokens.is_empty() {
        return Err(Problem::new(Span { offset: 0, length: text.len() }, "the expression is empty"));
    }
    let mut parser = Parser { tokens, at: 0, depth: 0, end: text.trim_end().len() };
    let expr = parser.or()?;
    match parser.peek() {
        None => Ok(expr),
        Some(token) => Err(unexpected(token)),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    end: usize,
}

fn unexpected(token: &Token) -> Problem {
    let message = match &token.kind {
        TokenKind::Sign(sign) => format!("`{sign}` stands where the expression should go on or end"),
        TokenKind::Name(name) => format!("an operator is missing before `{name}`"),
        TokenKind::Text(_) => "an operator is missing before this text".to_owned(),
        _ => "an operator is missing before this value".to_owned(),
    };
    Problem::new(token.span, message)
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next_is(&self, sign: &str) -> bool {
        matches!(self.peek(), Some(Token { kind: TokenKind::Sign(s), .. }) if *s == sign)
    }

    /// Takes a sign if it comes next.
    fn take(&mut self, sign: &str) -> Option<Span> {
        let span = self.peek()?.span;
        self.next_is(sign).then(|| {
            self.at += 1;
            span
        })
    }

    fn demand(&mut self, sign: &str) -> Result<Span, Problem> {
        self.take(sign).ok_or_else(|| match self.peek() {
            Some(token) => Problem::new(token.span, format!("`{sign}` is missing here")),
            None => Problem::new(Span { offset: self.end, length: 0 }, format!("`{sign}` is missing at the end")),
        })
    }

    /// Goes one level deeper for the time of `read`.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Problem>) -> Result<T, Problem> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let span = self.peek().map_or(Span { offset: self.end, length: 0 }, |token| token.span);
            return Err(too_deep(span));
        }
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn or(&mut self) -> Result<Expr, Problem> {
        self.chain("||", Kind::Or, |parser| parser.chain("&&", Kind::And, Self::equality))
    }

    /// Parts with one operator between them; a part alone is itself.
    fn chain(
        &mut self,
        sign: &str,
        make: fn(Vec<Expr>) -> Kind,
        part: fn(&mut Self) -> Result<Expr, Problem>,
    ) -> Result<Expr, Problem> {
        let first = part(self)?;
        if !self.next_is(sign) {
            return Ok(first);
        }
        let start = first.span;
        let mut parts = vec![first];
        while self.take(sign).is_some() {
            parts.push(part(self)?);
        }
        let end = parts.last().map_or(start, |last| last.span);
        node(make(parts), Span::between(start.offset, end.end()))
    }

    fn equality(&mut self) -> Result<Expr, Problem> {
        self.pairs(&[("==", Operator::Equal), ("!=", Operator::NotEqual)], |parser| {
            let orders = [
                ("<", Operator::Less),
                ("<=", Operator::LessOrEqual),
                (">", Operator::Greater),
                (">=", Operator::GreaterOrEqual),
            ];
            parser.pairs(&orders, Self::unary)
        })
    }

    fn pairs(
        &mut self,
        operators: &[(&str, Operator)],
        part: fn(&mut Self) -> Result<Expr, Problem>,
    ) -> Result<Expr, Problem> {
        let mut left = part(self)?;
        while let Some((_, operator)) = operators.iter().find(|(sign, _)| self.take(sign).is_some()) {
            let right = part(self)?;
            let span = Span::between(left.span.offset, right.span.end());
            left = node(Kind::Compare(*operator, Box::new(left), Box::new(right)), span)?;
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Expr, Problem> {
        let Some(sign) = self.take("!") else { return self.access() };
        let inner = self.deeper(Self::unary)?;
        let span = Span::between(sign.offset, inner.span.end());
        node(Kind::Not(Box::new(inner)), span)
    }

    fn access(&mut self) -> Result<Expr, Problem> {
        let (mut expr, indexable) = self.primary()?;
        if !indexable {
            return Ok(expr);
        }
        loop {
            let start = expr.span.offset;
            if self.take(".").is_some() {
                let Some(token) = self.peek().cloned() else {
                    return Err(Problem::new(Span { offset: self.end, length: 0 }, "a name is missing after `.`"));
                };
                self.at += 1;
                let span = Span::between(start, token.span.end());
                expr = match token.kind {
                    TokenKind::Name(name) => node(Kind::Member(Box::new(expr), name), span)?,
                    TokenKind::Sign("*") => node(Kind::Star(Box::new(expr)), span)?,
                    _ => return Err(Problem::new(token.span, "a name is missing after `.`")),
                };
            } else if self.take("[").is_some() {
                let star = self.take("*").is_some();
                let index = if star { None } else { Some(self.deeper(Self::or)?) };
                let span = Span::between(start, self.demand("]")?.end());
                expr = match index {
                    Some(index) => node(Kind::Index(Box::new(expr), Box::new(index)), span)?,
                    None => node(Kind::Star(Box::new(expr)), span)?,
                };
            } else {
                break;
            }
        }
        Ok(expr)
    }

    /// The innermost expression, and whether `.` or `[` may follow it.
    fn primary(&mut self) -> Result<(Expr, bool), Problem> {
        let Some(token) = self.peek().cloned() else {
            return Err(Problem::new(
                Span { offset: self.end, length: 0 },
                "the expression breaks off: a value is missing",
            ));
        };
        self.at += 1;
        let span = token.span;
        let kind = match token.kind {
            TokenKind::Null => Kind::Null,
            TokenKind::Bool(value) => Kind::Bool(value),
            TokenKind::Number(value) => Kind::Number(value),
            TokenKind::Text(text) => Kind::Text(text),
            TokenKind::Name(name) if self.next_is("(") => return Ok((self.call(&name, span)?, true)),
            TokenKind::Name(name) => return Ok((node(Kind::Context(name), span)?, true)),
            TokenKind::Sign("(") => {
                let mut inner = self.deeper(Self::or)?;
                inner.span = Span::between(span.offset, self.demand(")")?.end());
                return Ok((inner, true));
            }
            TokenKind::Sign(sign) => return Err(Problem::new(span, format!("a value is missing before `{sign}`"))),
        };
        Ok((node(kind, span)?, false))
    }

    fn call(&mut self, name: &str, span: Span) -> Result<Expr, Problem> {
        self.at += 1;
        let mut arguments = Vec::new();
        let end = loop {
            if let Some(end) = self.take(")") {
                break end;
            }
            arguments.push(self.deeper(Self::or)?);
            if !self.next_is(")") && self.take(",").is_none() {
                break self.demand(")")?;
            }
        };
        let Some(function) = functions::find(name) else {
            return Err(Problem::new(span, format!("there is no function `{name}`")));
        };
        let whole = Span::between(span.offset, end.end());
        match function.refuses(arguments.len()) {
            Some(reason) => Err(Problem::new(whole, reason)),
            None => node(Kind::Call(function, arguments), whole),
        }
    }
}

/// A node one deeper than its deepest child.
fn node(kind: Kind, span: Span) -> Result<Expr, Problem> {
    let mut expr = Expr { kind, span, depth: 0 };
    let mut depth = 0;
    expr.each_child_mut(&mut |child| depth = depth.max(child.depth));
    expr.depth = depth + 1;
    if usize::from(expr.depth) > MAX_DEPTH { Err(too_deep(span)) } else { Ok(expr) }
}

fn too_deep(span: Span) -> Problem {
    Problem::new(span, format!("the expression is nested more than {MAX_DEPTH} deep"))
}
