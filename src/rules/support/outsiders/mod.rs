//! What people without rights in the repository can write into an expression, and with which rights it is evaluated.
//!
//! A text is followed through `env`, `needs.*.outputs`, step outputs that a script writes, and the inputs of local
//! actions and reusable workflows. What cannot be followed counts as harmless.

mod fields;
mod guards;
mod writes;

pub use fields::{Content, Wanted};
pub use writes::{End, EnvironmentFile, Write, sources, writes};

use crate::evidence::{Evidence, File, paths};
use crate::parse::expression::{self, Expr, Kind, Reference};
use crate::parse::workflow::{Action, Job, Step, Trigger, Workflow};
use crate::parse::yaml::Node;
use fields::Field;
use guards::{ACTS_OF_MAINTAINERS, Outsider};
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

/// A document with steps.
#[derive(Debug, Clone, Copy)]
enum Unit<'e> {
    Workflow(&'e Workflow<'e>),
    Action(&'e Action<'e>),
}

/// Where an expression is evaluated.
#[derive(Debug, Clone, Copy)]
pub struct Spot<'e> {
    file: &'e File<'e>,
    unit: Unit<'e>,
    job: Option<&'e Job<'e>>,
    step: Option<&'e Step<'e>>,
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

    /// Its job, and the jobs whose failure or absence keeps that from running.
    pub fn awaited(&self) -> Vec<&'e Job<'e>> {
        awaited(self)
    }

    /// The steps of its job or action.
    fn steps(&self) -> &'e [Step<'e>] {
        match (self.job, self.unit) {
            (Some(job), _) => job.steps.as_slice(),
            (None, Unit::Action(action)) => action.steps.as_slice(),
            (None, Unit::Workflow(_)) => &[],
        }
    }

    /// `env` mappings that hold here, the strongest first.
    fn environments(&self) -> impl Iterator<Item = Node<'e>> + use<'e> {
        let workflow = if let Unit::Workflow(workflow) = self.unit { Some(workflow.node) } else { None };
        [self.step.map(|s| s.node), self.job.map(|j| j.node), workflow]
            .into_iter()
            .flatten()
            .filter_map(|node| node.get("env"))
    }
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
    /// By list of steps, file and name in lower case: the steps that write it.
    written: BTreeMap<(usize, &'static str, String), Vec<(&'e Step<'e>, Write)>>,
    /// By list of steps: the first that asks for somebody's rights.
    asking: BTreeMap<usize, usize>,
    /// By file: what a `workflow_run` of its workflow brings in.
    runs: BTreeMap<&'e str, Reach>,
}

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
        let mut outsiders = Self { callers, written: BTreeMap::new(), asking: BTreeMap::new(), runs: runs(evidence) };
        for job in evidence.jobs() {
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
    fn is_checked(&self, at: &Spot<'_>) -> bool {
        let before =
            self.asking.get(&address(at.steps())).is_some_and(|first| at.step.is_none_or(|step| *first < step.index));
        let own = address(at.steps());
        let awaited = awaited(at).into_iter().map(|job| address(&job.steps)).filter(|steps| *steps != own);
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
        let conditions = conditions(at);
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
        let conditions = conditions(at);
        let conditions: Vec<&Expr> = conditions.iter().collect();
        self.reach(&field, at, &conditions, &Cell::new(MAX_QUESTIONS))
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
            let own = self::conditions(caller);
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
fn runs<'e>(evidence: &'e Evidence<'e>) -> BTreeMap<&'e str, Reach> {
    let mut open: BTreeMap<(&str, &str), bool> = BTreeMap::new();
    for workflow in &evidence.workflows {
        let name = workflow.name.unwrap_or_else(|| workflow.file.path());
        let outsiders = workflow.triggers.iter().any(|trigger| reach_of_event(trigger.event).is_some());
        *open.entry((paths::root(workflow.file.path()), name)).or_default() |= outsiders;
    }
    let mut found = BTreeMap::new();
    for workflow in &evidence.workflows {
        let Some(trigger) = workflow.trigger("workflow_run") else { continue };
        let root = paths::root(workflow.file.path());
        let followed: Vec<Option<bool>> =
            trigger.filter("workflows").filter_map(Node::text).map(|name| open.get(&(root, name)).copied()).collect();
        let let_in = followed.contains(&Some(true)) || followed.contains(&None) && asks_for_pull_requests(workflow);
        found.insert(workflow.file.path(), if let_in { Reach::Privileged } else { Reach::Admitted });
    }
    found
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

/// The conditions under which a place is reached: of its step, of its job, and of the jobs it waits for.
fn conditions(at: &Spot<'_>) -> Vec<Expr> {
    let mut found = Vec::new();
    let mut add = |node: Node<'_>| {
        let templates = node.get("if").map(expression::condition).unwrap_or_default();
        // A text around an expression makes every condition true.
        found.extend(templates.into_iter().filter(|template| template.whole).filter_map(|template| template.expr.ok()));
    };
    if let Some(step) = at.step {
        add(step.node);
    }
    for job in awaited(at) {
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
fn asks_for_rights(step: &Step<'_>) -> bool {
    let script = step.uses.as_ref().and_then(|_| step.input("script")).and_then(Node::text);
    let text = step.run.as_ref().map(|run| run.text).or(script).unwrap_or_default();
    let calls = ["getCollaboratorPermissionLevel", "checkCollaborator", "getMembershipForUserInOrg", "/collaborators/"];
    step.uses.as_ref().is_some_and(|uses| uses.is_any(&PERMISSION_CHECKS))
        || calls.iter().any(|call| text.contains(call))
}

/// The job, and the jobs whose failure or absence keeps it from running.
fn awaited<'e>(at: &Spot<'e>) -> Vec<&'e Job<'e>> {
    let (Some(job), Unit::Workflow(workflow)) = (at.job, at.unit) else { return Vec::new() };
    let mut found = vec![job];
    let mut next = 0;
    while let Some(job) = found.get(next).copied().filter(|_| next < MAX_AWAITED) {
        next += 1;
        let templates = job.node.get("if").map(expression::condition).unwrap_or_default();
        let mut expressions = templates.iter().filter_map(|template| template.expr.as_ref().ok());
        if expressions.any(|expr| expr.status_functions().next().is_some()) {
            continue;
        }
        for needed in job.needs().filter_map(Node::text).filter_map(|id| workflow.job(id)) {
            if !found.iter().any(|job| std::ptr::eq(*job, needed)) {
                found.push(needed);
            }
        }
    }
    found
}

/// One search for where an expression's text is from.
struct Search<'s, 'e> {
    outsiders: &'s Outsiders<'e>,
    wanted: Wanted,
    found: Vec<Taint>,
    budget: Cell<usize>,
}

impl<'e> Search<'_, 'e> {
    /// What can come out of an expression as a text.
    fn expression(&mut self, expr: &Expr, at: &Spot<'e>, conditions: &[&Expr], hops: usize) {
        match &expr.kind {
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) | Kind::Not(_) | Kind::Compare(..) => {}
            // Every part but the last comes out only where it is false, 0 or empty, and is a condition else.
            Kind::And(parts) => {
                let Some((last, before)) = parts.split_last() else { return };
                let all: Vec<&Expr> = conditions.iter().copied().chain(before).collect();
                self.expression(last, at, &all, hops);
            }
            Kind::Or(parts) => parts.iter().for_each(|part| self.expression(part, at, conditions, hops)),
            Kind::Call(function, arguments) => match function.name {
                "format" | "join" | "fromJSON" => {
                    arguments.iter().for_each(|argument| self.expression(argument, at, conditions, hops));
                }
                "toJSON" => {
                    let Some(argument) = arguments.first() else { return };
                    match argument.kind {
                        Kind::Call(..) | Kind::And(_) | Kind::Or(_) => self.expression(argument, at, conditions, hops),
                        _ => self.reference(argument, true, at, conditions, hops),
                    }
                }
                "case" => {
                    let values =
                        arguments.iter().enumerate().filter(|(at, _)| at % 2 == 1 || at + 1 == arguments.len());
                    values.for_each(|(_, value)| self.expression(value, at, conditions, hops));
                }
                _ => {}
            },
            Kind::Context(_) | Kind::Member(..) | Kind::Index(..) | Kind::Star(_) => {
                self.reference(expr, false, at, conditions, hops);
            }
        }
    }

    fn reference(&mut self, expr: &Expr, as_json: bool, at: &Spot<'e>, conditions: &[&Expr], hops: usize) {
        let contexts = expr.contexts();
        let Some(read) = contexts.first().filter(|read| read.span == expr.span) else {
            // `fromJSON(…).name`
            if let Kind::Member(inner, _) | Kind::Star(inner) | Kind::Index(inner, _) = &expr.kind {
                self.expression(inner, at, conditions, hops);
            }
            return;
        };
        if read.is("github") {
            for field in self.wanted.fields(read, as_json) {
                if let Some(reach) = self.outsiders.reach(&field, at, conditions, &self.budget) {
                    self.add(Taint { path: field.path, content: field.content, reach });
                }
            }
        } else if hops < MAX_HOPS && spend(&self.budget) {
            self.indirect(read, at, conditions, hops + 1);
        }
    }

    fn add(&mut self, taint: Taint) {
        match self.found.iter_mut().find(|known| known.path == taint.path) {
            Some(known) => {
                known.reach = known.reach.max(taint.reach);
                known.content = known.content.max(taint.content);
            }
            None => self.found.push(taint),
        }
    }

    /// Follows a read of what the document itself sets.
    fn indirect(&mut self, read: &Reference<'_>, at: &Spot<'e>, conditions: &[&Expr], hops: usize) {
        let Some(name) = read.name(0) else { return };
        if read.is("env") {
            let set = at.environments().find_map(|env| entry(env, name));
            match set {
                Some(value) => self.value(value, at, conditions, hops),
                None => self.written(EnvironmentFile::Env, None, name, at, conditions, hops),
            }
        } else if read.is("steps") {
            if let (Some("outputs"), Some(output)) = (read.name(1), read.name(2)) {
                self.written(EnvironmentFile::Output, Some(name), output, at, conditions, hops);
            }
        } else if read.is("needs") {
            let Unit::Workflow(workflow) = at.unit else { return };
            let (Some("outputs"), Some(output), Some(job)) = (read.name(1), read.name(2), workflow.job(name)) else {
                return;
            };
            let value = job.outputs().find(|(key, _)| key.text().is_some_and(|key| key.eq_ignore_ascii_case(output)));
            if let Some((_, value)) = value {
                let there = Spot { job: Some(job), step: None, ..*at };
                self.value(value, &there, conditions, hops);
            }
        } else if read.is("inputs") {
            self.input(name, at, conditions, hops);
        }
    }

    /// The expressions of a scalar.
    fn value(&mut self, value: Node<'e>, at: &Spot<'e>, conditions: &[&Expr], hops: usize) {
        for template in expression::templates(value) {
            if let Ok(expr) = &template.expr {
                self.expression(expr, at, conditions, hops);
            }
        }
    }

    /// What callers give for an input.
    fn input(&mut self, name: &str, at: &Spot<'e>, conditions: &[&Expr], hops: usize) {
        let outsiders = self.outsiders;
        let default = match at.unit {
            Unit::Action(action) => action.inputs().find(|input| input.name.eq_ignore_ascii_case(name)),
            Unit::Workflow(workflow) => workflow.inputs().find(|input| input.name.eq_ignore_ascii_case(name)),
        };
        let default = default.and_then(|input| input.default());
        for caller in outsiders.callers(at.file) {
            let given = match (caller.step, caller.job) {
                (Some(step), _) => step.input(name),
                (None, Some(job)) => job.node.get("with").and_then(|with| entry(with, name)),
                (None, None) => None,
            };
            if let Some(value) = given.or(default) {
                let own = self::conditions(caller);
                let all: Vec<&Expr> = conditions.iter().copied().chain(&own).collect();
                self.value(value, caller, &all, hops);
            }
        }
    }

    /// What earlier scripts of the job write under a name.
    fn written(
        &mut self,
        file: EnvironmentFile,
        id: Option<&str>,
        name: &str,
        at: &Spot<'e>,
        conditions: &[&Expr],
        hops: usize,
    ) {
        let key = (address(at.steps()), file.variable(), name.to_ascii_lowercase());
        let outsiders = self.outsiders;
        for (step, write) in outsiders.written.get(&key).into_iter().flatten().take(MAX_CALLERS) {
            let earlier = at.step.is_none_or(|own| step.index < own.index);
            if !earlier || id.is_some_and(|id| !step.id.is_some_and(|own| own.eq_ignore_ascii_case(id))) {
                continue;
            }
            let there = Spot { step: Some(step), ..*at };
            for variable in &write.variables {
                let set = there.environments().find_map(|env| env.get(variable));
                match set {
                    Some(value) => self.value(value, &there, conditions, hops),
                    None if variable == "GITHUB_HEAD_REF" => {
                        self.text("github.head_ref", &there, conditions, hops);
                    }
                    None => {}
                }
            }
            for text in &write.expressions {
                self.text(text, &there, conditions, hops);
            }
        }
    }

    fn text(&mut self, text: &str, at: &Spot<'e>, conditions: &[&Expr], hops: usize) {
        if let Ok(expr) = expression::parse(text, 0) {
            self.expression(&expr, at, conditions, hops);
        }
    }
}

/// A value by its key, which knows no case in expressions.
fn entry<'t>(mapping: Node<'t>, name: &str) -> Option<Node<'t>> {
    mapping.entries().find(|(key, _)| key.text().is_some_and(|key| key.eq_ignore_ascii_case(name))).map(|(_, v)| v)
}
