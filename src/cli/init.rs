//! `tollgate init`: a policy that holds today, and a workflow that asks for it.

use super::args::InitArgs;
use super::check::today;
use super::walk::collect;
use super::{Exit, output};
use crate::engine::{self, Request};
use crate::input::{Content, Limits, Origin, RawFile};
use crate::model::{FileKind, Finding, Level, OutcomeKind, Report, Status, Verdict};
use crate::render::text::{plural, shown};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

const POLICY: &str = "tollgate.yml";
const WORKFLOW: &str = ".github/workflows/tollgate.yml";
/// Rounds of judging and lowering: the second sees whether the first was enough.
const ROUNDS: usize = 4;
/// Characters of a finding's message within a comment.
const MESSAGE: usize = 160;

pub(super) fn run(args: &InitArgs) -> Exit {
    if !args.path.is_dir() {
        output::error(&format!("{}: is no folder; name the root of the repository", args.path.display()));
        return Exit::Usage;
    }
    let there = || [POLICY, WORKFLOW, ".github/tollgate.yml"].into_iter().find(|name| args.path.join(name).exists());
    if let Some(name) = there().filter(|_| !args.force && !args.dry_run) {
        output::error(&format!("{name} is there already; --dry-run shows what would be written, --force writes it"));
        return Exit::Usage;
    }
    let Some(today) = today(args.today) else { return Exit::Usage };
    let limits = Limits::default();
    let collected = collect(std::slice::from_ref(&args.path), &args.evidence, &limits);
    for error in &collected.errors {
        output::error(error);
    }
    let workflow = workflow(args);
    // The workflow is judged with the rest, so that it cannot break the policy that comes with it.
    let mut files: Vec<RawFile> = collected.files.into_iter().filter(|file| file.path != WORKFLOW).collect();
    let content = Content::Bytes(workflow.clone().into_bytes());
    files.push(RawFile { path: WORKFLOW.to_owned(), content, origin: Origin::Tree });
    let judge = |policy: &str| {
        let policy = engine::load_policy(POLICY, Some(policy), &|_| None).ok()?;
        let request =
            Request { files: files.clone(), limits: limits.clone(), fail_on: Level::Error, today, baseline: None };
        Some(engine::analyze(request, &policy))
    };
    let Some((policy, report)) = settled(judge) else {
        output::error("no policy could be made of what was found; begin with the one of docs/getting-started.md");
        return Exit::Usage;
    };
    if args.dry_run {
        return output::finish(&format!("# {POLICY}\n{policy}\n# {WORKFLOW}\n{workflow}"), Exit::Holds);
    }
    for (name, text) in [(POLICY, &policy), (WORKFLOW, &workflow)] {
        let path = args.path.join(name);
        let made = path.parent().map_or(Ok(()), fs::create_dir_all);
        if let Err(error) = made.and_then(|()| output::write(&path, text)) {
            output::error(&output::not_written(&path, &error));
            return Exit::Usage;
        }
    }
    output::finish(&told(&report), Exit::Holds)
}

/// What was written, and what to do next.
fn told(report: &Report) -> String {
    let mut text = format!("{POLICY} and {WORKFLOW} are written. ");
    text.push_str(match report.verdict {
        Verdict::Pass => "The policy holds: ",
        Verdict::Fail => "The policy does not hold yet: ",
        Verdict::Incomplete => "The answer is open: ",
    });
    let warnings = plural(report.summary.warnings, "warning", "warnings");
    let _ = writeln!(text, "{}, {warnings}.", plural(report.summary.errors, "error", "errors"));
    text.push_str("Read the policy, take out what you do not mean, and run `tollgate check`.\n");
    text
}

/// A policy under which nothing fails, as far as lowering rules can bring that about, and its report.
fn settled(judge: impl Fn(&str) -> Option<Report>) -> Option<(String, Report)> {
    let first = judge("version: 1\nextends: [recommended]\n")?;
    let mut exceptions: BTreeMap<String, Exception> = BTreeMap::new();
    for _ in 0..ROUNDS {
        let text = policy(&first, &exceptions);
        let report = judge(&text)?;
        let before = exceptions.clone();
        lower(&report, &mut exceptions);
        if exceptions == before {
            return Some((text, report));
        }
    }
    let text = policy(&first, &exceptions);
    let report = judge(&text)?;
    Some((text, report))
}

/// What a rule is set to, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Exception {
    why: String,
    value: String,
}

