//! From what was measured to what the workflow says: which workflow a run is of, and which step a time is of.

use super::{MeasuredJob, Run};
use crate::evidence::{Doc, Evidence, JobRef, StepRef};
use crate::parse::workflow::{Job, Step, Workflow, is_dynamic};
use std::collections::BTreeMap;

/// Most steps of a job with an expression in what is shown of them: each is held against all that ran.
const MAX_DYNAMIC: usize = 100;
/// Most steps that one of them is held against.
const MAX_SHOWN: usize = 1_000;

impl<'a> Evidence<'a> {
    /// The workflow of a run; `None` where it is not in the input, or two have its name.
    pub fn workflow_of(&self, run: &Run<'a>) -> Option<&Doc<'a, Workflow<'a>>> {
        super::path::definition(run.workflow, &self.workflows, &mut Vec::new())
    }

    /// For each job of a run the job of the workflow that it is a run of.
    pub fn jobs_of<'e>(&'e self, run: &Run<'a>) -> Vec<Option<JobRef<'e>>> {
        let Some(workflow) = self.workflow_of(run) else { return vec![None; run.jobs.len()] };
        let known: BTreeMap<&str, &'e Job<'a>> = workflow.jobs.iter().map(|job| (job.id, job)).collect();
        let of_workflow = |job| JobRef { file: workflow.file, workflow: &workflow.value, job };
        run.jobs.iter().map(|measured| known.get(measured.id?).copied().map(of_workflow)).collect()
    }
}

impl<'e> JobRef<'e> {
    /// For each step of a measured job the step of this job that it is a run of. GitHub shows a step by its name, or by
    /// the action or the first line of the script after the word `Run`; steps of its own (`Set up job`, `Post …`) and
    /// steps that are shown alike more often on one side than on the other are none.
    pub fn steps_of(self, measured: &MeasuredJob<'_>) -> Vec<Option<StepRef<'e>>> {
        let mut joined = vec![None; measured.job.steps.len()];
        // The steps of a called workflow are another file's.
        if self.job.uses.is_some() {
            return joined;
        }
        let mut shown: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, step) in measured.job.steps.iter().enumerate() {
            shown.entry(step.name.trim()).or_default().push(at);
        }
        for (index, step) in joined_by_name(self.job, &shown) {
            if let Some(place) = joined.get_mut(index) {
                *place = Some(self.at(step));
            }
        }
        let free: Vec<usize> =
            (0..joined.len()).filter(|at| joined.get(*at).is_some_and(Option::is_none)).take(MAX_SHOWN).collect();
        let dynamic = self.job.steps.iter().filter_map(|step| Some((step, shown_as(step).filter(|s| is_dynamic(s))?)));
        let mut claims: BTreeMap<usize, Vec<&'e Step<'e>>> = BTreeMap::new();
        for (step, pattern) in dynamic.take(MAX_DYNAMIC) {
            let fits = |at: &&usize| measured.job.steps.get(**at).is_some_and(|s| could_show(&pattern, s.name.trim()));
            let mut fitting = free.iter().filter(fits);
            if let (Some(at), None) = (fitting.next(), fitting.next()) {
                claims.entry(*at).or_default().push(step);
            }
        }
        for (at, steps) in claims {
            if let ([step], Some(place)) = (steps.as_slice(), joined.get_mut(at)) {
                *place = Some(self.at(step));
            }
        }
        joined
    }

    fn at(self, step: &'e Step<'e>) -> StepRef<'e> {
        StepRef { file: self.file, job: Some(self), steps: &self.job.steps, step }
    }
}

/// Steps without an expression, in their order, beside those that were shown by their names.
fn joined_by_name<'e>(job: &'e Job<'e>, shown: &BTreeMap<&str, Vec<usize>>) -> Vec<(usize, &'e Step<'e>)> {
    let mut written: BTreeMap<String, Vec<&'e Step<'e>>> = BTreeMap::new();
    for step in &job.steps {
        if let Some(name) = shown_as(step).filter(|name| !is_dynamic(name)) {
            written.entry(name).or_default().push(step);
        }
    }
    let both = written.iter().filter_map(|(name, steps)| Some((shown.get(name.as_str())?, steps)));
    let alike = both.filter(|(indices, steps)| indices.len() == steps.len());
    alike.flat_map(|(indices, steps)| indices.iter().copied().zip(steps.iter().copied())).collect()
}

/// What GitHub shows of a step.
fn shown_as(step: &Step<'_>) -> Option<String> {
    if let Some(name) = step.name.map(str::trim).filter(|name| !name.is_empty()) {
        return Some(name.to_owned());
    }
    let what = match (&step.uses, &step.run) {
        (Some(uses), _) => uses.text,
        (None, Some(run)) => run.text.trim_start().lines().next()?.trim_end(),
        (None, None) => return None,
    };
    Some(format!("Run {what}"))
}

/// Whether a text with expressions could be shown as another one: its fixed parts are there in their order.
fn could_show(pattern: &str, shown: &str) -> bool {
    let Some((first, rest)) = pattern.split_once("${{") else { return pattern == shown };
    let Some(mut left) = shown.strip_prefix(first) else { return false };
    let mut fixed = first.len();
    let mut last = "";
    for part in rest.split("${{") {
        let Some((_, literal)) = part.split_once("}}") else { return false };
        let Some(found) = left.find(literal) else { return false };
        left = left.get(found + literal.len()..).unwrap_or_default();
        fixed += literal.trim().len();
        last = literal;
    }
    // What is an expression alone fits everything.
    fixed > "Run ".len() && shown.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::could_show;

    #[test]
    fn a_name_with_expressions_is_shown_with_something_in_their_place() {
        for (pattern, shown, expected) in [
            ("Test ${{ matrix.os }}", "Test ubuntu", true),
            ("Run tox -e ${{ matrix.py }} -- -v", "Run tox -e py313 -- -v", true),
            ("Run tox -e ${{ matrix.py }} -- -v", "Run tox -e py313", false),
            ("${{ matrix.step }}", "anything", false),
            ("Run ${{ matrix.step }}", "Run anything", false),
            ("Build ${{ a }} and ${{ b }}", "Build x and y", true),
            ("Build ${{ a", "Build ${{ a", false),
            ("Build ${{ a }} and ${{ b }}", "Build x", false),
        ] {
            assert_eq!(could_show(pattern, shown), expected, "{pattern} as {shown}");
        }
    }
}
