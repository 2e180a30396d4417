//! From a step to the compose files and Dockerfiles that it names.

use super::docker::ComposeCall;
use super::{Doc, Evidence, File, paths};
use crate::parse::compose::{Compose, ComposeService};
use crate::parse::dockerfile::Dockerfile;
use crate::parse::workflow::{Job, Step, Workflow, is_dynamic};
use crate::parse::yaml::Node;

/// A job and the workflow it stands in.
#[derive(Debug, Clone, Copy)]
pub struct JobRef<'e> {
    /// The file.
    pub file: &'e File<'e>,
    /// The workflow.
    pub workflow: &'e Workflow<'e>,
    /// The job.
    pub job: &'e Job<'e>,
}

/// A step, and the job and workflow it stands in; neither for steps of composite actions.
#[derive(Debug, Clone, Copy)]
pub struct StepRef<'e> {
    /// The file.
    pub file: &'e File<'e>,
    /// Workflow and job.
    pub job: Option<JobRef<'e>>,
    /// All steps of the job or action.
    pub steps: &'e [Step<'e>],
    /// The step.
    pub step: &'e Step<'e>,
}

/// Names of compose files that are found without `-f`, in the order in which they are looked for.
const DEFAULT_COMPOSE: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

impl<'e> Evidence<'e> {
    /// All jobs of all workflows.
    pub fn jobs(&'e self) -> impl Iterator<Item = JobRef<'e>> {
        self.workflows.iter().flat_map(|workflow| {
            workflow.jobs.iter().map(|job| JobRef { file: workflow.file, workflow: &workflow.value, job })
        })
    }

    /// All steps of all jobs and composite actions.
    pub fn steps(&'e self) -> impl Iterator<Item = StepRef<'e>> {
        let of_jobs = self.jobs().flat_map(|job| {
            let steps = job.job.steps.as_slice();
            steps.iter().map(move |step| StepRef { file: job.file, job: Some(job), steps, step })
        });
        let of_actions = self.actions.iter().flat_map(|action| {
            let steps = action.steps.as_slice();
            steps.iter().map(|step| StepRef { file: action.file, job: None, steps, step })
        });
        of_jobs.chain(of_actions)
    }

    /// The compose files that a call reads; `None` when one of them is not in the input or its name is not known.
    pub fn compose_files(&'e self, step: StepRef<'e>, call: &ComposeCall<'_>) -> Option<Vec<&'e Doc<'e, Compose<'e>>>> {
        let folder = match call.directory {
            Some(directory) => {
                paths::join(&step.working_directory()?, &directory.text).filter(|_| !directory.dynamic)?
            }
            None => step.working_directory()?,
        };
        let find = |path: &str| self.composes.iter().find(|doc| doc.file.path() == path);
        if call.files.is_empty() {
            let name = DEFAULT_COMPOSE.iter().find_map(|name| find(&paths::join(&folder, name)?))?;
            let name_of = name.file.name();
            let without_extension = name_of.rsplit_once('.').map_or(name_of, |(before, _)| before);
            let overlay = ["yml", "yaml"]
                .iter()
                .find_map(|ext| find(&paths::join(&folder, &format!("{without_extension}.override.{ext}"))?));
            return Some([Some(name), overlay].into_iter().flatten().collect());
        }
        let files = call.files.iter().map(|word| {
            let text = word.text.strip_prefix("--file=").unwrap_or(&word.text);
            if word.dynamic { None } else { find(&paths::join(&step.working_directory()?, text)?) }
        });
        files.collect()
    }

    /// The Dockerfile that a compose service is built from, when it is in the input.
    pub fn dockerfile_of(
        &'e self,
        compose: &Doc<'_, Compose<'_>>,
        service: &ComposeService<'_>,
    ) -> Option<&'e Doc<'e, &'e Dockerfile>> {
        let context = paths::join(compose.file.folder(), service.build_context()?)?;
        let path = paths::join(&context, service.dockerfile())?;
        self.dockerfiles.iter().find(|doc| doc.file.path() == path)
    }

    /// The jobs or local workflows whose `uses` name a workflow file of the repository itself.
    pub fn local_workflow(&'e self, path: &str) -> Option<&'e Doc<'e, Workflow<'e>>> {
        self.workflows.iter().find(|workflow| workflow.file.path() == path)
    }
}

impl<'e> StepRef<'e> {
    /// The folder of the repository it belongs to.
    pub fn root(&self) -> &'e str {
        paths::root(self.file.path())
    }

    /// The folder that its script runs in; `None` when an expression decides.
    pub fn working_directory(&self) -> Option<String> {
        let key = "working-directory";
        let of_defaults = |node: Node<'e>| node.at(&["defaults", "run", key]);
        let set = self
            .step
            .node
            .get(key)
            .or_else(|| self.job.and_then(|j| of_defaults(j.job.node)))
            .or_else(|| self.job.and_then(|j| of_defaults(j.workflow.node)))
            .and_then(Node::text)
            .unwrap_or("");
        if is_dynamic(set) { None } else { paths::join(self.root(), set) }
    }

    /// The steps after it.
    pub fn later(&self) -> &'e [Step<'e>] {
        self.steps.get(self.step.index + 1..).unwrap_or(&[])
    }

    /// The steps before it.
    pub fn earlier(&self) -> &'e [Step<'e>] {
        self.steps.get(..self.step.index).unwrap_or(self.steps)
    }

    /// "job `test`, step `Run tests`", for messages.
    pub fn title(&self) -> String {
        match self.job {
            Some(job) => format!("job `{}`, step `{}`", job.job.id, self.step.title()),
            None => format!("step `{}`", self.step.title()),
        }
    }
}
