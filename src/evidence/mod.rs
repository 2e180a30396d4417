//! All documents of one run in one value, with the cross links resolved once: workflow step → compose file →
//! Dockerfile → report.

pub mod bake;
pub mod compose;
pub mod docker;
mod file;
mod links;
mod measured;
pub mod paths;
#[cfg(test)]
mod tests;

pub use docker::{BuildCall, BuildTool, ComposeCall};
pub use file::File;
pub use links::{JobRef, StepRef};

use crate::input::Origin;
use crate::model::{Coverage, FileKind, FileStatus, Tests};
use crate::parse::bake::Bake;
use crate::parse::compose::Compose;
use crate::parse::coverage::CoverageReport;
use crate::parse::dockerfile::Dockerfile;
use crate::parse::dockerignore::Dockerignore;
use crate::parse::documents::Document;
use crate::parse::markdown::Document as Markdown;
use crate::parse::test_results::TestReport;
use crate::parse::workflow::{Action, Workflow};
use crate::parse::yaml::Tree;
use crate::parse::{Parsed, Problem};
use std::collections::BTreeSet;
use std::ops::Deref;

/// A document and the file it stands in.
#[derive(Debug)]
pub struct Doc<'a, T> {
    /// The file.
    pub file: &'a File<'a>,
    /// The document.
    pub value: T,
}

impl<T> Deref for Doc<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

/// What reading a file came to.
#[derive(Debug)]
pub struct Reading<'a> {
    /// The file.
    pub file: &'a File<'a>,
    /// After parsing.
    pub status: FileStatus,
    /// The program that wrote it, where that can be told.
    pub producer: String,
    /// What kept it from being read whole, in text order.
    pub problems: Vec<Problem>,
    /// A note that is no problem (an odd encoding, a copy of another file).
    pub note: String,
}

/// Everything that rules look at.
#[derive(Debug)]
pub struct Evidence<'a> {
    /// All files, by path.
    pub files: &'a [File<'a>],
    /// What reading each came to, in the same order.
    pub readings: Vec<Reading<'a>>,
    /// All YAML files that have a tree.
    pub trees: Vec<Doc<'a, &'a Tree<'a>>>,
    /// Workflows.
    pub workflows: Vec<Doc<'a, Workflow<'a>>>,
    /// Kept copies of workflows; `None` where the copy is no workflow.
    pub backups: Vec<Doc<'a, Option<Workflow<'a>>>>,
    /// Actions.
    pub actions: Vec<Doc<'a, Action<'a>>>,
    /// Compose files.
    pub composes: Vec<Doc<'a, Compose<'a>>>,
    /// Bake files.
    pub bakes: Vec<Doc<'a, &'a Bake>>,
    /// Dockerfiles.
    pub dockerfiles: Vec<Doc<'a, &'a Dockerfile>>,
    /// `.dockerignore` files.
    pub dockerignores: Vec<Doc<'a, &'a Dockerignore>>,
    /// Markdown documents.
    pub documents: Vec<Doc<'a, &'a Markdown>>,
    /// Test reports, each content once.
    pub test_reports: Vec<Doc<'a, &'a TestReport>>,
    /// Coverage reports, each content once.
    pub coverage_reports: Vec<Doc<'a, &'a CoverageReport>>,
    /// Test results over all reports.
    pub tests: Option<Tests>,
    /// Coverage over all reports.
    pub coverage: Option<Coverage>,
}

