//! The rule `step-over-budget`.

use super::measured::{Over, Place, report, time};
use crate::evidence::docker::{BuildTool, build_call, compose_call, container_call, has_option};
use crate::evidence::{Build, Evidence, MeasuredJob, StepRef, seconds};
use crate::parse::runs::{StepRun, Timestamp};
use crate::parse::shell::Script;
use crate::rules::support::params::{Duration, Patterns};
use crate::rules::support::test_runs::test_runs;
use crate::rules::support::words::count;
use crate::rules::{Sink, rule};
use serde::Deserialize;

rule! {
    /// # What it checks
    ///
    /// No measured step took longer than the budget. Unless `match` says otherwise, the steps that build images are meant:
    /// `docker/build-push-action`, `docker/bake-action`, and scripts with `docker build`, `docker buildx build`, `docker
    /// buildx bake` or `docker compose build` that neither run tests nor start containers. Times are those of the latest
    /// attempt, from the records that `run-over-budget` reads. A step is known by what GitHub shows of it: its name, or
    /// the action or first line of its script; where the workflow is in the input, the finding stands at the step.
    ///
    /// Records of builds (`--metadata-file`, `--progress=rawjson`) count as image builds, unless one of the steps was
    /// running all the time that the build took: then it is the same.
    ///
    /// Not judged: steps that were skipped or not over, and builds whose records have no times.
    ///
    /// # Why it matters
    ///
    /// The image is built before anything can be tested, so that every change waits for it.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// name: ci
    /// on: push
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: docker/build-push-action@v6
    /// ```
    ///
    /// ```json jobs.json
    /// {"total_count": 1, "jobs": [
    ///   {"id": 1, "run_id": 77, "run_attempt": 1, "workflow_name": "ci", "name": "image", "status": "completed",
    ///    "conclusion": "success", "started_at": "2026-03-01T08:00:00Z", "completed_at": "2026-03-01T08:03:20Z", "steps": [
    ///     {"number": 2, "name": "Run docker/build-push-action@v6", "status": "completed", "conclusion": "success",
    ///      "started_at": "2026-03-01T08:00:02Z", "completed_at": "2026-03-01T08:03:12Z"}]}]}
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// name: ci
    /// on: push
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: docker/setup-buildx-action@v3
    ///       - uses: docker/build-push-action@v6
    ///         with: { cache-from: type=gha, cache-to: "type=gha,mode=max" }
    /// ```
    ///
    /// ```json jobs.json
    /// {"total_count": 1, "jobs": [
    ///   {"id": 2, "run_id": 78, "run_attempt": 1, "workflow_name": "ci", "name": "image", "status": "completed",
    ///    "conclusion": "success", "started_at": "2026-03-01T08:00:00Z", "completed_at": "2026-03-01T08:00:50Z", "steps": [
    ///     {"number": 3, "name": "Run docker/build-push-action@v6", "status": "completed", "conclusion": "success",
    ///      "started_at": "2026-03-01T08:00:09Z", "completed_at": "2026-03-01T08:00:47Z"}]}]}
    /// ```
    ///
    /// # Options
    ///
    /// - `max_seconds`: longest time of a step, as a number of seconds or with units, `2m`, `90s` (default 120).
    /// - `match`: which steps are meant in place of image builds, `{ uses: "actions/setup-*" }`. `job` is a pattern on the
    ///   id or the shown name of the job, `name` on the name of the step, `uses` on its action without the version; each may be a
    ///   list, and all that are given must fit.
    ///
    /// # When to waive
    ///
    /// The image is built for the first time on a new runner, and later builds find it in the cache.
    pub struct StepOverBudget;
    id: "step-over-budget",
    family: Time,
    level: Error,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    max_seconds: Duration,
    #[serde(rename = "match")]
    only: Option<Match>,
}

impl Default for Params {
    fn default() -> Self {
        Self { max_seconds: Duration::of_seconds(120.0), only: None }
    }
}

