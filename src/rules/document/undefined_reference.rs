//! The rule `undefined-reference`.

use super::reads::{self, Miss};
use crate::evidence::{Doc, Evidence};
use crate::model::Span;
use crate::parse::expression::{Expr, Kind, Reference};
use crate::parse::workflow::{Action, Declared, Expression, Job, Trigger, Workflow, is_dynamic};
use crate::parse::yaml::Node;
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, rule};
use std::collections::BTreeSet;

rule! {
    /// # What it checks
    ///
    /// What expressions read is defined somewhere: `inputs.NAME` by an input of the workflow or action, `matrix.NAME` by
    /// the matrix of the job, `needs.JOB` by the `needs` of the job, `needs.JOB.outputs.NAME` and `jobs.JOB.outputs.NAME`
    /// by the outputs of that job or of the local workflow it calls, and `steps.ID.outputs.NAME` by the outputs of the
    /// local composite action that the step runs. Names know no case.
    ///
    /// Not judged: what has another value behind it (`matrix.os || 'ubuntu-24.04'`), names that an expression makes, matrices and outputs that an expression makes (`fromJSON`), outputs of
    /// scripts, of other repositories and of files that are not in the input, and the contexts `env`, `vars`, `secrets`
    /// and `github`.
    ///
    /// # Why it matters
    ///
    /// GitHub gives an empty text for what nothing defines, without a word. A typing error in a condition turns a job
    /// off for good, and the run is green.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on:
    ///   workflow_dispatch:
    ///     inputs:
    ///       environment:
    ///         type: string
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make deploy
    ///         env:
    ///           TARGET: ${{ inputs.enviroment }}
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on:
    ///   workflow_dispatch:
    ///     inputs:
    ///       environment:
    ///         type: string
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make deploy
    ///         env:
    ///           TARGET: ${{ inputs.environment }}
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// The empty text is meant, as in a step that is copied into several workflows.
    pub struct UndefinedReference;
    id: "undefined-reference",
    family: Document,
    level: Error,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "GitHub reads an empty text where nothing defines a name, and the run goes on without a word.";

/// The keys of a job's matrix: `None` without a matrix, `Some(None)` where an expression makes some of them.
type Axes = Option<Option<BTreeSet<String>>>;

/// What is wrong with a read, and the part of a fix that says what there is.
struct Undefined {
    message: String,
    there: String,
}

fn check(evidence: &Evidence<'_>, _params: &NoParams, sink: &mut Sink<'_>) {
    let mut misses = Vec::new();
    let mut reads = 0;
    for workflow in &evidence.workflows {
        let inputs: Vec<_> = workflow.inputs().collect();
        // Expressions come job by job, and a matrix may be long.
        let mut axes: Option<(&Job<'_>, Axes)> = None;
        for expression in workflow.expressions() {
            let Ok(expr) = &expression.template.expr else { continue };
            let fallbacks = with_fallback(expr);
            for reference in expr.contexts() {
                let Some(name) = reference.name(0).filter(|_| !fallbacks.contains(&reference.span)) else { continue };
                reads += 1;
                let undefined = match reference.context.to_ascii_lowercase().as_str() {
                    "inputs" => input(&inputs, name, "workflow"),
                    "matrix" => expression.site.job.and_then(|job| {
                        let known = axes.take().filter(|(of, _)| std::ptr::eq(*of, job));
                        let (_, keys) = axes.insert(known.unwrap_or_else(|| (job, job.matrix().map(|m| m.keys()))));
                        axis(job, keys.as_ref(), name)
                    }),
                    "needs" => expression.site.job.and_then(|job| need(evidence, workflow, job, name, &reference)),
                    "jobs" if expression.site.key == "on" => job_output(evidence, workflow, name, &reference),
                    "steps" => step_output(evidence, workflow, &expression, name, &reference),
                    _ => {
                        reads -= 1;
                        None
                    }
                };
                misses.extend(undefined.map(|undefined| Miss {
                    file: workflow.file,
                    span: reference.span,
                    path: expression.node.path(),
                    what: reference.path(),
                    message: undefined.message,
                    fix: fix(&undefined.there),
                }));
            }
        }
    }
    for action in &evidence.actions {
        reads += of_action(action, &mut misses);
    }
    sink.subjects(reads);
    sink.fact(format!("{}, {} of them undefined", count(reads, "read"), misses.len()));
    let left = evidence.not_followed().len();
    if left > 0 {
        sink.fact(format!("not in the input: {}", count(left, "reference to local actions and workflows")));
    }
    reads::report(misses, WHY, sink);
}

fn of_action<'e>(action: &Doc<'e, Action<'_>>, misses: &mut Vec<Miss<'e>>) -> usize {
    let inputs: Vec<_> = action.inputs().collect();
    let mut reads = 0;
    for expression in action.expressions() {
        let Ok(expr) = &expression.template.expr else { continue };
        let fallbacks = with_fallback(expr);
        for reference in expr.contexts().iter().filter(|reference| reference.is("inputs")) {
            let Some(name) = reference.name(0).filter(|_| !fallbacks.contains(&reference.span)) else { continue };
            reads += 1;
            misses.extend(input(&inputs, name, "action").map(|undefined| Miss {
                file: action.file,
                span: reference.span,
                path: expression.node.path(),
                what: reference.path(),
                message: undefined.message,
                fix: fix(&undefined.there),
            }));
        }
    }
    reads
}

/// The operands of `||` behind which another one stands.
fn with_fallback(expr: &Expr) -> Vec<Span> {
    let operands = expr.all().into_iter().filter_map(|expr| match &expr.kind {
        Kind::Or(parts) => parts.split_last().map(|(_, before)| before),
        _ => None,
    });
    operands.flatten().map(|operand| operand.span).collect()
}

fn fix(there: &str) -> String {
    format!("Read the name that is meant, define this one, or take the read out.{there}")
}

fn input(inputs: &[Declared<'_>], name: &str, owner: &str) -> Option<Undefined> {
    let known = inputs.iter().any(|input| input.name.eq_ignore_ascii_case(name) || input.name == "<<");
    (!known).then(|| Undefined {
        message: format!("the {owner} has no input `{name}`"),
        there: reads::listed("inputs", inputs.iter().map(|input| input.name)),
    })
}

fn axis(job: &Job<'_>, keys: Option<&Option<BTreeSet<String>>>, name: &str) -> Option<Undefined> {
    let Some(keys) = keys else {
        let message = format!("`matrix.{name}` is read, but job `{}` has no matrix", job.id);
        return Some(Undefined { message, there: String::new() });
    };
    let keys = keys.as_ref()?;
    (!keys.contains(&name.to_ascii_lowercase())).then(|| Undefined {
        message: format!("the matrix of job `{}` has no `{name}`", job.id),
        there: reads::listed("keys of the matrix", keys.iter().map(String::as_str)),
    })
}

fn need(
    evidence: &Evidence<'_>,
    workflow: &Doc<'_, Workflow<'_>>,
    job: &Job<'_>,
    id: &str,
    reference: &Reference<'_>,
) -> Option<Undefined> {
    let is = |need: Node<'_>| need.text().is_some_and(|text| text.eq_ignore_ascii_case(id) || is_dynamic(text));
    if job.needs().any(is) {
        return job_output(evidence, workflow, id, reference);
    }
    Some(Undefined {
        message: format!("`needs.{id}` is read, but job `{}` does not need `{id}`", job.id),
        there: reads::listed("jobs that it needs", job.needs().filter_map(Node::text)),
    })
}

/// Judges `….JOB.outputs.NAME`.
fn job_output(
    evidence: &Evidence<'_>,
    workflow: &Doc<'_, Workflow<'_>>,
    id: &str,
    reference: &Reference<'_>,
) -> Option<Undefined> {
    let output = reference.name(2).filter(|_| reference.name(1).is_some_and(|n| n.eq_ignore_ascii_case("outputs")))?;
    // A job that is not there is what `missing-needs` is about.
    let job = workflow.job(id)?;
    let names: Vec<&str> = match &job.uses {
        Some(uses) => {
            let called = evidence.called_workflow(workflow.file, uses)?;
            called.trigger("workflow_call").into_iter().flat_map(Trigger::outputs).map(|output| output.name).collect()
        }
        None if job.node.get("outputs").is_some_and(|outputs| outputs.is_scalar() && !outputs.is_null()) => {
            return None;
        }
        None => job.outputs().filter_map(|(key, _)| key.text()).collect(),
    };
    undefined_output(&names, output, &format!("job `{}`", job.id))
}

/// Judges `steps.ID.outputs.NAME` of a step that runs a composite action of the repository itself.
fn step_output(
    evidence: &Evidence<'_>,
    workflow: &Doc<'_, Workflow<'_>>,
    expression: &Expression<'_, '_>,
    id: &str,
    reference: &Reference<'_>,
) -> Option<Undefined> {
    let output = reference.name(2).filter(|_| reference.name(1).is_some_and(|n| n.eq_ignore_ascii_case("outputs")))?;
    let steps = &expression.site.job?.steps;
    let step = steps.iter().find(|step| step.id.is_some_and(|other| other.eq_ignore_ascii_case(id)))?;
    let action = evidence.local_action(workflow.file, step.uses.as_ref()?)?;
    if action.using != "composite" {
        return None;
    }
    let names: Vec<&str> = action.outputs().map(|output| output.name).collect();
    undefined_output(&names, output, &format!("the action of step `{id}`"))
}

fn undefined_output(names: &[&str], output: &str, owner: &str) -> Option<Undefined> {
    let known = names.iter().any(|name| name.eq_ignore_ascii_case(output) || is_dynamic(name) || *name == "<<");
    (!known).then(|| Undefined {
        message: format!("{owner} has no output `{output}`"),
        there: reads::listed("outputs", names.iter().copied()),
    })
}
