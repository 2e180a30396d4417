//! From a file to its document, by kind.

use super::bake::{self, Bake};
use super::coverage::{self, CoverageReport};
use super::dockerfile::Dockerfile;
use super::dockerignore::{self, Dockerignore};
use super::markdown::Document as Markdown;
use super::test_results::{TestReport, ctrf, go_test, junit, nunit, testng, trx, xunit};
use super::yaml::Tree;
use super::{Parsed, dockerfile, markdown};
use crate::input::SourceFile;
use crate::model::{FileKind, FileStatus};

/// What a file holds.
#[derive(Debug)]
pub enum Document<'t> {
    /// Workflow, action, compose file, backup or policy: the typed views are made of the tree.
    Yaml(Tree<'t>),
    /// Bake file.
    Bake(Bake),
    /// Dockerfile.
    Dockerfile(Dockerfile),
    /// `.dockerignore`.
    Dockerignore(Dockerignore),
    /// Test results.
    Tests(TestReport),
    /// Coverage.
    Coverage(CoverageReport),
    /// Markdown.
    Markdown(Markdown),
}

/// Reads a file by its kind; `None` for kinds that hold no document and for files whose text could not be had.
pub fn read(file: &SourceFile) -> Option<Parsed<Document<'_>>> {
    if matches!(file.status, FileStatus::Unreadable | FileStatus::Ignored) {
        return None;
    }
    let text = file.text.as_str();
    Some(match file.kind {
        FileKind::Workflow | FileKind::WorkflowBackup | FileKind::Action | FileKind::Compose | FileKind::Policy => {
            Tree::parse(text).map(Document::Yaml)
        }
        FileKind::Bake if text.trim_start().starts_with('{') => bake::parse_json(text).map(Document::Bake),
        FileKind::Bake => bake::parse_hcl(text).map(Document::Bake),
        FileKind::Dockerfile => dockerfile::parse(text).map(Document::Dockerfile),
        FileKind::Dockerignore => dockerignore::parse(text).map(Document::Dockerignore),
        FileKind::Junit => junit::parse(text).map(Document::Tests),
        FileKind::Trx => trx::parse(text).map(Document::Tests),
        FileKind::Nunit => nunit::parse(text).map(Document::Tests),
        FileKind::Xunit => xunit::parse(text).map(Document::Tests),
        FileKind::Testng => testng::parse(text).map(Document::Tests),
        FileKind::Ctrf => ctrf::parse(text).map(Document::Tests),
        FileKind::GoTestJson => go_test::parse(text).map(Document::Tests),
        FileKind::Markdown => markdown::parse(text).map(Document::Markdown),
        kind => return Some(coverage::parse(kind, text)?.map(Document::Coverage)),
    })
}
