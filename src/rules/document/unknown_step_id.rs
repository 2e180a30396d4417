//! The rule `unknown-step-id`.

use crate::evidence::{Evidence, File};
use crate::model::Span;
use crate::parse::workflow::{Expression, Step};
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};

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
    let mut spots = Vec::new();
    let mut reads = 0;
    for workflow in &evidence.workflows {
        for expression in workflow.expressions() {
            let Some(job) = expression.site.job else { continue };
            reads += judge(workflow.file, &expression, &job.steps, &mut spots);
        }
    }
    for action in evidence.actions.iter().filter(|action| action.using == "composite") {
        for expression in action.expressions() {
            reads += judge(action.file, &expression, &action.steps, &mut spots);
        }
    }
    sink.subjects(reads);
    sink.fact(format!("{} of steps, {} of them unknown", count(reads, "read"), spots.len()));
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} reads of steps find none of that id before them", group.len()),
        |group| group.first().map_or(String::new(), |spot| spot.detail.clone()),
    );
}

/// Judges the reads of steps in one expression; their number.
fn judge<'e>(
    file: &'e File<'e>,
    expression: &Expression<'_, '_>,
    steps: &[Step<'_>],
    spots: &mut Vec<Spot<'e>>,
) -> usize {
    let Ok(expr) = &expression.template.expr else { return 0 };
    let mut reads = 0;
    for reference in expr.contexts().iter().filter(|reference| reference.is("steps")) {
        let Some(id) = reference.name(0) else { continue };
        reads += 1;
        let before = expression.site.step.map_or(steps.len(), |step| step.index);
        let of_id = |step: &Step<'_>| step.id.is_some_and(|other| other.eq_ignore_ascii_case(id));
        if !steps.iter().take(before).any(of_id) {
            spots.push(spot(file, expression, reference.span, id, steps));
        }
    }
    reads
}

fn spot<'e>(file: &'e File<'e>, expression: &Expression<'_, '_>, span: Span, id: &str, steps: &[Step<'_>]) -> Spot<'e> {
    let own = expression.site.step.map(|step| step.index);
    let later = steps.iter().find(|step| step.id.is_some_and(|other| other.eq_ignore_ascii_case(id)));
    let message = match later {
        Some(step) if Some(step.index) == own => format!("step `{id}` reads what it has not done yet: `steps.{id}`"),
        Some(step) => {
            let line = file.line(step.node.span().offset);
            format!("`steps.{id}` is read before the step, which comes on line {line}")
        }
        None => format!("no step before this has the id `{id}`"),
    };
    let ids: Vec<String> = steps
        .iter()
        .filter(|step| own.is_none_or(|own| step.index < own))
        .filter_map(|step| Some(format!("`{}`", step.id?)))
        .take(12)
        .collect();
    let detail = if ids.is_empty() {
        format!("Give the step that is meant its id, or read from where the value comes:\n\n    - id: {id}\n")
    } else {
        format!("Name the step that is meant, or give it this id. The ids before this place are {}.", ids.join(", "))
    };
    Spot { file, span, path: expression.node.path(), message, detail, edits: Vec::new() }
}
