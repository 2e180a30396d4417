//! The rule `coverage-threshold-below-policy`.

use crate::evidence::{Evidence, File};
use crate::model::{Fix, Span};
use crate::parse::config::{CoverageTool, Demand, Effect, Measure, Scope};
use crate::rules::support::coverage_flags::flags;
use crate::rules::support::words::count;
use crate::rules::{Hit, Sink, rule};
use serde::Deserialize;
use std::collections::BTreeMap;

rule! {
    /// # What it checks
    ///
    /// A coverage threshold that fails a run or a commit status, written in the configuration of a tool or on a command
    /// line of a workflow, is not lower than this policy asks. It is read from coverage.py (`fail_under`,
    /// `--cov-fail-under`), nyc and c8 (with `check-coverage`), Jest's `global`, Vitest, Codecov's `project` statuses
    /// (their `threshold` taken off), cargo-llvm-cov, tarpaulin and gcovr.
    ///
    /// Where one tool has several thresholds in one place, the highest counts. Thresholds for changed lines, single
    /// files or parts of the project, relative ones (`auto`), and those that never fail are left alone, as is
    /// configuration that is code. coverage.py with branches measured compares lines and branches in one sum; that sum
    /// is held against the limit for lines.
    ///
    /// # Why it matters
    ///
    /// A gate that is lower than the policy passes changes that the policy refuses.
    ///
    /// # Example
    ///
    /// ```toml pyproject.toml
    /// [tool.coverage.report]
    /// fail_under = 60
    /// ```
    ///
    /// # Instead
    ///
    /// ```toml pyproject.toml
    /// [tool.coverage.report]
    /// fail_under = 80
    /// ```
    ///
    /// # Options
    ///
    /// - `line`: the lowest threshold for lines, in percent (default 80).
    /// - `branch`, `function`: the same for branches and functions (default: not asked for).
    ///
    /// # When to waive
    ///
    /// The code is on its way to the policy; let the waiver end on the day when the threshold has to be there.
    pub struct CoverageThresholdBelowPolicy;
    id: "coverage-threshold-below-policy",
    family: Coverage,
    level: Error,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    line: Percent,
    branch: Option<Percent>,
    function: Option<Percent>,
}

impl Default for Params {
    fn default() -> Self {
        Self { line: Percent(80.0), branch: None, function: None }
    }
}

/// A number from 0 to 100.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "f64")]
struct Percent(f64);

impl TryFrom<f64> for Percent {
    type Error = String;

    fn try_from(number: f64) -> Result<Self, String> {
        let valid = (0.0..=100.0).contains(&number);
        if valid { Ok(Self(number)) } else { Err(format!("{number} is no percentage; write a number from 0 to 100")) }
    }
}

const WHY: &str = "A gate that is lower than the policy passes changes that the policy refuses.";

/// A threshold that fails something.
struct Gate<'e> {
    file: &'e File<'e>,
    span: Span,
    path: String,
    /// As it is written in the file.
    key: String,
    measure: Measure,
    /// As written.
    percent: f64,
    /// Percentage points by which it may be missed.
    leniency: f64,
}

/// Thresholds of one tool and one measure that stand side by side: in one folder, or in one workflow.
type Groups<'e> = BTreeMap<(&'static str, &'e str, Kind), Vec<Gate<'e>>>;

/// What the policy limits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Line,
    Branch,
    Function,
}

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let written = from_files(evidence);
    let commands = from_commands(evidence);
    let mut gates = 0;
    for (groups, in_files) in [(&written, true), (&commands, false)] {
        for ((tool, _, kind), group) in groups {
            let Some(limit) = params.limit(*kind) else { continue };
            gates += group.len();
            let Some(highest) = group.iter().max_by(|a, b| a.lowest().total_cmp(&b.lowest())) else { continue };
            if highest.lowest() >= limit {
                continue;
            }
            // An option on the command line wins over the file.
            let enough = |group: &Vec<Gate<'_>>| group.iter().any(|gate| gate.lowest() >= limit);
            let above = commands.iter().any(|((t, _, k), group)| (t, k) == (tool, kind) && enough(group));
            if !(in_files && above) {
                sink.finding(hit(highest, *kind, limit, tool));
            }
        }
    }
    sink.subjects(gates);
    sink.fact(if gates == 0 {
        "no file that was read sets a threshold for the whole project".to_owned()
    } else {
        count(gates, "threshold")
    });
}

