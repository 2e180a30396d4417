//! The rule `compose-up-without-wait`.

use super::readiness::{Readiness, readiness, server_of};
use super::sleep_as_wait::{is_idle, is_preparation};
use crate::evidence::compose::{Project, Service};
use crate::evidence::docker::{ComposeCall, compose_call};
use crate::evidence::{Doc, Evidence, StepRef};
use crate::model::Edit;
use crate::parse::compose::{Compose, ComposeService};
use crate::parse::shell::{self, Command, Script};
use crate::parse::workflow::Run;
use crate::parse::yaml::Node;
use crate::rules::support::installs::{Wanted, install};
use crate::rules::support::test_commands::test_command;
use crate::rules::support::test_runs::{placed, steps_of};
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};
use std::collections::BTreeSet;

rule! {
    /// # What it checks
    ///
    /// `docker compose up -d` that starts a server or a service with a health check waits for it (`--wait`), or something
    /// after it does: a polling loop, `wait-on`, `curl --retry`, `docker compose wait`, or a `docker compose run` of a
    /// service with a `service_healthy` dependency. A service that another one waits for with `service_healthy` while
    /// they start is waited for.
    ///
    /// Not judged: compose files that are not in the input; services without a health check that are no known server,
    /// such as one-shot jobs; services that no test, no client and no `docker compose exec` of the job uses later; a fixed `sleep` after the start, which
    /// `sleep-as-wait` judges; scripts, build targets and actions that come first after the start, which may wait themselves.
    ///
    /// # Why it matters
    ///
    /// `up -d` returns as soon as the processes exist, so the next command meets servers that do not answer yet, and fails
    /// now and then.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: actions/checkout@v4
    ///       - run: |
    ///           docker compose up -d
    ///           pytest
    /// ```
    ///
    /// ```yaml compose.yml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     healthcheck: { test: pg_isready -U postgres, interval: 2s, retries: 30 }
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
    ///       - uses: actions/checkout@v4
    ///       - run: |
    ///           docker compose up -d --wait --wait-timeout 60
    ///           pytest
    /// ```
    ///
    /// ```yaml compose.yml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     healthcheck: { test: pg_isready -U postgres, interval: 2s, retries: 30 }
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// The command that uses the services retries until they answer.
    pub struct ComposeUpWithoutWait;
    id: "compose-up-without-wait",
    family: Health,
    level: Warning,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "`up -d` returns as soon as the processes exist, so the next command meets servers that do not answer yet, \
                   and fails now and then.";

const FIX: &str =
    "Let compose wait until the services are healthy:\n\n    docker compose up -d --wait --wait-timeout 60\n";

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let mut seen = BTreeSet::new();
    let (mut starts, mut open) = (0, 0);
    for job in evidence.jobs() {
        let steps = steps_of(evidence, job);
        let mut searches = MAX_SEARCHES;
        for (position, at) in steps.iter().enumerate() {
            let Some(run) = &at.step.run else { continue };
            for (index, command) in run.script.commands.iter().enumerate() {
                let Some(call) = compose_call(command).filter(|call| call.verb == "up" && call.starts_in_background())
                else {
                    continue;
                };
                if call.has(&["--wait"]) {
                    starts += 1;
                    continue;
                }
                let Some(files) = evidence.compose_files(*at, &call) else {
                    open += 1;
                    continue;
                };
                starts += 1;
                if searches == 0 {
                    continue;
                }
                searches -= 1;
                let Some(project) = evidence.compose_project(*at, command, &call) else { continue };
                let unready = unready(evidence, &project, &call);
                let Some(first) = unready.first() else { continue };
                let rest = run.script.commands.get(index + 1..).unwrap_or_default();
                let later = steps.get(position + 1..).unwrap_or_default();
                if !used_unready(&run.script, index + 1, rest, later, &files) {
                    continue;
                }
                let span = placed(run, command.span);
                if seen.insert((at.file.path(), span)) {
                    let others = if unready.len() > 1 {
                        format!(" and {}", count(unready.len() - 1, "other service"))
                    } else {
                        String::new()
                    };
                    spots.push(Spot {
                        file: at.file,
                        span,
                        path: run.node.path(),
                        message: format!("{} starts `{first}`{others} and waits for nothing", at.title()),
                        detail: String::new(),
                        edits: wait(evidence, *at, run, command, &project).into_iter().collect(),
                    });
                }
            }
        }
    }
    sink.subjects(starts);
    sink.fact(format!("{}, {} without a wait", count(starts, "start of compose services"), spots.len()));
    if open > 0 {
        sink.fact(format!("not judged: {} from compose files that are not in the input", count(open, "start")));
    }
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} starts of compose services are followed by no wait", group.len()),
        |_| FIX.to_owned(),
    );
}

/// `--wait` behind `-d`, where every service that starts is known to stay and to say that it is ready, or is a server: one
/// that ends makes `--wait` fail. A health check that nobody has needed yet may be wrong, so it is not safe.
fn wait(
    evidence: &Evidence<'_>,
    at: StepRef<'_>,
    run: &Run<'_>,
    command: &Command,
    project: &Project<'_>,
) -> Option<Edit> {
    let call = compose_call(command).filter(|_| command.name() == Some("docker") && !run.node.is_aliased())?;
    let started: BTreeSet<&str> = project.started.iter().flat_map(|started| project.starts(started)).collect();
    let mut services = project.services.iter().filter(|service| started.contains(service.name));
    let stays = |service: &Service<'_>| {
        let ready = readiness(evidence, project, service);
        matches!(ready, Readiness::Declared | Readiness::FromImage) || server_of(service).is_some()
    };
    if !services.all(stays) {
        return None;
    }
    let word = call.args.iter().find(|word| matches!(word.text.as_str(), "-d" | "--detach") && !word.quoted)?;
    let span = placed(run, word.span);
    let is_there = run.node.tree().text().get(span.range()) == Some(word.text.as_str());
    is_there.then(|| Edit {
        file: at.file.path().to_owned(),
        offset: span.end(),
        length: 0,
        text: " --wait".to_owned(),
        safe: false,
    })
}

