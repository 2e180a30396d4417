//! The rule `missing-dockerignore`.

use super::layers::copies_everything;
use crate::evidence::compose::Service;
use crate::evidence::{Doc, Evidence, paths};
use crate::parse::dockerfile::{Dockerfile, Instruction};
use crate::rules::support::builds::image_builds;
use crate::rules::support::tree::is_whole;
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};
use std::collections::{BTreeMap, BTreeSet};

rule! {
    /// # What it checks
    ///
    /// An image that is built from the root of the repository, by a workflow or a compose file, and that copies the whole
    /// context (`COPY . …`), has a `.dockerignore` there, or one beside its Dockerfile (`Dockerfile.dockerignore`).
    ///
    /// Not judged: builds from another folder, Dockerfiles that are not in the input or that copy only named files, and
    /// inputs that hold nothing but files of CI, in which a `.dockerignore` may be missing for that reason.
    ///
    /// # Why it matters
    ///
    /// Everything is sent to the builder and copied into the image: `.git`, reports, local settings with their secrets. And
    /// each of them, when it changes, makes the copy and all after it new.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: pull_request
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: actions/checkout@v4
    ///       - run: docker build -t shop .
    /// ```
    ///
    /// ```dockerfile Dockerfile
    /// FROM node:22
    /// COPY . /app
    /// ```
    ///
    /// ```js server.js
    /// console.log("shop");
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: pull_request
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: actions/checkout@v4
    ///       - run: docker build -t shop .
    /// ```
    ///
    /// ```dockerfile Dockerfile
    /// FROM node:22
    /// COPY . /app
    /// ```
    ///
    /// ```js server.js
    /// console.log("shop");
    /// ```
    ///
    /// ```text .dockerignore
    /// .git
    /// node_modules
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// The image needs the whole repository, its history included.
    pub struct MissingDockerignore;
    id: "missing-dockerignore",
    family: Image,
    level: Warning,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "Everything is copied into the image, `.git` and local settings included, and each of them, when it changes, \
                   makes the copy and all after it new.";

const FIX: &str = "Write a `.dockerignore` at the root of the repository, say:\n\n    .git\n    .github\n    .env*\n    \
                   node_modules\n    **/__pycache__\n    reports\n";

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    if !is_whole(evidence) {
        sink.fact("not judged: no whole tree of a repository was given");
        return;
    }
    let built = built_at_root(evidence);
    let mut spots = Vec::new();
    for (path, (root, dockerfile)) in &built {
        let Some(copy) = whole_copy(dockerfile) else { continue };
        let at_root = paths::join(root, ".dockerignore").and_then(|path| evidence.file(&path));
        if at_root.is_some() || evidence.file(&format!("{path}.dockerignore")).is_some() {
            continue;
        }
        spots.push(Spot {
            file: dockerfile.file,
            span: copy.span,
            path: String::new(),
            message: "the whole repository is copied into the image, and it has no `.dockerignore`".to_owned(),
            detail: String::new(),
            edits: Vec::new(),
        });
    }
    sink.subjects(built.len());
    sink.fact(format!(
        "{} built from the root of the repository, {} that copy all of it unfiltered",
        count(built.len(), "Dockerfile"),
        spots.len()
    ));
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} copies of the whole repository have no `.dockerignore`", group.len()),
        |_| FIX.to_owned(),
    );
}

/// The Dockerfiles that are built with a repository's root as their context, by path, with that root.
fn built_at_root<'e>(evidence: &'e Evidence<'e>) -> BTreeMap<&'e str, (&'e str, &'e Doc<'e, &'e Dockerfile>)> {
    let mut built = BTreeMap::new();
    for at in evidence.steps() {
        for build in image_builds(evidence, at) {
            let Some(dockerfile) = build.dockerfile.filter(|_| build.context.as_deref() == Some(at.root())) else {
                continue;
            };
            built.insert(dockerfile.file.path(), (at.root(), dockerfile));
        }
    }
    let roots: BTreeSet<&str> = evidence.workflows.iter().map(|workflow| paths::root(workflow.file.path())).collect();
    for project in evidence.compose_projects() {
        for build in project.services.iter().filter_map(Service::build) {
            let root = build.context.and_then(|context| roots.get(context.as_str()));
            let dockerfile = build.dockerfile.and_then(|path| evidence.dockerfile(&path));
            let (Some(root), Some(dockerfile)) = (root, dockerfile) else { continue };
            built.insert(dockerfile.file.path(), (*root, dockerfile));
        }
    }
    built
}

fn whole_copy(dockerfile: &Dockerfile) -> Option<&Instruction> {
    dockerfile.stages.iter().flat_map(|stage| &stage.instructions).find(|instruction| copies_everything(instruction))
}
