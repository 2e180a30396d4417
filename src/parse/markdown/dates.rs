//! Finds dates in a text.

use super::words::{Kind, Token, tokens};
use crate::model::Date;
use std::ops::Range;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Dates of a text in text order, with their bytes: `2026-01-15`, `2026/01/15`, `January 15, 2026`, `15 Jan 2026`, and
/// `January 2026` as the last day of the month. Days and months as numbers only are left out, as their order is not known.
pub(super) fn dates(text: &str) -> Vec<(Date, Range<usize>)> {
    let tokens: Vec<Token<'_>> = tokens(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let rest = tokens.get(at..).unwrap_or_default();
        match date_at(text, rest) {
            Some((date, used)) => {
                let last = rest.get(used - 1).map_or(0, |token| token.range.end);
                found.push((date, rest.first().map_or(0, |token| token.range.start)..last));
                at += used;
            }
            None => at += 1,
        }
    }
    found
}

/// A date at the start of the tokens, and how many it takes.
fn date_at(text: &str, tokens: &[Token<'_>]) -> Option<(Date, usize)> {
    let number = |index: usize, digits: Range<usize>| {
        let token = tokens.get(index)?;
        let written = text.get(token.range.clone())?;
        let whole = written.bytes().all(|b| b.is_ascii_digit()) && digits.contains(&written.len());
        whole.then(|| written.parse::<u16>().ok())?
    };
    let mark = |index: usize| match tokens.get(index)?.kind {
        Kind::Mark(mark) => Some(mark),
        _ => None,
    };
    let month = |index: usize| match tokens.get(index)?.kind {
        Kind::Word(word) if word.len() >= 3 => {
            let word = word.to_ascii_lowercase();
            let number =
                MONTHS.iter().position(|name| name.starts_with(&word) || (word == "sept" && *name == "september"))?;
            u8::try_from(number + 1).ok()
        }
        _ => None,
    };
    let year = |index: usize| number(index, 4..5).filter(|year| (1990..2200).contains(year)).map(i32::from);
    let day = |index: usize| number(index, 1..3).and_then(|day| u8::try_from(day).ok());
    if let (Some(year), Some(first @ ('-' | '/'))) = (year(0), mark(1)) {
        let month = number(2, 1..3).and_then(|month| u8::try_from(month).ok())?;
        let day = day(4).filter(|_| mark(3) == Some(first))?;
        return Some((Date::new(year, month, day)?, 5));
    }
    let after_comma = |index: usize| if mark(index) == Some(',') { index + 1 } else { index };
    if let Some(month) = month(0) {
        if let Some(day) = day(1) {
            let at = after_comma(2);
            return Some((Date::new(year(at)?, month, day)?, at + 1));
        }
        let at = after_comma(1);
        let year = year(at)?;
        let last = (28..=31).rev().find_map(|day| Date::new(year, month, day))?;
        return Some((last, at + 1));
    }
    let (day, month) = (day(0)?, month(1)?);
    let at = after_comma(2);
    Some((Date::new(year(at)?, month, day)?, at + 1))
}

#[cfg(test)]
mod tests {
    use super::dates;

    #[test]
    fn dates_are_read_where_their_order_is_certain() {
        for (text, expected) in [
            ("on 2026-01-15.", vec!["2026-01-15"]),
            ("2026/1/5 and 2026-02-30", vec!["2026-01-05"]),
            ("January 15, 2026", vec!["2026-01-15"]),
            ("Sept 3 2025", vec!["2025-09-03"]),
            ("15 Jan 2026, 16 february 2026", vec!["2026-01-15", "2026-02-16"]),
            ("last in February 2024", vec!["2024-02-29"]),
            ("01/02/2026", vec![]),
            ("version 2026.1.15", vec![]),
            ("1 may not, 2026", vec![]),
            ("", vec![]),
        ] {
            let found: Vec<String> = dates(text).into_iter().map(|(date, _)| date.to_string()).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_date_knows_its_bytes() {
        let text = "é drilled on January 15, 2026 again";
        let (_, range) = dates(text).remove(0);
        assert_eq!(text.get(range), Some("January 15, 2026"));
    }
}
