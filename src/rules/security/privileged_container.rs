//! The rule `privileged-container`.

use super::docker_run;
use crate::evidence::compose::{Merged, Part};
use crate::evidence::{Evidence, File, paths};
use crate::model::Span;
use crate::parse::compose::mount;
use crate::parse::image::ImageRef;
use crate::parse::shell::{self, Command, Word};
use crate::parse::workflow::is_dynamic;
use crate::parse::yaml::Node;
use crate::rules::support::images::{self, image_of};
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;
use std::collections::BTreeSet;

rule! {
    /// # What it checks
    ///
    /// No container of CI is started with all rights over the machine: no `--privileged` in `docker run` or in the
    /// `options` of a job's `container` and `services`, no `privileged: true` in a compose file, and no mounted Docker
    /// socket, with which a container starts others as root.
    ///
    /// Not judged: images that are made to work in this way (`docker:dind`, `buildkit`, `k3s`, `kind`, the emulators of
    /// `binfmt` and `qemu-user-static`; with the socket also Testcontainers' helper, Traefik, Portainer and collectors of
    /// logs and metrics), and options that an expression makes.
    ///
    /// # Why it matters
    ///
    /// Code in such a container is root on the machine. On a runner of your own it stays there after the job.
    ///
    /// # Example
    ///
    /// ```yaml compose.yml
    /// services:
    ///   tests:
    ///     image: shop-tests:ci
    ///     privileged: true
    ///     volumes:
    ///       - /var/run/docker.sock:/var/run/docker.sock
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml compose.yml
    /// services:
    ///   tests:
    ///     image: shop-tests:ci
    ///     cap_add: [SYS_PTRACE]
    /// ```
    ///
    /// # Options
    ///
    /// - `allow`: images that may, without tag (`["my-org/installer-tests", "tonistiigi/*"]`).
    ///
    /// # When to waive
    ///
    /// The test is about containers or the kernel, and its runner is thrown away after the job.
    pub struct PrivilegedContainer;
    id: "privileged-container",
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
    allow: Vec<String>,
}

const WHY: &str =
    "Code in such a container is root on the machine, and on a runner of your own it stays there after the job.";

/// Images that cannot work otherwise.
const PRIVILEGED: [&str; 12] = [
    "docker",
    "docker/binfmt",
    "moby/buildkit",
    "multiarch/qemu-user-static",
    "tonistiigi/binfmt",
    "kindest/node",
    "rancher/k3s",
    "rancher/rancher",
    "balenalib/*",
    "homeassistant/*-builder",
    "gcr.io/cadvisor/cadvisor",
    "ghcr.io/google/cadvisor",
];
/// Images whose work is to ask or to lead the Docker of the machine.
const WITH_SOCKET: [&str; 17] = [
    "docker",
    "testcontainers/ryuk",
    "traefik",
    "portainer/**",
    "containrrr/watchtower",
    "grafana/promtail",
    "grafana/alloy",
    "grafana/agent",
    "telegraf",
    "datadog/agent",
    "gcr.io/datadoghq/agent",
    "gcr.io/cadvisor/cadvisor",
    "ghcr.io/google/cadvisor",
    "localstack/*",
    "nginxproxy/*",
    "otel/*",
    "ghcr.io/open-telemetry/opentelemetry-collector-releases/*",
];

/// What a container may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Right {
    Privileged,
    Socket,
}

/// A container and the texts that say what it may.
struct Found<'e> {
    file: &'e File<'e>,
    span: Span,
    path: String,
    by: String,
    image: Option<ImageRef>,
    right: Right,
}

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let mut found = Vec::new();
    let containers =
        in_workflows(evidence, &mut found) + in_scripts(evidence, &mut found) + in_composes(evidence, &mut found);
    let mut seen = BTreeSet::new();
    let mut spots = Vec::new();
    let mut made_for_it = 0;
    for Found { file, span, path, by, image, right } in found {
        // An anchor may bring one place to several services.
        if !seen.insert((file.path(), span)) {
            continue;
        }
        let known: &[&str] = if right == Right::Privileged { &PRIVILEGED } else { &WITH_SOCKET };
        if image.as_ref().is_some_and(|image| {
            let name = plain_name(image);
            paths::matches_any(known.iter().copied(), &name)
                || paths::matches_any(params.allow.iter().map(String::as_str), &name)
        }) {
            made_for_it += 1;
            continue;
        }
        let message = match right {
            Right::Privileged => format!("{by} runs privileged, with all rights over the machine"),
            Right::Socket => format!("{by} has the Docker socket, by which it may start containers as root"),
        };
        spots.push(Spot { file, span, path, message, detail: String::new(), edits: Vec::new() });
    }
    sink.subjects(containers);
    sink.fact(format!("{}, {} with rights over the machine", count(containers, "container"), spots.len()));
    if made_for_it > 0 {
        sink.fact(format!("made to work in this way: {}", count(made_for_it, "image")));
    }
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} containers have rights over the machine", group.len()),
        |_| {
            "Give it the one capability or device that it needs, and a Docker of its own (a service `docker:dind`) instead of \
             the machine's:\n\n    cap_add: [NET_ADMIN]\n    devices: [/dev/kvm]\n"
                .to_owned()
        },
    );
}

