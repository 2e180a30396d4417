//! The rule `lost-exit-code`.

use crate::evidence::docker::{build_call, has_option};
use crate::evidence::{Evidence, StepRef};
use crate::model::{Edit, Span};
use crate::parse::shell::{Command, Fate, Loss, Node, Scope, ScopeKind, Script, ShellOptions, Word, peel};
use crate::parse::workflow::{Run, Shell};
use crate::rules::support::test_runs::{TestRun, placed, runs_on_linux, shell_options, test_runs};
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};

rule! {
    /// # What it checks
    ///
    /// A test or build command whose output goes through a pipe into a program that passes it on (`tee`, `sed`, `head`,
    /// `xcpretty`) fails its step. Where no `shell` is named, GitHub starts `bash -e`, and a pipe has the status of its last
    /// command; with `shell: bash` it is `bash --noprofile --norc -eo pipefail`, and a failure anywhere in the pipe counts.
    ///
    /// Not judged: `set -o pipefail` before it, `PIPESTATUS` after it; a pipe into a program that judges what it reads
    /// (`grep`, `go-junit-report -set-exit-code`); pipes inside `$( )`, before `||` and in conditions; a step that may fail;
    /// a later command that reads the file that `tee` wrote; PowerShell, which has no such options.
    ///
    /// # Why it matters
    ///
    /// The tests fail, `tee` succeeds, and the step is green.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: pytest | tee pytest.log
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: pytest | tee pytest.log
    ///         shell: bash
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// Another step finds out whether the command has failed.
    pub struct LostExitCode;
    id: "lost-exit-code",
    family: Tests,
    level: Warning,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "The command fails, the last program of the pipe succeeds, and the step is green.";

/// Programs that pass on what they read, and fail for reasons of their own only.
const PASSES_ON: [&str; 22] = [
    "tee",
    "cat",
    "sed",
    "awk",
    "gawk",
    "tr",
    "cut",
    "sort",
    "uniq",
    "column",
    "ts",
    "head",
    "tail",
    "wc",
    "nl",
    "fmt",
    "xcpretty",
    "xcbeautify",
    "gotestfmt",
    "tojunit",
    "cargo2junit",
    "indent",
];

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let (mut piped, mut open) = (0, 0);
    for at in evidence.steps() {
        let Some(run) = at.step.run.as_ref().filter(|run| run.shell.is_posix()) else { continue };
        let options = shell_options(at, run);
        let tests = test_runs(at, &[]);
        // One edit for the step, with its first pipe.
        let mut edit = None;
        let mut is_first = true;
        for (index, command) in run.script.commands.iter().enumerate() {
            let Some(last) = end_of_pipe(&run.script, index) else { continue };
            let first = tests.partition_point(|test| test.host < index);
            let label = tests.get(first).filter(|test| test.host == index).map(|test| test.label.clone());
            let Some(label) = label.or_else(|| build_command(command)) else { continue };
            piped += 1;
            let fate = run.script.fate(index, options);
            if fate != Fate::Lost(Loss::Piped) {
                continue;
            }
            // With `pipefail` the failure would count.
            let counts = run.script.fate(last, options) == Fate::Kept && at.step.continues_on_error() == Some(false);
            let Some(reader) = run.script.commands.get(last).filter(|reader| counts && passes_on(reader)) else {
                open += 1;
                continue;
            };
            if is_read_later(at, &run.script, last, reader) {
                open += 1;
                continue;
            }
            if std::mem::take(&mut is_first) {
                edit = name_shell(at, run, options, &tests);
            }
            let name = reader.name().unwrap_or_default();
            let span = placed(run, Span::between(command.span.offset, reader.span.end()));
            spots.push(Spot {
                file: at.file,
                span,
                path: run.node.path(),
                message: format!(
                    "{}: the result of `{label}` is lost in the pipe into `{name}`, as {} has no `pipefail`",
                    at.title(),
                    if run.shell == Shell::Default { "the shell that GitHub starts by itself" } else { "its shell" }
                ),
                detail: String::new(),
                edits: edit.take().into_iter().collect(),
            });
        }
    }
    sink.subjects(piped);
    sink.fact(format!(
        "{} in a pipe, {} whose result counts",
        count(piped, "test or build command"),
        piped - spots.len() - open
    ));
    if open > 0 {
        sink.fact(format!("not judged: {} whose pipe is looked at in another way", count(open, "command")));
    }
    sink.once_a_file(
        spots,
        WHY,
        |group| {
            let first = group.first().map_or("", |spot| spot.message.as_str());
            format!("the results of {} commands are lost in pipes; the first: {first}", group.len())
        },
        |_| {
            "Name the shell, which GitHub then starts with `pipefail`, or set it in the script:\n\n    shell: bash\n\n    \
             set -o pipefail\n"
                .to_owned()
        },
    );
}

