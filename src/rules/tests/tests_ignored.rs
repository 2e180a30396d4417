//! The rule `tests-ignored`.

use crate::evidence::{Evidence, JobRef, StepRef};
use crate::model::Span;
use crate::parse::shell::Command;
use crate::parse::workflow::{Run, Step, Uses};
use crate::parse::yaml::Node;
use crate::rules::support::test_runs::{Ending, TestRun, followed, test_runs};
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;
use std::collections::BTreeSet;

rule! {
    /// # What it checks
    ///
    /// When a test command fails, its step, its job and the run fail. The result is thrown away by `|| true` and the like,
    /// by `exit 0` after it, by commands after it in a shell that does not stop at a failure (`set +e`, `shell: bash -l
    /// {0}`), and by `continue-on-error: true` on the step or the job.
    ///
    /// Not judged, because the result is looked at: a status that is kept (`rc=$?`, `|| failed=1`, an `if`, `exit $rc`),
    /// `steps.ID.outcome` or an output of the step that anything else reads, a command that reads the file that the tests
    /// wrote, an action in the workflow that judges the report (`dorny/test-reporter`,
    /// `EnricoMi/publish-unit-test-result-action`, `mikepenz/action-junit-report` and the like). Nor a second try
    /// (`pytest || pytest --lf`), a leg of a matrix that an expression lets fail, and a run for coverage beside another
    /// test command of the same ecosystem that counts. A status that a pipe loses is left to `lost-exit-code`.
    ///
    /// # Why it matters
    ///
    /// A run whose tests may fail stays green whatever breaks, and nobody looks at a green run.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: pytest || true
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
    ///       - run: pytest
    /// ```
    ///
    /// # Options
    ///
    /// - `allow`: ids of jobs and names of steps whose tests may fail (`["nightly*"]`, `*` and `?` allowed).
    ///
    /// # When to waive
    ///
    /// The tests look at something that is not released yet (the next compiler, the next database), and somebody reads
    /// the result.
    pub struct TestsIgnored;
    id: "tests-ignored",
    family: Tests,
    level: Error,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    allow: Vec<String>,
}

const WHY: &str = "A run whose tests may fail stays green whatever breaks, and nobody looks at a green run.";

const FIX: &str = "Let the failure through. What has to run afterwards belongs in a step of its own:\n\n    - run: pytest\n    - run: \
                   coverage xml\n      if: always()\n";

/// Actions that read a test report and fail, or open a check that fails, when a test in it failed.
const JUDGES: [&str; 10] = [
    "dorny/test-reporter",
    "phoenix-actions/test-reporting",
    "enricomi/publish-unit-test-result-action",
    "enricomi/publish-unit-test-result-action/composite",
    "enricomi/publish-unit-test-result-action/linux",
    "mikepenz/action-junit-report",
    "scacap/action-surefire-report",
    "test-summary/action",
    "ctrf-io/github-test-reporter",
    "nathanvaughn/actions-pytest",
];

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let mut tally = Tally::default();
    for workflow in &evidence.workflows {
        let judged = workflow.jobs.iter().flat_map(|job| &job.steps).any(judges_reports);
        let jobs = workflow.jobs.iter().map(|job| JobRef { file: workflow.file, workflow: &workflow.value, job });
        let places: Vec<Place<'_>> = jobs.map(|job| Place::of_job(evidence, job)).collect();
        let plain = places
            .iter()
            .flat_map(|p| &p.steps)
            .flat_map(|(_, tests)| tests)
            .filter(|test| test.ending == Ending::Kept && !is_for_coverage(test))
            .map(|test| ecosystem(&test.label).to_owned())
            .collect();
        let around = Around { params, judged, plain, reads: Reads::of(workflow.node) };
        for place in &places {
            tally.judge(place, &around);
        }
    }
    for action in &evidence.actions {
        let judged = action.steps.iter().any(judges_reports);
        let steps =
            action.steps.iter().map(|step| StepRef { file: action.file, job: None, steps: &action.steps, step });
        let steps = steps.map(|at| (at, test_runs(at, &[]))).collect();
        tally.judge(
            &Place { job: None, steps },
            &Around { params, judged, plain: BTreeSet::new(), reads: Reads::of(action.node) },
        );
    }
    let Tally { counting, open, spots } = tally;
    sink.subjects(counting + spots.len());
    sink.fact(format!("{}, {counting} with a result that counts", count(counting + spots.len(), "test command")));
    if open > 0 {
        sink.fact(format!(
            "not judged: {} whose result is looked at in another way, or is not known",
            count(open, "test command")
        ));
    }
    sink.once_a_file(
        spots,
        WHY,
        |group| {
            let first = group.first().map_or("", |spot| spot.message.as_str());
            format!("the results of {} test runs are thrown away; the first: {first}", group.len())
        },
        |_| FIX.to_owned(),
    );
}

