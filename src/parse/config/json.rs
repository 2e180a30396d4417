//! JSON with comments, by way of YAML: JSON is YAML's flow syntax.

use std::borrow::Cow;

/// The text with blanks in the place of `//` and `/* */` comments, so that every offset stays.
pub(in crate::parse) fn without_comments(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut blanks: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    let mut quote = None;
    while let Some(byte) = bytes.get(at) {
        match (quote, byte) {
            (Some(_), b'\\') => at += 1,
            (Some(open), close) if *close == open => quote = None,
            // A text that is not closed ends with its line.
            (Some(_), b'\n') => quote = None,
            (None, b'"' | b'\'') => quote = Some(*byte),
            (None, b'/') => {
                let rest = text.get(at..).unwrap_or_default();
                let length = if rest.starts_with("//") {
                    rest.find('\n').unwrap_or(rest.len())
                } else if rest.starts_with("/*") {
                    rest.get(2..).and_then(|rest| rest.find("*/")).map_or(rest.len(), |end| end + 4)
                } else {
                    0
                };
                if length > 0 {
                    blanks.push((at, at + length));
                    at += length - 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    if blanks.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (start, end) in blanks {
        out.push_str(text.get(from..start).unwrap_or_default());
        let comment = text.get(start..end).unwrap_or_default();
        out.extend(comment.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        from = end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(out)
}
