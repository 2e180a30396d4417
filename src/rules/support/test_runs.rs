//! Where steps run tests, whether in a container, and what becomes of the result.

use super::test_commands::test_command;
use crate::evidence::docker::{compose_call, container_call};
use crate::evidence::{Evidence, JobRef, StepRef, paths};
use crate::model::Span;
use crate::parse::shell::{self, Command, Fate, Loss, Script, ShellOptions, Word, inner_script, peel};
use crate::parse::workflow::{Job, Run, Step, Target, strip_expression};
use crate::parse::yaml::Node;

/// Deepest `sh -c` that is followed, and deepest composite action that a step leads to.
const MAX_DEPTH: usize = 3;

/// Most steps that one step leads to; an action of thousands of steps that thousands of steps use ends there.
const MAX_STEPS: usize = 200;

/// A command of a step that runs tests.
#[derive(Debug, Clone)]
pub struct TestRun {
    /// What it is called in messages ("pytest", "npm test").
    pub label: String,
    /// Its bytes in the script; [`TestRun::place`] gives those in the file.
    pub span: Span,
    /// The command of the script that it is, or that runs it: an index into [`Script::commands`].
    pub host: usize,
    /// Runs inside a container that the command itself starts or enters.
    pub contained: bool,
    /// Whether its failure fails the step.
    pub ending: Ending,
    /// Its words and the targets of its redirections.
    pub words: Vec<String>,
}

/// Longest part of a script in which places are exact: to find one takes time that grows with what stands before it.
const MAX_PLACED: usize = 64 * 1024;

impl TestRun {
    /// Its bytes in the file, the script being that of its step; the script's end where it is too far down.
    pub fn place(&self, run: &Run<'_>) -> Span {
        placed(run, self.span)
    }
}

/// The bytes in the file of a part of a script; the script's end where it is too far down.
pub fn placed(run: &Run<'_>, inner: Span) -> Span {
    if inner.offset > MAX_PLACED {
        return Span { offset: run.node.span().end(), length: 0 };
    }
    run.span(inner)
}

/// What a failing test command does to its step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// The step fails.
    Kept,
    /// The step goes on; the text says what takes the result away.
    Ignored(String),
    /// The script looks at the result, or it cannot be told.
    Open,
}

/// The test commands of a step's script. `extra` are further commands that run tests, as their first words.
pub fn test_runs(at: StepRef<'_>, extra: &[String]) -> Vec<TestRun> {
    let Some(run) = &at.step.run else { return Vec::new() };
    Scan { extra, depth: 0, contained: false }.script(&run.script, shell_options(at, run))
}

/// Tests that a public action runs: by itself, or as a script in one of its inputs.
pub fn tests_of_action(step: &Step<'_>) -> Option<String> {
    let action = step.uses.as_ref()?.action()?;
    let input = match action.as_str() {
        "cypress-io/github-action" => {
            let runs = step.input("runTests").and_then(Node::as_bool) != Some(false);
            return runs.then(|| "cypress run".to_owned());
        }
        "nick-fields/retry" | "nick-invision/retry" => "command",
        "coactions/setup-xvfb" | "gabrielbb/xvfb-action" => "run",
        "reactivecircus/android-emulator-runner" => "script",
        "devcontainers/ci" => "runCmd",
        _ => return None,
    };
    let script = shell::parse(step.input(input)?.text()?);
    script.commands.iter().find_map(|command| test_command(&command.words))
}

/// The step itself, or the steps of the local composite action that it uses, when that is in the input.
pub fn followed<'e>(evidence: &'e Evidence<'e>, at: StepRef<'e>) -> Vec<StepRef<'e>> {
    let mut found = Vec::new();
    follow(evidence, at, 0, &mut found);
    found
}

