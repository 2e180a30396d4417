use super::style::Colors;
use super::words::{shown, source_line, wrapped};
use crate::model::{Excerpt, Level, Place};
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
        Some(excerpt) => group.element(snippet(place, excerpt)),
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
