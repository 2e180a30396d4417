//! The rule `unpinned-image`.

use super::built_images::{Built, name_of};
use super::docker_run;
use crate::evidence::{Evidence, File, paths};
use crate::model::Span;
use crate::parse::dockerfile::Base;
use crate::parse::image::ImageRef;
use crate::parse::workflow::Target;
use crate::parse::yaml::Node;
use crate::rules::support::images::{self, UNKNOWN, image_of};
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;
use std::collections::BTreeSet;

rule! {
    /// # What it checks
    ///
    /// Every container image is named with a tag other than `latest` or with a digest (`require: tag`), or with a digest
    /// (`require: digest`): in a workflow the `container` and the `services` of jobs, `uses: docker://…` and official images
    /// of `docker run`; in a compose file the `image` of services; in a Dockerfile the `FROM` of stages. Variables have
    /// their defaults.
    ///
    /// Not judged: images that the repository builds itself (a service with `build`, the tag of a build step, a name
    /// without `/` that is no official image, the name of a folder with a Dockerfile), stages, `scratch`, images or tags
    /// that a variable without a default or an expression makes, and, under `require: tag`, images whose publisher gives
    /// no versions (`gcr.io/distroless`).
    ///
    /// # Why it matters
    ///
    /// The image of such a name changes without a change of yours. A run that passed yesterday fails today, and what was
    /// tested is not what is rebuilt later.
    ///
    /// # Example
    ///
    /// ```yaml compose.yml
    /// services:
    ///   db:
    ///     image: postgres
    ///   cache:
    ///     image: redis:latest
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml compose.yml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///   cache:
    ///     image: redis:7.4
    /// ```
    ///
    /// # Options
    ///
    /// - `require`: `tag` (default) or `digest`. A tag can be moved to another image, a digest cannot.
    /// - `ignore`: names of images that are not judged, without tag (`["ghcr.io/my-org/**", "*-migrate"]`).
    ///
    /// # When to waive
    ///
    /// The run is there to try the newest image.
    pub struct UnpinnedImage;
    id: "unpinned-image",
    family: Security,
    level: Warning,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    require: Require,
    ignore: Vec<String>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Require {
    #[default]
    Tag,
    Digest,
}

const WHY: &str =
    "The image of such a name changes without a change of yours, so a run that passed yesterday may fail today.";

/// An image in a file.
struct Use<'e> {
    file: &'e File<'e>,
    span: Span,
    path: String,
    /// Who uses it, for messages.
    by: String,
    /// `None` where its name is not known.
    image: Option<ImageRef>,
}

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let mut uses = Vec::new();
    in_workflows(evidence, &mut uses);
    in_composes(evidence, &mut uses);
    in_dockerfiles(evidence, &mut uses);
    let built = Built::gather(evidence);
    let (mut judged, mut unknown) = (0, 0);
    let mut seen = BTreeSet::new();
    let mut spots = Vec::new();
    for found in uses {
        let Some(image) = &found.image else {
            unknown += 1;
            continue;
        };
        let name = name_of(image);
        let ignored = || {
            let short = image.repository.rsplit('/').next().unwrap_or_default();
            let patterns = || params.ignore.iter().map(String::as_str);
            paths::matches_any(patterns(), &name) || paths::matches_any(patterns(), short)
        };
        // An anchor may bring one place to several services.
        if built.holds(image) || ignored() || !seen.insert((found.file.path(), found.span)) {
            continue;
        }
        let Some(flaw) = flaw(image, params.require) else {
            unknown += 1;
            continue;
        };
        judged += 1;
        if flaw.is_empty() {
            continue;
        }
        let Use { file, span, path, by, .. } = found;
        spots.push(Spot {
            file,
            span,
            path,
            message: format!("{by} uses the image `{name}` {flaw}"),
            detail: name,
            edits: Vec::new(),
        });
    }
    sink.subjects(judged);
    sink.fact(format!("{}, {} pinned", count(judged, "image"), judged - spots.len()));
    if unknown > 0 {
        sink.fact(format!("not judged: {} whose name or tag is not known", count(unknown, "image")));
    }
    let by_digest = params.require == Require::Digest;
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} images are not pinned to a {}", group.len(), if by_digest { "digest" } else { "tag" }),
        |group| group.first().map_or(String::new(), |spot| fix(&spot.detail, by_digest)),
    );
}