/// The steps of a job or action that run tests, with the tests.
struct Place<'e> {
    job: Option<JobRef<'e>>,
    steps: Vec<(StepRef<'e>, Vec<TestRun>)>,
}

/// What is around the steps.
struct Around<'p> {
    params: &'p Params,
    /// An action judges the report.
    judged: bool,
    /// The ecosystems of the test commands that count and are no runs for coverage.
    plain: BTreeSet<String>,
    /// What expressions read.
    reads: Reads,
}

impl<'e> Place<'e> {
    fn of_job(evidence: &'e Evidence<'e>, job: JobRef<'e>) -> Self {
        let steps = job.job.steps.as_slice();
        let steps = steps.iter().map(|step| StepRef { file: job.file, job: Some(job), steps, step });
        let tests = |at| followed(evidence, at).into_iter().flat_map(|step| test_runs(step, &[])).collect();
        Self { job: Some(job), steps: steps.map(|at| (at, tests(at))).collect() }
    }
}

#[derive(Debug, Default)]
struct Tally<'e> {
    counting: usize,
    open: usize,
    spots: Vec<Spot<'e>>,
}

impl<'e> Tally<'e> {
    fn judge(&mut self, place: &Place<'e>, around: &Around<'_>) {
        let with_tests = place.steps.iter().filter(|(_, tests)| !tests.is_empty());
        let job = place.job.map(|job| (job, job.job.node.get("continue-on-error").filter(|node| !node.is_null())));
        let mut job_said = false;
        for (at, tests) in with_tests {
            let (first, count) = (tests.first().map_or("", |test| test.label.as_str()), tests.len());
            // Scripts of an action that the step uses are judged where they stand.
            let own = if at.step.run.is_some() { count } else { 0 };
            if around.judged || around.allows(*at) || at.step.id.is_some_and(|id| around.reads.step(id)) {
                self.open += own;
                continue;
            }
            if let Some((job, Some(node))) = job {
                match node.as_bool() {
                    Some(true) if !around.reads.job(job.job.id) => {
                        if !std::mem::replace(&mut job_said, true) {
                            let message = format!(
                                "job `{}` runs `{first}` and may fail without failing the run (`continue-on-error: true`)",
                                job.job.id
                            );
                            self.spots.push(spot(*at, node.span(), node.path(), message));
                        }
                        continue;
                    }
                    Some(false) => {}
                    _ => {
                        self.open += own;
                        continue;
                    }
                }
            }
            match (at.step.continues_on_error(), at.step.node.get("continue-on-error")) {
                (Some(true), _) if tests.iter().all(|test| around.measures_again(test)) => self.open += own,
                (Some(true), Some(node)) => {
                    let message = format!(
                        "{} runs `{first}` and may fail without failing the job (`continue-on-error: true`)",
                        at.title()
                    );
                    self.spots.push(spot(*at, node.span(), node.path(), message));
                }
                (Some(_), _) => tests.iter().take(own).for_each(|test| self.take(*at, test, around)),
                (None, _) => self.open += own,
            }
        }
    }

    fn take(&mut self, at: StepRef<'e>, test: &TestRun, around: &Around<'_>) {
        let looked_at = || around.measures_again(test) || is_output_read(at, test);
        match (&test.ending, &at.step.run) {
            (Ending::Kept, _) => self.counting += 1,
            (Ending::Ignored(how), Some(run)) if !looked_at() => {
                let message = format!("{}: the result of `{}` is thrown away by {how}", at.title(), test.label);
                self.spots.push(spot(at, test.place(run), run.node.path(), message));
            }
            _ => self.open += 1,
        }
    }
}

fn spot(at: StepRef<'_>, span: Span, path: String, message: String) -> Spot<'_> {
    Spot { file: at.file, span, path, message, detail: String::new(), edits: Vec::new() }
}

impl Around<'_> {
    /// Whether a test command only measures the coverage of tests that count elsewhere in the workflow.
    fn measures_again(&self, test: &TestRun) -> bool {
        is_for_coverage(test) && self.plain.contains(ecosystem(&test.label))
    }

    fn allows(&self, at: StepRef<'_>) -> bool {
        let job = at.job.map(|job| job.job.id);
        let names = [job, at.step.name, at.step.id];
        let is_named = |pattern: &String| names.iter().flatten().any(|name| fast_glob::glob_match(pattern, name));
        self.params.allow.iter().any(is_named)
    }
}

fn judges_reports(step: &Step<'_>) -> bool {
    step.uses.as_ref().is_some_and(|uses| uses.is_any(&JUDGES))
}

/// What the tests of a command are written in, by its label; the command's own name where that is not known.
fn ecosystem(label: &str) -> &str {
    let mut words = label.split(' ');
    match words.next().unwrap_or_default() {
        "npm" | "npx" | "yarn" | "pnpm" | "bun" | "bunx" | "node" | "jest" | "vitest" | "mocha" | "ava" | "jasmine" => {
            "node"
        }
        "pytest" | "py.test" | "python" | "python3" | "coverage" | "tox" | "nox" | "hatch" => "python",
        "go" | "gotestsum" | "ginkgo" => "go",
        "cargo" | "cross" => "rust",
        "mvn" | "gradle" | "sbt" => "jvm",
        name => name,
    }
}

