//! Tokens to an expression, by precedence.

use super::Fault;
use super::ast::{Expr, Fold, Kind, Macro, Operator};
use super::functions::Function;
use super::lexer::{Lexer, Token};
use crate::model::Span;
use crate::policy::did_you_mean;

/// Deepest nesting of an expression; chains of `&&` and of `||` are no nesting.
pub const MAX_DEPTH: usize = 64;
/// Most parts of an expression.
pub const MAX_NODES: usize = 10_000;

/// Words that cannot be names, after the language definition.
const RESERVED: [&str; 21] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "false",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "namespace",
    "null",
    "package",
    "return",
    "true",
    "var",
    "void",
    "while",
];

/// Reads a text that is one expression.
pub fn parse(text: &str) -> Result<Expr, Fault> {
    let mut parser = Parser::new(text, 0)?;
    let expr = parser.expression()?;
    match parser.token {
        Token::End => Ok(expr),
        _ => Err(parser.unexpected("the end of the expression, or an operator")),
    }
}

/// Reads an expression that begins at an offset of a text and ends with a `}`; also gives the offset behind the `}`.
pub fn parse_part(text: &str, offset: usize) -> Result<(Expr, usize), Fault> {
    let mut parser = Parser::new(text, offset)?;
    let expr = parser.expression()?;
    match parser.token {
        Token::Symbol("}") => Ok((expr, parser.span.end())),
        _ => Err(parser.unexpected("`}`")),
    }
}

struct Parser<'s> {
    lexer: Lexer<'s>,
    token: Token,
    span: Span,
    /// Where the token before ended.
    end: usize,
    depth: usize,
    nodes: usize,
}

impl<'s> Parser<'s> {
    fn new(text: &'s str, offset: usize) -> Result<Self, Fault> {
        let mut lexer = Lexer::new(text, offset);
        let (token, span) = lexer.next()?;
        Ok(Self { lexer, token, span, end: offset, depth: 0, nodes: 0 })
    }

    fn advance(&mut self) -> Result<Token, Fault> {
        self.end = self.span.end();
        let (token, span) = self.lexer.next()?;
        self.span = span;
        Ok(std::mem::replace(&mut self.token, token))
    }

    fn is(&self, symbol: &str) -> bool {
        matches!(&self.token, Token::Symbol(s) if *s == symbol)
    }

    fn take(&mut self, symbol: &str) -> Result<bool, Fault> {
        let found = self.is(symbol);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn expect(&mut self, symbol: &str, what: &str) -> Result<(), Fault> {
        if self.take(symbol)? { Ok(()) } else { Err(self.unexpected(what)) }
    }

    fn unexpected(&self, wanted: &str) -> Fault {
        let found = match &self.token {
            Token::Word(word) => format!("`{word}`"),
            Token::Quoted(word) => format!("`{word}` in backticks"),
            Token::Int(_) | Token::Double(_) => "a number".to_owned(),
            Token::Text(_) => "a text".to_owned(),
            Token::Symbol(symbol) => format!("`{symbol}`"),
            Token::End => "the end".to_owned(),
        };
        let hint = match &self.token {
            Token::Word(word) if word == "and" => "write `&&`",
            Token::Word(word) if word == "or" => "write `||`",
            Token::Word(word) if word == "not" => "write `!`",
            _ => "",
        };
        Fault::new(self.span, format!("here belongs {wanted}, not {found}"), hint)
    }

    /// A node that begins at an offset and ends with the token before.
    fn node(&mut self, start: usize, depth: usize, kind: Kind) -> Result<Expr, Fault> {
        let span = Span::between(start, self.end);
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(Fault::new(span, format!("the expression has more than {MAX_NODES} parts"), ""));
        }
        if depth > MAX_DEPTH {
            return Err(too_deep(span));
        }
        Ok(Expr { span, kind, depth })
    }

