//! The rule `rollback-drill-overdue`.

use super::documents::find;
use crate::evidence::{Evidence, File};
use crate::model::{Date, Fix, Span};
use crate::parse::markdown::{Block, Document, Text};
use crate::rules::support::words::count;
use crate::rules::{Hit, Sink, rule};
use serde::Deserialize;

rule! {
    /// # What it checks
    ///
    /// The last drill that a rollback document states is not too long ago. A drill is a date in a sentence, an item or a
    /// row that speaks of one ("Last drill: 2026-01-15", "Rehearsed on January 15, 2026", "Last tested"), or under a
    /// heading that does. Of several dates the latest that is not in the future counts, over all rollback documents
    /// together.
    ///
    /// Not judged: documents without such a date; dates such as `01/02/2026`, whose order is not known. Which documents are
    /// rollback documents is told as in `rollback-document-missing`.
    ///
    /// # Why it matters
    ///
    /// A way back that nobody has walked for months leads through a pipeline that is no longer there.
    ///
    /// # Example
    ///
    /// ```markdown docs/ROLLBACK.md
    /// Rollback
    /// ========
    ///
    /// Run `git revert` on the merge and push. Last drill: 2019-03-01.
    /// ```
    ///
    /// # Instead
    ///
    /// ```markdown docs/ROLLBACK.md
    /// Rollback
    /// ========
    ///
    /// Run `git revert` on the merge and push. Last drill: 2026-11-02.
    /// ```
    ///
    /// # Options
    ///
    /// - `max_days`: most days since the last drill (default 90).
    /// - `paths`: where the document is, as in `rollback-document-missing`.
    ///
    /// # When to waive
    ///
    /// Drills are recorded elsewhere.
    pub struct RollbackDrillOverdue;
    id: "rollback-drill-overdue",
    family: Rollback,
    level: Warning,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    max_days: u32,
    paths: Vec<String>,
}

impl Default for Params {
    fn default() -> Self {
        Self { max_days: 90, paths: Vec::new() }
    }
}

const WHY: &str = "A way back that nobody has walked for months leads through a pipeline that is no longer there.";

/// Words of which one makes a date that of a drill.
const DRILLS: [&str; 14] = [
    "drill",
    "drills",
    "drilled",
    "rehearsal",
    "rehearsed",
    "exercise",
    "exercised",
    "practised",
    "practiced",
    "tested",
    "gameday",
    "dry-run",
    "simulation",
    "simulated",
];

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let documents = find(evidence, &params.paths).documents;
    let today = sink.today();
    let mut latest: Option<(Date, &File<'_>, Span)> = None;
    for document in &documents {
        for (date, span) in drills(document.value) {
            if date <= today && latest.is_none_or(|(known, ..)| date > known) {
                latest = Some((date, document.file, span));
            }
        }
    }
    let Some((date, file, span)) = latest else {
        if !documents.is_empty() {
            sink.fact(format!("{}, and no date of a drill", count(documents.len(), "rollback document")));
        }
        return;
    };
    sink.subjects(1);
    let age = today.days() - date.days();
    let since = if age == 1 { "1 day ago".to_owned() } else { format!("{age} days ago") };
    sink.fact(format!("last drill on {date}, {since}"));
    if age > i64::from(params.max_days) {
        sink.finding(Hit {
            file,
            span,
            path: String::new(),
            message: format!("the last rollback drill was on {date}, {since}; the limit is {} days", params.max_days),
            why: WHY,
            fix: Fix {
                text: format!("Roll back once for practice, correct what did not work, and write down the date:\n\n    Last drill: {today}\n"),
                edits: Vec::new(),
            },
            related: Vec::new(),
        });
    }
}

/// Dates of drills, with their places.
fn drills(document: &Document) -> Vec<(Date, Span)> {
    let mut found = Vec::new();
    for section in &document.sections {
        let under = section.heading.as_ref().is_some_and(|heading| speaks_of_drills(&heading.text.text));
        for block in &section.blocks {
            match block {
                Block::Prose(text) | Block::Item(text) => sentences(text, under, &mut found),
                Block::Row { head, cells } => {
                    let row = under || cells.iter().any(|cell| speaks_of_drills(&cell.text));
                    for (index, cell) in cells.iter().enumerate() {
                        if row || head.get(index).is_some_and(|title| speaks_of_drills(title)) {
                            found.extend(cell.dates().into_iter().map(|(date, range)| (date, cell.place(range))));
                        }
                    }
                }
                Block::Code(_) => {}
            }
        }
    }
    found
}

/// Bytes before and after a date that can belong to its sentence; a text of dates alone stays linear.
const MAX_SENTENCE: usize = 200;

/// Most dates of one text that are looked at.
const MAX_DATES: usize = 1_000;

/// The dates of a text that stand in a sentence that speaks of drills.
fn sentences(text: &Text, under: bool, found: &mut Vec<(Date, Span)>) {
    for (date, range) in text.dates().into_iter().take(MAX_DATES) {
        let from = (range.start.saturating_sub(MAX_SENTENCE)..=range.start).find(|at| text.text.is_char_boundary(*at));
        let to = (range.end..=range.end + MAX_SENTENCE).rev().find(|at| text.text.is_char_boundary(*at));
        let before = from.and_then(|from| text.text.get(from..range.start)).unwrap_or_default();
        let after = to.and_then(|to| text.text.get(range.end..to)).unwrap_or_default();
        let ends = [". ", "; ", "\n"];
        let start = ends.iter().filter_map(|end| Some(before.rfind(end)? + end.len())).max().unwrap_or(0);
        let end = ends.iter().filter_map(|end| after.find(end)).min().unwrap_or(after.len());
        let sentence = [before.get(start..), after.get(..end)].into_iter().flatten().collect::<Vec<_>>().join(" ");
        // "Next drill: …" is a plan.
        if under && !is_plan(&sentence) && !is_of_the_document(&sentence) || speaks_of_drills(&sentence) {
            found.push((date, text.place(range)));
        }
    }
}

fn speaks_of_drills(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '-');
    words.any(|word| DRILLS.iter().any(|known| word.eq_ignore_ascii_case(known))) && !is_plan(text)
}

fn is_plan(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).any(|word| {
        ["next", "planned", "scheduled", "due", "upcoming"].iter().any(|known| word.eq_ignore_ascii_case(known))
    })
}

/// Whether a date is that of the document and not of what it tells.
fn is_of_the_document(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).any(|word| {
        ["edited", "updated", "reviewed", "created", "written", "revised"]
            .iter()
            .any(|known| word.eq_ignore_ascii_case(known))
    })
}
