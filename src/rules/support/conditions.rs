//! What `if` conditions call and read.

use crate::parse::expression;
use crate::parse::workflow::Step;

/// Whether a step still runs after an earlier step of its job has failed: its condition calls `always()`, `failure()` or
/// `cancelled()`. GitHub puts `success() &&` before a condition that calls none of them. One that cannot be read is
/// given the benefit of the doubt.
pub fn runs_after_failure(step: &Step<'_>) -> bool {
    let conditions = step.node.get("if").map(expression::condition).unwrap_or_default();
    conditions.iter().any(|template| match &template.expr {
        Ok(expr) => expr.status_functions().any(|(function, _)| function.name != "success"),
        Err(_) => true,
    })
}

#[cfg(test)]
mod tests {
    use super::runs_after_failure;
    use crate::parse::workflow::Workflow;
    use crate::parse::yaml::Tree;

    #[test]
    fn conditions_that_call_a_status_function_run_after_a_failure() {
        for (condition, expected) in [
            ("always()", true),
            ("!cancelled() && matrix.report", true),
            ("${{ success() || failure() }}", true),
            ("Always ( )", true),
            ("${{ always() }} && ${{ matrix.report }}", true),
            ("github.ref = 'x'", true),
            ("success()", false),
            ("github.event_name == 'push'", false),
            ("matrix.name == 'always()'", false),
            ("contains(github.ref, 'it''s failure()')", false),
            ("steps.test.outcome == 'failure'", false),
            ("always", false),
            ("", false),
        ] {
            let text =
                format!("on: push\njobs: {{ a: {{ runs-on: x, steps: [{{ run: x, if: \"{condition}\" }}] }} }}\n");
            let tree = Tree::parse(&text).document.unwrap();
            let workflow = Workflow::read(&tree, &mut Vec::new()).unwrap();
            let step = workflow.jobs.first().and_then(|job| job.steps.first()).unwrap();
            assert_eq!(runs_after_failure(step), expected, "{condition}");
        }
    }
}
