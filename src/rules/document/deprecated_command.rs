//! The rule `deprecated-command`.

use crate::evidence::{Evidence, StepRef};
use crate::parse::shell::{Command, Node, Redirect, ScopeKind, Script};
use crate::parse::workflow::Run;
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};

rule! {
    /// # What it checks
    ///
    /// No script talks to the runner by `::set-output`, `::save-state`, `::set-env` or `::add-path` in its log. Found are
    /// the texts that `echo` and `printf` write there.
    ///
    /// Not judged: what goes into a file, a pipe or a variable; scripts of shells other than POSIX ones; output of other
    /// programs.
    ///
    /// # Why it matters
    ///
    /// Whatever writes to the log can set these values, a test's output included. Runners have refused `set-env` and
    /// `add-path` since November 2020, and warn of `set-output` and `save-state` since October 2022.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   version:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - id: read
    ///         run: echo "::set-output name=version::$(cat VERSION)"
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   version:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - id: read
    ///         run: echo "version=$(cat VERSION)" >> "$GITHUB_OUTPUT"
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// The workflow runs on a server that has no such files yet.
    pub struct DeprecatedCommand;
    id: "deprecated-command",
    family: Document,
    level: Warning,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "Whatever writes to the log can set these values; runners warn of such commands or refuse them.";

/// A command of the log, the file that takes its place, and whether runners refuse it.
const COMMANDS: [(&str, &str, bool); 4] = [
    ("add-path", "GITHUB_PATH", true),
    ("save-state", "GITHUB_STATE", false),
    ("set-env", "GITHUB_ENV", true),
    ("set-output", "GITHUB_OUTPUT", false),
];

fn check(evidence: &Evidence<'_>, _params: &NoParams, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let mut scripts = 0;
    for at in evidence.steps() {
        let Some(run) = at.step.run.as_ref().filter(|run| run.shell.is_posix()) else { continue };
        scripts += 1;
        for (index, command) in run.script.commands.iter().enumerate() {
            if let Some(spot) = judge(at, run, index, command) {
                spots.push(spot);
            }
        }
    }
    sink.subjects(scripts);
    sink.fact(format!("{}, {} in them", count(scripts, "script"), count(spots.len(), "command of the log")));
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} commands of this file are written to the log, which runners no longer want", group.len()),
        |group| group.first().map(|spot| spot.detail.clone()).unwrap_or_default(),
    );
}

fn judge<'e>(at: StepRef<'e>, run: &Run<'e>, index: usize, command: &Command) -> Option<Spot<'e>> {
    if !matches!(command.name(), Some("echo" | "printf")) {
        return None;
    }
    let words = command.args().iter().skip_while(|word| !word.quoted && word.text.starts_with('-'));
    let text = words.map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
    let body = text.trim_start().strip_prefix("::")?;
    let (name, file, refused) = COMMANDS.into_iter().find(|(name, ..)| {
        body.strip_prefix(name).is_some_and(|rest| rest.starts_with("::") || rest.starts_with(' '))
    })?;
    if !reaches_log(&run.script, index, command) {
        return None;
    }
    let allowed = at.environment("ACTIONS_ALLOW_UNSECURE_COMMANDS").is_some();
    let state = match (refused, allowed) {
        (true, false) => "which runners refuse since November 2020",
        (true, true) => "which runners take only because `ACTIONS_ALLOW_UNSECURE_COMMANDS` is set",
        (false, _) => "of which runners warn since October 2022",
    };
    let parameter =
        body.strip_prefix(name).and_then(|rest| rest.trim_start().strip_prefix("name=")).unwrap_or_default();
    let variable = parameter.split("::").next().filter(|variable| !variable.is_empty()).unwrap_or("NAME");
    let line = if name == "add-path" { "FOLDER".to_owned() } else { format!("{variable}=VALUE") };
    let detail = format!(
        "Write to the file that is there for it (values of several lines: see \"Multiline strings\" in GitHub's documentation of workflow commands):\n\n    echo \"{line}\" >> \"${file}\"\n"
    );
    Some(Spot {
        file: at.file,
        span: run.span(command.span),
        path: run.node.path(),
        message: format!("`::{name}` is written to the log, {state}"),
        detail,
        edits: Vec::new(),
    })
}

/// Whether what a command writes comes to the log: neither a file, a pipe nor a substitution takes it.
fn reaches_log(script: &Script, index: usize, command: &Command) -> bool {
    if redirected(&command.redirects) || piped(script, command.link.pipeline, Node::Command(index)) {
        return false;
    }
    script.enclosing(command.scope).all(|scope| {
        if matches!(scope.kind, ScopeKind::CommandSubstitution | ScopeKind::ProcessSubstitution) {
            return false;
        }
        let around = scope.construct.and_then(|at| Some((at, script.constructs.get(at)?)));
        around.is_none_or(|(at, construct)| {
            !redirected(&construct.redirects) && !piped(script, construct.link.pipeline, Node::Construct(at))
        })
    })
}

fn redirected(redirects: &[Redirect]) -> bool {
    redirects.iter().any(|redirect| {
        let output = matches!(redirect.op, ">" | ">>" | ">|" | "&>" | "&>>");
        output && redirect.descriptor.as_deref().is_none_or(|descriptor| descriptor == "1")
    })
}

/// Whether a member of a pipeline has another one after it.
fn piped(script: &Script, pipeline: usize, member: Node) -> bool {
    script.pipelines.get(pipeline).is_some_and(|pipeline| pipeline.members.last() != Some(&member))
}
