//! Texts from files within Markdown: whatever they hold, they stay text.
//!
//! Source: GitHub Flavored Markdown Spec; GitHub's processing of what it renders (mentions, references, links), which
//! looks at text but not into code.

use crate::render::words::{cut, shown};
use std::fmt::Write as _;

/// Characters of a text that are shown.
const LONGEST: usize = 400;
/// Characters of a text of several lines that are shown.
const LONGEST_BLOCKS: usize = 4_000;

/// The first characters of a text, as they are shown: what is made visible counts as what it is shown as.
pub(super) fn one_line(text: &str, characters: usize) -> String {
    cut(&shown(&cut(text, characters)), characters)
}

/// A text of one line in which backticks mark code. Fit for a cell of a table; must not stand at the start of a line.
pub(super) fn prose(text: &str) -> String {
    // Cut before and after: what is long costs nothing, and blanks do not count.
    let text = cut(text, 4 * LONGEST);
    let text = one_line(&text.split_whitespace().collect::<Vec<_>>().join(" "), LONGEST);
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut rest = text.as_str();
    while let Some(at) = rest.find('`') {
        let (before, marked) = rest.split_at(at);
        escape(&mut out, before);
        let inner = marked.trim_start_matches('`');
        let fence = marked.get(..marked.len() - inner.len()).unwrap_or_default();
        if let Some(end) = closing(inner, fence) {
            out.push_str(&code(inner.get(..end).unwrap_or_default()));
            rest = inner.get(end + fence.len()..).unwrap_or_default();
        } else {
            fence.chars().for_each(|_| out.push_str("\\`"));
            rest = inner;
        }
    }
    escape(&mut out, rest);
    out
}

/// Where the run of backticks that ends a code span begins.
fn closing(inner: &str, fence: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = inner.get(from..)?.find('`') {
        let at = from + found;
        let length = inner.get(at..)?.bytes().take_while(|byte| *byte == b'`').count();
        if length == fence.len() {
            return Some(at);
        }
        from = at + length;
    }
    None
}

fn escape(out: &mut String, text: &str) {
    let mut before = ' ';
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '|' => out.push_str("&#124;"),
            '$' => out.push_str("&#36;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '!' => {
                out.push('\\');
                out.push(c);
            }
            // Mentions, references and links are made from what is rendered, so no escape helps: they are parted.
            '@' | '#' => {
                out.push(c);
                if characters.peek().is_some_and(|next| next.is_alphanumeric()) {
                    out.push('\u{200B}');
                }
            }
            ':' => {
                out.push(c);
                if characters.peek() == Some(&'/') {
                    out.push('\u{200B}');
                }
            }
            '.' => {
                if before.eq_ignore_ascii_case(&'w') {
                    out.push('\u{200B}');
                }
                out.push(c);
            }
            '-' if before.eq_ignore_ascii_case(&'h') && characters.peek().is_some_and(char::is_ascii_digit) => {
                out.push_str("\u{200B}-");
            }
            c => out.push(c),
        }
        before = c;
    }
}

/// A text as code, on one line and fit for a cell of a table.
pub(super) fn code(text: &str) -> String {
    let text = one_line(text, LONGEST);
    if text.trim().is_empty() {
        return "(empty)".to_owned();
    }
    // No escape of `|` means the same to all readers of tables when it stands within a code span.
    if text.contains('|') {
        return html_code(&text);
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A text as code where Markdown is not read, or must not be: every character that could mean something as a reference.
pub(super) fn html_code(text: &str) -> String {
    let mut out = String::from("<code>");
    for c in one_line(text, LONGEST).chars() {
        match c {
            c if c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '/') || !c.is_ascii() => out.push(c),
            '@' | ':' => {
                let _ = write!(out, "&#{};\u{200B}", u32::from(c));
            }
            c => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
        }
    }
    out.push_str("</code>");
    out
}

/// A text of several lines: what is indented or fenced becomes a block of code.
pub(super) fn blocks(text: &str) -> String {
    let mut out = String::new();
    let mut block: Vec<String> = Vec::new();
    let mut fenced = false;
    for line in cut(text.trim_end(), LONGEST_BLOCKS).lines() {
        if line.starts_with("```") {
            fenced = !fenced;
            continue;
        }
        let indented = line.starts_with("  ") || line.starts_with('\t');
        if fenced || indented || (line.trim().is_empty() && !block.is_empty()) {
            block.push(line.to_owned());
            continue;
        }
        end_block(&mut out, &mut block);
        if !line.trim().is_empty() {
            // A paragraph may begin with anything, so it begins with something.
            let _ = writeln!(out, "\u{200B}{}\n", prose(line));
        }
    }
    end_block(&mut out, &mut block);
    out
}

fn end_block(out: &mut String, lines: &mut Vec<String>) {
    while lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    if lines.is_empty() {
        return;
    }
    let indents = lines.iter().filter(|line| !line.trim().is_empty());
    let indent = indents.map(|line| line.len() - line.trim_start_matches(' ').len()).min().unwrap_or(0);
    let longest = lines.iter().flat_map(|line| line.split(|c| c != '`')).map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let _ = writeln!(out, "{fence}");
    for line in lines.drain(..) {
        let line = line.get(indent..).unwrap_or_default().replace('\t', "    ");
        let _ = writeln!(out, "{}", shown(&line));
    }
    let _ = writeln!(out, "{fence}\n");
}

#[cfg(test)]
mod tests {
    use super::{blocks, code, html_code, prose};

    #[test]
    fn texts_stay_texts() {
        for (text, expected) in [
            ("job `unit` has no `timeout-minutes`", "job `unit` has no `timeout-minutes`"),
            ("<script>&|", "&lt;script&gt;&amp;&#124;"),
            ("![i](http://x) *b* _c_", "\\!\\[i\\](http:\u{200B}//x) \\*b\\* \\_c\\_"),
            ("@user #12 a@b.c www.x GH-1", "@\u{200B}user #\u{200B}12 a@\u{200B}b.c www\u{200B}.x GH\u{200B}-1"),
            ("a\n# b\r\n- c", "a # b - c"),
            ("``` `x", "\\`\\`\\` \\`x"),
            ("`` a`b `` c", "``  a`b  `` c"),
            ("\\`a\\`", "\\\\`a\\`"),
            ("`a|b` \u{1b}[1m", "<code>a&#124;b</code> \\\\u{1b}\\[1m"),
        ] {
            assert_eq!(prose(text), expected, "{text}");
        }
    }

    #[test]
    fn code_ends_where_it_shall() {
        for (text, expected) in [
            ("a", "`a`"),
            ("`", "`` ` ``"),
            ("a``b`", "``` a``b` ```"),
            ("", "(empty)"),
            ("x\ny", "`x\\ny`"),
            ("@a|`b", "<code>&#64;\u{200B}a&#124;&#96;b</code>"),
        ] {
            assert_eq!(code(text), expected, "{text}");
        }
        assert_eq!(html_code("<a>"), "<code>&#60;a&#62;</code>");
    }

    #[test]
    fn text_to_write_becomes_a_block_that_nothing_in_it_ends() {
        let text = "Write:\n\n    a: |\n      ````\n      <b>\n\nThen\n```yaml\nx: 1\n```";
        let expected = "\u{200B}Write:\n\n`````\na: |\n  ````\n  <b>\n`````\n\n\u{200B}Then\n\n```\nx: 1\n```\n\n";
        assert_eq!(blocks(text), expected);
    }
}
