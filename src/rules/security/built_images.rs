//! The images that a repository builds itself.

use crate::evidence::Evidence;
use crate::evidence::docker::build_call;
use crate::parse::image::ImageRef;
use crate::parse::shell::{Command, Word};
use crate::parse::workflow::Step;
use crate::parse::yaml::Node;
use crate::rules::support::images::{self, image_of};
use std::collections::BTreeSet;

/// The images that the repository builds itself, as far as the input says.
pub(super) struct Built<'e> {
    /// Names that compose files and steps give to what they build.
    names: BTreeSet<String>,
    /// Folders that hold a Dockerfile: `images/base/Dockerfile` is mostly built as `…/base`.
    folders: BTreeSet<&'e str>,
}

impl<'e> Built<'e> {
    /// Looks at compose files, steps and the folders of Dockerfiles.
    pub(super) fn gather(evidence: &'e Evidence<'e>) -> Self {
        let mut names = BTreeSet::new();
        let services = evidence.composes.iter().flat_map(|compose| &compose.services);
        for service in services.filter(|service| service.build.is_some()) {
            names.extend(service.image.and_then(image_of).as_ref().map(key_of));
        }
        for step in evidence.steps() {
            let mut tags: Vec<&str> = tags_of_action(step.step);
            if let Some(run) = &step.step.run {
                tags.extend(run.script.commands.iter().flat_map(tags_of_command));
            }
            names.extend(tags.into_iter().filter_map(images::resolve).map(|image| key_of(&image)));
        }
        let folders = evidence.dockerfiles.iter().filter_map(|dockerfile| dockerfile.file.folder().rsplit('/').next());
        Self { names, folders: folders.filter(|folder| !folder.is_empty()).collect() }
    }

    /// Whether an image is one of them.
    pub(super) fn holds(&self, image: &ImageRef) -> bool {
        let last = image.repository.rsplit('/').next().unwrap_or_default();
        !images::can_be_pulled(image)
            || self.names.contains(&key_of(image))
            || (!image.is_official() && self.folders.contains(last))
    }
}

/// `tags` of an image build by action.
fn tags_of_action<'t>(step: &Step<'t>) -> Vec<&'t str> {
    let builds = step.uses.as_ref().is_some_and(|uses| uses.is_any(&["docker/build-push-action"]));
    let tags = step.input("tags").filter(|_| builds).and_then(Node::text).unwrap_or_default();
    tags.split([',', '\n']).map(str::trim).filter(|tag| !tag.is_empty()).collect()
}

/// `-t` of an image build, and the new name of `docker tag`.
fn tags_of_command(command: &Command) -> Vec<&str> {
    if let Some(call) = build_call(command) {
        return option_values(call.args, "-t", "--tag");
    }
    let words: Vec<&str> = command.args().iter().map(|word| word.text.as_str()).collect();
    match (command.name(), words.as_slice()) {
        (Some("docker" | "podman"), ["tag", _, name] | ["image", "tag", _, name]) => vec![name],
        _ => Vec::new(),
    }
}

/// All values of an option that may be given several times.
fn option_values<'s>(words: &'s [Word], short: &str, long: &str) -> Vec<&'s str> {
    let mut values = Vec::new();
    let mut words = words.iter().map(|word| word.text.as_str());
    while let Some(word) = words.next() {
        if word == short || word == long {
            values.extend(words.next());
        } else if let Some(value) = word.strip_prefix(long).and_then(|rest| rest.strip_prefix('=')) {
            values.push(value);
        }
    }
    values
}

/// As written, without tag and digest.
pub(super) fn name_of(image: &ImageRef) -> String {
    match &image.registry {
        Some(registry) => format!("{registry}/{}", image.repository),
        None => image.repository.clone(),
    }
}

/// The same for all ways to write one name.
fn key_of(image: &ImageRef) -> String {
    match image.registry.as_deref() {
        None | Some("docker.io" | "index.docker.io") => {
            image.repository.strip_prefix("library/").unwrap_or(&image.repository).to_owned()
        }
        Some(_) => name_of(image),
    }
}
