//! The only door: files and a policy in, a report out. Pure, and the same on every platform.

mod details;

use crate::evidence::{Build, Evidence, File, Run};
use crate::input::{self, Limits, RawFile, SourceFile};
use crate::model::{
    Baseline, Date, FileKind, FileRecord, FileStatus, Finding, Level, Outcome, OutcomeKind, PolicyPlace, Report,
    SCHEMA, Status, Summary, Tool, Verdict, WorkflowInfo,
};
use crate::parse::documents;
use crate::policy::{Demand, Policy, PolicyError};
use crate::rules::{self, Hidden, Settle, Sink};
use crate::threads;
use std::collections::BTreeMap;

pub use details::{CaseTable, CoveredTable};

/// What is judged, and how.
#[derive(Debug)]
pub struct Request {
    /// The files.
    pub files: Vec<RawFile>,
    /// How much of them is read.
    pub limits: Limits,
    /// The lowest level that fails the gate.
    pub fail_on: Level,
    /// The day for which dates are judged.
    pub today: Date,
    /// An earlier report to compare with.
    pub baseline: Option<Baseline>,
}

/// Judges files by a policy.
pub fn analyze(request: Request, policy: &Policy) -> Report {
    analyze_watched(request, policy, &|_| {})
}

/// Judges files by a policy, and tells what it is at.
pub fn analyze_watched(request: Request, policy: &Policy, watch: Watch<'_>) -> Report {
    watch(Step { phase: Phase::Open, done: 0, total: request.files.len(), name: "" });
    let sources = input::open(request.files, &request.limits);
    let terms = Terms { fail_on: request.fail_on, today: request.today, baseline: request.baseline.as_ref() };
    judge_watched(&sources, policy, &terms, watch)
}

/// Who is told what the work is at.
pub type Watch<'w> = &'w dyn Fn(Step<'_>);

/// What the work is at.
#[derive(Debug, Clone, Copy)]
pub struct Step<'s> {
    /// The phase; they follow each other in the order of their declaration.
    pub phase: Phase,
    /// Things of this phase that are done.
    pub done: usize,
    /// All things of this phase.
    pub total: usize,
    /// Path of the file or id of the rule that is next; empty where there is none.
    pub name: &'s str,
}

/// A part of the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Archives are opened, and what each file is is found out.
    Open,
    /// Files are read, one by one.
    Read,
    /// What was read is linked with each other.
    Link,
    /// Rules judge, one by one.
    Judge,
}

/// The policy that files bring along (`tollgate.yml` or `.github/tollgate.yml` at the root of the tree, archives looked
/// into), or else the pack `recommended`.
pub(crate) fn own_policy(sources: &[SourceFile]) -> Result<Policy, Vec<PolicyError>> {
    match policy_path(sources.iter().map(|source| source.path.as_str())) {
        Some(path) => load_policy(path, text_of(sources, path), &|path| text_of(sources, path).map(str::to_owned)),
        None => load_policy(RECOMMENDED, None, &|_| None),
    }
}

/// The text of a file; `None` where it was not kept, which is not the same as an empty file.
pub(crate) fn text_of<'s>(sources: &'s [SourceFile], path: &str) -> Option<&'s str> {
    let source = sources.iter().find(|source| source.path == path)?;
    (source.bytes == 0 || !source.text.is_empty()).then_some(&*source.text)
}

/// The pack for trees without a policy of their own.
pub const RECOMMENDED: &str = "recommended";

/// What judges beside the policy.
pub(crate) struct Terms<'t> {
    pub(crate) fail_on: Level,
    pub(crate) today: Date,
    pub(crate) baseline: Option<&'t Baseline>,
}

/// Judges files that were opened before.
pub(crate) fn judge(sources: &[SourceFile], policy: &Policy, terms: &Terms<'_>) -> Report {
    judge_watched(sources, policy, terms, &|_| {})
}

