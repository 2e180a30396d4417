//! Texts from files made fit for a terminal.

use crate::render::json::is_steering;
use crate::render::words::shown;

/// Longest line of prose.
const WIDTH: usize = 100;

/// A line of source, each character as one character, so that columns keep their meaning.
pub(super) fn source_line(line: &str) -> String {
    let visible = |c: char| match c {
        '\t' => c,
        '\0'..='\u{1F}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\u{7F}' => '\u{2421}',
        c if is_steering(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    line.chars().map(visible).collect()
}

/// Breaks prose into lines of at most 100 characters; longer words stay whole. Lines that are indented or fenced are
/// text to be written somewhere: they are kept as they are, indented by four blanks, without the fences.
pub(crate) fn wrapped(text: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut fenced = false;
    for line in text.trim_end().lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            continue;
        }
        if fenced || line.starts_with("  ") || line.starts_with('\t') {
            let indent = if fenced { "    " } else { "" };
            out.push(format!("{indent}{}", shown(&line.replace('\t', "    "))));
            continue;
        }
        let mut current = String::new();
        let mut width = 0;
        for word in shown(line).split(' ').filter(|word| !word.is_empty()) {
            let length = word.chars().count();
            if width > 0 && width + 1 + length > WIDTH {
                out.push(std::mem::take(&mut current));
                width = 0;
            }
            if width > 0 {
                current.push(' ');
                width += 1;
            }
            current.push_str(word);
            width += length;
        }
        out.push(current);
    }
    out.join("\n")
}

#[cfg(test)]
mod tests {
    use super::{source_line, wrapped};
    use crate::render::words::shown;

    #[test]
    fn what_steers_a_terminal_is_made_visible() {
        assert_eq!(shown("a\u{1b}[2J\u{9b}\u{202e}\tb\nc"), "a\\u{1b}[2J\\u{9b}\\u{202e} b\\nc");
        let line = source_line("a\u{1b}[2J\u{9b}\u{7f}ñ");
        assert_eq!(line, "a␛[2J\u{FFFD}␡ñ");
    }

    #[test]
    fn prose_is_wrapped_and_text_to_write_is_kept() {
        let prose = "word ".repeat(30);
        let text = format!("{prose}\n    key:   value\n```yaml\na:  b\n```\nend");
        let lines: Vec<String> = wrapped(&text).lines().map(str::to_owned).collect();
        assert!(lines.iter().all(|line| line.chars().count() <= 100), "{lines:?}");
        assert_eq!(lines[2..], ["    key:   value", "    a:  b", "end"]);
    }
}
