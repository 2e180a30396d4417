//! Steps that upload artifacts, and what they keep.

use super::proof::{Proof, proof_of};
use crate::evidence::{Evidence, File, StepRef};
use crate::model::Edit;
use crate::parse::workflow::{Step, Uses, is_dynamic};
use crate::parse::yaml::Node;
use crate::parse::yaml::edit::{self, Entry};

/// The `uses` of a step that uploads an artifact.
pub fn upload<'s, 't>(step: &'s Step<'t>) -> Option<&'s Uses<'t>> {
    step.uses.as_ref().filter(|uses| uses.is_any(&["actions/upload-artifact"]))
}

/// The lines of `path`, without those that leave a path out (`!path`).
pub fn uploaded_paths<'t>(step: &Step<'t>) -> impl Iterator<Item = &'t str> + use<'t> {
    let paths = step.input("path").and_then(Node::text).unwrap_or_default();
    paths.lines().map(str::trim).filter(|path| !path.is_empty() && !path.starts_with('!'))
}

/// What a step uploads, when it is proof of a test run.
pub fn uploaded_proof(step: &Step<'_>) -> Option<Proof> {
    upload(step)?;
    let name = step.input("name").and_then(Node::text).unwrap_or_default();
    uploaded_paths(step).chain([name]).filter_map(proof_of).max()
}

/// An edit that gives an action one more input.
pub fn add_input(file: &File<'_>, step: &Step<'_>, input: &str, value: &str) -> Option<Edit> {
    let patch = edit::append_below(step.node, "with", &[Entry::line(input, value)], "uses")?;
    Some(patch.edit(file.path(), true))
}

/// Whether a value is written down and not left to an expression.
pub fn literal<'t>(step: &Step<'t>, input: &str) -> Option<&'t str> {
    step.input(input).and_then(Node::text).map(str::trim).filter(|text| !text.is_empty() && !is_dynamic(text))
}

/// The steps of each job and of each composite action.
pub fn step_groups<'e>(evidence: &'e Evidence<'e>) -> Vec<Vec<StepRef<'e>>> {
    let of_jobs = evidence.jobs().map(|job| {
        let steps = job.job.steps.as_slice();
        steps.iter().map(|step| StepRef { file: job.file, job: Some(job), steps, step }).collect()
    });
    let of_actions = evidence.actions.iter().map(|action| {
        let steps = action.steps.as_slice();
        steps.iter().map(|step| StepRef { file: action.file, job: None, steps, step }).collect()
    });
    of_jobs.chain(of_actions).collect()
}
