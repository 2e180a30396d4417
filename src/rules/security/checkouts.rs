//! What jobs check out of pull requests, and whether they run it.

use crate::evidence::{JobRef, StepRef, paths};
use crate::model::Span;
use crate::parse::expression::{self, Kind};
use crate::parse::shell::{Command, Word};
use crate::parse::workflow::{Job, Permissions, Step, Target, is_dynamic};
use crate::parse::yaml::Node;
use crate::rules::support::outsiders::{Outsiders, Reach, Spot, Wanted, sources};

/// A step that puts what an outsider wrote into the workspace.
#[derive(Debug)]
pub(super) struct Foreign<'e> {
    /// The step.
    pub(super) step: &'e Step<'e>,
    /// What names the outsider's code.
    pub(super) span: Span,
    /// As written, in one line.
    pub(super) written: String,
    /// The folder it is put in, empty for the workspace itself.
    folder: &'e str,
}

/// A place where a job runs code.
#[derive(Debug)]
pub(super) struct Execution<'e> {
    /// The step.
    pub(super) step: &'e Step<'e>,
    /// The bytes that say so.
    pub(super) span: Span,
    /// The command or the action.
    pub(super) what: String,
}

/// The steps of a job that check out what outsiders wrote while the run has the rights of the repository.
pub(super) fn foreign<'e>(outsiders: &Outsiders<'e>, job: JobRef<'e>) -> Vec<Foreign<'e>> {
    let at = |step| Spot::of_workflow(job.file, job.workflow, Some(job.job), Some(step));
    job.job
        .steps
        .iter()
        .filter_map(|step| by_action(outsiders, &at(step), step).or_else(|| by_command(outsiders, &at(step), step)))
        .collect()
}

/// Whether a step is `actions/checkout`.
pub(super) fn is_checkout(step: &Step<'_>) -> bool {
    step.uses.as_ref().is_some_and(|uses| uses.is_any(&["actions/checkout"]))
}

/// The folder of a checkout, empty for the workspace itself.
pub(super) fn folder<'e>(step: &Step<'e>) -> &'e str {
    let path = step.input("path").and_then(Node::text).unwrap_or("");
    path.trim_start_matches("./").trim_end_matches('/').trim_matches('.')
}

fn by_action<'e>(outsiders: &Outsiders<'e>, at: &Spot<'e>, step: &'e Step<'e>) -> Option<Foreign<'e>> {
    if !is_checkout(step) {
        return None;
    }
    ["ref", "repository"].into_iter().find_map(|name| {
        let node = step.input(name)?;
        let text = node.text()?;
        let named = expression::templates(node).into_iter().any(|template| {
            template.expr.as_ref().is_ok_and(|expr| {
                let of_pull = text.contains("pull/")
                    || expr.all().iter().any(|part| matches!(&part.kind, Kind::Text(text) if text.contains("pull/")));
                is_reached(outsiders, expr, at, Wanted::Commits)
                    || of_pull && is_reached(outsiders, expr, at, Wanted::Numbers)
            })
        });
        let written = format!("{name}: {}", text.split_whitespace().collect::<Vec<_>>().join(" "));
        named.then(|| Foreign { step, span: node.span(), written, folder: folder(step) })
    })
}

fn is_reached<'e>(outsiders: &Outsiders<'e>, expr: &expression::Expr, at: &Spot<'e>, wanted: Wanted) -> bool {
    outsiders.wanted(wanted, expr, at).iter().any(|taint| taint.reach == Reach::Privileged)
}

/// `gh pr checkout NUMBER`, `git fetch origin pull/NUMBER/head` and a `git checkout` after it, `git checkout COMMIT`.
fn by_command<'e>(outsiders: &Outsiders<'e>, at: &Spot<'e>, step: &'e Step<'e>) -> Option<Foreign<'e>> {
    let run = step.run.as_ref()?;
    let commands = &run.script.commands;
    let is_git = |command: &Command, verbs: &[&str]| {
        command.name() == Some("git") && command.args().iter().any(|word| verbs.contains(&word.text.as_str()))
    };
    let found = commands.iter().enumerate().find(|(index, command)| {
        let words = || command.args().iter();
        let holds = |wanted| names(outsiders, at, words(), wanted);
        let args: Vec<&str> = words().map(|word| word.text.as_str()).take(2).collect();
        if command.name() == Some("gh") && args == ["pr", "checkout"] {
            return holds(Wanted::Numbers) || holds(Wanted::Commits);
        }
        if is_git(command, &["checkout", "switch", "reset", "merge", "pull"]) && holds(Wanted::Commits) {
            return true;
        }
        let fetches = is_git(command, &["fetch", "pull"])
            && words().any(|word| word.text.contains("pull/"))
            && holds(Wanted::Numbers);
        let later = commands.get(index + 1..).unwrap_or(&[]);
        fetches
            && (is_git(command, &["pull"])
                || later.iter().any(|command| is_git(command, &["checkout", "switch", "reset", "merge"])))
    });
    let (_, command) = found?;
    let written = run.text.get(command.span.range())?;
    Some(Foreign {
        step,
        span: run.span(command.span),
        written: written.split_whitespace().collect::<Vec<_>>().join(" "),
        folder: "",
    })
}

