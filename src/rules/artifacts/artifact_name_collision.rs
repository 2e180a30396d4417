//! The rule `artifact-name-collision`.

use crate::evidence::{Evidence, JobRef, StepRef};
use crate::parse::workflow::Step;
use crate::parse::yaml::Node;
use crate::rules::support::conditions::{calls, runs_after_failure, status_only};
use crate::rules::support::matrix::{Leg, legs, on_leg};
use crate::rules::support::uploads::{literal, upload};
use crate::rules::support::versions;
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};
use std::collections::BTreeMap;

rule! {
    /// # What it checks
    ///
    /// No two uploads of one run use the same artifact name. From version 4 on, `actions/upload-artifact` refuses a name
    /// that is taken. Looked at are the legs of a matrix, whose names are worked out from the values of the matrix, and
    /// steps and jobs of one workflow that all run without a condition of their own.
    ///
    /// Not judged: `overwrite: true`; versions before 4, which join the uploads, and hashes without a version behind them;
    /// names and matrices that an expression decides (`runner.os`, `env.NAME`, `fromJSON(…)`); uploads under a condition;
    /// uploads on failure only, where the first leg that fails cancels the others; `archive: false`, where the file gives
    /// the name.
    ///
    /// # Why it matters
    ///
    /// The second upload fails its job, and what it would have kept is lost.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     strategy:
    ///       matrix:
    ///         python: ['3.12', '3.13']
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: pytest --junitxml=junit.xml
    ///       - uses: actions/upload-artifact@v4
    ///         if: ${{ !cancelled() }}
    ///         with:
    ///           name: test-results
    ///           path: junit.xml
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     strategy:
    ///       matrix:
    ///         python: ['3.12', '3.13']
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: pytest --junitxml=junit.xml
    ///       - uses: actions/upload-artifact@v4
    ///         if: ${{ !cancelled() }}
    ///         with:
    ///           name: test-results-${{ matrix.python }}
    ///           path: junit.xml
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// Only one leg ever has a file to upload.
    pub struct ArtifactNameCollision;
    id: "artifact-name-collision",
    family: Artifacts,
    level: Error,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "The second upload of a name fails its job, and what it would have kept is lost.";

/// The first version that refuses a name that is taken.
const REFUSES: u32 = 4;

/// The name of an upload that names none.
const UNNAMED: &str = "artifact";

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let (mut judged, mut open) = (0, 0);
    for workflow in &evidence.workflows {
        // The first upload of each name that certainly happens, and what it is called.
        let mut taken: BTreeMap<String, String> = BTreeMap::new();
        for job in &workflow.jobs {
            let job = JobRef { file: workflow.file, workflow: &workflow.value, job };
            let legs = legs(job.job);
            for step in &job.job.steps {
                let Some(uses) = upload(step) else { continue };
                let at = StepRef { file: job.file, job: Some(job), steps: &job.job.steps, step };
                let refuses = versions::major(uses).is_some_and(|major| major >= REFUSES);
                if !refuses || may_overwrite(step) || !is_unconditional(job, step) {
                    open += 1;
                    continue;
                }
                let name = step.input("name").and_then(Node::text).filter(|name| !name.is_empty()).unwrap_or(UNNAMED);
                let message = match collision(job, legs.as_deref(), name) {
                    Collision::None(name) => {
                        judged += 1;
                        let earlier = always_runs(job, step).then(|| taken.insert(name.clone(), at.title())).flatten();
                        match earlier {
                            Some(earlier) => {
                                format!("{} uploads `{name}`, and so does {earlier} in the same run", at.title())
                            }
                            None => continue,
                        }
                    }
                    Collision::Differs => {
                        judged += 1;
                        continue;
                    }
                    Collision::Unknown => {
                        open += 1;
                        continue;
                    }
                    Collision::Legs(name, first, second) => {
                        judged += 1;
                        format!("{} uploads `{name}` on the legs {first} and {second} of the matrix", at.title())
                    }
                };
                let node = step.input("name").unwrap_or(uses.node);
                spots.push(Spot {
                    file: at.file,
                    span: node.span(),
                    path: node.path(),
                    message,
                    detail: suggestion(job, name),
                    edits: Vec::new(),
                });
            }
        }
    }
    sink.subjects(judged);
    sink.fact(format!("{}, {} with a name of its own", count(judged, "upload"), judged - spots.len()));
    if open > 0 {
        sink.fact(format!(
            "{} not judged: conditional, of an older version, or named by an expression",
            count(open, "upload")
        ));
    }
    sink.once_a_file(
        spots,
        WHY,
        |group| {
            let first = group.first().map_or("", |spot| spot.message.as_str());
            format!("{} uploads use a name that is taken; the first: {first}", group.len())
        },
        |group| {
            let name = group.first().map_or("", |spot| spot.detail.as_str());
            format!(
                "Give each upload a name of its own; `actions/download-artifact` joins them again with `pattern` and \
                 `merge-multiple: true`:\n\n    name: {name}\n"
            )
        },
    );
}

