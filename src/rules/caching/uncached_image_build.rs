//! The rule `uncached-image-build`.

use crate::evidence::bake::Target;
use crate::evidence::compose::Service;
use crate::evidence::docker::{BuildCall, BuildTool, build_call, compose_call, has_option};
use crate::evidence::{Evidence, StepRef, paths};
use crate::model::{Edit, Span};
use crate::parse::dockerfile::Dockerfile;
use crate::parse::shell::Command;
use crate::parse::workflow::{Run, is_dynamic};
use crate::parse::yaml::Node;
use crate::parse::yaml::edit::{self, Entry};
use crate::rules::support::builds::{built_dockerfile, find_dockerfile};
use crate::rules::support::conditions::runs_only_for_releases;
use crate::rules::support::test_runs::is_github_hosted;
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;
use std::collections::BTreeSet;

rule! {
    /// # What it checks
    ///
    /// Every image build takes layers from a cache: `cache-from` of `docker/build-push-action`, `--cache-from` of
    /// `docker build` and `docker buildx build`, `cache_from` in the compose files that `docker compose build` reads,
    /// `cache-from` in the bake files, or by `--set`, of `docker buildx bake` and `docker/bake-action`.
    ///
    /// Not judged: builds whose cache is an expression; `no-cache: true` with a comment that gives the reason; jobs on
    /// self-hosted runners, which keep their layers, and jobs that restore Docker's layers by an action; workflows that
    /// run only for releases and tags (or are called by another workflow that knows), where a cache is a way to poison what
    /// is published; Dockerfiles that run nothing;
    /// bake files and compose files that are not in the input.
    ///
    /// # Why it matters
    ///
    /// A runner starts empty, so without a cache every run installs everything again: minutes instead of seconds.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: pull_request
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: docker/setup-buildx-action@v3
    ///       - uses: docker/build-push-action@v6
    ///         with:
    ///           context: .
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
    ///       - uses: docker/setup-buildx-action@v3
    ///       - uses: docker/build-push-action@v6
    ///         with:
    ///           context: .
    ///           cache-from: type=gha
    ///           cache-to: type=gha,mode=max
    /// ```
    ///
    /// # Options
    ///
    /// - `backends`: cache types that count (default `gha`, `registry`, `local`, `s3`, `azblob`).
    ///
    /// # When to waive
    ///
    /// The build is a matter of seconds, or it must prove that it works from nothing.
    pub struct UncachedImageBuild;
    id: "uncached-image-build",
    family: Caching,
    level: Error,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    backends: Vec<String>,
}

impl Default for Params {
    fn default() -> Self {
        Self { backends: ["gha", "registry", "local", "s3", "azblob"].map(str::to_owned).into() }
    }
}

const WHY: &str = "A runner starts empty, so a build without a cache installs everything again in every run: minutes instead of \
                   seconds.";

/// What is known of a build's cache.
enum Cached {
    Yes,
    No(Span, String),
    /// Not known, or a build to which the rule does not apply.
    Open,
}

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let (mut builds, mut open) = (0, 0);
    // A second build of the same scope would throw the cache of the first away.
    let takes_gha = params.backends.iter().any(|backend| backend == "gha");
    let is_only = takes_gha && evidence.steps().filter(|at| is_build_action(*at)).take(2).count() == 1;
    for step in evidence.steps() {
        for (cached, path) in step_builds(evidence, step, params) {
            match cached {
                Cached::Yes => builds += 1,
                Cached::Open => open += 1,
                Cached::No(span, what) => {
                    builds += 1;
                    spots.push(Spot {
                        file: step.file,
                        span,
                        path,
                        message: format!("{} builds an image without a cache ({what})", step.title()),
                        detail: what,
                        edits: gha_cache(step).filter(|_| is_only).into_iter().collect(),
                    });
                }
            }
        }
    }
    sink.subjects(builds);
    sink.fact(format!("{}, {} with a cache", count(builds, "image build"), builds - spots.len()));
    if open > 0 {
        sink.fact(format!(
            "not judged: {} for which no cache is due or whose files are not in the input",
            count(open, "build")
        ));
    }
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} image builds have no cache", group.len()),
        |group| fix(group.first().map_or("", |spot| spot.detail.as_str())).to_owned(),
    );
}

