//! The rule `environment-file-injection`.

use crate::evidence::Evidence;
use crate::parse::expression;
use crate::parse::workflow::Step;
use crate::rules::support::outsiders::{self, Content, End, EnvironmentFile, Outsiders, Reach, Taint, Write, writes};
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};

rule! {
    /// # What it checks
    ///
    /// No text of outsiders that can have line breaks (bodies, comments, messages of commits) is written to
    /// `GITHUB_ENV` or `GITHUB_OUTPUT` as `NAME=value`, or between `NAME<<EOF` and a line that everybody can guess; no
    /// text of outsiders at all is written to `GITHUB_PATH`; and a workflow that follows runs for pull requests writes no
    /// file out of their artifacts there. Variables that `env` sets from such texts count as the texts.
    ///
    /// Not judged: titles and names of branches, which have no line breaks; values that a command changes first; values
    /// that end at a text made in the run; places behind a condition on the author, the repository of the head, a label,
    /// or a check of rights. `echo` and `printf` are followed, other programs are not.
    ///
    /// # Why it matters
    ///
    /// Each line is a variable of its own. The second line of a comment can set `LD_PRELOAD` or `PATH` for all later
    /// steps, or another output than the step meant; without an outsider's doing it breaks the step.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/bot.yml
    /// on: issue_comment
    /// jobs:
    ///   answer:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - env:
    ///           BODY: ${{ github.event.comment.body }}
    ///         run: echo "COMMENT=$BODY" >> "$GITHUB_ENV"
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/bot.yml
    /// on: issue_comment
    /// jobs:
    ///   answer:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - env:
    ///           BODY: ${{ github.event.comment.body }}
    ///         run: |
    ///           end=$(openssl rand -hex 16)
    ///           {
    ///             echo "COMMENT<<$end"
    ///             echo "$BODY"
    ///             echo "$end"
    ///           } >> "$GITHUB_ENV"
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// An earlier step makes sure that the text has one line.
    pub struct EnvironmentFileInjection;
    id: "environment-file-injection",
    family: Security,
    level: Error,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "Each line of the file is a setting of its own, so whoever writes the text can set other variables for later steps.";

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let outsiders = Outsiders::new(evidence);
    let mut spots = Vec::new();
    let mut seen = 0;
    for workflow in &evidence.workflows {
        for job in &workflow.jobs {
            for step in &job.steps {
                let at = outsiders::Spot::of_workflow(workflow.file, &workflow.value, Some(job), Some(step));
                let earlier = job.steps.get(..step.index).unwrap_or(&[]);
                look(&outsiders, &at, workflow.file, step, earlier, &mut seen, &mut spots);
            }
        }
    }
    for action in &evidence.actions {
        for step in &action.steps {
            let at = outsiders::Spot::of_action(action.file, &action.value, Some(step));
            look(&outsiders, &at, action.file, step, &[], &mut seen, &mut spots);
        }
    }
    sink.subjects(seen);
    let files = count(seen, "write to an environment file");
    sink.fact(format!("{files}, {} with text of outsiders", spots.len()));
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} commands write text of outsiders to environment files", group.len()),
        |group| group.first().map_or(String::new(), |spot| spot.detail.clone()),
    );
}

fn look<'e>(
    outsiders: &Outsiders<'e>,
    at: &outsiders::Spot<'e>,
    file: &'e crate::evidence::File<'e>,
    step: &'e Step<'e>,
    earlier: &'e [Step<'e>],
    seen: &mut usize,
    spots: &mut Vec<Spot<'e>>,
) {
    let Some(run) = &step.run else { return };
    for write in writes(&run.script) {
        *seen += 1;
        let held = held(outsiders, at, &write).filter(|taint| harms(&write, taint)).map(|taint| {
            let lines = if write.file == EnvironmentFile::Path { "" } else { ", which can have line breaks," };
            format!("`{}`{lines} is written to `{}`", taint.path, write.file.variable())
        });
        let fetched = || {
            let foreign = write.from_file && write.end != End::Made && earlier.iter().any(fetches_artifact);
            let reached = foreign && outsiders.reach_by(&["workflow_run"], at) == Some(Reach::Privileged);
            let file = write.file.variable();
            reached.then(|| format!("a file that came with the artifact of another run is written to `{file}`"))
        };
        let Some(message) = held.or_else(fetched) else { continue };
        spots.push(Spot {
            file,
            span: run.span(write.span),
            path: run.node.path(),
            message,
            detail: fix(&write),
            edits: Vec::new(),
        });
    }
}

/// The text of outsiders that a command writes, the worst of several.
fn held<'e>(outsiders: &Outsiders<'e>, at: &outsiders::Spot<'e>, write: &Write) -> Option<Taint> {
    let mut taints: Vec<Taint> = write.variables.iter().flat_map(|name| outsiders.variable(name, at)).collect();
    for text in &write.expressions {
        if let Ok(expr) = expression::parse(text, 0) {
            taints.extend(outsiders.taints(&expr, at));
        }
    }
    taints.into_iter().filter(|taint| harms(write, taint)).max_by_key(|taint| taint.reach)
}

fn harms(write: &Write, taint: &Taint) -> bool {
    match (write.file, write.end) {
        (EnvironmentFile::Path, _) => taint.reach == Reach::Privileged,
        (_, End::Line) => taint.content == Content::Text,
        // A text that ends too early by chance is rare; one that is made to is not.
        (_, End::Fixed) => taint.content == Content::Text && taint.reach == Reach::Privileged,
        (_, End::Made) => false,
    }
}

/// Whether a step fetches the artifact of another run.
fn fetches_artifact(step: &Step<'_>) -> bool {
    if let Some(uses) = &step.uses {
        let own = uses.is_any(&["actions/download-artifact"]);
        let script = step.input("script").and_then(crate::parse::yaml::Node::text).unwrap_or_default();
        return own && step.input("run-id").is_some()
            || uses.is_any(&["dawidd6/action-download-artifact"])
            || uses.is_any(&["actions/github-script"]) && script.contains("downloadArtifact");
    }
    let commands = step.run.iter().flat_map(|run| &run.script.commands);
    let words = |command: &crate::parse::shell::Command| {
        command.args().iter().take(2).map(|word| word.text.clone()).collect::<Vec<_>>()
    };
    commands.filter(|command| command.name() == Some("gh")).any(|command| words(command) == ["run", "download"])
}

fn fix(write: &Write) -> String {
    if write.file == EnvironmentFile::Path {
        return "Add only folders to `GITHUB_PATH` that the workflow itself names.\n".to_owned();
    }
    let name = write.name.as_deref().unwrap_or("NAME");
    let file = write.file.variable();
    format!(
        "End the value at a text that nobody can guess:\n\n    end=$(openssl rand -hex 16)\n    {{ echo \"{name}<<$end\"; echo \"$VALUE\"; echo \"$end\"; }} >> \"${file}\"\n\nor keep one line of it: `$(printf '%s' \"$VALUE\" | head -n 1)`, or check that it is what you expect.\n"
    )
}
