//! The rule `healthcheck-always-passes`.

use super::readiness::{is_disabled, server_of};
use crate::evidence::Evidence;
use crate::evidence::compose::{Found, Project, Service};
use crate::model::Span;
use crate::parse::dockerfile::Instruction;
use crate::parse::shell::{self, Command, Operator, Script};
use crate::parse::workflow::is_dynamic;
use crate::parse::yaml::Node;
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};
use std::collections::BTreeSet;

rule! {
    /// # What it checks
    ///
    /// A health check can fail: its command is not `true`, `exit 0` or an `echo`, and does not end in `|| true` or
    /// `|| exit 0`. Looked at are `healthcheck` of compose services, `HEALTHCHECK` of Dockerfiles and `--health-cmd` of a
    /// job's services. A server that is known, or a service that others wait for, does not switch its check off
    /// (`disable: true`, `NONE`, `--no-healthcheck`).
    ///
    /// Not judged: checks that are switched off elsewhere, as for a worker that shares its image with a server;
    /// commands with a variable or an expression in the place of the program.
    ///
    /// # Why it matters
    ///
    /// A check that cannot fail says "healthy" of a service that is down, so everything that waits for it starts too
    /// early, and nothing shows why.
    ///
    /// # Example
    ///
    /// ```yaml compose.yml
    /// services:
    ///   web:
    ///     image: shop/web:1.4
    ///     healthcheck:
    ///       test: curl -f http://localhost:8080/health || true
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml compose.yml
    /// services:
    ///   web:
    ///     image: shop/web:1.4
    ///     healthcheck:
    ///       test: curl -f http://localhost:8080/health || exit 1
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// Something demands a check, and the service has nothing that could be asked.
    pub struct HealthcheckAlwaysPasses;
    id: "healthcheck-always-passes",
    family: Health,
    level: Error,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "A check that cannot fail says \"healthy\" of a service that is down, so everything that waits for it starts \
                   too early.";

const FIX: &str = "Ask the service itself, and let a wrong answer fail:\n\n    test: [\"CMD-SHELL\", \"curl -f \
                   http://localhost:8080/health || exit 1\"]\n";

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let mut checks = 0;
    // A check may be part of several projects.
    let mut seen = BTreeSet::new();
    for project in evidence.compose_projects() {
        for service in &project.services {
            let Found::Value(healthcheck) = service.healthcheck() else { continue };
            let (flaw, place) = if is_disabled(&healthcheck) {
                if !is_needed(&project, service) {
                    continue;
                }
                (Some("switches its health check off".to_owned()), healthcheck.strongest().cloned())
            } else {
                let Some(test) = healthcheck.get("test") else { continue };
                let place = test.strongest().cloned();
                let how = place.as_ref().and_then(|test| of_test(test.node));
                (how.map(|how| format!("has a health check that cannot fail ({how})")), place)
            };
            let Some(place) = place.filter(|place| seen.insert((place.file.path(), place.node.span()))) else {
                continue;
            };
            checks += 1;
            spots.extend(flaw.map(|flaw| Spot {
                file: place.file,
                span: place.node.span(),
                path: format!("services.{}.healthcheck", service.name),
                message: format!("service `{}` {flaw}", service.name),
                detail: String::new(),
                edits: Vec::new(),
            }));
        }
    }
    for dockerfile in &evidence.dockerfiles {
        let instructions = dockerfile.stages.iter().flat_map(|stage| &stage.instructions);
        for instruction in instructions.filter(|instruction| instruction.keyword == "HEALTHCHECK") {
            let Some(command) = &instruction.inner else { continue };
            checks += 1;
            spots.extend(of_instruction(command).map(|(how, span)| Spot {
                file: dockerfile.file,
                span,
                path: String::new(),
                message: format!("the image has a health check that cannot fail ({how})"),
                detail: String::new(),
                edits: Vec::new(),
            }));
        }
    }
    for job in evidence.jobs() {
        for service in &job.job.services {
            let Some(options) = service.options else { continue };
            let Some(found) = options.text().filter(|text| !is_dynamic(text)).map(of_options) else { continue };
            checks += usize::from(found != Options::Nothing);
            let flaw = match found {
                Options::CannotFail(how) => format!("has a health check that cannot fail ({how})"),
                Options::Off => "switches its health check off (`--no-healthcheck`)".to_owned(),
                Options::Nothing | Options::Asks => continue,
            };
            spots.push(Spot {
                file: job.file,
                span: options.span(),
                path: options.path(),
                message: format!("service `{}` of job `{}` {flaw}", service.name, job.job.id),
                detail: String::new(),
                edits: Vec::new(),
            });
        }
    }
    sink.subjects(checks);
    sink.fact(format!("{}, {} found that cannot fail", count(checks, "health check"), spots.len()));
    sink.once_a_file(spots, WHY, |group| format!("{} health checks cannot fail", group.len()), |_| FIX.to_owned());
}

/// Whether something relies on a service to be ready: it is a server that is known, or others wait for it.
fn is_needed(project: &Project<'_>, service: &Service<'_>) -> bool {
    server_of(service).is_some()
        || project.services.iter().flat_map(Service::depends_on).any(|dependency| {
            let condition = dependency.condition.as_ref().and_then(|part| part.node.text());
            dependency.service == service.name && condition != Some("service_completed_successfully")
        })
}

