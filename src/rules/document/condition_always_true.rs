//! The rule `condition-always-true`.

use crate::evidence::{Evidence, File};
use crate::model::Fix;
use crate::parse::expression::{Expr, Kind};
use crate::parse::workflow::Expression;
use crate::rules::support::words::count;
use crate::rules::{Hit, NoParams, Sink, rule};

rule! {
    /// # What it checks
    ///
    /// The `if` of a job or a step can come to both. It cannot where something stands outside of `${{ }}` in it (`${{
    /// github.ref == 'x' }} && true`, or only the line break at the end of a `|` block): GitHub makes a text of that, and
    /// a text that is not empty is true. Nor can it where a part decides by itself: in `github.ref == 'a' || 'b'`, the
    /// text `'b'` is true.
    ///
    /// Not judged: `true`, `false` and other conditions that are a single value, which say what they do; conditions that
    /// call `always()`; conditions that are always false, which is how jobs are switched off.
    ///
    /// # Why it matters
    ///
    /// The step runs in every case, also in those that the condition was written to keep out: a deployment on every branch.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   deploy:
    ///     if: github.ref == 'refs/heads/main' || 'refs/heads/live'
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make deploy
    ///       - if: ${{ github.actor == 'bot' }} && ${{ github.run_attempt == 1 }}
    ///         run: make notify
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   deploy:
    ///     if: github.ref == 'refs/heads/main' || github.ref == 'refs/heads/live'
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make deploy
    ///       - if: ${{ github.actor == 'bot' && github.run_attempt == 1 }}
    ///         run: make notify
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// The condition is switched off for a while, and a comment says until when.
    pub struct ConditionAlwaysTrue;
    id: "condition-always-true",
    family: Document,
    level: Error,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "What the condition was written to keep out happens all the same, in every run and without a word.";

fn check(evidence: &Evidence<'_>, _params: &NoParams, sink: &mut Sink<'_>) {
    let mut conditions = 0;
    let mut wrong = 0;
    let of_workflows = evidence.workflows.iter().map(|workflow| (workflow.file, workflow.expressions()));
    let of_actions = evidence.actions.iter().map(|action| (action.file, action.expressions()));
    for (file, expressions) in of_workflows.chain(of_actions) {
        let ifs: Vec<_> = expressions.into_iter().filter(|expression| expression.site.key == "if").collect();
        for group in ifs.chunk_by(|a, b| a.node.span() == b.node.span()) {
            conditions += 1;
            if let Some(hit) = judge(file, group) {
                wrong += 1;
                sink.finding(hit);
            }
        }
    }
    sink.subjects(conditions);
    sink.fact(format!("{}, {wrong} of them always true", count(conditions, "condition")));
}

/// Judges the expressions of one condition.
fn judge<'e>(file: &'e File<'e>, parts: &[Expression<'_, '_>]) -> Option<Hit<'e>> {
    let first = parts.first()?;
    let hit = |span, message, fix: String| Hit {
        file,
        span,
        path: first.node.path(),
        message,
        why: WHY,
        fix: Fix { text: fix, edits: Vec::new() },
        related: Vec::new(),
    };
    if let [only] = parts
        && only.template.whole
    {
        let expr = only.template.expr.as_ref().ok()?;
        let decides = deciding(expr)?;
        let written = file.source.text.get(decides.span.range()).unwrap_or_default().trim();
        let message = format!("this condition is always true: `{written}` is true by itself");
        let fix = "Write each comparison in full, with both sides:\n\n    if: github.ref == 'refs/heads/a' || github.ref == \
                   'refs/heads/b'\n";
        return Some(hit(decides.span, message, fix.to_owned()));
    }
    let text = first.node.text()?;
    let mut outside = String::new();
    let mut at = 0;
    for part in parts {
        outside.push_str(text.get(at..part.template.inner.offset).unwrap_or_default());
        at = part.template.inner.end();
    }
    outside.push_str(text.get(at..).unwrap_or_default());
    // Values one after the other may all be empty.
    if outside.is_empty() || parts.iter().any(|part| part.template.expr.is_err()) {
        return None;
    }
    if outside.trim().is_empty() {
        let message = "this condition is always true: the line break or blank beside `${{ }}` makes a text of it, and a text \
                       that is not empty is true";
        let fix = "Take `${{ }}` away, or keep the line break out of the value:\n\n    if: |-\n      ${{ … }}\n";
        return Some(hit(first.template.span, message.to_owned(), fix.to_owned()));
    }
    let shown: Vec<&str> = outside.split_whitespace().collect();
    let message = format!(
        "this condition is always true: `{}` stands outside of `${{{{ }}}}` and makes a text of it, and a text that is not \
         empty is true",
        shown.join(" ")
    );
    let fix = "Write the whole condition as one expression:\n\n    if: ${{ a && b }}\n";
    Some(hit(first.template.span, message, fix.to_owned()))
}

/// The part that makes a condition true in every run; `None` where none does, or where that is what it says.
fn deciding(expr: &Expr) -> Option<&Expr> {
    if expr.truth() != Some(true) || expr.status_functions().next().is_some() {
        return None;
    }
    match &expr.kind {
        Kind::Null | Kind::Bool(_) | Kind::Number(_) => None,
        Kind::Or(parts) => parts.iter().find(|part| part.truth() == Some(true)),
        _ => Some(expr),
    }
}