fn is_build_action(at: StepRef<'_>) -> bool {
    at.step.uses.as_ref().is_some_and(|uses| uses.is_any(&["docker/build-push-action"]))
}

/// GitHub's cache for a build by the action, where a builder that knows it is set up before, and the step says nothing
/// of a cache by itself. The legs of a matrix would share it.
fn gha_cache(at: StepRef<'_>) -> Option<Edit> {
    let job = at.job?.job;
    let said = ["cache-from", "cache-to", "no-cache", "builder"];
    if !is_build_action(at)
        || job.has_matrix()
        || !is_github_hosted(job)
        || said.iter().any(|input| at.step.input(input).is_some())
    {
        return None;
    }
    let mut before = at.steps.iter().take_while(|step| step.index < at.step.index);
    before.find(|step| {
        let is_setup = step.uses.as_ref().is_some_and(|uses| uses.is_any(&["docker/setup-buildx-action"]));
        let driver = step.input("driver").and_then(Node::text);
        is_setup && step.condition().is_none() && matches!(driver, None | Some("docker-container"))
    })?;
    let entries = [Entry::line("cache-from", "type=gha"), Entry::line("cache-to", "type=gha,mode=max")];
    Some(edit::append_below(at.step.node, "with", &entries, "uses")?.edit(at.file.path(), true))
}

fn fix(what: &str) -> &'static str {
    match what {
        "docker/build-push-action" => {
            "Read and write a cache (after `docker/setup-buildx-action`):\n\n    with:\n      cache-from: type=gha\n      cache-to: \
             type=gha,mode=max\n"
        }
        "docker buildx bake" => {
            "Give the targets a cache in the bake file, or one that others inherit:\n\n    cache-from = [\"type=gha\"]\n    \
             cache-to = [\"type=gha,mode=max\"]\n"
        }
        "docker/bake-action" => {
            "Set a cache for all targets (after `docker/setup-buildx-action`):\n\n    with:\n      set: |\n        \
             *.cache-from=type=gha\n        *.cache-to=type=gha,mode=max\n"
        }
        "docker compose build" => {
            "Set a cache in the compose file:\n\n    build:\n      context: .\n      cache_from:\n        - type=gha\n      \
             cache_to:\n        - type=gha,mode=max\n"
        }
        _ => {
            "Build with `docker/build-push-action` and its `cache-from: type=gha` and `cache-to: type=gha,mode=max`, or name a \
             cache on the command line:\n\n    docker buildx build --cache-from type=registry,ref=IMAGE:cache --cache-to \
             type=registry,ref=IMAGE:cache,mode=max .\n"
        }
    }
}

fn step_builds(evidence: &Evidence<'_>, at: StepRef<'_>, params: &Params) -> Vec<(Cached, String)> {
    let exempt = at.job.is_some_and(|job| runs_only_for_releases(job.workflow)) || keeps_layers(at);
    let open_if_exempt = |cached| if exempt { Cached::Open } else { cached };
    if let Some(run) = &at.step.run {
        let commands = run.script.commands.iter();
        let found = commands.filter_map(|command| Some((command, build_call(command)?)));
        return found
            .map(|(command, call)| {
                (open_if_exempt(command_cache(evidence, at, run, command, &call, params)), run.node.path())
            })
            .collect();
    }
    let Some(uses) = &at.step.uses else { return Vec::new() };
    let cached = match uses.action().as_deref() {
        Some("docker/build-push-action") => action_cache(evidence, at, params),
        Some("docker/bake-action") => bake_action_cache(evidence, at, params),
        _ => return Vec::new(),
    };
    vec![(open_if_exempt(cached), at.step.node.path())]
}