fn follow<'e>(evidence: &'e Evidence<'e>, at: StepRef<'e>, depth: usize, found: &mut Vec<StepRef<'e>>) {
    let target = at.step.uses.as_ref().map(|uses| uses.target);
    let folder = if let Some(Target::Local(path)) = target { paths::join("", path) } else { None };
    let action = folder.and_then(|folder| evidence.actions.iter().find(|action| action.file.folder() == folder));
    match action {
        Some(action) if depth < MAX_DEPTH => {
            let steps = action.steps.as_slice();
            for step in steps.iter().take(MAX_STEPS.saturating_sub(found.len())) {
                follow(evidence, StepRef { file: action.file, job: None, steps, step }, depth + 1, found);
            }
        }
        _ => found.push(at),
    }
}

/// The options that the shell of a script is started with: GitHub starts `bash` with `-eo pipefail`, `sh` and its own
/// choice with `-e`, and a template such as `bash -l {0}` with no more than what it says.
pub fn shell_options(at: StepRef<'_>, run: &Run<'_>) -> ShellOptions {
    let of_defaults = |node: Node<'_>| node.at(&["defaults", "run", "shell"]).and_then(Node::text).map(str::to_owned);
    let of_step = run.node.parent().and_then(|step| step.get("shell")).and_then(Node::text).map(str::to_owned);
    let text = of_step
        .or_else(|| at.job.and_then(|job| of_defaults(job.job.node)))
        .or_else(|| at.job.and_then(|job| of_defaults(job.workflow.node)))
        .unwrap_or_default();
    let mut words = text.split_whitespace();
    let program = words.next();
    match (program, words.clone().next()) {
        (Some("bash"), None) => ShellOptions { errexit: Some(true), pipefail: Some(true) },
        (_, None) => ShellOptions { errexit: Some(true), pipefail: None },
        (_, Some(_)) => ShellOptions::from_arguments(words),
    }
}

/// Whether all runners of a job have Linux; `None` where that is not known.
pub fn runs_on_linux(job: &Job<'_>) -> Option<bool> {
    let runs_on = job.node.get("runs-on")?;
    let labels = runs_on.get("labels").unwrap_or(runs_on);
    let mut known = true;
    for label in labels.one_or_many().filter_map(Node::text) {
        match values(job, label) {
            Some(values) if values.iter().any(|value| is_foreign(value)) => return Some(false),
            Some(_) => {}
            None => known = false,
        }
    }
    known.then_some(true)
}

/// Whether a runner of GitHub runs a job, so that nothing is left of the run before; false where that is not known.
pub fn is_github_hosted(job: &Job<'_>) -> bool {
    let Some(runs_on) = job.node.get("runs-on") else { return false };
    let mut labels = runs_on.get("labels").unwrap_or(runs_on).one_or_many().filter_map(Node::text).peekable();
    let hosted = |label: &&str| ["ubuntu-", "macos-", "windows-"].iter().any(|system| label.starts_with(system));
    labels.peek().is_some() && labels.all(|label| values(job, label).is_some_and(|all| all.iter().all(hosted)))
}

/// The steps of a job in order, local composite actions that are in the input followed.
pub fn steps_of<'e>(evidence: &'e Evidence<'e>, job: JobRef<'e>) -> Vec<StepRef<'e>> {
    let steps = job.job.steps.as_slice();
    steps.iter().flat_map(|step| followed(evidence, StepRef { file: job.file, job: Some(job), steps, step })).collect()
}

fn is_foreign(label: &str) -> bool {
    let label = label.to_ascii_lowercase();
    label.split('-').any(|part| matches!(part, "macos" | "windows" | "mac" | "win"))
}

/// What a runner label can be: itself, or the values of the matrix key that it names.
fn values<'t>(job: &Job<'t>, label: &'t str) -> Option<Vec<&'t str>> {
    let expression = strip_expression(label);
    if expression == label.trim() {
        return (!label.contains("${{")).then(|| vec![label]);
    }
    let key = expression.strip_prefix("matrix.")?;
    let matrix = job.node.at(&["strategy", "matrix"])?;
    let included = matrix.get("include").into_iter().flat_map(Node::items).filter_map(|entry| entry.get(key));
    let nodes: Vec<Node<'t>> = matrix.get(key).into_iter().flat_map(Node::one_or_many).chain(included).collect();
    let texts: Option<Vec<&str>> = nodes.iter().map(|node| node.text().filter(|t| !t.contains("${{"))).collect();
    texts.filter(|texts| !texts.is_empty())
}

