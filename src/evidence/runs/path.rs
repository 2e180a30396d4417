use super::MeasuredJob;
use crate::evidence::Doc;
use crate::model::PathBy;
use crate::parse::runs::Timestamp;
use crate::parse::workflow::{Job, Workflow};
use crate::parse::yaml::Node;
use std::collections::{BTreeMap, BTreeSet};

/// The jobs whose times add up to that of a run.
#[derive(Debug, Clone)]
pub struct CriticalPath {
    /// Indices of jobs, the first to start first.
    pub jobs: Vec<usize>,
    /// What it was found by.
    pub by: PathBy,
}

/// Needed jobs that are looked at in one run at most: far more than GitHub starts, and a bound on circles upon circles.
const MAX_VISITS: usize = 1_000_000;

/// A job that ran: its start, its end and its index.
type Ran = (Timestamp, Timestamp, usize);

/// Names each job by its id in the workflow, where that is in the input, and finds the path: from the job that ended
/// last back to a job that waited for none.
pub(super) fn find<'a>(
    workflow: &str,
    jobs: &mut [MeasuredJob<'a>],
    workflows: &[Doc<'a, Workflow<'a>>],
    notes: &mut Vec<String>,
) -> CriticalPath {
    let definition = definition(workflow, workflows, notes);
    if let Some(definition) = definition {
        for job in &mut *jobs {
            job.id = id_of(&job.job.name, &definition.jobs);
        }
    }
    let mut ran: Vec<Ran> = Vec::new();
    for (at, job) in jobs.iter().enumerate().filter(|(_, job)| job.counts) {
        if let (Some(start), Some(end)) = (job.job.started, job.job.completed)
            && start <= end
        {
            ran.push((start, end, at));
        }
    }
    // By the end; of jobs that ended together the longest is the last.
    ran.sort_by_key(|(start, end, at)| (*end, std::cmp::Reverse(*start), std::cmp::Reverse(*at)));
    let unknown = jobs.iter().find(|job| job.counts && job.id.is_none());
    let (mut chain, tie) = match (definition, unknown) {
        (Some(definition), None) => by_needs(definition, jobs, &ran),
        (definition, unknown) => {
            if let (Some(_), Some(job)) = (definition, unknown) {
                let name = &job.job.name;
                notes.push(format!("`{name}` fits no job of the workflow, or several; the critical path is by times"));
            }
            by_times(&ran)
        }
    };
    if let Some(job) = tie.and_then(|at| ran.get(at)).and_then(|(_, _, job)| jobs.get(*job)) {
        let name = &job.job.name;
        notes.push(format!("another job ended together with `{name}`; the longer one is on the critical path"));
    }
    chain.reverse();
    let path = chain.into_iter().filter_map(|at| ran.get(at)).map(|(_, _, job)| *job).collect();
    let by = if definition.is_some() && unknown.is_none() { PathBy::Needs } else { PathBy::Times };
    CriticalPath { jobs: path, by }
}

/// The one workflow of a name. One without a name is known to GitHub by its path.
pub(super) fn definition<'w, 'a>(
    name: &str,
    workflows: &'w [Doc<'a, Workflow<'a>>],
    notes: &mut Vec<String>,
) -> Option<&'w Doc<'a, Workflow<'a>>> {
    if name.is_empty() {
        return None;
    }
    let is_named = |workflow: &&Doc<'a, Workflow<'a>>| match workflow.name {
        Some(known) => known == name,
        None => workflow.file.path().strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('/')),
    };
    let mut found = workflows.iter().filter(is_named);
    let first = found.next()?;
    if let Some(second) = found.next() {
        let (first, second) = (first.file.path(), second.file.path());
        notes.push(format!("{first} and {second} are both named `{name}`; the critical path is by times"));
        return None;
    }
    Some(first)
}

/// The id of the job that is shown by a name; `None` when it fits none or several equally well.
fn id_of<'a>(name: &str, jobs: &[Job<'a>]) -> Option<&'a str> {
    let fits = jobs.iter().filter_map(|job| Some((fit(name, job)?, job.id)));
    let mut best: Option<(u8, &'a str)> = None;
    let mut several = false;
    for (rank, id) in fits {
        match best {
            Some((known, _)) if known > rank => {}
            Some((known, _)) if known == rank => several = true,
            _ => (best, several) = (Some((rank, id)), false),
        }
    }
    best.filter(|_| !several).map(|(_, id)| id)
}