/// The last command of a pipe, when the command stands in it before the end, and the pipe is a plain one.
fn end_of_pipe(script: &Script, index: usize) -> Option<usize> {
    let link = script.commands.get(index)?.link;
    let pipeline = script.pipeline(link)?;
    let substituted =
        |scope: &Scope| matches!(scope.kind, ScopeKind::CommandSubstitution | ScopeKind::ProcessSubstitution);
    if script.enclosing(pipeline.scope).any(substituted) {
        return None;
    }
    let last = pipeline.members.len().checked_sub(1).filter(|last| link.position < *last)?;
    match pipeline.members.get(last)? {
        Node::Command(last) => Some(*last),
        Node::Construct(_) => None,
    }
}

fn passes_on(command: &Command) -> bool {
    let Some(name) = command.name() else { return false };
    let judges = has_option(command.args(), &["-set-exit-code", "--set-exit-code", "--exit-code"]);
    // A program of awk may end with a status of its own.
    let exits = command.args().iter().any(|word| word.text.contains("exit"));
    !judges && !exits && (PASSES_ON.contains(&name) || name == "go-junit-report")
}

/// Most commands after a pipe that are searched for what it wrote.
const MAX_SEARCH: usize = 100;

/// Whether a later command of the step or of the job reads the file that `tee` writes, other than to show or keep it.
fn is_read_later(at: StepRef<'_>, script: &Script, last: usize, reader: &Command) -> bool {
    let mut files: Vec<&str> = Vec::new();
    if reader.name() == Some("tee") {
        files.extend(reader.args().iter().map(|word| word.text.as_str()).filter(|text| !text.starts_with('-')));
    }
    files.extend(reader.redirects.iter().filter(|r| r.op.starts_with('>')).map(|r| r.target.text.as_str()));
    files.retain(|file| !file.starts_with("/dev/") && !file.contains("GITHUB_"));
    let reads = |command: &Command| {
        let shows =
            matches!(command.name(), None | Some("cat" | "echo" | "head" | "tail" | "cp" | "mv" | "rm" | "ls" | "wc"));
        let words = command.words.iter().chain(command.redirects.iter().map(|redirect| &redirect.target));
        !shows && words.into_iter().any(|word| files.iter().any(|file| word.text.contains(file)))
    };
    let later = at.later().iter().filter_map(|step| step.run.as_ref()).flat_map(|run| &run.script.commands);
    !files.is_empty() && script.commands.iter().skip(last + 1).chain(later).take(MAX_SEARCH).any(reads)
}

