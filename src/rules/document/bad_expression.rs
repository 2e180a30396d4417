//! The rule `bad-expression`.

use crate::evidence::{Evidence, File};
use crate::model::{Fix, Span};
use crate::parse::expression::MAX_LENGTH;
use crate::parse::expression::functions::FUNCTIONS;
use crate::parse::workflow::{Expression, Site};
use crate::parse::yaml::Node;
use crate::rules::support::words::count;
use crate::rules::{Hit, NoParams, Sink, rule};

rule! {
    /// # What it checks
    ///
    /// Every `${{ … }}` of a workflow or an action, and every condition, is an expression that GitHub can read: its
    /// parentheses, quotes and braces are closed, its operators and functions exist, and each function is given as many
    /// arguments as it takes. `success`, `failure`, `always` and `cancelled` are called in conditions only, and
    /// `hashFiles` in steps only. A text with expressions in it has no more than 21000 characters.
    ///
    /// Not judged: names of contexts and what they hold (see `undefined-reference`), and texts that GitHub does not
    /// evaluate, such as descriptions.
    ///
    /// # Why it matters
    ///
    /// GitHub refuses the whole workflow for one such expression: no job of it runs, and a pull request shows no check
    /// that could fail. In an action, the step that uses it fails.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     if: github.ref = "refs/heads/main"
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make test
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     if: github.ref == 'refs/heads/main'
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make test
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// GitHub has a function that this version does not know yet.
    pub struct BadExpression;
    id: "bad-expression",
    family: Document,
    level: Error,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "GitHub refuses a workflow with an expression that it cannot read, so nothing of it runs.";

fn check(evidence: &Evidence<'_>, _params: &NoParams, sink: &mut Sink<'_>) {
    let mut total = 0;
    for workflow in &evidence.workflows {
        total += judge(workflow.file, &workflow.expressions(), sink);
    }
    for action in &evidence.actions {
        total += judge(action.file, &action.expressions(), sink);
    }
    sink.subjects(total);
    sink.fact(format!("{} read", count(total, "expression")));
}

fn judge(file: &File<'_>, expressions: &[Expression<'_, '_>], sink: &mut Sink<'_>) -> usize {
    let mut last = None;
    for expression in expressions {
        let node = expression.node;
        if last.replace(node.span()) != Some(node.span()) {
            too_long(file, node, sink);
        }
        let (span, message, fix) = match &expression.template.expr {
            Err(problem) => {
                let fix = "Correct the expression at this place. Texts stand in single quotes (a quote inside is doubled), \
                           `==` and `!=` compare, there is no arithmetic, and these are all functions:";
                let names = FUNCTIONS.map(|function| function.name).join(", ");
                let message = match shown(file, expression.template.span) {
                    shown if shown.is_empty() => format!("GitHub cannot read this condition: {}", problem.message),
                    shown => format!("GitHub cannot read `{shown}`: {}", problem.message),
                };
                (problem.span, message, format!("{fix}\n\n    {names}\n"))
            }
            Ok(expr) => match expr
                .calls()
                .find_map(|(function, call)| Some((call, misplaced(function.name, &expression.site)?)))
            {
                Some((call, (message, fix))) => (call.span, message, fix),
                None => continue,
            },
        };
        sink.finding(Hit {
            file,
            span,
            path: expression.node.path(),
            message,
            why: WHY,
            fix: Fix { text: fix, edits: Vec::new() },
            related: Vec::new(),
        });
    }
    expressions.len()
}

/// Tells a text that GitHub refuses for its length: a text around expressions is made by one call of `format`.
fn too_long(file: &File<'_>, node: Node<'_>, sink: &mut Sink<'_>) {
    let Some(length) = node.text().map(|text| text.chars().count()).filter(|length| *length > MAX_LENGTH) else {
        return;
    };
    sink.finding(Hit {
        file,
        span: node.key().map_or(node.span(), Node::span),
        path: node.path(),
        message: format!("this text of {length} characters holds an expression; GitHub evaluates texts of up to {MAX_LENGTH}"),
        why: WHY,
        fix: Fix {
            text: "Move the text into a file of the repository, or hand the values over in `env`, so that the text itself \
                   holds no expression."
                .to_owned(),
            edits: Vec::new(),
        },
        related: Vec::new(),
    });
}

/// What is wrong with a function at a place, and what to do instead.
fn misplaced(function: &str, site: &Site<'_, '_>) -> Option<(String, String)> {
    if matches!(function, "always" | "cancelled" | "failure" | "success") && !site.is_condition() {
        let message = format!("`{function}()` is called under `{}`, but exists in conditions only", site.key);
        let fix = "Ask for the state of the job instead, which can be read everywhere in its steps:\n\n    ${{ job.status }}\n";
        return Some((message, fix.to_owned()));
    }
    if function == "hashFiles" && site.job.is_some() && site.step.is_none() {
        let message = format!("`hashFiles()` is called under `{}` of a job, but exists in steps only", site.key);
        let fix = "Call it in the steps that need it: before the steps, no file of the repository is there to hash.";
        return Some((message, fix.to_owned()));
    }
    None
}

/// The beginning of an expression as written, on one line.
fn shown(file: &File<'_>, span: Span) -> String {
    let text = file.source.text.get(span.range()).unwrap_or("");
    let words: Vec<&str> = text.split_whitespace().take(40).collect();
    let line = words.join(" ");
    if line.chars().count() > 60 { line.chars().take(59).chain(['…']).collect() } else { line }
}

#[cfg(test)]
mod tests {
    use crate::engine::{Request, analyze, load_policy};
    use crate::input::{Content, Limits, Origin, RawFile};
    use crate::model::Level;

    #[test]
    fn a_text_with_an_expression_has_a_longest_length() {
        let policy = load_policy("", Some("version: 1\nrules: { bad-expression: error }\n"), &|_| None).unwrap();
        for (length, expression, findings) in
            [(20_900, "${{ github.a }}", 0), (21_000, "${{ github.a }}", 1), (50_000, "", 0)]
        {
            let script = format!("{}{expression}", "#".repeat(length));
            let text = format!("on: push\njobs: {{ a: {{ runs-on: x, steps: [{{ run: '{script}' }}] }} }}\n");
            let file = RawFile {
                path: ".github/workflows/ci.yml".to_owned(),
                content: Content::Bytes(text.into()),
                origin: Origin::Tree,
            };
            let today = "2026-11-23".parse().unwrap();
            let request =
                Request { files: vec![file], limits: Limits::default(), fail_on: Level::Error, today, baseline: None };
            assert_eq!(analyze(request, &policy).findings.len(), findings, "{length} {expression}");
        }
    }
}
