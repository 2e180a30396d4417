//! The rule `cache-in-release`.

use crate::evidence::{Evidence, StepRef};
use crate::model::Span;
use crate::parse::workflow::{Uses, Workflow, is_dynamic};
use crate::parse::yaml::Node;
use crate::rules::support::builds::image_builds;
use crate::rules::support::publish::publishes;
use crate::rules::support::test_runs::steps_of;
use crate::rules::support::versions::major;
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};
use std::collections::BTreeSet;

rule! {
    /// # What it checks
    ///
    /// A job that publishes for a release or a tag (a package, a release, an image that is pushed) takes nothing from a
    /// cache that other runs may write: no `actions/cache`, no cache of a `setup-…` action, no `cache-from` of an image
    /// build. `setup-go` from version 4 on and `setup-uv` from 5 on have a cache unless it is switched off.
    ///
    /// Not judged: jobs that publish nothing that is known; caches that an expression switches; workflows that no release
    /// and no tag starts.
    ///
    /// # Why it matters
    ///
    /// Whoever can run a workflow on the default branch can write the cache, and what is in it goes into what is published,
    /// past every review.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/release.yml
    /// on: { push: { tags: ['v*'] } }
    /// jobs:
    ///   publish:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: actions/checkout@v4
    ///       - uses: actions/setup-node@v4
    ///         with: { cache: npm }
    ///       - run: npm ci && npm publish
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/release.yml
    /// on: { push: { tags: ['v*'] } }
    /// jobs:
    ///   publish:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: actions/checkout@v4
    ///       - uses: actions/setup-node@v4
    ///       - run: npm ci && npm publish
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// Only trusted people can start a run on the default branch, and a release must be fast.
    pub struct CacheInRelease;
    id: "cache-in-release",
    family: Caching,
    level: Warning,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "Whoever can run a workflow on the default branch can write the cache, and what is in it goes into what is \
                   published, past every review.";

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let mut seen: BTreeSet<(&str, Span)> = BTreeSet::new();
    let mut jobs = 0;
    for job in evidence.jobs().filter(|job| runs_for_releases(job.workflow)) {
        let steps = steps_of(evidence, job);
        let Some(how) = steps.iter().find_map(|at| publishes(evidence, *at)) else { continue };
        jobs += 1;
        for at in &steps {
            let Some((what, span)) = restored(evidence, *at) else { continue };
            if seen.insert((at.file.path(), span)) {
                spots.push(Spot {
                    file: at.file,
                    span,
                    path: at.step.node.path(),
                    message: format!("job `{}` publishes ({how}) and takes files from a cache ({what})", job.job.id),
                    detail: what,
                    edits: Vec::new(),
                });
            }
        }
    }
    sink.subjects(jobs);
    sink.fact(format!("{}, {} of a cache in them", count(jobs, "publishing job"), count(spots.len(), "use")));
    sink.once_a_file(
        spots,
        WHY,
        |group| {
            let first = group.first().map_or("", |spot| spot.message.as_str());
            format!("{} caches are used where something is published; the first: {first}", group.len())
        },
        |group| {
            let what = group.first().map_or("", |spot| spot.detail.as_str());
            format!("Build what is published from nothing: leave out {what}, or switch it off with `cache: false` where the action caches by itself.")
        },
    );
}

/// Whether a release or a tag starts a workflow.
fn runs_for_releases(workflow: &Workflow<'_>) -> bool {
    workflow.triggers.iter().any(|trigger| match trigger.event {
        "release" => true,
        "push" => trigger.options.is_some_and(|options| options.get("tags").is_some()),
        _ => false,
    })
}

/// What a step restores from a cache, and where it says so.
fn restored<'e>(evidence: &'e Evidence<'e>, at: StepRef<'e>) -> Option<(String, Span)> {
    if let Some(build) = image_builds(evidence, at).into_iter().find(|build| !build.cache_from.is_empty()) {
        // A cache in a registry is written by whoever may push there, as the image itself is.
        let cache = build.cache_from.into_iter().find(|cache| cache.kind() == "gha" && !cache.is_dynamic())?;
        return Some((format!("`cache-from: {}`", cache.text), cache.span));
    }
    let uses = at.step.uses.as_ref()?;
    let input = |name| at.step.input(name).filter(|node| !node.is_null());
    let action = uses.action()?;
    let name = action.rsplit('/').next().unwrap_or_default();
    if matches!(action.as_str(), "actions/cache" | "actions/cache/restore" | "swatinem/rust-cache") {
        return Some((format!("`{}`", uses.text), uses.node.span()));
    }
    if !name.starts_with("setup-") {
        return None;
    }
    for key in ["cache", "bundler-cache", "enable-cache"] {
        let Some(node) = input(key) else { continue };
        let text = node.text().map(str::trim).unwrap_or_default();
        let off = matches!(text, "" | "false" | "auto") || is_dynamic(text);
        return (!off).then(|| (format!("`{key}: {text}` of `{name}`"), node.span()));
    }
    caches_by_itself(at, uses, &action).then(|| (format!("`{}`, which caches by itself", uses.text), uses.node.span()))
}

fn caches_by_itself(at: StepRef<'_>, uses: &Uses<'_>, action: &str) -> bool {
    let from = match action {
        "actions/setup-go" => 4,
        "astral-sh/setup-uv" => 5,
        _ => return false,
    };
    let off = at.step.input("cache").and_then(Node::as_bool) == Some(false);
    !off && major(uses).is_some_and(|version| version >= from)
}