fn judge_watched(sources: &[SourceFile], policy: &Policy, terms: &Terms<'_>, watch: Watch<'_>) -> Report {
    let Terms { fail_on, today, baseline } = *terms;
    with_evidence(sources, baseline, watch, |mut evidence| {
        let checks = policy.checks.iter().map(|check| check.id.as_str());
        let ids: Vec<&str> = rules::REGISTRY.iter().map(|rule| rule.meta.id).chain(checks).collect();
        let settle = Settle::new(policy, &evidence, today, &ids, baseline.map(Baseline::known).unwrap_or_default());
        let demands = demands(policy, &settle, baseline);
        // Those about waivers see what the others came to.
        let (last, first): (Vec<_>, Vec<_>) =
            demands.iter().partition(|demand| rules::ABOUT_WAIVERS.contains(&&*demand.rule));
        let mut hidden = Hidden::default();
        let mut done = 0;
        let mut run = |demand: &Demand, evidence: &Evidence<'_>| {
            let rule = rules::find(&demand.rule)?;
            watch(Step { phase: Phase::Judge, done, total: demands.len(), name: rule.meta.id });
            done += 1;
            let sink = Sink::new(&rule.meta, demand.level, demand.place.clone(), today);
            let mut sink = sink.settled_by(&settle);
            (rule.run)(evidence, &demand.params, &mut sink);
            hidden.extend(sink.take_hidden());
            Some(sink.finish())
        };
        let mut ends: Vec<_> = first.into_iter().filter_map(|demand| run(demand, &evidence)).collect();
        ends.extend(policy.checks.iter().map(|check| rules::custom::run(check, &evidence, today, &settle)));
        evidence.waivers = settle.waivers(&evidence, ends.iter().map(|(outcome, _)| outcome));
        ends.extend(last.into_iter().filter_map(|demand| run(demand, &evidence)));
        let (mut outcomes, findings): (Vec<_>, Vec<_>) = ends.into_iter().unzip();
        let mut findings: Vec<Finding> = findings.into_iter().flatten().collect();
        for outcome in &mut outcomes {
            hidden.conceal_outcome(outcome);
        }
        for finding in &mut findings {
            hidden.conceal_finding(finding);
        }
        outcomes.sort_by(|a, b| (a.family, &a.rule).cmp(&(b.family, &b.rule)));
        findings.sort_by(|a, b| {
            (&a.place.file, a.place.offset, &a.rule, &a.message).cmp(&(
                &b.place.file,
                b.place.offset,
                &b.rule,
                &b.message,
            ))
        });
        let files = records(&evidence);
        Report {
            schema: SCHEMA.to_owned(),
            tool: Tool { name: "tollgate".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            verdict: verdict(&outcomes, &findings, &files, fail_on),
            policy: policy.info.clone(),
            summary: summary(&outcomes, &findings),
            outcomes,
            findings,
            tests: evidence.tests.clone(),
            coverage: evidence.coverage.clone().map(|mut coverage| {
                coverage.limits = rules::coverage::in_force(&demands, &coverage);
                coverage
            }),
            runs: evidence.runs.iter().map(Run::info).collect(),
            builds: evidence.builds.iter().map(Build::info).collect(),
            workflows: workflows(&evidence),
            waivers: evidence.waivers,
            baseline: baseline.map(|baseline| baseline.info(settle.gone())),
            merged: None,
            files,
        }
    })
}

/// What the policy demands, and the rules that a baseline and waivers bring where it does not name them.
fn demands(policy: &Policy, settle: &Settle<'_>, baseline: Option<&Baseline>) -> Vec<Demand> {
    let mut demands = policy.rules.clone();
    let mut bring = |rules: &[&str], place: Option<PolicyPlace>| {
        let Some(place) = place else { return };
        for rule in rules {
            let Some(level) = policy.unsaid.get(*rule) else { continue };
            demands.push(Demand {
                rule: (*rule).to_owned(),
                level: *level,
                params: serde_json::Map::new(),
                place: place.clone(),
                origins: BTreeMap::new(),
            });
        }
    };
    bring(&rules::ABOUT_BASELINE, baseline.map(|baseline| PolicyPlace { file: baseline.file.clone(), line: 1 }));
    bring(&rules::ABOUT_WAIVERS, settle.first_waiver());
    demands
}

/// Reads files without judging them, and hands the evidence and the receipt to `look`.
pub fn inspect<T>(files: Vec<RawFile>, limits: &Limits, look: impl FnOnce(&Evidence<'_>, &[FileRecord]) -> T) -> T {
    let sources = input::open(files, limits);
    with_evidence(&sources, None, &|_| {}, |evidence| look(&evidence, &records(&evidence)))
}

/// Finds the policy that a tree brings along: `tollgate.yml` or `.github/tollgate.yml` at its root. In an archive the
/// root may be one folder down, as in the archives that hosts make of repositories.
pub fn policy_path<'f>(paths: impl IntoIterator<Item = &'f str>) -> Option<&'f str> {
    let depth = |path: &str| {
        let (archive, inner) = path.split_once(".zip/").map_or((false, path), |(_, inner)| (true, inner));
        let folder = inner.strip_suffix("tollgate.yml").or_else(|| inner.strip_suffix("tollgate.yaml"))?;
        let folder = folder.strip_suffix(".github/").unwrap_or(folder);
        let folders = folder.matches('/').count();
        (folder.is_empty() || folder.ends_with('/')).then_some(folders).filter(|n| *n <= usize::from(archive))
    };
    let found = paths.into_iter().filter_map(|path| Some((depth(path)?, path)));
    found.min().map(|(_, path)| path)
}

/// Loads a policy by the name of a pack, or from a text.
pub fn load_policy(
    name: &str,
    text: Option<&str>,
    read: &dyn Fn(&str) -> Option<String>,
) -> Result<Policy, Vec<PolicyError>> {
    let text = text.or_else(|| crate::policy::pack(name)).unwrap_or("");
    crate::policy::load(name, text, &rules::specs(), read)
}

