//! The rule `rollback-document-missing`.

use super::documents::{Found, find, says_something};
use crate::evidence::Evidence;
use crate::input::Origin;
use crate::model::{Fix, Span};
use crate::rules::{Hit, Sink, rule};
use serde::Deserialize;

rule! {
    /// # What it checks
    ///
    /// The repository has a document about rolling back that says something: one that is named after it (`ROLLBACK.md`,
    /// `rollback-plan.md`, anything in `docs/rollback/`), or whose title says so ("Rollback strategy", "How to roll
    /// back"). A document that only mentions a rollback is none. Documents in formats that Tollgate does not read count
    /// by their names.
    ///
    /// Where only single files were given, and no tree with its workflows, the outcome is `no-evidence`.
    ///
    /// # Why it matters
    ///
    /// When a change to the pipeline goes wrong, nobody has the time to find out how it is taken back.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/deploy.yml
    /// on: push
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: ./deploy.sh
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/deploy.yml
    /// on: push
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: ./deploy.sh
    /// ```
    ///
    /// ```markdown docs/ROLLBACK.md
    /// Rollback
    /// ========
    ///
    /// Run `git revert` on the merge and push; the previous image is deployed within 5 minutes.
    /// ```
    ///
    /// # Options
    ///
    /// - `paths`: where the document has to be (`["docs/ROLLBACK.md", "ops/**/*.md"]`, case does not matter; default:
    ///   anywhere, told by name or title).
    ///
    /// # When to waive
    ///
    /// The document is kept outside the repository.
    pub struct RollbackDocumentMissing;
    id: "rollback-document-missing",
    family: Rollback,
    level: Error,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    paths: Vec<String>,
}

const WHY: &str = "When a change to the pipeline goes wrong, nobody has the time to find out how it is taken back.";

const FIX: &str = "Write down who takes a change back, when and how, and how long that may take:\n\n    # Rollback\n\n    ## \
                   Triggers\n    ## Procedure\n    ## Recovery time objective\n    ## Contacts\n";

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let Found { documents, unread } = find(evidence, &params.paths);
    let (usable, empty): (Vec<_>, Vec<_>) = documents.into_iter().partition(|doc| says_something(doc.value));
    let files: Vec<&str> = usable.iter().map(|doc| doc.file.path()).chain(unread.iter().map(|f| f.path())).collect();
    sink.subjects(files.len());
    if let Some((first, others)) = files.split_first() {
        let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
        sink.fact(format!("rollback document: {first}{more}"));
        return;
    }
    let named = match params.paths.as_slice() {
        [] => "no document is named or titled as one about rolling back".to_owned(),
        paths => format!("no document lies at {}", paths.join(", ")),
    };
    let finding = |file, message| Hit {
        file,
        span: Span::default(),
        path: String::new(),
        message,
        why: WHY,
        fix: Fix { text: FIX.to_owned(), edits: Vec::new() },
        related: Vec::new(),
    };
    let in_tree = evidence
        .workflows
        .iter()
        .find(|w| w.file.source.origin == Origin::Tree && w.file.folder().ends_with(".github/workflows"));
    if let Some(document) = empty.first() {
        sink.subjects(1);
        sink.fact("a rollback document that says nothing");
        sink.finding(finding(document.file, "this rollback document says nothing".to_owned()));
    } else if let Some(workflow) = in_tree {
        sink.subjects(1);
        sink.fact(named.clone());
        sink.finding(finding(workflow.file, format!("the repository has no rollback document: {named}")));
    } else {
        sink.no_evidence(format!("no rollback document was given: {named}"));
    }
}
