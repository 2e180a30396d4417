//! From a step to the compose files and Dockerfiles that it names.

use super::docker::ComposeCall;
use super::{Doc, Evidence, File, paths};
use crate::model::FileKind;
use crate::parse::compose::Compose;
use crate::parse::dockerfile::Dockerfile;
use crate::parse::dockerignore::Dockerignore;
use crate::parse::env_file;
use crate::parse::workflow::{Job, Step, Workflow, is_dynamic};
use crate::parse::yaml::Node;
use std::collections::BTreeMap;

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
        let here = step.working_directory()?;
        if !call.files.is_empty() {
            let files = call.files.iter().map(|word| {
                let text = word.text.strip_prefix("--file=").unwrap_or(&word.text);
                if word.dynamic { None } else { self.compose_file(&paths::join(&here, text)?) }
            });
            return files.collect();
        }
        if let Some(set) = step.environment("COMPOSE_FILE").and_then(Node::text) {
            return set.split(':').map(|path| self.compose_file(&paths::join(&here, path)?)).collect();
        }
        self.default_compose_files(&folder)
    }

    /// The files that compose reads in a folder without `-f`: the file of the default name and its override.
    pub fn default_compose_files(&'e self, folder: &str) -> Option<Vec<&'e Doc<'e, Compose<'e>>>> {
        let base = DEFAULT_COMPOSE.iter().find_map(|name| self.compose_file(&paths::join(folder, name)?))?;
        let name = base.file.name();
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let overlay = ["yml", "yaml"]
            .iter()
            .find_map(|ext| self.compose_file(&paths::join(folder, &format!("{stem}.override.{ext}"))?));
        Some([Some(base), overlay].into_iter().flatten().collect())
    }

    /// A compose file by its path.
    pub fn compose_file(&'e self, path: &str) -> Option<&'e Doc<'e, Compose<'e>>> {
        let at = self.composes.binary_search_by(|doc| doc.file.path().cmp(path)).ok()?;
        self.composes.get(at)
    }

    /// Adds the variables of a `.env` file to those that are set already, which win.
    pub fn add_variables(&self, path: &str, variables: &mut BTreeMap<String, Option<String>>) {
        let Some(file) = self.file(path).filter(|file| file.source.kind == FileKind::EnvFile) else { return };
        let read: BTreeMap<&str, Option<String>> = env_file::parse(&file.source.text).into_iter().collect();
        for (name, value) in read {
            variables.entry(name.to_owned()).or_insert(value);
        }
    }

    /// A Dockerfile by its path.
    pub fn dockerfile(&'e self, path: &str) -> Option<&'e Doc<'e, &'e Dockerfile>> {
        let at = self.dockerfiles.binary_search_by(|doc| doc.file.path().cmp(path)).ok()?;
        self.dockerfiles.get(at)
    }

    /// The `.dockerignore` that a build reads: the Dockerfile's own, beside it, or else that of the context folder.
    pub fn dockerignore(&'e self, context: &str, dockerfile: &str) -> Option<&'e Doc<'e, &'e Dockerignore>> {
        let find = |path: &str| {
            let at = self.dockerignores.binary_search_by(|doc| doc.file.path().cmp(path)).ok()?;
            self.dockerignores.get(at)
        };
        find(&format!("{dockerfile}.dockerignore")).or_else(|| find(&paths::join(context, ".dockerignore")?))
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

    /// The `env` mappings that hold for it, the weakest first.
    pub fn environments(&self) -> impl DoubleEndedIterator<Item = Node<'e>> + use<'e> {
        let job = self.job.map(|job| [job.workflow.node, job.job.node]);
        job.into_iter().flatten().chain([self.step.node]).filter_map(|node| node.get("env"))
    }

    /// The value of an environment variable that the workflow, the job or the step sets.
    pub fn environment(&self, name: &str) -> Option<Node<'e>> {
        self.environments().rev().find_map(|env| env.get(name))
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
