//! A service of a project, all files merged.

use super::merged::{Found, Merged, Part};
use crate::evidence::{File, paths};
use crate::parse::compose::{Interpolated, Mount, Port, mount, port};
use crate::parse::yaml::Node;
use std::collections::BTreeMap;

/// A service as compose would run it.
#[derive(Debug)]
pub struct Service<'e> {
    /// Its name.
    pub name: &'e str,
    /// Where it is made: the key in the first file that gives it an image, a build or a base, or else in the first.
    pub place: Part<'e>,
    /// Everything that is said of it.
    pub value: Merged<'e>,
    /// Everything that it extends was found.
    pub complete: bool,
}

/// How a service's image is built.
#[derive(Debug)]
pub struct Build<'e> {
    /// `build`.
    pub value: Merged<'e>,
    /// The folder of the context in the input; `None` for a remote one and one that is not known.
    pub context: Option<String>,
    /// The Dockerfile's path in the input.
    pub dockerfile: Option<String>,
    /// `dockerfile_inline`.
    pub inline: Option<String>,
    /// `target`; an empty one is none.
    pub target: Option<Interpolated>,
    /// `cache_from`, with variables put in.
    pub cache_from: Vec<String>,
}

/// A service that another waits for.
#[derive(Debug)]
pub struct Dependency<'e> {
    /// Its name.
    pub service: String,
    /// The list's item or the key that names it last.
    pub place: Part<'e>,
    /// `condition`; `None` in the short form and where it is left out, which means `service_started`.
    pub condition: Option<Part<'e>>,
    /// Written as a list everywhere.
    pub short: bool,
    /// Started together with the service: not so with `required: false`.
    pub required: bool,
}

impl<'e> Service<'e> {
    /// The file in which it is made.
    pub fn file(&self) -> &'e File<'e> {
        self.place.file
    }

    /// `image` and its text.
    pub fn image(&self) -> Option<(Part<'e>, String)> {
        let part = self.value.get("image")?.strongest()?.clone();
        let text = part.text()?.text;
        Some((part, text))
    }

