//! The rule `upload-lost-on-failure`.

use crate::evidence::{Evidence, JobRef, StepRef};
use crate::model::Edit;
use crate::parse::shell;
use crate::parse::workflow::{Step, Workflow};
use crate::parse::yaml::Node;
use crate::rules::support::conditions::runs_after_failure;
use crate::rules::support::proof::{Proof, proof_of};
use crate::rules::support::test_commands::test_command;
use crate::rules::support::test_runs::{Ending, followed, test_runs};
use crate::rules::{NoParams, Sink, Spot, rule};
use std::collections::{BTreeMap, BTreeSet};

rule! {
    /// # What it checks
    ///
    /// An `actions/upload-artifact` of a test report or of coverage, after a step that runs tests in the same job or
    /// composite action, also runs when that step has failed: its `if` calls `always()`, `!cancelled()` or `failure()`.
    /// What an upload holds is told by the words of its name and paths (`junit.xml`, `test-results`, `surefire-reports`,
    /// `playwright-report`, `cypress/screenshots`, `*.trx`, `htmlcov`, `lcov.info` and the like).
    ///
    /// Not judged: an upload after tests that cannot fail their step (`continue-on-error: true`, a status that is lost or
    /// looked at); coverage that a later job of the workflow downloads, which needs it only on success; uploads of
    /// anything else; tests in programs that are not known to run tests.
    ///
    /// # Why it matters
    ///
    /// A report is wanted most when a test has failed, and just then the step that would keep it is skipped.
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
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// The tests write the report only when all of them have passed.
    pub struct UploadLostOnFailure;
    id: "upload-lost-on-failure",
    family: Artifacts,
    level: Error,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str =
    "A report is wanted most when a test has failed, and just then the step that would keep it is skipped.";

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let (mut uploads, mut open) = (0, 0);
    for group in groups(evidence) {
        // Label of the first command whose failure would skip the steps after it.
        let mut tests: Option<String> = None;
        let mut any_tests = false;
        let mut handed_on = None;
        for at in group {
            if let Some(proof) = uploaded(at.step) {
                let mut taken = || *handed_on.get_or_insert_with(|| at.job.is_some_and(is_handed_on));
                match (&tests, any_tests) {
                    (Some(_), _) if proof == Proof::Coverage && taken() => open += 1,
                    (Some(label), _) => {
                        uploads += 1;
                        if !at.step.condition().is_some_and(runs_after_failure) {
                            spots.push(spot(at, proof, label));
                        }
                    }
                    (None, true) => open += 1,
                    (None, false) => {}
                }
            }
            for (label, fails) in tests_of(evidence, at) {
                any_tests = true;
                if fails && tests.is_none() {
                    tests = Some(label);
                }
            }
        }
    }
    sink.subjects(uploads);
    sink.fact(format!("{uploads} uploads of test reports or coverage, {} also after a failure", uploads - spots.len()));
    if open > 0 {
        sink.fact(format!(
            "{open} uploads were not judged: the tests do not fail their step, or a later job takes the coverage"
        ));
    }
    sink.once_a_file(
        spots,
        WHY,
        |group| {
            let first = group.first().map_or("", |spot| spot.message.as_str());
            format!("{} uploads are skipped when the tests fail; the first: {first}", group.len())
        },
        |_| "Upload whatever the tests did, unless the run was cancelled:\n\n    if: ${{ !cancelled() }}\n".to_owned(),
    );
}

/// The steps of each job and of each composite action.
fn groups<'e>(evidence: &'e Evidence<'e>) -> Vec<Vec<StepRef<'e>>> {
    let of_jobs = evidence.jobs().map(|job| {
        let steps = job.job.steps.as_slice();
        steps.iter().map(|step| StepRef { file: job.file, job: Some(job), steps, step }).collect()
    });
    let of_actions = evidence.actions.iter().map(|action| {
        let steps = action.steps.as_slice();
        steps.iter().map(|step| StepRef { file: action.file, job: None, steps, step }).collect()
    });
    of_jobs.chain(of_actions).collect()
}

