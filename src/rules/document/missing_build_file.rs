//! The rule `missing-build-file`.

use super::reads::{self, Miss};
use crate::evidence::docker::{BakeCall, BuildCall, BuildTool, bake_call, build_call, compose_call, option_value};
use crate::evidence::{Evidence, StepRef, paths};
use crate::model::Span;
use crate::parse::shell::{Command, Script};
use crate::parse::workflow::{Step, is_dynamic};
use crate::parse::yaml::Node;
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, rule};
use std::collections::BTreeMap;

rule! {
    /// # What it checks
    ///
    /// The Dockerfile, compose file, bake file and bake target that a step names are in the repository:
    /// `docker/build-push-action`, `docker/bake-action`, `docker build`, `docker buildx bake` and `docker compose`.
    ///
    /// Judged only where the input looks like the whole repository: it lists files whose names no format has, outside of
    /// `.github`. Not judged: names with expressions or variables in them; steps before which something may have made or
    /// fetched the file; reusable workflows, which run in the repository of their caller; repositories with submodules.
    ///
    /// # Why it matters
    ///
    /// The build ends with "no such file", mostly after a file was moved and in a workflow that runs only for releases.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: actions/checkout@v4
    ///       - run: docker build -f docker/Dockerfile .
    /// ```
    ///
    /// ```c src/main.c
    /// int main(void) { return 0; }
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: actions/checkout@v4
    ///       - run: docker build -f Dockerfile .
    /// ```
    ///
    /// ```dockerfile Dockerfile
    /// FROM scratch
    /// ```
    ///
    /// ```c src/main.c
    /// int main(void) { return 0; }
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// An earlier step makes the file in a way that is not seen.
    pub struct MissingBuildFile;
    id: "missing-build-file",
    family: Document,
    level: Error,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "The step ends with an error when it looks for what is not there.";

/// What a step names.
struct Named {
    /// Any of these paths from the root of the repository will do.
    paths: Vec<String>,
    /// What it is, in words: "the Dockerfile".
    what: &'static str,
    span: Span,
}

/// A target that no bake file defines.
struct NoTarget {
    name: String,
    span: Span,
}

fn check(evidence: &Evidence<'_>, _params: &NoParams, sink: &mut Sink<'_>) {
    let mut trees: BTreeMap<&str, Option<Vec<&str>>> = BTreeMap::new();
    let mut misses = Vec::new();
    let (mut names, mut open) = (0, 0);
    for job in evidence.jobs() {
        if job.workflow.starts_on("workflow_call") {
            continue;
        }
        let root = paths::root(job.file.path());
        let mut workspace = Workspace { checked_out: false, as_given: true };
        for step in &job.job.steps {
            let before = workspace;
            workspace.after(step);
            let at = StepRef { file: job.file, job: Some(job), steps: &job.job.steps, step };
            let (files, targets) = named(evidence, at);
            if files.is_empty() && targets.is_empty() {
                continue;
            }
            let tree = trees.entry(root).or_insert_with(|| {
                evidence.whole_tree(root).map(|mut tree| {
                    tree.sort_unstable();
                    tree
                })
            });
            let Some(tree) = tree.as_ref().filter(|_| before.is_repository(step)) else {
                open += files.len() + targets.len();
                continue;
            };
            names += files.len() + targets.len();
            let in_tree = |path: &String| {
                let path = if root.is_empty() { Some(path.as_str()) } else { path.strip_prefix(root) };
                path.is_none_or(|path| tree.binary_search(&path.trim_start_matches('/')).is_ok())
            };
            for missing in files.iter().filter(|named| !named.paths.iter().any(in_tree)) {
                let Some(path) = missing.paths.first() else { continue };
                let message = format!("{} names {} `{path}`, which is not in the repository", at.title(), missing.what);
                let name = path.rsplit('/').next().unwrap_or(path);
                let alike = tree.iter().copied().filter(|other| other.rsplit('/').next() == Some(name));
                let fix = format!(
                    "Name a file that is there, or add this one.{}",
                    reads::listed("files of this name", alike)
                );
                misses.push(miss(at, missing.span, path, message, fix));
            }
            for missing in targets {
                let message =
                    format!("{} builds the target `{}`, which no bake file defines", at.title(), missing.name);
                let fix = "Name a target or a group that is defined, or define this one.".to_owned();
                misses.push(miss(at, missing.span, &missing.name, message, fix));
            }
        }
    }
    sink.subjects(names);
    sink.fact(count(names, "name of files and targets"));
    if open > 0 {
        sink.fact(format!(
            "{open} not judged: the input is not the whole repository, or a step before may make the file"
        ));
    }
    reads::report(misses, WHY, sink);
}

fn miss<'e>(at: StepRef<'e>, span: Span, what: &str, message: String, fix: String) -> Miss<'e> {
    Miss { file: at.file, span, path: at.step.node.path(), what: what.to_owned(), message, fix }
}

