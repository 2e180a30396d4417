//! What people without rights in the repository can write into an expression, and with which rights it is evaluated.
//!
//! A text is followed through `env`, `needs.*.outputs`, step outputs that a script writes, and the inputs of local
//! actions and reusable workflows. What cannot be followed counts as harmless.

mod fields;
mod guards;
mod search;
mod spot;
mod writes;

pub use fields::{Content, Wanted};
pub use spot::Spot;
pub use writes::{End, EnvironmentFile, Write, sources, writes};

use crate::evidence::{Evidence, File, paths};
use crate::parse::expression::{self, Expr, Kind};
use crate::parse::workflow::{Job, Step, Trigger, Workflow};
use crate::parse::yaml::Node;
use fields::Field;
use guards::{ACTS_OF_MAINTAINERS, Outsider};
use search::Search;
use spot::{Unit, asks_for_rights};
use std::cell::Cell;
use std::collections::BTreeMap;

/// What an outsider's text meets, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Nothing in the input says which event it is.
    Unknown,
    /// A run without secrets and with a token that only reads, as for pull requests of forks, where the workflow is the
    /// fork's own too.
    Limited,
    /// A run with rights, once somebody with rights has let it in: a merged commit, a labelled issue.
    Admitted,
    /// A run with rights, without anybody's doing.
    Privileged,
}

/// A text that an outsider writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taint {
    /// Where it is from: `github.event.issue.title`.
    pub path: &'static str,
    /// What it may hold.
    pub content: Content,
    /// With which rights it is met.
    pub reach: Reach,
}

/// Longest way on which a text is followed.
const MAX_HOPS: usize = 5;
/// Most jobs that are looked at for one that waits.
const MAX_AWAITED: usize = 32;
/// Most questions that one expression may raise.
const MAX_QUESTIONS: usize = 256;
/// Most callers of one action or workflow that are looked at.
const MAX_CALLERS: usize = 16;

/// Who calls what, for questions about outsiders.
#[derive(Debug)]
pub struct Outsiders<'e> {
    /// Where the action or workflow of a file is called.
    callers: BTreeMap<&'e str, Vec<Spot<'e>>>,
    /// The steps that write a name to a file.
    written: BTreeMap<WriteKey, Vec<(&'e Step<'e>, Write)>>,
    /// By list of steps: the first that asks for somebody's rights.
    asking: BTreeMap<usize, usize>,
    /// By the address of a workflow and an id in lower case.
    jobs: BTreeMap<(usize, String), &'e Job<'e>>,
    /// By file: what a `workflow_run` of its workflow brings in.
    runs: BTreeMap<&'e str, Reach>,
    /// Workflows that follow runs of which nothing is in the input.
    pub undecided: usize,
}