fn in_workflows<'e>(evidence: &'e Evidence<'e>, found: &mut Vec<Found<'e>>) -> usize {
    let mut containers = 0;
    for job in evidence.jobs() {
        let container = job.job.node.get("container").filter(|node| node.is_mapping());
        let own = container.map(|node| (node, format!("the container of job `{}`", job.job.id)));
        let services = job.job.services.iter();
        let services =
            services.map(|service| (service.node, format!("service `{}` of job `{}`", service.name, job.job.id)));
        containers += usize::from(job.job.container_image().is_some()) + job.job.services.len();
        for (node, by) in own.into_iter().chain(services) {
            let image = node.get("image").and_then(image_of);
            let mut add = |at: Node<'e>, span: Span, right| {
                found.push(Found {
                    file: job.file,
                    span,
                    path: at.path(),
                    by: by.clone(),
                    image: image.clone(),
                    right,
                });
            };
            if let Some(options) = node.get("options")
                && let Some(text) = options.text().filter(|text| !is_dynamic(text))
            {
                let script = shell::parse(text);
                let words = script.commands.iter().flat_map(|command| &command.words);
                for (word, right) in rights(&words.collect::<Vec<_>>()) {
                    add(options, options.inner_span(word.span), right);
                }
            }
            for volume in node.get("volumes").into_iter().flat_map(Node::items) {
                if volume.text().is_some_and(is_socket) {
                    add(volume, volume.span(), Right::Socket);
                }
            }
        }
    }
    containers
}

fn in_scripts<'e>(evidence: &'e Evidence<'e>, found: &mut Vec<Found<'e>>) -> usize {
    let mut containers = 0;
    for step in evidence.steps() {
        let Some(run) = &step.step.run else { continue };
        for (command, (options, image)) in run.script.commands.iter().filter_map(with_parts) {
            containers += 1;
            let image = images::resolve(&image.text).filter(|_| !image.dynamic);
            let by = match &image {
                Some(image) => format!("{}: `{}`", step.title(), plain_name(image)),
                None => format!("{}: `{}`", step.title(), command.name().unwrap_or("docker")),
            };
            for (word, right) in rights(&options) {
                let (span, path) = (run.span(word.span), run.node.path());
                found.push(Found { file: step.file, span, path, by: by.clone(), image: image.clone(), right });
            }
        }
    }
    containers
}

fn with_parts(command: &Command) -> Option<(&Command, (Vec<&Word>, &Word))> {
    Some((command, docker_run::parts(command)?))
}

fn in_composes<'e>(evidence: &'e Evidence<'e>, found: &mut Vec<Found<'e>>) -> usize {
    let mut containers = 0;
    for project in evidence.compose_projects() {
        for service in &project.services {
            containers += 1;
            let image = service.image().and_then(|(_, text)| images::resolve(&text));
            let mut add = |part: &Part<'e>, right| {
                let (file, span, path) = (part.file, part.node.span(), part.node.path());
                found.push(Found {
                    file,
                    span,
                    path,
                    by: format!("service `{}`", service.name),
                    image: image.clone(),
                    right,
                });
            };
            let privileged = service.value.get("privileged");
            if let Some(part) = privileged.as_ref().and_then(Merged::strongest)
                && part.node.as_bool() == Some(true)
            {
                add(part, Right::Privileged);
            }
            for (part, mount) in service.volumes() {
                if is_docker_socket(&mount.source) {
                    add(&part, Right::Socket);
                }
            }
        }
    }
    containers
}

/// What options of `docker create` give, with the words that do so.
fn rights<'w>(words: &[&'w Word]) -> Vec<(&'w Word, Right)> {
    let mut found = Vec::new();
    let mut last = "";
    for word in words {
        let text = word.text.as_str();
        let volume = match text.split_once('=') {
            Some(("--volume" | "-v", value)) => Some(value),
            _ if matches!(last, "-v" | "--volume") => Some(text),
            _ => text.strip_prefix("-v").filter(|rest| !rest.is_empty() && !text.starts_with("--")),
        };
        let mount = match text.split_once('=') {
            Some(("--mount", value)) => Some(value),
            _ => (last == "--mount").then_some(text),
        };
        let by_mount = mount.is_some_and(|mount| {
            mount
                .split(',')
                .filter_map(|field| field.split_once('='))
                .any(|(key, value)| matches!(key, "source" | "src") && is_docker_socket(value))
        });
        if matches!(text, "--privileged" | "--privileged=true") {
            found.push((*word, Right::Privileged));
        } else if volume.is_some_and(is_socket) || by_mount {
            found.push((*word, Right::Socket));
        }
        last = text;
    }
    found
}

/// Whether a volume in short form is the Docker socket.
fn is_socket(text: &str) -> bool {
    is_docker_socket(&mount(text).source)
}

fn is_docker_socket(path: &str) -> bool {
    path.starts_with('/') && path.ends_with("/docker.sock")
}

/// Without tag, digest and the names of Docker Hub.
fn plain_name(image: &ImageRef) -> String {
    let repository = image.repository.strip_prefix("library/").unwrap_or(&image.repository);
    match image.registry.as_deref() {
        None | Some("docker.io" | "index.docker.io") => repository.to_owned(),
        Some(registry) => format!("{registry}/{repository}"),
    }
}
