//! The rule `unreadable-file`.

use crate::evidence::{Evidence, Reading};
use crate::model::{FileKind, FileStatus, Fix, Span};
use crate::rules::support::words::count;
use crate::rules::{Hit, NoParams, Sink, rule};

rule! {
    /// # What it checks
    ///
    /// Every file that Tollgate takes for evidence can be read whole: workflows, actions, compose files, Dockerfiles,
    /// test and coverage reports, SARIF, Markdown documents, archives. One finding a file, at the first problem; the other
    /// problems are listed with it, at most twenty of them. What could be read is judged all the same.
    ///
    /// Files that were left out on purpose, and files of formats that Tollgate does not read, are no findings; the
    /// report's list of files names them. A broken text whose kind cannot be told is a finding where it is named as an action
    /// is (`action.yml`), or is the only file that was given; elsewhere it is mostly a template.
    ///
    /// # Why it matters
    ///
    /// What was not read was not judged. Without this rule a broken report would look like a good one, so such a finding
    /// leaves the verdict open ("incomplete") where no other rule fails.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - name: "Run the tests
    ///         run: make test
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
    ///       - name: "Run the tests"
    ///         run: make test
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// The file is broken on purpose, as a fixture of a test is.
    pub struct UnreadableFile;
    id: "unreadable-file",
    family: Document,
    level: Error,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "What was not read was not judged, so the report cannot vouch for it.";

/// Most further problems that one finding lists.
const SHOWN: usize = 20;

fn check(evidence: &Evidence<'_>, _params: &NoParams, sink: &mut Sink<'_>) {
    let (mut files, mut partly, mut not_at_all) = (0, 0, 0);
    for reading in &evidence.readings {
        match reading.status {
            FileStatus::Ignored => continue,
            FileStatus::Read => {}
            FileStatus::PartlyRead => partly += 1,
            FileStatus::Unreadable => not_at_all += 1,
        }
        files += 1;
        if reading.status != FileStatus::Read {
            sink.finding(hit(reading));
        }
    }
    sink.subjects(files);
    sink.fact(format!("{}, {partly} read in part, {not_at_all} not read at all", count(files, "file")));
}

fn hit<'e>(reading: &'e Reading<'e>) -> Hit<'e> {
    let read =
        if reading.status == FileStatus::PartlyRead { "could be read only in part" } else { "could not be read" };
    let first = reading.problems.first();
    let others = reading.problems.get(1..).unwrap_or_default();
    let mut reasons: Vec<String> = first.map(|problem| problem.message.clone()).into_iter().collect();
    if !reading.note.is_empty() {
        reasons.push(reading.note.clone());
    }
    let what = match reading.file.source.kind {
        FileKind::Other => "this file".to_owned(),
        kind => format!("this {}", noun(kind)),
    };
    let more = match others.len() {
        0 => String::new(),
        count @ 1..=SHOWN => format!(" (and {})", problems(count)),
        count => format!(" (and {}, of which {SHOWN} are listed)", problems(count)),
    };
    let message = format!("{what} {read}: {}{more}", reasons.join("; "));
    let related = others.iter().take(SHOWN).map(|problem| (reading.file, problem.span, problem.message.clone()));
    Hit {
        file: reading.file,
        span: first.map_or_else(Span::default, |problem| problem.span),
        path: String::new(),
        message,
        why: WHY,
        fix: Fix { text: fix(reading), edits: Vec::new() },
        related: related.collect(),
    }
}

fn problems(count: usize) -> String {
    if count == 1 { "1 more problem".to_owned() } else { format!("{count} more problems") }
}

const fn noun(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Workflow => "workflow",
        FileKind::WorkflowBackup => "kept copy of a workflow",
        FileKind::Action => "action",
        FileKind::Bake => "bake file",
        FileKind::Compose => "compose file",
        FileKind::Dockerfile => "Dockerfile",
        FileKind::Sarif => "SARIF file",
        FileKind::CoverageConfig | FileKind::UpdateBot => "configuration",
        FileKind::Markdown => "document",
        FileKind::Policy => "policy",
        FileKind::Archive => "archive",
        kind if kind.is_test_report() => "test report",
        kind if kind.is_coverage() => "coverage report",
        _ => "file",
    }
}

fn fix(reading: &Reading<'_>) -> String {
    if reading.problems.is_empty() && reading.file.source.text.is_empty() {
        return "Give the file again so that it can be loaded whole; where the reason names a limit, raise that limit or \
                leave the file out of what is judged."
            .to_owned();
    }
    match reading.file.source.kind {
        kind if kind.is_test_report()
            || kind.is_coverage()
            || matches!(kind, FileKind::Archive | FileKind::Sarif) =>
        {
            "Write the file anew and upload it only after its writer has ended; a file that breaks off mostly comes from a \
             run that was killed or from two programs that wrote to one path."
        }
        FileKind::Markdown => "Save the document as UTF-8.",
        _ => "Correct the text at this place.",
    }
    .to_owned()
}
