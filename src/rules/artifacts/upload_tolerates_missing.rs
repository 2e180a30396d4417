//! The rule `upload-tolerates-missing`.

use crate::evidence::Evidence;
use crate::parse::workflow::{Step, is_dynamic};
use crate::parse::yaml::Node;
use crate::rules::support::conditions::{calls, runs_after_failure};
use crate::rules::support::uploads::{add_input, step_groups, uploaded_paths, uploaded_proof};
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};

rule! {
    /// # What it checks
    ///
    /// An upload of a test report or coverage fails when there is nothing to upload: `if-no-files-found: error`. By itself
    /// `actions/upload-artifact` only warns. What an upload holds is told as in `upload-lost-on-failure`.
    ///
    /// Not judged: uploads of screenshots and videos, which are there only after a failure; uploads that run on failure
    /// only, or when an expression finds the files; a value that an expression decides.
    ///
    /// # Why it matters
    ///
    /// When a path changes, the report is gone and the run stays green, until somebody needs it.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: pytest --junitxml=report/junit.xml
    ///       - uses: actions/upload-artifact@v4
    ///         if: ${{ !cancelled() }}
    ///         with:
    ///           name: test-results
    ///           path: report/junit.xml
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
    ///       - run: pytest --junitxml=report/junit.xml
    ///       - uses: actions/upload-artifact@v4
    ///         if: ${{ !cancelled() }}
    ///         with:
    ///           name: test-results
    ///           path: report/junit.xml
    ///           if-no-files-found: error
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// The file is there in some runs only, and nothing else tells which.
    pub struct UploadToleratesMissing;
    id: "upload-tolerates-missing",
    family: Artifacts,
    level: Warning,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "When a path changes, the report is gone and the run stays green, until somebody needs it.";

const INPUT: &str = "if-no-files-found";

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let (mut judged, mut open) = (0, 0);
    for at in step_groups(evidence).into_iter().flatten() {
        if uploaded_proof(at.step).is_none() {
            continue;
        }
        let set = at.step.input(INPUT);
        let value = set.and_then(Node::text).unwrap_or_default();
        if is_dynamic(value) || may_be_missing(at.step) {
            open += 1;
            continue;
        }
        judged += 1;
        let how = match value.to_ascii_lowercase().as_str() {
            "error" => continue,
            "ignore" => "says nothing",
            _ => "only warns",
        };
        let node = set.filter(|_| !value.is_empty()).or_else(|| at.step.uses.as_ref().map(|uses| uses.node));
        let node = node.unwrap_or(at.step.node);
        let path = uploaded_paths(at.step).next().unwrap_or_default();
        spots.push(Spot {
            file: at.file,
            span: node.span(),
            path: at.step.node.path(),
            message: format!("{} {how} when `{path}` is not there", at.title()),
            detail: String::new(),
            // Who wrote another value has decided so.
            edits: if set.is_none() {
                add_input(at.file, at.step, INPUT, "error").into_iter().collect()
            } else {
                Vec::new()
            },
        });
    }
    sink.subjects(judged);
    sink.fact(format!(
        "{}, {} that fail when there is nothing",
        count(judged, "upload of test reports or coverage"),
        judged - spots.len()
    ));
    if open > 0 {
        sink.fact(format!("{} not judged: the files are there in some runs only", count(open, "upload")));
    }
    sink.once_a_file(
        spots,
        WHY,
        |group| {
            let first = group.first().map_or("", |spot| spot.message.as_str());
            format!("{} uploads of reports go on without their files; the first: {first}", group.len())
        },
        |_| "Let the upload fail when there is nothing:\n\n    if-no-files-found: error\n".to_owned(),
    );
}

/// Whether the files are rightly missing in some runs in which the step runs.
fn may_be_missing(step: &Step<'_>) -> bool {
    let functions = calls(step.node);
    let on_failure_only = runs_after_failure(step.node)
        && functions.iter().all(|name| !matches!(*name, "always" | "cancelled" | "success"));
    let mut paths = uploaded_paths(step);
    let pictures = paths.all(|path| {
        let path = path.to_ascii_lowercase();
        ["screenshot", "video", "trace", "diff"].iter().any(|word| path.contains(word))
    });
    on_failure_only || pictures || functions.contains(&"hashFiles")
}

#[cfg(test)]
mod tests {
    use crate::rules::support::repair::repaired;

    #[test]
    fn the_edit_adds_the_input_after_the_others() {
        let head = "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n";
        let before = "      - uses: actions/upload-artifact@v4\n        with:\n          # all of it\n          path: junit.xml\n          name: results\n";
        let after = "      - uses: actions/upload-artifact@v4\n        with:\n          # all of it\n          path: junit.xml\n          name: results\n          if-no-files-found: error\n";
        let rule = "upload-tolerates-missing";
        assert_eq!(repaired(rule, &format!("{head}{before}")), format!("{head}{after}"));
    }

    #[test]
    fn other_decisions_are_left_to_the_reader() {
        let head = "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n";
        for step in [
            "      - uses: actions/upload-artifact@v4\n        with: { path: junit.xml, if-no-files-found: warn }\n",
            "      - uses: actions/upload-artifact@v4\n        with:\n          path: junit.xml\n          if-no-files-found: ignore\n",
        ] {
            let text = format!("{head}{step}");
            assert_eq!(repaired("upload-tolerates-missing", &text), text);
        }
    }
}
