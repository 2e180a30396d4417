//! The rule `unapproved-base-image`.

use super::built_images::{Built, name_of};
use crate::evidence::{Evidence, paths};
use crate::parse::dockerfile::Base;
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;
use std::collections::BTreeSet;

rule! {
    /// # What it checks
    ///
    /// Every stage of a Dockerfile builds upon an official image of Docker Hub (`python`, `node`, `alpine`), upon an
    /// image of the policy's list, upon another stage, or upon nothing (`scratch`). Variables have their defaults.
    ///
    /// Not judged: images that the repository builds itself (the `image` of a compose service with `build`, the tag of a
    /// build step, the name of a folder with a Dockerfile, a name without `/` that is no official image), and names that
    /// a variable without a default makes, and stages that only bring files for others to copy (`FROM registry/tool AS tool`
    /// and nothing more).
    ///
    /// # Why it matters
    ///
    /// All that the image does later runs on what its base brings along. Of official images it is known who builds them,
    /// from what, and that they are rebuilt when a hole is closed.
    ///
    /// # Example
    ///
    /// ```dockerfile Dockerfile
    /// FROM somebody/python-with-everything:3.13
    /// COPY app /app
    /// ```
    ///
    /// # Instead
    ///
    /// ```dockerfile Dockerfile
    /// FROM python:3.13-slim
    /// COPY app /app
    /// ```
    ///
    /// # Options
    ///
    /// - `allow`: further images, without tag (`["gcr.io/distroless/*", "mcr.microsoft.com/**", "my-org/*"]`; `*` stands for
    ///   anything but a slash, `**` for anything).
    /// - `official`: `false` approves official images only where the list names them (`["python", "node"]`); the default is
    ///   `true`.
    ///
    /// # When to waive
    ///
    /// The vendor of a system publishes its base itself, and the policy's list is not yours to change.
    pub struct UnapprovedBaseImage;
    id: "unapproved-base-image",
    family: Security,
    level: Warning,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    allow: Vec<String>,
    official: bool,
}

impl Default for Params {
    fn default() -> Self {
        Self { allow: Vec::new(), official: true }
    }
}

const WHY: &str =
    "All that the image does later runs on what its base brings along, so it matters who builds it and from what.";

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let built = Built::gather(evidence);
    let allowed = |name: &str| paths::matches_any(params.allow.iter().map(String::as_str), name);
    let (mut judged, mut unknown) = (0, 0);
    let mut spots = Vec::new();
    for dockerfile in &evidence.dockerfiles {
        let bases: BTreeSet<usize> = dockerfile.stages.iter().filter_map(|stage| index_of(&stage.base.kind)).collect();
        let last = dockerfile.stages.len().saturating_sub(1);
        for (at, stage) in dockerfile.stages.iter().enumerate() {
            if stage.instructions.is_empty() && at != last && !bases.contains(&at) {
                continue;
            }
            let image = match (&stage.base.kind, &stage.base.resolved) {
                (Base::Image(image), Some(_)) => image,
                (Base::Image(_), None) => {
                    unknown += 1;
                    continue;
                }
                _ => continue,
            };
            if built.holds(image) {
                continue;
            }
            judged += 1;
            let name = name_of(image);
            let official = image.is_official();
            let short = image.repository.strip_prefix("library/").unwrap_or(&image.repository);
            // Docker Hub has two names of its own, and official images one more.
            let hub = matches!(image.registry.as_deref(), None | Some("docker.io" | "index.docker.io"));
            if official && params.official || allowed(&name) || hub && (allowed(&image.repository) || allowed(short)) {
                continue;
            }
            spots.push(Spot {
                file: dockerfile.file,
                span: stage.base.span,
                path: String::new(),
                message: if official {
                    format!("the base image `{name}` is not on the list of approved images")
                } else {
                    format!("the base image `{name}` is neither an official image nor on the list of approved images")
                },
                detail: name,
                edits: Vec::new(),
            });
        }
    }
    sink.subjects(judged);
    sink.fact(format!("{}, {} approved", count(judged, "base image"), judged - spots.len()));
    if unknown > 0 {
        sink.fact(format!("not judged: {} whose name is not known", count(unknown, "base image")));
    }
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} stages build upon images that are not approved", group.len()),
        |group| group.first().map_or(String::new(), |spot| fix(&spot.detail)),
    );
}

fn index_of(base: &Base) -> Option<usize> {
    match base {
        Base::Stage(index) => Some(*index),
        _ => None,
    }
}

fn fix(name: &str) -> String {
    format!(
        "Build upon an official image and add what is missing, or look into `{name}` and approve it in the policy:\n\n    \
         unapproved-base-image: {{ allow: [{name}] }}\n"
    )
}
