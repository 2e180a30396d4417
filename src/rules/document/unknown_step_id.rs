//! The rule `unknown-step-id`.

use super::reads::{self, Miss};
use crate::evidence::{Evidence, File};
use crate::model::Span;
use crate::parse::workflow::{Expression, Job, Step};
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, rule};
use std::collections::BTreeMap;

rule! {
    /// # What it checks
    ///
    /// Every `steps.ID` that an expression of a step reads is the id of an earlier step of the same job or action; in
    /// what a job or an action gives out after its steps, it is the id of any of them. Ids know no case.
    ///
    /// Not judged: ids that an expression makes (`steps[matrix.x]`).
    ///
    /// # Why it matters
    ///
    /// GitHub gives an empty text for a step that it does not know, without a word: a condition is never true, an image
    /// gets an empty tag, and the run is green.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - id: tests
    ///         run: make test
    ///         continue-on-error: true
    ///       - if: steps.test.outcome == 'failure'
    ///         run: make report
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
    ///       - id: tests
    ///         run: make test
    ///         continue-on-error: true
    ///       - if: steps.tests.outcome == 'failure'
    ///         run: make report
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// The step is left out on purpose, and nothing is what should be read.
    pub struct UnknownStepId;
    id: "unknown-step-id",
    family: Document,
    level: Error,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "GitHub reads an empty text from a step that it does not know, and the run goes on without a word.";

fn check(evidence: &Evidence<'_>, _params: &NoParams, sink: &mut Sink<'_>) {
    let mut misses = Vec::new();
    let mut reads = 0;
    for workflow in &evidence.workflows {
        // Expressions come job by job.
        let mut last: Option<(&Job<'_>, BTreeMap<String, usize>)> = None;
        for expression in workflow.expressions() {
            let Some(job) = expression.site.job else { continue };
            let known = last.take().filter(|(of, _)| std::ptr::eq(*of, job));
            let (_, ids) = last.insert(known.unwrap_or_else(|| (job, ids_of(&job.steps))));
            reads += judge(workflow.file, &expression, &job.steps, ids, &mut misses);
        }
    }
    for action in evidence.actions.iter().filter(|action| action.using == "composite") {
        let ids = ids_of(&action.steps);
        for expression in action.expressions() {
            reads += judge(action.file, &expression, &action.steps, &ids, &mut misses);
        }
    }
    sink.subjects(reads);
    sink.fact(format!("{} of steps, {} of them unknown", count(reads, "read"), misses.len()));
    reads::report(misses, WHY, sink);
}

/// The first step of each id, in lower case.
fn ids_of(steps: &[Step<'_>]) -> BTreeMap<String, usize> {
    let ids = steps.iter().rev().filter_map(|step| Some((step.id?.to_ascii_lowercase(), step.index)));
    ids.collect()
}

/// Judges the reads of steps in one expression; their number.
fn judge<'e>(
    file: &'e File<'e>,
    expression: &Expression<'_, '_>,
    steps: &[Step<'_>],
    ids: &BTreeMap<String, usize>,
    misses: &mut Vec<Miss<'e>>,
) -> usize {
    let Ok(expr) = &expression.template.expr else { return 0 };
    let mut reads = 0;
    for reference in expr.contexts().iter().filter(|reference| reference.is("steps")) {
        let Some(id) = reference.name(0) else { continue };
        reads += 1;
        let before = expression.site.step.map_or(steps.len(), |step| step.index);
        let first = ids.get(&id.to_ascii_lowercase()).and_then(|at| steps.get(*at));
        if first.is_none_or(|step| step.index >= before) {
            misses.push(miss(file, expression, reference.span, id, first, steps));
        }
    }
    reads
}

fn miss<'e>(
    file: &'e File<'e>,
    expression: &Expression<'_, '_>,
    span: Span,
    id: &str,
    there: Option<&Step<'_>>,
    steps: &[Step<'_>],
) -> Miss<'e> {
    let own = expression.site.step.map(|step| step.index);
    let message = match there {
        Some(step) if Some(step.index) == own => {
            format!("the step reads of itself what it has not done yet: `steps.{id}`")
        }
        Some(step) => {
            let line = file.line(step.node.span().offset);
            format!("`steps.{id}` is read before its step, which comes on line {line}")
        }
        None if own.is_some() => format!("no step before this one has the id `{id}`"),
        None => format!("no step has the id `{id}`"),
    };
    let before = steps.iter().filter(|step| own.is_none_or(|own| step.index < own));
    let ids = reads::listed("ids before this place", before.filter_map(|step| step.id));
    Miss {
        file,
        span,
        path: expression.node.path(),
        what: format!("steps.{}", id.to_ascii_lowercase()),
        message,
        fix: format!("Name the step that is meant, or give it this id:\n\n    - id: {id}\n\n{}", ids.trim_start()),
    }
}
