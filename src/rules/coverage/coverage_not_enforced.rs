//! The rule `coverage-not-enforced`.

use crate::evidence::{Evidence, JobRef, StepRef};
use crate::input::detect::ConfigFormat;
use crate::model::{FileKind, Span};
use crate::parse::config::{CoverageTool, Demand, Effect};
use crate::parse::shell::{Command, DeepCommand};
use crate::parse::workflow::{Target, Workflow};
use crate::rules::support::coverage_flags::flags;
use crate::rules::support::coverage_runs::{Collector, collector, names_coverage, only_reports};
use crate::rules::support::test_runs::{placed, steps_of};
use crate::rules::support::tree::is_whole;
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};

rule! {
    /// # What it checks
    ///
    /// Where a job measures coverage (`pytest --cov`, `coverage run`, nyc, c8, Jest and Vitest with `--coverage`, `go test
    /// -cover…`, `cargo llvm-cov`), something fails when it is low: an option (`--cov-fail-under`, `--fail-under`,
    /// `--check-coverage`, `--coverageThreshold`), a threshold in the configuration of the tool, or a service that sets a
    /// commit status.
    ///
    /// An upload to Codecov counts as one, as its status fails by default when coverage falls; not so where `codecov.yml`
    /// makes all statuses informational. What Coveralls, Sonar and the like do is set on their side and is not judged.
    ///
    /// Not judged, because it may compare: anything else in the workflow that is named after coverage (an action, `make
    /// check-coverage`, a script), a script about coverage that can `exit` or compute, Tollgate itself, a workflow that
    /// calls this one or starts after it, configuration that is code or builds on another one. Nor tools whose
    /// configuration may carry a threshold, when no whole tree was given; nor Maven and Gradle, whose build files are not
    /// read.
    ///
    /// # Why it matters
    ///
    /// Coverage that is measured and compared with nothing falls without anybody noticing.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: pytest --cov=app --cov-report=xml
    /// ```
    ///
    /// ```python app/cart.py
    /// TAX = 0.19
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
    ///       - run: pytest --cov=app --cov-report=xml --cov-fail-under=80
    /// ```
    ///
    /// ```python app/cart.py
    /// TAX = 0.19
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// Another program compares the report after the run.
    pub struct CoverageNotEnforced;
    id: "coverage-not-enforced",
    family: Coverage,
    level: Warning,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "Coverage that is measured and compared with nothing falls without anybody noticing.";

/// How many `sh -c` are looked into.
const DEPTH: usize = 2;

/// Owners of actions that send coverage to services with settings of their own.
const SERVICES: [&str; 6] =
    ["coverallsapp/", "sonarsource/", "codacy/", "qltysh/", "deepsourcelabs/", "paambaati/codeclimate"];

/// What becomes of the coverage that a job measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Enforced,
    Unknown,
    Ignored,
}

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let whole = is_whole(evidence);
    let mut spots = Vec::new();
    let (mut enforced, mut unknown) = (0, 0);
    for workflow in &evidence.workflows {
        let jobs: Vec<JobRef<'_>> =
            workflow.jobs.iter().map(|job| JobRef { file: workflow.file, workflow: &workflow.value, job }).collect();
        let measuring: Vec<_> = jobs.iter().filter_map(|job| Some((*job, measured_in(evidence, *job)?))).collect();
        if measuring.is_empty() {
            continue;
        }
        // Another job may compare what this one measured.
        let around = around(evidence, &workflow.value, &jobs);
        for (job, (at, span, found)) in measuring {
            let fate = match around {
                Fate::Ignored => configured(evidence, &found, whole),
                known => known,
            };
            match fate {
                Fate::Enforced => enforced += 1,
                Fate::Unknown => unknown += 1,
                Fate::Ignored => spots.push(Spot {
                    file: at.file,
                    span,
                    path: at.step.node.path(),
                    message: format!(
                        "job `{}` measures coverage (`{}`), and nothing fails when it is low",
                        job.job.id, found.label
                    ),
                    detail: found.threshold.to_owned(),
                    edits: Vec::new(),
                }),
            }
        }
    }
    sink.subjects(enforced + spots.len());
    if enforced + spots.len() > 0 {
        let jobs = count(enforced + spots.len(), "job");
        sink.fact(format!("{jobs} with coverage, {enforced} where something fails when it is low"));
    }
    if unknown > 0 {
        sink.fact(format!(
            "not judged: {} whose coverage something may compare that is not read",
            count(unknown, "job")
        ));
    }
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} jobs measure coverage, and nothing fails when it is low", group.len()),
        |group| {
            let how = group.first().map_or("", |spot| spot.detail.as_str());
            format!("Let the run fail under a threshold:\n\n    {how}\n")
        },
    );
}

/// The first command of a job that measures coverage.
fn measured_in<'e>(evidence: &'e Evidence<'e>, job: JobRef<'e>) -> Option<(StepRef<'e>, Span, Collector)> {
    steps_of(evidence, job).into_iter().find_map(|at| {
        let run = at.step.run.as_ref().filter(|run| run.shell.is_posix())?;
        let found = run
            .script
            .commands_deep(DEPTH)
            .into_iter()
            .find_map(|deep| Some((placed(run, deep.command.span), collector(&deep.command.words)?)));
        found.map(|(span, found)| (at, span, found))
    })
}

