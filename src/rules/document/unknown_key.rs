//! The rule `unknown-key`.

use super::bad_event_filter::FILTERS;
use crate::evidence::Evidence;
use crate::model::Fix;
use crate::parse::workflow::schema::AS_OF;
use crate::rules::support::words::count;
use crate::rules::{Hit, NoParams, Sink, rule};

rule! {
    /// # What it checks
    ///
    /// The keys of a workflow are those that GitHub knows: of the workflow itself, of its events, inputs, permissions,
    /// jobs, services and steps. The tables are of 2026-08-05; a key that GitHub added later is unknown to them and not
    /// wrong, so this is a hint and no error.
    ///
    /// Not judged: names that are the author's own (variables, inputs, outputs, keys of a matrix); filters of another event
    /// (see `bad-event-filter`).
    ///
    /// # Why it matters
    ///
    /// GitHub refuses a workflow with a key that it does not know, so nothing of it runs; under an event it reads
    /// nothing from it.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     timeout_minutes: 10
    ///     steps:
    ///       - run: make test
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     timeout-minutes: 10
    ///     steps:
    ///       - run: make test
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// GitHub has added the key since, or the workflow runs on another host that knows it.
    pub struct UnknownKey;
    id: "unknown-key",
    family: Document,
    level: Info,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str =
    "GitHub refuses a workflow with a key that it does not know, or reads nothing from it under an event.";

fn check(evidence: &Evidence<'_>, _params: &NoParams, sink: &mut Sink<'_>) {
    let mut unknown = 0;
    for workflow in &evidence.workflows {
        for found in workflow.unknown_keys() {
            let name = found.key.text().unwrap_or_default();
            if found.owner == "this event" && FILTERS.contains(&name) {
                continue;
            }
            unknown += 1;
            let meant = found.known.iter().find(|known| is_near(known, name));
            let fix = match meant {
                Some(known) => format!("Write `{known}` if that is meant."),
                None => format!("Correct the key or take it out. Known are {}.", found.known.join(", ")),
            };
            sink.finding(Hit {
                file: workflow.file,
                span: found.key.span(),
                path: found.key.path(),
                message: format!("`{name}` is not known as a key of {} (as of {AS_OF})", found.owner),
                why: WHY,
                fix: Fix { text: fix, edits: Vec::new() },
                related: Vec::new(),
            });
        }
    }
    let workflows = evidence.workflows.len();
    sink.subjects(workflows);
    sink.fact(format!("{}, {unknown} unknown (as of {AS_OF})", count(workflows, "workflow")));
}

/// Whether two keys are the same but for signs, case and a short ending.
fn is_near(known: &str, name: &str) -> bool {
    let letters = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
    };
    let (known, name) = (letters(known), letters(name));
    let ending = known.strip_prefix(&name).or_else(|| name.strip_prefix(&known));
    !name.is_empty() && ending.is_some_and(|ending| ending.len() <= 2)
}