/// Whether words hold what names an outsider's commit or pull request, by an expression or a variable of `env`.
fn names<'e, 'w>(
    outsiders: &Outsiders<'e>,
    at: &Spot<'e>,
    words: impl Iterator<Item = &'w Word>,
    wanted: Wanted,
) -> bool {
    let (variables, expressions) = sources(words);
    let parsed = expressions.iter().filter_map(|text| expression::parse(text, 0).ok());
    let of_variables = variables.iter().filter_map(|name| expression::parse(&format!("env.{name}"), 0).ok());
    parsed.chain(of_variables).any(|expr| is_reached(outsiders, &expr, at, wanted))
}

/// The first place after a checkout where the job runs what it brought.
pub(super) fn execution<'e>(job: JobRef<'e>, foreign: &Foreign<'e>) -> Option<Execution<'e>> {
    let steps = job.job.steps.as_slice();
    let own = foreign.step.run.as_ref().map(|run| (foreign.step, run));
    if let Some((step, run)) = own {
        let after = run.script.commands.iter().filter(|command| run.span(command.span).offset > foreign.span.offset);
        for command in after {
            if executes(command, "", false) {
                return Some(Execution { step, span: run.span(command.span), what: line(run.text, command) });
            }
        }
    }
    for step in steps.get(foreign.step.index + 1..).unwrap_or(&[]) {
        if is_checkout(step) && folder(step) == foreign.folder {
            // Something else takes its place.
            return None;
        }
        if let Some(uses) = &step.uses {
            let local = matches!(uses.target, Target::Local(path) if is_under(path, foreign.folder));
            let builds = foreign.folder.is_empty() && runs_the_project(step);
            if local || builds {
                return Some(Execution { step, span: uses.node.span(), what: uses.text.to_owned() });
            }
        }
        let Some(run) = &step.run else { continue };
        let here = StepRef { file: job.file, job: Some(job), steps, step }.working_directory();
        let root = paths::root(job.file.path());
        let here = here.as_deref().and_then(|here| here.strip_prefix(root)).unwrap_or("").trim_start_matches('/');
        let mut inside = is_under(here, foreign.folder);
        for command in &run.script.commands {
            if matches!(command.name(), Some("cd" | "pushd")) {
                inside |= command.args().iter().any(|word| is_under(&word.text, foreign.folder));
            }
            if executes(command, foreign.folder, inside) {
                return Some(Execution { step, span: run.span(command.span), what: line(run.text, command) });
            }
        }
    }
    None
}

fn line(text: &str, command: &Command) -> String {
    let written = text.get(command.span.range()).unwrap_or_default();
    let line = written.lines().next().unwrap_or_default().trim_end_matches('\\').trim();
    if line.chars().count() <= 60 { line.to_owned() } else { line.chars().take(59).chain(['…']).collect() }
}

