//! Whether a compose service says by itself that it is ready.

use super::super::support::images;
use crate::evidence::{Doc, Evidence};
use crate::parse::compose::{Compose, ComposeService};
use crate::parse::image::ImageRef;
use crate::parse::yaml::Node;
use crate::rules::support::images::Server;

/// What is known of a service's health check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readiness {
    /// Written in a compose file of the same folder.
    Declared,
    /// Brought by the image: a HEALTHCHECK of its Dockerfile, or a public image that is known to have one.
    FromImage,
    /// There is none.
    Absent,
    /// What the service is made of is not in the input.
    Unknown,
}

/// The text of an `image` with `${VAR:-default}` replaced by the default; `None` when the name is not known.
pub(super) fn image_of(node: Node<'_>) -> Option<ImageRef> {
    ImageRef::parse(&with_defaults(node.text()?.trim())?)
}

/// Replaces `${NAME:-default}` and `${NAME-default}`; a variable without a default in the name leaves `None`, one in the
/// tag leaves a tag that is not known.
fn with_defaults(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        if let Some(inner) = after.strip_prefix('{') {
            let (variable, tail) = inner.split_once('}')?;
            let default = variable.split_once(":-").or_else(|| variable.split_once('-')).map(|(_, default)| default);
            match default {
                Some(default) if !default.is_empty() && !default.contains('$') => out.push_str(default),
                _ if out.contains(':') => out.push('x'),
                _ => return None,
            }
            rest = tail;
        } else {
            let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
            if !out.contains(':') {
                return None;
            }
            out.push('x');
            rest = after.get(end..)?;
        }
    }
    out.push_str(rest);
    Some(out)
}

/// The server that a service runs, by the name of its image. An image whose entrypoint is replaced, or that is told to
/// run a client or a shell, is not used as a server.
pub(super) fn server_of(service: &ComposeService<'_>) -> Option<&'static Server> {
    let server = images::server_of(&image_of(service.image.filter(|_| service.build.is_none())?)?)?;
    if service.node.merged("entrypoint").is_some_and(|e| !e.is_null()) {
        return None;
    }
    let command = service.node.merged("command").and_then(|c| c.one_or_many().next()).and_then(Node::text);
    let program = command.and_then(|c| c.split_whitespace().next()).map(|p| p.rsplit('/').next().unwrap_or(p));
    let client = program.is_some_and(|program| CLIENTS.contains(&program));
    (!client).then_some(server)
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
pub(super) fn readiness(
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
        return match evidence.dockerfile_of(compose, service) {
            Some(dockerfile) => match dockerfile.healthcheck(service.target()) {
                Some(true) => Readiness::FromImage,
                Some(false) => Readiness::Absent,
                None => Readiness::Unknown,
            },
            None => Readiness::Unknown,
        };
    }
    match service.image.and_then(image_of) {
        Some(image) if images::brings_healthcheck(&image) => Readiness::FromImage,
        Some(_) => Readiness::Absent,
        None => Readiness::Unknown,
    }
}

fn is_disabled(healthcheck: Node<'_>) -> bool {
    let disabled = healthcheck.merged("disable").and_then(Node::as_bool) == Some(true);
    let test = healthcheck.merged("test").and_then(|test| test.one_or_many().next()).and_then(Node::text);
    disabled || test == Some("NONE")
}

#[cfg(test)]
mod tests {
    use super::with_defaults;

    #[test]
    fn defaults_of_variables_are_the_value_and_unknown_tags_stay_unknown() {
        for (text, expected) in [
            ("postgres:16", Some("postgres:16")),
            ("${DB:-postgres}:${V:-16}", Some("postgres:16")),
            ("postgres:${V}", Some("postgres:x")),
            ("postgres:$V-alpine", Some("postgres:x-alpine")),
            ("${IMAGE}", None),
            ("$IMAGE:1", None),
            ("${IMAGE", None),
        ] {
            assert_eq!(with_defaults(text).as_deref(), expected, "{text}");
        }
    }
}
