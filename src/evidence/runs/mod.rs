//! Runs and builds over all records: each once, with what follows from their times.

mod join;
mod path;

use super::{Doc, File};
use crate::model::{BuildInfo, JobInfo, PathBy, RunInfo, StepInfo};
use crate::parse::runs::{BuildRecord, JobRun, RunRecord, RunReport, SKIPPED, Timestamp};
use crate::parse::workflow::Workflow;
use std::collections::{BTreeMap, BTreeSet};

pub use path::CriticalPath;

/// A run of a workflow.
#[derive(Debug)]
pub struct Run<'a> {
    /// The first record that tells of it.
    pub file: &'a File<'a>,
    /// That record.
    pub record: &'a RunRecord,
    /// Name of the workflow; empty where no record tells.
    pub workflow: &'a str,
    /// Id of the run.
    pub id: Option<u64>,
    /// The latest attempt.
    pub attempt: Option<u64>,
    /// `success`, `failure`, …; `None` where it cannot be told.
    pub conclusion: Option<&'a str>,
    /// Whether the run is over and all of its jobs are known.
    pub complete: bool,
    /// When the first job of the latest attempt started.
    pub started: Option<Timestamp>,
    /// From there to the last end, in milliseconds; a lower bound where the run is not complete.
    pub milliseconds: Option<u64>,
    /// From the beginning of the latest attempt to `started`, in milliseconds.
    pub queued: Option<u64>,
    /// The latest attempt of each job, in order of the records.
    pub jobs: Vec<MeasuredJob<'a>>,
    /// The jobs whose times add up to the run's.
    pub critical_path: CriticalPath,
    /// What a reader should know about the numbers.
    pub notes: Vec<String>,
}

/// A job of a run.
#[derive(Debug)]
pub struct MeasuredJob<'a> {
    /// The file that tells of it.
    pub file: &'a File<'a>,
    /// What it tells.
    pub job: &'a JobRun,
    /// Its id in the workflow; `None` where the workflow is not in the input or the name fits several jobs.
    pub id: Option<&'a str>,
    /// Attempts of it before this one.
    pub earlier_attempts: usize,
    /// Whether it ran in the latest attempt of the run: neither skipped nor taken over from an earlier one.
    pub counts: bool,
}

/// A build of an image.
#[derive(Debug)]
pub struct Build<'a> {
    /// The file that tells of it.
    pub file: &'a File<'a>,
    /// What it tells.
    pub record: &'a BuildRecord,
}

/// A record of a run, and its file.
type Record<'a> = (&'a File<'a>, &'a RunRecord);

/// Records of one run id are one run, on however many pages and in however many files they stand.
pub(super) fn runs<'a>(reports: &[Doc<'a, &'a RunReport>], workflows: &[Doc<'a, Workflow<'a>>]) -> Vec<Run<'a>> {
    let mut groups: Vec<Vec<Record<'a>>> = Vec::new();
    let mut by_id: BTreeMap<u64, usize> = BTreeMap::new();
    for report in reports {
        for record in &report.value.runs {
            let known = record.id.and_then(|id| by_id.get(&id));
            if let Some(group) = known.and_then(|at| groups.get_mut(*at)) {
                group.push((report.file, record));
                continue;
            }
            by_id.extend(record.id.map(|id| (id, groups.len())));
            groups.push(vec![(report.file, record)]);
        }
    }
    groups.iter().filter_map(|records| Run::new(records, workflows)).collect()
}

/// A build that several records tell of by the same reference counts once.
pub(super) fn builds<'a>(reports: &[Doc<'a, &'a RunReport>]) -> Vec<Build<'a>> {
    let mut known: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut builds = Vec::new();
    for report in reports {
        for record in &report.value.builds {
            if record.reference.is_empty() || known.insert((&record.reference, &record.target)) {
                builds.push(Build { file: report.file, record });
            }
        }
    }
    builds
}