/// `docker/build-push-action`.
fn action_cache(evidence: &Evidence<'_>, at: StepRef<'_>, params: &Params) -> Cached {
    let text = |name| at.step.input(name).and_then(Node::text).map(str::trim).filter(|t| !t.is_empty());
    let uses = at.step.uses.as_ref().map_or(at.step.node, |uses| uses.node);
    // Other calls (`check`, `outline`) build nothing.
    if text("call").is_some_and(|call| call != "build") {
        return Cached::Open;
    }
    if let Some(no_cache) = at.step.input("no-cache") {
        let reason = no_cache.tree().comment_near(no_cache.span().offset);
        if no_cache.text().is_some_and(is_dynamic) || (no_cache.as_bool() == Some(true) && reason.is_some()) {
            return Cached::Open;
        }
    }
    if let Some(from) = text("cache-from") {
        return if is_backend(from, params) {
            Cached::Yes
        } else {
            Cached::No(uses.span(), "docker/build-push-action".to_owned())
        };
    }
    let context = text("context").unwrap_or(".");
    let dockerfile = match text("file") {
        Some(file) => find_dockerfile(evidence, at.root(), file),
        None => paths::join(at.root(), context).and_then(|folder| find_dockerfile(evidence, &folder, "Dockerfile")),
    };
    if dockerfile.is_some_and(|dockerfile| runs_nothing(dockerfile)) {
        return Cached::Open;
    }
    Cached::No(uses.span(), "docker/build-push-action".to_owned())
}

/// Whether a Dockerfile only copies: there is nothing that a cache could save.
fn runs_nothing(dockerfile: &Dockerfile) -> bool {
    let mut instructions = dockerfile.stages.iter().flat_map(|stage| &stage.instructions);
    !instructions.any(|instruction| instruction.keyword == "RUN")
}

/// Whether a source is of a type that counts; a bare image reference is a registry.
fn is_backend(from: &str, params: &Params) -> bool {
    from.lines().map(str::trim).filter(|line| !line.is_empty()).any(|line| {
        let kind = line.split(',').find_map(|part| part.trim().strip_prefix("type="));
        is_dynamic(line) || params.backends.iter().any(|backend| backend == kind.unwrap_or("registry"))
    })
}

/// `docker/bake-action`.
fn bake_action_cache(evidence: &Evidence<'_>, at: StepRef<'_>, params: &Params) -> Cached {
    let text = |name| at.step.input(name).and_then(Node::text).unwrap_or("");
    let sets = text("set");
    if sets.lines().any(|line| line.split('=').next().is_some_and(|key| key.trim().ends_with(".cache-from"))) {
        return Cached::Yes;
    }
    // An expression may bring a cache, and other calls build nothing.
    if is_dynamic(sets) || at.step.input("no-cache").is_some_and(|no_cache| no_cache.as_bool() != Some(false)) {
        return Cached::Open;
    }
    let uses = at.step.uses.as_ref().map_or(at.step.node, |uses| uses.node);
    bake_cache(evidence, evidence.bake_action(at), params)
        .unwrap_or_else(|| Cached::No(uses.span(), "docker/bake-action".to_owned()))
}

/// What the bake files say of the cache; `None` where no target that runs something has one.
fn bake_cache(evidence: &Evidence<'_>, targets: Option<Vec<Target<'_>>>, params: &Params) -> Option<Cached> {
    let Some(targets) = targets else { return Some(Cached::Open) };
    let mut due = false;
    for target in targets {
        // `check` and `outline` build nothing.
        if target.text("call").is_none_or(|call| !matches!(call.as_str(), "" | "build")) {
            continue;
        }
        let Some(from) = target.list("cache-from") else { return Some(Cached::Open) };
        if is_backend(&from.join("\n"), params) {
            return Some(Cached::Yes);
        }
        let dockerfile = target.dockerfile().and_then(|path| evidence.dockerfile(&path));
        due |= !dockerfile.is_some_and(|dockerfile| runs_nothing(dockerfile));
    }
    if due { None } else { Some(Cached::Open) }
}

