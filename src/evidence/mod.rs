//! All documents of one run in one value, with the cross links resolved once: workflow step → compose file →
//! Dockerfile → report.

mod attempts;
pub mod bake;
pub mod compose;
#[cfg(test)]
mod container_tests;
mod coverage;
pub mod docker;
mod file;
mod identity;
mod links;
mod local;
mod patch;
pub mod paths;
mod runs;
mod source_paths;
mod tests;
mod times;

pub use docker::{BuildCall, BuildTool, ComposeCall};
pub use file::File;
pub use links::{JobRef, StepRef};
pub use runs::{Build, CriticalPath, MeasuredJob, Run, seconds};
pub use tests::{CaseRef, Repeats};
pub(crate) use tests::{SHOWN_FAILURES, SHOWN_REPEATS, SHOWN_SLOWEST};

use crate::input::Origin;
use crate::model::{Baseline, Coverage, FileKind, FileStatus, Tests, WaiverRecord};
use crate::parse::bake::Bake;
use crate::parse::compose::Compose;
use crate::parse::config::CoverageConfig;
use crate::parse::coverage::{CoverageReport, CoveredSource};
use crate::parse::diff::Diff;
use crate::parse::dockerfile::Dockerfile;
use crate::parse::dockerignore::Dockerignore;
use crate::parse::documents::Document;
use crate::parse::markdown::Document as Markdown;
use crate::parse::runs::RunReport;
use crate::parse::sarif::Sarif;
use crate::parse::test_results::{Case, Suite, TestReport};
use crate::parse::update_bot::UpdateBot;
use crate::parse::workflow::{Action, Workflow};
use crate::parse::yaml::Tree;
use crate::parse::{Parsed, Problem};
use std::borrow::Cow;
use std::collections::BTreeMap;
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

