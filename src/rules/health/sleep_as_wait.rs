//! The rule `sleep-as-wait`.

use crate::evidence::docker::{compose_call, container_call, has_option, has_short_flag};
use crate::evidence::{Evidence, File, StepRef};
use crate::model::Span;
use crate::parse::shell::{Command, Operator, Script};
use crate::parse::workflow::{Run, Step, Uses};
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;

rule! {
    /// # What it checks
    ///
    /// No `sleep` of two seconds or more stands between starting a service and using it. A service is started by
    /// `docker compose up -d`, `docker run -d`, `systemctl start`, `kubectl apply`, a command in the background, or by
    /// the job's own `services`. Scripts are read as commands: an `echo`, a comment or a here-document that mentions
    /// `sleep` is none.
    ///
    /// Not judged: a `sleep` inside a polling loop, one that follows the first use of the service, one whose length is
    /// an expression, and scripts for PowerShell, cmd or Python.
    ///
    /// # Why it matters
    ///
    /// A fixed wait is too short on a slow day, when tests fail at random, and too long on every other day.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: |
    ///           docker compose up -d
    ///           sleep 30
    ///           docker compose exec -T web pytest
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
    ///       - run: |
    ///           docker compose up -d --wait --wait-timeout 60
    ///           docker compose exec -T web pytest
    /// ```
    ///
    /// # Options
    ///
    /// - `max_seconds`: longest sleep that is let pass (default 2, itself not let pass).
    ///
    /// # When to waive
    ///
    /// The service offers nothing that could be asked whether it is ready.
    pub struct SleepAsWait;
    id: "sleep-as-wait",
    family: Health,
    level: Error,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    max_seconds: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self { max_seconds: 2.0 }
    }
}

const WHY: &str =
    "A fixed wait is too short on a slow day, when tests fail at random, and too long on every other day.";

/// What is known of the services while the steps of a job are read in order.
enum State {
    /// Nothing was started.
    Idle,
    /// Something was started and nothing has used it yet.
    Starting(Started),
}

/// What a command that starts a service leaves behind.
enum Start {
    /// It returned when the service was ready.
    Waited,
    Unready(Started),
}

struct Started {
    what: String,
    advice: &'static str,
}

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let mut starts = 0;
    for first in evidence.steps().filter(|step| step.step.index == 0) {
        let mut state = at_first(first);
        for step in first.steps {
            starts += judge(StepRef { step, ..first }, params, &mut state, &mut spots);
        }
    }
    sink.subjects(starts);
    sink.fact(format!("{}, {} followed by a fixed sleep", count(starts, "start of services"), spots.len()));
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} fixed sleeps stand between starting a service and using it", group.len()),
        |group| group.first().map_or(String::new(), |spot| spot.detail.clone()),
    );
}

/// Services of a job run from its first step on.
fn at_first(at: StepRef<'_>) -> State {
    if at.job.is_none_or(|job| job.job.services.is_empty()) {
        return State::Idle;
    }
    State::Starting(Started { what: "the job's services".to_owned(), advice: SERVICES_ADVICE })
}

/// Follows one step; returns how many services it starts.
fn judge<'e>(at: StepRef<'e>, params: &Params, state: &mut State, spots: &mut Vec<Spot<'e>>) -> usize {
    let step = at.step;
    let Some(run) = step.run.as_ref().filter(|run| run.shell.is_posix()) else {
        // An action may use what was started; only setting up tools surely does not.
        if !is_preparation(step) {
            *state = State::Idle;
        }
        return 0;
    };
    let mut starts = 0;
    // A script that does nothing but sleep can only wait for the job's services, whatever came before.
    if run.script.commands.iter().all(is_idle) && matches!(state, State::Idle) {
        *state = at_first(at);
    }
    for (index, command) in run.script.commands.iter().enumerate() {
        if let Some(start) = start_of(command, &run.script) {
            starts += 1;
            *state = match start {
                Start::Waited => State::Idle,
                Start::Unready(started) => State::Starting(started),
            };
            continue;
        }
        let State::Starting(started) = state else { continue };
        if command.name() == Some("sleep") {
            let waits = run.script.loops(index).next().is_none() && used_later(at, run, index);
            if let Some(seconds) = seconds(command).filter(|s| *s >= params.max_seconds && waits) {
                spots.push(spot(at, run, command.span, seconds, started));
            }
        } else if !is_idle(command) {
            *state = State::Idle;
        }
    }
    starts
}

fn spot<'e>(at: StepRef<'e>, run: &Run<'_>, span: Span, seconds: f64, started: &Started) -> Spot<'e> {
    let file: &'e File<'e> = at.file;
    Spot {
        file,
        span: run.span(span),
        path: run.node.path(),
        message: format!(
            "{} sleeps {seconds} s after starting {}, instead of waiting until it is ready",
            at.title(),
            started.what
        ),
        detail: started.advice.to_owned(),
        edits: Vec::new(),
    }
}

const COMPOSE_ADVICE: &str = "Give the services a `healthcheck` and let compose wait for it:\n\n    docker compose up -d --wait \
                              --wait-timeout 60\n";
const SERVICES_ADVICE: &str = "Give the service a health command; the job starts only when it succeeds:\n\n    options: >-\n      \
                               --health-cmd \"pg_isready\"\n      --health-interval 5s\n      --health-retries 10\n";
const CONTAINER_ADVICE: &str = "Ask until it answers, with an end:\n\n    timeout 60 sh -c 'until docker exec db pg_isready; do sleep \
                                1; done'\n";
