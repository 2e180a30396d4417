//! What `on` says of an event: filters, schedules, and what callers give and get.

use super::{Trigger, Workflow};
use crate::parse::yaml::Node;

/// A time at which a workflow starts.
#[derive(Debug, Clone, Copy)]
pub struct Schedule<'t> {
    /// The item of the list.
    pub node: Node<'t>,
    /// The five fields.
    pub cron: Node<'t>,
    /// IANA name of the time zone; UTC where there is none.
    pub timezone: Option<Node<'t>>,
}

/// An input, a secret or an output that a workflow or an action declares.
#[derive(Debug, Clone, Copy)]
pub struct Declared<'t> {
    /// Its name.
    pub name: &'t str,
    /// The key that holds the name.
    pub key: Node<'t>,
    /// What is declared of it; may be null.
    pub node: Node<'t>,
}

impl<'t> Trigger<'t> {
    /// The values of a filter: `types`, `branches`, `branches-ignore`, `tags`, `tags-ignore`, `paths`, `paths-ignore`,
    /// `workflows`. Nothing where the event has no such filter.
    pub fn filter(&self, name: &str) -> impl Iterator<Item = Node<'t>> + use<'t> {
        self.options.and_then(|options| options.get(name)).into_iter().flat_map(Node::one_or_many)
    }

    /// The times of `schedule`.
    pub fn schedules(&self) -> impl Iterator<Item = Schedule<'t>> + use<'t> {
        let items = self.options.filter(|_| self.event == "schedule").into_iter().flat_map(Node::items);
        items.filter_map(|node| Some(Schedule { node, cron: node.get("cron")?, timezone: node.get("timezone") }))
    }

    /// The `inputs` of `workflow_dispatch` or `workflow_call`.
    pub fn inputs(&self) -> impl Iterator<Item = Declared<'t>> + use<'t> {
        declared(self.options, "inputs")
    }

    /// The `secrets` of `workflow_call`.
    pub fn secrets(&self) -> impl Iterator<Item = Declared<'t>> + use<'t> {
        declared(self.options, "secrets")
    }

    /// The `outputs` of `workflow_call`.
    pub fn outputs(&self) -> impl Iterator<Item = Declared<'t>> + use<'t> {
        declared(self.options, "outputs")
    }
}

/// What a mapping declares under a key.
pub(super) fn declared<'t>(owner: Option<Node<'t>>, part: &str) -> impl Iterator<Item = Declared<'t>> + use<'t> {
    let entries = owner.and_then(|owner| owner.get(part)).into_iter().flat_map(Node::entries);
    entries.filter_map(|(key, node)| Some(Declared { name: key.text()?, key, node }))
}

impl<'t> Declared<'t> {
    /// Whether a value must be given.
    pub fn required(&self) -> bool {
        self.node.get("required").and_then(Node::as_bool) == Some(true)
    }

    /// `default` of an input.
    pub fn default(&self) -> Option<Node<'t>> {
        self.node.get("default").filter(|default| !default.is_null())
    }

    /// `type` of an input: `string`, `boolean`, `number`, `choice`, `environment`.
    pub fn kind(&self) -> Option<&'t str> {
        self.node.get("type").and_then(Node::text)
    }
}

impl<'t> Workflow<'t> {
    /// What `on` says of an event.
    pub fn trigger(&self, event: &str) -> Option<&Trigger<'t>> {
        self.triggers.iter().find(|trigger| trigger.event == event)
    }

    /// The inputs of `workflow_dispatch` and of `workflow_call`; one that both declare comes twice.
    pub fn inputs(&self) -> impl Iterator<Item = Declared<'t>> {
        self.triggers.iter().flat_map(Trigger::inputs)
    }
}

#[cfg(test)]
mod tests {
    use crate::parse::workflow::Workflow;
    use crate::parse::yaml::{Node, Tree};

    #[test]
    fn events_tell_their_filters_schedules_and_inputs() {
        let text = "\
on:
  push: { branches: [main, 'v*'], paths-ignore: docs/** }
  schedule:
    - cron: '0 4 * * 1'
      timezone: Europe/Berlin
    - { cron: '5 4 * * *' }
  workflow_call:
    inputs: { level: { type: string, required: true }, dry: { type: boolean, default: false } }
    secrets: { token: }
    outputs: { url: { value: x } }
  workflow_dispatch: { inputs: { level: } }
jobs: {}
";
        let tree = Tree::parse(text).document.unwrap();
        let workflow = Workflow::read(&tree, &mut Vec::new()).unwrap();
        let push = workflow.trigger("push").unwrap();
        let texts = |name: &str| push.filter(name).filter_map(Node::text).collect::<Vec<_>>();
        assert_eq!(texts("branches"), ["main", "v*"]);
        assert_eq!(texts("paths-ignore"), ["docs/**"]);
        assert!(texts("tags").is_empty() && push.schedules().next().is_none());
        let zones: Vec<_> =
            workflow.trigger("schedule").unwrap().schedules().map(|s| s.timezone.and_then(Node::text)).collect();
        assert_eq!(zones, [Some("Europe/Berlin"), None]);
        let call = workflow.trigger("workflow_call").unwrap();
        let inputs: Vec<_> = call.inputs().map(|i| (i.name, i.kind(), i.required(), i.default().is_some())).collect();
        assert_eq!(inputs, [("level", Some("string"), true, false), ("dry", Some("boolean"), false, true)]);
        assert_eq!(call.secrets().map(|s| s.name).collect::<Vec<_>>(), ["token"]);
        assert_eq!(call.outputs().map(|o| o.name).collect::<Vec<_>>(), ["url"]);
        assert_eq!(workflow.inputs().map(|i| i.name).collect::<Vec<_>>(), ["level", "dry", "level"]);
    }
}
