//! The rule `duplicate-key`.

use crate::evidence::Evidence;
use crate::model::{FileKind, Fix};
use crate::rules::support::words::count;
use crate::rules::{Hit, NoParams, Sink, rule};

rule! {
    /// # What it checks
    ///
    /// No mapping of a workflow, an action, a compose file or a kept copy of a workflow has the same key twice.
    ///
    /// Not judged: the merge key `<<`, which only adds; policies, which are refused with duplicate keys.
    ///
    /// # Why it matters
    ///
    /// GitHub and Docker Compose refuse such a file, and most other programs silently take the last of the two. The
    /// text that a reviewer reads first is then not what runs.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     timeout-minutes: 10
    ///     steps:
    ///       - run: make test
    ///     timeout-minutes: 60
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
    /// Never in a file that runs; a fixture that shows the mistake on purpose may stay.
    pub struct DuplicateKey;
    id: "duplicate-key",
    family: Document,
    level: Error,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "Some programs refuse a file with a key twice and others silently drop one of the two values.";

fn check(evidence: &Evidence<'_>, _params: &NoParams, sink: &mut Sink<'_>) {
    let (mut files, mut keys) = (0, 0);
    for tree in evidence.trees.iter().filter(|tree| tree.file.source.kind != FileKind::Policy) {
        files += 1;
        for duplicate in tree.duplicates() {
            let (first, second) = (duplicate.first, duplicate.second);
            keys += 1;
            let name = second.text().unwrap_or_default();
            let line = tree.file.line(first.span().offset);
            sink.finding(Hit {
                file: tree.file,
                span: second.span(),
                path: second.path(),
                message: format!("the key `{name}` stands on line {line} already"),
                why: WHY,
                fix: Fix {
                    text: format!("Keep the `{name}` that is meant and remove the other, or merge the two into one."),
                    edits: Vec::new(),
                },
                related: vec![(tree.file, first.span(), format!("`{name}` stands here first"))],
            });
        }
    }
    sink.subjects(files);
    sink.fact(format!("{}, {} twice in one mapping", count(files, "file"), count(keys, "key")));
}