/// Whether a test command is there to measure coverage.
fn is_for_coverage(test: &TestRun) -> bool {
    let words = test.words.iter().map(|word| word.split('=').next().unwrap_or_default());
    words.chain(test.label.split([' ', ':'])).any(|word| {
        matches!(
            word,
            "coverage"
                | "--coverage"
                | "-coverprofile"
                | "--cov"
                | "--cov-report"
                | "llvm-cov"
                | "tarpaulin"
                | "-cover"
        )
    })
}

/// Steps and jobs whose end or outputs an expression of a workflow or action reads.
#[derive(Debug, Default)]
struct Reads {
    /// Ids after `steps.`; `*` for all.
    steps: BTreeSet<String>,
    /// Ids after `needs.`; `*` for all.
    jobs: BTreeSet<String>,
}

/// Most nodes that a search visits; aliases can make a small document very large.
const MAX_NODES: usize = 200_000;

impl Reads {
    fn of(root: Node<'_>) -> Self {
        let mut reads = Self::default();
        let mut waiting = vec![root];
        for _ in 0..MAX_NODES {
            let Some(node) = waiting.pop() else { break };
            if let Some(text) = node.text() {
                reads.take(text);
            }
            waiting.extend(node.items());
            waiting.extend(node.entries().map(|(_, value)| value));
        }
        reads
    }

    fn take(&mut self, text: &str) {
        for (context, what, ids) in [
            ("steps", &["outcome", "outputs", "conclusion"][..], &mut self.steps),
            ("needs", &["result"], &mut self.jobs),
        ] {
            let whole = format!("toJSON({context})");
            if text.contains(&whole) {
                ids.insert("*".to_owned());
            }
            for rest in text.split(&format!("{context}.")).skip(1) {
                let mut parts = rest.splitn(3, '.');
                let (Some(id), Some(property)) = (parts.next(), parts.next()) else { continue };
                let name = property.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
                if what.contains(&name) {
                    ids.insert(id.to_owned());
                }
            }
        }
    }

    fn step(&self, id: &str) -> bool {
        self.steps.contains(id) || self.steps.contains("*")
    }

    fn job(&self, id: &str) -> bool {
        self.jobs.contains(id) || self.jobs.contains("*")
    }
}

/// Most commands and most steps after a test command that are searched for what it wrote.
const MAX_SEARCH: usize = 1_000;

/// Whether a later command or action reads a file that the tests wrote.
fn is_output_read(at: StepRef<'_>, test: &TestRun) -> bool {
    let files: Vec<&str> = test.words.iter().filter_map(|word| written_file(word)).collect();
    let named = |text: &str| files.iter().any(|file| text.rsplit(['/', '=']).next() == Some(*file));
    if files.is_empty() {
        return false;
    }
    let in_commands = |run: &Run<'_>, from: usize| {
        let commands = run.script.commands.iter().skip(from).take(MAX_SEARCH);
        commands.filter(|command| !is_display(command)).any(|c| c.words.iter().any(|word| named(&word.text)))
    };
    let in_step = |step: &Step<'_>| match (&step.run, &step.uses) {
        (Some(run), _) => in_commands(run, 0),
        (None, Some(uses)) => {
            let inputs = step.node.get("with").into_iter().flat_map(Node::entries).filter_map(|(_, v)| v.text());
            !stores(uses) && inputs.flat_map(str::split_whitespace).any(named)
        }
        (None, None) => false,
    };
    at.step.run.as_ref().is_some_and(|run| in_commands(run, test.host + 1))
        || at.later().iter().take(MAX_SEARCH).any(in_step)
}

/// The name of a file that an argument (`--junitxml=report/junit.xml`) or a redirection names.
fn written_file(word: &str) -> Option<&str> {
    let name = word.rsplit(['/', '=', ':']).next()?;
    let (stem, extension) = name.rsplit_once('.')?;
    let report = matches!(extension, "xml" | "json" | "log" | "txt" | "out" | "trx" | "tap" | "html" | "md");
    (report && !stem.is_empty()).then_some(name)
}

/// Commands that show or move a file and judge nothing.
fn is_display(command: &Command) -> bool {
    matches!(
        command.name(),
        None | Some(
            "cat" | "echo" | "printf" | "ls" | "head" | "tail" | "cp" | "mv" | "tar" | "zip" | "gzip" | "rm" | "touch"
        )
    )
}

/// Actions that keep a file and do not judge it.
fn stores(uses: &Uses<'_>) -> bool {
    uses.action().is_some_and(|action| {
        action.starts_with("actions/") || action.starts_with("codecov/") || action.starts_with("coverallsapp/")
    })
}
