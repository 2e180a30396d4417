//! GitHub Actions workflows and action metadata: typed views over the located tree.
//!
//! Source: "Workflow syntax for GitHub Actions" and "Metadata syntax for GitHub Actions". The views name what rules ask
//! for; every other key is reachable through the `node` of each view.

mod action;
mod expressions;
mod run;
pub mod schema;
mod settings;
mod triggers;
mod uses;

pub use action::Action;
pub use expressions::{Expression, Site};
pub use run::{Run, Shell};
pub use schema::UnknownKey;
pub use settings::{Concurrency, Environment, Matrix, Permissions, RunsOn, Scope, Secrets};
pub use triggers::{Declared, Schedule};
pub use uses::{Target, Uses};

use super::Problem;
use super::yaml::{Node, Tree};
use crate::model::Span;

/// A workflow.
#[derive(Debug)]
pub struct Workflow<'t> {
    /// The whole document.
    pub node: Node<'t>,
    /// `name`.
    pub name: Option<&'t str>,
    /// Events of `on`, in text order.
    pub triggers: Vec<Trigger<'t>>,
    /// `jobs`, in text order.
    pub jobs: Vec<Job<'t>>,
}

/// An event that starts a workflow.
#[derive(Debug)]
pub struct Trigger<'t> {
    /// Name of the event (`push`).
    pub event: &'t str,
    /// Its key or list item.
    pub node: Node<'t>,
    /// Its filters and inputs, where it has any.
    pub options: Option<Node<'t>>,
}

/// A job.
#[derive(Debug)]
pub struct Job<'t> {
    /// Its id.
    pub id: &'t str,
    /// The key that holds the id.
    pub key: Node<'t>,
    /// Its mapping.
    pub node: Node<'t>,
    /// The reusable workflow it calls; such a job has no steps.
    pub uses: Option<Uses<'t>>,
    /// `services`, in text order.
    pub services: Vec<Service<'t>>,
    /// `steps`, in text order.
    pub steps: Vec<Step<'t>>,
}

/// A service container of a job.
#[derive(Debug)]
pub struct Service<'t> {
    /// Its name.
    pub name: &'t str,
    /// The key that holds the name.
    pub key: Node<'t>,
    /// Its mapping (or the bare image).
    pub node: Node<'t>,
    /// `image`.
    pub image: Option<Node<'t>>,
    /// `options` of `docker create`.
    pub options: Option<Node<'t>>,
}

/// A step of a job or of a composite action.
#[derive(Debug)]
pub struct Step<'t> {
    /// Its position among the steps as they are read, from 0: a `parallel` group comes right before its steps.
    pub index: usize,
    /// Its mapping.
    pub node: Node<'t>,
    /// `id`.
    pub id: Option<&'t str>,
    /// `name`.
    pub name: Option<&'t str>,
    /// `uses`.
    pub uses: Option<Uses<'t>>,
    /// `run`.
    pub run: Option<Run<'t>>,
}

impl<'t> Workflow<'t> {
    /// Reads the first document of a tree. Problems name what keeps GitHub from running the workflow; what can be read
    /// around them is read.
    pub fn read(tree: &'t Tree<'t>, problems: &mut Vec<Problem>) -> Option<Self> {
        let Some(node) = tree.root().filter(|n| !n.is_null()) else {
            problems.push(Problem::new(Span::default(), "the workflow is empty"));
            return None;
        };
        if !node.is_mapping() {
            let message = format!("a workflow is a mapping with `on` and `jobs`, but this is {}", node.kind_word());
            problems.push(Problem::new(start_of(node), message));
            return None;
        }
        if let Some(second) = tree.roots().nth(1) {
            problems
                .push(Problem::new(start_of(second), "a workflow file holds one YAML document; this starts another"));
        }
        let triggers = node.get("on").map(triggers).unwrap_or_default();
        if triggers.is_empty() {
            let place = node.entry("on").map_or_else(|| start_of(node), |(key, _)| key.span());
            problems.push(Problem::new(place, "the workflow has no `on` with an event, so nothing ever starts it"));
        }
        let defaults = node.at(&["defaults", "run", "shell"]);
        let jobs_node = node.get("jobs").filter(|jobs| jobs.is_mapping());
        let jobs: Vec<Job<'t>> = jobs_node
            .into_iter()
            .flat_map(Node::entries)
            .filter_map(|(key, job)| Job::read(key, job, defaults, problems))
            .collect();
        if jobs_node.is_none_or(|jobs| jobs.entries().next().is_none()) {
            let place = node.entry("jobs").map_or_else(|| start_of(node), |(key, _)| key.span());
            problems.push(Problem::new(place, "the workflow has no `jobs`"));
        }
        let name = node.get("name").and_then(Node::text).filter(|name| !name.is_empty());
        Some(Self { node, name, triggers, jobs })
    }

