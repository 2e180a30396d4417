//! Steps that upload artifacts, and what they keep.

use super::proof::{Proof, proof_of};
use crate::evidence::{Evidence, File, StepRef};
use crate::model::Edit;
use crate::parse::workflow::{Step, Target, Uses, is_dynamic};
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

/// The major version of an action: of its tag, of the comment behind a commit hash (`# v4.1.0`), and the newest there is
/// (`u32::MAX`) for the main branch; `None` where it cannot be told.
pub fn major_version(uses: &Uses<'_>) -> Option<u32> {
    let Target::Remote { reference, .. } = uses.target else { return None };
    if matches!(reference, "main" | "master") {
        return Some(u32::MAX);
    }
    let is_hash = reference.len() == 40 && reference.bytes().all(|b| b.is_ascii_hexdigit());
    let version = if is_hash {
        let rest = uses.node.tree().text().get(uses.node.span().end()..)?.lines().next()?;
        let comment = rest.split_once('#')?.1;
        comment.split_whitespace().find(|word| major_of(word).is_some())?
    } else {
        reference
    };
    major_of(version)
}

fn major_of(version: &str) -> Option<u32> {
    let digits = version.strip_prefix(['v', 'V']).unwrap_or(version);
    digits.split('.').next()?.parse().ok().filter(|major| *major < 1_000)
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

#[cfg(test)]
mod tests {
    use super::{major_version, upload};
    use crate::parse::workflow::Workflow;
    use crate::parse::yaml::Tree;

    #[test]
    fn versions_are_read_from_tags_and_from_comments_behind_hashes() {
        let hash = "65462800fd760344b1a7b4382951275a0abb4808";
        for (text, expected) in [
            ("v4".to_owned(), Some(4)),
            ("v4.3.1".to_owned(), Some(4)),
            ("4.0.0".to_owned(), Some(4)),
            ("main".to_owned(), Some(u32::MAX)),
            (format!("{hash} # v3.1.3"), Some(3)),
            (format!("{hash} # pin@v4"), None),
            (format!("{hash} # tag: v5"), Some(5)),
            (hash.to_owned(), None),
            ("releases/v1".to_owned(), None),
        ] {
            let text = format!(
                "on: push\njobs: \n  a:\n    runs-on: x\n    steps:\n      - uses: actions/upload-artifact@{text}\n"
            );
            let tree = Tree::parse(&text).document.unwrap();
            let workflow = Workflow::read(&tree, &mut Vec::new()).unwrap();
            assert_eq!(major_version(upload(&workflow.jobs[0].steps[0]).unwrap()), expected, "{text}");
        }
    }
}
