//! Words that several outputs share.

use super::json::is_steering;
use crate::model::{Ratio, TestCounts};

/// A text from a file on one line: what would steer the terminal is written as `\u{1b}`, a tab as a blank.
pub(crate) fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => out.push(' '),
            c if is_steering(c) => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out
}

/// A text whose lines a runner of GitHub Actions takes for no commands: it looks for `::` at the start of a line, blanks
/// aside, and for `##[` anywhere. Both are parted by a character without width.
pub(super) fn inert(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let start = line.trim_start();
        if start.starts_with("::") {
            out.push_str(line.get(..line.len() - start.len()).unwrap_or_default());
            out.push('\u{200B}');
            out.push_str(&start.replace("##[", "##\u{200B}["));
        } else {
            out.push_str(&line.replace("##[", "##\u{200B}["));
        }
    }
    out
}

/// The first characters of a text, and `…` where there are more.
pub(super) fn cut(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((_, _)) => text.chars().take(characters.saturating_sub(1)).chain(['…']).collect(),
        None => text.to_owned(),
    }
}

/// A count with its noun.
pub(crate) fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", number(count as u64), if count == 1 { one } else { many })
}

/// A count with its digits grouped: `12,345`.
pub(crate) fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `12 total, 10 passed, 1 failed, 1 skipped, 3.20 s`.
pub(crate) fn counts_in_words(counts: &TestCounts) -> String {
    let mut parts = vec![format!("{} total", number(counts.total)), format!("{} passed", number(counts.passed))];
    parts.push(format!("{} failed", number(counts.failed)));
    if counts.errors > 0 {
        parts.push(format!("{} in error", number(counts.errors)));
    }
    parts.push(format!("{} skipped", number(counts.skipped)));
    parts.push(format!("{} flaky", number(counts.flaky)));
    format!("{}; {:.2} s", parts.join(", "), counts.seconds)
}

/// `81.20 % (812 of 1,000)`.
pub(crate) fn ratio_in_words(ratio: Ratio) -> String {
    let counts = format!("{} of {}", number(ratio.covered), number(ratio.total));
    ratio.percent().map_or_else(|| "not measured".to_owned(), |percent| format!("{percent:.2} % ({counts})"))
}

/// The first sentence of a rule's documentation.
pub(crate) fn first_sentence(docs: &str) -> String {
    let lines = docs.lines().map(|line| line.strip_prefix(' ').unwrap_or(line));
    let paragraph: Vec<&str> = lines
        .skip_while(|line| line.is_empty() || line.starts_with("# "))
        .take_while(|line| !line.is_empty())
        .collect();
    let paragraph = paragraph.join(" ");
    // A point within code or an abbreviation is followed by no blank and capital letter.
    let end = paragraph
        .match_indices(". ")
        .map(|(at, _)| at + 1)
        .find(|end| paragraph.get(*end..).is_some_and(|rest| rest.trim_start().starts_with(char::is_uppercase)));
    paragraph.get(..end.unwrap_or(paragraph.len())).unwrap_or(&paragraph).to_owned()
}

#[cfg(test)]
mod tests {
    use super::{cut, first_sentence, inert, number};

    #[test]
    fn nothing_is_a_command_of_a_runner() {
        for (text, expected) in [
            ("a\n  ::add-mask::x\n::b", "a\n  \u{200B}::add-mask::x\n\u{200B}::b"),
            ("std::fs ##[group]\n", "std::fs ##\u{200B}[group]\n"),
            ("###[x]", "###\u{200B}[x]"),
        ] {
            assert_eq!(inert(text), expected);
        }
    }

    #[test]
    fn a_cut_counts_characters() {
        for (text, expected) in [("äöü", "äöü"), ("äöüx", "äö…"), ("", "")] {
            assert_eq!(cut(text, 3), expected);
        }
    }

    #[test]
    fn counts_are_grouped() {
        for (count, expected) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(number(count), expected);
        }
    }

    #[test]
    fn the_summary_is_the_first_sentence() {
        for (docs, expected) in [
            (" # What it checks\n\n One. Two.\n", "One."),
            (" # What it checks\n\n Reads `a. b` and\n `ci.yml`. Then more.\n", "Reads `a. b` and `ci.yml`."),
            (" # What it checks\n\n No end\n\n Next.", "No end"),
        ] {
            assert_eq!(first_sentence(docs), expected);
        }
    }
}
