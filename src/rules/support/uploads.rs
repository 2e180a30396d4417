//! Steps that upload artifacts, and what they keep.

use super::proof::{Proof, proof_of};
use crate::evidence::{Evidence, File, StepRef};
use crate::model::Edit;
use crate::parse::workflow::{Step, Uses, is_dynamic};
use crate::parse::yaml::Node;

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

/// An edit that gives an action one more input, as the first line of its `with`; only where `with` is a block mapping.
pub fn add_input(file: &File<'_>, step: &Step<'_>, input: &str) -> Option<Edit> {
    let with = step.node.get("with").filter(|with| with.is_mapping() && !with.is_flow())?;
    let (first, _) = with.entries().next()?;
    let offset = first.span().offset;
    let indent = with.tree().text().get(..offset)?.rsplit('\n').next()?;
    // Under an anchor or behind a tag the first key may share its line with something else.
    indent.bytes().all(|b| b == b' ').then(|| Edit {
        file: file.path().to_owned(),
        offset,
        length: 0,
        text: format!("{input}\n{indent}"),
    })
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
