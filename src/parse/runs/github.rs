//! Reads runs of GitHub Actions and their jobs, as GitHub's REST API and `gh run view --json` write them.
//!
//! Source: "List jobs for a workflow run", "Get a workflow run" and "List workflow runs for a repository" of GitHub's
//! REST API; `gh run view` and `gh run list`. Both say the same in two spellings (`started_at`, `startedAt`), so there is
//! one reader. It takes a page of jobs, a run, a list of either, single jobs, several pages one after the other
//! (`gh api --paginate`) and in an array (`--slurp`). Jobs of one run id become one run, on however many pages they stand.

use super::json::{Broken, Cursor, Notes};
use super::{JobRun, RunRecord, RunReport, SKIPPED, StepRun, Timestamp};
use crate::model::Span;
use crate::parse::{Parsed, Problem};
use std::collections::BTreeMap;

/// Arrays around runs and jobs: pages, and their lists.
const MAX_LEVEL: usize = 3;

/// Reads a text. There is a document when there is at least one run, job or empty page; what stands before a flaw is
/// kept.
pub fn parse(text: &str) -> Parsed<RunReport> {
    let mut reader = Reader::default();
    let mut cursor = Cursor::new(text, 0);
    let mut whole = true;
    while cursor.peek().is_some() {
        if let Err(problem) = reader.value(&mut cursor, 0) {
            reader.notes.push(problem);
            whole = false;
            break;
        }
    }
    if !reader.found {
        reader.notes.add(Span::default(), "there is neither a run nor a job of GitHub Actions");
        return Parsed { document: None, problems: reader.notes.finish(text) };
    }
    for run in &mut reader.runs {
        run.whole = whole;
    }
    let producer = if reader.camel { "gh" } else { "GitHub REST API" };
    Parsed {
        document: Some(RunReport { producer, runs: reader.runs, builds: Vec::new() }),
        problems: reader.notes.finish(text),
    }
}

#[derive(Debug, Default)]
struct Reader {
    runs: Vec<RunRecord>,
    /// Indices of runs by their ids; jobs without a run id share one run.
    by_id: BTreeMap<Option<u64>, usize>,
    notes: Notes,
    found: bool,
    /// Whether names are spelled as gh spells them.
    camel: bool,
}

/// An object before it is known what it is.
#[derive(Debug, Default)]
struct Draft {
    id: Option<u64>,
    run_id: Option<u64>,
    attempt: Option<u64>,
    name: Option<String>,
    workflow: Option<String>,
    status: Option<String>,
    conclusion: Option<String>,
    created: Option<Timestamp>,
    started: Option<Timestamp>,
    completed: Option<Timestamp>,
    updated: Option<Timestamp>,
    runner: Option<String>,
    labels: Vec<Box<str>>,
    steps: Vec<StepRun>,
    jobs: Vec<JobRun>,
    declared_jobs: Option<u64>,
    /// Keys that only some kinds of objects have.
    is_job: bool,
    is_run: bool,
    is_page: bool,
}