/// Gathers the evidence of some kinds of files only, for questions about these; of the others it knows that they are
/// there.
pub(crate) fn look_at<T>(
    sources: &[SourceFile],
    wanted: impl Fn(FileKind) -> bool + Sync,
    look: impl FnOnce(&Evidence<'_>) -> T,
) -> T {
    let files: Vec<File<'_>> = sources.iter().map(File::new).collect();
    let read = |source| Some(source).filter(|source: &&SourceFile| wanted(source.kind)).and_then(documents::read);
    let parsed = threads::map(sources, weight, &|_| {}, read);
    look(&Evidence::gather(&files, &parsed))
}

fn weight(source: &SourceFile) -> usize {
    source.text.len()
}

fn with_evidence<T>(
    sources: &[SourceFile],
    baseline: Option<&Baseline>,
    watch: Watch<'_>,
    look: impl FnOnce(Evidence<'_>) -> T,
) -> T {
    let files: Vec<File<'_>> = sources.iter().map(File::new).collect();
    let total = sources.len();
    let next = |done: usize| {
        let name = sources.get(done).map_or("", |source| &source.path);
        watch(Step { phase: Phase::Read, done, total, name });
    };
    let parsed = threads::map(sources, weight, &next, documents::read);
    watch(Step { phase: Phase::Link, done: 0, total, name: "" });
    look(Evidence { baseline, ..Evidence::gather(&files, &parsed) })
}

pub(crate) fn verdict(outcomes: &[Outcome], findings: &[Finding], files: &[FileRecord], fail_on: Level) -> Verdict {
    let counts = |finding: &&Finding| finding.level >= fail_on && finding.status == Status::New;
    // A file that cannot be read keeps the answer open; only what was read can fail.
    if findings.iter().filter(counts).any(|finding| finding.rule != rules::UNREADABLE) {
        return Verdict::Fail;
    }
    let missing = |o: &Outcome| o.outcome == OutcomeKind::NoEvidence && o.level >= fail_on;
    let nothing =
        !files.iter().any(|f| matches!(f.status, FileStatus::Read | FileStatus::PartlyRead) && is_evidence(f.kind));
    if nothing || outcomes.iter().any(missing) || findings.iter().any(|finding| counts(&finding)) {
        return Verdict::Incomplete;
    }
    Verdict::Pass
}

fn is_evidence(kind: FileKind) -> bool {
    !matches!(kind, FileKind::Archive | FileKind::Diff | FileKind::Foreign | FileKind::Other | FileKind::Policy)
}

pub(crate) fn summary(outcomes: &[Outcome], findings: &[Finding]) -> Summary {
    let mut summary = Summary::default();
    for finding in findings {
        match finding.status {
            Status::Waived => summary.waived += 1,
            Status::New => summary.new += 1,
            Status::Known => summary.known += 1,
        }
        match (finding.status, finding.level) {
            (Status::Waived, _) => {}
            (_, Level::Error) => summary.errors += 1,
            (_, Level::Warning) => summary.warnings += 1,
            (_, Level::Info) => summary.infos += 1,
        }
    }
    for outcome in outcomes {
        let count = match outcome.outcome {
            OutcomeKind::Passed => &mut summary.outcomes.passed,
            OutcomeKind::Failed => &mut summary.outcomes.failed,
            OutcomeKind::Waived => &mut summary.outcomes.waived,
            OutcomeKind::NotApplicable => &mut summary.outcomes.not_applicable,
            OutcomeKind::NoEvidence => &mut summary.outcomes.no_evidence,
        };
        *count += 1;
    }
    summary
}

fn records(evidence: &Evidence<'_>) -> Vec<FileRecord> {
    evidence
        .readings
        .iter()
        .map(|reading| {
            let source = reading.file.source;
            let note = match reading.problems.as_slice() {
                [] => reading.note.clone(),
                [first, others @ ..] => {
                    let place = reading.file.place(first.span, String::new());
                    let more = if others.is_empty() { String::new() } else { format!(" (and {} more)", others.len()) };
                    format!("{}:{}: {}{more}", place.line, place.column, first.message)
                }
            };
            FileRecord {
                path: source.path.clone(),
                kind: source.kind,
                producer: reading.producer.clone(),
                bytes: source.bytes,
                sha256: source.sha256.clone(),
                status: reading.status,
                note,
            }
        })
        .collect()
}

fn workflows(evidence: &Evidence<'_>) -> Vec<WorkflowInfo> {
    evidence
        .workflows
        .iter()
        .map(|workflow| WorkflowInfo {
            file: workflow.file.path().to_owned(),
            name: workflow.name.unwrap_or(workflow.file.path()).to_owned(),
            jobs: workflow.jobs.iter().map(|job| job.id.to_owned()).collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::policy_path;

    #[test]
    fn a_policy_is_found_at_the_root_of_a_tree_only() {
        for (paths, expected) in [
            (vec!["samples/shop/tollgate.yml", "a/.github/tollgate.yml"], None),
            (vec![".github/tollgate.yml", "x/tollgate.yml"], Some(".github/tollgate.yml")),
            (vec!["shop.zip/shop-main/tollgate.yaml"], Some("shop.zip/shop-main/tollgate.yaml")),
            (vec!["shop.zip/a/b/tollgate.yml", "my-tollgate.yml"], None),
        ] {
            assert_eq!(policy_path(paths.iter().copied()), expected, "{paths:?}");
        }
    }
}
