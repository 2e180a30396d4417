//! Words, numbers and durations of a text.

use std::ops::Range;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind<'t>,
    pub(super) range: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind<'t> {
    Word(&'t str),
    Number(f64),
    Mark(char),
}

impl Token<'_> {
    fn is_number_until(&self, end: usize) -> bool {
        matches!(self.kind, Kind::Number(_)) && self.range.end == end
    }

    pub(super) fn is_one_of(&self, words: &[&str]) -> bool {
        matches!(self.kind, Kind::Word(word) if words.iter().any(|known| word.eq_ignore_ascii_case(known)))
    }
}

pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && let Some(first) = rest.chars().next()
    {
        let run = |is: fn(char) -> bool| rest.find(|c| !is(c)).unwrap_or(rest.len());
        let (length, kind) = if first.is_ascii_digit() {
            let length = number_length(rest);
            (length, rest.get(..length).and_then(number).map(Kind::Number))
        } else if first.is_alphabetic() {
            // The unit of a number ends where the next number begins (`1h30m`); other letters with digits are a name.
            let letters = run(char::is_alphabetic);
            let after_number = tokens.last().is_some_and(|token: &Token<'_>| token.is_number_until(at));
            let is_unit = after_number && matches!(rest.get(..letters), Some("h" | "m" | "min"));
            let length = if is_unit { letters } else { run(|c| c.is_alphanumeric() || c == '_') };
            (length, rest.get(..length).map(Kind::Word))
        } else {
            (first.len_utf8(), (!first.is_whitespace()).then_some(Kind::Mark(first)))
        };
        if let Some(kind) = kind {
            tokens.push(Token { kind, range: at..at + length });
        }
        at += length.max(first.len_utf8());
    }
    tokens
}

/// Bytes of the digits at the start, with a decimal point or comma inside them.
fn number_length(text: &str) -> usize {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(text);
    match text.as_bytes().get(whole) {
        Some(b'.' | b',') => match digits(text.get(whole + 1..).unwrap_or("")) {
            0 => whole,
            more => whole + 1 + more,
        },
        _ => whole,
    }
}

/// A number as documents write them; longer ones are not durations.
fn number(digits: &str) -> Option<f64> {
    (digits.len() <= 8).then(|| digits.replace(',', ".").parse().ok())?
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Duration {
    pub(super) minutes: f64,
    /// The token after it.
    pub(super) next: usize,
}

/// A duration that begins with this token: `5 min`, `90s`, `5-10 minutes`, `1h 30m`, `five minutes`, `an hour`. Of a
/// range, the upper end.
pub(super) fn duration_at(tokens: &[Token<'_>], first: usize) -> Option<Duration> {
    if let Some(lower) = quantity_at(tokens, first) {
        let upper = range_mark(tokens, lower.next).and_then(|upper| quantity_at(tokens, upper));
        return Some(upper.map_or(lower, |upper| Duration { minutes: lower.minutes.max(upper.minutes), ..upper }));
    }
    // The unit stands only behind the upper end.
    let lower = number_at(tokens, first)?;
    let upper = range_mark(tokens, first + 1)?;
    let number = lower.max(number_at(tokens, upper)?);
    unit_at(tokens, upper + 1).map(|(unit, next)| Duration { minutes: number * unit, next })
}

/// A number with its unit, and a second one in a smaller unit (`1h 30m`).
fn quantity_at(tokens: &[Token<'_>], first: usize) -> Option<Duration> {
    let (unit, next) = unit_at(tokens, first + 1)?;
    let minutes = number_at(tokens, first)? * unit;
    let part = number_at(tokens, next).zip(unit_at(tokens, next + 1)).filter(|(_, (smaller, _))| *smaller < unit);
    Some(match part {
        Some((number, (smaller, next))) => Duration { minutes: minutes + number * smaller, next },
        None => Duration { minutes, next },
    })
}

fn number_at(tokens: &[Token<'_>], index: usize) -> Option<f64> {
    const WORDS: [(&str, f64); 16] = [
        ("a", 1.0),
        ("an", 1.0),
        ("one", 1.0),
        ("two", 2.0),
        ("three", 3.0),
        ("four", 4.0),
        ("five", 5.0),
        ("six", 6.0),
        ("seven", 7.0),
        ("eight", 8.0),
        ("nine", 9.0),
        ("ten", 10.0),
        ("fifteen", 15.0),
        ("twenty", 20.0),
        ("thirty", 30.0),
        ("sixty", 60.0),
    ];
    match tokens.get(index)?.kind {
        Kind::Number(number) => Some(number),
        Kind::Word(word) => WORDS.iter().find(|(name, _)| word.eq_ignore_ascii_case(name)).map(|(_, number)| *number),
        Kind::Mark(_) => None,
    }
}

/// Minutes of a unit, and the token after it; a hyphen may stand before it.
fn unit_at(tokens: &[Token<'_>], index: usize) -> Option<(f64, usize)> {
    let token = tokens.get(index)?;
    let (token, next) = match token.kind {
        Kind::Mark('-') => (tokens.get(index + 1)?, index + 2),
        _ => (token, index + 1),
    };
    let Kind::Word(word) = token.kind else { return None };
    let minutes = match word {
        // Capitals of the short forms mean something else (5M, 10 S).
        "s" => 1.0 / 60.0,
        "m" => 1.0,
        "h" => 60.0,
        _ if token.is_one_of(&["sec", "secs", "second", "seconds"]) => 1.0 / 60.0,
        _ if token.is_one_of(&["min", "mins", "minute", "minutes"]) => 1.0,
        _ if token.is_one_of(&["hr", "hrs", "hour", "hours"]) => 60.0,
        _ if token.is_one_of(&["day", "days"]) => 24.0 * 60.0,
        _ => return None,
    };
    Some((minutes, next))
}

/// The token after `-`, a dash or `to`.
fn range_mark(tokens: &[Token<'_>], index: usize) -> Option<usize> {
    let token = tokens.get(index)?;
    (matches!(token.kind, Kind::Mark('-' | '–' | '—')) || token.is_one_of(&["to"])).then_some(index + 1)
}
