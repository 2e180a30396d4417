//! The rule `rollback-section-missing`.

use super::documents::{find, says_something, words};
use crate::evidence::Evidence;
use crate::model::{Fix, Span};
use crate::parse::markdown::{Block, Document};
use crate::rules::support::words::count;
use crate::rules::{Hit, Sink, rule};
use serde::Deserialize;

rule! {
    /// # What it checks
    ///
    /// The rollback document has a part for each of: triggers, manual procedure, emergency, recovery, contacts. A part is a
    /// heading, or a word set before its text (`**Contacts:** …`, the first cell of a row), that names it or means the
    /// same ("When to roll back", "Steps", "Verification", "Escalation"). Where there are several rollback documents, they
    /// count together. Which documents are rollback documents is told as in `rollback-document-missing`.
    ///
    /// # Why it matters
    ///
    /// Whoever rolls back at night follows the document, and stops where it stops.
    ///
    /// # Example
    ///
    /// ```markdown docs/ROLLBACK.md
    /// Rollback
    /// ========
    ///
    /// Run `git revert` on the merge and push.
    /// ```
    ///
    /// # Instead
    ///
    /// ```markdown docs/ROLLBACK.md
    /// Rollback
    /// ========
    ///
    /// When to roll back
    /// -----------------
    /// The error rate is over 1 %.
    ///
    /// Procedure
    /// ---------
    /// Run `git revert` on the merge and push.
    ///
    /// Emergency
    /// ---------
    /// Switch the traffic to the old release first.
    ///
    /// Recovery
    /// --------
    /// Check that the error rate falls.
    ///
    /// Contacts
    /// --------
    /// The person on call.
    /// ```
    ///
    /// # Options
    ///
    /// - `sections`: parts that have to be there (default `[triggers, procedure, emergency, recovery, contacts]`; any other
    ///   word has to stand in a heading as it is).
    /// - `paths`: where the document is, as in `rollback-document-missing`.
    ///
    /// # When to waive
    ///
    /// The part is in another document, to which this one points.
    pub struct RollbackSectionMissing;
    id: "rollback-section-missing",
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
    sections: Vec<String>,
    paths: Vec<String>,
}

impl Default for Params {
    fn default() -> Self {
        Self { sections: SECTIONS.iter().map(|(name, _)| (*name).to_owned()).collect(), paths: Vec::new() }
    }
}

const WHY: &str = "Whoever rolls back at night follows the document, and stops where it stops.";

/// Parts, and the beginnings of words that mean them.
const SECTIONS: [(&str, &[&str]); 5] = [
    (
        "triggers",
        &[
            "trigger",
            "criteri",
            "when",
            "condition",
            "symptom",
            "decision",
            "decid",
            "threshold",
            "detect",
            "indicator",
            "signal",
        ],
    ),
    (
        "procedure",
        &[
            "procedur",
            "step",
            "how",
            "instruction",
            "manual",
            "process",
            "playbook",
            "command",
            "execut",
            "method",
            "strateg",
            "option",
            "perform",
        ],
    ),
    (
        "emergency",
        &[
            "emergenc",
            "urgent",
            "critical",
            "incident",
            "disaster",
            "immediate",
            "quick",
            "fast",
            "hotfix",
            "panic",
            "outage",
            "severity",
            "instant",
            "worst",
        ],
    ),
    (
        "recovery",
        &[
            "recover", "verif", "validat", "restor", "rto", "after", "post", "confirm", "check", "resum", "forward",
            "test",
        ],
    ),
    (
        "contacts",
        &[
            "contact",
            "escalat",
            "owner",
            "responsib",
            "oncall",
            "call",
            "communicat",
            "support",
            "team",
            "who",
            "role",
            "notif",
            "stakeholder",
            "help",
        ],
    ),
];

/// Most words of a text that is set before another as its heading.
const MAX_LEAD: usize = 6;

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let mut documents = find(evidence, &params.paths).documents;
    documents.retain(|doc| says_something(doc.value));
    sink.subjects(documents.len());
    let Some(first) = documents.first() else { return };
    let titles: Vec<Vec<String>> = documents.iter().flat_map(|doc| titles(doc.value)).collect();
    let missing: Vec<&str> = params
        .sections
        .iter()
        .map(String::as_str)
        .filter(|section| !titles.iter().any(|title| is_about(title, section)))
        .collect();
    let demanded = params.sections.len();
    sink.fact(format!(
        "{}, {} of {demanded} parts",
        count(documents.len(), "rollback document"),
        demanded - missing.len()
    ));
    if missing.is_empty() {
        return;
    }
    let headings: Vec<String> = missing.iter().map(|section| format!("    ## {}", capitalized(section))).collect();
    sink.finding(Hit {
        file: first.file,
        span: first.headings().next().map_or_else(Span::default, |heading| heading.text.span),
        path: String::new(),
        message: format!("the rollback document has no part about {}", missing.join(", ")),
        why: WHY,
        fix: Fix {
            text: format!("Add what is missing, under headings of their own:\n\n{}\n", headings.join("\n")),
            edits: Vec::new(),
        },
        related: Vec::new(),
    });
}

/// The words of each heading but the title, and of each text that is set before another like a heading.
fn titles(document: &Document) -> Vec<Vec<String>> {
    let title = document.headings().next().filter(|heading| heading.level == 1).map(|heading| heading.text.span);
    let headings = document.headings().filter(|heading| Some(heading.text.span) != title);
    let headings = headings.map(|heading| words(&heading.text.text));
    let leads = document.sections.iter().flat_map(|section| &section.blocks).filter_map(|block| {
        let text = match block {
            Block::Prose(text) | Block::Item(text) => {
                let (lead, _) = text.text.split_once(':')?;
                lead
            }
            Block::Row { cells, .. } => &cells.first()?.text,
            Block::Code(_) => return None,
        };
        Some(words(text)).filter(|words| words.len() <= MAX_LEAD)
    });
    headings.chain(leads).collect()
}

fn is_about(title: &[String], section: &str) -> bool {
    let section = section.to_lowercase();
    match SECTIONS.iter().find(|(name, _)| *name == section) {
        Some((_, beginnings)) => {
            title.iter().any(|word| beginnings.iter().any(|beginning| word.starts_with(beginning)))
        }
        None => words(&section).iter().all(|wanted| title.contains(wanted)),
    }
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
