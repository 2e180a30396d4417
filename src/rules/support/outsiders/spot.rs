//! Places where expressions are evaluated, and under which conditions.

use crate::evidence::File;
use crate::parse::expression::{self, Expr};
use crate::parse::workflow::{Action, Job, Step, Workflow};
use crate::parse::yaml::Node;

/// A document with steps.
#[derive(Debug, Clone, Copy)]
pub(super) enum Unit<'e> {
    Workflow(&'e Workflow<'e>),
    Action(&'e Action<'e>),
}

/// Where an expression is evaluated.
#[derive(Debug, Clone, Copy)]
pub struct Spot<'e> {
    pub(super) file: &'e File<'e>,
    pub(super) unit: Unit<'e>,
    pub(super) job: Option<&'e Job<'e>>,
    pub(super) step: Option<&'e Step<'e>>,
}

impl<'e> Spot<'e> {
    /// In a workflow.
    pub fn of_workflow(
        file: &'e File<'e>,
        workflow: &'e Workflow<'e>,
        job: Option<&'e Job<'e>>,
        step: Option<&'e Step<'e>>,
    ) -> Self {
        Self { file, unit: Unit::Workflow(workflow), job, step }
    }

    /// In an action.
    pub fn of_action(file: &'e File<'e>, action: &'e Action<'e>, step: Option<&'e Step<'e>>) -> Self {
        Self { file, unit: Unit::Action(action), job: None, step }
    }

    /// The steps of its job or action.
    pub(super) fn steps(&self) -> &'e [Step<'e>] {
        match (self.job, self.unit) {
            (Some(job), _) => job.steps.as_slice(),
            (None, Unit::Action(action)) => action.steps.as_slice(),
            (None, Unit::Workflow(_)) => &[],
        }
    }

    /// `env` mappings that hold here, the strongest first.
    pub(super) fn environments(&self) -> impl Iterator<Item = Node<'e>> + use<'e> {
        let workflow = if let Unit::Workflow(workflow) = self.unit { Some(workflow.node) } else { None };
        [self.step.map(|s| s.node), self.job.map(|j| j.node), workflow]
            .into_iter()
            .flatten()
            .filter_map(|node| node.get("env"))
    }
}

/// The conditions under which a place is reached: of its step, of its job, and of the jobs it waits for.
pub(super) fn conditions(at: &Spot<'_>, awaited: &[&Job<'_>]) -> Vec<Expr> {
    let mut found = Vec::new();
    let mut add = |node: Node<'_>| {
        let templates = node.get("if").map(expression::condition).unwrap_or_default();
        // A text around an expression makes every condition true.
        found.extend(templates.into_iter().filter(|template| template.whole).filter_map(|template| template.expr.ok()));
    };
    if let Some(step) = at.step {
        add(step.node);
    }
    for job in awaited {
        add(job.node);
    }
    found
}

/// Actions that ask what rights somebody has.
const PERMISSION_CHECKS: [&str; 6] = [
    "actions-cool/check-user-permission",
    "prince-chrismc/check-actor-permissions-action",
    "scherermichael-oss/action-has-permission",
    "lannonbr/repo-permission-check-action",
    "skjnldsv/check-actor-permission",
    "tspascoal/get-user-teams-membership",
];

/// Whether a step asks GitHub for somebody's rights.
pub(super) fn asks_for_rights(step: &Step<'_>) -> bool {
    let script = step.uses.as_ref().and_then(|_| step.input("script")).and_then(Node::text);
    let text = step.run.as_ref().map(|run| run.text).or(script).unwrap_or_default();
    let calls = [
        "getCollaboratorPermissionLevel",
        "checkCollaborator",
        "getMembershipForUserInOrg",
        "/collaborators/",
        "author_association",
    ];
    step.uses.as_ref().is_some_and(|uses| uses.is_any(&PERMISSION_CHECKS))
        || calls.iter().any(|call| text.contains(call))
}