/// The files that a step names, and its bake targets that are not defined.
fn named(evidence: &Evidence<'_>, at: StepRef<'_>) -> (Vec<Named>, Vec<NoTarget>) {
    let (mut found, mut targets) = (Vec::new(), Vec::new());
    if let Some(run) = &at.step.run {
        if changes_folder(&run.script) {
            return (found, targets);
        }
        let Some(folder) = at.working_directory() else { return (found, targets) };
        for command in &run.script.commands {
            of_command(evidence, &folder, command, &mut found, &mut targets);
        }
        for span in
            found.iter_mut().map(|named| &mut named.span).chain(targets.iter_mut().map(|target| &mut target.span))
        {
            *span = run.span(*span);
        }
        return (found, targets);
    }
    let Some(uses) = &at.step.uses else { return (found, targets) };
    let text = |name| at.step.input(name).and_then(Node::text).map(str::trim).unwrap_or_default();
    match uses.action().as_deref() {
        Some("docker/build-push-action") if !text("call").contains("outline") => {
            let span = at.step.input("file").or_else(|| at.step.input("context")).map_or(uses.node.span(), Node::span);
            found.extend(dockerfile(at.root(), text("file"), text("context"), span));
        }
        Some("docker/bake-action") => {
            let span = at.step.input("files").or_else(|| at.step.input("targets")).map_or(uses.node.span(), Node::span);
            let split = |text: &'_ str| -> Vec<String> {
                text.split(['\n', ',']).map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
            };
            let (files, wanted) = (split(text("files")), split(text("targets")));
            let known = [text("files"), text("targets"), text("workdir"), text("source")];
            let plain = text("source").is_empty() || text("source") == ".";
            if plain
                && !known.iter().any(|text| is_dynamic(text))
                && let Some(folder) = paths::join(at.root(), text("workdir"))
            {
                bake(evidence, &folder, &files, &wanted, span, &mut found, &mut targets);
            }
        }
        _ => {}
    }
    (found, targets)
}

fn of_command(
    evidence: &Evidence<'_>,
    folder: &str,
    command: &Command,
    found: &mut Vec<Named>,
    targets: &mut Vec<NoTarget>,
) {
    if let Some(call) = compose_call(command) {
        if call.directory.is_some() {
            return;
        }
        for word in call.files.iter().filter(|word| !word.dynamic) {
            let text = word.text.strip_prefix("--file=").unwrap_or(&word.text);
            if text != "-"
                && !text.contains("://")
                && let Some(path) = paths::join(folder, text)
            {
                found.push(Named { paths: vec![path], what: "the compose file", span: word.span });
            }
        }
        return;
    }
    let Some(call) = build_call(command) else { return };
    match call.tool {
        BuildTool::Build | BuildTool::Buildx => {
            let known = call.args.iter().all(|word| !word.dynamic || word.text.contains(['=', '/', ':']));
            let (Some(context), true) = (context(&call), known) else { return };
            let file = option_value(call.args, &["-f", "--file"]).unwrap_or_default();
            if !file.contains('$') {
                found.extend(dockerfile(folder, file, context, command.span));
            }
        }
        BuildTool::Bake => {
            let Some(BakeCall { files, targets: wanted, dynamic: false, .. }) = bake_call(&call) else { return };
            let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
            bake(evidence, folder, &own(&files), &own(&wanted), command.span, found, targets);
        }
        BuildTool::Compose => {}
    }
}

/// The context of a build, where a word is surely that: a path that no option takes for its value.
fn context<'s>(call: &BuildCall<'s>) -> Option<&'s str> {
    let mut before = None;
    for word in call.args {
        let text = word.text.as_str();
        let of_option = before.replace(text).is_some_and(|before| before.starts_with('-') && !before.contains('='));
        let is_path = text.starts_with("./") || text.starts_with("../") || text.ends_with('/');
        if !word.dynamic && (text == "." || (is_path && !of_option && !text.starts_with('-'))) {
            return Some(text);
        }
    }
    None
}

/// The Dockerfile of a build; `None` where it is not one of the repository.
fn dockerfile(folder: &str, file: &str, context: &str, span: Span) -> Option<Named> {
    let foreign = |text: &str| {
        is_dynamic(text) || text.contains("://") || text.contains('@') || text.contains("{{") || text == "-"
    };
    if foreign(file) || foreign(context) || context.starts_with("github.com/") || context.contains('#') {
        return None;
    }
    let paths = if file.is_empty() {
        let context = paths::join(folder, context)?;
        // Builders take the name in small letters as well.
        vec![paths::join(&context, "Dockerfile")?, paths::join(&context, "dockerfile")?]
    } else {
        vec![paths::join(folder, file)?]
    };
    Some(Named { paths, what: "the Dockerfile", span })
}

