//! When things run: what `if` conditions call and read, and which events start a workflow.

use crate::parse::workflow::Workflow;

/// Whether a step with this condition still runs after an earlier step of its job has failed: it calls `always()`,
/// `failure()` or `cancelled()`. GitHub puts `success() &&` before a condition that calls none of them.
pub fn runs_after_failure(condition: &str) -> bool {
    calls(condition).iter().any(|name| matches!(name.as_str(), "always" | "failure" | "cancelled"))
}

/// Names of the functions that an expression calls, in lower case; texts in quotes are left out.
pub fn calls(expression: &str) -> Vec<String> {
    let mut found = Vec::new();
    // Every second part is inside quotes; a doubled quote inside a text makes an empty part and keeps the count.
    for code in expression.split('\'').step_by(2) {
        for before in code.split('(').collect::<Vec<_>>().split_last().map_or(&[][..], |(_, before)| before) {
            let name = before.trim_end().rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_').next();
            found.extend(name.filter(|name| !name.is_empty()).map(str::to_ascii_lowercase));
        }
    }
    found
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
    use super::runs_after_failure;

    #[test]
    fn conditions_that_call_a_status_function_run_after_a_failure() {
        for (condition, expected) in [
            ("always()", true),
            ("!cancelled() && matrix.report", true),
            ("${{ success() || failure() }}", true),
            ("Always ( )", true),
            ("success()", false),
            ("github.event_name == 'push'", false),
            ("matrix.name == 'always()'", false),
            ("contains(github.ref, 'it''s failure()')", false),
            ("steps.test.outcome == 'failure'", false),
            ("always", false),
            ("", false),
        ] {
            assert_eq!(runs_after_failure(condition), expected, "{condition}");
        }
    }
}