/// Most starts of a job that are looked at with all that comes after them.
const MAX_SEARCHES: usize = 20;

type Files<'e> = [&'e Doc<'e, Compose<'e>>];

fn service_of<'e>(files: &Files<'e>, name: &str) -> Option<(&'e Doc<'e, Compose<'e>>, &'e ComposeService<'e>)> {
    files.iter().find_map(|doc| Some((*doc, doc.service(name)?)))
}

/// Services that a call starts, that say when they are ready (or should), and that nothing waits for while they start.
fn unready<'e>(evidence: &'e Evidence<'e>, project: &Project<'e>, call: &ComposeCall<'_>) -> Vec<&'e str> {
    if call.operands().iter().any(|word| word.dynamic) {
        return Vec::new();
    }
    let started: BTreeSet<&str> = project.started.iter().flat_map(|started| project.starts(started)).collect();
    let services = || project.services.iter().filter(|service| started.contains(service.name));
    let mut waited_for: BTreeSet<String> = BTreeSet::new();
    for dependency in services().flat_map(Service::depends_on) {
        let condition = dependency.condition.as_ref().and_then(|part| part.node.text());
        if matches!(condition, Some("service_healthy" | "service_completed_successfully")) {
            waited_for.insert(dependency.service);
        }
    }
    let mut unready: Vec<&str> = services()
        .filter(|service| !waited_for.contains(service.name))
        .filter(|service| {
            let ready = readiness(evidence, project, service);
            matches!(ready, Readiness::Declared | Readiness::FromImage) || server_of(service).is_some()
        })
        .map(|service| service.name)
        .collect();
    unready.sort_unstable();
    unready
}

/// Whether the first thing after the start that is not mere preparation is known to use a service.
fn used_unready(script: &Script, from: usize, rest: &[Command], later: &[StepRef<'_>], files: &Files<'_>) -> bool {
    for (offset, command) in rest.iter().enumerate() {
        if let Some(used) = uses(script, from + offset, command, files) {
            return used;
        }
    }
    for at in later {
        let Some(run) = &at.step.run else {
            if is_preparation(at.step) {
                continue;
            }
            return false;
        };
        if !run.shell.is_posix() {
            return false;
        }
        for (index, command) in run.script.commands.iter().enumerate() {
            if let Some(used) = uses(&run.script, index, command, files) {
                return used;
            }
        }
    }
    false
}

/// Whether a command surely uses a service, or may wait for it first; `None` for mere preparation.
fn uses(script: &Script, index: usize, command: &Command, files: &Files<'_>) -> Option<bool> {
    if waits(script, index, command, files) {
        return Some(false);
    }
    if is_idle(command) || ends(command) || install(&command.words).is_some_and(|found| found.from != Wanted::Source) {
        return None;
    }
    if let Some(call) = compose_call(command) {
        return Some(matches!(call.verb, "exec" | "run"));
    }
    // What a build target does is not read.
    let target = matches!(command.name(), Some("make" | "gmake" | "just" | "task" | "mage" | "invoke"));
    let client = matches!(command.name(), Some("curl" | "psql" | "mysql" | "mongosh" | "redis-cli" | "alembic"));
    Some(client || (!target && test_command(&command.words).is_some()))
}

/// `docker compose down`, `stop` and the like use nothing.
fn ends(command: &Command) -> bool {
    compose_call(command).is_some_and(|call| matches!(call.verb, "down" | "stop" | "rm" | "kill" | "up" | "start"))
}

/// Whether a command waits for something, or may do so.
fn waits(script: &Script, index: usize, command: &Command, files: &Files<'_>) -> bool {
    if script.polling_loop(index).is_some() || command.name() == Some("sleep") {
        return true;
    }
    if let Some(call) = compose_call(command) {
        let healthy = |service: &ComposeService<'_>| {
            service.depends_on.iter().any(|d| d.condition.and_then(Node::text) == Some("service_healthy"))
        };
        let named =
            || call.operands().first().and_then(|word| service_of(files, &word.text)).is_some_and(|(_, s)| healthy(s));
        return call.verb == "wait" || call.has(&["--wait"]) || (call.verb == "run" && named());
    }
    if command.inner_script().is_some_and(|inner| {
        let inner = shell::parse(&inner.text);
        inner.constructs.iter().any(|construct| construct.kind.is_loop())
    }) {
        return true;
    }
    let retries = command.name() == Some("curl") && command.args().iter().any(|word| word.text.starts_with("--retry"));
    let polls = matches!(command.name(), Some("dockerize" | "wget")) || retries;
    // `wait-for-it.sh`, `npx wait-on`, `make wait`, `./scripts/wait_for_db`, `inspect --format {{.State.Health}}`.
    polls
        || command.words.iter().any(|word| {
            let text = word.text.to_ascii_lowercase();
            text.contains("wait") || text.contains("health") || text.contains("ready")
        })
}
