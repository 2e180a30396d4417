//! Finds stated recovery times by the words around a duration, not by the duration alone: documents are full of others
//! (timeouts, windows, recovery points).

use super::words::{Duration, Kind, Token, duration_at, tokens};
use super::{Block, Document, Section, Text};
use crate::model::Span;
use std::ops::Range;

/// A recovery time that a document states.
#[derive(Debug, Clone, PartialEq)]
pub struct Stated {
    /// The time, in minutes; the upper end of a range.
    pub minutes: f64,
    /// Where the duration stands.
    pub span: Span,
    /// The sentence, cell or heading that states it, at most 200 characters.
    pub text: String,
}

/// Words, in this order, that mean a recovery time; each place takes one of the alternatives.
const PHRASES: [&[&[&str]]; 5] = [
    &[&["rto", "rtos"]],
    &[&["recovery", "recover", "restore", "restoration", "rollback", "revert"], &["time", "times", "duration"]],
    &[&["roll"], &["back"], &["time", "times", "duration"]],
    &[&["time"], &["to", "for"], &["recover", "recovery", "restore", "restoration", "rollback", "revert"]],
    &[&["time"], &["to", "for"], &["roll"], &["back"]],
];

/// Words after which a duration is that of something else.
const OTHER_MATTERS: [&str; 32] = [
    "rpo",
    "rpos",
    "point",
    "timeout",
    "timeouts",
    "ttl",
    "sla",
    "slo",
    "interval",
    "every",
    "retention",
    "retain",
    "wait",
    "monitor",
    "after",
    "if",
    "when",
    "once",
    "unless",
    "until",
    "before",
    "window",
    "cache",
    "since",
    "ago",
    "detect",
    "detection",
    "mtbf",
    "mttd",
    "last",
    "poll",
    "soak",
];

/// Words between the phrase and its duration.
const MAX_BETWEEN: usize = 8;
/// Statements of one document; each repeats its sentence, so a hostile document could multiply itself.
const MAX_STATED: usize = 1000;
/// Characters of a statement that are kept.
const MAX_TEXT: usize = 200;

pub(super) fn objectives(document: &Document) -> Vec<Stated> {
    let mut found = Vec::new();
    for section in &document.sections {
        if found.len() >= MAX_STATED {
            break;
        }
        let under_heading = heading(section, &mut found);
        for block in &section.blocks {
            match block {
                Block::Prose(text) | Block::Item(text) => {
                    let before = found.len();
                    sentences(text, &mut found);
                    if under_heading && found.len() == before {
                        bare(text, &mut found);
                    }
                }
                Block::Row { head, cells } => row(head, cells, under_heading, &mut found),
                Block::Code(_) => {}
            }
        }
    }
    found
}

/// Whether the heading means a recovery time, so that durations under it are one; those in it are taken at once.
fn heading(section: &Section, found: &mut Vec<Stated>) -> bool {
    let Some(heading) = &section.heading else { return false };
    let before = found.len();
    sentences(&heading.text, found);
    let tokens = tokens(&heading.text.text);
    if found.len() == before {
        in_parentheses(&heading.text, &tokens, found);
    }
    (0..tokens.len()).any(|index| phrase_at(&tokens, index).is_some()) && !tokens.iter().any(is_other_matter)
}