/// What all that a workflow does means for the coverage that one of its jobs measures.
fn around<'e>(evidence: &'e Evidence<'e>, workflow: &Workflow<'_>, jobs: &[JobRef<'e>]) -> Fate {
    let mut fate = Fate::Ignored;
    // A called workflow may download the report, and so may the one that calls.
    let calls = workflow.jobs.iter().any(|job| job.uses.is_some() && job.needs().next().is_some());
    if calls || workflow.starts_on("workflow_call") {
        fate = Fate::Unknown;
    }
    // So may one that starts when this one ended.
    let after = evidence.jobs().filter(|job| job.workflow.starts_on("workflow_run"));
    for job in jobs.iter().copied().chain(after) {
        for at in steps_of(evidence, job) {
            match of_step(evidence, at) {
                Fate::Enforced => return Fate::Enforced,
                Fate::Unknown => fate = Fate::Unknown,
                Fate::Ignored => {}
            }
        }
    }
    fate
}

fn of_step(evidence: &Evidence<'_>, at: StepRef<'_>) -> Fate {
    if let Some(uses) = &at.step.uses {
        return match uses.action() {
            Some(action) if action.starts_with("codecov/") => of_codecov(evidence),
            Some(action)
                if ["actions/upload-artifact", "actions/download-artifact", "actions/cache"]
                    .contains(&action.as_str()) =>
            {
                Fate::Ignored
            }
            Some(action) if names_coverage(&action) || SERVICES.iter().any(|owner| action.starts_with(owner)) => {
                Fate::Unknown
            }
            // An action that is told of coverage may compare it.
            Some(_) => {
                let inputs = at.step.node.get("with").into_iter().flat_map(|with| with.entries().collect::<Vec<_>>());
                let told = inputs.filter_map(|(key, _)| key.text()).any(names_coverage);
                if told { Fate::Unknown } else { Fate::Ignored }
            }
            // A local action that is in the input was followed.
            None if matches!(uses.target, Target::Local(_)) => Fate::Unknown,
            None => Fate::Ignored,
        };
    }
    let Some(run) = &at.step.run else { return Fate::Ignored };
    if !run.shell.is_posix() {
        return if names_coverage(run.text) { Fate::Unknown } else { Fate::Ignored };
    }
    let commands = run.script.commands_deep(DEPTH);
    let mut fate = Fate::Ignored;
    for deep in &commands {
        match of_command(evidence, &deep.command) {
            Fate::Enforced => return Fate::Enforced,
            Fate::Unknown => fate = Fate::Unknown,
            Fate::Ignored => {}
        }
    }
    let about = || commands.iter().any(|deep| deep.command.words.iter().any(|word| names_coverage(&word.text)));
    let decides = |deep: &DeepCommand| {
        let decides = ["exit", "bc", "awk", "gawk", "jq", "python", "python3", "node", "return"];
        let other = collector(&deep.command.words).is_none() && !only_reports(&deep.command.words);
        other && deep.command.name().is_some_and(|name| decides.contains(&name))
    };
    if fate == Fate::Ignored && commands.iter().any(decides) && about() { Fate::Unknown } else { fate }
}

fn of_command(evidence: &Evidence<'_>, command: &Command) -> Fate {
    let words = &command.words;
    let has = |start: &str| words.iter().any(|word| word.text.starts_with(start));
    if flags(words).iter().any(|flag| flag.percent != Some(0.0)) {
        return Fate::Enforced;
    }
    let compares = ["--check-coverage", "--coverageThreshold", "--coverage.thresholds"];
    let pair = |a: &str, b: &str| matches!(a.rsplit('/').next(), Some("nyc" | "c8")) && b == "check-coverage";
    if words.windows(2).any(|two| matches!(two, [a, b] if pair(&a.text, &b.text)))
        || compares.iter().any(|option| has(option))
        || (has("--fail-under") && words.iter().any(|w| names_coverage(&w.text)))
    {
        return Fate::Enforced;
    }
    match command.name() {
        Some("codecov" | "codecovcli") => return of_codecov(evidence),
        // The last one holds the report against its policy.
        Some("coveralls" | "goveralls" | "sonar-scanner" | "tollgate") => return Fate::Unknown,
        _ => {}
    }
    let about = words.iter().any(|word| names_coverage(&word.text));
    if about && collector(words).is_none() && !only_reports(words) { Fate::Unknown } else { Fate::Ignored }
}

/// What an upload to Codecov means: by default a commit status that fails when coverage falls.
fn of_codecov(evidence: &Evidence<'_>) -> Fate {
    let mut statuses = evidence
        .coverage_configs
        .iter()
        .filter(|doc| doc.tool == CoverageTool::Codecov)
        .flat_map(|doc| &doc.thresholds)
        .peekable();
    let informs = statuses.peek().is_some() && statuses.all(|status| status.effect == Effect::Nothing);
    if informs { Fate::Ignored } else { Fate::Enforced }
}

/// What the configuration of its tools means for a command that measures coverage.
fn configured(evidence: &Evidence<'_>, found: &Collector, whole: bool) -> Fate {
    if found.tools.is_empty() {
        return Fate::Ignored;
    }
    let mut inherits = false;
    for doc in evidence.coverage_configs.iter().filter(|doc| found.tools.contains(&doc.tool)) {
        let fails = doc.thresholds.iter().any(|threshold| {
            threshold.effect != Effect::Nothing
                && !matches!(threshold.demand, Demand::Percent(percent) if percent <= 0.0)
        });
        if fails {
            return Fate::Enforced;
        }
        inherits |= !doc.inherits.is_empty();
    }
    let unread = evidence.readings.iter().any(|reading| {
        let code = ConfigFormat::of(reading.file.path()) == Some(ConfigFormat::Code);
        reading.file.source.kind == FileKind::CoverageConfig && (code || !reading.problems.is_empty())
    });
    if inherits || unread || !whole { Fate::Unknown } else { Fate::Ignored }
}
