//! The rule `cache-without-buildx`.

use crate::evidence::docker::docker_words;
use crate::evidence::{Evidence, JobRef, StepRef};
use crate::parse::shell::Command;
use crate::parse::workflow::Target;
use crate::parse::yaml::Node;
use crate::rules::support::builds::image_builds;
use crate::rules::support::test_runs::{is_github_hosted, steps_of};
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};
use std::collections::BTreeSet;

rule! {
    /// # What it checks
    ///
    /// A job that gives an image build the GitHub cache (`type=gha`) sets up a builder that can use it first: by
    /// `docker/setup-buildx-action`, `docker buildx create --use`, or the name of a builder. Docker's own builder knows this
    /// cache only where the daemon has the containerd image store.
    ///
    /// Not judged: jobs that set up Docker itself by an action, jobs with a local action that is not in the input, and
    /// runners that are not GitHub's own, whose Docker may be set up for it.
    ///
    /// # Why it matters
    ///
    /// Docker's own builder stops with "Cache export is not supported for the docker driver", or builds without the cache.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: pull_request
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: docker/build-push-action@v6
    ///         with:
    ///           cache-from: type=gha
    ///           cache-to: type=gha,mode=max
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
    ///           cache-from: type=gha
    ///           cache-to: type=gha,mode=max
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// The runner's Docker is known to have the containerd image store.
    pub struct CacheWithoutBuildx;
    id: "cache-without-buildx",
    family: Caching,
    level: Error,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "Docker's own builder stops at such a cache, or builds without it, unless the daemon has the containerd image \
                   store.";

const FIX: &str = "Set up a builder before the build:\n\n    - uses: docker/setup-buildx-action@v3\n";

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let mut seen = BTreeSet::new();
    let (mut builds, mut open) = (0, 0);
    for job in evidence.jobs() {
        let exempt = !is_github_hosted(job.job) || names_builder(job);
        let mut ready = false;
        for at in steps_of(evidence, job) {
            ready = ready || prepares(at);
            for build in image_builds(evidence, at) {
                let mut caches = build.cache_from.iter().chain(&build.cache_to);
                let Some(cache) = caches.find(|cache| cache.kind() == "gha") else { continue };
                if ready || build.named_builder {
                    builds += 1;
                } else if exempt {
                    open += 1;
                } else {
                    builds += 1;
                    // An action that several jobs use is one place.
                    if seen.insert((at.file.path(), cache.span)) {
                        spots.push(Spot {
                            file: at.file,
                            span: cache.span,
                            path: build.path.clone(),
                            message: format!(
                                "job `{}` uses the cache `{}`, and nothing before it sets up a builder that knows it",
                                job.job.id, cache.text
                            ),
                            detail: String::new(),
                            edits: Vec::new(),
                        });
                    }
                }
            }
        }
    }
    sink.subjects(builds);
    sink.fact(format!(
        "{} with the GitHub cache, {} without a builder for it",
        count(builds, "image build"),
        spots.len()
    ));
    if open > 0 {
        sink.fact(format!("not judged: {} on runners or with builders that are not known", count(open, "build")));
    }
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} image builds use the GitHub cache without a builder that knows it", group.len()),
        |_| FIX.to_owned(),
    );
}

/// Whether the environment of a job names a builder.
fn names_builder(job: JobRef<'_>) -> bool {
    let nodes = [job.job.node, job.workflow.node];
    nodes.into_iter().any(|node: Node<'_>| node.at(&["env", "BUILDX_BUILDER"]).is_some())
}

/// Whether a step sets up a builder, or may do so.
fn prepares(at: StepRef<'_>) -> bool {
    if let Some(run) = &at.step.run {
        return run.script.commands.iter().any(chooses_builder);
    }
    let Some(uses) = &at.step.uses else { return false };
    match uses.target {
        Target::Remote { owner, repo, .. } => {
            let named = |words: &[&str]| words.iter().any(|word| repo.to_ascii_lowercase().contains(word));
            named(&["buildx", "setup-docker", "buildkit", "builder"])
                || matches!(owner.to_ascii_lowercase().as_str(), "depot" | "useblacksmith")
        }
        Target::Local(_) | Target::Unknown => true,
        Target::Image(_) => false,
    }
}

/// `docker buildx create --use`, `docker buildx use`.
fn chooses_builder(command: &Command) -> bool {
    let Some(words) = docker_words(command) else { return false };
    let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    matches!(words.as_slice(), ["buildx", "create", rest @ ..] if rest.contains(&"--use") || rest.contains(&"--bootstrap"))
        || matches!(words.as_slice(), ["buildx", "use" | "install", ..])
}
