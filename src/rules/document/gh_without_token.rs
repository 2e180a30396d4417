//! The rule `gh-without-token`.

use crate::evidence::{Evidence, StepRef};
use crate::parse::shell::{Command, Script, Word};
use crate::parse::workflow::Step;
use crate::rules::support::runners;
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};

rule! {
    /// # What it checks
    ///
    /// A step that runs `gh`, GitHub's program for the command line, has a token: `GH_TOKEN` or `GITHUB_TOKEN` in the `env`
    /// of the step, the job or the workflow.
    ///
    /// Not judged: commands that ask nothing of GitHub (`gh --version`); scripts that set a token themselves, log in, or
    /// read variables from a file; jobs in which an earlier step may have set one; jobs on runners of one's own, where
    /// somebody may be logged in; composite actions, whose callers may set it.
    ///
    /// # Why it matters
    ///
    /// Runners do not hand their token to scripts, so `gh` ends with an error, often in the last step of a release.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/release.yml
    /// on:
    ///   push:
    ///     tags: ['v*']
    /// jobs:
    ///   release:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: actions/checkout@v4
    ///       - run: gh release create "$GITHUB_REF_NAME" --generate-notes
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/release.yml
    /// on:
    ///   push:
    ///     tags: ['v*']
    /// jobs:
    ///   release:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: actions/checkout@v4
    ///       - run: gh release create "$GITHUB_REF_NAME" --generate-notes
    ///         env:
    ///           GH_TOKEN: ${{ github.token }}
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// The image of the job's container brings a login along.
    pub struct GhWithoutToken;
    id: "gh-without-token",
    family: Document,
    level: Error,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "Runners do not hand their token to scripts, so `gh` ends with an error.";

const TOKENS: [&str; 4] = ["GH_ENTERPRISE_TOKEN", "GH_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "GITHUB_TOKEN"];

/// Subcommands that ask nothing of GitHub.
const LOCAL: [&str; 6] = ["alias", "auth", "completion", "config", "help", "version"];

/// Deepest `sh -c` that is looked into.
const MAX_DEPTH: usize = 4;

fn check(evidence: &Evidence<'_>, _params: &NoParams, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let (mut steps, mut open) = (0, 0);
    for job in evidence.jobs() {
        let mut hosted = None;
        let mut left_before = false;
        for step in &job.job.steps {
            let left_by_earlier = left_before;
            left_before = left_before || may_set_token(step);
            let at = StepRef { file: job.file, job: Some(job), steps: &job.job.steps, step };
            let Some(run) = &at.step.run else { continue };
            let calls = run.script.commands_deep(MAX_DEPTH);
            let Some(call) = calls.iter().map(|deep| &deep.command).find(|command| asks_github(command)) else {
                continue;
            };
            if has_token(at) {
                steps += 1;
                continue;
            }
            let unknown = at.environments().any(|env| !env.is_mapping())
                || sets_token(&run.script)
                || left_by_earlier
                || !*hosted.get_or_insert_with(|| runners::is_hosted(job.job));
            if unknown {
                open += 1;
                continue;
            }
            steps += 1;
            let words: Vec<&str> = call.words.iter().take(3).map(|word| word.text.as_str()).collect();
            spots.push(Spot {
                file: at.file,
                span: run.span(call.span),
                path: run.node.path(),
                message: format!("{} runs `{} …` without `GH_TOKEN`", at.title(), words.join(" ")),
                detail: String::new(),
                edits: Vec::new(),
            });
        }
    }
    sink.subjects(steps);
    sink.fact(format!("{} with a call of `gh`, {} with a token", count(steps, "step"), steps - spots.len()));
    if open > 0 {
        sink.fact(format!("{} not judged: a token may be set where it is not seen", count(open, "step")));
    }
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} steps run `gh` without `GH_TOKEN`", group.len()),
        |_| "Give the step the token of the job, and the job the permissions that the call needs:\n\n    env:\n      GH_TOKEN: ${{ github.token }}\n".to_owned(),
    );
}

/// Whether a command is a call of `gh` that needs a token.
fn asks_github(command: &Command) -> bool {
    if command.name() != Some("gh") || command.assignments.iter().any(|a| TOKENS.contains(&a.name.as_str())) {
        return false;
    }
    // `env GH_TOKEN=x gh …`
    if command.words.iter().any(names_token) {
        return false;
    }
    let args = command.args();
    let verb = args.iter().find(|word| !word.text.starts_with('-'));
    let only_help = args.iter().any(|word| matches!(word.text.as_str(), "--version" | "--help" | "-h"));
    !only_help && verb.is_some_and(|verb| !verb.dynamic && !LOCAL.contains(&verb.text.as_str()))
}

/// Whether a word is `GH_TOKEN=…` or the like.
fn names_token(word: &Word) -> bool {
    word.text.split_once('=').is_some_and(|(name, _)| TOKENS.contains(&name))
}

fn has_token(at: StepRef<'_>) -> bool {
    TOKENS.iter().any(|name| at.environment(name).is_some_and(|value| !value.is_null() && value.text() != Some("")))
}

/// Whether a script sets a token, logs in, or reads variables from elsewhere.
fn sets_token(script: &Script) -> bool {
    script.commands_deep(MAX_DEPTH).iter().any(|deep| {
        let command = &deep.command;
        let logs_in = command.name() == Some("gh")
            && command.args().first().is_some_and(|word| word.text == "auth")
            && command.args().get(1).is_some_and(|word| word.text != "status");
        let reads = matches!(command.name(), Some("source" | "." | "eval" | "read"));
        let assigns = command.assignments.iter().any(|assignment| TOKENS.contains(&assignment.name.as_str()));
        logs_in || reads || (assigns && command.words.is_empty()) || command.words.iter().any(names_token)
    }) || script.commands.iter().flat_map(|command| &command.redirects).any(|redirect| {
        // Lines for the environment may come from a here-document.
        redirect.op.starts_with("<<")
    })
}

/// Whether a step may leave a token for the steps after it: a script that sets one, or an action that is not known to set
/// none.
fn may_set_token(step: &Step<'_>) -> bool {
    if let Some(run) = &step.run {
        return !run.shell.is_posix() || sets_token(&run.script);
    }
    let Some(uses) = &step.uses else { return false };
    // Such actions bring variables from a store of secrets, or log in.
    uses.action().is_none_or(|action| {
        let words = [
            "secret",
            "vault",
            "doppler",
            "1password",
            "infisical",
            "dotenv",
            "env",
            "login",
            "auth",
            "token",
            "gh-cli",
        ];
        action.split(['/', '-', '_']).any(|part| words.contains(&part) || words.contains(&part.trim_end_matches('s')))
    })
}