/// Which steps are judged.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Match {
    job: Patterns,
    name: Patterns,
    uses: Patterns,
}

const WHY_IMAGE: &str = "The image is built before anything can be tested, so that every change waits for it.";
const WHY_STEP: &str = "A step that takes long makes everything behind it wait.";

const FIX_IMAGE: &str = "Take layers from a cache, and copy what changes often after what is installed:\n\n    - uses: \
                         docker/build-push-action@v6\n      with:\n        cache-from: type=gha\n        cache-to: \
                         type=gha,mode=max\n";
const FIX_STEP: &str = "Keep what it makes each time anew in a cache, or do less in it:\n\n    - uses: actions/cache@v4\n      \
                        with:\n        path: ~/.cache\n        key: ${{ runner.os }}-${{ hashFiles('**/*.lock') }}\n";

/// What builds images, as an action.
const BUILDERS: [&str; 4] =
    ["docker/build-push-action", "docker/bake-action", "depot/build-push-action", "depot/bake-action"];

/// A step that was measured.
struct Measured<'e> {
    job: &'e MeasuredJob<'e>,
    step: &'e StepRun,
    /// The step of the workflow.
    written: Option<StepRef<'e>>,
}

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let (mut judged, mut open) = (0, 0);
    let mut longest: f64 = 0.0;
    let mut over = Vec::new();
    let (why, fix) = if params.only.is_some() { (WHY_STEP, FIX_STEP) } else { (WHY_IMAGE, FIX_IMAGE) };
    let budget = params.max_seconds;
    let steps = steps(evidence, params);
    for one in &steps {
        let Some(took) = one.step.milliseconds().map(seconds) else {
            open += usize::from(one.step.completed.is_none() || one.step.started.is_none());
            continue;
        };
        judged += 1;
        longest = longest.max(took);
        if took > budget.seconds() {
            let place = match one.written {
                Some(written) => Place::of_step(written),
                None => {
                    Place::recorded(one.job.file, one.step.span, &format!("{} / {}", one.job.job.name, one.step.name))
                }
            };
            over.push(Over {
                place,
                record: (one.job.file, one.step.span),
                what: format!("step `{}` of job `{}`", one.step.name, one.job.job.name),
                addition: String::new(),
                seconds: took,
                at_least: false,
                budget,
                fix: fix.to_owned(),
            });
        }
    }
    let running = Running::new(&steps);
    let alone = evidence.builds.iter().filter(|build| params.only.is_none() && !running.hold(build));
    for build in alone {
        let Some(took) = build.record.milliseconds().map(seconds) else {
            open += 1;
            continue;
        };
        judged += 1;
        longest = longest.max(took);
        if took > budget.seconds() {
            let target = &*build.record.target;
            over.push(Over {
                place: Place::recorded(build.file, build.record.span, target),
                record: (build.file, build.record.span),
                what: if target.is_empty() { "the image build".to_owned() } else { format!("the build of `{target}`") },
                addition: slowest_of(build),
                seconds: took,
                at_least: false,
                budget,
                fix: fix.to_owned(),
            });
        }
    }
    sink.subjects(judged);
    let noun = if params.only.is_some() { "measured step" } else { "measured image build" };
    if judged > 0 {
        sink.fact(format!("{}, {} over {budget}, the longest {}", count(judged, noun), over.len(), time(longest)));
    } else {
        sink.fact(format!("no record tells of a {noun}"));
    }
    if open > 0 {
        sink.fact(format!("not judged: {} without a start or an end", count(open, noun)));
    }
    report(sink, over, why);
}

/// The measured steps that are meant.
fn steps<'e>(evidence: &'e Evidence<'e>, params: &Params) -> Vec<Measured<'e>> {
    let mut found = Vec::new();
    for run in &evidence.runs {
        for (job, known) in run.jobs.iter().zip(evidence.jobs_of(run)).filter(|(job, _)| job.counts) {
            let written = known.map(|known| known.steps_of(job)).unwrap_or_default();
            for (at, step) in job.job.steps.iter().enumerate() {
                let one = Measured { job, step, written: written.get(at).copied().flatten() };
                let meant = match &params.only {
                    None => one.builds_image(),
                    Some(only) => one.is_meant(only),
                };
                if meant && &*step.conclusion != "skipped" {
                    found.push(one);
                }
            }
        }
    }
    found
}

