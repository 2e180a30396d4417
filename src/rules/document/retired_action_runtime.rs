//! The rule `retired-action-runtime`.

use crate::evidence::Evidence;
use crate::model::Fix;
use crate::parse::workflow::Target;
use crate::rules::support::retired::{ACTIONS, AS_OF, RUNTIMES};
use crate::rules::support::words::count;
use crate::rules::{Hit, NoParams, Sink, Spot, rule};

rule! {
    /// # What it checks
    ///
    /// No step uses a version of an action that GitHub has switched off (`actions/upload-artifact` and
    /// `actions/download-artifact` before v4, `actions/cache` before v3.4.0 and v4.2.0, `actions/upload-pages-artifact`
    /// before v3, `actions/deploy-pages` before v4), and no action of the repository names a runtime that runners no longer
    /// have (`node12`, `node16`). The tables are of 2026-09-20.
    ///
    /// Not judged: branches and commits, whose version is not known.
    ///
    /// # Why it matters
    ///
    /// GitHub fails every run that uses such a version; an action with an old runtime runs on another Node.js than the one
    /// it was made for.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make test
    ///       - uses: actions/upload-artifact@v3
    ///         with:
    ///           path: report
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make test
    ///       - uses: actions/upload-artifact@v4
    ///         with:
    ///           path: report
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// The workflow runs on a GitHub Enterprise Server, which still has the old services.
    pub struct RetiredActionRuntime;
    id: "retired-action-runtime",
    family: Document,
    level: Error,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "GitHub fails every run that uses such a version.";
const WHY_RUNTIME: &str =
    "Runners run such an action on another Node.js than the one it was made for, and warn in every run.";

fn check(evidence: &Evidence<'_>, _params: &NoParams, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let mut uses_total = 0;
    for at in evidence.steps() {
        let Some(uses) = &at.step.uses else { continue };
        let Target::Remote { reference, .. } = uses.target else { continue };
        uses_total += 1;
        let Some(action) = uses.action() else { continue };
        let Some(known) = ACTIONS.iter().find(|known| known.action == action && known.refuses(reference)) else {
            continue;
        };
        spots.push(Spot {
            file: at.file,
            span: uses.node.span(),
            path: uses.node.path(),
            message: format!("`{}` is switched off on github.com, since {} at the latest", uses.text, known.date),
            detail: format!("    uses: {}@{}\n", known.action, known.instead),
            edits: Vec::new(),
        });
    }
    sink.subjects(uses_total + evidence.actions.len());
    sink.fact(format!("{}, {} switched off (as of {AS_OF})", count(uses_total, "action in use"), spots.len()));
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} steps use versions of actions that GitHub has switched off", group.len()),
        |group| {
            let mut lines: Vec<&str> = group.iter().map(|spot| spot.detail.as_str()).collect();
            lines.sort_unstable();
            lines.dedup();
            format!("Use a version that works, or a newer one (artifacts of one name can be uploaded only once since v4):\n\n{}", lines.concat())
        },
    );
    for action in &evidence.actions {
        let Some((_, date)) = RUNTIMES.iter().find(|(name, _)| action.using.eq_ignore_ascii_case(name)) else {
            continue;
        };
        let Some(node) = action.node.at(&["runs", "using"]) else { continue };
        sink.finding(Hit {
            file: action.file,
            span: node.span(),
            path: node.path(),
            message: format!("runners have no `{}` since {date} and run this action on a newer one", action.using),
            why: WHY_RUNTIME,
            fix: Fix {
                text: "Build and test the action with the Node.js that it will run on, and name that:\n\n    runs:\n      using: node24\n"
                    .to_owned(),
                edits: Vec::new(),
            },
            related: Vec::new(),
        });
    }
}
