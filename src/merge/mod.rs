//! Several reports of one repository into one: the convenient way to bring shards together. The exact way is to judge
//! the artifacts of all shards in one go, for a report holds sums where a file holds tests and lines.
//!
//! Merging is associative, commutative and idempotent: what is added up is kept apart in [`Merged`], so that nothing is
//! counted twice however often and in whatever order reports are merged. What each part does:
//!
//! - Files are the same when path and content are; of two with one path and different content each gets the first digits
//!   of its hash.
//! - Findings are the same when fingerprint and place are.
//! - A rule ends as in the report in which it fared worst. What was looked at is added up, unless the reports looked at
//!   the same things.
//! - Tests are counted from the suites, each once. Attempts and environments are not compared.
//! - Coverage is merged by path, and says so in its definition.
//! - Coverage limits and the distribution of times are left out where reports of several runs are merged: they are true
//!   of one.
//! - What was compared with a baseline is left out: a finding that one shard lacks is not gone.

mod coverage;
mod paths;
mod tests;

use crate::engine;
use crate::model::{
    BuildInfo, Coverage, Family, FileKind, FileRecord, FileStatus, Finding, Level, Look, Merged, MergedReport,
    MergedTests, Outcome, PolicyInfo, PolicySource, Report, RunInfo, SCHEMA, Summary, Tool, Verdict, WaiverRecord,
    WaiverState, WorkflowInfo,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::cmp::Reverse;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Reads a report of this program, and says in words why it is none.
pub fn read(text: &str) -> Result<Report, String> {
    let report: Report = parsed(text)?;
    if report.schema == SCHEMA { Ok(report) } else { Err(foreign_schema(&report.schema)) }
}

/// Reads as much of a report as a type asks for. The schema of what does not fit it is told first: it is the reason.
pub(crate) fn parsed<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    #[derive(Deserialize)]
    struct Named {
        schema: String,
    }
    let text = text.trim_start_matches('\u{feff}');
    let problem = match serde_json::from_str(text) {
        Ok(parsed) => return Ok(parsed),
        Err(error) if error.is_data() => format!("is no report of Tollgate: {error}"),
        Err(error) => format!("is not valid JSON: {error}"),
    };
    match serde_json::from_str(text) {
        Ok(Named { schema }) if schema != SCHEMA => Err(foreign_schema(&schema)),
        _ => Err(problem),
    }
}

/// Why a report of another schema is not read.
pub(crate) fn foreign_schema(schema: &str) -> String {
    let schema: String = schema.chars().take(40).collect();
    format!("has the schema `{schema}`, and this version reads `{SCHEMA}`; write the report again with this version")
}

/// Merges reports; `None` of none. The verdict is the worst of theirs, or worse where `fail_on` asks for more than they
/// did. One report alone, or several times, stays as it is.
pub fn merge(reports: Vec<Report>, fail_on: Level) -> Option<Report> {
    let ids: Vec<BTreeSet<MergedReport>> = reports.iter().map(made_of).collect();
    let all: BTreeSet<&MergedReport> = ids.iter().flatten().collect();
    let mut merged = if all.len() == 1 {
        reports.into_iter().next()?
    } else {
        let all = all.into_iter().cloned().collect();
        several(reports, all)?
    };
    merged.summary = engine::summary(&merged.outcomes, &merged.findings);
    let judged = engine::verdict(&merged.outcomes, &merged.findings, &merged.files, fail_on);
    if severity(judged) > severity(merged.verdict) {
        merged.verdict = judged;
    }
    Some(merged)
}

/// More is worse.
const fn severity(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Pass => 0,
        Verdict::Incomplete => 1,
        Verdict::Fail => 2,
    }
}

/// The reports that a report was made of: itself, unless it was merged.
fn made_of(report: &Report) -> BTreeSet<MergedReport> {
    if let Some(merged) = &report.merged {
        return merged.reports.iter().cloned().collect();
    }
    let read = |file: &&FileRecord| matches!(file.status, FileStatus::Read | FileStatus::PartlyRead);
    let coverage: BTreeSet<&str> =
        report.files.iter().filter(read).filter(|file| file.kind.is_coverage()).map(|file| &*file.sha256).collect();
    BTreeSet::from([MergedReport {
        id: digest([&*json(report)]),
        policy: report.policy.name.clone(),
        verdict: report.verdict,
        coverage: if report.coverage.is_some() { digest(coverage) } else { String::new() },
    }])
}

fn several(reports: Vec<Report>, made_of: BTreeSet<MergedReport>) -> Option<Report> {
    let mut gathered = Gathered::default();
    for report in reports {
        gathered.add(report);
    }
    gathered.finish(made_of)
}

