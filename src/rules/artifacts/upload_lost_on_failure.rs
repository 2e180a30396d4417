//! The rule `upload-lost-on-failure`.

use crate::evidence::{Evidence, JobRef, StepRef};
use crate::parse::shell::Fate;
use crate::parse::workflow::{Job, Workflow};
use crate::parse::yaml::edit::{self, Entry};
use crate::rules::support::conditions::runs_after_failure;
use crate::rules::support::proof::Proof;
use crate::rules::support::test_runs::{Ending, followed, shell_options, test_runs, tests_of_action};
use crate::rules::support::uploads::{step_groups, uploaded_proof};
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};
use std::collections::{BTreeMap, BTreeSet};

rule! {
    /// # What it checks
    ///
    /// An `actions/upload-artifact` of a test report, after a step that runs tests in the same job or composite action,
    /// also runs when that step has failed: its `if` calls `always()`, `!cancelled()` or `failure()`. The same holds for
    /// coverage after a command that fails under a threshold (`--cov-fail-under`, `coverage report --fail-under`,
    /// `nyc --check-coverage`), since only the coverage shows then which lines are missing. What an upload holds is told by the words of its name and paths (`junit.xml`, `test-results`, `surefire-reports`,
    /// `playwright-report`, `cypress/screenshots`, `*.trx`, `htmlcov`, `lcov.info` and the like).
    ///
    /// Not judged: an upload after tests that cannot fail their step (`continue-on-error: true`, a status that is lost or
    /// looked at); coverage without a threshold on a command line, as that of failed tests says little; coverage that a
    /// later job of the workflow downloads, which needs it only on success; uploads of anything else; tests in programs
    /// that are not known to run tests.
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
    let handed_on: BTreeSet<_> = evidence.workflows.iter().flat_map(|w| handed_on(w.file.path(), w)).collect();
    let is_handed_on = |job: JobRef<'_>| handed_on.contains(&(job.file.path(), job.job.id));
    for group in step_groups(evidence) {
        // Commands before, whose failure skips the steps after them: the first that runs tests, the first threshold.
        let (mut tests, mut threshold): (Option<String>, Option<String>) = (None, None);
        for at in group {
            if let Some(proof) = uploaded_proof(at.step) {
                let cause = if proof == Proof::Tests { &tests } else { &threshold };
                match cause {
                    Some(_) if proof == Proof::Coverage && at.job.is_some_and(is_handed_on) => open += 1,
                    Some(cause) => {
                        uploads += 1;
                        if !runs_after_failure(at.step.node) {
                            spots.push(spot(at, proof, cause));
                        }
                    }
                    None => open += 1,
                }
            }
            tests = tests.or_else(|| failing_test(evidence, at));
            threshold = threshold.or_else(|| failing_threshold(evidence, at));
        }
    }
    sink.subjects(uploads);
    sink.fact(format!(
        "{}, {} also after a failure",
        count(uploads, "upload of test reports or coverage"),
        uploads - spots.len()
    ));
    if open > 0 {
        sink.fact(format!(
            "{open} uploads were not judged: nothing known to fail stands before them, or a later job takes them"
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

fn spot<'e>(at: StepRef<'e>, proof: Proof, cause: &str) -> Spot<'e> {
    let (what, passes) = match proof {
        Proof::Tests => ("the test report", "has passed"),
        Proof::Coverage => ("the coverage", "holds"),
    };
    let uses = at.step.uses.as_ref().map_or(at.step.node, |uses| uses.node);
    let (node, how) = match at.step.node.entry("if") {
        Some((_, condition)) => (condition, "under a condition that is met only"),
        None => (uses, "without an `if`, so only"),
    };
    Spot {
        file: at.file,
        span: node.span(),
        path: at.step.node.path(),
        message: format!("{} uploads {what} {how} when `{cause}` before it {passes}", at.title()),
        detail: String::new(),
        edits: edit::before(at.step.node, "uses", Entry::line("if", "${{ !cancelled() }}"))
            .map(|patch| patch.edit(at.file.path(), true))
            .into_iter()
            .collect(),
    }
}

/// The first test command of a step whose failure fails the step.
fn failing_test<'e>(evidence: &'e Evidence<'e>, at: StepRef<'e>) -> Option<String> {
    strict_steps(evidence, at).into_iter().find_map(|step| {
        let runs = test_runs(step, &[]).into_iter();
        let kept = runs.filter(|test| test.ending == Ending::Kept).map(|test| test.label).next();
        kept.or_else(|| tests_of_action(step.step))
    })
}

/// The first command of a step that fails under a coverage threshold and then fails the step.
fn failing_threshold<'e>(evidence: &'e Evidence<'e>, at: StepRef<'e>) -> Option<String> {
    strict_steps(evidence, at).into_iter().find_map(|step| {
        let run = step.step.run.as_ref()?;
        let options = shell_options(step, run);
        let commands = run.script.commands.iter().enumerate();
        let mut demanding = commands
            .filter_map(|(index, command)| Some((index, command.words.iter().find(|w| is_threshold(&w.text))?)));
        let (_, word) = demanding.find(|(index, _)| run.script.fate(*index, options) == Fate::Kept)?;
        Some(word.text.clone())
    })
}

