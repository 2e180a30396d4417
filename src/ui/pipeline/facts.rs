//! What a report says of the jobs of one workflow: written, measured and found.

use crate::model::{Finding, JobInfo, JobNode, Level, Report, RunInfo, Status, WorkflowInfo};
use crate::ui::select::touches;
use crate::ui::state::Within;
use crate::ui::{State, sort};

/// A workflow with all that is known of it.
pub(super) struct Facts<'r> {
    pub(super) workflow: &'r WorkflowInfo,
    /// Numbers of its runs in the report, the latest first.
    pub(super) runs: Vec<usize>,
    /// The run whose times are shown.
    pub(super) run: Option<&'r RunInfo>,
    /// In the order of the workflow.
    pub(super) jobs: Vec<Job<'r>>,
    /// Findings in the file that are in none of its jobs.
    pub(super) outside: Pin,
}

/// A job with all that is known of it.
pub(super) struct Job<'r> {
    pub(super) node: &'r JobNode,
    /// Its jobs in the run: one a leg of the matrix, or a job of the called workflow.
    pub(super) measured: Vec<&'r JobInfo>,
    pub(super) critical: bool,
    pub(super) pin: Pin,
    /// Numbers of its findings in the report, those that are waived left out.
    pub(super) findings: Vec<usize>,
}

/// Findings that are not waived, by level.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pin {
    pub(super) errors: usize,
    pub(super) warnings: usize,
    pub(super) infos: usize,
}

impl Pin {
    fn add(&mut self, level: Level) {
        match level {
            Level::Error => self.errors += 1,
            Level::Warning => self.warnings += 1,
            Level::Info => self.infos += 1,
        }
    }

    pub(super) fn all(self) -> usize {
        self.errors + self.warnings + self.infos
    }

    /// The worst level there is.
    pub(super) fn worst(self) -> Option<Level> {
        match self {
            Self { errors: 1.., .. } => Some(Level::Error),
            Self { warnings: 1.., .. } => Some(Level::Warning),
            Self { infos: 1.., .. } => Some(Level::Info),
            _ => None,
        }
    }
}

impl<'r> Facts<'r> {
    /// Of the workflow of a state; `None` where the report has none.
    pub(super) fn of(report: &'r Report, state: &State) -> Option<Self> {
        let workflow = chosen(report, state)?;
        let is_own = |run: &RunInfo| run.workflow_file.as_deref() == Some(workflow.file.as_str());
        let own = report.runs.iter().enumerate().filter(|(_, run)| is_own(run));
        // Times are in UTC and of one form, so that the later one is the greater text.
        let mut starts: Vec<(&str, usize)> =
            own.map(|(number, run)| (run.started.as_deref().unwrap_or_default(), number)).collect();
        sort::by_text(&mut starts);
        let runs: Vec<usize> = starts.into_iter().rev().map(|(_, number)| number).collect();
        let number = state.run.filter(|number| runs.contains(number)).or(runs.first().copied());
        let run = number.and_then(|number| report.runs.get(number));
        let job = |node: &'r JobNode| Job {
            node,
            measured: Vec::new(),
            critical: false,
            pin: Pin::default(),
            findings: Vec::new(),
        };
        let mut facts =
            Self { workflow, runs, run, jobs: workflow.graph.iter().map(job).collect(), outside: Pin::default() };
        facts.measure();
        facts.pin(report);
        Some(facts)
    }

    fn position(ids: &[(&str, usize)], id: &str) -> Option<usize> {
        ids.binary_search_by(|(known, _)| (*known).cmp(id)).ok().and_then(|at| ids.get(at)).map(|(_, at)| *at)
    }

    fn ids(&self) -> Vec<(&'r str, usize)> {
        let mut ids: Vec<(&str, usize)> =
            self.jobs.iter().enumerate().map(|(at, job)| (job.node.id.as_str(), at)).collect();
        sort::by_text(&mut ids);
        ids
    }

    fn measure(&mut self) {
        let Some(run) = self.run else { return };
        let ids = self.ids();
        for measured in &run.jobs {
            let at = measured.id.as_deref().and_then(|id| Self::position(&ids, id));
            if let Some(job) = at.and_then(|at| self.jobs.get_mut(at)) {
                job.critical |= run.critical_path.contains(&measured.name);
                job.measured.push(measured);
            }
        }
    }

    fn pin(&mut self, report: &'r Report) {
        let ids = self.ids();
        let file = self.workflow.file.as_str();
        for (number, finding) in report.findings.iter().enumerate() {
            if finding.status == Status::Waived || finding.place.file != file {
                continue;
            }
            let mut touched = Vec::new();
            for at in jobs_of(finding, file).filter_map(|id| Self::position(&ids, id)) {
                if !touched.contains(&at) {
                    touched.push(at);
                }
            }
            if touched.is_empty() {
                self.outside.add(finding.level);
            }
            for at in touched {
                if let Some(job) = self.jobs.get_mut(at) {
                    job.pin.add(finding.level);
                    job.findings.push(number);
                }
            }
        }
    }

    /// Each job with those that it needs, and with those whose artifacts it takes: as positions.
    pub(super) fn edges(&self) -> (Vec<(usize, usize)>, Vec<Handover<'r>>) {
        let ids = self.ids();
        let (mut needs, mut handovers) = (Vec::new(), Vec::<Handover<'r>>::new());
        for (at, job) in self.jobs.iter().enumerate() {
            needs.extend(job.node.needs.iter().filter_map(|id| Self::position(&ids, id)).map(|from| (from, at)));
            for download in &job.node.downloads {
                for from in download.from.iter().filter_map(|id| Self::position(&ids, id)) {
                    let name = download.name.as_str();
                    match handovers.iter_mut().rev().find(|known| known.edge == (from, at)) {
                        Some(known) => known.names.push(name),
                        None => handovers.push(Handover { edge: (from, at), names: vec![name] }),
                    }
                }
            }
        }
        (needs, handovers)
    }
}

