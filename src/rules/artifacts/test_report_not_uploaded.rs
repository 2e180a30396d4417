//! The rule `test-report-not-uploaded`.

use crate::evidence::{Evidence, JobRef, StepRef};
use crate::parse::workflow::{Step, Target, is_dynamic};
use crate::parse::yaml::Node;
use crate::rules::support::test_runs::{followed, test_runs, tests_of_action};
use crate::rules::support::uploads::{upload, uploaded_proof};
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};

rule! {
    /// # What it checks
    ///
    /// A job that runs tests also uploads what they said: a test report or coverage, with `actions/upload-artifact`. What
    /// an upload holds is told as in `upload-lost-on-failure`.
    ///
    /// Not judged: a job in which an action or a command takes the report in place (`dorny/test-reporter`,
    /// `codecov/codecov-action`, `coveralls`, `sonar-scanner` and the like), a job that caches or uploads something that
    /// an expression names, and a job that uses a local action which is not in the input.
    ///
    /// # Why it matters
    ///
    /// The log of a run says that a test failed; which tests ran, how long they took and what was skipped is gone with
    /// the runner.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: pytest
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
    /// The tests only show that something starts, and there is nothing to report.
    pub struct TestReportNotUploaded;
    id: "test-report-not-uploaded",
    family: Artifacts,
    level: Warning,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "The log says that a test failed; which tests ran, how long they took and what was skipped is gone with \
                   the runner.";

/// Words in the name of an action or command that takes test results or coverage.
const CONSUMERS: [&str; 18] = [
    "codecov",
    "coveralls",
    "goveralls",
    "codacy",
    "codeclimate",
    "qlty",
    "sonar",
    "sonarcloud",
    "sonarqube",
    "octocov",
    "coverage",
    "report",
    "reporter",
    "junit",
    "results",
    "summary",
    "testspace",
    "deepsource",
];

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let (mut judged, mut open) = (0, 0);
    for job in evidence.jobs() {
        let steps = job.job.steps.as_slice();
        let steps = steps.iter().map(|step| StepRef { file: job.file, job: Some(job), steps, step });
        let steps: Vec<_> = steps.flat_map(|at| followed(evidence, at)).collect();
        let Some(label) = steps.iter().find_map(|at| tests_of(*at)) else { continue };
        if steps.iter().any(|at| uploaded_proof(at.step).is_some()) {
            judged += 1;
        } else if steps.iter().any(|at| may_take_reports(at.step)) {
            open += 1;
        } else {
            judged += 1;
            spots.push(spot(job, &label));
        }
    }
    sink.subjects(judged);
    sink.fact(format!(
        "{}, {} with an upload of a report",
        if judged == 1 { "1 job with tests".to_owned() } else { format!("{judged} jobs with tests") },
        judged - spots.len()
    ));
    if open > 0 {
        sink.fact(format!("not judged: {} in which something else takes, or may take, the report", count(open, "job")));
    }
    sink.once_a_file(
        spots,
        WHY,
        |group| {
            let first = group.first().map_or("", |spot| spot.message.as_str());
            format!("{} jobs run tests and keep no report; the first: {first}", group.len())
        },
        |_| {
            "Let the tests write a report, and upload it whatever they did:\n\n    - uses: actions/upload-artifact@v4\n      \
             if: ${{ !cancelled() }}\n      with:\n        name: test-results\n        path: report/junit.xml\n        \
             if-no-files-found: error\n"
                .to_owned()
        },
    );
}

fn spot<'e>(job: JobRef<'e>, label: &str) -> Spot<'e> {
    Spot {
        file: job.file,
        span: job.job.key.span(),
        path: job.job.node.path(),
        message: format!("job `{}` runs `{label}` and uploads neither a test report nor coverage", job.job.id),
        detail: String::new(),
        edits: Vec::new(),
    }
}

fn tests_of(at: StepRef<'_>) -> Option<String> {
    test_runs(at, &[]).into_iter().next().map(|run| run.label).or_else(|| tests_of_action(at.step))
}

/// Whether a step takes a report in another way than by a known upload, or may do so.
fn may_take_reports(step: &Step<'_>) -> bool {
    if upload(step).is_some() {
        let texts = ["path", "name"].map(|input| step.input(input).and_then(Node::text).unwrap_or_default());
        return texts.into_iter().any(is_dynamic);
    }
    if let Some(uses) = &step.uses {
        return match uses.target {
            // Followed, unless it is not in the input.
            Target::Local(_) | Target::Unknown => true,
            Target::Image(name) => is_consumer(name),
            Target::Remote { owner, repo, path, .. } => {
                (owner == "actions" && repo == "cache") || [owner, repo, path].into_iter().any(is_consumer)
            }
        };
    }
    let commands = step.run.iter().flat_map(|run| &run.script.commands);
    commands.flat_map(|command| &command.words).any(|word| {
        // A script that is fetched: `bash <(curl -s https://codecov.io/bash)`.
        let name = word.text.rsplit('/').next().unwrap_or_default();
        !word.text.starts_with('-') && (is_consumer(name) && !name.contains('.') || word.text.contains("://codecov.io"))
    }) || to_summary(step)
}

/// Whether a script writes into the summary of the run.
fn to_summary(step: &Step<'_>) -> bool {
    let mut commands = step.run.iter().flat_map(|run| &run.script.commands);
    commands.any(|command| {
        let targets = command.redirects.iter().map(|redirect| &redirect.target);
        targets.chain(&command.words).any(|word| word.text.contains("GITHUB_STEP_SUMMARY"))
    })
}

fn is_consumer(name: &str) -> bool {
    name.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| {
        let word = word.to_ascii_lowercase();
        CONSUMERS.contains(&word.as_str())
    })
}
