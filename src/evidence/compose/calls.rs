//! From calls of compose, and from folders, to projects.

use super::merged::Scope;
use super::project::{Project, load};
use crate::evidence::docker::{ComposeCall, compose_call};
use crate::evidence::{Doc, Evidence, StepRef, paths};
use crate::parse::compose::Compose;
use crate::parse::shell::Command;
use crate::parse::workflow::is_dynamic;
use crate::parse::yaml::Node;
use std::collections::{BTreeMap, BTreeSet};

/// Why files belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A step starts services from them.
    Call,
    /// They are what compose reads in their folder.
    Folder,
    /// Nothing names the file; it may be meant as an overlay of others.
    Alone,
}

/// What a call starts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Started {
    /// Services that it names; empty for all.
    pub services: Vec<String>,
    /// Profiles that it asks for.
    pub profiles: BTreeSet<String>,
}

/// Subcommands that start services.
const STARTING: [&str; 6] = ["up", "run", "start", "restart", "create", "watch"];

impl Started {
    /// Whether a profile is asked for.
    pub fn has_profile(&self, name: &str) -> bool {
        self.profiles.contains(name)
    }
}

impl<'e> Evidence<'e> {
    /// All compose files as the projects that they are part of: one for each different set of files that steps start
    /// services from; one for each other folder with a file of the default name; one for each file that is left.
    pub fn compose_projects(&'e self) -> Vec<Project<'e>> {
        let mut by_files: BTreeMap<(Vec<&'e str>, Scope), Vec<Started>> = BTreeMap::new();
        for step in self.steps() {
            let Some(run) = &step.step.run else { continue };
            for command in &run.script.commands {
                let Some(call) = compose_call(command).filter(|call| STARTING.contains(&call.verb)) else { continue };
                let Some((files, scope)) = self.compose_call_files(step, command, &call) else { continue };
                let paths: Vec<&str> = files.iter().map(|doc| doc.file.path()).collect();
                by_files.entry((paths, scope)).or_default().push(started(step, command, &call));
            }
        }
        let mut projects = Vec::new();
        let mut covered = BTreeSet::new();
        for ((paths, scope), started) in by_files {
            let files: Vec<_> = paths.iter().filter_map(|path| self.compose_file(path)).collect();
            let project = load(self, &files, scope, Source::Call);
            covered.extend(project.files.iter().map(|file| file.path()));
            projects.push(Project { started, ..project });
        }
        let folders: BTreeSet<&str> = self.composes.iter().map(|doc| doc.file.folder()).collect();
        for folder in folders {
            let Some(files) = self.default_compose_files(folder) else { continue };
            if files.first().is_none_or(|base| covered.contains(base.file.path())) {
                continue;
            }
            let project = load(self, &files, self.compose_scope(folder), Source::Folder);
            covered.extend(project.files.iter().map(|file| file.path()));
            projects.push(project);
        }
        let left = self.composes.iter().filter(|doc| !covered.contains(doc.file.path()));
        let alone: Vec<Project<'e>> = left.map(|doc| self.compose_alone(doc)).collect();
        // A file that is only a part of another is judged there.
        let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
        for file in alone.iter().flat_map(|project| &project.files) {
            *uses.entry(file.path()).or_default() += 1;
        }
        projects.extend(alone.into_iter().filter(|project| uses.get(project.root).is_none_or(|count| *count < 2)));
        projects
    }

    /// One compose file by itself, with what it includes and extends.
    pub fn compose_alone(&'e self, doc: &'e Doc<'e, Compose<'e>>) -> Project<'e> {
        load(self, &[doc], self.compose_scope(doc.file.folder()), Source::Alone)
    }

    /// The project that a call reads; `None` when one of its files is not in the input or its name is not known.
    pub fn compose_project(
        &'e self,
        step: StepRef<'e>,
        command: &Command,
        call: &ComposeCall<'_>,
    ) -> Option<Project<'e>> {
        let (files, scope) = self.compose_call_files(step, command, call)?;
        let started = vec![started(step, command, call)];
        Some(Project { started, ..load(self, &files, scope, Source::Call) })
    }

    fn compose_call_files(
        &'e self,
        step: StepRef<'e>,
        command: &Command,
        call: &ComposeCall<'_>,
    ) -> Option<(Vec<&'e Doc<'e, Compose<'e>>>, Scope)> {
        let files = self.compose_files(step, call)?;
        let folder = match call.directory {
            Some(directory) => {
                paths::join(&step.working_directory()?, &directory.text).filter(|_| !directory.dynamic)?
            }
            None => files.first()?.file.folder().to_owned(),
        };
        let mut scope = self.compose_scope(&folder);
        for node in step.environments() {
            for (key, value) in node.merged_entries() {
                let Some(name) = key.text() else { continue };
                let value = value.text().filter(|text| !is_dynamic(text)).map(str::to_owned);
                scope.variables.insert(name.to_owned(), value);
            }
        }
        for assignment in &command.assignments {
            let value = Some(assignment.value.text.clone()).filter(|_| !assignment.value.dynamic);
            scope.variables.insert(assignment.name.clone(), value);
        }
        Some((files, scope))
    }

    fn compose_scope(&self, folder: &str) -> Scope {
        let mut variables = BTreeMap::new();
        if let Some(path) = paths::join(folder, ".env") {
            self.add_variables(&path, &mut variables);
        }
        Scope { folder: folder.to_owned(), variables }
    }
}

fn started(step: StepRef<'_>, command: &Command, call: &ComposeCall<'_>) -> Started {
    let operands = call.operands().into_iter().map(|word| word.text.clone());
    let services = if call.verb == "run" { operands.take(1).collect() } else { operands.collect() };
    let assigned = command.assignments.iter().rev().find(|a| a.name == "COMPOSE_PROFILES").map(|a| &*a.value.text);
    let set = assigned.or_else(|| step.environment("COMPOSE_PROFILES").and_then(Node::text)).unwrap_or_default();
    let profiles = set.split(',').map(str::trim).filter(|name| !name.is_empty()).chain(call.profiles.iter().copied());
    Started { services, profiles: profiles.map(str::to_owned).collect() }
}