/// `Quick rollback (< 5 minutes)`: what is said to be that long is the rollback itself.
fn in_parentheses(text: &Text, tokens: &[Token<'_>], found: &mut Vec<Stated>) {
    let Some(open) = tokens.iter().position(|token| token.kind == Kind::Mark('(')) else { return };
    let rolls_back = open
        .checked_sub(1)
        .and_then(|index| tokens.get(index))
        .is_some_and(|token| token.is_one_of(&["rollback", "recovery", "restore", "back"]));
    let Some(close) = tokens.iter().skip(open).position(|token| token.kind == Kind::Mark(')')) else { return };
    let close = open + close;
    let first = tokens.iter().take(close).skip(open + 1).position(|token| matches!(token.kind, Kind::Number(_)));
    let Some(first) = first.map(|first| open + 1 + first).filter(|_| rolls_back) else { return };
    let only_bounds = tokens.iter().take(first).skip(open + 1).all(|token| match token.kind {
        Kind::Mark(mark) => matches!(mark, '<' | '≤' | '~' | '='),
        _ => token.is_one_of(&["under", "within", "up", "to", "about", "max"]),
    });
    if let Some(duration) = duration_at(tokens, first).filter(|duration| only_bounds && duration.next == close) {
        state(text, tokens, first, &duration, 0..text.text.len(), found);
    }
}

/// Statements of a text, each in one sentence: the phrase, then the duration; or the duration right before the phrase.
fn sentences(text: &Text, found: &mut Vec<Stated>) {
    for sentence in split(&text.text) {
        let Some(words) = text.text.get(sentence.clone()) else { continue };
        let mut tokens = tokens(words);
        for token in &mut tokens {
            token.range = token.range.start + sentence.start..token.range.end + sentence.start;
        }
        let mut index = 0;
        // A duration before this token is that of an earlier statement.
        let mut used = 0;
        while index < tokens.len() {
            let Some(next) = phrase_at(&tokens, index) else {
                index += 1;
                continue;
            };
            if let Some((first, duration)) = duration_after(&tokens, next) {
                state(text, &tokens, first, &duration, sentence.clone(), found);
                used = duration.next;
                index = duration.next;
                continue;
            }
            if let Some((first, duration)) = duration_before(&tokens, index).filter(|(first, _)| *first >= used) {
                state(text, &tokens, first, &duration, sentence.clone(), found);
                used = index;
            }
            index = next;
        }
    }
}

/// The first duration of a text that stands under a heading that means a recovery time.
fn bare(text: &Text, found: &mut Vec<Stated>) {
    let tokens = tokens(&text.text);
    if tokens.iter().any(is_other_matter) {
        return;
    }
    for index in 0..tokens.len() {
        if let Some(duration) = duration_at(&tokens, index).filter(|_| is_bound(&tokens, index)) {
            return state(text, &tokens, index, &duration, 0..text.text.len(), found);
        }
    }
}

/// In a row, the label is in the head of the column, or in a cell before the duration.
fn row(head: &[String], cells: &[Text], under_heading: bool, found: &mut Vec<Stated>) {
    let before = found.len();
    let mut labelled = false;
    for (index, cell) in cells.iter().enumerate() {
        let in_cell = found.len();
        sentences(cell, found);
        if found.len() > in_cell {
            continue;
        }
        if labelled || head.get(index).is_some_and(|head| is_label(head)) {
            bare(cell, found);
        }
        labelled = found.len() == in_cell && (labelled || is_label(&cell.text));
    }
    if under_heading && found.len() == before {
        for cell in cells {
            bare(cell, found);
        }
    }
}

fn is_label(text: &str) -> bool {
    let tokens = tokens(text);
    !tokens.iter().any(is_other_matter) && (0..tokens.len()).any(|index| phrase_at(&tokens, index).is_some())
}

fn state(
    text: &Text,
    tokens: &[Token<'_>],
    first: usize,
    duration: &Duration,
    sentence: Range<usize>,
    found: &mut Vec<Stated>,
) {
    if found.len() >= MAX_STATED {
        return;
    }
    let start = tokens.get(first).map_or(0, |token| token.range.start);
    let end = tokens.get(duration.next.saturating_sub(1)).map_or(start, |token| token.range.end);
    let sentence = text.text.get(sentence).unwrap_or("").trim();
    found.push(Stated {
        minutes: duration.minutes,
        span: text.place(start..end),
        text: sentence.chars().take(MAX_TEXT).collect(),
    });
}

fn duration_after(tokens: &[Token<'_>], from: usize) -> Option<(usize, Duration)> {
    let mut words = 0;
    for (index, token) in tokens.iter().enumerate().skip(from) {
        match token.kind {
            Kind::Number(_) | Kind::Word(_) if words > MAX_BETWEEN => return None,
            _ if is_other_matter(token) || phrase_at(tokens, index).is_some() => return None,
            Kind::Number(_) | Kind::Word(_) => {
                if let Some(duration) = duration_at(tokens, index) {
                    let then = tokens.get(duration.next);
                    let other =
                        then.is_some_and(|token| token.is_one_of(&["ago", "after", "before", "timeout", "rpo"]));
                    return (!other && is_bound(tokens, index)).then_some((index, duration));
                }
                words += 1;
            }
            Kind::Mark(_) => {}
        }
    }
    None
}

/// A duration whose last token is right before the phrase: `5-minute RTO`.
fn duration_before(tokens: &[Token<'_>], phrase: usize) -> Option<(usize, Duration)> {
    // Seven tokens hold the longest form, `1 hour to 2 hours` or `1 h 30 min`.
    (phrase.saturating_sub(7)..phrase).find_map(|first| {
        let duration = duration_at(tokens, first).filter(|duration| duration.next == phrase)?;
        is_bound(tokens, first).then_some((first, duration))
    })
}

/// Whether a duration can be a limit: not `at least 5 minutes`, `> 5 minutes` or `for 5 minutes`.
fn is_bound(tokens: &[Token<'_>], first: usize) -> bool {
    let before = |distance: usize| first.checked_sub(distance).and_then(|index| tokens.get(index));
    let Some(last) = before(1) else { return true };
    let word = |distance: usize, words: &[&str]| before(distance).is_some_and(|token| token.is_one_of(words));
    if word(1, &["than"]) && word(2, &["more", "longer", "greater"]) {
        return word(3, &["no", "not"]);
    }
    let at_least = match last.kind {
        Kind::Mark('=') => before(2).is_some_and(|token| token.kind == Kind::Mark('>')),
        Kind::Mark(mark) => matches!(mark, '>' | '≥'),
        _ => word(1, &["for", "least", "over", "exceeds", "exceeding"]),
    };
    !at_least
}

fn is_other_matter(token: &Token<'_>) -> bool {
    token.is_one_of(&OTHER_MATTERS)
}

/// The token after a phrase that begins here; hyphens may stand between its words.
fn phrase_at(tokens: &[Token<'_>], first: usize) -> Option<usize> {
    PHRASES.iter().find_map(|phrase| {
        let mut index = first;
        for (place, words) in phrase.iter().enumerate() {
            if place > 0 && tokens.get(index)?.kind == Kind::Mark('-') {
                index += 1;
            }
            if !tokens.get(index)?.is_one_of(words) {
                return None;
            }
            index += 1;
        }
        Some(index)
    })
}

/// Ranges of the sentences: a full stop ends one when a capital follows.
fn split(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let end = at + c.len_utf8();
        let ends = match c {
            '\n' | ';' => true,
            '.' | '!' | '?' => {
                let mut rest = text.get(end..).unwrap_or("").chars();
                rest.next().is_some_and(char::is_whitespace)
                    && (c != '.' || rest.next().is_some_and(|c| c.is_uppercase() || !c.is_alphanumeric()))
            }
            _ => false,
        };
        if ends || chars.peek().is_none() {
            out.push(start..end);
            start = end;
        }
    }
    out
}
