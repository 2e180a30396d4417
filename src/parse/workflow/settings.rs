//! What workflows and jobs set: permissions, concurrency, runners, matrices, environments, secrets.

use super::{Job, Service, Workflow, is_dynamic, strip_expression};
use crate::parse::yaml::Node;
use std::collections::BTreeSet;

/// What the token may do.
#[derive(Debug, Clone)]
pub enum Permissions<'t> {
    /// `read-all`
    ReadAll,
    /// `write-all`
    WriteAll,
    /// Each scope that is named and its level; every other scope has none. `{}` is no scope at all.
    Scopes(Vec<Scope<'t>>),
    /// Neither of these.
    Unknown,
}

/// A scope of the token.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'t> {
    /// Its name (`contents`).
    pub name: &'t str,
    /// The key that holds the name.
    pub key: Node<'t>,
    /// `read`, `write` or `none`.
    pub level: Node<'t>,
}

/// Who waits for whom.
#[derive(Debug, Clone, Copy)]
pub struct Concurrency<'t> {
    /// The group, alone or in its mapping.
    pub group: Option<Node<'t>>,
    /// `cancel-in-progress`
    pub cancel_in_progress: Option<Node<'t>>,
    /// `queue`: `single` (where it is missing) or `max`.
    pub queue: Option<Node<'t>>,
}

/// The runner that a job asks for.
#[derive(Debug, Clone)]
pub struct RunsOn<'t> {
    /// Labels that it must have, all of them.
    pub labels: Vec<Node<'t>>,
    /// The group it must be of.
    pub group: Option<Node<'t>>,
}

/// The combinations for which a job runs.
#[derive(Debug, Clone)]
pub struct Matrix<'t> {
    /// The mapping, or the expression that makes all of it.
    pub node: Node<'t>,
    /// Keys and their values, `include` and `exclude` left out.
    pub axes: Vec<(Node<'t>, Node<'t>)>,
    /// `include`
    pub include: Option<Node<'t>>,
    /// `exclude`
    pub exclude: Option<Node<'t>>,
}

/// The deployment environment of a job.
#[derive(Debug, Clone, Copy)]
pub struct Environment<'t> {
    /// Its name.
    pub name: Node<'t>,
    /// `url`
    pub url: Option<Node<'t>>,
}

/// What a job gives to a reusable workflow.
#[derive(Debug, Clone)]
pub enum Secrets<'t> {
    /// All of its own.
    Inherit,
    /// Names and values.
    Named(Vec<(Node<'t>, Node<'t>)>),
}

impl<'t> Permissions<'t> {
    fn of(node: Node<'t>) -> Self {
        match node.text() {
            Some("read-all") => return Self::ReadAll,
            Some("write-all") => return Self::WriteAll,
            _ if !node.is_mapping() => return Self::Unknown,
            _ => {}
        }
        let scope = |(key, level): (Node<'t>, Node<'t>)| Some(Scope { name: key.text()?, key, level });
        Self::Scopes(node.entries().filter_map(scope).collect())
    }

    /// The level of a scope, as written; `None` where nothing is known of it.
    pub fn level(&self, scope: &str) -> Option<&'t str> {
        match self {
            Self::ReadAll => Some("read"),
            Self::WriteAll => Some("write"),
            Self::Scopes(scopes) => {
                scopes.iter().find(|s| s.name == scope).map_or(Some("none"), |scope| scope.level.text())
            }
            Self::Unknown => None,
        }
    }
}

impl<'t> Concurrency<'t> {
    fn of(node: Node<'t>) -> Self {
        let get = |key| node.get(key).filter(|value: &Node<'t>| !value.is_null());
        let group = if node.is_mapping() { get("group") } else { Some(node) };
        Self { group, cancel_in_progress: get("cancel-in-progress"), queue: get("queue") }
    }
}

impl<'t> Matrix<'t> {
    /// Names that `matrix.…` can have; `None` where an expression makes some of them.
    pub fn keys(&self) -> Option<BTreeSet<String>> {
        let lower = |key: Node<'t>| key.text().filter(|text| !is_dynamic(text)).map(str::to_ascii_lowercase);
        let mut keys = BTreeSet::new();
        if !self.node.is_mapping() {
            return None;
        }
        for (key, _) in &self.axes {
            keys.insert(lower(*key)?);
        }
        if let Some(include) = self.include.filter(|include| !include.is_null()) {
            if !include.is_sequence() {
                return None;
            }
            for item in include.items() {
                if !item.is_mapping() {
                    return None;
                }
                for (key, _) in item.entries() {
                    keys.insert(lower(key)?);
                }
            }
        }
        Some(keys)
    }
}

impl<'t> Workflow<'t> {
    /// `permissions`; `None` where the workflow does not say, so that the repository's setting holds.
    pub fn permissions(&self) -> Option<Permissions<'t>> {
        self.node.get("permissions").map(Permissions::of)
    }

    /// `concurrency`
    pub fn concurrency(&self) -> Option<Concurrency<'t>> {
        self.node.get("concurrency").filter(|node| !node.is_null()).map(Concurrency::of)
    }

    /// A job by its id, which knows no case.
    pub fn job(&self, id: &str) -> Option<&Job<'t>> {
        self.jobs.iter().find(|job| job.id.eq_ignore_ascii_case(id))
    }
}