/// What a command is called that builds something: its failure means that there is nothing to go on with.
fn build_command(command: &Command) -> Option<String> {
    if build_call(command).is_some() {
        return Some("docker build".to_owned());
    }
    let words: Vec<&str> = peel(&command.words).iter().map(|word: &Word| word.text.as_str()).collect();
    if words.iter().any(|word| matches!(*word, "--version" | "--help" | "-h" | "--dry-run" | "-n")) {
        return None;
    }
    let name = command.name()?;
    let verb = words.iter().skip(1).copied().find(|word| !word.starts_with(['-', '+']))?;
    let script = words.iter().skip_while(|word| **word != "run").nth(1).copied().unwrap_or_default();
    let builds = match name {
        "cargo" => matches!(verb, "build" | "check" | "clippy" | "publish"),
        "go" => matches!(verb, "build" | "vet" | "install"),
        "npm" | "yarn" | "pnpm" | "bun" => verb == "build" || script == "build" || script.starts_with("build:"),
        "mvn" | "mvnw" => words.iter().any(|word| matches!(*word, "package" | "install" | "compile" | "deploy")),
        "gradle" | "gradlew" => words.iter().any(|word| matches!(*word, "build" | "assemble")),
        "dotnet" => matches!(verb, "build" | "publish" | "pack"),
        "make" => matches!(verb, "all" | "build" | "install" | "release"),
        "cmake" => words.contains(&"--build"),
        "xcodebuild" => words.iter().any(|word| matches!(*word, "build" | "archive")),
        "terraform" | "tofu" => matches!(verb, "apply" | "destroy" | "validate"),
        "bazel" => verb == "build",
        _ => false,
    };
    let label =
        if script.is_empty() || script == verb { format!("{name} {verb}") } else { format!("{name} run {script}") };
    builds.then_some(label)
}

/// `shell: bash` before `run`: only where nothing but the pipes into `tee` would behave in another way. The runner has to
/// have bash, which containers may not.
fn name_shell(at: StepRef<'_>, run: &Run<'_>, options: ShellOptions, tests: &[TestRun]) -> Option<Edit> {
    let job = at.job?.job;
    let certain = run.shell == Shell::Default
        && job.node.get("container").is_none()
        && runs_on_linux(job) == Some(true)
        && options.errexit == Some(true);
    // Any other command may have failed unseen all along, and rightly so.
    let is_meant = |first: Node| {
        let Node::Command(index) = first else { return false };
        let is_test = tests.binary_search_by_key(&index, |test| test.host).is_ok();
        is_test || run.script.commands.get(index).and_then(build_command).is_some()
    };
    let only_tee = run.script.pipelines.iter().filter(|pipeline| pipeline.members.len() > 1).all(|pipeline| {
        pipeline.members.iter().skip(1).all(|member| match member {
            Node::Command(index) => run.script.commands.get(*index).and_then(Command::name) == Some("tee"),
            Node::Construct(_) => false,
        }) && pipeline.members.first().is_some_and(|first| is_meant(*first))
    });
    // A login profile and the like may be read by one and not by the other; nothing in the script may depend on it.
    if !certain || !only_tee || at.step.node.is_flow() || at.step.node.get("shell").is_some() {
        return None;
    }
    let key = run.node.key()?;
    let offset = key.span().offset;
    let indent = key.tree().text().get(..offset)?.rsplit('\n').next()?.chars().count();
    Some(Edit {
        file: at.file.path().to_owned(),
        offset,
        length: 0,
        text: format!("shell: bash\n{:indent$}", ""),
        safe: true,
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::support::repair::repaired;

    #[test]
    fn the_shell_is_named_where_only_pipes_into_tee_change() {
        let head = "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n";
        let before =
            "      - name: unit\n        run: |\n          pytest | tee log\n          npm test 2>&1 | tee -a log\n";
        let after = before.replace("run: |", "shell: bash\n        run: |");
        assert_eq!(repaired("lost-exit-code", &format!("{head}{before}")), format!("{head}{after}"));
    }

    #[test]
    fn other_pipes_and_containers_are_left_to_the_reader() {
        for (job, step) in [
            ("", "      - run: |\n          ls | head -1\n          pytest | tee log\n"),
            ("", "      - run: |\n          cat notes | tee all\n          pytest | tee log\n"),
            ("    container: alpine\n", "      - run: pytest | tee log\n"),
            ("", "      - { run: pytest | tee log }\n"),
        ] {
            let text = format!("on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n{job}    steps:\n{step}");
            assert_eq!(repaired("lost-exit-code", &text), text);
        }
    }
}
