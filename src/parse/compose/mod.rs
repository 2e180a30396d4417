//! Compose files: typed views over the located tree, merge keys merged.
//!
//! Source: the Compose Specification. This is what one file says; `extends`, `include` and overrides are followed by
//! [`crate::evidence::compose`].

mod forms;
mod interpolate;

pub use forms::{Mount, Port, mount, name_value, port};
pub use interpolate::{Interpolated, Variable, interpolate};

use super::Problem;
use super::yaml::{Node, Tree};

/// A compose file.
#[derive(Debug)]
pub struct Compose<'t> {
    /// All documents, each of which overrides those before it; none in an overlay that holds nothing yet.
    pub documents: Vec<Node<'t>>,
    /// `services` of all documents, in text order.
    pub services: Vec<ComposeService<'t>>,
}

/// A service.
#[derive(Debug)]
pub struct ComposeService<'t> {
    /// Its name.
    pub name: &'t str,
    /// The key that holds the name.
    pub key: Node<'t>,
    /// Its mapping.
    pub node: Node<'t>,
    /// `image`.
    pub image: Option<Node<'t>>,
    /// `build`, a context or a mapping.
    pub build: Option<Node<'t>>,
    /// `healthcheck`.
    pub healthcheck: Option<Node<'t>>,
    /// `depends_on`, both forms.
    pub depends_on: Vec<Dependency<'t>>,
}

/// One entry of `depends_on`.
#[derive(Debug)]
pub struct Dependency<'t> {
    /// Name of the service that is waited for.
    pub service: &'t str,
    /// The list item or the key.
    pub node: Node<'t>,
    /// `condition`; `None` in the short form and where it is left out, which means `service_started`.
    pub condition: Option<Node<'t>>,
    /// Written as a list.
    pub short: bool,
}

impl<'t> Compose<'t> {
    /// Reads all documents of a tree; `None` where all of them are something else.
    pub fn read(tree: &'t Tree<'t>, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut documents = Vec::new();
        for root in tree.roots().filter(|node| !node.is_null()) {
            if root.is_mapping() {
                documents.push(root);
            } else {
                let message = "a compose file is a mapping with `services`, but this is not";
                problems.push(Problem::new(root.span(), message));
            }
        }
        let mut services = Vec::new();
        for all in documents.iter().filter_map(|root| root.merged("services")) {
            if !all.is_mapping() && !all.is_null() {
                let message = format!("`services` is {}, not a mapping", all.kind_word());
                problems.push(Problem::new(all.span(), message));
            }
            for (key, service) in all.merged_entries() {
                let Some(name) = key.text() else { continue };
                // An override may name a service and say nothing, or take it away with `!reset`.
                if !service.is_mapping() && !service.is_null() && service.tag().is_none() {
                    let message = format!("service `{name}` is {}, not a mapping", service.kind_word());
                    problems.push(Problem::new(key.span(), message));
                    continue;
                }
                services.push(ComposeService::read(name, key, service));
            }
        }
        (problems.is_empty() || !documents.is_empty()).then_some(Self { documents, services })
    }

    /// A service by name.
    pub fn service(&self, name: &str) -> Option<&ComposeService<'t>> {
        self.services.iter().find(|service| service.name == name)
    }
}

impl<'t> ComposeService<'t> {
    fn read(name: &'t str, key: Node<'t>, node: Node<'t>) -> Self {
        let get = |key| node.merged(key).filter(|n| !n.is_null());
        let mut depends_on = Vec::new();
        if let Some(on) = get("depends_on") {
            for item in on.items() {
                depends_on.extend(item.text().map(|service| Dependency {
                    service,
                    node: item,
                    condition: None,
                    short: true,
                }));
            }
            for (key, value) in on.merged_entries() {
                let condition = value.merged("condition");
                depends_on.extend(key.text().map(|service| Dependency { service, node: key, condition, short: false }));
            }
        }
        Self { name, key, node, image: get("image"), build: get("build"), healthcheck: get("healthcheck"), depends_on }
    }

    /// `build` or `build.context`, relative to the compose file.
    pub fn build_context(&self) -> Option<&'t str> {
        let build = self.build?;
        if build.is_mapping() {
            Some(build.merged("context").and_then(Node::text).unwrap_or("."))
        } else {
            build.text()
        }
    }

    /// `build.dockerfile`, relative to the context.
    pub fn dockerfile(&self) -> &'t str {
        self.build.and_then(|build| build.merged("dockerfile")).and_then(Node::text).unwrap_or("Dockerfile")
    }

    /// `build.target`.
    pub fn target(&self) -> Option<&'t str> {
        self.build.and_then(|build| build.merged("target")).and_then(Node::text)
    }

    /// `profiles`; a service without one always starts.
    pub fn profiles(&self) -> Vec<&'t str> {
        self.node.merged("profiles").into_iter().flat_map(Node::one_or_many).filter_map(Node::text).collect()
    }
}