fn command_cache(
    evidence: &Evidence<'_>,
    at: StepRef<'_>,
    run: &Run<'_>,
    command: &Command,
    call: &BuildCall<'_>,
    params: &Params,
) -> Cached {
    let no = |what: &str| Cached::No(run.span(command.span), what.to_owned());
    if has_option(call.args, &["--help", "--print", "--check", "--call"]) {
        return Cached::Open;
    }
    match call.tool {
        BuildTool::Bake => {
            if call.args.iter().any(|w| w.text.contains(".cache-from=")) {
                return Cached::Yes;
            }
            let targets = evidence.bake_command(at, command, call);
            bake_cache(evidence, targets, params).unwrap_or_else(|| no("docker buildx bake"))
        }
        BuildTool::Build | BuildTool::Buildx => {
            // Options may come from a variable, and `-` reads the Dockerfile from standard input.
            let hidden =
                call.args.iter().any(|w| w.dynamic && !w.quoted && !w.text.contains('/') && !w.text.contains(':'));
            if has_option(call.args, &["--cache-from"]) {
                return Cached::Yes;
            }
            if hidden && !takes_known_values(call) {
                return Cached::Open;
            }
            let dockerfile = built_dockerfile(evidence, at, call);
            if dockerfile.is_some_and(|dockerfile| runs_nothing(dockerfile)) {
                return Cached::Open;
            }
            no(if call.tool == BuildTool::Build { "docker build" } else { "docker buildx build" })
        }
        BuildTool::Compose => {
            let Some(compose) = compose_call(command) else { return Cached::Open };
            let Some(project) = evidence.compose_project(at, command, &compose) else { return Cached::Open };
            let started: BTreeSet<&str> = project.started.iter().flat_map(|started| project.starts(started)).collect();
            let services = project.services.iter().filter(|service| started.contains(service.name));
            let builds: Vec<_> = services.filter_map(Service::build).collect();
            if builds.is_empty() {
                return Cached::Open;
            }
            let cached = builds.iter().any(|build| !build.cache_from.is_empty());
            if cached { Cached::Yes } else { no("docker compose build") }
        }
    }
}

/// Whether every word with a variable in it is the value of an option that is known to take one.
fn takes_known_values(call: &BuildCall<'_>) -> bool {
    let values = ["-t", "--tag", "-f", "--file", "--build-arg", "--target", "--platform", "--label", "--progress"];
    call.args.iter().enumerate().filter(|(_, word)| word.dynamic).all(|(at, word)| {
        let before = at.checked_sub(1).and_then(|before| call.args.get(before));
        before.is_some_and(|before| values.contains(&before.text.as_str()))
            || word.text.split_once('=').is_some_and(|(name, _)| values.contains(&name))
            || at + 1 == call.args.len()
    })
}

/// Whether the runner of a step keeps Docker's layers from run to run.
fn keeps_layers(at: StepRef<'_>) -> bool {
    let restored = at.steps.iter().filter_map(|step| step.uses.as_ref()).any(|uses| {
        uses.is_any(&[
            "satackey/action-docker-layer-caching",
            "scribemd/docker-cache",
            "jpribyl/action-docker-layer-caching",
        ]) || uses.action().is_some_and(|a| a.starts_with("depot/") || a.starts_with("useblacksmith/"))
    });
    let runs_on = at.job.and_then(|job| job.job.node.get("runs-on"));
    let labels = runs_on.map(|node| node.get("labels").unwrap_or(node));
    restored || labels.is_some_and(|labels| labels.one_or_many().any(|l| l.text() == Some("self-hosted")))
}