/// The step, or the steps that it leads to, as far as their failure fails it.
fn strict_steps<'e>(evidence: &'e Evidence<'e>, at: StepRef<'e>) -> Vec<StepRef<'e>> {
    let strict = |at: &StepRef<'_>| at.step.continues_on_error() == Some(false);
    if strict(&at) { followed(evidence, at).into_iter().filter(strict).collect() } else { Vec::new() }
}

fn is_threshold(word: &str) -> bool {
    let name = word.split('=').next().unwrap_or_default();
    let known = ["--cov-fail-under", "--check-coverage", "--minimum-coverage", "--coverageThreshold"];
    known.contains(&name) || name.starts_with("--fail-under") || name.starts_with("--coverage.thresholds")
}

/// Paths and ids of the jobs for which a job that downloads artifacts waits, through others too.
fn handed_on<'e>(path: &'e str, workflow: &'e Workflow<'_>) -> BTreeSet<(&'e str, &'e str)> {
    let downloads = |job: &&Job<'_>| {
        let mut actions = job.steps.iter().filter_map(|step| step.uses.as_ref()?.action());
        // What a called workflow does is not followed here.
        job.uses.is_some() || actions.any(|action| action.ends_with("/download-artifact"))
    };
    let jobs: BTreeMap<&str, &Job<'_>> = workflow.jobs.iter().map(|job| (job.id, job)).collect();
    let mut found = BTreeSet::new();
    let mut waiting: Vec<&Job<'_>> = workflow.jobs.iter().filter(downloads).collect();
    while let Some(job) = waiting.pop() {
        let needed = job.needs().filter_map(|id| jobs.get(id.text()?).copied());
        waiting.extend(needed.filter(|needed| found.insert((path, needed.id))));
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::rules::support::repair::repaired as repair;

    fn repaired(text: &str) -> String {
        repair("upload-lost-on-failure", text)
    }

    #[test]
    fn the_edit_puts_the_condition_before_uses_at_its_indentation() {
        let head = "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: pytest\n";
        let step = "      - uses: actions/upload-artifact@v4\n        with: { path: junit.xml }\n";
        let named = "      - name: keep\n        uses: actions/upload-artifact@v4\n        with: { path: junit.xml }\n";
        let expected = "      - if: ${{ !cancelled() }}\n        uses: actions/upload-artifact@v4\n        with: { path: junit.xml }\n      \
                        - name: keep\n        if: ${{ !cancelled() }}\n        uses: actions/upload-artifact@v4\n        with: { path: \
                        junit.xml }\n";
        assert_eq!(repaired(&format!("{head}{step}{named}")), format!("{head}{expected}"));
    }

    #[test]
    fn a_step_with_a_condition_is_left_to_the_reader() {
        let head = "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: pytest\n";
        let step =
            "      - uses: actions/upload-artifact@v4\n        if: success()\n        with: { path: junit.xml }\n";
        let text = format!("{head}{step}");
        assert_eq!(repaired(&text), text);
    }
}