#[derive(Default)]
struct Gathered {
    sources: Option<Vec<PolicySource>>,
    outcomes: BTreeMap<(Family, String), Outcome>,
    looks: BTreeMap<String, BTreeSet<Look>>,
    /// By file, offset, length, rule and fingerprint.
    findings: BTreeMap<(String, usize, usize, String, String), Finding>,
    tests: tests::Gathered,
    distinct: BTreeSet<MergedTests>,
    coverage: Option<Coverage>,
    runs: BTreeMap<(Option<u64>, String), RunInfo>,
    builds: BTreeMap<(String, String), BuildInfo>,
    workflows: BTreeMap<String, WorkflowInfo>,
    waivers: BTreeMap<(String, usize, String), WaiverRecord>,
    files: BTreeMap<String, FileRecord>,
}

impl Gathered {
    fn add(&mut self, mut report: Report) {
        paths::identify(&mut report);
        match report.merged.take() {
            Some(merged) => {
                for (rule, looks) in merged.looks {
                    self.looks.entry(rule).or_default().extend(looks);
                }
                self.distinct.extend(merged.tests);
            }
            None => {
                let evidence = Evidence::of(&report.files);
                for outcome in &report.outcomes {
                    self.looks.entry(outcome.rule.clone()).or_default().insert(evidence.look(outcome));
                }
                self.distinct.extend(tests::own(&report));
            }
        }
        union(&mut self.sources, report.policy.sources, |source| (source.file.clone(), source.pack));
        for outcome in report.outcomes {
            self.outcome(outcome);
        }
        for finding in report.findings {
            self.finding(finding);
        }
        if let Some(tests) = report.tests {
            self.tests.add(tests);
        }
        self.coverage = coverage::merge(self.coverage.take(), report.coverage);
        for run in report.runs {
            let key = if run.id.is_some() { String::new() } else { json(&run) };
            let order = |run: &RunInfo| {
                (Reverse(run.attempt), Reverse(run.complete), Reverse(run.jobs.len()), run.file.clone(), json(run))
            };
            keep(&mut self.runs, (run.id, key), run, order);
        }
        self.builds.extend(report.builds.into_iter().map(|build| ((build.file.clone(), json(&build)), build)));
        for workflow in report.workflows {
            keep(&mut self.workflows, workflow.file.clone(), workflow, json);
        }
        for waiver in report.waivers {
            let key = (waiver.place.file.clone(), waiver.place.offset, waiver.rule.clone());
            keep(&mut self.waivers, key, waiver, |waiver| (rank(waiver.state), Reverse(waiver.findings), json(waiver)));
        }
        for file in report.files {
            let order = |file: &FileRecord| (file.status == FileStatus::Ignored, json(file));
            keep(&mut self.files, file.path.clone(), file, order);
        }
    }

    fn outcome(&mut self, outcome: Outcome) {
        match self.outcomes.entry((outcome.family, outcome.rule.clone())) {
            Entry::Vacant(entry) => drop(entry.insert(outcome)),
            Entry::Occupied(mut entry) => {
                let known = entry.get_mut();
                known.level = known.level.max(outcome.level);
                // Declared from the worst to the best.
                known.outcome = known.outcome.min(outcome.outcome);
                let mut facts = Some(std::mem::take(&mut known.facts));
                union(&mut facts, outcome.facts, String::clone);
                known.facts = facts.unwrap_or_default();
                if outcome.policy < known.policy {
                    known.policy = outcome.policy;
                }
            }
        }
    }

    /// What is new in one report is new; of two findings that say it differently one is kept.
    fn finding(&mut self, mut finding: Finding) {
        let place = &finding.place;
        let key = (place.file.clone(), place.offset, place.length, finding.rule.clone(), finding.fingerprint.clone());
        let others = std::mem::take(&mut finding.other_fingerprints);
        let mut all = self.findings.get_mut(&key).map(|known| std::mem::take(&mut known.other_fingerprints));
        union(&mut all, others, String::clone);
        let order = |finding: &Finding| (finding.status, Reverse(finding.level), json(finding));
        keep(&mut self.findings, key.clone(), finding, order);
        if let Some(kept) = self.findings.get_mut(&key) {
            kept.other_fingerprints = all.unwrap_or_default();
        }
    }

