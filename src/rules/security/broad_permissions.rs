//! The rule `broad-permissions`.

use super::checkouts::is_checkout;
use crate::evidence::{Doc, Evidence};
use crate::model::Span;
use crate::parse::expression::Reference;
use crate::parse::workflow::{Job, Permissions, Scope, Target, Workflow};
use crate::parse::yaml::Node;
use crate::rules::support::outsiders::{self, Outsiders, Reach};
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};

rule! {
    /// # What it checks
    ///
    /// No workflow and no job has `permissions: write-all`; no job may write where none of its steps gets the token; and
    /// a job that outsiders start with the rights of the repository (`pull_request_target`, `issue_comment`, `issues`
    /// and the like, `workflow_run` after runs for pull requests) and that uses the token says what it needs.
    ///
    /// A step gets the token by `secrets.GITHUB_TOKEN` or `github.token`, by an action that is not known to do without,
    /// and for `contents` by a checkout that keeps it.
    ///
    /// Not judged: workflows of other events without `permissions`, for the repository's settings say what they may; a
    /// scope that one step needs and another does not; `id-token`, which programs ask for themselves; jobs that call
    /// other workflows.
    ///
    /// # Why it matters
    ///
    /// Every action and every package that runs in a job can use its token. What the token may not do, they cannot do.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// permissions: write-all
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: actions/checkout@v5
    ///       - run: make test
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// permissions:
    ///   contents: read
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: actions/checkout@v5
    ///       - run: make test
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// A program finds the token in a way that the workflow does not show.
    pub struct BroadPermissions;
    id: "broad-permissions",
    family: Security,
    level: Warning,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "Every action and every package that runs in the job can do what its token may do.";

/// Events by which outsiders start a run with rights.
const EVENTS: &[&str] = &[
    "pull_request_target",
    "workflow_run",
    "issues",
    "issue_comment",
    "discussion",
    "discussion_comment",
    "commit_comment",
];

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let outsiders = Outsiders::new(evidence);
    let mut spots = Vec::new();
    let (mut jobs, mut said) = (0, 0);
    for workflow in &evidence.workflows {
        let whole = workflow.permissions();
        let under: Vec<&Job<'_>> = workflow.jobs.iter().filter(|job| job.permissions().is_none()).collect();
        jobs += workflow.jobs.len();
        said += if whole.is_some() { workflow.jobs.len() } else { workflow.jobs.len() - under.len() };
        let users = Users::of(workflow);
        match &whole {
            Some(permissions) => {
                judge(workflow, workflow.node, permissions, "the workflow", &under, &users, &mut spots);
            }
            None => spots.extend(unsaid(&outsiders, workflow, &under, &users)),
        }
        for job in &workflow.jobs {
            if let Some(permissions) = job.permissions() {
                judge(workflow, job.node, &permissions, &format!("job `{}`", job.id), &[job], &users, &mut spots);
            }
        }
    }
    sink.subjects(jobs);
    let broad = spots.len();
    sink.fact(format!(
        "{}, {said} with permissions, {broad} {}",
        count(jobs, "job"),
        if broad == 1 { "place too broad" } else { "places too broad" }
    ));
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} places allow the token more than is needed", group.len()),
        |group| group.first().map_or(String::new(), |spot| spot.detail.clone()),
    );
}

/// `permissions` of a workflow or a job, and the jobs that they hold for.
fn judge<'e>(
    workflow: &'e Doc<'e, Workflow<'e>>,
    owner: Node<'e>,
    permissions: &Permissions<'e>,
    who: &str,
    jobs: &[&'e Job<'e>],
    users: &Users,
    spots: &mut Vec<Spot<'e>>,
) {
    let Some((_, value)) = owner.entry("permissions") else { return };
    let spot = |span: Span, message: String, detail: String| Spot {
        file: workflow.file,
        span,
        path: value.path(),
        message,
        detail,
        edits: Vec::new(),
    };
    match permissions {
        Permissions::WriteAll => {
            let message = format!("{who} may write everything (`permissions: write-all`)");
            spots.push(spot(value.span(), message, NAME_THEM.to_owned()));
        }
        Permissions::Scopes(scopes) => {
            if jobs.is_empty() || !jobs.iter().all(|job| users.is_without(job)) {
                return;
            }
            let keeps = jobs.iter().any(|job| keeps_token(job));
            let needless = scopes.iter().filter(|scope| is_write(scope) && is_judged(scope.name, keeps));
            let names: Vec<String> = needless.clone().map(|scope| format!("`{}: write`", scope.name)).collect();
            let Some(first) = needless.clone().next() else { return };
            let message = format!("{who} has {}, and none of its steps gets the token", names.join(", "));
            let fix = "Take it away, or allow reading only:\n\n    permissions:\n      contents: read\n";
            spots.push(spot(Span::between(first.key.span().offset, first.level.span().end()), message, fix.to_owned()));
        }
        Permissions::ReadAll | Permissions::Unknown => {}
    }
}