/// Artifacts that go from one job to another.
pub(super) struct Handover<'r> {
    pub(super) edge: (usize, usize),
    /// Names and patterns; empty for all artifacts.
    pub(super) names: Vec<&'r str>,
}

/// Ids of the jobs that a finding has a place in.
fn jobs_of<'f>(finding: &'f Finding, file: &'f str) -> impl Iterator<Item = &'f str> {
    let places = std::iter::once(&finding.place).chain(finding.related.iter().map(|related| &related.place));
    let inside = places.filter(move |place| place.file == file);
    inside.filter_map(|place| place.path.strip_prefix("jobs.")).map(|path| path.split('.').next().unwrap_or(path))
}

/// The workflow of a state: by default one with a run, or else the one with most jobs.
fn chosen<'r>(report: &'r Report, state: &State) -> Option<&'r WorkflowInfo> {
    let named = report.workflows.iter().find(|workflow| workflow.file == state.workflow);
    let measured =
        |workflow: &&WorkflowInfo| report.runs.iter().any(|run| run.workflow_file.as_ref() == Some(&workflow.file));
    named
        .or_else(|| report.workflows.iter().find(measured))
        .or_else(|| report.workflows.iter().rev().max_by_key(|workflow| workflow.jobs.len()))
}

impl Job<'_> {
    /// The longest time of its legs, in seconds.
    pub(super) fn seconds(&self) -> Option<f64> {
        longest(self.measured.iter().filter_map(|job| job.seconds))
    }

    /// The longest wait of its legs for a runner, in seconds.
    pub(super) fn queue_seconds(&self) -> Option<f64> {
        longest(self.measured.iter().filter_map(|job| job.queue_seconds))
    }

    /// `failure` where one of its legs failed; otherwise what all of them came to.
    pub(super) fn conclusion(&self) -> Option<&str> {
        let said = || self.measured.iter().filter_map(|job| job.conclusion.as_deref());
        let bad = said().find(|word| !matches!(*word, "success" | "skipped" | "neutral"));
        bad.or_else(|| said().find(|word| *word == "success")).or_else(|| said().next())
    }

    /// Its place, for filters.
    pub(super) fn within(&self, file: &str) -> Within {
        Within { file: file.to_owned(), path: format!("jobs.{}", self.node.id) }
    }

    /// How often it runs: `×12`, or `×n` where only the run can tell.
    pub(super) fn times(&self) -> Option<String> {
        match self.node.legs {
            Some(legs) => Some(format!("×{legs}")),
            None => (!self.node.matrix.is_empty()).then(|| "×n".to_owned()),
        }
    }

    /// What a reader calls it.
    pub(super) fn title(&self) -> &str {
        if self.node.name.is_empty() { &self.node.id } else { &self.node.name }
    }
}

fn longest(times: impl Iterator<Item = f64>) -> Option<f64> {
    times.reduce(f64::max)
}

/// Findings that a link to a place shows.
pub(super) fn count_in(report: &Report, within: &Within) -> usize {
    report.findings.iter().filter(|finding| finding.status != Status::Waived && touches(finding, within)).count()
}
