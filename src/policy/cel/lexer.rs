//! Text to tokens, one at a time: what follows an expression in a template is never looked at.

use super::Fault;
use crate::model::Span;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A name or a keyword.
    Word(String),
    /// A field's name in backticks.
    Quoted(String),
    /// Digits without a sign.
    Int(u64),
    Double(f64),
    Text(String),
    Symbol(&'static str),
    End,
}

/// Longer ones first.
const SYMBOLS: [&str; 27] = [
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ".", ",", "(", ")", "[", "]",
    "{", "}", "=", "&", "|",
];

pub(super) struct Lexer<'s> {
    text: &'s str,
    at: usize,
}

impl<'s> Lexer<'s> {
    pub(super) fn new(text: &'s str, at: usize) -> Self {
        Self { text, at }
    }

    fn rest(&self) -> &'s str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// The next token and its place.
    pub(super) fn next(&mut self) -> Result<(Token, Span), Fault> {
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start().len();
            self.at += blank;
            if !self.rest().starts_with("//") {
                break;
            }
            self.at += self.rest().find('\n').unwrap_or(self.rest().len());
        }
        let (start, rest) = (self.at, self.rest());
        let Some(first) = rest.chars().next() else { return Ok((Token::End, Span { offset: start, length: 0 })) };
        let digit_behind_point = rest.strip_prefix('.').is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit()));
        let token = if first.is_ascii_digit() || digit_behind_point {
            self.number()?
        } else if matches!(first, '"' | '\'') {
            self.string(false)?
        } else if first == '`' {
            self.quoted()?
        } else if first.is_ascii_alphabetic() || first == '_' {
            let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            let word = rest.get(..length).unwrap_or("");
            self.at += length;
            let quote = self.rest().starts_with(['"', '\'']);
            match word {
                "r" | "R" if quote => self.string(true)?,
                "b" | "B" | "br" | "rb" | "bR" | "Br" | "BR" | "rB" | "Rb" | "RB" if quote => {
                    let hint = "write a text without the `b`";
                    return Err(Fault::new(self.since(start), "bytes are not part of the subset", hint));
                }
                _ => Token::Word(word.to_owned()),
            }
        } else {
            let Some(symbol) = SYMBOLS.into_iter().find(|symbol| rest.starts_with(symbol)) else {
                let span = Span { offset: start, length: first.len_utf8() };
                return Err(Fault::new(span, format!("`{first}` has no meaning here"), ""));
            };
            let hint = match symbol {
                "=" => "to compare, write `==`",
                "&" => "write `&&`",
                "|" => "write `||`",
                _ => "",
            };
            self.at += symbol.len();
            if !hint.is_empty() {
                return Err(Fault::new(self.since(start), format!("`{symbol}` is no operator"), hint));
            }
            Token::Symbol(symbol)
        };
        Ok((token, self.since(start)))
    }

    fn since(&self, start: usize) -> Span {
        Span::between(start, self.at)
    }

    fn digits(&mut self) {
        let rest = self.rest();
        self.at += rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    }

    fn number(&mut self) -> Result<Token, Fault> {
        let start = self.at;
        let hex = self.rest().starts_with("0x") || self.rest().starts_with("0X");
        let mut double = false;
        if hex {
            self.at += 2;
            let rest = self.rest();
            self.at += rest.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(rest.len());
        } else {
            self.digits();
            if self.rest().strip_prefix('.').is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit())) {
                double = true;
                self.at += 1;
                self.digits();
            }
            if let Some(rest) = self.rest().strip_prefix(['e', 'E']) {
                let unsigned = rest.strip_prefix(['+', '-']).unwrap_or(rest);
                if unsigned.starts_with(|c: char| c.is_ascii_digit()) {
                    double = true;
                    self.at += 1 + rest.len() - unsigned.len();
                    self.digits();
                }
            }
        }
        let text = self.text.get(start..self.at).unwrap_or("");
        let tail = self.rest();
        let stuck = tail.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(tail.len());
        if stuck > 0 {
            let suffix = tail.get(..stuck).unwrap_or("");
            self.at += stuck;
            let span = self.since(start);
            return Err(if matches!(suffix, "u" | "U") {
                let hint = format!("write `{text}`");
                Fault::new(span, "unsigned numbers are not part of the subset", hint)
            } else {
                Fault::new(span, format!("`{text}{suffix}` is neither a number nor a name"), "")
            });
        }
        let too_large = || Fault::new(Span::between(start, start + text.len()), "the number is too large", "");
        if double {
            return text.parse().ok().filter(|d: &f64| d.is_finite()).map(Token::Double).ok_or_else(too_large);
        }
        let number = if hex { u64::from_str_radix(text.get(2..).unwrap_or(""), 16) } else { text.parse() };
        number.map(Token::Int).map_err(|_| too_large())
    }

    fn quoted(&mut self) -> Result<Token, Fault> {
        let start = self.at;
        let rest = self.rest().get(1..).unwrap_or("");
        let Some(end) = rest.find(['`', '\n']).filter(|end| rest.get(*end..).is_some_and(|r| r.starts_with('`')))
        else {
            return Err(Fault::new(Span { offset: start, length: 1 }, "a name in backticks does not end", ""));
        };
        self.at += end + 2;
        Ok(Token::Quoted(rest.get(..end).unwrap_or("").to_owned()))
    }

    /// A text from its opening quote on.
    fn string(&mut self, raw: bool) -> Result<Token, Fault> {
        let start = self.at;
        let quote = if self.rest().starts_with('"') { '"' } else { '\'' };
        let three: String = [quote; 3].iter().collect();
        let triple = self.rest().starts_with(&three);
        let close = if triple { three } else { quote.to_string() };
        self.at += close.len();
        let mut text = String::new();
        loop {
            let rest = self.rest();
            if rest.starts_with(&close) {
                self.at += close.len();
                return Ok(Token::Text(text));
            }
            match rest.chars().next() {
                Some('\\') if !raw && rest.len() > 1 => text.push(self.escape()?),
                Some(c) if (raw || c != '\\') && (triple || !matches!(c, '\n' | '\r')) => {
                    text.push(c);
                    self.at += c.len_utf8();
                }
                _ => {
                    let span = Span { offset: start, length: close.len() };
                    return Err(Fault::new(span, "a text does not end", format!("close it with `{close}`")));
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, Fault> {
        let start = self.at;
        let rest = self.rest().get(1..).unwrap_or("");
        let first = rest.chars().next().unwrap_or(' ');
        let (length, decoded) = match first {
            'a' => (1, Some('\u{7}')),
            'b' => (1, Some('\u{8}')),
            'f' => (1, Some('\u{c}')),
            'n' => (1, Some('\n')),
            'r' => (1, Some('\r')),
            't' => (1, Some('\t')),
            'v' => (1, Some('\u{b}')),
            '\\' | '?' | '"' | '\'' | '`' => (1, Some(first)),
            'x' | 'X' => (3, coded(rest.get(1..3), 16)),
            'u' => (5, coded(rest.get(1..5), 16)),
            'U' => (9, coded(rest.get(1..9), 16)),
            '0'..='3' => (3, coded(rest.get(..3), 8)),
            _ => (first.len_utf8(), None),
        };
        let Some(decoded) = decoded else {
            let span = Span { offset: start, length: 1 + first.len_utf8() };
            let hint = "for a backslash write `\\\\`, or put `r` before the text";
            return Err(Fault::new(span, format!("`\\{first}` is no escape"), hint));
        };
        self.at += 1 + length;
        Ok(decoded)
    }
}

fn coded(digits: Option<&str>, radix: u32) -> Option<char> {
    let digits = digits.filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
    u32::from_str_radix(digits, radix).ok().and_then(char::from_u32)
}