/// What a name comes to on the legs of a job.
enum Collision {
    /// One run, with this name.
    None(String),
    /// The legs have different names.
    Differs,
    Unknown,
    /// The name, and two legs that have it.
    Legs(String, String, String),
}

fn collision(job: JobRef<'_>, legs: Option<&[Leg<'_>]>, name: &str) -> Collision {
    if !job.job.has_matrix() {
        return on_leg(name, &Leg::new()).map_or(Collision::Unknown, Collision::None);
    }
    let Some(legs) = legs else { return Collision::Unknown };
    let mut names: BTreeMap<String, &Leg<'_>> = BTreeMap::new();
    for leg in legs {
        let Some(name) = on_leg(name, leg) else { return Collision::Unknown };
        if let Some(first) = names.insert(name.clone(), leg) {
            return Collision::Legs(name, said(first), said(leg));
        }
    }
    Collision::Differs
}

/// A leg as GitHub shows it: `(ubuntu-24.04, 3.12)`.
fn said(leg: &Leg<'_>) -> String {
    let values: Vec<&str> = leg.values().map(|value| if value.starts_with('\0') { "…" } else { value }).collect();
    format!("({})", values.join(", "))
}

/// The name with the keys of the matrix that it lacks.
fn suggestion(job: JobRef<'_>, name: &str) -> String {
    let matrix = job.job.node.at(&["strategy", "matrix"]);
    let keys = matrix.into_iter().flat_map(Node::entries).filter(|(_, values)| values.items().nth(1).is_some());
    let keys = keys.filter_map(|(key, _)| key.text()).filter(|key| !matches!(*key, "include" | "exclude"));
    let missing: Vec<String> = keys
        .map(|key| format!("${{{{ matrix.{key} }}}}"))
        .filter(|expression| !name.contains(expression.as_str()))
        .collect();
    match missing.as_slice() {
        [] if matrix.is_some() => format!("{name}-${{{{ strategy.job-index }}}}"),
        [] => format!("{name}-{}", job.job.id),
        missing => format!("{name}-{}", missing.join("-")),
    }
}

fn may_overwrite(step: &Step<'_>) -> bool {
    let switched = |input: &str, off: bool| {
        step.input(input)
            .is_some_and(|_| literal(step, input).is_none_or(|text| text.eq_ignore_ascii_case("true") != off))
    };
    // Without an archive the artifact is called as its file.
    switched("overwrite", false) || switched("archive", true)
}

/// Whether all legs of a job, as far as they run at all, come to a step and run it.
fn is_unconditional(job: JobRef<'_>, step: &Step<'_>) -> bool {
    if step.condition().is_none() {
        return true;
    }
    let Some(takes_back) = status_only(step.node) else { return false };
    // The first leg that fails cancels the others, unless they are let run.
    let on_failure_only = calls(step.node).iter().all(|name| *name == "failure");
    let fail_fast = job.job.node.at(&["strategy", "fail-fast"]).and_then(Node::as_bool) != Some(false);
    !(on_failure_only && (fail_fast || takes_back))
}

/// Whether an upload happens in every run: neither its job nor its step depends on anything but earlier steps.
fn always_runs(job: JobRef<'_>, step: &Step<'_>) -> bool {
    let of_step =
        step.condition().is_none() || (runs_after_failure(step.node) && !calls(step.node).contains(&"failure"));
    job.job.node.get("if").is_none() && of_step
}
