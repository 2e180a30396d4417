use super::{Declared, Problem, Shell, Step, start_of, steps_of, triggers};
use crate::model::Span;
use crate::parse::yaml::{Node, Tree};

/// Metadata of an action (`action.yml`).
#[derive(Debug)]
pub struct Action<'t> {
    /// The whole document.
    pub node: Node<'t>,
    /// `name`.
    pub name: Option<&'t str>,
    /// `runs.using` (`composite`, `docker`, `node24`).
    pub using: &'t str,
    /// Steps of a composite action.
    pub steps: Vec<Step<'t>>,
}

impl<'t> Action<'t> {
    /// Reads the first document of a tree.
    pub fn read(tree: &'t Tree<'t>, problems: &mut Vec<Problem>) -> Option<Self> {
        let Some(node) = tree.root().filter(|n| n.is_mapping()) else {
            problems
                .push(Problem::new(Span::default(), "an action is a mapping with `name` and `runs`, but this is not"));
            return None;
        };
        let runs = node.get("runs");
        let Some(using) = runs.and_then(|r| r.get("using")).and_then(Node::text) else {
            let place = node.entry("runs").map_or_else(|| start_of(node), |(key, _)| key.span());
            problems.push(Problem::new(place, "the action has no `runs.using`"));
            return None;
        };
        // A composite step must name its shell; without one it does not run, so nothing is assumed of its script.
        let steps = runs.and_then(|r| r.get("steps")).map(|steps| steps_of(steps, Shell::Other, problems));
        Some(Self { node, name: node.get("name").and_then(Node::text), using, steps: steps.unwrap_or_default() })
    }

    /// Its inputs.
    pub fn inputs(&self) -> impl Iterator<Item = Declared<'t>> + use<'t> {
        triggers::declared(Some(self.node), "inputs")
    }

    /// Its outputs.
    pub fn outputs(&self) -> impl Iterator<Item = Declared<'t>> + use<'t> {
        triggers::declared(Some(self.node), "outputs")
    }
}