    /// Whether an event starts it.
    pub fn starts_on(&self, event: &str) -> bool {
        self.triggers.iter().any(|trigger| trigger.event == event)
    }

    /// Whether it runs only when another workflow calls it.
    pub fn is_reusable_only(&self) -> bool {
        !self.triggers.is_empty() && self.triggers.iter().all(|trigger| trigger.event == "workflow_call")
    }
}

fn triggers(on: Node<'_>) -> Vec<Trigger<'_>> {
    if on.is_mapping() {
        return on
            .entries()
            .filter_map(|(key, options)| {
                Some(Trigger { event: key.text()?, node: key, options: (!options.is_null()).then_some(options) })
            })
            .collect();
    }
    on.one_or_many().filter_map(|node| Some(Trigger { event: node.text()?, node, options: None })).collect()
}

impl<'t> Job<'t> {
    fn read(
        key: Node<'t>,
        node: Node<'t>,
        workflow_shell: Option<Node<'t>>,
        problems: &mut Vec<Problem>,
    ) -> Option<Self> {
        let id = key.text()?;
        if !node.is_mapping() {
            let message = format!("job `{id}` is {}, not a mapping with `runs-on` and `steps`", node.kind_word());
            problems.push(Problem::new(key.span(), message));
            return None;
        }
        let uses = node.get("uses").and_then(Uses::read);
        if uses.is_none() && node.get("runs-on").is_none_or(Node::is_null) {
            let message = format!("job `{id}` has neither `runs-on` nor `uses`");
            problems.push(Problem::new(key.span(), message));
        }
        let services = node
            .get("services")
            .into_iter()
            .flat_map(Node::entries)
            .filter_map(|(key, node)| Service::read(key, node))
            .collect();
        let shell = node.at(&["defaults", "run", "shell"]).or(workflow_shell);
        let default_shell = Shell::of_job(shell, node.get("runs-on"));
        let steps = match node.get("steps") {
            Some(steps) => steps_of(steps, default_shell, problems),
            None => Vec::new(),
        };
        if uses.is_none() && steps.is_empty() {
            problems.push(Problem::new(key.span(), format!("job `{id}` has no steps")));
        }
        Some(Self { id, key, node, uses, services, steps })
    }

    /// Ids of the jobs it waits for.
    pub fn needs(&self) -> impl Iterator<Item = Node<'t>> + use<'t> {
        self.node.get("needs").into_iter().flat_map(Node::one_or_many)
    }

    /// `container`, or its `image`.
    pub fn container_image(&self) -> Option<Node<'t>> {
        let container = self.node.get("container").filter(|c| !c.is_null())?;
        if container.is_mapping() { container.get("image") } else { Some(container) }
    }

    /// `timeout-minutes`.
    pub fn timeout(&self) -> Option<Node<'t>> {
        self.node.get("timeout-minutes").filter(|n| !n.is_null())
    }

    /// Whether it runs once for each combination of a matrix.
    pub fn has_matrix(&self) -> bool {
        self.node.at(&["strategy", "matrix"]).is_some_and(|m| !m.is_null())
    }
}

impl<'t> Service<'t> {
    fn read(key: Node<'t>, node: Node<'t>) -> Option<Self> {
        let image = if node.is_mapping() { node.get("image") } else { Some(node) };
        Some(Self {
            name: key.text()?,
            key,
            node,
            image: image.filter(|i| i.text().is_some_and(|t| !t.trim().is_empty())),
            options: node.get("options").filter(|o| !o.is_null()),
        })
    }
}