/// A list of steps, the variable of a file, and a name in lower case.
type WriteKey = (usize, &'static str, String);

/// Which list of steps it is.
fn address(steps: &[Step<'_>]) -> usize {
    steps.as_ptr().addr()
}

impl<'e> Outsiders<'e> {
    /// Over everything in the input.
    pub fn new(evidence: &'e Evidence<'e>) -> Self {
        let mut callers: BTreeMap<&str, Vec<Spot<'_>>> = BTreeMap::new();
        for job in evidence.jobs() {
            let called = job.job.uses.as_ref().and_then(|uses| evidence.called_workflow(job.file, uses));
            if let Some(called) = called {
                let spot = Spot::of_workflow(job.file, job.workflow, Some(job.job), None);
                callers.entry(called.file.path()).or_default().push(spot);
            }
            for step in &job.job.steps {
                let called = step.uses.as_ref().and_then(|uses| evidence.local_action(job.file, uses));
                if let Some(called) = called {
                    let spot = Spot::of_workflow(job.file, job.workflow, Some(job.job), Some(step));
                    callers.entry(called.file.path()).or_default().push(spot);
                }
            }
        }
        for action in &evidence.actions {
            for step in &action.steps {
                let called = step.uses.as_ref().and_then(|uses| evidence.local_action(action.file, uses));
                if let Some(called) = called {
                    let spot = Spot::of_action(action.file, &action.value, Some(step));
                    callers.entry(called.file.path()).or_default().push(spot);
                }
            }
        }
        let (runs, undecided) = runs(evidence);
        let mut outsiders =
            Self { callers, written: BTreeMap::new(), asking: BTreeMap::new(), jobs: BTreeMap::new(), runs, undecided };
        for job in evidence.jobs() {
            let key = (std::ptr::from_ref(job.workflow).addr(), job.job.id.to_ascii_lowercase());
            outsiders.jobs.insert(key, job.job);
            outsiders.note(&job.job.steps);
        }
        for action in &evidence.actions {
            outsiders.note(&action.steps);
        }
        outsiders
    }

    /// What the steps of a job or an action write, and whether they ask for rights.
    fn note(&mut self, steps: &'e [Step<'e>]) {
        for (index, step) in steps.iter().enumerate() {
            if asks_for_rights(step) {
                self.asking.entry(address(steps)).or_insert(index);
            }
            for write in step.run.iter().flat_map(|run| writes(&run.script)) {
                let Some(name) = write.name.as_ref().map(|name| name.to_ascii_lowercase()) else { continue };
                if !write.variables.is_empty() || !write.expressions.is_empty() {
                    let key = (address(steps), write.file.variable(), name);
                    self.written.entry(key).or_default().push((step, write));
                }
            }
        }
    }

    /// Whether a step before it, or of a job it waits for, asks GitHub for somebody's rights: what is made of the answer
    /// cannot be read, and is taken for a check.
    fn is_checked(&self, at: &Spot<'e>) -> bool {
        let before =
            self.asking.get(&address(at.steps())).is_some_and(|first| at.step.is_none_or(|step| *first < step.index));
        let own = address(at.steps());
        let awaited = self.awaited(at).into_iter().map(|job| address(&job.steps)).filter(|steps| *steps != own);
        before || awaited.into_iter().any(|steps| self.asking.contains_key(&steps))
    }

    /// The texts of outsiders that can come out of an expression.
    pub fn taints(&self, expr: &Expr, at: &Spot<'e>) -> Vec<Taint> {
        self.wanted(Wanted::Texts, expr, at)
    }

    /// The fields of one kind that can come out of an expression.
    pub fn wanted(&self, wanted: Wanted, expr: &Expr, at: &Spot<'e>) -> Vec<Taint> {
        let mut search = Search { outsiders: self, wanted, found: Vec::new(), budget: Cell::new(MAX_QUESTIONS) };
        // Conditions are read only where there is something to ask them.
        search.expression(expr, at, &[], 0);
        if search.found.is_empty() {
            return Vec::new();
        }
        search.found.clear();
        if self.is_checked(at) {
            return Vec::new();
        }
        search.budget.set(MAX_QUESTIONS);
        let conditions = spot::conditions(at, &self.awaited(at));
        let conditions: Vec<&Expr> = conditions.iter().collect();
        search.expression(expr, at, &conditions, 0);
        search.found
    }

    /// The texts of outsiders in an environment variable that workflow, job or step set.
    pub fn variable(&self, name: &str, at: &Spot<'e>) -> Vec<Taint> {
        let Some(value) = at.environments().find_map(|env| env.get(name)) else {
            return match name {
                "GITHUB_HEAD_REF" => {
                    expression::parse("github.head_ref", 0).map_or(Vec::new(), |expr| self.taints(&expr, at))
                }
                _ => Vec::new(),
            };
        };
        let templates = expression::templates(value);
        let expressions = templates.iter().filter_map(|template| template.expr.as_ref().ok());
        expressions.flat_map(|expr| self.taints(expr, at)).collect()
    }

    /// With which rights outsiders get to a place by one of these events.
    pub fn reach_by(&self, events: &'static [&'static str], at: &Spot<'e>) -> Option<Reach> {
        let field = Field { path: "", events, content: Content::Name, names_code: true };
        if self.is_checked(at) {
            return None;
        }
        let conditions = spot::conditions(at, &self.awaited(at));
        let conditions: Vec<&Expr> = conditions.iter().collect();
        self.reach(&field, at, &conditions, &Cell::new(MAX_QUESTIONS))
    }

    /// The job of a place, and the jobs whose failure or absence keeps that from running.
    pub fn awaited(&self, at: &Spot<'e>) -> Vec<&'e Job<'e>> {
        let (Some(job), Unit::Workflow(workflow)) = (at.job, at.unit) else { return Vec::new() };
        let workflow = std::ptr::from_ref(workflow).addr();
        let mut found = vec![job];
        let mut next = 0;
        while let Some(job) = found.get(next).copied() {
            next += 1;
            let templates = job.node.get("if").map(expression::condition).unwrap_or_default();
            let mut expressions = templates.iter().filter_map(|template| template.expr.as_ref().ok());
            if expressions.any(|expr| expr.status_functions().next().is_some()) {
                continue;
            }
            for id in job.needs().filter_map(Node::text) {
                let Some(needed) = self.jobs.get(&(workflow, id.to_ascii_lowercase())) else { continue };
                if found.len() < MAX_AWAITED && !found.iter().any(|job| std::ptr::eq(*job, *needed)) {
                    found.push(needed);
                }
            }
        }
        found
    }

    fn callers(&self, file: &File<'_>) -> impl Iterator<Item = &Spot<'e>> {
        self.callers.get(file.path()).into_iter().flatten().take(MAX_CALLERS)
    }

    /// With which rights a field is met; `None` where no outsider gets there.
    fn reach(&self, field: &Field, at: &Spot<'e>, conditions: &[&Expr], budget: &Cell<usize>) -> Option<Reach> {
        let mut best = None;
        let mut called = matches!(at.unit, Unit::Action(_));
        if let Unit::Workflow(workflow) = at.unit {
            for trigger in &workflow.triggers {
                called |= trigger.event == "workflow_call";
                if !field.events.contains(&trigger.event) {
                    continue;
                }
                let outsider = Outsider { event: trigger.event, path: field.path, names_code: field.names_code };
                if conditions.iter().all(|condition| guards::holds(condition, outsider) != Some(false)) {
                    best = best.max(self.reach_of(trigger, at.file));
                }
            }
        }
        if !called || !spend(budget) {
            return best;
        }
        let mut callers = self.callers(at.file).peekable();
        if callers.peek().is_none() {
            return best.max(Some(Reach::Unknown));
        }
        for caller in callers {
            let own = spot::conditions(caller, &self.awaited(caller));
            let all: Vec<&Expr> = conditions.iter().copied().chain(&own).collect();
            best = best.max(self.reach(field, caller, &all, budget));
        }
        best
    }

    /// With which rights an event lets outsiders in.
    fn reach_of(&self, trigger: &Trigger<'e>, file: &File<'_>) -> Option<Reach> {
        let reach = match trigger.event {
            "push" => Reach::Admitted,
            "workflow_run" => return self.runs.get(file.path()).copied(),
            event => reach_of_event(event)?,
        };
        let mut types = trigger.filter("types").filter_map(Node::text).peekable();
        let admitted = types.peek().is_some() && types.all(|kind| ACTS_OF_MAINTAINERS.contains(&kind));
        Some(if admitted { reach.min(Reach::Admitted) } else { reach })
    }
}

/// What each `workflow_run` brings in: outsiders, when the runs that it follows are theirs, which are mostly runs for
/// pull requests. Where the workflow that ran is not in the input, the one that follows may still tell, by asking
/// whether it ran for a pull request.
fn runs<'e>(evidence: &'e Evidence<'e>) -> (BTreeMap<&'e str, Reach>, usize) {
    let mut open: BTreeMap<(&str, &str), bool> = BTreeMap::new();
    for workflow in &evidence.workflows {
        let name = workflow.name.unwrap_or_else(|| workflow.file.path());
        let outsiders = workflow.triggers.iter().any(|trigger| reach_of_event(trigger.event).is_some());
        *open.entry((paths::root(workflow.file.path()), name)).or_default() |= outsiders;
    }
    let mut found = BTreeMap::new();
    let mut undecided = 0;
    for workflow in &evidence.workflows {
        let Some(trigger) = workflow.trigger("workflow_run") else { continue };
        let root = paths::root(workflow.file.path());
        let followed: Vec<Option<bool>> =
            trigger.filter("workflows").filter_map(Node::text).map(|name| open.get(&(root, name)).copied()).collect();
        let let_in = followed.contains(&Some(true)) || followed.contains(&None) && asks_for_pull_requests(workflow);
        undecided += usize::from(!let_in && followed.contains(&None));
        found.insert(workflow.file.path(), if let_in { Reach::Privileged } else { Reach::Admitted });
    }
    (found, undecided)
}