/// How a script is searched.
#[derive(Clone, Copy)]
struct Scan<'x> {
    extra: &'x [String],
    depth: usize,
    contained: bool,
}

impl Scan<'_> {
    /// Spans are offsets into the script.
    fn script(self, script: &Script, defaults: ShellOptions) -> Vec<TestRun> {
        let mut found = Vec::new();
        let last_verdict = script.commands.iter().rposition(gives_verdict);
        for (index, command) in script.commands.iter().enumerate() {
            let inside = contained_words(command);
            let contained = self.contained || inside.is_some();
            let scan = Self { contained, ..self };
            let words = inside.as_deref().unwrap_or(&command.words);
            let options = script.options_at(index).or(defaults);
            let mut runs = scan.words(words, command.span, options);
            if runs.is_empty() && waits_for_services(command) {
                runs.push(found_run("docker compose up".to_owned(), command.span, &command.words, true));
            }
            let redirects = command.redirects.iter();
            let targets: Vec<String> = redirects.map(|redirect| redirect.target.text.clone()).collect();
            for run in &mut runs {
                run.words.extend_from_slice(&targets);
                run.host = index;
            }
            if runs.iter().any(|run| run.ending == Ending::Kept) {
                let outer = ending(script, index, defaults, last_verdict);
                for run in runs.iter_mut().filter(|run| run.ending == Ending::Kept) {
                    run.ending = outer.clone();
                }
            }
            found.extend(runs);
        }
        found
    }

    /// The tests that words run, as far as the words themselves decide.
    fn words(self, words: &[Word], span: Span, options: ShellOptions) -> Vec<TestRun> {
        if let Some(text) = inner_script(words).filter(|_| self.depth < MAX_DEPTH) {
            let shell = peel(words);
            let inherits = shell.first().is_some_and(|program| program.text == "eval");
            let arguments = shell.iter().skip(1).map(|word| word.text.as_str());
            let defaults = if inherits { options } else { ShellOptions::from_arguments(arguments) };
            let mut runs = Self { depth: self.depth + 1, ..self }.script(&shell::parse(&text.text), defaults);
            for run in &mut runs {
                run.span = text.text_offset.map_or(span, |at| Span { offset: at + run.span.offset, ..run.span });
            }
            return runs;
        }
        let label = test_command(words).or_else(|| self.named_by_policy(words));
        label.map(|label| found_run(label, span, words, self.contained)).into_iter().collect()
    }

    fn named_by_policy(self, words: &[Word]) -> Option<String> {
        let words = peel(words);
        let starts = |entry: &&String| {
            let mut parts = entry.split_whitespace().peekable();
            let mut words = words.iter().map(|word| word.text.as_str());
            parts.peek().is_some() && parts.all(|part| words.next() == Some(part))
        };
        self.extra.iter().find(starts).cloned()
    }
}

fn found_run(label: String, span: Span, words: &[Word], contained: bool) -> TestRun {
    // `cross` runs cargo in a container of its own.
    let contained = contained || label.starts_with("cross ");
    let words = words.iter().map(|word| word.text.clone()).collect();
    TestRun { label, span, host: 0, contained, ending: Ending::Kept, words }
}

/// `docker compose up` that ends with the status of a service.
fn waits_for_services(command: &Command) -> bool {
    compose_call(command).is_some_and(|call| {
        call.verb == "up"
            && call.has(&["--abort-on-container-exit", "--abort-on-container-failure", "--exit-code-from"])
    })
}

