//! When things run: what `if` conditions call and read, and which events start a workflow.

use crate::parse::expression::{self, Expr, Kind, Template};
use crate::parse::workflow::Workflow;
use crate::parse::yaml::Node;

/// The expressions in the `if` of a job or a step.
fn condition(owner: Node<'_>) -> Vec<Template> {
    owner.get("if").map(expression::condition).unwrap_or_default()
}

/// Whether a job or a step still runs after an earlier one has failed: its condition calls `always()`, `failure()` or
/// `cancelled()`. GitHub puts `success() &&` before a condition that calls none of them. One that cannot be read is
/// given the benefit of the doubt.
pub fn runs_after_failure(owner: Node<'_>) -> bool {
    condition(owner).iter().any(|template| match &template.expr {
        Ok(expr) => expr.status_functions().any(|(function, _)| function.name != "success"),
        Err(_) => true,
    })
}

/// Names of the functions that the condition of a job or a step calls (`hashFiles`), each as often as it is called.
pub fn calls(owner: Node<'_>) -> Vec<&'static str> {
    let mut names = Vec::new();
    for template in condition(owner) {
        if let Ok(expr) = &template.expr {
            names.extend(expr.calls().map(|(function, _)| function.name));
        }
    }
    names
}

/// Whether the condition of a job or a step looks at nothing but how the run went so far, and whether it takes something
/// of that back by `!`; `None` where it looks at more, or cannot be read.
pub fn status_only(owner: Node<'_>) -> Option<bool> {
    let templates = condition(owner);
    let only = match templates.as_slice() {
        [] => return Some(false),
        [only] => only,
        _ => return None,
    };
    let expr = only.expr.as_ref().ok().filter(|_| only.whole)?;
    let of_status = |part: &&Expr| match &part.kind {
        Kind::Call(function, _) => function.is_status(),
        Kind::Not(_) | Kind::And(_) | Kind::Or(_) | Kind::Bool(true) => true,
        _ => false,
    };
    let parts = expr.all();
    parts.iter().all(of_status).then(|| parts.iter().any(|part| matches!(part.kind, Kind::Not(_))))
}

/// Whether a workflow runs only when something is released: by a release or a tag, by hand, or by a workflow that calls
/// it and knows why. Pull requests that touch nothing but the CI itself are only its own test.
pub fn runs_only_for_releases(workflow: &Workflow<'_>) -> bool {
    let decides = workflow.triggers.iter().any(|t| matches!(t.event, "release" | "push" | "workflow_call"));
    decides
        && workflow.triggers.iter().all(|trigger| match trigger.event {
            "release" | "workflow_dispatch" | "workflow_call" => true,
            "push" => trigger.options.is_some_and(|o| {
                o.get("tags").is_some() && o.get("branches").is_none() && o.get("branches-ignore").is_none()
            }),
            "pull_request" => trigger.options.and_then(|o| o.get("paths")).is_some_and(|paths| {
                paths.one_or_many().all(|path| path.text().is_some_and(|text| text.starts_with(".github/")))
            }),
            _ => false,
        })
}

#[cfg(test)]
mod tests {
    use super::{calls, runs_after_failure, status_only};
    use crate::parse::yaml::Tree;

    #[test]
    fn conditions_that_call_a_status_function_run_after_a_failure() {
        for (condition, expected, only) in [
            ("always()", true, Some(false)),
            ("!cancelled() && matrix.report", true, None),
            ("${{ success() || failure() }}", true, Some(false)),
            ("Always ( )", true, Some(false)),
            ("!cancelled()", true, Some(true)),
            ("${{ always() }} && ${{ matrix.report }}", true, None),
            ("github.ref = 'x'", true, None),
            ("success()", false, Some(false)),
            ("github.event_name == 'push'", false, None),
            ("matrix.name == 'always()'", false, None),
            ("contains(github.ref, 'it''s failure()')", false, None),
            ("steps.test.outcome == 'failure'", false, None),
            ("always", false, None),
            ("", false, Some(false)),
        ] {
            let text = format!("if: \"{condition}\"\n");
            let tree = Tree::parse(&text).document.unwrap();
            let step = tree.root().unwrap();
            assert_eq!((runs_after_failure(step), status_only(step)), (expected, only), "{condition}");
        }
    }

    #[test]
    fn calls_are_told_by_the_names_of_the_documentation() {
        let tree = Tree::parse("if: hashfiles('a') != '' && (Always() || matrix.x == 'failure()')\n").document.unwrap();
        assert_eq!(calls(tree.root().unwrap()), ["hashFiles", "always"]);
    }
}