impl<'a> Run<'a> {
    fn new(records: &[Record<'a>], workflows: &[Doc<'a, Workflow<'a>>]) -> Option<Self> {
        let (file, record) = *records.first()?;
        let mut notes = Vec::new();
        let all = jobs_of(records);
        let known = all.len();
        let mut jobs = latest(all, &mut notes);
        let attempt = records.iter().filter_map(|(_, record)| record.attempt).max();
        // The record that was written last knows most.
        let told = |record: &&RunRecord| (record.updated, !record.conclusion.is_empty());
        let own = records.iter().map(|(_, record)| *record).max_by_key(told).unwrap_or(record);
        let began = own.started.filter(|_| own.attempt > Some(1));
        let mut taken_over = 0;
        for job in &mut jobs {
            let earlier = job.job.attempt.is_some() && job.job.attempt < attempt;
            let before = job.job.completed.is_some() && job.job.completed < began;
            let is_taken_over = earlier || before || job.job.is_taken_over();
            taken_over += usize::from(is_taken_over);
            job.counts = !is_taken_over && &*job.job.conclusion != SKIPPED;
        }
        if taken_over > 0 {
            notes.push(format!(
                "{taken_over} of {} jobs ran in an earlier attempt; the times leave them out",
                jobs.len()
            ));
        }
        let workflow = records.iter().map(|(_, record)| &*record.workflow).find(|name| !name.is_empty());
        let unfinished = jobs.iter().filter(|job| !is_over(job.job)).count();
        if unfinished > 0 {
            notes.push(format!("{unfinished} of {} jobs were not over", jobs.len()));
        }
        let declared = records.iter().filter_map(|(_, record)| record.declared_jobs).max();
        let missing = declared.filter(|declared| *declared > known as u64);
        if let Some(declared) = missing {
            notes.push(format!("the records hold {known} of {declared} jobs"));
        }
        // Where the number of jobs is declared and reached, nothing stood behind a flaw.
        let all_known = declared.is_some() && missing.is_none();
        let whole = all_known || records.iter().all(|(_, record)| record.whole);
        if !whole {
            notes.push("a record breaks off or could not be read to its end; jobs may be missing".to_owned());
        }
        let over = matches!(&*own.status, "" | "completed");
        let mut run = Self {
            file,
            record,
            workflow: workflow.unwrap_or_default(),
            id: record.id,
            attempt,
            conclusion: Some(&*own.conclusion).filter(|conclusion| !conclusion.is_empty()),
            complete: whole && over && unfinished == 0 && missing.is_none(),
            started: None,
            milliseconds: None,
            queued: None,
            jobs,
            critical_path: CriticalPath { jobs: Vec::new(), by: PathBy::Times },
            notes,
        };
        run.measure(own);
        run.critical_path = path::find(run.workflow, &mut run.jobs, workflows, &mut run.notes);
        Some(run)
    }

    fn measure(&mut self, own: &'a RunRecord) {
        if self.jobs.is_empty() {
            // The time of creation stays that of the first attempt.
            self.started = own.started.or(own.created.filter(|_| self.attempt <= Some(1)));
            self.milliseconds = self.started.zip(own.updated.filter(|_| &*own.status == "completed")).and_then(span);
            if self.milliseconds.is_some() {
                self.notes
                    .push("without jobs, the time is the run's own, from its start to its last change".to_owned());
            }
            return;
        }
        let counted = || self.jobs.iter().filter(|job| job.counts).map(|job| job.job);
        let started = counted().filter_map(|job| job.started).min();
        let ended = counted().filter_map(|job| job.completed).max();
        // GitHub tells when a run began by `run_started_at`; without it, the first job that waited tells.
        let began = own.started.or_else(|| counted().filter_map(|job| job.created).min());
        let succeeded = |job: &MeasuredJob<'_>| matches!(&*job.job.conclusion, "success" | "skipped" | "neutral");
        if self.conclusion.is_none() && self.complete && self.jobs.iter().all(succeeded) {
            self.conclusion = Some("success");
        }
        self.milliseconds = started.zip(ended).and_then(span);
        self.queued = began.zip(started).and_then(span);
        self.started = started;
    }

    /// As reports have it, but for the path of the workflow, which the evidence knows.
    pub fn info(&self) -> RunInfo {
        RunInfo {
            file: self.file.path().to_owned(),
            workflow: self.workflow.to_owned(),
            workflow_file: None,
            id: self.id,
            attempt: self.attempt,
            conclusion: self.conclusion.map(str::to_owned),
            complete: self.complete,
            started: self.started.map(|time| time.to_string()),
            seconds: self.milliseconds.map(seconds),
            queue_seconds: self.queued.map(seconds),
            jobs: self.jobs.iter().map(MeasuredJob::info).collect(),
            critical_path: self.path().map(|job| job.job.name.to_string()).collect(),
            critical_path_by: self.critical_path.by,
            notes: self.notes.clone(),
        }
    }

    /// The jobs of the critical path, the first to start first.
    pub fn path(&self) -> impl Iterator<Item = &MeasuredJob<'a>> {
        self.critical_path.jobs.iter().filter_map(|at| self.jobs.get(*at))
    }
}