fn spot<'e>(at: StepRef<'e>, proof: Proof, tests: &str) -> Spot<'e> {
    let what = if proof == Proof::Tests { "the test report" } else { "the coverage" };
    let uses = at.step.uses.as_ref().map_or(at.step.node, |uses| uses.node);
    let (node, how) = match at.step.node.entry("if") {
        Some((_, condition)) => (condition, "by its `if`, only runs"),
        None => (uses, "has no `if` and only runs"),
    };
    Spot {
        file: at.file,
        span: node.span(),
        path: at.step.node.path(),
        message: format!("{} uploads {what}, {how} when `{tests}` before it has passed", at.title()),
        detail: String::new(),
        edits: edit(at, uses).into_iter().collect(),
    }
}

/// A line with the condition before `uses`, where the step has none.
fn edit(at: StepRef<'_>, uses: Node<'_>) -> Option<Edit> {
    if at.step.node.is_flow() || at.step.node.get("if").is_some() {
        return None;
    }
    let offset = uses.key()?.span().offset;
    let before = uses.tree().text().get(..offset)?;
    let indent = before.rsplit('\n').next()?.chars().count();
    let text = format!("if: ${{{{ !cancelled() }}}}\n{:indent$}", "");
    Some(Edit { file: at.file.path().to_owned(), offset, length: 0, text })
}

/// What a step uploads, when it is proof of a test run.
fn uploaded(step: &Step<'_>) -> Option<Proof> {
    step.uses.as_ref().filter(|uses| uses.is_any(&["actions/upload-artifact"]))?;
    let paths = step.input("path").and_then(Node::text).unwrap_or_default();
    let name = step.input("name").and_then(Node::text).unwrap_or_default();
    // `!path` leaves a path out.
    let texts = paths.lines().map(str::trim).filter(|path| !path.starts_with('!')).chain([name]);
    texts.filter_map(proof_of).max()
}

/// Labels of the tests that a step runs, each with whether its failure fails the step.
fn tests_of<'e>(evidence: &'e Evidence<'e>, at: StepRef<'e>) -> Vec<(String, bool)> {
    let strict = at.step.continues_on_error() == Some(false);
    let mut found = Vec::new();
    for step in followed(evidence, at) {
        let strict = strict && step.step.continues_on_error() == Some(false);
        found.extend(test_runs(step, &[]).into_iter().map(|test| (test.label, strict && test.ending == Ending::Kept)));
        found.extend(tests_of_action(step.step).map(|label| (label, strict)));
    }
    found
}

/// Tests that a public action runs: by itself, or as a script in one of its inputs.
fn tests_of_action(step: &Step<'_>) -> Option<String> {
    let action = step.uses.as_ref()?.action()?;
    let input = match action.as_str() {
        "cypress-io/github-action" => {
            let runs = step.input("runTests").and_then(Node::as_bool) != Some(false);
            return runs.then(|| "cypress run".to_owned());
        }
        "nick-fields/retry" | "nick-invision/retry" => "command",
        "coactions/setup-xvfb" | "gabrielbb/xvfb-action" => "run",
        "reactivecircus/android-emulator-runner" => "script",
        "devcontainers/ci" => "runCmd",
        _ => return None,
    };
    let script = shell::parse(step.input(input)?.text()?);
    script.commands.iter().find_map(|command| test_command(&command.words))
}

/// Whether a job of the workflow that waits for this one downloads artifacts.
fn is_handed_on(job: JobRef<'_>) -> bool {
    let waiting = dependents(job.workflow, job.job.id);
    job.workflow.jobs.iter().filter(|other| waiting.contains(other.id)).any(|other| {
        let mut actions = other.steps.iter().filter_map(|step| step.uses.as_ref()?.action());
        // What a called workflow does is not followed here.
        other.uses.is_some() || actions.any(|action| action.ends_with("/download-artifact"))
    })
}

/// Ids of the jobs that wait for a job, through others too.
fn dependents<'e>(workflow: &'e Workflow<'_>, id: &'e str) -> BTreeSet<&'e str> {
    let mut waiting: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for job in &workflow.jobs {
        for needed in job.needs().filter_map(Node::text) {
            waiting.entry(needed).or_default().push(job.id);
        }
    }
    let mut found = BTreeSet::new();
    let mut next = vec![id];
    while let Some(id) = next.pop() {
        next.extend(waiting.get(id).into_iter().flatten().copied().filter(|job| found.insert(*job)));
    }
    found
}
