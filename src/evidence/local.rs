//! From a `uses` to the action or workflow of the repository itself that it names.

use super::{Doc, Evidence, File, paths};
use crate::parse::workflow::{Action, Target, Uses, Workflow};

impl<'e> Evidence<'e> {
    /// The action that a step's `./path` or `$/path` names; `None` when it is not in the input.
    pub fn local_action(&'e self, from: &File<'_>, uses: &Uses<'_>) -> Option<&'e Doc<'e, Action<'e>>> {
        let folder = local_path(from, uses)?;
        ["action.yml", "action.yaml"].iter().find_map(|name| {
            let path = paths::join(&folder, name)?;
            let at = self.actions.binary_search_by(|doc| doc.file.path().cmp(path.as_str())).ok()?;
            self.actions.get(at)
        })
    }

    /// The reusable workflow that a job's `./.github/workflows/x.yml` or `$/…` names; `None` when it is not in the
    /// input.
    pub fn called_workflow(&'e self, from: &File<'_>, uses: &Uses<'_>) -> Option<&'e Doc<'e, Workflow<'e>>> {
        let path = local_path(from, uses)?;
        let at = self.workflows.binary_search_by(|doc| doc.file.path().cmp(path.as_str())).ok()?;
        self.workflows.get(at)
    }

    /// The `uses` that name something of the repository itself which is not in the input, so that nothing of it was
    /// looked at.
    pub fn not_followed(&'e self) -> Vec<(&'e File<'e>, &'e Uses<'e>)> {
        let is_local = |uses: &Uses<'_>| matches!(uses.target, Target::Local(_));
        let of_jobs = self.jobs().filter_map(|job| {
            let uses = job.job.uses.as_ref().filter(|uses| is_local(uses))?;
            self.called_workflow(job.file, uses).is_none().then_some((job.file, uses))
        });
        let of_steps = self.steps().filter_map(|step| {
            let uses = step.step.uses.as_ref().filter(|uses| is_local(uses))?;
            self.local_action(step.file, uses).is_none().then_some((step.file, uses))
        });
        of_jobs.chain(of_steps).collect()
    }
}

/// The path in the tree; `None` for what is not local and for paths that leave the repository.
fn local_path(from: &File<'_>, uses: &Uses<'_>) -> Option<String> {
    let Target::Local(path) = uses.target else { return None };
    paths::join(paths::root(from.path()), path)
}

#[cfg(test)]
mod tests {
    use crate::engine::inspect;
    use crate::input::{Content, Limits, Origin, RawFile};

    #[test]
    fn local_actions_and_workflows_are_found_from_their_repository() {
        let action = "name: a\nruns: { using: composite, steps: [{ uses: ./actions/gone }] }\n";
        let caller = "\
on: push
jobs:
  a: { uses: ./.github/workflows/called.yml }
  b: { uses: ./.github/workflows/gone.yml }
  c:
    runs-on: x
    steps: [{ uses: ./actions/here }, { uses: $/actions/here }, { uses: ./../out }, { uses: a/b@v1 }]
";
        let reusable = "on: { workflow_call: { inputs: { x: { type: string } } } }\njobs: { a: { runs-on: x, steps: [{ run: x }] } }\n";
        let files = [
            ("shop/.github/workflows/ci.yml", caller),
            ("shop/.github/workflows/called.yml", reusable),
            ("shop/.github/actions/other/action.yml", action),
            ("shop/actions/here/action.yaml", action),
        ];
        let raw = files.map(|(path, text)| RawFile {
            path: path.to_owned(),
            content: Content::Bytes(text.into()),
            origin: Origin::Tree,
        });
        inspect(raw.into(), &Limits::default(), |evidence, _| {
            let followed: Vec<_> = evidence
                .steps()
                .filter_map(|step| evidence.local_action(step.file, step.step.uses.as_ref()?))
                .map(|action| action.file.path())
                .collect();
            assert_eq!(followed, ["shop/actions/here/action.yaml"; 2]);
            let inputs: Vec<_> = evidence
                .jobs()
                .filter_map(|job| evidence.called_workflow(job.file, job.job.uses.as_ref()?))
                .flat_map(|workflow| workflow.inputs().map(|input| input.name))
                .collect();
            assert_eq!(inputs, ["x"]);
            let mut left: Vec<_> = evidence.not_followed().iter().map(|(_, uses)| uses.text).collect();
            left.sort_unstable();
            assert_eq!(left, ["./../out", "./.github/workflows/gone.yml", "./actions/gone", "./actions/gone"]);
        });
    }
}