/// What is missing; empty where nothing is, `None` where a variable decides.
fn flaw(image: &ImageRef, require: Require) -> Option<String> {
    if image.digest.is_some() {
        return Some(String::new());
    }
    let tag = image.tag.as_deref();
    if tag.is_some_and(|tag| tag.contains(UNKNOWN)) {
        return None;
    }
    if require == Require::Tag && images::has_no_versions(image) {
        return Some(String::new());
    }
    Some(match (tag, require) {
        (None, _) => "without a tag, which means `latest`".to_owned(),
        (Some("latest"), _) => "with the tag `latest`".to_owned(),
        (Some(_), Require::Tag) => String::new(),
        (Some(tag), Require::Digest) => format!("with the tag `{tag}`, which can be moved, and without a digest"),
    })
}

fn fix(name: &str, by_digest: bool) -> String {
    if by_digest {
        format!("Add the digest of the image that you test with:\n\n    {name}:<version>@sha256:<64 hex digits>\n")
    } else {
        format!("Name the version that you test with:\n\n    {name}:<version>\n")
    }
}

fn in_workflows<'e>(evidence: &'e Evidence<'e>, uses: &mut Vec<Use<'e>>) {
    let mut add = |file, node: Node<'e>, by| {
        uses.push(Use { file, span: node.span(), path: node.path(), by, image: image_of(node) });
    };
    for job in evidence.jobs() {
        if let Some(node) = job.job.container_image() {
            add(job.file, node, format!("job `{}`", job.job.id));
        }
        for service in &job.job.services {
            if let Some(node) = service.image {
                add(job.file, node, format!("service `{}` of job `{}`", service.name, job.job.id));
            }
        }
    }
    for step in evidence.steps() {
        if let Some(run) = &step.step.run {
            for word in run.script.commands.iter().filter_map(docker_run::image) {
                // Any other name may be that of an image which a script has built.
                let Some(image) = images::resolve(&word.text).filter(images::is_known_official) else { continue };
                let (span, path) = (run.span(word.span), run.node.path());
                uses.push(Use { file: step.file, span, path, by: step.title(), image: Some(image) });
            }
        }
        let Some((uses_node, Target::Image(text))) = step.step.uses.as_ref().map(|u| (u.node, u.target)) else {
            continue;
        };
        let (span, path) = (uses_node.span(), uses_node.path());
        uses.push(Use { file: step.file, span, path, by: step.title(), image: images::resolve(text) });
    }
}

fn in_composes<'e>(evidence: &'e Evidence<'e>, uses: &mut Vec<Use<'e>>) {
    // A service may be built in one compose file of a folder and named in another.
    let services =
        || evidence.composes.iter().flat_map(|doc| doc.services.iter().map(move |service| (doc.file, service)));
    let with_build = services().filter(|(_, service)| service.build.is_some());
    let built: BTreeSet<(&str, &str)> = with_build.map(|(file, service)| (file.folder(), service.name)).collect();
    for project in evidence.compose_projects() {
        for service in &project.services {
            let policy = service.value.text("pull_policy").map(|text| text.text);
            let ours = |folder: &str| built.contains(&(folder, service.name));
            if matches!(policy.as_deref(), Some("never" | "build"))
                || service.value.get("build").is_some()
                || ours(service.file().folder())
            {
                continue;
            }
            let Some((part, text)) = service.image() else { continue };
            if ours(part.file.folder()) {
                continue;
            }
            let by = format!("service `{}`", service.name);
            let image = images::resolve(&text);
            uses.push(Use { file: part.file, span: part.node.span(), path: part.node.path(), by, image });
        }
    }
}

fn in_dockerfiles<'e>(evidence: &'e Evidence<'e>, uses: &mut Vec<Use<'e>>) {
    for dockerfile in &evidence.dockerfiles {
        for (index, stage) in dockerfile.stages.iter().enumerate() {
            let image = match (&stage.base.kind, &stage.base.resolved) {
                (Base::Scratch | Base::Stage(_), _) => continue,
                (Base::Image(image), Some(_)) => Some(image.clone()),
                (Base::Image(_) | Base::Unknown, _) => None,
            };
            let by = match &stage.name {
                Some(name) => format!("stage `{name}`"),
                None => format!("stage {index}"),
            };
            uses.push(Use { file: dockerfile.file, span: stage.base.span, path: String::new(), by, image });
        }
    }
}
