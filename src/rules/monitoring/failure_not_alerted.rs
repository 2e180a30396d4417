//! The rule `failure-not-alerted`.

use crate::evidence::{Doc, Evidence};
use crate::parse::shell::Command;
use crate::parse::workflow::{Step, Target, Workflow};
use crate::parse::yaml::Node;
use crate::rules::support::conditions::runs_after_failure;
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;

rule! {
    /// # What it checks
    ///
    /// A workflow that runs on a schedule or for pushes to the main branch (`main`, `master`, `trunk`) tells somebody when
    /// it fails: a step or a job that also runs after a failure (`failure()`, `always()`, `!cancelled()`) sends a message
    /// or opens an issue, or another workflow does, which `workflow_run` starts.
    ///
    /// Not judged: a workflow that also runs for pull requests and has no schedule, since whoever pushed is looking;
    /// workflows that tidy up issues, and those of `CodeQL` and Scorecard, which report to a page of their own; workflows in which an action that is not known runs on failure, or that call another workflow after a failure.
    ///
    /// # Why it matters
    ///
    /// GitHub tells one person of a failed run, who pushed or last changed the schedule, and who may not be looking.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/nightly.yml
    /// on: { schedule: [{ cron: '0 3 * * *' }] }
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make test
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/nightly.yml
    /// on: { schedule: [{ cron: '0 3 * * *' }] }
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make test
    ///       - run: gh issue create --title "Nightly run failed" --body "$URL"
    ///         if: failure()
    ///         env:
    ///           GH_TOKEN: ${{ github.token }}
    ///           URL: ${{ github.server_url }}/${{ github.repository }}/actions/runs/${{ github.run_id }}
    /// ```
    ///
    /// # Options
    ///
    /// - `actions`: further actions that tell somebody (`["our-org/alert"]`).
    /// - `commands`: further commands that do, as their first words (`["./alert.sh"]`).
    ///
    /// # When to waive
    ///
    /// Something outside GitHub watches the workflow.
    pub struct FailureNotAlerted;
    id: "failure-not-alerted",
    family: Monitoring,
    level: Warning,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    actions: Vec<String>,
    commands: Vec<String>,
}

const WHY: &str =
    "GitHub tells one person of a failed run, who pushed or last changed the schedule, and who may not be looking.";

const FIX: &str = "Tell the team where it looks anyway:\n\n    - run: gh issue create --title \"Nightly run failed\" --body \
                   \"$URL\"\n      if: failure()\n";

/// Repositories of GitHub's own actions that do something else than tell somebody.
const SILENT: [&str; 9] = [
    "cache",
    "checkout",
    "download-artifact",
    "upload-artifact",
    "upload-pages-artifact",
    "setup-go",
    "setup-java",
    "setup-node",
    "setup-python",
];

/// Actions whose workflows tidy up, or report to a page of their own, so that a failed run can wait.
const HOUSEKEEPING: [&str; 7] = [
    "actions/labeler",
    "actions/stale",
    "dessant/lock-threads",
    "github/codeql-action/analyze",
    "github/codeql-action/init",
    "micnncim/action-label-syncer",
    "ossf/scorecard-action",
];

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let (mut judged, mut open) = (0, 0);
    for workflow in &evidence.workflows {
        let Some((node, when)) = runs_unwatched(workflow) else { continue };
        match alerts(workflow, params) {
            Some(true) => judged += 1,
            None => open += 1,
            Some(false) if is_watched(evidence, workflow, params) => judged += 1,
            Some(false) => {
                judged += 1;
                spots.push(Spot {
                    file: workflow.file,
                    span: node.span(),
                    path: node.path(),
                    message: format!(
                        "`{}` runs {when}, and nothing tells anybody when it fails",
                        workflow.name.unwrap_or(workflow.file.name())
                    ),
                    detail: String::new(),
                    edits: Vec::new(),
                });
            }
        }
    }
    sink.subjects(judged);
    sink.fact(format!(
        "{}, {} with an alert",
        count(judged, "workflow on a schedule or the main branch"),
        judged - spots.len()
    ));
    if open > 0 {
        sink.fact(format!("{} not judged: something that is not known runs on failure", count(open, "workflow")));
    }
    sink.once_a_file(
        spots,
        WHY,
        |group| group.first().map_or_else(String::new, |spot| spot.message.clone()),
        |_| FIX.to_owned(),
    );
}

/// The trigger by which a workflow runs without anybody looking at it.
fn runs_unwatched<'t>(workflow: &Workflow<'t>) -> Option<(Node<'t>, &'static str)> {
    let steps = || workflow.jobs.iter().flat_map(|job| &job.steps);
    if steps().any(|step| step.uses.as_ref().is_some_and(|uses| uses.is_any(&HOUSEKEEPING))) {
        return None;
    }
    let find = |event: &str| workflow.triggers.iter().find(|trigger| trigger.event == event);
    if let Some(schedule) = find("schedule") {
        return Some((schedule.node, "on a schedule"));
    }
    let push = find("push").filter(|_| !workflow.starts_on("pull_request"))?;
    let branches = push.options?.get("branches")?;
    let mut names = branches.one_or_many().filter_map(Node::text);
    names
        .any(|name| matches!(name, "main" | "master" | "trunk"))
        .then_some((push.node, "for pushes to the main branch"))
}