impl<'a> Evidence<'a> {
    /// Gathers the documents of all files. `parsed` holds, for each file, what [`crate::parse::documents::read`] said.
    pub fn gather(files: &'a [File<'a>], parsed: &'a [Option<Parsed<Document<'a>>>]) -> Self {
        let mut evidence = Self {
            files,
            readings: Vec::new(),
            trees: Vec::new(),
            workflows: Vec::new(),
            backups: Vec::new(),
            actions: Vec::new(),
            composes: Vec::new(),
            bakes: Vec::new(),
            dockerfiles: Vec::new(),
            dockerignores: Vec::new(),
            documents: Vec::new(),
            test_reports: Vec::new(),
            coverage_reports: Vec::new(),
            tests: None,
            coverage: None,
        };
        let mut seen = BTreeSet::new();
        for (file, parsed) in files.iter().zip(parsed) {
            let reading = evidence.take(file, parsed.as_ref(), &mut seen);
            evidence.readings.push(reading);
        }
        evidence.tests = measured::tests(&evidence.test_reports);
        evidence.coverage = measured::coverage(&evidence.coverage_reports);
        evidence
    }

    fn take(
        &mut self,
        file: &'a File<'a>,
        parsed: Option<&'a Parsed<Document<'a>>>,
        seen: &mut BTreeSet<(FileKind, &'a str)>,
    ) -> Reading<'a> {
        let source = file.source;
        let mut reading = Reading {
            file,
            status: source.status,
            producer: String::new(),
            problems: Vec::new(),
            note: source.note.clone(),
        };
        let Some(parsed) = parsed else { return reading };
        reading.problems.clone_from(&parsed.problems);
        let mut usable = parsed.document.is_some();
        match &parsed.document {
            Some(Document::Yaml(tree)) => usable = self.view(file, tree, &mut reading.problems),
            Some(Document::Bake(value)) => self.bakes.push(Doc { file, value }),
            Some(Document::Dockerignore(value)) => self.dockerignores.push(Doc { file, value }),
            Some(Document::Dockerfile(value)) => self.dockerfiles.push(Doc { file, value }),
            Some(Document::Markdown(value)) => self.documents.push(Doc { file, value }),
            Some(Document::Tests(value)) => {
                reading.producer.clone_from(&value.producer);
                if seen.insert((source.kind, &source.sha256)) {
                    self.test_reports.push(Doc { file, value });
                } else {
                    reading.note = join_notes(&reading.note, "the same content as another report; counted once");
                }
            }
            Some(Document::Coverage(value)) => {
                reading.producer.clone_from(&value.producer);
                if seen.insert((source.kind, &source.sha256)) {
                    self.coverage_reports.push(Doc { file, value });
                } else {
                    reading.note = join_notes(&reading.note, "the same content as another report; counted once");
                }
            }
            None => {}
        }
        if !reading.problems.is_empty() {
            reading.status = if usable { FileStatus::PartlyRead } else { FileStatus::Unreadable };
        }
        reading
    }

    /// Makes the typed view of a tree; false when nothing came of it.
    fn view(&mut self, file: &'a File<'a>, tree: &'a Tree<'a>, problems: &mut Vec<Problem>) -> bool {
        self.trees.push(Doc { file, value: tree });
        match file.source.kind {
            FileKind::Workflow => {
                let workflow = Workflow::read(tree, problems);
                workflow.map(|value| self.workflows.push(Doc { file, value })).is_some()
            }
            FileKind::WorkflowBackup => {
                // A copy that cannot run is what `backup-unusable` is about; it is not unreadable evidence.
                let value = Workflow::read(tree, &mut Vec::new());
                self.backups.push(Doc { file, value });
                true
            }
            FileKind::Action => {
                Action::read(tree, problems).map(|value| self.actions.push(Doc { file, value })).is_some()
            }
            FileKind::Compose => {
                Compose::read(tree, problems).map(|value| self.composes.push(Doc { file, value })).is_some()
            }
            _ => true,
        }
    }

    /// A file of the tree by its path.
    pub fn file(&self, path: &str) -> Option<&'a File<'a>> {
        let at = self.files.binary_search_by(|file| file.path().cmp(path)).ok()?;
        self.files.get(at)
    }

    /// Whether a tree was given (and not only artifacts or single files): a workflow lies at its real path.
    pub fn has_tree(&self) -> bool {
        self.workflows
            .iter()
            .any(|w| w.file.source.origin == Origin::Tree && w.file.folder().ends_with(".github/workflows"))
    }
}

fn join_notes(first: &str, second: &str) -> String {
    if first.is_empty() { second.to_owned() } else { format!("{first}; {second}") }
}
