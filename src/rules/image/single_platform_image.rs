//! The rule `single-platform-image`.

use crate::evidence::docker::docker_words;
use crate::evidence::{Evidence, StepRef};
use crate::parse::workflow::is_dynamic;
use crate::rules::support::builds::image_builds;
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;
use std::collections::BTreeMap;

rule! {
    /// # What it checks
    ///
    /// An image that is pushed is built for all platforms that the policy names: `platforms` of
    /// `docker/build-push-action`, `--platform` of `docker buildx build --push`. Without them it is built for the runner's
    /// own platform only.
    ///
    /// Not judged: platforms that an expression makes; without platforms, builds on runners that are not GitHub's own Linux; builds that push by
    /// digest, and workflows that put one image together (`docker buildx imagetools create`, `docker manifest create`);
    /// bake files; images that are not pushed.
    ///
    /// # Why it matters
    ///
    /// On any other machine the image does not start, or runs slowly under emulation.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/image.yml
    /// on: push
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: docker/build-push-action@v6
    ///         with:
    ///           push: true
    ///           tags: ghcr.io/shop/web:1
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/image.yml
    /// on: push
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: docker/setup-qemu-action@v3
    ///       - uses: docker/setup-buildx-action@v3
    ///       - uses: docker/build-push-action@v6
    ///         with:
    ///           push: true
    ///           platforms: linux/amd64,linux/arm64
    ///           tags: ghcr.io/shop/web:1
    /// ```
    ///
    /// # Options
    ///
    /// - `platforms`: the platforms that every pushed image is for (default `linux/amd64`, `linux/arm64`).
    ///
    /// # When to waive
    ///
    /// The image runs on machines of one kind only.
    pub struct SinglePlatformImage;
    id: "single-platform-image",
    family: Image,
    level: Warning,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    platforms: Vec<String>,
}

impl Default for Params {
    fn default() -> Self {
        Self { platforms: ["linux/amd64", "linux/arm64"].map(str::to_owned).into() }
    }
}

const WHY: &str = "On any other machine the image does not start, or runs slowly under emulation.";

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    // By file: whether it makes one image of several.
    let mut joining: BTreeMap<&str, bool> = BTreeMap::new();
    let (mut images, mut open) = (0, 0);
    for at in evidence.steps() {
        for build in image_builds(evidence, at).into_iter().filter(|build| build.pushes == Some(true)) {
            let by_digest = build.outputs.is_some_and(|outputs| outputs.contains("push-by-digest"));
            let written = build.platforms.filter(|text| !text.contains('$'));
            let written = if build.platforms.is_none() { of_runner(at) } else { written };
            let joined = *joining.entry(at.file.path()).or_insert_with(|| joins_images(at));
            let Some(written) = written.filter(|_| !by_digest && !joined) else {
                open += 1;
                continue;
            };
            images += 1;
            let written: Vec<&str> = written.split([',', '\n']).map(str::trim).filter(|p| !p.is_empty()).collect();
            let missing: Vec<&str> =
                params.platforms.iter().map(String::as_str).filter(|platform| !written.contains(platform)).collect();
            if missing.is_empty() {
                continue;
            }
            let now = written.join(", ");
            spots.push(Spot {
                file: at.file,
                span: build.span,
                path: build.path,
                message: format!("{} pushes an image for {now} only, and not for {}", at.title(), missing.join(", ")),
                detail: String::new(),
                edits: Vec::new(),
            });
        }
    }
    sink.subjects(images);
    sink.fact(format!("{}, {} for too few platforms", count(images, "pushed image"), spots.len()));
    if open > 0 {
        sink.fact(format!("not judged: {} whose platforms are not known", count(open, "pushed image")));
    }
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} images are pushed for too few platforms", group.len()),
        |_| {
            format!(
                "Build for all of them (after `docker/setup-qemu-action` and `docker/setup-buildx-action`):\n\n    platforms: \
                 {}\n",
                params.platforms.join(",")
            )
        },
    );
}

/// The platform of the runner; `None` where that is not known.
fn of_runner(at: StepRef<'_>) -> Option<&'static str> {
    let runs_on = at.job?.job.node.get("runs-on")?;
    let mut labels = runs_on.get("labels").unwrap_or(runs_on).one_or_many();
    let (Some(label), None) = (labels.next()?.text(), labels.next()) else { return None };
    let hosted = label.starts_with("ubuntu-") && !is_dynamic(label);
    hosted.then_some(if label.ends_with("-arm") { "linux/arm64" } else { "linux/amd64" })
}

/// Whether the workflow makes one image of several.
fn joins_images(at: StepRef<'_>) -> bool {
    let steps = at.job.into_iter().flat_map(|job| &job.workflow.jobs).flat_map(|job| &job.steps);
    let mut commands = steps.filter_map(|step| step.run.as_ref()).flat_map(|run| &run.script.commands);
    commands.any(|command| {
        let Some(words) = docker_words(command) else { return false };
        let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).take(3).collect();
        matches!(words.as_slice(), ["buildx", "imagetools", "create"] | ["manifest", "create", ..])
    })
}