impl Measured<'_> {
    /// Its action in lower case, without the version.
    fn action(&self) -> Option<String> {
        if let Some(written) = self.written {
            return written.step.uses.as_ref()?.action();
        }
        // Unnamed, it is shown by its action.
        let shown = self.step.name.strip_prefix("Run ")?;
        let (action, version) = shown.split_once('@')?;
        let is_one = action.contains('/') && !action.contains([' ', '"']) && !version.contains(' ');
        is_one.then(|| action.to_ascii_lowercase())
    }

    fn is_meant(&self, only: &Match) -> bool {
        let of_job = || only.job.fit(&self.job.job.name) || self.job.id.is_some_and(|id| only.job.fit(id));
        let of_name = || {
            only.name.fit(&self.step.name)
                || self.written.and_then(|written| written.step.name).is_some_and(|name| only.name.fit(name))
        };
        let of_action = || self.action().is_some_and(|action| only.uses.fit(&action));
        (only.job.is_empty() || of_job())
            && (only.name.is_empty() || of_name())
            && (only.uses.is_empty() || of_action())
    }

    fn builds_image(&self) -> bool {
        if let Some(action) = self.action() {
            return BUILDERS.contains(&action.as_str());
        }
        match self.written {
            Some(at) => {
                at.step.run.as_ref().is_some_and(|run| {
                    run.shell.is_posix() && only_builds(&run.script) && test_runs(at, &[]).is_empty()
                })
            }
            // Unnamed, it is shown by the first line of its script, which may not be all of it.
            None => false,
        }
    }
}

/// When steps were running: by their starts, each with the latest end of those that started no later.
struct Running(Vec<(Timestamp, Timestamp)>);

impl Running {
    fn new(steps: &[Measured<'_>]) -> Self {
        let mut times: Vec<_> = steps.iter().filter_map(|one| one.step.started.zip(one.step.completed)).collect();
        times.sort_unstable();
        let mut latest = None;
        for (_, end) in &mut times {
            latest = latest.max(Some(*end));
            *end = latest.unwrap_or(*end);
        }
        Self(times)
    }

    /// Whether a step was running from the start of a build to its end.
    fn hold(&self, build: &Build<'_>) -> bool {
        let Some((began, ended)) = build.record.started.zip(build.record.completed) else { return false };
        let before = self.0.partition_point(|(start, _)| *start <= began);
        let latest = before.checked_sub(1).and_then(|at| self.0.get(at));
        // Steps are measured in whole seconds, cut off.
        latest.is_some_and(|(_, end)| ended.since(*end).is_none_or(|after| after < 1000))
    }
}

/// Whether a script builds images, and neither starts nor enters a container.
fn only_builds(script: &Script) -> bool {
    let mut builds = false;
    for command in &script.commands {
        let runs = compose_call(command).is_some_and(|call| matches!(call.verb, "up" | "run" | "exec" | "start"));
        if runs || container_call(command).is_some() {
            return false;
        }
        builds |= build_call(command).is_some_and(|call| {
            call.tool == BuildTool::Compose || !has_option(call.args, &["--help", "--print", "--check", "--call"])
        });
    }
    builds
}

/// The step of a build that took longest, where its record tells.
fn slowest_of(build: &Build<'_>) -> String {
    let timed = build.record.vertices.iter().filter(|vertex| !vertex.cached);
    let timed = timed.filter_map(|vertex| Some((vertex.completed?.since(vertex.started?)?, vertex)));
    match timed.max_by_key(|(took, _)| *took) {
        Some((took, vertex)) if took > 0 => format!(" (`{}` {})", vertex.name, time(seconds(took))),
        _ => String::new(),
    }
}
