//! Expression text to tokens, by the boundaries that GitHub's own lexer has.

use crate::model::Span;
use crate::parse::Problem;

/// A token and its bytes in the text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    /// `( ) [ ] , . * ! == != < <= > >= && ||`
    Sign(&'static str),
    Name(String),
    Number(f64),
    Text(String),
    Null,
    Bool(bool),
}

/// Signs, the longer ones first.
const SIGNS: [&str; 16] = ["==", "!=", "<=", ">=", "&&", "||", "(", ")", "[", "]", ",", ".", "*", "!", "<", ">"];

/// All tokens of a text.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Problem> {
    let mut found: Vec<Token> = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let blank = rest.len() - rest.trim_start().len();
        if blank > 0 {
            at += blank;
            continue;
        }
        let token = token(rest, found.last().map(|token| &token.kind))
            .map_err(|(length, message)| Problem::new(Span { offset: at, length }, message))?;
        found.push(Token { kind: token.0, span: Span { offset: at, length: token.1 } });
        at += token.1;
    }
    Ok(found)
}

/// The token that a text begins with, and its length; or the length of what is none, and why.
fn token(rest: &str, last: Option<&TokenKind>) -> Result<(TokenKind, usize), (usize, String)> {
    // A dot goes into what stands before it, or else begins a number.
    let follows = matches!(last, Some(TokenKind::Name(_) | TokenKind::Sign("]" | ")" | "*")));
    let first = rest.chars().next().unwrap_or(' ');
    if first == '\'' {
        return text_in_quotes(rest);
    }
    if first.is_ascii_digit() || matches!(first, '-' | '+') || (first == '.' && !follows) {
        return number(rest);
    }
    if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        return Ok((TokenKind::Sign(sign), sign.len()));
    }
    match first {
        '=' => Err((1, "`=` is no operator; `==` compares".to_owned())),
        '&' | '|' => Err((1, format!("`{first}` is no operator; `{first}{first}` is"))),
        '"' => {
            let length = rest.get(1..).and_then(|r| r.find('"')).map_or(1, |end| end + 2);
            Err((length, "double quotes do not quote in an expression; single quotes do".to_owned()))
        }
        _ => name(rest, last),
    }
}

fn text_in_quotes(rest: &str) -> Result<(TokenKind, usize), (usize, String)> {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c != '\'' {
            text.push(c);
        } else if chars.next_if(|(_, next)| *next == '\'').is_some() {
            text.push('\'');
        } else {
            return Ok((TokenKind::Text(text), at + 1));
        }
    }
    Err((rest.len(), "a text begins with `'` and does not end".to_owned()))
}

fn is_boundary(c: char) -> bool {
    c.is_whitespace() || "([)],.!><=&|".contains(c)
}

fn number(rest: &str) -> Result<(TokenKind, usize), (usize, String)> {
    let end = rest.char_indices().skip(1).find(|(_, c)| *c != '.' && is_boundary(*c)).map_or(rest.len(), |(at, _)| at);
    let word = rest.get(..end).unwrap_or(rest);
    match parse_number(word) {
        Some(value) => Ok((TokenKind::Number(value), word.len())),
        None => Err((word.len(), format!("`{}` is no number", shown(word)))),
    }
}

/// A number as GitHub converts texts: decimal with fraction and exponent, `0x` and `0o` without a sign.
#[expect(clippy::cast_precision_loss, reason = "GitHub's numbers are 64-bit floats too")]
pub(super) fn parse_number(word: &str) -> Option<f64> {
    let radix = |digits: &str, radix| i64::from_str_radix(digits, radix).ok().map(|n| n as f64);
    if let Some(hex) = word.strip_prefix("0x") {
        return if hex.starts_with(['+', '-']) { None } else { radix(hex, 16) };
    }
    if let Some(octal) = word.strip_prefix("0o") {
        return if octal.starts_with(['+', '-']) { None } else { radix(octal, 8) };
    }
    match word {
        "Infinity" | "+Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ if word.bytes().any(|b| b.is_ascii_digit())
            && word.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-')) =>
        {
            word.parse().ok()
        }
        _ => None,
    }
}

fn name(rest: &str, last: Option<&TokenKind>) -> Result<(TokenKind, usize), (usize, String)> {
    let end = rest.char_indices().skip(1).find(|(_, c)| is_boundary(*c)).map_or(rest.len(), |(at, _)| at);
    let word = rest.get(..end).unwrap_or(rest);
    let kind = match word {
        _ if last == Some(&TokenKind::Sign(".")) => TokenKind::Name(word.to_owned()),
        "true" => TokenKind::Bool(true),
        "false" => TokenKind::Bool(false),
        "null" => TokenKind::Null,
        "NaN" => TokenKind::Number(f64::NAN),
        "Infinity" => TokenKind::Number(f64::INFINITY),
        _ => TokenKind::Name(word.to_owned()),
    };
    let legal = word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if legal { Ok((kind, word.len())) } else { Err((word.len(), format!("`{}` is no name", shown(word)))) }
}

/// The beginning of a word for a message.
fn shown(word: &str) -> String {
    if word.chars().count() > 40 { word.chars().take(39).chain(['…']).collect() } else { word.to_owned() }
}