impl Reader {
    /// A document, or an item of a list.
    fn value(&mut self, cursor: &mut Cursor<'_>, level: usize) -> Broken {
        match cursor.peek() {
            Some(b'[') if level < MAX_LEVEL => cursor.array(&mut |cursor| self.value(cursor, level + 1)).map(drop),
            Some(b'{') if level < MAX_LEVEL => {
                let mut draft = Draft::default();
                let read = self.object(cursor, level, &mut draft);
                match read {
                    Ok(span) => self.keep(draft, span),
                    Err(problem) => {
                        // A job that breaks off is none; the jobs of a page that does are whole.
                        if draft.is_page || (draft.is_run && !draft.is_job) {
                            self.keep(draft, Span { offset: problem.span.offset, length: 0 });
                        }
                        return Err(problem);
                    }
                }
                Ok(())
            }
            Some(b'[' | b'"' | b'{' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => cursor.skip(),
            _ => Err(cursor.unexpected("a run or a job")),
        }
    }

    fn object(&mut self, cursor: &mut Cursor<'_>, level: usize, draft: &mut Draft) -> Result<Span, Problem> {
        let span = cursor.object(&mut |key, cursor| self.member(key, cursor, level, draft))?;
        Ok(span.unwrap_or_default())
    }

    fn member(&mut self, key: &str, cursor: &mut Cursor<'_>, level: usize, draft: &mut Draft) -> Broken {
        match key {
            "id" | "databaseId" => draft.id = cursor.number()?,
            "run_id" => {
                draft.run_id = cursor.number()?;
                draft.is_job = true;
            }
            "run_attempt" | "attempt" => draft.attempt = cursor.number()?,
            "name" => draft.name = cursor.text()?,
            "workflow_name" | "workflowName" => {
                draft.workflow = cursor.text()?;
                draft.is_run |= key == "workflowName";
            }
            "status" => draft.status = cursor.text()?,
            "conclusion" => draft.conclusion = cursor.text()?,
            "created_at" | "createdAt" => draft.created = cursor.time(&mut self.notes)?,
            "started_at" | "startedAt" => draft.started = cursor.time(&mut self.notes)?,
            "run_started_at" => {
                draft.started = cursor.time(&mut self.notes)?;
                draft.is_run = true;
            }
            "completed_at" | "completedAt" => {
                draft.completed = cursor.time(&mut self.notes)?;
                draft.is_job = true;
            }
            "updated_at" | "updatedAt" => {
                draft.updated = cursor.time(&mut self.notes)?;
                draft.is_run = true;
            }
            "runner_name" => draft.runner = cursor.text()?,
            "labels" => {
                cursor.array(&mut |cursor| {
                    draft.labels.extend(cursor.text()?.map(String::into_boxed_str));
                    Ok(())
                })?;
            }
            "url" => {
                let run = cursor.text()?.as_deref().and_then(run_of_url);
                draft.run_id = draft.run_id.or(run);
            }
            "total_count" => draft.declared_jobs = cursor.number()?,
            "steps" => {
                draft.is_job = true;
                cursor.array(&mut |cursor| {
                    let step = self.step(cursor)?;
                    draft.steps.extend(step);
                    Ok(())
                })?;
            }
            "jobs" if level < MAX_LEVEL => {
                draft.is_page |= cursor.peek() == Some(b'[');
                cursor.array(&mut |cursor| {
                    let mut job = Draft::default();
                    // Jobs hold no jobs.
                    let span = self.object(cursor, MAX_LEVEL, &mut job)?;
                    if job.is_job || job.name.is_some() {
                        draft.jobs.push(self.job(job, span));
                    }
                    Ok(())
                })?;
            }
            "workflow_runs" if level < MAX_LEVEL => {
                draft.is_page |= cursor.peek() == Some(b'[');
                self.found |= draft.is_page;
                return cursor.array(&mut |cursor| self.value(cursor, level + 1)).map(drop);
            }
            _ => return cursor.skip(),
        }
        self.camel |= matches!(key, "databaseId" | "workflowName" | "startedAt" | "createdAt" | "updatedAt");
        Ok(())
    }

    fn step(&mut self, cursor: &mut Cursor<'_>) -> Result<Option<StepRun>, Problem> {
        let mut step = StepRun::default();
        let span = cursor.object(&mut |key, cursor| {
            match key {
                "name" => step.name = boxed(cursor.text()?),
                "number" => step.number = cursor.number()?,
                "status" => step.status = boxed(cursor.text()?),
                "conclusion" => step.conclusion = boxed(cursor.text()?),
                "started_at" | "startedAt" => step.started = cursor.time(&mut self.notes)?,
                "completed_at" | "completedAt" => step.completed = cursor.time(&mut self.notes)?,
                _ => cursor.skip()?,
            }
            Ok(())
        })?;
        let Some(span) = span else { return Ok(None) };
        step.span = span;
        self.check("step", &step.name, &step.conclusion, step.started, step.completed, span);
        Ok(Some(step))
    }

    fn job(&mut self, draft: Draft, span: Span) -> JobRun {
        let job = JobRun {
            span,
            name: boxed(draft.name),
            id: draft.id,
            run_id: draft.run_id,
            attempt: draft.attempt,
            workflow: boxed(draft.workflow),
            status: boxed(draft.status),
            conclusion: boxed(draft.conclusion),
            created: draft.created,
            started: draft.started,
            completed: draft.completed,
            labels: draft.labels,
            runner: boxed(draft.runner),
            steps: draft.steps,
        };
        self.check("job", &job.name, &job.conclusion, job.started, job.completed, span);
        job
    }

    /// GitHub itself now and then writes an end before the start; such a duration is unknown, and told.
    fn check(
        &mut self,
        what: &str,
        name: &str,
        conclusion: &str,
        started: Option<Timestamp>,
        completed: Option<Timestamp>,
        span: Span,
    ) {
        if let (Some(started), Some(completed)) = (started, completed)
            && completed < started
            && conclusion != SKIPPED
        {
            let message =
                format!("{what} `{name}` ends at {completed}, before it starts at {started}: its time is unknown");
            self.notes.add(span, message);
        }
    }

    fn keep(&mut self, mut draft: Draft, span: Span) {
        if draft.is_page || draft.is_run {
            self.found = true;
            let jobs = std::mem::take(&mut draft.jobs);
            let declared = draft.declared_jobs;
            let mut at = None;
            if draft.is_run || draft.id.is_some() || draft.started.is_some() || draft.conclusion.is_some() {
                let id = draft.id.or_else(|| jobs.iter().find_map(|job| job.run_id));
                at = Some(self.run(id, span));
                if let Some(run) = at.and_then(|at| self.runs.get_mut(at)) {
                    let name = draft.workflow.or(draft.name);
                    run.workflow = boxed(name);
                    run.attempt = draft.attempt;
                    run.status = boxed(draft.status);
                    run.conclusion = boxed(draft.conclusion);
                    run.created = draft.created;
                    run.started = draft.started;
                    run.updated = draft.updated;
                    run.span = span;
                }
            }
            for job in jobs {
                let at = at.unwrap_or_else(|| self.run(job.run_id, job.span));
                self.add(at, job, declared);
            }
        } else if draft.is_job {
            self.found = true;
            let job = self.job(draft, span);
            let at = self.run(job.run_id, job.span);
            self.add(at, job, None);
        }
    }

    /// The run of an id, which may be new.
    fn run(&mut self, id: Option<u64>, span: Span) -> usize {
        *self.by_id.entry(id).or_insert_with(|| {
            self.runs.push(RunRecord { span, id, ..RunRecord::default() });
            self.runs.len() - 1
        })
    }

    fn add(&mut self, at: usize, job: JobRun, declared: Option<u64>) {
        let Some(run) = self.runs.get_mut(at) else { return };
        run.declared_jobs = run.declared_jobs.max(declared);
        run.attempt = run.attempt.max(job.attempt);
        if run.workflow.is_empty() {
            run.workflow.clone_from(&job.workflow);
        }
        run.jobs.push(job);
    }
}

/// The run of a job's address, `https://github.com/OWNER/REPO/actions/runs/ID/job/ID`.
fn run_of_url(url: &str) -> Option<u64> {
    let mut parts = url.split('/').skip_while(|part| *part != "actions").skip(1);
    (parts.next() == Some("runs")).then(|| parts.next())??.parse().ok()
}

fn boxed(text: Option<String>) -> Box<str> {
    text.unwrap_or_default().into_boxed_str()
}