/// Sets the rules that fail the gate to warn; the threshold of coverage to what is reached.
fn lower(report: &Report, exceptions: &mut BTreeMap<String, Exception>) {
    for outcome in report.outcomes.iter().filter(|outcome| outcome.level == Level::Error) {
        let fails = |finding: &&Finding| finding.rule == outcome.rule && finding.status == Status::New;
        let findings: Vec<&Finding> = report.findings.iter().filter(fails).collect();
        let warns = |why| Exception { why, value: "warning".to_owned() };
        let exception = match (outcome.outcome, findings.as_slice()) {
            (OutcomeKind::NoEvidence, _) => warns(format!("Not proved: {}", outcome.facts.join("; "))),
            (OutcomeKind::Failed, [first, ..]) => {
                let place = format!("{}:{}", first.place.file, first.place.line);
                let lines = report.coverage.as_ref().and_then(|coverage| coverage.line.percent()).map(f64::floor);
                match lines.filter(|_| outcome.rule == "coverage-below-threshold") {
                    Some(percent) if percent >= 1.0 && !exceptions.contains_key(&outcome.rule) => Exception {
                        why: format!("{percent} % of the lines are covered today: more is welcome, and less fails."),
                        value: format!("{{ level: error, line: {percent} }}"),
                    },
                    _ => warns(format!(
                        "{}, the first at {place}: {}",
                        plural(findings.len(), "finding", "findings"),
                        first.message
                    )),
                }
            }
            _ => continue,
        };
        exceptions.insert(outcome.rule.clone(), exception);
    }
}

/// The policy, each line with its reason above.
fn policy(report: &Report, exceptions: &BTreeMap<String, Exception>) -> String {
    let image = |kind| matches!(kind, FileKind::Compose | FileKind::Dockerfile | FileKind::Bake);
    let first_image = report.files.iter().find(|file| image(file.kind));
    let (pack, reason) = match first_image {
        Some(file) => ("docker-ci", format!("because images are built or run here ({})", one_line(&file.path))),
        None => ("recommended", "what nearly every pipeline wants".to_owned()),
    };
    let mut text = format!(
        "# What this repository asks of its own pipeline: `tollgate check` judges by it, `tollgate explain RULE` tells of \
         a rule.\n\n# The version of this format.\nversion: 1\n\n# The rules of the pack `{pack}`, {reason}.\n# `tollgate \
         policy show` lists what is in force.\nextends: [{pack}]\n\n# What the gate must be given: reports that a run \
         leaves behind (`tollgate check --evidence FOLDER`).\nevidence:\n"
    );
    for (name, given, what) in
        [("tests", report.tests.is_some(), "test report"), ("coverage", report.coverage.is_some(), "coverage report")]
    {
        let _ = if given {
            writeln!(text, "  # A {what} was given, so a run without one is no pass.\n  {name}: required")
        } else {
            writeln!(text, "  # No {what} was given; write `required` once the gate gets one.\n  {name}: optional")
        };
    }
    if exceptions.is_empty() {
        text.push_str("\n# Nothing else: all rules of the pack that are errors hold today.\n");
        return text;
    }
    text.push_str(
        "\n# Rules that are not as the pack has them, because they do not hold today. A warning fails nothing; take a line \
         out\n# once its findings are gone.\nrules:\n",
    );
    for (rule, Exception { why, value }) in exceptions {
        let _ = writeln!(text, "  # {}\n  {rule}: {value}", one_line(why));
    }
    text
}

/// Fit for a comment.
fn one_line(text: &str) -> String {
    let text = shown(text);
    if text.chars().count() <= MESSAGE { text } else { text.chars().take(MESSAGE - 1).chain(['…']).collect() }
}

fn workflow(args: &InitArgs) -> String {
    let step = match &args.action {
        Some(action) => format!("      # Installs tollgate, judges, and shows the result.\n      - uses: {action}\n"),
        None => {
            "      # Judges by tollgate.yml and annotates the lines; tollgate has to be on the runner's PATH.\n      - \
                 run: tollgate check . --format github --output markdown=\"$GITHUB_STEP_SUMMARY\"\n"
                .to_owned()
        }
    };
    format!(
        "# Holds the pipeline to tollgate.yml.\nname: Tollgate\n\n# Before a change comes in; pushes to pull requests \
         included.\non:\n  pull_request:\n\n# Reading is enough.\npermissions:\n  contents: read\n\njobs:\n  tollgate:\n    \
         runs-on: ubuntu-24.04\n    # It takes seconds; what hangs ends.\n    timeout-minutes: 5\n    steps:\n      - uses: \
         actions/checkout@v5\n        with:\n          # No later step needs the token.\n          persist-credentials: \
         false\n{step}"
    )
}