/// Takes one question off; false when there are none left.
fn spend(budget: &Cell<usize>) -> bool {
    let left = budget.get();
    budget.set(left.saturating_sub(1));
    left > 0
}

/// With which rights an event lets anybody in who has none; `None` for events of people with rights, and for pushes.
pub fn reach_of_event(event: &str) -> Option<Reach> {
    match event {
        "pull_request_target"
        | "issues"
        | "issue_comment"
        | "discussion"
        | "discussion_comment"
        | "commit_comment"
        | "gollum"
        | "fork"
        | "watch" => Some(Reach::Privileged),
        "pull_request" | "pull_request_review" | "pull_request_review_comment" => Some(Reach::Limited),
        _ => None,
    }
}

/// Whether a workflow reads if the run that it follows was for a pull request, and takes it then.
fn asks_for_pull_requests(workflow: &Workflow<'_>) -> bool {
    workflow.expressions().iter().filter_map(|found| found.template.expr.as_ref().ok()).any(|expr| {
        expr.all().into_iter().any(|part| match &part.kind {
            Kind::Compare(expression::Operator::Equal, left, right) => {
                let is_read = |expr: &Expr| {
                    expr.contexts().first().is_some_and(|read| read.path() == "github.event.workflow_run.event")
                };
                let is_pull = |expr: &Expr| {
                    matches!(&expr.kind, Kind::Text(text) if matches!(text.as_str(), "pull_request" | "pull_request_target"))
                };
                (is_read(left) && is_pull(right)) || (is_read(right) && is_pull(left))
            }
            _ => false,
        })
    })
}
