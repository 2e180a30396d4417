//! Places in JSON texts: what serde says by line and column, and parts that are slices of the text.

use crate::model::Span;
use crate::parse::Problem;

/// The problem that kept serde from reading on, in a part of a text that begins at an offset.
pub(in crate::parse) fn problem(part: &str, base: usize, error: &serde_json::Error) -> Problem {
    let start = part.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
    let at = start.saturating_add(error.column().saturating_sub(1)).min(part.len());
    let at = part.floor_char_boundary(at);
    let message = if error.is_eof() {
        "the JSON text ends before its last value is closed".to_owned()
    } else {
        // serde's message ends in the place, which the span already tells.
        let said = error.to_string();
        let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said);
        format!("not the JSON of this format: {said}")
    };
    Problem::new(Span { offset: base + at, length: 0 }, message)
}

/// The offset of a slice of a text in it.
pub(in crate::parse) fn offset_in(text: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize).min(text.len())
}