/// The bake files of a call, and its targets where all of the files can be read.
fn bake(
    evidence: &Evidence<'_>,
    folder: &str,
    files: &[String],
    wanted: &[String],
    span: Span,
    found: &mut Vec<Named>,
    targets: &mut Vec<NoTarget>,
) {
    let mut defined: Vec<&str> = vec!["default"];
    let mut all_read = !files.is_empty();
    for file in files {
        let plain = file.strip_prefix("cwd://").unwrap_or(file);
        if plain.contains("://") || plain == "-" {
            return;
        }
        let Some(path) = paths::join(folder, plain) else { return };
        match evidence.bake_file(&path) {
            // A target with a matrix has a name for each of its values.
            Some(bake) if bake.of_kind("target").all(|target| target.get("matrix").is_none()) => {
                defined.extend(bake.blocks.iter().map(|block| block.name.as_str()));
            }
            _ => all_read = false,
        }
        found.push(Named { paths: vec![path], what: "the bake file", span });
    }
    if all_read {
        let missing = wanted.iter().filter(|target| !defined.contains(&target.as_str()) && !target.contains('*'));
        targets.extend(missing.map(|target| NoTarget { name: target.clone(), span }));
    }
}

fn changes_folder(script: &Script) -> bool {
    script
        .commands
        .iter()
        .any(|command| matches!(command.name(), Some("cd" | "pushd" | "popd" | "source" | "." | "eval")))
        || !script.commands.iter().all(is_harmless)
}

/// What is known of the files that a step finds.
#[derive(Clone, Copy)]
struct Workspace {
    checked_out: bool,
    /// Nothing may have made or fetched files.
    as_given: bool,
}

impl Workspace {
    fn after(&mut self, step: &Step<'_>) {
        self.checked_out |= step.uses.as_ref().is_some_and(|uses| uses.is_any(&["actions/checkout"]));
        self.as_given = self.as_given && leaves_files(step);
    }

    /// Whether a step sees the repository as it is given: it was checked out, or the step's action fetches it.
    fn is_repository(self, step: &Step<'_>) -> bool {
        let fetches = step.uses.is_some() && step.input("context").is_none();
        self.as_given && (fetches || self.checked_out)
    }
}

/// Actions that make no files in the workspace.
const HARMLESS_ACTIONS: [&str; 14] = [
    "aws-actions/amazon-ecr-login",
    "aws-actions/configure-aws-credentials",
    "azure/login",
    "docker/bake-action",
    "docker/build-push-action",
    "docker/login-action",
    "docker/metadata-action",
    "docker/setup-buildx-action",
    "docker/setup-compose-action",
    "docker/setup-docker-action",
    "docker/setup-qemu-action",
    "google-github-actions/auth",
    "sigstore/cosign-installer",
    "step-security/harden-runner",
];

/// Programs that make no files in the workspace.
const HARMLESS: [&str; 31] = [
    ":",
    "[",
    "[[",
    "apt",
    "apt-get",
    "cat",
    "date",
    "df",
    "docker",
    "docker-compose",
    "echo",
    "env",
    "exit",
    "export",
    "false",
    "free",
    "grep",
    "head",
    "id",
    "jq",
    "ls",
    "nproc",
    "printf",
    "pwd",
    "set",
    "sleep",
    "test",
    "true",
    "uname",
    "unset",
    "whoami",
];

/// Whether a step leaves the files of the workspace as they are.
fn leaves_files(step: &Step<'_>) -> bool {
    if let Some(run) = &step.run {
        return run.shell.is_posix() && run.script.commands.iter().all(is_harmless);
    }
    let Some(uses) = &step.uses else { return false };
    let Some(action) = uses.action() else { return false };
    if action == "actions/checkout" {
        return ["repository", "ref", "path", "submodules", "sparse-checkout"]
            .iter()
            .all(|name| step.input(name).is_none());
    }
    HARMLESS_ACTIONS.contains(&action.as_str()) || (action.starts_with("actions/setup-") && !action.ends_with("pages"))
}

fn is_harmless(command: &Command) -> bool {
    let writes = command.redirects.iter().any(|redirect| {
        let output = matches!(redirect.op, ">" | ">>" | ">|" | "&>" | "&>>");
        let target = redirect.target.text.as_str();
        output && target != "/dev/null" && !target.contains("GITHUB_")
    });
    let known = command.name().is_none_or(|name| HARMLESS.contains(&name));
    let runs = command.name() == Some("docker")
        && command
            .args()
            .iter()
            .any(|word| matches!(word.text.as_str(), "run" | "cp" | "exec" | "start" | "save" | "export"));
    known && !runs && !writes
}