impl<'t> Job<'t> {
    fn set(&self, key: &str) -> Option<Node<'t>> {
        self.node.get(key).filter(|node| !node.is_null())
    }

    /// `permissions` of its own, which replace those of the workflow.
    pub fn permissions(&self) -> Option<Permissions<'t>> {
        self.node.get("permissions").map(Permissions::of)
    }

    /// `concurrency` of its own.
    pub fn concurrency(&self) -> Option<Concurrency<'t>> {
        self.set("concurrency").map(Concurrency::of)
    }

    /// Its condition as written, without the `${{ }}` around it.
    pub fn condition(&self) -> Option<&'t str> {
        self.set("if").and_then(Node::text).map(strip_expression)
    }

    /// `runs-on`
    pub fn runs_on(&self) -> Option<RunsOn<'t>> {
        let node = self.set("runs-on")?;
        let labels = if node.is_mapping() { node.get("labels") } else { Some(node) };
        Some(RunsOn { labels: labels.into_iter().flat_map(Node::one_or_many).collect(), group: node.get("group") })
    }

    /// `strategy.matrix`
    pub fn matrix(&self) -> Option<Matrix<'t>> {
        let node = self.node.at(&["strategy", "matrix"]).filter(|node| !node.is_null())?;
        let filter = |key: Node<'t>| matches!(key.text(), Some("include" | "exclude"));
        Some(Matrix {
            node,
            axes: node.entries().filter(|(key, _)| !filter(*key)).collect(),
            include: node.get("include"),
            exclude: node.get("exclude"),
        })
    }

    /// `environment`
    pub fn environment(&self) -> Option<Environment<'t>> {
        let node = self.set("environment")?;
        let name = if node.is_mapping() { node.get("name")? } else { node };
        Some(Environment { name, url: node.get("url") })
    }

    /// Names and values of `outputs`.
    pub fn outputs(&self) -> impl Iterator<Item = (Node<'t>, Node<'t>)> + use<'t> {
        self.node.get("outputs").into_iter().flat_map(Node::entries)
    }

    /// What it gives to the reusable workflow it calls: names and values of `with`.
    pub fn inputs(&self) -> impl Iterator<Item = (Node<'t>, Node<'t>)> + use<'t> {
        self.node.get("with").into_iter().flat_map(Node::entries)
    }

    /// `secrets` for the reusable workflow it calls.
    pub fn secrets(&self) -> Option<Secrets<'t>> {
        let node = self.set("secrets")?;
        if node.text() == Some("inherit") {
            return Some(Secrets::Inherit);
        }
        node.is_mapping().then(|| Secrets::Named(node.entries().collect()))
    }
}

impl<'t> Service<'t> {
    /// `command`, which replaces the image's.
    pub fn command(&self) -> Option<Node<'t>> {
        self.node.get("command").filter(|node| !node.is_null())
    }

    /// `entrypoint`, which replaces the image's.
    pub fn entrypoint(&self) -> Option<Node<'t>> {
        self.node.get("entrypoint").filter(|node| !node.is_null())
    }
}

#[cfg(test)]
mod tests {
    use super::{Permissions, Secrets};
    use crate::parse::workflow::Workflow;
    use crate::parse::yaml::{Node, Tree};

    #[test]
    fn settings_are_read_in_all_their_shapes() {
        let text = "\
on: push
permissions: read-all
concurrency: main
jobs:
  a:
    permissions: { contents: write }
    concurrency: { group: x, cancel-in-progress: true, queue: max }
    runs-on: { group: big, labels: [linux, x64] }
    environment: { name: live, url: 'https://shop.example' }
    strategy: { matrix: { os: [1, 2], Node: [3], include: [{ extra: true }], exclude: [{ os: 1 }] } }
    services: { db: { image: 'postgres:17', command: -c fsync=off } }
    outputs: { v: '1' }
  b:
    permissions: {}
    uses: ./.github/workflows/x.yml
    with: { level: 1 }
    secrets: inherit
    environment: test
    strategy: { matrix: { os: [1], include: '${{ fromJSON(inputs.m) }}' } }
  c: { runs-on: x, strategy: { matrix: '${{ fromJSON(inputs.m) }}' } }
";
        let tree = Tree::parse(text).document.unwrap();
        let workflow = Workflow::read(&tree, &mut Vec::new()).unwrap();
        let [a, b, c] = ["A", "b", "c"].map(|id| workflow.job(id).unwrap());
        assert!(matches!(workflow.permissions(), Some(Permissions::ReadAll)));
        let level = |permissions: Option<Permissions<'_>>, scope| permissions.unwrap().level(scope).unwrap().to_owned();
        assert_eq!(level(a.permissions(), "contents"), "write");
        assert_eq!(level(a.permissions(), "packages"), "none");
        assert_eq!(level(b.permissions(), "contents"), "none");
        assert!(c.permissions().is_none());
        assert_eq!(workflow.concurrency().unwrap().group.and_then(Node::text), Some("main"));
        assert_eq!(a.concurrency().unwrap().queue.and_then(Node::text), Some("max"));
        let runner = a.runs_on().unwrap();
        assert_eq!((runner.labels.len(), runner.group.and_then(Node::text)), (2, Some("big")));
        assert_eq!(b.environment().unwrap().name.text(), Some("test"));
        assert_eq!(a.environment().unwrap().name.text(), Some("live"));
        assert_eq!(a.matrix().unwrap().keys().unwrap().into_iter().collect::<Vec<_>>(), ["extra", "node", "os"]);
        assert!(b.matrix().unwrap().keys().is_none() && c.matrix().unwrap().keys().is_none());
        assert!(matches!(b.secrets(), Some(Secrets::Inherit)));
        assert_eq!((b.inputs().count(), a.outputs().count()), (1, 1));
        assert_eq!(a.services.first().unwrap().command().and_then(Node::text), Some("-c fsync=off"));
    }
}