/// How well a job fits a name: 3 as written, 2 with its matrix or the job of a reusable workflow behind it, 1 around
/// expressions, 0 where all of its name is an expression.
fn fit(name: &str, job: &Job<'_>) -> Option<u8> {
    let written = job.node.get("name").and_then(Node::text).filter(|text| !text.is_empty()).unwrap_or(job.id);
    let calls = job.uses.is_some();
    let Some((first, rest)) = written.split_once("${{") else {
        let after = name.strip_prefix(written)?;
        let goes_on = (calls && after.starts_with(" / ")) || (job.has_matrix() && after.starts_with(" ("));
        return if after.is_empty() { Some(3) } else { goes_on.then_some(2) };
    };
    let mut left = name.strip_prefix(first)?;
    let mut literal = first.len();
    let mut last = "";
    for part in rest.split("${{") {
        // An expression that does not end is shown as it is, which no pattern can follow.
        last = part.split_once("}}")?.1;
        literal += last.len();
        left = left.get(left.find(last)? + last.len()..)?;
    }
    // The last part may have been found too early.
    let ends = name.ends_with(last) || (calls && name.contains(" / "));
    ends.then_some(u8::from(literal > 0))
}

/// Positions in `ran`, the last job first, and the first of them that was chosen for its length only.
type Chain = (Vec<usize>, Option<usize>);

/// Along `needs`; within a call of a reusable workflow, whose own `needs` are another file's, by times.
fn by_needs<'a>(workflow: &Workflow<'a>, jobs: &[MeasuredJob<'a>], ran: &[Ran]) -> Chain {
    let id_at = |at: usize| ran.get(at).and_then(|(_, _, job)| jobs.get(*job)).and_then(|job| job.id);
    // Of each id, the positions in `ran`, ascending.
    let mut of_id: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for at in 0..ran.len() {
        of_id.entry(id_at(at).unwrap_or_default()).or_default().push(at);
    }
    let defined: BTreeMap<&str, &Job<'a>> = workflow.jobs.iter().map(|job| (job.id, job)).collect();
    let mut budget = MAX_VISITS;
    let mut chain: Vec<usize> = Vec::new();
    let mut next = ran.len().checked_sub(1);
    let mut tie = next.filter(|at| ends_with_another(*at, ran));
    while let Some(at) = next {
        chain.push(at);
        let Some(job) = id_at(at).and_then(|id| defined.get(id)) else { break };
        let start = ran.get(at).map(|(start, ..)| *start);
        let of_call = of_id.get(job.id).filter(|_| job.uses.is_some()).map_or(&[][..], Vec::as_slice);
        let ended = |other: &usize| *other < at && ran.get(*other).map(|(_, end, _)| *end) <= start;
        let inner = of_call.get(..of_call.partition_point(ended)).unwrap_or_default();
        let mut before: Vec<usize> = inner.iter().rev().take(2).copied().collect();
        if before.is_empty() {
            before = needed(at, job, &defined, &of_id, &mut budget);
        }
        before.sort_unstable_by_key(|other| std::cmp::Reverse(*other));
        next = before.first().copied();
        let end = |nth: usize| before.get(nth).and_then(|at| ran.get(*at)).map(|(_, end, _)| *end);
        tie = tie.or_else(|| next.filter(|_| end(0) == end(1)));
    }
    (chain, tie)
}

/// Of each job that a job needs, the two that ended last, but before that job. Through those that did not run, what they
/// need counts.
fn needed(
    at: usize,
    job: &Job<'_>,
    defined: &BTreeMap<&str, &Job<'_>>,
    of_id: &BTreeMap<&str, Vec<usize>>,
    budget: &mut usize,
) -> Vec<usize> {
    let mut found = Vec::new();
    let mut open: Vec<Node<'_>> = job.needs().collect();
    // Jobs may need each other in a circle.
    let mut reached = BTreeSet::new();
    while let Some(id) = open.pop() {
        let Some(id) = id.text().filter(|id| *budget > 0 && reached.insert(*id)) else { continue };
        *budget -= 1;
        match of_id.get(id) {
            Some(positions) => {
                let before = positions.get(..positions.partition_point(|other| *other < at)).unwrap_or_default();
                found.extend(before.iter().rev().take(2));
            }
            None => open.extend(defined.get(id).into_iter().flat_map(|job| job.needs())),
        }
    }
    found
}

/// Before each job the one that ended last before it started.
fn by_times(ran: &[Ran]) -> Chain {
    let mut chain = Vec::new();
    let mut tie = None;
    let mut next = ran.len().checked_sub(1);
    while let Some(at) = next {
        chain.push(at);
        tie = tie.or_else(|| next.filter(|at| ends_with_another(*at, ran)));
        let earlier = ran.get(..at).unwrap_or_default();
        let start = ran.get(at).map(|(start, ..)| *start);
        next = earlier.partition_point(|(_, end, _)| Some(*end) <= start).checked_sub(1);
    }
    (chain, tie)
}

/// Whether a job ended at the same time as the one sorted before it, so that its length alone made it the later one.
fn ends_with_another(at: usize, ran: &[Ran]) -> bool {
    let end = |at: usize| ran.get(at).map(|(_, end, _)| *end);
    at.checked_sub(1).is_some_and(|before| end(before) == end(at))
}
