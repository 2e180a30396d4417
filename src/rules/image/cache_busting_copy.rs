//! The rule `cache-busting-copy`.

use super::layers::{copies_everything, layer};
use crate::evidence::Evidence;
use crate::model::Span;
use crate::parse::dockerfile::{Dockerfile, Instruction, Stage};
use crate::rules::support::installs::{Install, Wanted, install, is_system};
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};
use std::collections::BTreeSet;

rule! {
    /// # What it checks
    ///
    /// A Dockerfile installs what seldom changes before it copies what often does: `COPY . …` of the whole context comes
    /// after the packages of the system (`apt-get install`, `apk add`) and after the dependencies that a lock file or a
    /// requirements file names (`npm ci`, `pip install -r`). Stages that build upon each other are read as one.
    ///
    /// Not judged: installations that need the sources, such as `pip install .` or a workspace's; a manager that has
    /// already installed before the copy; installations with `--mount=type=cache`, which keep their packages another way.
    ///
    /// # Why it matters
    ///
    /// Every changed file makes a new layer of the copy, and everything after it is built again: one changed line
    /// installs all packages anew.
    ///
    /// # Example
    ///
    /// ```dockerfile Dockerfile
    /// FROM node:22
    /// WORKDIR /app
    /// COPY . .
    /// RUN npm ci
    /// CMD ["node", "server.js"]
    /// ```
    ///
    /// # Instead
    ///
    /// ```dockerfile Dockerfile
    /// FROM node:22
    /// WORKDIR /app
    /// COPY package.json package-lock.json ./
    /// RUN npm ci
    /// COPY . .
    /// CMD ["node", "server.js"]
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// The context holds nothing but what the installation reads.
    pub struct CacheBustingCopy;
    id: "cache-busting-copy",
    family: Image,
    level: Warning,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "Every changed file makes a new layer of the copy, and everything after it is built again: one changed line \
                   installs all packages anew.";

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let mut copies = 0;
    for dockerfile in &evidence.dockerfiles {
        let mut seen: BTreeSet<Span> = BTreeSet::new();
        let mut judged: BTreeSet<Span> = BTreeSet::new();
        for stage in &dockerfile.stages {
            let found = read(dockerfile, stage);
            judged.extend(found.copy.map(|copy| copy.span));
            let (Some(copy), Some((installed, place))) = (found.copy, found.later) else { continue };
            if !seen.insert(copy.span) {
                continue;
            }
            let line = dockerfile.file.line(place.offset);
            spots.push(Spot {
                file: dockerfile.file,
                span: copy.span,
                path: String::new(),
                message: format!(
                    "`{}` copies everything before line {line} installs with `{}`, which every change of a file then repeats",
                    shortened(copy, &dockerfile.file.source.text),
                    installed.label
                ),
                detail: fix(&installed),
                edits: Vec::new(),
            });
        }
        copies += judged.len();
    }
    sink.subjects(copies);
    sink.fact(format!("{}, {} before an installation", count(copies, "copy of the whole context"), spots.len()));
    sink.once_a_file(
        spots,
        WHY,
        |group| {
            let first = group.first().map_or("", |spot| spot.message.as_str());
            format!("{} copies of the whole context come before installations; the first: {first}", group.len())
        },
        |group| group.first().map_or(String::new(), |spot| spot.detail.clone()),
    );
}

fn fix(installed: &Install) -> String {
    if is_system(installed.manager) {
        return format!(
            "Install the packages first, and copy after that:\n\n    RUN {} …\n    COPY . .\n",
            installed.label
        );
    }
    let files = match installed.manager {
        "npm" => "package.json package-lock.json",
        "yarn" => "package.json yarn.lock",
        "pnpm" => "package.json pnpm-lock.yaml",
        "bun" => "package.json bun.lock",
        "poetry" => "pyproject.toml poetry.lock",
        "pipenv" => "Pipfile Pipfile.lock",
        "uv" => "pyproject.toml uv.lock",
        "bundler" => "Gemfile Gemfile.lock",
        "composer" => "composer.json composer.lock",
        "go" => "go.mod go.sum",
        "cargo" => "Cargo.toml Cargo.lock",
        "maven" => "pom.xml",
        "nuget" => "*.csproj",
        _ => "requirements.txt",
    };
    format!(
        "Copy only what the installation reads, install, and copy the rest after that:\n\n    COPY {files} ./\n    RUN {}\n    \
         COPY . .\n",
        installed.label
    )
}

/// The copy as messages say it: its first line.
fn shortened(copy: &Instruction, text: &str) -> String {
    let line = text.get(copy.span.range()).and_then(|text| text.lines().next()).unwrap_or("COPY .");
    if line.chars().count() > 60 { line.chars().take(59).chain(['…']).collect() } else { line.to_owned() }
}

#[derive(Default)]
struct Found<'d> {
    /// The first copy of the whole context.
    copy: Option<&'d Instruction>,
    /// The first installation after it that does not need it.
    later: Option<(Install, Span)>,
}

/// Reads a stage and those that it builds upon, from the first instruction on.
fn read<'d>(dockerfile: &'d Dockerfile, stage: &'d Stage) -> Found<'d> {
    let mut found = Found::default();
    // What was installed before the copy is there, and a later installation adds little.
    let mut before: BTreeSet<&str> = BTreeSet::new();
    let mut stages: Vec<&Stage> = dockerfile.lineage(stage).take(MAX_LINEAGE).collect();
    stages.reverse();
    for stage in stages {
        for (at, instruction) in stage.instructions.iter().enumerate() {
            if found.copy.is_none() && copies_everything(instruction) {
                found.copy = Some(instruction);
                continue;
            }
            let Some(layer) = layer(dockerfile, stage, at, instruction) else { continue };
            for command in &layer.script.commands {
                let Some(installed) = install(&command.words) else { continue };
                if found.copy.is_none() {
                    // A tool that is installed by its name (`npm install -g npm`) says nothing of the dependencies.
                    if is_system(installed.manager) || installed.from != Wanted::Names {
                        before.insert(installed.manager);
                    }
                } else if found.later.is_none()
                    && !before.contains(installed.manager)
                    && !layer.has_cache_mount()
                    && needs_no_sources(&installed)
                {
                    found.later = Some((installed, layer.span(command.span)));
                }
            }
        }
    }
    found
}

/// Longest chain of stages that is read.
const MAX_LINEAGE: usize = 20;

/// Whether an installation could come before the sources.
fn needs_no_sources(installed: &Install) -> bool {
    match installed.from {
        Wanted::Lock | Wanted::Manifest => true,
        Wanted::Names => is_system(installed.manager),
        Wanted::Source => false,
    }
}