/// Steps of a job or of a composite action.
fn steps_of<'t>(steps: Node<'t>, shell: Shell, problems: &mut Vec<Problem>) -> Vec<Step<'t>> {
    if !steps.is_sequence() {
        let message = format!("`steps` is {}, not a list", steps.kind_word());
        problems.push(Problem::new(steps.key().map_or(steps.span(), Node::span), message));
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut waiting: Vec<Node<'t>> = steps.items().rev().collect();
    while let Some(node) = waiting.pop() {
        let index = found.len();
        if !node.is_mapping() {
            let message = format!("step {} is {}, not a mapping with `run` or `uses`", index + 1, node.kind_word());
            problems.push(Problem::new(node.span(), message));
            continue;
        }
        let step = Step::read(index, node, shell);
        let parallel = ["parallel", "wait", "wait-all", "cancel"].iter().any(|key| node.get(key).is_some());
        // A group is followed by its steps. Groups hold no groups, and an alias may make none hold itself.
        if step.group().is_none() {
            let grouped = node.get("parallel").into_iter().flat_map(Node::items);
            waiting.extend(grouped.filter(|inner| inner.span().offset > node.span().offset).rev());
        }
        match (step.run.is_some(), node.get("uses").is_some()) {
            (false, false) if !parallel => {
                let message = format!("step {} has neither `run` nor `uses`", index + 1);
                problems.push(Problem::new(start_of(node), message));
            }
            (true, true) => {
                let message = format!("step {} has both `run` and `uses`", index + 1);
                problems.push(Problem::new(start_of(node), message));
            }
            _ => {}
        }
        found.push(step);
    }
    found
}

impl<'t> Step<'t> {
    fn read(index: usize, node: Node<'t>, shell: Shell) -> Self {
        let text = |key| node.get(key).and_then(Node::text).filter(|t| !t.is_empty());
        Self {
            index,
            node,
            id: text("id"),
            name: text("name"),
            uses: node.get("uses").and_then(Uses::read),
            run: node.get("run").and_then(|run| Run::read(run, node.get("shell"), shell)),
        }
    }

    /// What a reader calls it: its name, or else the action or the first line of its script.
    pub fn title(&self) -> String {
        let title = self.name.map(str::to_owned).or_else(|| self.uses.as_ref().map(|u| u.text.to_owned()));
        let title = title.or_else(|| self.run.as_ref().and_then(|r| r.text.lines().next()).map(str::to_owned));
        match title {
            Some(title) if title.chars().count() > 60 => title.chars().take(59).chain(['…']).collect(),
            Some(title) => title.trim().to_owned(),
            None => format!("step {}", self.index + 1),
        }
    }

    /// The `parallel` group it stands in.
    pub fn group(&self) -> Option<Node<'t>> {
        let list = self.node.parent()?;
        if list.key()?.text() == Some("parallel") { list.parent() } else { None }
    }

    /// Whether the steps after it do not wait for its end: `background: true`, or one of a `parallel` group.
    pub fn runs_beside(&self) -> bool {
        self.group().is_some() || self.node.get("background").and_then(Node::as_bool) == Some(true)
    }

    /// An input of its action.
    pub fn input(&self, name: &str) -> Option<Node<'t>> {
        let with = self.node.get("with")?;
        // Inputs are looked up without regard to case.
        with.entries().find(|(key, _)| key.text().is_some_and(|k| k.eq_ignore_ascii_case(name))).map(|(_, v)| v)
    }

    /// Its condition as written, without the `${{ }}` around it.
    pub fn condition(&self) -> Option<&'t str> {
        self.node.get("if").and_then(Node::text).map(strip_expression)
    }

    /// Whether its failure does not fail the job; `None` when an expression decides.
    pub fn continues_on_error(&self) -> Option<bool> {
        match self.node.get("continue-on-error") {
            None => Some(false),
            Some(node) if node.is_null() => Some(false),
            Some(node) => node.as_bool(),
        }
    }
}

/// The inside of a text that is one `${{ … }}` expression; the text itself otherwise.
pub fn strip_expression(text: &str) -> &str {
    let text = text.trim();
    let inner = text.strip_prefix("${{").and_then(|t| t.strip_suffix("}}"));
    inner.filter(|inner| !inner.contains("${{")).map_or(text, str::trim)
}

/// Whether a text holds an expression, so that its value is not known.
pub fn is_dynamic(text: &str) -> bool {
    text.contains("${{")
}

/// The first line of a node, as a place for what concerns all of it.
fn start_of(node: Node<'_>) -> Span {
    let span = node.span();
    let text = node.tree().text();
    let length = text.get(span.range()).and_then(|t| t.lines().next()).map_or(0, str::len);
    Span { offset: span.offset, length }
}
