use super::style::Colors;
use super::words::{source_line, wrapped};
use crate::model::{Excerpt, Level, LineIndex, Place};
use crate::render::words::shown;
use annotate_snippets::{AnnotationKind, Group, Level as Shown, Origin, Snippet};
use std::ops::Range;

/// Lines of a place that are shown; of a longer one the first.
const SHOWN_LINES: usize = 3;

/// Level, id and message; the place with its excerpt; then notes (`= why: …`). Ends with a newline.
pub fn diagnostic(
    level: Level,
    id: Option<&str>,
    message: &str,
    place: &Place,
    notes: &[(&str, String)],
    colors: Colors,
) -> String {
    let level = match level {
        Level::Error => Shown::ERROR,
        Level::Warning => Shown::WARNING,
        Level::Info => Shown::INFO,
    };
    let mut title = level.primary_title(shown(message));
    if let Some(id) = id {
        title = title.id(shown(id));
    }
    let mut group = Group::with_title(title);
    group = match &place.excerpt {
        Some(excerpt) if reaches(excerpt, place.column) => group.element(snippet(place, excerpt)),
        Some(_) => group.element(Origin::path(shown(&place.file)).line(place.line).char_column(place.column)),
        None => group.element(Origin::path(shown(&place.file))),
    };
    for (name, text) in notes.iter().filter(|(_, text)| !text.trim().is_empty()) {
        group = group.element(Shown::NOTE.with_name(*name).message(wrapped(text)));
    }
    let mut out = String::new();
    for line in colors.renderer().render(&[group]).lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// Whether the column is in what the excerpt kept of its line: long lines are cut, and a mark at the cut would be wrong.
fn reaches(excerpt: &Excerpt, column: usize) -> bool {
    let kept = excerpt.lines.first().map_or(0, |line| line.chars().count());
    column <= kept || (column == kept + 1 && kept < LineIndex::EXCERPT_WIDTH)
}

fn snippet(place: &Place, excerpt: &Excerpt) -> Snippet<'static, annotate_snippets::Annotation<'static>> {
    let lines: Vec<String> = excerpt.lines.iter().take(SHOWN_LINES).map(|line| source_line(line)).collect();
    let source = lines.join("\n");
    let first = lines.first().map_or("", String::as_str);
    let start = offset(first, place.column);
    let single = place.end_line <= place.line;
    let end = if single { offset(first, place.end_column).max(start) } else { first.len().max(start) };
    let mut marked = AnnotationKind::Primary.span(start..end);
    if !single {
        marked = marked.label(format!("to line {}", place.end_line));
    }
    let rest: Range<usize> = first.len()..source.len();
    let mut snippet = Snippet::source(source).line_start(excerpt.line).path(shown(&place.file)).annotation(marked);
    if !rest.is_empty() {
        snippet = snippet.annotation(AnnotationKind::Visible.span(rest));
    }
    snippet
}

/// The byte offset of a column (from 1) in a line.
fn offset(line: &str, column: usize) -> usize {
    line.char_indices().nth(column.saturating_sub(1)).map_or(line.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::diagnostic;
    use crate::model::{Level, LineIndex, Span};
    use crate::render::text::Colors;

    fn shown(text: &str, span: Span) -> String {
        let place = LineIndex::new(text).place("a.yml", text, span, String::new());
        diagnostic(Level::Warning, Some("rule"), "message", &place, &[], Colors::Plain)
    }

    #[test]
    fn columns_count_characters() {
        let text = shown("k: \u{1F600}ñ value\n", Span { offset: 10, length: 5 });
        assert!(text.contains("--> a.yml:1:7\n"), "{text}");
        assert!(text.contains("^^^^^\n"), "{text}");
    }

    #[test]
    fn of_a_long_place_the_first_lines_are_shown() {
        let text = shown("a: |\n  b\n  c\n  d\n  e\n", Span { offset: 0, length: 20 });
        let expected = "1 | a: |\n  | ^^^^ to line 5\n2 |   b\n3 |   c\n";
        assert!(text.contains(expected) && !text.contains("4 |"), "{text}");
    }

    #[test]
    fn nothing_is_marked_beyond_the_cut_of_a_long_line() {
        let line = "x".repeat(400);
        let text = shown(&line, Span { offset: 300, length: 5 });
        assert_eq!(text, "warning[rule]: message\n--> a.yml:1:301\n");
        let text = shown(&line, Span { offset: 230, length: 50 });
        assert!(text.contains("--> a.yml:1:231\n") && text.contains("^^^^^^^^^^\n"), "{text}");
    }
}