const SERVER_ADVICE: &str = "Ask until it answers, with an end:\n\n    curl --retry 30 --retry-delay 1 --retry-all-errors -fsS \
                             http://localhost:8080/health\n";
const CLUSTER_ADVICE: &str = "Let the cluster say when it is ready:\n\n    kubectl wait --for=condition=Available deployment --all \
                              --timeout=120s\n";

/// What a command starts and leaves running.
fn start_of(command: &Command, script: &Script) -> Option<Start> {
    let started = |what: &str, advice| Some(Start::Unready(Started { what: format!("`{what}`"), advice }));
    let name = command.name()?;
    let args: Vec<&str> = command.args().iter().map(|word| word.text.as_str()).collect();
    if let Some(call) = compose_call(command) {
        let background = call.starts_in_background() || ends_in_background(command, script);
        let detached =
            call.verb == "run" && (call.has(&["-d", "--detach"]) || has_short_flag(options_of(call.args), 'd'));
        let starts = detached || (matches!(call.verb, "up" | "start" | "restart") && background);
        return if starts && call.has(&["--wait"]) {
            Some(Start::Waited)
        } else if starts {
            started(&format!("docker compose {}", call.verb), COMPOSE_ADVICE)
        } else {
            None
        };
    }
    if let Some((verb, words)) = container_call(command) {
        let words: Vec<_> = words.into_iter().cloned().collect();
        let detached = has_option(&words, &["-d", "--detach"]) || has_short_flag(options_of(&words), 'd');
        let starts = (verb == "run" && detached) || verb == "start";
        return if starts { started(&format!("docker {verb}"), CONTAINER_ADVICE) } else { None };
    }
    match (name, args.as_slice()) {
        ("systemctl", [verb @ ("start" | "restart"), ..]) | ("service", [_, verb @ ("start" | "restart"), ..]) => {
            started(&format!("{name} {verb}"), SERVER_ADVICE)
        }
        ("brew", ["services", verb @ ("start" | "restart"), ..]) => {
            started(&format!("brew services {verb}"), SERVER_ADVICE)
        }
        ("kubectl", [verb @ ("apply" | "create"), ..]) => started(&format!("kubectl {verb}"), CLUSTER_ADVICE),
        ("sleep", _) => None,
        _ if ends_in_background(command, script) => started(&format!("{name} … &"), SERVER_ADVICE),
        _ => None,
    }
}

/// The words up to the first that is no option, where `docker run` looks for its own flags.
fn options_of(words: &[crate::parse::shell::Word]) -> &[crate::parse::shell::Word] {
    let end = words.iter().position(|w| !w.text.starts_with('-')).unwrap_or(words.len());
    words.get(..end).unwrap_or(words)
}

fn ends_in_background(command: &Command, script: &Script) -> bool {
    script.pipeline(command.link).is_some_and(|pipeline| pipeline.after == Some(Operator::Background))
}

/// Commands that use no service: they talk, look or prepare.
pub(super) fn is_idle(command: &Command) -> bool {
    if let Some(call) = compose_call(command) {
        return matches!(call.verb, "ps" | "logs" | "config" | "images" | "ls" | "version" | "top" | "pull" | "build");
    }
    match command.name() {
        None => true,
        Some("docker" | "podman") => {
            let verb = command.args().first().map_or("", |w| w.text.as_str());
            matches!(verb, "ps" | "logs" | "images" | "inspect" | "version" | "info" | "network" | "volume" | "pull")
        }
        Some("kubectl") => {
            matches!(command.args().first().map_or("", |w| w.text.as_str()), "get" | "describe" | "logs")
        }
        Some(name) => matches!(
            name,
            "sleep"
                | "echo"
                | "printf"
                | "true"
                | ":"
                | "cd"
                | "pwd"
                | "ls"
                | "cat"
                | "date"
                | "set"
                | "export"
                | "mkdir"
                | "ps"
                | "free"
                | "df"
                | "env"
                | "whoami"
                | "test"
                | "["
                | "[["
                | "shopt"
                | "local"
                | "tail"
                | "jobs"
                | "cp"
        ),
    }
}

/// Whether a step surely uses no service: checking out code, installing tools, restoring caches.
pub(super) fn is_preparation(step: &Step<'_>) -> bool {
    let Some(action) = step.uses.as_ref().and_then(Uses::action) else { return false };
    let name = action.rsplit('/').next().unwrap_or_default();
    action == "actions/checkout"
        || action.starts_with("actions/cache")
        || name.starts_with("setup-")
        || name == "login-action"
}

/// Whether anything comes after a command that could use the service.
fn used_later(at: StepRef<'_>, run: &Run<'_>, index: usize) -> bool {
    let rest = run.script.commands.get(index + 1..).unwrap_or_default();
    rest.iter().any(|c| !is_idle(c)) || at.later().iter().any(|step| !is_preparation(step))
}

/// The sum of a sleep's arguments; `None` where one of them is not known.
fn seconds(command: &Command) -> Option<f64> {
    let mut sum = 0.0;
    for word in command.args() {
        let (number, unit) = match word.text.char_indices().last() {
            Some((at, 's')) => (word.text.get(..at)?, 1.0),
            Some((at, 'm')) => (word.text.get(..at)?, 60.0),
            Some((at, 'h')) => (word.text.get(..at)?, 3_600.0),
            Some((at, 'd')) => (word.text.get(..at)?, 86_400.0),
            _ => (word.text.as_str(), 1.0),
        };
        sum += number.parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 0.0)? * unit;
    }
    (sum > 0.0).then_some(sum)
}