    /// `build`.
    pub fn build(&self) -> Option<Build<'e>> {
        // Of the two forms, a context alone and a mapping, each overrides only what it says, unlike other scalars.
        let mut parts: Vec<Part<'e>> = Vec::new();
        for part in self.value.parts() {
            let Some(node) = part.node.merged("build") else { continue };
            match node.tag() {
                Some("!reset") => parts.clear(),
                _ if node.is_null() => {}
                tag => {
                    if tag == Some("!override") {
                        parts.clear();
                    }
                    parts.push(part.with(node));
                }
            }
        }
        let value = Merged::new(parts)?;
        let context = value.parts().iter().rev().find_map(|part| {
            let node = if part.node.is_scalar() { Some(part.node) } else { part.node.merged("context") };
            Some(part.with(node.filter(|n| !n.is_null())?))
        });
        let context = match context {
            Some(part) => part.known().and_then(|text| local_path(&part, &text)),
            None => value.parts().first().and_then(|part| local_path(part, ".")),
        };
        let inline = value.known("dockerfile_inline");
        let dockerfile = match value.text("dockerfile") {
            Some(text) => Some(text.text).filter(|_| text.known),
            None => Some("Dockerfile".to_owned()),
        };
        let dockerfile =
            dockerfile.filter(|_| inline.is_none()).and_then(|name| paths::join(context.as_deref()?, &name));
        let sources = value.get("cache_from").map(|list| list.unique(|item| item.node.text().unwrap_or("").to_owned()));
        let cache_from = sources.into_iter().flatten().filter_map(|part| Some(part.text()?.text)).collect();
        let target = value.text("target").filter(|text| !text.text.is_empty());
        Some(Build { value, context, dockerfile, inline, target, cache_from })
    }

    /// `healthcheck`: a value, nothing, or the place that takes it away.
    pub fn healthcheck(&self) -> Found<'e> {
        self.value.find("healthcheck")
    }

    /// Whether a health check is declared that runs.
    pub fn is_checked(&self) -> bool {
        let Found::Value(check) = self.healthcheck() else { return false };
        let disabled = check.get("disable").and_then(|d| d.strongest()?.node.as_bool()) == Some(true);
        let test = check.get("test").and_then(|test| test.strongest()?.node.one_or_many().next()?.text());
        !disabled && test != Some("NONE")
    }

    /// `depends_on`, both forms.
    pub fn depends_on(&self) -> Vec<Dependency<'e>> {
        let Some(value) = self.value.get("depends_on") else { return Vec::new() };
        let mut found: BTreeMap<String, Dependency<'e>> = BTreeMap::new();
        for part in value.parts() {
            for item in part.node.items() {
                let place = part.with(item);
                let Some(service) = place.text().map(|text| text.text) else { continue };
                let new = || Dependency {
                    service: service.clone(),
                    place: place.clone(),
                    condition: None,
                    short: true,
                    required: true,
                };
                found.entry(service.clone()).or_insert_with(new);
            }
            for (key, options) in part.node.merged_entries() {
                let Some(service) = key.text().map(str::to_owned) else { continue };
                if options.tag() == Some("!reset") {
                    found.remove(&service);
                    continue;
                }
                let earlier = found.remove(&service).and_then(|earlier| earlier.condition);
                let condition = options.merged("condition").map(|node| part.with(node)).or(earlier);
                let required = options.merged("required").and_then(Node::as_bool) != Some(false);
                let place = part.with(key);
                found.insert(service.clone(), Dependency { service, place, condition, short: false, required });
            }
        }
        found.into_values().collect()
    }

    /// `profiles`; a service without one always starts.
    pub fn profiles(&self) -> Vec<String> {
        let profiles = self.value.get("profiles").map(|list| list.unique(|p| p.node.text().unwrap_or("").to_owned()));
        profiles.into_iter().flatten().filter_map(|part| Some(part.text()?.text)).collect()
    }

    /// `ports`, both forms; those that are not known are left out.
    pub fn ports(&self) -> Vec<(Part<'e>, Port)> {
        let read = |part: &Part<'e>| {
            if !part.node.is_mapping() {
                return part.known().map(|text| port(&text));
            }
            let field = |name| part.node.merged(name).and_then(|node| part.with(node).known());
            Some(Port {
                host: field("host_ip").unwrap_or_else(|| "0.0.0.0".to_owned()),
                published: field("published").unwrap_or_default(),
                target: field("target")?,
                protocol: field("protocol").unwrap_or_else(|| "tcp".to_owned()),
            })
        };
        let list =
            self.value.get("ports").map(|list| list.unique(|part| format!("{:?}", read(part).ok_or(part.node.span()))));
        list.into_iter().flatten().filter_map(|part| read(&part).map(|port| (part, port))).collect()
    }

    /// `volumes`, both forms, one for each path in the container; those that are not known are left out.
    pub fn volumes(&self) -> Vec<(Part<'e>, Mount)> {
        let read = |part: &Part<'e>| {
            if !part.node.is_mapping() {
                return part.known().map(|text| mount(&text));
            }
            let field = |name| part.node.merged(name).and_then(|node| part.with(node).known());
            Some(Mount {
                source: field("source").unwrap_or_default(),
                target: field("target")?,
                read_only: part.node.merged("read_only").and_then(Node::as_bool) == Some(true),
            })
        };
        let list = self.value.get("volumes").map(|list| {
            list.unique(|part| read(part).map_or_else(|| format!("{:?}", part.node.span()), |mount| mount.target))
        });
        list.into_iter().flatten().filter_map(|part| read(&part).map(|mount| (part, mount))).collect()
    }

    /// `environment`, both forms; `None` for a value that is not known or is taken from outside.
    pub fn environment(&self) -> BTreeMap<String, Option<String>> {
        self.value.get("environment").map(|value| value.pairs()).unwrap_or_default()
    }
}

/// A path of a compose file in the input; `None` for an address and for what lies outside.
pub(super) fn local_path(part: &Part<'_>, text: &str) -> Option<String> {
    let remote = text.contains("://") || text.starts_with("git@") || text.starts_with("github.com/");
    if remote { None } else { paths::join(&part.scope.folder, text) }
}