impl Reading<'_> {
    fn remark(&mut self, note: &str) {
        if !self.note.is_empty() {
            self.note.push_str("; ");
        }
        self.note.push_str(note);
    }
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
    /// Configuration that may carry coverage thresholds, one for each tool in a file.
    pub coverage_configs: Vec<Doc<'a, &'a CoverageConfig>>,
    /// Configuration of update bots.
    pub update_bots: Vec<Doc<'a, &'a UpdateBot>>,
    /// Test reports, each content once.
    pub test_reports: Vec<Doc<'a, &'a TestReport<'a>>>,
    /// Coverage reports, each content once.
    pub coverage_reports: Vec<Doc<'a, &'a CoverageReport>>,
    /// Results of other tools, each content once.
    pub external: Vec<Doc<'a, &'a Sarif>>,
    /// Records of runs and builds, each content once.
    pub run_reports: Vec<Doc<'a, &'a RunReport>>,
    /// Runs of workflows, each once, over all records.
    pub runs: Vec<Run<'a>>,
    /// Builds of images, each once, over all records.
    pub builds: Vec<Build<'a>>,
    /// Diffs of the change under judgement.
    pub diffs: Vec<Doc<'a, &'a Diff>>,
    /// What cases of the same test have to do with each other.
    pub repeats: Repeats,
    /// Test results over all reports.
    pub tests: Option<Tests>,
    /// Coverage over all reports.
    pub coverage: Option<Coverage>,
    /// What it is counted from: what the reports say together of each source file, by the path that
    /// [`crate::model::CoveredFile`] has.
    pub covered: BTreeMap<String, Cow<'a, CoveredSource>>,
    /// Lines that the diffs add, by path: the first and the last of each run.
    pub changed: Option<BTreeMap<String, Vec<(u32, u32)>>>,
    /// The format that it was counted from.
    pub coverage_format: Option<FileKind>,
    /// An earlier report that this run is compared with.
    pub baseline: Option<&'a Baseline>,
    /// The waivers of the policy and of comments, and what became of them: empty until all other rules have run.
    pub waivers: Vec<WaiverRecord>,
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
            coverage_configs: Vec::new(),
            update_bots: Vec::new(),
            test_reports: Vec::new(),
            coverage_reports: Vec::new(),
            external: Vec::new(),
            run_reports: Vec::new(),
            runs: Vec::new(),
            builds: Vec::new(),
            diffs: Vec::new(),
            repeats: Repeats::default(),
            tests: None,
            coverage: None,
            covered: BTreeMap::new(),
            changed: None,
            coverage_format: None,
            baseline: None,
            waivers: Vec::new(),
        };
        let counted = counted_once(files);
        for (file, parsed) in files.iter().zip(parsed) {
            let reading = evidence.take(file, parsed.as_ref(), &counted);
            evidence.readings.push(reading);
        }
        evidence.runs = runs::runs(&evidence.run_reports, &evidence.workflows);
        evidence.builds = runs::builds(&evidence.run_reports);
        evidence.repeats = Repeats::find(&evidence.test_reports);
        evidence.tests = tests::tests(&evidence.test_reports, &evidence.repeats);
        let changed = patch::changed_lines(&evidence.diffs);
        let tree = source_paths::SourcePaths::new(evidence.tree_files());
        let measured = coverage::measure(&evidence.coverage_reports, &tree, changed.as_ref());
        evidence.coverage = measured.coverage;
        evidence.covered = measured.sources;
        evidence.coverage_format = measured.format;
        for (report, note) in evidence.coverage_reports.iter().zip(measured.notes).filter(|(_, note)| !note.is_empty())
        {
            if let Ok(at) = files.binary_search_by(|file| file.path().cmp(report.file.path()))
                && let Some(reading) = evidence.readings.get_mut(at)
            {
                reading.remark(&note);
            }
        }
        evidence.changed = changed;
        evidence
    }

    /// The first report of the format that [`Self::coverage`] was counted from: where findings about the whole stand.
    pub fn coverage_report(&self) -> Option<&Doc<'a, &'a CoverageReport>> {
        self.coverage_reports.iter().find(|report| Some(report.file.source.kind) == self.coverage_format)
    }

    fn take(
        &mut self,
        file: &'a File<'a>,
        parsed: Option<&'a Parsed<Document<'a>>>,
        counted: &BTreeMap<Content<'a>, &'a str>,
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
        for problem in &parsed.problems {
            if problem.harmless {
                let place = file.place(problem.span, String::new());
                let note = format!("{}:{}: {}", place.line, place.column, problem.message);
                reading.remark(&note);
            } else {
                reading.problems.push(problem.clone());
            }
        }
        let first = counted.get(&(source.kind, &source.sha256)).is_none_or(|path| *path == source.path);
        if !first {
            reading.remark("the same content as another file; counted once");
        }
        let mut usable = parsed.document.is_some();
        match &parsed.document {
            Some(Document::Yaml(tree)) => usable = self.view(file, tree, &mut reading.problems),
            Some(Document::Bake(value)) => self.bakes.push(Doc { file, value }),
            Some(Document::Dockerignore(value)) => self.dockerignores.push(Doc { file, value }),
            Some(Document::Dockerfile(value)) => self.dockerfiles.push(Doc { file, value }),
            Some(Document::Markdown(value)) => self.documents.push(Doc { file, value }),
            Some(Document::Config(value)) => {
                if value.is_empty() && reading.problems.is_empty() {
                    reading.status = FileStatus::Ignored;
                    "has no settings for coverage".clone_into(&mut reading.note);
                }
                self.coverage_configs.extend(value.coverage.iter().map(|value| Doc { file, value }));
                self.update_bots.extend(value.bot.iter().map(|value| Doc { file, value }));
            }
            Some(Document::Tests(value)) => {
                reading.producer.clone_from(&value.producer);
                if first {
                    self.test_reports.push(Doc { file, value });
                }
            }
            Some(Document::Coverage(value)) => {
                reading.producer.clone_from(&value.producer);
                if first {
                    self.coverage_reports.push(Doc { file, value });
                }
            }
            Some(Document::Sarif(value)) => {
                reading.producer = value.tools().join(", ");
                if first {
                    self.external.push(Doc { file, value });
                }
            }
            Some(Document::Runs(value)) => {
                value.producer.clone_into(&mut reading.producer);
                if first {
                    self.run_reports.push(Doc { file, value });
                    if source.kind == FileKind::BuildMetadata && value.lacks_times() {
                        reading.remark("it has no times; buildx writes them where BUILDX_METADATA_PROVENANCE is `max`");
                    }
                }
            }
            Some(Document::Diff(value)) => self.diffs.push(Doc { file, value }),
            None => {}
        }
        if !reading.problems.is_empty() {
            reading.status = if usable { FileStatus::PartlyRead } else { FileStatus::Unreadable };
            if source.kind == FileKind::Other {
                // The note says what the text seemed to be before anybody knew that it is broken.
                reading.note.clear();
            }
        } else if source.kind == FileKind::Other {
            reading.status = FileStatus::Ignored;
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

    /// Files of the tree that may be sources, by their paths from the root of the repository: reports, archives and what
    /// lies in other archives are none.
    fn tree_files(&self) -> impl Iterator<Item = &'a str> {
        let root = self.tree_root();
        let in_tree = self.files.iter().filter(|file| {
            let kind = file.source.kind;
            let other =
                kind.is_test_report() || kind.is_coverage() || matches!(kind, FileKind::Archive | FileKind::Diff);
            file.source.origin == Origin::Tree && !other
        });
        in_tree.filter_map(move |file| {
            let path = file.path().strip_prefix(root)?;
            let path = if root.is_empty() { path } else { path.strip_prefix('/')? };
            (!path.contains(".zip/")).then_some(path)
        })
    }

    /// The folder that the workflows of the tree belong to; empty where that is the root, or where it is not one.
    fn tree_root(&self) -> &'a str {
        let mut roots =
            self.workflows.iter().filter(|w| w.file.source.origin == Origin::Tree).map(|w| paths::root(w.file.path()));
        roots.next().filter(|root| roots.all(|other| other == *root)).unwrap_or_default()
    }

    /// The file of the tree that a covered path ([`crate::model::CoveredFile`]) stands for.
    pub fn source_file(&self, path: &str) -> Option<&'a File<'a>> {
        match self.tree_root() {
            "" => self.file(path),
            root => self.file(&format!("{root}/{path}")),
        }
    }

    /// The cases of one of the test reports that count: those that no later attempt replaced.
    pub fn counted_cases(&self, report: usize) -> impl Iterator<Item = (&'a Suite<'a>, &'a Case<'a>)> {
        let suites = self.test_reports.get(report).map_or(&[][..], |report| &report.value.suites);
        suites.iter().enumerate().flat_map(move |(at, suite)| {
            let counts = move |(case, _): &(usize, &Case<'_>)| !self.repeats.is_superseded(report, at, *case);
            suite.cases.iter().enumerate().filter(counts).map(move |(_, case)| (suite, case))
        })
    }

    /// A case of the test reports, with its report and its suite.
    pub fn case(&self, at: CaseRef) -> Option<(&Doc<'a, &'a TestReport<'a>>, &'a Suite<'a>, &'a Case<'a>)> {
        Repeats::case(&self.test_reports, at)
    }

    /// The paths of all files of a repository, from its root, loaded or not; `None` where the input does not look like all
    /// of it. A file that no format wants, outside of `.github`, tells that whole folders were listed and no files picked;
    /// submodules, whose files are elsewhere, and limits that cut the list leave it open.
    pub fn whole_tree(&self, root: &str) -> Option<Vec<&'a str>> {
        let mut paths = Vec::new();
        let mut listed = false;
        for file in self.files.iter().filter(|file| file.source.origin == Origin::Tree) {
            let source = file.source;
            if source.kind == FileKind::Other && source.status == FileStatus::Unreadable && source.bytes == 0 {
                return None;
            }
            let path = if root.is_empty() {
                file.path()
            } else {
                match file.path().strip_prefix(root).and_then(|path| path.strip_prefix('/')) {
                    Some(path) => path,
                    None => continue,
                }
            };
            if path == ".gitmodules" {
                return None;
            }
            listed |= source.kind == FileKind::Other
                && source.status == FileStatus::Ignored
                && !path.starts_with(".github/")
                && !path.contains(".zip/");
            paths.push(path);
        }
        listed.then_some(paths)
    }

    /// Whether a tree was given (and not only artifacts or single files): a workflow lies at its real path.
    pub fn has_tree(&self) -> bool {
        self.workflows
            .iter()
            .any(|w| w.file.source.origin == Origin::Tree && w.file.folder().ends_with(".github/workflows"))
    }
}

/// What makes two files the same report.
type Content<'a> = (FileKind, &'a str);

/// The path that each content counts under: the first, or that of the latest attempt, for it must not hide behind an
/// earlier one that ended in the same way.
fn counted_once<'a>(files: &'a [File<'a>]) -> BTreeMap<Content<'a>, &'a str> {
    let mut counted: BTreeMap<Content<'a>, (u32, &str)> = BTreeMap::new();
    for source in files.iter().map(|file| file.source).filter(|source| is_counted(source.kind)) {
        let own = (attempts::slot(&source.path).1, source.path.as_str());
        let kept = counted.entry((source.kind, &source.sha256)).or_insert(own);
        if own.0 > kept.0 {
            *kept = own;
        }
    }
    counted.into_iter().map(|(content, (_, path))| (content, path)).collect()
}

/// Whether files of this kind add up, so that one that is given twice must count once.
fn is_counted(kind: FileKind) -> bool {
    let of_runs = [FileKind::GithubRun, FileKind::BuildMetadata, FileKind::BuildProgress];
    kind.is_test_report() || kind.is_coverage() || kind == FileKind::Sarif || of_runs.contains(&kind)
}