/// Whether a step or job runs after a failure and tells somebody; `None` where that is not known.
fn alerts(workflow: &Workflow<'_>, params: &Params) -> Option<bool> {
    let mut unknown = false;
    for job in &workflow.jobs {
        let whole_job = runs_after_failure(job.node);
        if whole_job && job.uses.is_some() {
            unknown = true;
        }
        for step in &job.steps {
            // A job that runs after a failure of another tells of it in any of its steps.
            if !whole_job && !runs_after_failure(step.node) {
                continue;
            }
            match tells(step, params) {
                Some(true) => return Some(true),
                Some(false) => {}
                // Of what always runs, only what names its purpose counts.
                None => {
                    let on_failure = step.condition().is_some_and(|condition| condition.contains("failure()"));
                    unknown |= whole_job || on_failure;
                }
            }
        }
    }
    (!unknown).then_some(false)
}

/// Whether a step tells somebody; `None` where that is not known.
fn tells(step: &Step<'_>, params: &Params) -> Option<bool> {
    if let Some(uses) = &step.uses {
        let Target::Remote { owner, repo, .. } = uses.target else { return None };
        let action = uses.action()?;
        let named = params.actions.iter().any(|known| action.eq_ignore_ascii_case(known));
        let speaks = action.split(['/', '-', '_']).any(|word| {
            matches!(
                word,
                "slack"
                    | "discord"
                    | "teams"
                    | "telegram"
                    | "mail"
                    | "email"
                    | "notify"
                    | "notification"
                    | "alert"
                    | "issue"
                    | "issues"
                    | "pagerduty"
                    | "opsgenie"
                    | "mattermost"
                    | "zulip"
                    | "matrix"
                    | "webhook"
                    | "rocketchat"
                    | "ntfy"
                    | "lark"
                    | "dingtalk"
                    | "sentry"
            )
        });
        let silent = owner == "actions" && SILENT.contains(&repo);
        return if named || speaks {
            Some(true)
        } else if silent {
            Some(false)
        } else {
            None
        };
    }
    let Some(run) = &step.run else { return Some(false) };
    if !run.shell.is_posix() {
        return None;
    }
    let commands = &run.script.commands;
    if commands.iter().any(|command| sends(command, params)) {
        return Some(true);
    }
    // A script of the repository may do anything.
    let opaque = commands.iter().any(|command| {
        matches!(command.name(), Some("python" | "python3" | "node" | "bash" | "sh" | "make" | "npm" | "npx"))
            || command
                .words
                .first()
                .is_some_and(|word| word.dynamic || word.text.starts_with("./") || word.text.contains('/'))
    });
    (!opaque).then_some(false)
}

fn sends(command: &Command, params: &Params) -> bool {
    let words: Vec<&str> = command.words.iter().map(|word| word.text.as_str()).collect();
    let by_policy = params.commands.iter().any(|known| {
        let known: Vec<&str> = known.split_whitespace().collect();
        !known.is_empty() && words.starts_with(&known)
    });
    let posts = || {
        words.iter().any(|word| {
            matches!(
                *word,
                "POST" | "-d" | "--data" | "--data-raw" | "--json" | "--data-binary" | "-XPOST" | "-F" | "--form"
            ) || word.starts_with("--data=")
                || word.starts_with("-d{")
        })
    };
    by_policy
        || match command.name() {
            Some("curl" | "wget" | "http") => posts(),
            Some("gh") => {
                matches!(words.get(1..3), Some(["issue" | "pr", "create" | "comment" | "reopen" | "edit"]))
                    || words.contains(&"api")
            }
            Some("mail" | "sendmail" | "mailx" | "mutt" | "slack" | "ntfy") => true,
            Some("aws") => words.contains(&"sns"),
            _ => false,
        }
}

/// Whether another workflow that this one's end starts tells somebody, or may do so.
fn is_watched(evidence: &Evidence<'_>, workflow: &Doc<'_, Workflow<'_>>, params: &Params) -> bool {
    let name = workflow.name.unwrap_or(workflow.file.path());
    evidence.workflows.iter().any(|other| {
        let mut started = other.triggers.iter().filter(|trigger| trigger.event == "workflow_run");
        let by_this = started.any(|trigger| {
            let names = trigger.options.and_then(|options| options.get("workflows"));
            names.into_iter().flat_map(Node::one_or_many).filter_map(Node::text).any(|known| known == name)
        });
        by_this && other.jobs.iter().flat_map(|job| &job.steps).any(|step| tells(step, params) != Some(false))
    })
}