/// How a compose `test` makes sure to pass.
fn of_test(test: Node<'_>) -> Option<String> {
    if let Some(text) = test.text() {
        return cannot_fail(&shell::parse(&compose_text(text)));
    }
    let mut words = test.items().filter_map(|word| Some((word.text()?, word.span())));
    match words.next()? {
        ("CMD-SHELL", _) => cannot_fail(&shell::parse(&compose_text(words.next()?.0))),
        ("CMD", _) => of_words(words.map(|(text, span)| (text.to_owned(), span))),
        _ => None,
    }
}

/// Compose writes `$$` for a dollar sign.
fn compose_text(text: &str) -> String {
    text.replace("$$", "$")
}

fn of_instruction(command: &Instruction) -> Option<(String, Span)> {
    let how = match command.run_script() {
        Some(script) => cannot_fail(&shell::parse(&script.text)),
        None => of_words(command.arguments.iter().map(|word| (word.text.clone(), word.span))),
    };
    how.map(|how| (how, command.span))
}

fn of_words(words: impl Iterator<Item = (String, Span)>) -> Option<String> {
    let script = Script::from_exec(words);
    match script.commands.first().and_then(Command::inner_script) {
        Some(inner) => cannot_fail(&shell::parse(&inner.text)),
        None => cannot_fail(&script),
    }
}

/// What the options of a job's service say of its health.
#[derive(PartialEq)]
enum Options {
    Nothing,
    Asks,
    Off,
    CannotFail(String),
}

fn of_options(options: &str) -> Options {
    let script = shell::parse(&options.replace('\n', " "));
    let words: Vec<&str> = script.commands.iter().flat_map(|c| &c.words).map(|word| word.text.as_str()).collect();
    let mut found = Options::Nothing;
    for (at, word) in words.iter().enumerate() {
        let command = match word.split_once('=') {
            Some(("--health-cmd", command)) => Some(command),
            _ if *word == "--health-cmd" => words.get(at + 1).copied(),
            _ if *word == "--no-healthcheck" => return Options::Off,
            _ => None,
        };
        if let Some(command) = command {
            found = cannot_fail(&shell::parse(command)).map_or(Options::Asks, Options::CannotFail);
        }
    }
    found
}

/// How a script makes sure to succeed; `None` where it may fail, or where that cannot be told.
fn cannot_fail(script: &Script) -> Option<String> {
    if !script.problems.is_empty() || script.commands.iter().any(decides) {
        return None;
    }
    let whole = script.scopes.first()?;
    let last = script.pipelines.get(*whole.pipelines.last()?)?;
    let index = match last.members.as_slice() {
        [.., shell::Node::Command(index)] if !last.negated && last.after != Some(Operator::Background) => *index,
        _ => return None,
    };
    let command = script.commands.get(index)?;
    let said = succeeds(command)?;
    match last.before {
        Some(Operator::Or) => Some(format!("`|| {said}`")),
        // What fails before `&&` is what the check says.
        Some(Operator::And) => None,
        Some(_) => Some(format!("it ends in `{said}`")),
        None => Some(format!("it is `{said}`")),
    }
}

/// Whether a command may end the script with a status of its own, or stop what it checks.
fn decides(command: &Command) -> bool {
    let fails = |word: &shell::Word| word.text != "0";
    match command.name() {
        Some("exit" | "return") => command.args().first().is_none_or(fails),
        Some("set" | "kill" | "pkill" | "killall" | "trap" | "false") => true,
        _ => false,
    }
}

/// A command that always succeeds, as messages say it.
fn succeeds(command: &Command) -> Option<String> {
    let words: Vec<&str> = command.words.iter().map(|word| word.text.as_str()).collect();
    if !command.redirects.is_empty() {
        return None;
    }
    match words.as_slice() {
        [name @ ("true" | ":" | "/bin/true" | "/usr/bin/true")] => Some((*name).to_owned()),
        ["exit", "0"] => Some("exit 0".to_owned()),
        ["echo", ..] => Some("echo …".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::cannot_fail;
    use crate::parse::shell;

    #[test]
    fn a_script_cannot_fail_when_its_last_command_always_succeeds() {
        for (script, expected) in [
            ("true", true),
            ("exit 0", true),
            ("echo ok", true),
            ("curl -f x || true", true),
            ("curl -f x && pg_isready || exit 0", true),
            ("curl -f x; exit 0", true),
            ("curl -f x | grep ok || :", true),
            ("curl -f x", false),
            ("curl -f x || exit 1", false),
            ("curl -f x && exit 0 || exit 1", false),
            ("curl -f x && echo ok", false),
            ("curl -f x || kill 1", false),
            ("curl -f x || exit 1; exit 0", false),
            ("set -e; curl -f x; true", false),
            ("if ! curl -f x; then exit 1; fi; true", false),
            ("! true", false),
            ("if true; then exit 0; fi", false),
            ("test \"$(echo true)\"", false),
            ("", false),
        ] {
            assert_eq!(cannot_fail(&shell::parse(script)).is_some(), expected, "{script}");
        }
    }
}
