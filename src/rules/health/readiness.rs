//! Whether a compose service says by itself that it is ready.

use crate::evidence::Evidence;
use crate::evidence::compose::{Found, Merged, Project, Service, Source};
use crate::parse::dockerfile::{self, Base, Dockerfile};
use crate::parse::shell::{self, Script};
use crate::parse::yaml::Node;
use crate::rules::support::images::{self, Server};

/// What is known of a service's health check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum Readiness {
    /// Written in a compose file.
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
pub(super) fn server_of(service: &Service<'_>) -> Option<&'static Server> {
    if service.value.get("build").is_some() || service.value.get("entrypoint").is_some() {
        return None;
    }
    let server = images::server_of(&images::resolve(&service.image()?.1)?)?;
    let command = service.value.get("command").and_then(|command| Some(command.strongest()?.node));
    (!command.is_some_and(runs_client)).then_some(server)
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

/// What is known of a service's health check, over all files of its project.
pub(in crate::rules) fn readiness(evidence: &Evidence<'_>, project: &Project<'_>, service: &Service<'_>) -> Readiness {
    if service.is_checked() || (project.source == Source::Alone && sibling_checks(evidence, service)) {
        return Readiness::Declared;
    }
    if matches!(service.healthcheck(), Found::Value(_)) {
        return Readiness::Absent;
    }
    if !service.complete {
        return Readiness::Unknown;
    }
    if let Some(build) = service.build() {
        let target = match build.target {
            Some(text) if !text.known => return Readiness::Unknown,
            target => target.map(|text| text.text),
        };
        if let Some(text) = build.inline {
            let read = dockerfile::parse(&text).document;
            return read.map_or(Readiness::Unknown, |d| of_dockerfile(&d, target.as_deref()));
        }
        let found = build.dockerfile.and_then(|path| evidence.dockerfile(&path));
        return found.map_or(Readiness::Unknown, |d| of_dockerfile(d, target.as_deref()));
    }
    match service.image().and_then(|(_, text)| images::resolve(&text)) {
        Some(image) if images::brings_healthcheck(&image) => Readiness::FromImage,
        Some(_) => Readiness::Absent,
        None => Readiness::Unknown,
    }
}

/// Whether another file of the folder gives the service a health check: a file that nothing names may be meant as an
/// overlay of that one.
fn sibling_checks(evidence: &Evidence<'_>, service: &Service<'_>) -> bool {
    let folder = service.file().folder();
    let siblings = evidence.composes.iter().filter(|doc| doc.file.folder() == folder);
    let mut parts = siblings.filter_map(|doc| doc.service(service.name)?.healthcheck);
    parts.any(|check| check.merged("disable").and_then(Node::as_bool) != Some(true))
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
pub(super) fn is_disabled(check: &Merged<'_>) -> bool {
    let disable = check.get("disable").and_then(|value| value.strongest()?.node.as_bool());
    let test = check.get("test").and_then(|value| value.strongest()?.node.one_or_many().next()?.text());
    disable == Some(true) || test == Some("NONE")
}