    fn expression(&mut self) -> Result<Expr, Fault> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(too_deep(self.span));
        }
        let start = self.span.offset;
        let mut expr = self.binary(1)?;
        if self.take("?")? {
            let yes = self.binary(1)?;
            self.expect(":", "`:` and what holds otherwise")?;
            let no = self.expression()?;
            let depth = expr.depth.max(yes.depth).max(no.depth) + 1;
            expr = self.node(start, depth, Kind::Choice(Box::new([expr, yes, no])))?;
        }
        self.depth -= 1;
        Ok(expr)
    }

    fn operator(&self) -> Option<(Operator, u8)> {
        let word = match &self.token {
            Token::Symbol(symbol) => symbol,
            Token::Word(word) => word.as_str(),
            _ => return None,
        };
        Operator::ALL.iter().find(|(own, ..)| *own == word).map(|(_, operator, level)| (*operator, *level))
    }

    /// Operators that bind at least as strongly as `level`: 1 `||`, 2 `&&`, 3 relations, 4 sums, 5 products.
    fn binary(&mut self, level: u8) -> Result<Expr, Fault> {
        let start = self.span.offset;
        if level <= 2 {
            let symbol = if level == 1 { "||" } else { "&&" };
            let first = self.binary(level + 1)?;
            if !self.is(symbol) {
                return Ok(first);
            }
            let mut depth = first.depth;
            let mut operands = vec![first];
            while self.take(symbol)? {
                let next = self.binary(level + 1)?;
                depth = depth.max(next.depth);
                operands.push(next);
            }
            return self.node(start, depth + 1, if level == 1 { Kind::Or(operands) } else { Kind::And(operands) });
        }
        let mut left = self.unary()?;
        while let Some((operator, own)) = self.operator().filter(|(_, own)| *own >= level) {
            self.advance()?;
            let right = self.binary(own + 1)?;
            let depth = left.depth.max(right.depth) + 1;
            left = self.node(start, depth, Kind::Binary(operator, Box::new([left, right])))?;
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Expr, Fault> {
        let start = self.span.offset;
        let mut signs = Vec::new();
        while self.is("!") || self.is("-") {
            let not = self.is("!");
            signs.push((self.span.offset, not));
            self.advance()?;
            if signs.len() > MAX_DEPTH {
                return Err(too_deep(Span::between(start, self.end)));
            }
        }
        let negative = signs.last().is_some_and(|(_, not)| !not);
        let mut expr = match self.token {
            // The smallest number has no positive twin, so the sign belongs to it.
            Token::Int(number) if negative => {
                let (at, _) = signs.pop().unwrap_or((start, false));
                let value = 0i64.checked_sub_unsigned(number);
                self.int(at, value)?
            }
            _ => self.member()?,
        };
        while let Some((at, not)) = signs.pop() {
            let depth = expr.depth + 1;
            let kind = if not { Kind::Not(Box::new(expr)) } else { Kind::Negate(Box::new(expr)) };
            expr = self.node(at, depth, kind)?;
        }
        Ok(expr)
    }

    fn int(&mut self, start: usize, value: Option<i64>) -> Result<Expr, Fault> {
        self.advance()?;
        let span = Span::between(start, self.end);
        let value = value.ok_or_else(|| Fault::new(span, "the number is too large", ""))?;
        let number = self.node(start, 1, Kind::Int(value))?;
        self.members(start, number)
    }

    fn member(&mut self) -> Result<Expr, Fault> {
        let start = self.span.offset;
        if let Token::Int(number) = self.token {
            return self.int(start, i64::try_from(number).ok());
        }
        let first = self.primary()?;
        self.members(start, first)
    }

    fn members(&mut self, start: usize, first: Expr) -> Result<Expr, Fault> {
        let mut expr = first;
        loop {
            if self.take(".")? {
                let name_span = self.span;
                let (name, plain) = match self.advance()? {
                    Token::Word(name) if !matches!(name.as_str(), "true" | "false" | "null" | "in") => (name, true),
                    Token::Quoted(name) => (name, false),
                    _ => return Err(Fault::new(name_span, "behind a `.` stands a field or a function", "")),
                };
                expr = if plain && self.is("(") {
                    self.call_of(start, expr, &name, name_span)?
                } else {
                    let depth = expr.depth + 1;
                    self.node(start, depth, Kind::Select(Box::new(expr), name))?
                };
            } else if self.take("[")? {
                let index = self.expression()?;
                self.expect("]", "`]`")?;
                let depth = expr.depth.max(index.depth) + 1;
                expr = self.node(start, depth, Kind::Index(Box::new(expr), Box::new(index)))?;
            } else {
                return Ok(expr);
            }
        }
    }

    fn primary(&mut self) -> Result<Expr, Fault> {
        let (start, span) = (self.span.offset, self.span);
        let kind = match &self.token {
            Token::Word(_) | Token::Text(_) | Token::Double(_) => self.advance()?,
            Token::Symbol("(") => {
                self.advance()?;
                let inner = self.expression()?;
                self.expect(")", "`)` or an operator")?;
                return Ok(inner);
            }
            Token::Symbol("[") => {
                self.advance()?;
                let (items, depth) = self.list("]")?;
                return self.node(start, depth + 1, Kind::List(items));
            }
            Token::Symbol("{") => return self.map(),
            _ => return Err(self.unexpected("a value")),
        };
        let kind = match kind {
            Token::Text(text) => Kind::Text(text),
            Token::Double(number) => Kind::Double(number),
            Token::Word(word) => match word.as_str() {
                "true" | "false" => Kind::Bool(word == "true"),
                "null" => Kind::Null,
                _ if self.is("(") => return self.call(&word, span),
                _ if RESERVED.contains(&word.as_str()) => {
                    return Err(Fault::new(span, format!("`{word}` is a reserved word, not a name"), ""));
                }
                _ if self.is("{") => {
                    return Err(Fault::new(span, "messages cannot be made here", "a map is `{\"key\": value}`"));
                }
                _ => Kind::Ident(word),
            },
            _ => Kind::Null,
        };
        self.node(start, 1, kind)
    }

    /// Items up to a closing symbol, one comma behind the last allowed, and the greatest depth among them.
    fn list(&mut self, close: &str) -> Result<(Vec<Expr>, usize), Fault> {
        let mut items = Vec::new();
        let mut depth = 0;
        while !self.is(close) {
            let item = self.expression()?;
            depth = depth.max(item.depth);
            items.push(item);
            if !self.take(",")? {
                break;
            }
        }
        self.expect(close, &format!("`,` or `{close}`"))?;
        Ok((items, depth))
    }

    fn map(&mut self) -> Result<Expr, Fault> {
        let start = self.span.offset;
        self.advance()?;
        let mut entries = Vec::new();
        let mut depth = 0;
        while !self.is("}") {
            let key = self.expression()?;
            self.expect(":", "`:` and a value")?;
            let value = self.expression()?;
            depth = depth.max(key.depth).max(value.depth);
            entries.push((key, value));
            if !self.take(",")? {
                break;
            }
        }
        self.expect("}", "`,` or `}`")?;
        self.node(start, depth + 1, Kind::Map(entries))
    }

    /// A call without a receiver; the word before the `(` is taken.
    fn call(&mut self, word: &str, span: Span) -> Result<Expr, Fault> {
        self.advance()?;
        let (args, depth) = self.list(")")?;
        if word != "has" {
            let function = Function::find(word, false, args.len(), span)?;
            return self.node(span.offset, depth + 1, Kind::Call(function, args));
        }
        let mut args = args.into_iter();
        if let (Some(Kind::Select(object, field)), None) = (args.next().map(|arg| arg.kind), args.next()) {
            return self.node(span.offset, depth + 1, Kind::Has(object, field));
        }
        let span = Span::between(span.offset, self.end);
        let hint = "for a key write `\"key\" in map`";
        Err(Fault::new(span, "`has` takes one field, as in `has(step.run)`", hint))
    }

    /// A call with a receiver; the `(` is the next token.
    fn call_of(&mut self, start: usize, receiver: Expr, word: &str, span: Span) -> Result<Expr, Fault> {
        self.advance()?;
        let (mut args, depth) = self.list(")")?;
        let depth = depth.max(receiver.depth) + 1;
        let Some((_, macro_)) = Macro::ALL.into_iter().find(|(own, _)| *own == word) else {
            let function = Function::find(word, true, args.len(), span)?;
            args.insert(0, receiver);
            return self.node(start, depth, Kind::Call(function, args));
        };
        let fault = || {
            let form = if macro_ == Macro::Map { "a value" } else { "a condition" };
            let message = format!("`{word}` takes a name and {form}, as in `steps.{word}(s, …)`");
            Fault::new(Span::between(span.offset, span.end()), message, "")
        };
        let count = args.len();
        let mut args = args.into_iter();
        let Some(Kind::Ident(name)) = args.next().map(|arg| arg.kind) else { return Err(fault()) };
        let (condition, result) = match (macro_, count) {
            (Macro::Map, 2) => (None, args.next()),
            (Macro::Map, 3) => (args.next(), args.next()),
            (Macro::Map, _) => return Err(fault()),
            (_, 2) => (args.next(), None),
            _ => return Err(fault()),
        };
        self.node(start, depth, Kind::Fold(Box::new(Fold { macro_, range: receiver, name, condition, result })))
    }
}

fn too_deep(span: Span) -> Fault {
    Fault::new(span, format!("the expression is nested deeper than {MAX_DEPTH} levels"), "")
}

/// What to say of a function that does not exist.
pub(super) fn no_function(word: &str, span: Span, known: impl Iterator<Item = &'static str>) -> Fault {
    let hint = match word {
        "matches" => {
            "regular expressions are not part of the subset; `text.glob(\"docker/*\")` matches a pattern".into()
        }
        "timestamp" | "duration" | "now" => "checks have no clock".to_owned(),
        _ => did_you_mean(word, known).map_or_else(String::new, |near| format!("did you mean `{near}`?")),
    };
    Fault::new(span, format!("there is no function `{word}`"), hint)
}