/// Whether a path of the workspace is a folder or lies in it.
fn is_under(path: &str, folder: &str) -> bool {
    let path = path.trim_start_matches("./");
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Actions that build or test the project in the workspace.
const PROJECT_ACTIONS: [&str; 14] = [
    "actions-rs/cargo",
    "actions-rs/clippy-check",
    "bahmutov/npm-install",
    "borales/actions-yarn",
    "cypress-io/github-action",
    "devcontainers/ci",
    "docker/bake-action",
    "github/codeql-action/autobuild",
    "goreleaser/goreleaser-action",
    "gradle/gradle-build-action",
    "pre-commit/action",
    "super-linter/super-linter",
    "wagoid/commitlint-github-action",
    "cloudflare/wrangler-action",
];

fn runs_the_project(step: &Step<'_>) -> bool {
    let Some(uses) = &step.uses else { return false };
    let is_true = |input: &str| step.input(input).and_then(Node::as_bool) == Some(true);
    uses.is_any(&PROJECT_ACTIONS)
        || uses.is_any(&["ruby/setup-ruby"]) && is_true("bundler-cache")
        // Without a context of its own it builds the commit of the run, not the workspace.
        || uses.is_any(&["docker/build-push-action"])
            && step.input("context").and_then(Node::text).is_some_and(|context| !is_dynamic(context) && !context.contains("://"))
}

/// Programs that run what the project in the working directory says, whatever their arguments.
const PROJECT_PROGRAMS: [&str; 43] = [
    "ansible-playbook",
    "bazel",
    "bazelisk",
    "bun",
    "bundle",
    "cargo",
    "composer",
    "ctest",
    "docker-compose",
    "dotnet",
    "eslint",
    "gradle",
    "gradlew",
    "hatch",
    "jekyll",
    "jest",
    "just",
    "make",
    "mix",
    "mkdocs",
    "msbuild",
    "mvn",
    "mvnw",
    "ninja",
    "nox",
    "npm",
    "npx",
    "pdm",
    "pipenv",
    "playwright",
    "pnpm",
    "poetry",
    "pre-commit",
    "pytest",
    "rake",
    "sbt",
    "sphinx-build",
    "task",
    "terraform",
    "tox",
    "vitest",
    "xcodebuild",
    "yarn",
];

/// Programs that run the file in their first operand.
const INTERPRETERS: [&str; 13] =
    ["bash", "sh", "zsh", "dash", "source", ".", "python", "python3", "node", "ruby", "perl", "php", "deno"];

/// Whether a command runs code of the project in a folder. `inside`: it starts in that folder.
fn executes(command: &Command, folder: &str, inside: bool) -> bool {
    let inside = inside || folder.is_empty();
    let Some(name) = command.name() else { return false };
    let args = command.args();
    let operand = args.iter().find(|word| !word.text.starts_with('-'));
    // `--prefix pr`, `-C pr`
    let pointed = args.windows(2).any(|pair| {
        matches!(pair, [option, value] if matches!(option.text.as_str(), "--prefix" | "-C" | "--cwd" | "--dir" | "-f" | "--manifest-path") && !folder.is_empty() && is_under(&value.text, folder))
    });
    if PROJECT_PROGRAMS.contains(&name) {
        let told =
            args.iter().any(|word| matches!(word.text.as_str(), "--version" | "-v" | "-g" | "--global" | "config"));
        return (inside || pointed) && !told;
    }
    let verb = operand.map_or("", |word| word.text.as_str());
    match name {
        "go" => (inside || pointed) && matches!(verb, "test" | "run" | "generate" | "tool"),
        "docker" => inside && matches!(verb, "build" | "buildx" | "compose"),
        "uv" => inside && matches!(verb, "run" | "sync" | "build"),
        "pip" | "pip3" => inside && verb == "install" && args.iter().any(|word| is_project(&word.text)),
        _ if INTERPRETERS.contains(&name) => runs_file(args, folder, inside),
        _ => {
            // `./build.sh`, `pr/build.sh`
            let program = crate::parse::shell::peel(&command.words).first();
            program.is_some_and(|word| {
                let path = word.text.as_str();
                let relative = path.contains('/') && !path.starts_with(['/', '~', '$']) && !path.contains("..");
                relative && (inside || is_under(path, folder))
            })
        }
    }
}

fn is_project(word: &str) -> bool {
    matches!(word, "." | "-r" | "-e" | "--requirement" | "--editable")
        || word.starts_with("./")
        || word.starts_with(".[")
}

/// Whether an interpreter's arguments name a file of the project, or a module that runs it.
fn runs_file(args: &[Word], folder: &str, inside: bool) -> bool {
    for (at, word) in args.iter().enumerate() {
        match word.text.as_str() {
            "-c" | "-e" | "-" => return false,
            "-m" => {
                let module = args.get(at + 1).map_or("", |word| word.text.as_str());
                return inside && matches!(module, "pytest" | "build" | "unittest" | "tox" | "nox" | "pip") && {
                    module != "pip" || args.iter().any(|word| is_project(&word.text))
                };
            }
            option if option.starts_with('-') => {}
            path => {
                return !path.starts_with(['/', '~', '$'])
                    && !path.contains("..")
                    && (inside || is_under(path, folder));
            }
        }
    }
    false
}

/// Whether the token of a job may write; what nobody says counts as yes, for it is the older default.
pub(super) fn token_may_write(job: JobRef<'_>) -> bool {
    match job.job.permissions().or_else(|| job.workflow.permissions()) {
        Some(Permissions::ReadAll) => false,
        Some(Permissions::Scopes(scopes)) => scopes.iter().any(|scope| scope.level.text() == Some("write")),
        Some(Permissions::WriteAll | Permissions::Unknown) | None => true,
    }
}

/// Whether a job reads a secret other than its token.
pub(super) fn reads_secrets(job: JobRef<'_>) -> bool {
    let of_job = |own: Option<&Job<'_>>| own.is_none_or(|own| std::ptr::eq(own, job.job));
    let expressions = job.workflow.expressions();
    let here = expressions
        .iter()
        .filter(|found| of_job(found.site.job) && (found.site.job.is_some() || found.site.key == "env"));
    here.filter_map(|found| found.template.expr.as_ref().ok()).any(|expr| {
        let secret = |read: &expression::Reference<'_>| {
            read.is("secrets") && !read.name(0).is_some_and(|name| name.eq_ignore_ascii_case("GITHUB_TOKEN"))
        };
        expr.contexts().iter().any(secret)
    })
}
