//! The rule `rollback-objective`.

use super::documents::{find, says_something};
use crate::evidence::Evidence;
use crate::model::{Fix, Span};
use crate::rules::support::words::count;
use crate::rules::{Hit, Sink, Spot, rule};
use serde::Deserialize;

rule! {
    /// # What it checks
    ///
    /// The rollback document states a recovery time ("RTO: 5 minutes", "Recovery time objective | 300 s"), and no stated
    /// recovery time is longer than the limit. Other durations (timeouts, watch periods, recovery points) and code do not
    /// count; of a range ("5-10 minutes") its upper end does. Where there are several rollback documents, one has to
    /// state a recovery time. Which documents are rollback documents is told as in `rollback-document-missing`.
    ///
    /// # Why it matters
    ///
    /// Without a time that was agreed on, nobody can say whether a rollback took too long, or whether it is practised
    /// enough.
    ///
    /// # Example
    ///
    /// ```markdown docs/ROLLBACK.md
    /// Rollback
    /// ========
    ///
    /// Run `git revert` on the merge and push. Watch the alerts for 30 minutes.
    /// ```
    ///
    /// # Instead
    ///
    /// ```markdown docs/ROLLBACK.md
    /// Rollback
    /// ========
    ///
    /// Recovery time objective: 5 minutes.
    ///
    /// Run `git revert` on the merge and push. Watch the alerts for 30 minutes.
    /// ```
    ///
    /// # Options
    ///
    /// - `max_minutes`: longest recovery time (default 5).
    /// - `paths`: where the document is, as in `rollback-document-missing`.
    ///
    /// # When to waive
    ///
    /// The recovery time is agreed on elsewhere, in a contract or for the whole company.
    pub struct RollbackObjective;
    id: "rollback-objective",
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
    max_minutes: f64,
    paths: Vec<String>,
}

impl Default for Params {
    fn default() -> Self {
        Self { max_minutes: 5.0, paths: Vec::new() }
    }
}

const WHY: &str = "Without an agreed time nobody can say whether a rollback took too long.";

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let mut found = find(evidence, &params.paths);
    found.documents.retain(|doc| says_something(doc.value));
    let limit = params.max_minutes;
    let mut spots = Vec::new();
    let mut stated = 0;
    for document in &found.documents {
        for objective in document.recovery_objectives() {
            stated += 1;
            if objective.minutes > limit {
                spots.push(Spot {
                    file: document.file,
                    span: objective.span,
                    path: String::new(),
                    message: format!(
                        "the stated recovery time of {} is over the limit of {}",
                        duration(objective.minutes),
                        duration(limit)
                    ),
                    detail: String::new(),
                    edits: Vec::new(),
                });
            }
        }
    }
    sink.subjects(found.documents.len());
    let over = spots.len();
    sink.fact(format!(
        "{}, {}, {over} over the limit",
        count(found.documents.len(), "rollback document"),
        count(stated, "stated recovery time")
    ));
    if !found.unread.is_empty() {
        sink.fact(format!("not read: {}", count(found.unread.len(), "rollback document")));
    }
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} stated recovery times are over the limit of {}", group.len(), duration(limit)),
        |_| {
            format!(
                "Shorten the way back (a revert that deploys by itself, an image that is still there, a flag that is turned \
                 off) until it takes {} at most, and state that:\n\n    Recovery time objective: {}\n",
                duration(limit),
                duration(limit)
            )
        },
    );
    if let Some(document) = found.documents.first().filter(|_| stated == 0 && found.unread.is_empty()) {
        let heading = document.headings().next();
        sink.finding(Hit {
            file: document.file,
            span: heading.map_or_else(Span::default, |heading| heading.text.span),
            path: String::new(),
            message: "the rollback document states no recovery time".to_owned(),
            why: WHY,
            fix: Fix {
                text: format!(
                    "State how long it takes at most until the old state runs again:\n\n    Recovery time objective: {}\n",
                    duration(limit)
                ),
                edits: Vec::new(),
            },
            related: Vec::new(),
        });
    }
}

fn duration(minutes: f64) -> String {
    let seconds = (minutes * 60.0).round();
    if minutes >= 60.0 && seconds % 3_600.0 == 0.0 {
        format!("{} h", seconds / 3_600.0)
    } else if seconds % 60.0 == 0.0 {
        format!("{} min", seconds / 60.0)
    } else {
        format!("{seconds} s")
    }
}