/// The words that a command runs inside a container.
fn contained_words(command: &Command) -> Option<Vec<Word>> {
    if let Some(call) = compose_call(command) {
        let inside = matches!(call.verb, "run" | "exec").then(|| call.operands().into_iter().skip(1).cloned());
        return inside.map(Iterator::collect);
    }
    if let Some((verb, words)) = container_call(command) {
        let words: Vec<Word> = words.into_iter().cloned().collect();
        return matches!(verb, "run" | "exec").then(|| after_image(&words).to_vec());
    }
    let args = command.args();
    let verb = args.first().map_or("", |word| word.text.as_str());
    match (command.name()?, verb) {
        ("kubectl" | "oc", "exec" | "run") => {
            let at = args.iter().position(|word| word.text == "--")?;
            Some(args.get(at + 1..)?.to_vec())
        }
        ("apptainer" | "singularity", "exec" | "run") => Some(after_image(args.get(1..)?).to_vec()),
        ("devcontainer", "exec") => {
            let at = args.iter().skip(1).position(|word| !word.text.starts_with('-') && !word.text.contains('/'))?;
            Some(args.get(at + 1..)?.to_vec())
        }
        _ => None,
    }
}

/// Options of `docker run` and `docker exec` that take no value.
const SWITCHES: [&str; 18] = [
    "--detach",
    "--disable-content-trust",
    "--help",
    "--init",
    "--interactive",
    "--no-healthcheck",
    "--oom-kill-disable",
    "--privileged",
    "--publish-all",
    "--quiet",
    "--read-only",
    "--rm",
    "--sig-proxy",
    "--tty",
    "--nv",
    "--cleanenv",
    "--writable-tmpfs",
    "--fakeroot",
];

/// The words after the options and the name of the image or container.
fn after_image(words: &[Word]) -> &[Word] {
    let mut rest = words;
    while let Some((first, after)) = rest.split_first() {
        let text = first.text.as_str();
        if !text.starts_with('-') {
            return after;
        }
        let takes_next = if text.starts_with("--") {
            !text.contains('=') && !SWITCHES.contains(&text)
        } else {
            // `-it` are switches; the first other letter takes the rest of the word, or else the next word.
            let value = text.trim_start_matches('-').trim_start_matches(['d', 'i', 't', 'P', 'q']);
            value.chars().count() == 1
        };
        rest = after.get(usize::from(takes_next)..).unwrap_or(&[]);
    }
    &[]
}

/// What becomes of the status of a command of a script, `last_verdict` being its last command that ends it with a
/// status of its own.
fn ending(script: &Script, index: usize, defaults: ShellOptions, last_verdict: Option<usize>) -> Ending {
    let how = match script.fate(index, defaults) {
        Fate::Kept => return Ending::Kept,
        Fate::Lost(Loss::Replaced(by)) => match script.commands.get(by) {
            Some(command) if !writes_down(command) => format!("`|| {}`", said(command)),
            _ => return Ending::Open,
        },
        Fate::Lost(Loss::Exited(_)) => "`exit 0`".to_owned(),
        Fate::Lost(Loss::Unchecked) => {
            "the commands after it, as the shell does not stop at a failure there".to_owned()
        }
        Fate::Lost(Loss::Piped | Loss::Background | Loss::Substituted) | Fate::Tested | Fate::Unknown => {
            return Ending::Open;
        }
    };
    // A script that can fail by itself later on looks at what the tests left behind.
    if last_verdict.is_some_and(|at| at > index) { Ending::Open } else { Ending::Ignored(how) }
}

fn gives_verdict(command: &Command) -> bool {
    match command.name() {
        Some("exit" | "return") => command.args().first().is_some_and(|status| status.text != "0"),
        Some("false") => true,
        _ => false,
    }
}

/// Whether a command notes something where a later step can read it.
fn writes_down(command: &Command) -> bool {
    let to_file = command.redirects.iter().any(|redirect| {
        let output = matches!(redirect.op, ">" | ">>" | ">|" | "&>" | "&>>");
        let target = redirect.target.text.as_str();
        output && target != "/dev/null" && !target.contains("GITHUB_STEP_SUMMARY")
    });
    let old_style = command.args().iter().any(|word| word.text.starts_with("::set-output"));
    to_file || old_style
}

/// A command as messages say it: its first words.
fn said(command: &Command) -> String {
    let texts: Vec<&str> = command.words.iter().map(|word| word.text.as_str()).collect();
    match texts.as_slice() {
        [name @ ("echo" | "printf"), _, ..] => format!("{name} …"),
        texts => texts.join(" "),
    }
}
