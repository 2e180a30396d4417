use crate::model::Report;
use serde::Serialize;
use std::fmt::Write as _;

/// The report as JSON of the schema `tollgate-report/1`, pretty printed, with a final newline. The same report gives the
/// same bytes on every platform.
pub fn json(report: &Report) -> String {
    document(report)
}

/// A value as pretty printed JSON with a final newline. Characters that steer a terminal or turn the direction of text
/// are written as escapes, so that the output can be shown as it is.
pub(crate) fn document(value: &impl Serialize) -> String {
    // Only a map key that is no text can fail, and the report has none.
    let written = serde_json::to_string_pretty(value).unwrap_or_default();
    let mut json = String::with_capacity(written.len() + 1);
    push_inert(&mut json, &written);
    json.push('\n');
    json
}

/// Adds a value as JSON on one line, with the same escapes.
pub(super) fn push_line(json: &mut String, value: &impl Serialize) {
    push_inert(json, &serde_json::to_string(value).unwrap_or_default());
}

/// Adds JSON with what steers a terminal, or a runner of GitHub Actions (`##[` anywhere in a line), as escapes. All of it
/// can stand within texts only.
fn push_inert(json: &mut String, written: &str) {
    let mut hashes = 0;
    for c in written.chars() {
        if (c != '\n' && is_steering(c)) || (c == '[' && hashes >= 2) {
            let _ = write!(json, "\\u{:04x}", u32::from(c));
        } else {
            json.push(c);
        }
        hashes = if c == '#' { hashes + 1 } else { 0 };
    }
}

/// Whether a character does something to a terminal instead of being shown: a control character, or one that changes
/// the direction or the lines of text.
pub(crate) fn is_steering(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::document;

    #[test]
    fn nothing_in_a_text_can_steer_a_terminal_or_a_runner() {
        let text = "a\u{1b}[31m\u{9b}31m\u{202e}\u{7f}\n##[#[";
        let json = document(&[text]);
        assert_eq!(json, "[\n  \"a\\u001b[31m\\u009b31m\\u202e\\u007f\\n##\\u005b#[\"\n]\n");
        assert_eq!(serde_json::from_str::<Vec<String>>(&json).unwrap(), [text]);
    }
}