fn is_write(scope: &Scope<'_>) -> bool {
    scope.level.text() == Some("write")
}

/// Scopes that only the token itself uses.
fn is_judged(scope: &str, keeps_token: bool) -> bool {
    match scope {
        "contents" => !keeps_token,
        "actions"
        | "checks"
        | "deployments"
        | "discussions"
        | "issues"
        | "packages"
        | "pages"
        | "pull-requests"
        | "repository-projects"
        | "security-events"
        | "statuses" => true,
        _ => false,
    }
}

/// Jobs that outsiders start, that use the token, and for which nobody says what it may do.
fn unsaid<'e>(
    outsiders: &Outsiders<'e>,
    workflow: &'e Doc<'e, Workflow<'e>>,
    jobs: &[&'e Job<'e>],
    users: &Users,
) -> Vec<Spot<'e>> {
    let reached = jobs.iter().filter(|job| {
        let at = outsiders::Spot::of_workflow(workflow.file, &workflow.value, Some(job), None);
        users.uses(job) && outsiders.reach_by(EVENTS, &at) == Some(Reach::Privileged)
    });
    let spot = |job: &&'e Job<'e>| Spot {
        file: workflow.file,
        span: job.key.span(),
        path: job.node.path(),
        message: format!(
            "outsiders start job `{}`, which uses the token, and no `permissions` say what that may do",
            job.id
        ),
        detail: NAME_THEM.to_owned(),
        edits: Vec::new(),
    };
    reached.map(spot).collect()
}

/// Which jobs of a workflow use the token.
struct Users {
    /// Some place outside of jobs gives it to all.
    all: bool,
    /// Offsets of the jobs that read it, in order.
    reading: Vec<usize>,
}

impl Users {
    fn of(workflow: &Workflow<'_>) -> Self {
        let mut users = Self { all: false, reading: Vec::new() };
        for found in workflow.expressions() {
            let Ok(expr) = &found.template.expr else { continue };
            if !expr.contexts().iter().any(is_token) {
                continue;
            }
            match found.site.job {
                Some(job) => users.reading.push(job.key.span().offset),
                None => users.all = true,
            }
        }
        users
    }

    /// Whether a job uses it for certain.
    fn uses(&self, job: &Job<'_>) -> bool {
        let script = |uses: &crate::parse::workflow::Uses<'_>| uses.is_any(&["actions/github-script"]);
        self.reads(job) || job.steps.iter().filter_map(|step| step.uses.as_ref()).any(script)
    }

    fn reads(&self, job: &Job<'_>) -> bool {
        self.all || self.reading.binary_search(&job.key.span().offset).is_ok()
    }

    /// Whether a job does not use it for certain.
    fn is_without(&self, job: &Job<'_>) -> bool {
        let harmless = job.steps.iter().all(|step| match &step.uses {
            Some(uses) => {
                let official =
                    matches!(uses.target, Target::Remote { owner: "actions", repo, .. } if repo.starts_with("setup-"));
                official || uses.is_any(&TOKENLESS)
            }
            None => true,
        });
        harmless && job.uses.is_none() && !self.reads(job)
    }
}

/// Actions that write nothing with the token that they take by themselves.
const TOKENLESS: [&str; 12] = [
    "actions/cache",
    "actions/cache/restore",
    "actions/cache/save",
    "actions/checkout",
    "actions/download-artifact",
    "actions/upload-artifact",
    "astral-sh/setup-uv",
    "docker/setup-buildx-action",
    "docker/setup-qemu-action",
    "dtolnay/rust-toolchain",
    "pnpm/action-setup",
    "swatinem/rust-cache",
];

/// `github.token`, `secrets.GITHUB_TOKEN`, and objects that hold it.
fn is_token(read: &Reference<'_>) -> bool {
    let name = read.name(0);
    let named = |token: &str| name.is_none_or(|name| name.eq_ignore_ascii_case(token));
    read.is("github") && named("token") || read.is("secrets") && named("GITHUB_TOKEN")
}

/// Whether a checkout of the job leaves the token to `git`.
fn keeps_token(job: &Job<'_>) -> bool {
    let mut checkouts = job.steps.iter().filter(|step| is_checkout(step));
    checkouts.any(|step| step.input("persist-credentials").and_then(Node::as_bool) != Some(false))
}

const NAME_THEM: &str = "Name what the jobs need, best for each job, and nothing else:

    permissions:
      contents: read
";
