//! Whether a compose service says by itself that it is ready.

use crate::evidence::{Doc, Evidence};
use crate::parse::compose::{Compose, ComposeService};
use crate::parse::dockerfile::{Base, Dockerfile};
use crate::parse::shell::{self, Script};
use crate::parse::yaml::Node;
use crate::rules::support::images::{self, Server, image_of};

/// What is known of a service's health check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum Readiness {
    /// Written in a compose file of the same folder.
    Declared,
    /// Brought by the image: a HEALTHCHECK of its Dockerfile, or a public image that is known to have one.
    FromImage,
    /// There is none.
    Absent,
    /// What the service is made of is not in the input.
    Unknown,
}

/// The server that a service runs, by the name of its image. An image whose entrypoint is replaced, or that is told to
/// run a client or a shell, is not used as a server.
pub(super) fn server_of(service: &ComposeService<'_>) -> Option<&'static Server> {
    let server = images::server_of(&image_of(service.image.filter(|_| service.build.is_none())?)?)?;
    if service.node.merged("entrypoint").is_some_and(|e| !e.is_null()) {
        return None;
    }
    let client = service.node.merged("command").is_some_and(runs_client);
    (!client).then_some(server)
}

/// Whether a `command` runs a client, by itself or in a shell.
fn runs_client(command: Node<'_>) -> bool {
    let script = match command.text() {
        Some(text) => shell::parse(text),
        None => Script::from_exec(command.items().filter_map(|word| Some((word.text()?.to_owned(), word.span())))),
    };
    let commands = script.commands_deep(2);
    commands.iter().any(|deep| deep.command.name().is_some_and(|name| CLIENTS.contains(&name)))
}

/// Programs in server images that serve nothing.
const CLIENTS: [&str; 12] = [
    "psql",
    "pg_dump",
    "pg_restore",
    "createdb",
    "mysql",
    "mysqldump",
    "mariadb",
    "redis-cli",
    "mongosh",
    "mongo",
    "mc",
    "sleep",
];

/// What is known of a service's health check, over all compose files of its folder.
pub(in crate::rules) fn readiness(
    evidence: &Evidence<'_>,
    compose: &Doc<'_, Compose<'_>>,
    service: &ComposeService<'_>,
) -> Readiness {
    let siblings = evidence.composes.iter().filter(|doc| doc.file.folder() == compose.file.folder());
    let mut parts = siblings.filter_map(|doc| doc.service(service.name)).peekable();
    if parts.any(|part| part.healthcheck.is_some_and(|h| !is_disabled(h))) {
        return Readiness::Declared;
    }
    if service.healthcheck.is_some() {
        return Readiness::Absent;
    }
    if service.node.merged("extends").is_some() {
        return Readiness::Unknown;
    }
    if service.build.is_some() {
        return evidence
            .dockerfile_of(compose, service)
            .map_or(Readiness::Unknown, |d| of_dockerfile(d, service.target()));
    }
    match service.image.and_then(image_of) {
        Some(image) if images::brings_healthcheck(&image) => Readiness::FromImage,
        Some(_) => Readiness::Absent,
        None => Readiness::Unknown,
    }
}

/// What a stage of a Dockerfile says, or else its base image as far as it is known: official images have no HEALTHCHECK.
fn of_dockerfile(dockerfile: &Dockerfile, target: Option<&str>) -> Readiness {
    let stage = match target {
        Some(name) => dockerfile.stage_by_name(name),
        None => dockerfile.final_stage(),
    };
    let Some(stage) = stage else { return Readiness::Unknown };
    if let Some(check) = dockerfile.healthcheck(stage) {
        let none = check.arguments.first().is_some_and(|argument| argument.text.eq_ignore_ascii_case("none"));
        return if none { Readiness::Absent } else { Readiness::FromImage };
    }
    match dockerfile.lineage(stage).last().map(|first| &first.base.kind) {
        Some(Base::Scratch) => Readiness::Absent,
        Some(Base::Image(image)) if images::brings_healthcheck(image) => Readiness::FromImage,
        Some(Base::Image(image)) if image.is_official() => Readiness::Absent,
        _ => Readiness::Unknown,
    }
}

/// Whether a `healthcheck` says that there is none.
pub(super) fn is_disabled(healthcheck: Node<'_>) -> bool {
    let disabled = healthcheck.merged("disable").and_then(Node::as_bool) == Some(true);
    let test = healthcheck.merged("test").and_then(|test| test.one_or_many().next()).and_then(Node::text);
    disabled || test == Some("NONE")
}
