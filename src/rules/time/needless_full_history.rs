//! The rule `needless-full-history`.

use crate::evidence::{Evidence, JobRef};
use crate::parse::shell::Command;
use crate::parse::workflow::{Step, Target};
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};

rule! {
    /// # What it checks
    ///
    /// A job that checks out the whole history (`fetch-depth: 0`) has a step that may read it. It fires only where every
    /// other step of the job is known to read no history: set-up, cache and artifact actions of GitHub, and commands such
    /// as `npm ci`, `pytest`, `go test`, `cargo fmt`, `ruff`, `eslint`.
    ///
    /// Not judged, because it may read history or tags: any other command or action, all scripts of the repository, `git`,
    /// builds (many take their version from a tag).
    ///
    /// # Why it matters
    ///
    /// A large repository takes minutes to check out with all its history, and seconds without.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   lint:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: actions/checkout@v4
    ///         with:
    ///           fetch-depth: 0
    ///       - uses: actions/setup-node@v4
    ///       - run: npm ci
    ///       - run: npx eslint .
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   lint:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: actions/checkout@v4
    ///         with:
    ///           fetch-depth: 1
    ///       - uses: actions/setup-node@v4
    ///       - run: npm ci
    ///       - run: npx eslint .
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// A tool reads the history without saying so.
    pub struct NeedlessFullHistory;
    id: "needless-full-history",
    family: Time,
    level: Info,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "A large repository takes minutes to check out with all its history, and seconds without.";

/// Repositories of GitHub whose actions read no history.
const ACTIONS: [&str; 12] = [
    "cache",
    "checkout",
    "configure-pages",
    "deploy-pages",
    "download-artifact",
    "setup-dotnet",
    "setup-go",
    "setup-java",
    "setup-node",
    "setup-python",
    "upload-artifact",
    "upload-pages-artifact",
];

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let (mut judged, mut open) = (0, 0);
    for job in evidence.jobs() {
        for step in &job.job.steps {
            if !step.uses.as_ref().is_some_and(|uses| uses.is_any(&["actions/checkout"])) {
                continue;
            }
            let Some(depth) = step.input("fetch-depth") else {
                judged += 1;
                continue;
            };
            if depth.text().map(str::trim) != Some("0") {
                judged += 1;
            } else if may_read_history(job) {
                open += 1;
            } else {
                judged += 1;
                spots.push(Spot {
                    file: job.file,
                    span: depth.span(),
                    path: depth.path(),
                    message: format!(
                        "job `{}` checks out the whole history, and none of its steps reads it",
                        job.job.id
                    ),
                    detail: String::new(),
                    edits: Vec::new(),
                });
            }
        }
    }
    sink.subjects(judged);
    sink.fact(format!("{}, {} with no more history than needed", count(judged, "checkout"), judged - spots.len()));
    if open > 0 {
        sink.fact(format!("{} of the whole history not judged: a step may read it", count(open, "checkout")));
    }
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} jobs check out the whole history, and none of their steps reads it", group.len()),
        |_| "Leave `fetch-depth: 0` out; the newest commit alone is the default.".to_owned(),
    );
}

fn may_read_history(job: JobRef<'_>) -> bool {
    job.job.steps.iter().any(|step| !reads_none(step))
}

fn reads_none(step: &Step<'_>) -> bool {
    match (&step.uses, &step.run) {
        (Some(uses), _) => {
            matches!(uses.target, Target::Remote { owner: "actions", repo, .. } if ACTIONS.contains(&repo))
        }
        (None, Some(run)) => {
            run.shell.is_posix() && run.script.problems.is_empty() && run.script.commands.iter().all(is_known)
        }
        (None, None) => false,
    }
}

/// Whether a command is known to look at the files as they are, and at nothing else.
fn is_known(command: &Command) -> bool {
    let Some(name) = command.name() else { return true };
    let args: Vec<&str> = command.args().iter().map(|word| word.text.as_str()).collect();
    let verb = args.iter().copied().find(|arg| !arg.starts_with('-')).unwrap_or_default();
    match name {
        "echo" | "printf" | "cd" | "mkdir" | "set" | "export" | "ls" | "cat" | "cp" | "mv" | "rm" | "true" | "test"
        | "[" | "sudo" | "apt-get" | "apt" | "eslint" | "prettier" | "tsc" | "black" | "flake8" | "isort" | "ruff"
        | "mypy" | "pytest" | "shellcheck" | "yamllint" | "hadolint" | "corepack" => true,
        "npm" | "pnpm" | "yarn" => matches!(verb, "ci" | "install" | "i"),
        "npx" => matches!(verb, "eslint" | "prettier" | "tsc" | "vitest" | "jest"),
        "go" => matches!(verb, "test" | "vet" | "mod" | "version"),
        "cargo" => verb == "fmt",
        // `pip install .` builds, and builds may look for tags.
        "pip" | "pip3" => verb == "install" && args.windows(2).any(|pair| matches!(pair, ["-r" | "--requirement", _])),
        _ => false,
    }
}
