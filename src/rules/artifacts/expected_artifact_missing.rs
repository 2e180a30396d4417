//! The rule `expected-artifact-missing`.

use crate::evidence::{Evidence, File, JobRef, StepRef};
use crate::model::FileKind;
use crate::parse::workflow::{Step, Workflow, is_dynamic};
use crate::parse::yaml::Node;
use crate::rules::support::conditions::{calls, status_only};
use crate::rules::support::proof::proof_of;
use crate::rules::support::uploads::{upload, uploaded_paths};
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;

rule! {
    /// # What it checks
    ///
    /// Where reports of a run are among the input, each report that its workflow uploads is there: for every uploaded path
    /// that names a report file (`report/junit.xml`, `**/TEST-*.xml`, `coverage/lcov.info`) some test or coverage report
    /// has such a name.
    ///
    /// Not judged: a workflow of which the input has no report at all, unless `when_evidence: always` asks for it;
    /// uploads and jobs under a condition, which may not have run; folders, and names that an expression decides.
    ///
    /// # Why it matters
    ///
    /// A verdict over half of the reports says nothing about the other half.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: pytest --junitxml=junit.xml --cov --cov-report=xml
    ///       - uses: actions/upload-artifact@v4
    ///         if: ${{ !cancelled() }}
    ///         with:
    ///           name: reports
    ///           path: |
    ///             junit.xml
    ///             coverage.xml
    /// ```
    ///
    /// ```xml reports/junit.xml
    /// <testsuites><testsuite name="pytest" tests="1"><testcase classname="cart" name="adds tax"/></testsuite></testsuites>
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
    ///       - run: pytest --junitxml=junit.xml
    ///       - uses: actions/upload-artifact@v4
    ///         if: ${{ !cancelled() }}
    ///         with:
    ///           name: reports
    ///           path: junit.xml
    /// ```
    ///
    /// ```xml reports/junit.xml
    /// <testsuites><testsuite name="pytest" tests="1"><testcase classname="cart" name="adds tax"/></testsuite></testsuites>
    /// ```
    ///
    /// # Options
    ///
    /// - `when_evidence`: `any` judges a workflow when the input has one of its reports (default); `always` judges every
    ///   workflow.
    ///
    /// # When to waive
    ///
    /// The report is read elsewhere.
    pub struct ExpectedArtifactMissing;
    id: "expected-artifact-missing",
    family: Artifacts,
    level: Warning,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    when_evidence: When,
}

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum When {
    #[default]
    Any,
    Always,
}

const WHY: &str = "A verdict over half of the reports says nothing about the other half.";

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let is_report = |kind: FileKind| kind.is_test_report() || kind.is_coverage();
    let files = evidence.files.iter().filter(|file| is_report(file.source.kind));
    let names: Vec<&str> = files.map(File::name).collect();
    let mut spots = Vec::new();
    let (mut judged, mut left_out) = (0, 0);
    for workflow in &evidence.workflows {
        let expected: Vec<Expected<'_>> =
            uploads(workflow.file, &workflow.value).into_iter().flat_map(Expected::of).collect();
        let missing: Vec<&Expected<'_>> =
            expected.iter().filter(|e| !names.iter().any(|name| fast_glob::glob_match(e.name, name))).collect();
        if missing.len() == expected.len() && params.when_evidence == When::Any {
            left_out += usize::from(!expected.is_empty());
            continue;
        }
        judged += expected.len();
        for report in missing {
            spots.push(Spot {
                file: report.at.file,
                span: report.node.span(),
                path: report.node.path(),
                message: format!("{} uploads `{}`, and no such report was given", report.at.title(), report.path),
                detail: String::new(),
                edits: Vec::new(),
            });
        }
    }
    sink.subjects(judged);
    sink.fact(format!("{}, {} given", count(judged, "uploaded report"), judged - spots.len()));
    if left_out > 0 {
        sink.fact(format!("not judged: {} of which no report was given", count(left_out, "workflow")));
    }
    sink.once_a_file(
        spots,
        WHY,
        |group| {
            let first = group.first().map_or("", |spot| spot.message.as_str());
            format!("{} reports that this workflow uploads were not given; the first: {first}", group.len())
        },
        |_| "Give all artifacts of the run, or find out why the run did not upload this one:\n\n    gh run download RUN_ID --dir artifacts\n".to_owned(),
    );
}

/// A report file that an upload names.
struct Expected<'e> {
    at: StepRef<'e>,
    node: Node<'e>,
    /// As written.
    path: &'e str,
    /// Its last part, a pattern.
    name: &'e str,
}

impl<'e> Expected<'e> {
    fn of(at: StepRef<'e>) -> Vec<Self> {
        let Some(node) = at.step.input("path") else { return Vec::new() };
        let readable = |name: &str| {
            name.rsplit_once('.').is_some_and(|(stem, extension)| {
                !stem.is_empty() && matches!(extension, "xml" | "trx" | "info" | "lcov" | "json" | "out")
            })
        };
        let expected = |path: &'e str| {
            let name = path.rsplit('/').next().filter(|name| readable(name) && !is_dynamic(path))?;
            // `reports/*.xml` may be anything; the file itself has to say what it is.
            (proof_of(name).is_some() || name.starts_with("TEST-")).then_some(Self { at, node, path, name })
        };
        uploaded_paths(at.step).filter_map(expected).collect()
    }
}

/// The uploads of a workflow that happen in every run.
fn uploads<'e>(file: &'e File<'e>, workflow: &'e Workflow<'e>) -> Vec<StepRef<'e>> {
    let jobs = workflow.jobs.iter().filter(|job| job.node.get("if").is_none());
    let steps = jobs.flat_map(|job| {
        let in_job = JobRef { file, workflow, job };
        job.steps.iter().map(move |step| StepRef { file, job: Some(in_job), steps: &job.steps, step })
    });
    steps.filter(|at| upload(at.step).is_some() && always_happens(at.step)).collect()
}

fn always_happens(step: &Step<'_>) -> bool {
    step.condition().is_none()
        || (status_only(step.node).is_some() && matches!(calls(step.node).as_slice(), ["always" | "cancelled"]))
}