impl MeasuredJob<'_> {
    fn info(&self) -> JobInfo {
        let job = self.job;
        let steps = job.steps.iter().map(|step| StepInfo {
            name: step.name.to_string(),
            conclusion: said(&step.conclusion),
            seconds: step.milliseconds().map(seconds),
            line: self.file.line(step.span.offset),
        });
        JobInfo {
            name: job.name.to_string(),
            id: self.id.map(str::to_owned),
            conclusion: said(&job.conclusion),
            seconds: job.milliseconds().map(seconds),
            queue_seconds: job.queued().map(seconds),
            earlier_attempts: self.earlier_attempts,
            steps: steps.collect(),
            file: self.file.path().to_owned(),
            line: self.file.line(job.span.offset),
        }
    }
}

impl Build<'_> {
    /// As reports have it, but for the path of the workflow, which the evidence knows.
    pub fn info(&self) -> BuildInfo {
        let record = self.record;
        BuildInfo {
            file: self.file.path().to_owned(),
            target: record.target.to_string(),
            digest: record.digest.to_string(),
            started: record.started.map(|time| time.to_string()),
            seconds: record.milliseconds().map(seconds),
            steps: record.vertices.len(),
            cached: record.vertices.iter().filter(|vertex| vertex.cached).count(),
            failed: record.vertices.iter().filter(|vertex| !vertex.error.is_empty()).count(),
        }
    }
}

/// Each job of the records once. Of two records of one job the one that knows its end counts.
fn jobs_of<'a>(records: &[Record<'a>]) -> Vec<MeasuredJob<'a>> {
    let mut jobs: Vec<MeasuredJob<'a>> = Vec::new();
    let mut known: BTreeMap<_, usize> = BTreeMap::new();
    for (file, record) in records {
        for job in &record.jobs {
            // Without an id, jobs that say the same in two files are one.
            let key = match job.id {
                Some(id) => (Some(id), "", None, None, None),
                None => (None, &*job.name, job.attempt, job.started, job.completed),
            };
            let measured = MeasuredJob { file, job, id: None, earlier_attempts: 0, counts: true };
            match known.get(&key).and_then(|at| jobs.get_mut(*at)) {
                Some(same) if same.job.completed.is_none() && job.completed.is_some() => *same = measured,
                Some(_) => {}
                None => {
                    known.insert(key, jobs.len());
                    jobs.push(measured);
                }
            }
        }
    }
    jobs
}

/// The latest attempt of each job. Jobs of one name in one attempt are different jobs.
fn latest<'a>(mut jobs: Vec<MeasuredJob<'a>>, notes: &mut Vec<String>) -> Vec<MeasuredJob<'a>> {
    let mut attempts: BTreeMap<&str, (Option<u64>, usize)> = BTreeMap::new();
    for job in &jobs {
        let (latest, _) = attempts.entry(&job.job.name).or_default();
        *latest = (*latest).max(job.job.attempt);
    }
    let all = jobs.len();
    jobs.retain(|job| {
        let Some((latest, earlier)) = attempts.get_mut(&*job.job.name) else { return true };
        let is_latest = job.job.attempt == *latest;
        *earlier += usize::from(!is_latest);
        is_latest
    });
    for job in &mut jobs {
        job.earlier_attempts = attempts.get(&*job.job.name).map_or(0, |(_, earlier)| *earlier);
    }
    if jobs.len() < all {
        notes.push(format!("{} earlier attempts of jobs are left out", all - jobs.len()));
    }
    jobs
}

fn is_over(job: &JobRun) -> bool {
    &*job.status == "completed" || !job.conclusion.is_empty() || (job.status.is_empty() && job.completed.is_some())
}

fn span((start, end): (Timestamp, Timestamp)) -> Option<u64> {
    end.since(start)
}

fn said(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// Milliseconds as seconds.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of four-digit years are far below 2^53")]
pub fn seconds(milliseconds: u64) -> f64 {
    milliseconds as f64 / 1000.0
}
