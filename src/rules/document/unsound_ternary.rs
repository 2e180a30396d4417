//! The rule `unsound-ternary`.

use crate::evidence::{Evidence, File};
use crate::model::Fix;
use crate::parse::expression::{Expr, Kind};
use crate::parse::workflow::Expression;
use crate::rules::support::words::count;
use crate::rules::{Hit, NoParams, Sink, rule};

rule! {
    /// # What it checks
    ///
    /// In `a && b || c`, the middle part is a value that counts as true: not `''`, `0`, `false` or `null`. With such a
    /// value the expression comes to `c` in both cases.
    ///
    /// Not judged: middle parts whose value only the run knows.
    ///
    /// # Why it matters
    ///
    /// The expression reads like "if a then b else c" and never gives b: an option is switched on where it was to be off.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make test ${{ github.ref == 'refs/heads/main' && '' || '--fast' }}
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
    ///       - run: make test ${{ github.ref != 'refs/heads/main' && '--fast' || '' }}
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// The expression is made by a program, and its last part is what should come out.
    pub struct UnsoundTernary;
    id: "unsound-ternary",
    family: Document,
    level: Error,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str =
    "GitHub goes on to the last part whenever the middle one counts as false, so the middle one never comes out.";

fn check(evidence: &Evidence<'_>, _params: &NoParams, sink: &mut Sink<'_>) {
    let mut ternaries = 0;
    let mut wrong = 0;
    let of_workflows = evidence.workflows.iter().map(|workflow| (workflow.file, workflow.expressions()));
    let of_actions = evidence.actions.iter().map(|action| (action.file, action.expressions()));
    for (file, expressions) in of_workflows.chain(of_actions) {
        for expression in &expressions {
            let Ok(expr) = &expression.template.expr else { continue };
            for part in expr.all() {
                let Kind::Or(parts) = &part.kind else { continue };
                for pair in parts.windows(2) {
                    let [Expr { kind: Kind::And(choice), .. }, other] = pair else { continue };
                    ternaries += 1;
                    if let Some(hit) = judge(file, expression, choice, other) {
                        wrong += 1;
                        sink.finding(hit);
                    }
                }
            }
        }
    }
    sink.subjects(ternaries);
    sink.fact(format!(
        "{}, {wrong} of them with a middle part that is false",
        count(ternaries, "choice of the form `a && b || c`")
    ));
}

fn judge<'e>(file: &'e File<'e>, expression: &Expression<'_, '_>, choice: &[Expr], other: &Expr) -> Option<Hit<'e>> {
    let (value, before) = choice.split_last()?;
    let known = value.eval().filter(|known| !known.truth())?;
    // Where both come to the same there is nothing to lose.
    if other.eval() == Some(known) {
        return None;
    }
    let written = |expr: &Expr| file.source.text.get(expr.span.range()).unwrap_or_default();
    let condition = match before {
        [only] => written(only).to_owned(),
        many => many.iter().map(written).collect::<Vec<_>>().join(" && "),
    };
    let (middle, last) = (written(value), written(other));
    let turned = match other.truth() {
        Some(true) => format!(
            "Turn the choice round, so that the false value comes last:\n\n    ${{{{ !({condition}) && {last} || {middle} }}}}\n"
        ),
        _ => format!("Say both values with `case`:\n\n    ${{{{ case({condition}, {middle}, {last}) }}}}\n"),
    };
    Some(Hit {
        file,
        span: value.span,
        path: expression.node.path(),
        message: format!("`{middle}` counts as false, so this comes to `{last}` whether `{condition}` is true or not"),
        why: WHY,
        fix: Fix { text: turned, edits: Vec::new() },
        related: Vec::new(),
    })
}
