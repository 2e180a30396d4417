//! The rule `unbounded-wait`.

use crate::evidence::{Evidence, StepRef};
use crate::model::Span;
use crate::parse::shell::{Command, Construct, ConstructKind, Node as Member, Operator, ScopeKind, Script};
use crate::parse::yaml::Node;
use crate::rules::support::test_runs::placed;
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};

rule! {
    /// # What it checks
    ///
    /// A loop that waits for something (`until …; do sleep 1; done`, or `while true` with a way out) ends by itself: it
    /// counts, looks at a clock, runs under `timeout`, or its step or job has `timeout-minutes`.
    ///
    /// Not judged: `for` loops, which end; loops that read lines; loops in the background and in functions; a loop
    /// in which a variable is set or compared as a number, which may be a counter.
    ///
    /// # Why it matters
    ///
    /// When what it waits for never comes, the job runs for six hours before GitHub ends it, and its log does not say why.
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
    ///           docker run -d -p 8080:8080 shop/web:1.4
    ///           until curl -fs http://localhost:8080/health; do sleep 1; done
    ///           make test
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
    ///           docker run -d -p 8080:8080 shop/web:1.4
    ///           until curl -fs http://localhost:8080/health; do sleep 1; done
    ///           make test
    ///         timeout-minutes: 5
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// What is waited for always comes, or the runner ends the job by itself.
    pub struct UnboundedWait;
    id: "unbounded-wait",
    family: Health,
    level: Warning,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "When what it waits for never comes, the job runs for six hours before GitHub ends it, and its log does not say why.";

const FIX: &str = "Give the wait an end:\n\n    timeout 60 sh -c 'until curl -fs http://localhost:8080/health; do sleep 1; done'\n\nor \
                   give one to its step:\n\n    timeout-minutes: 5\n";

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let mut waits = 0;
    for at in evidence.steps() {
        let Some(run) = &at.step.run else { continue };
        for (index, construct) in run.script.constructs.iter().enumerate() {
            let inside = run.script.commands_of(Member::Construct(index));
            let Some(condition) = waits_for(&run.script, construct, inside) else { continue };
            waits += 1;
            if is_bounded(inside) || has_timeout(at) {
                continue;
            }
            spots.push(Spot {
                file: at.file,
                span: placed(run, Span { offset: construct.span.offset, length: 5 }),
                path: run.node.path(),
                message: format!("{} waits for `{condition}` without an end", at.title()),
                detail: String::new(),
                edits: Vec::new(),
            });
        }
    }
    sink.subjects(waits);
    sink.fact(format!("{}, {} without an end", count(waits, "loop on a condition"), spots.len()));
    sink.once_a_file(spots, WHY, |group| format!("{} loops wait without an end", group.len()), |_| FIX.to_owned());
}

/// What a loop waits for, where it does: it sleeps, and either its condition is a command that can fail or its body has
/// a way out.
fn waits_for(script: &Script, construct: &Construct, commands: &[Command]) -> Option<String> {
    if !matches!(construct.kind, ConstructKind::While | ConstructKind::Until) {
        return None;
    }
    let background = script.pipeline(construct.link).is_some_and(|p| p.after == Some(Operator::Background));
    let in_function = script.enclosing(construct.scope).any(|s| matches!(s.kind, ScopeKind::Function(_)));
    // What is piped or redirected into a loop are lines to read, which end.
    let fed = construct.link.position > 0 || !construct.redirects.is_empty();
    if background || in_function || fed || !commands.iter().any(|command| command.name() == Some("sleep")) {
        return None;
    }
    let condition = script.scopes.get(*construct.parts.first()?)?;
    let first = script.pipelines.get(*condition.pipelines.first()?)?;
    let Member::Command(index) = first.members.first()? else { return None };
    let command = script.commands.get(*index)?;
    match command.name()? {
        "true" | ":" | "false" => {
            let way_out = |command: &&Command| matches!(command.name(), Some("break" | "exit" | "return"));
            // The command before the way out is what is waited for, but it may be far from it.
            commands
                .iter()
                .find(way_out)
                .map(|command| format!("a `{}` in its body", command.name().unwrap_or_default()))
        }
        "read" | "sleep" | "((" => None,
        _ => {
            let words: Vec<&str> = command.words.iter().map(|word| word.text.as_str()).collect();
            let said = words.join(" ");
            Some(if said.chars().count() > 60 { said.chars().take(59).chain(['…']).collect() } else { said })
        }
    }
}

/// Whether something in a loop counts or looks at a clock, or may do so.
fn is_bounded(commands: &[Command]) -> bool {
    commands.iter().any(|command| {
        let counts = !command.assignments.is_empty() && command.words.is_empty();
        let named = matches!(
            command.name(),
            Some("((" | "let" | "expr" | "date" | "seq" | "timeout" | "gtimeout" | "shift" | "declare" | "local")
        );
        let compares = command.words.iter().any(|word| {
            matches!(word.text.as_str(), "-gt" | "-ge" | "-lt" | "-le")
                || word.text.contains("SECONDS")
                || word.text.contains("$((")
        });
        let wrapped = command.words.first().is_some_and(|word| word.text == "timeout" || word.text == "gtimeout");
        counts || named || compares && !wrapped
    })
}

/// Whether a step or its job has a timeout; a step of a composite action has that of whoever uses it.
fn has_timeout(at: StepRef<'_>) -> bool {
    let set = |node: Node<'_>| node.get("timeout-minutes").is_some_and(|n| !n.is_null());
    at.job.is_none_or(|job| set(job.job.node)) || set(at.step.node)
}