    fn finish(mut self, made_of: BTreeSet<MergedReport>) -> Option<Report> {
        for outcome in self.outcomes.values_mut() {
            let looks = self.looks.get(&outcome.rule).into_iter().flatten();
            (outcome.subjects, outcome.failing) = looks.fold((0, 0), |(subjects, failing), look| {
                (look.subjects.saturating_add(subjects), look.failing.saturating_add(failing))
            });
        }
        let policies: BTreeSet<&str> = made_of.iter().map(|report| &*report.policy).collect();
        let measured: BTreeSet<&str> =
            made_of.iter().map(|report| &*report.coverage).filter(|id| !id.is_empty()).collect();
        if let Some(coverage) = self.coverage.as_mut().filter(|_| measured.len() > 1) {
            coverage::DEFINITION.clone_into(&mut coverage.definition);
            // What each report counted and judged by itself is not true of all of them.
            coverage.paths = None;
            coverage.limits.clear();
        }
        self.leave_out_unread_twins();
        let mut report = Report {
            schema: SCHEMA.to_owned(),
            tool: Tool { name: "tollgate".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            verdict: made_of.iter().map(|report| report.verdict).max_by_key(|verdict| severity(*verdict))?,
            policy: PolicyInfo {
                name: policies.into_iter().collect::<Vec<_>>().join(", "),
                sources: self.sources.unwrap_or_default(),
            },
            summary: Summary::default(),
            outcomes: self.outcomes.into_values().collect(),
            findings: self.findings.into_values().collect(),
            tests: self.tests.finish(&self.distinct),
            coverage: self.coverage,
            runs: self.runs.into_values().collect(),
            builds: self.builds.into_values().collect(),
            workflows: self.workflows.into_values().collect(),
            waivers: self.waivers.into_values().collect(),
            baseline: None,
            merged: Some(Merged {
                reports: made_of.into_iter().collect(),
                looks: self.looks.into_iter().map(|(rule, looks)| (rule, looks.into_iter().collect())).collect(),
                tests: self.distinct.into_iter().collect(),
            }),
            files: self.files.into_values().collect(),
        };
        paths::name(&mut report);
        Some(report)
    }

    /// A file that one report had no need to read is told by the one that read it.
    fn leave_out_unread_twins(&mut self) {
        let read: BTreeSet<String> = self
            .files
            .keys()
            .filter(|identity| !paths::split(identity).1.is_empty())
            .map(|identity| paths::split(identity).0.to_owned())
            .collect();
        self.files.retain(|identity, file| {
            let (path, hash) = paths::split(identity);
            !(hash.is_empty() && file.status == FileStatus::Ignored && read.contains(path))
        });
    }
}

/// Hashes over the files that a report was made from: those of the tree, and those that a run wrote.
struct Evidence {
    tree: String,
    run: String,
}

/// Rules of the family `tests` that look at the tree.
const TESTS_BY_TREE: [&str; 2] = ["lost-exit-code", "tests-ignored"];

impl Evidence {
    fn of(files: &[FileRecord]) -> Self {
        let (run, tree): (Vec<_>, Vec<_>) =
            files.iter().filter(|file| !file.sha256.is_empty()).partition(|file| is_written_by_a_run(file.kind));
        let all = |files: Vec<&FileRecord>| digest(files.iter().map(|file| &*file.path).collect::<BTreeSet<_>>());
        Self { tree: all(tree), run: all(run) }
    }

    /// Reports on one tree say the same of it; that tests of two runs come to the same numbers is chance.
    fn look(&self, outcome: &Outcome) -> Look {
        let by_run = outcome.family == Family::Tests && !TESTS_BY_TREE.contains(&&*outcome.rule);
        let said = json(&(outcome.subjects, outcome.failing, &outcome.facts));
        let run = if by_run { &*self.run } else { "" };
        Look { id: digest([&*self.tree, run, &said]), subjects: outcome.subjects, failing: outcome.failing }
    }
}

fn is_written_by_a_run(kind: FileKind) -> bool {
    let others =
        [FileKind::Sarif, FileKind::GithubRun, FileKind::BuildMetadata, FileKind::BuildProgress, FileKind::Archive];
    kind.is_test_report() || kind.is_coverage() || others.contains(&kind)
}

/// Used in one report is used, whatever the others saw.
const fn rank(state: WaiverState) -> u8 {
    match state {
        WaiverState::Bad => 0,
        WaiverState::Expired => 1,
        WaiverState::Used => 2,
        WaiverState::Unused => 3,
        WaiverState::Idle => 4,
    }
}

/// Of two values with one key keeps the one that comes first in an order that does not depend on which came first.
fn keep<K: Ord, T, O: Ord>(map: &mut BTreeMap<K, T>, key: K, value: T, order: impl Fn(&T) -> O) {
    match map.entry(key) {
        Entry::Vacant(entry) => drop(entry.insert(value)),
        Entry::Occupied(mut entry) => {
            if order(&value) < order(entry.get()) {
                entry.insert(value);
            }
        }
    }
}

/// What is in one list or the other. Equal lists keep their order, others are sorted, and then hold each thing once.
fn union<T: PartialEq, K: Ord>(known: &mut Option<Vec<T>>, more: Vec<T>, key: impl Fn(&T) -> K) {
    match known {
        None => *known = Some(more),
        Some(known) if *known == more => {}
        Some(known) => {
            known.extend(more);
            known.sort_by_key(&key);
            known.dedup_by_key(|item| key(item));
        }
    }
}

fn json(value: &impl Serialize) -> String {
    // Only a map key that is no text can fail, and the report has none.
    serde_json::to_string(value).unwrap_or_default()
}

/// Sixteen hex digits.
fn digest<'t>(parts: impl IntoIterator<Item = &'t str>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().take(8).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
