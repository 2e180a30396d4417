//! From a file to its document, by kind.

use super::bake::{self, Bake};
use super::config::{self, Config};
use super::coverage::{self, CoverageReport};
use super::diff::{self, Diff};
use super::dockerfile::Dockerfile;
use super::dockerignore::{self, Dockerignore};
use super::markdown::Document as Markdown;
use super::runs::{RunReport, buildkit, github};
use super::sarif::Sarif;
use super::test_results::{TestReport, ctrf, go_test, jest, json, junit, nunit, testng, trx, xunit};
use super::yaml::Tree;
use super::{Parsed, Problem, dockerfile, markdown, sarif, xml};
use crate::input::SourceFile;
use crate::model::{FileKind, FileStatus};
use serde::Deserialize as _;
use serde::de::IgnoredAny;

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
    Tests(TestReport<'t>),
    /// Coverage.
    Coverage(CoverageReport),
    /// Results of other tools.
    Sarif(Sarif),
    /// Runs and builds.
    Runs(RunReport),
    /// Configuration of coverage tools and update bots.
    Config(Config),
    /// Markdown.
    Markdown(Markdown),
    /// A diff.
    Diff(Diff),
}

/// What is wrong with the syntax of a text that is of no known kind, so that nothing can be read at all.
fn syntax(path: &str, text: &str) -> Vec<Problem> {
    let extension = path.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    match extension.as_deref() {
        Some("json") => {
            let body = text.trim_start_matches('\u{feff}');
            // Only the first value: a text may hold one on each line.
            let first = IgnoredAny::deserialize(&mut serde_json::Deserializer::from_str(body));
            first.err().map(|error| json::problem(body, text.len() - body.len(), &error)).into_iter().collect()
        }
        Some("xml") => {
            let mut reader = xml::Reader::new(text);
            while reader.read().is_some() {}
            reader.into_problems()
        }
        _ => {
            let Parsed { document, problems } = Tree::parse(text);
            if document.is_none() { problems } else { Vec::new() }
        }
    }
}

/// Reads a file by its kind; `None` for kinds that hold no document and for files whose text could not be had.
pub fn read(file: &SourceFile) -> Option<Parsed<Document<'_>>> {
    if matches!(file.status, FileStatus::Unreadable | FileStatus::Ignored) {
        return None;
    }
    let text = &*file.text;
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
        FileKind::Sarif => sarif::parse(text).map(Document::Sarif),
        FileKind::Other => Parsed { document: None, problems: syntax(&file.path, text) },
        FileKind::Jest => jest::parse(text).map(Document::Tests),
        FileKind::GithubRun => github::parse(text).map(Document::Runs),
        FileKind::BuildMetadata => buildkit::metadata(text).map(Document::Runs),
        FileKind::BuildProgress => buildkit::progress(text).map(Document::Runs),
        FileKind::CoverageConfig | FileKind::UpdateBot => config::parse(&file.path, text).map(Document::Config),
        FileKind::Diff => diff::parse(text).map(Document::Diff),
        FileKind::Markdown => markdown::parse(text).map(Document::Markdown),
        kind => return Some(coverage::parse(kind, text)?.map(Document::Coverage)),
    })
}