impl Params {
    fn limit(&self, kind: Kind) -> Option<f64> {
        let percent = match kind {
            Kind::Line => Some(self.line),
            Kind::Branch => self.branch,
            Kind::Function => self.function,
        };
        percent.map(|percent| percent.0)
    }
}

impl Gate<'_> {
    /// What it lets pass.
    fn lowest(&self) -> f64 {
        self.percent - self.leniency
    }
}

fn kind(measure: Measure) -> Option<Kind> {
    match measure {
        Measure::Line | Measure::LinesAndBranches => Some(Kind::Line),
        Measure::Branch => Some(Kind::Branch),
        Measure::Function => Some(Kind::Function),
        Measure::Statement => None,
    }
}

fn from_files<'e>(evidence: &'e Evidence<'_>) -> Groups<'e> {
    let mut groups = Groups::new();
    for doc in &evidence.coverage_configs {
        for threshold in &doc.thresholds {
            let fails = threshold.effect == Effect::Fails && threshold.scope == Scope::Project;
            let (Demand::Percent(percent), Some(kind), true) = (&threshold.demand, kind(threshold.measure), fails)
            else {
                continue;
            };
            groups.entry((doc.tool.name(), doc.file.folder(), kind)).or_default().push(Gate {
                file: doc.file,
                span: threshold.span,
                path: threshold.key.clone(),
                key: threshold.key.clone(),
                measure: threshold.measure,
                percent: *percent,
                leniency: threshold.leniency.unwrap_or_default(),
            });
        }
    }
    groups
}

fn from_commands<'e>(evidence: &'e Evidence<'_>) -> Groups<'e> {
    /// How many `sh -c` are looked into.
    const DEPTH: usize = 2;
    let mut groups = Groups::new();
    for at in evidence.steps() {
        let Some(run) = at.step.run.as_ref().filter(|run| run.shell.is_posix()) else { continue };
        for deep in run.script.commands_deep(DEPTH) {
            for flag in flags(&deep.command.words) {
                let (Some(percent), Some(kind)) = (flag.percent.filter(|p| *p > 0.0), kind(flag.measure)) else {
                    continue;
                };
                groups.entry((flag.tool, at.file.path(), kind)).or_default().push(Gate {
                    file: at.file,
                    span: run.span(flag.span),
                    path: run.node.path(),
                    key: flag.option.to_owned(),
                    measure: flag.measure,
                    percent,
                    leniency: 0.0,
                });
            }
        }
    }
    groups
}

fn hit<'e>(gate: &Gate<'e>, kind: Kind, limit: f64, tool: &str) -> Hit<'e> {
    let what = match kind {
        Kind::Line => "lines",
        Kind::Branch => "branches",
        Kind::Function => "functions",
    };
    let sum = if gate.measure == Measure::LinesAndBranches { " in one sum" } else { "" };
    let less =
        if gate.leniency > 0.0 { format!(" ({} % less {})", gate.percent, gate.leniency) } else { String::new() };
    let message = format!(
        "`{}` of {tool} passes at {} % of {}{sum}{less}; the policy asks for {limit} % of {what}",
        gate.key,
        gate.lowest(),
        gate.measure.word(),
    );
    let value = limit + gate.leniency;
    let name = gate.key.rsplit('.').next().unwrap_or_default();
    let snippet = match tool {
        _ if name.starts_with("--") => format!("{name}={value}"),
        _ if tool == CoverageTool::CoveragePy.name() => format!("{name} = {value}"),
        _ if tool == CoverageTool::Codecov.name() => format!("target: {value}%"),
        // nyc and c8 ask 90 of lines where only the check is on.
        _ if name.starts_with("check") => format!("\"lines\": {value}"),
        _ => format!("\"{name}\": {value}"),
    };
    Hit {
        file: gate.file,
        span: gate.span,
        path: gate.path.clone(),
        message,
        why: WHY,
        fix: Fix { text: format!("Raise it to what the policy asks:\n\n    {snippet}\n"), edits: Vec::new() },
        related: Vec::new(),
    }
}
