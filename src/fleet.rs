//! Reports of many repositories in a few figures each, so that ten thousand of them fit on one page and in little memory.

use crate::merge::foreign_schema;
use crate::model::{Level, OutcomeKind, Ratio, SCHEMA, Summary, Tool, Verdict};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// Name and version of the schema of `fleet.json`.
pub const FLEET_SCHEMA: &str = "tollgate-fleet/1";

/// Most characters that are kept of a name or a reason: reports may come from anybody.
const TEXT: usize = 200;

/// Most different rules that are counted.
const RULES: usize = 5_000;

/// The figures of many reports.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fleet {
    /// [`FLEET_SCHEMA`].
    pub schema: &'static str,
    /// The program.
    pub tool: Tool,
    /// Sums over all repositories.
    pub summary: FleetSummary,
    /// The worst first.
    pub repositories: Vec<Repository>,
    /// Rules that do not hold somewhere, those that most repositories break first.
    pub rules: Vec<FleetRule>,
    /// Reports that could not be read.
    pub unreadable: Vec<Unreadable>,
}

/// Sums over all repositories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct FleetSummary {
    /// Repositories whose report was read.
    pub repositories: usize,
    /// Those that hold their policy.
    pub pass: usize,
    /// Those that do not.
    pub fail: usize,
    /// Those whose answer is open.
    pub incomplete: usize,
    /// Reports that could not be read.
    pub unreadable: usize,
    /// Findings at level error.
    pub errors: usize,
    /// Findings at level warning.
    pub warnings: usize,
    /// Test cases.
    pub tests: u64,
}

/// One repository.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Repository {
    /// What it is called.
    pub name: String,
    /// Path of its report as given.
    pub report: String,
    /// Its `report.html` from the page on, as a URL; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// The answer.
    pub verdict: Verdict,
    /// Name of its policy.
    pub policy: String,
    /// Findings at level error that are not waived.
    pub errors: usize,
    /// Findings at level warning that are not waived.
    pub warnings: usize,
    /// Rules that do not hold.
    pub failed_rules: usize,
    /// Rules whose evidence is missing.
    pub without_evidence: usize,
    /// Coverage of lines; absent where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Ratio>,
    /// Its tests; absent where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tests: Option<RepositoryTests>,
    /// How long its longest run took in seconds; absent where no run is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_seconds: Option<f64>,
    /// Version of the program that wrote the report.
    pub version: String,
}

/// Test cases of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepositoryTests {
    /// All.
    pub total: u64,
    /// Failed.
    pub failed: u64,
    /// Ended in an error.
    pub errors: u64,
    /// Not run.
    pub skipped: u64,
    /// Passed after a failed attempt.
    pub flaky: u64,
}

/// A rule over all repositories.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FleetRule {
    /// Its id.
    pub rule: String,
    /// The highest level that a policy gives it.
    pub level: Level,
    /// Repositories in which it does not hold.
    pub failed: usize,
    /// Repositories in which its evidence is missing.
    pub without_evidence: usize,
    /// Things that do not hold, over all repositories.
    pub failing: usize,
}

/// A report that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unreadable {
    /// Path as given.
    pub report: String,
    /// Why.
    pub reason: String,
}

/// In what order repositories are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Failed, then open, then passed; of these, those with most errors first.
    Worst,
    /// By name.
    Name,
    /// The lowest coverage of lines first, those without at the end.
    Coverage,
    /// The most failed tests first, then those with fewest tests.
    Tests,
    /// The longest run first.
    Time,
}

impl Fleet {
    /// Takes the figures of a report. One that is none is remembered as unreadable.
    pub fn add(&mut self, name: &str, path: &str, page: Option<String>, text: &str) {
        match Sheet::read(text) {
            Ok(sheet) => self.sheet(sheet, name, path, page),
            Err(reason) => self.unreadable(path, &reason),
        }
    }

    /// Remembers a report that could not be read.
    pub fn unreadable(&mut self, path: &str, reason: &str) {
        self.summary.unreadable += 1;
        self.unreadable.push(Unreadable { report: path.to_owned(), reason: cut(reason) });
    }

    /// Sorts what was taken; to be called once, at the end.
    pub fn finish(&mut self) {
        self.repositories.sort_by(|a, b| a.in_order(b, Order::Worst));
        self.rules.sort_by(|a, b| b.weight().cmp(&a.weight()).then_with(|| a.rule.cmp(&b.rule)));
    }

    fn sheet(&mut self, sheet: Sheet, name: &str, path: &str, page: Option<String>) {
        let Sheet { tool, verdict, policy, summary, outcomes, tests, coverage, runs, .. } = sheet;
        let all = &mut self.summary;
        all.repositories += 1;
        *match verdict {
            Verdict::Pass => &mut all.pass,
            Verdict::Fail => &mut all.fail,
            Verdict::Incomplete => &mut all.incomplete,
        } += 1;
        all.errors = all.errors.saturating_add(summary.errors);
        all.warnings = all.warnings.saturating_add(summary.warnings);
        all.tests = all.tests.saturating_add(tests.map_or(0, |tests| tests.total));
        let count = |kind| outcomes.iter().filter(|outcome| outcome.outcome == kind).count();
        let (failed_rules, without_evidence) = (count(OutcomeKind::Failed), count(OutcomeKind::NoEvidence));
        self.repositories.push(Repository {
            name: cut(name),
            report: path.to_owned(),
            page,
            verdict,
            policy: cut(&policy.name),
            errors: summary.errors,
            warnings: summary.warnings,
            failed_rules,
            without_evidence,
            coverage: coverage.map(|coverage| coverage.line).filter(|line| line.total > 0),
            tests,
            run_seconds: runs.iter().filter_map(|run| run.seconds).max_by(f64::total_cmp),
            version: cut(&tool.version),
        });
        for outcome in outcomes {
            self.outcome(outcome);
        }
    }

    fn outcome(&mut self, outcome: SheetOutcome) {
        let (failed, missing) = (outcome.outcome == OutcomeKind::Failed, outcome.outcome == OutcomeKind::NoEvidence);
        if !failed && !missing {
            return;
        }
        let id = cut(&outcome.rule);
        // Sorted while it grows, so that a rule is found without going through all of them.
        let at = match self.rules.binary_search_by(|known| known.rule.cmp(&id)) {
            Ok(at) => at,
            Err(_) if self.rules.len() >= RULES => return,
            Err(at) => {
                let rule = FleetRule { rule: id, level: outcome.level, failed: 0, without_evidence: 0, failing: 0 };
                self.rules.insert(at, rule);
                at
            }
        };
        let Some(rule) = self.rules.get_mut(at) else { return };
        rule.level = rule.level.max(outcome.level);
        rule.failed += usize::from(failed);
        rule.without_evidence += usize::from(missing);
        rule.failing = rule.failing.saturating_add(outcome.failing);
    }
}

impl Default for Fleet {
    fn default() -> Self {
        Self {
            schema: FLEET_SCHEMA,
            tool: Tool { name: "tollgate".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            summary: FleetSummary::default(),
            repositories: Vec::new(),
            rules: Vec::new(),
            unreadable: Vec::new(),
        }
    }
}

impl FleetRule {
    fn weight(&self) -> (usize, usize, Level, usize) {
        (self.failed, self.without_evidence, self.level, self.failing)
    }
}

impl Repository {
    /// Which of two comes first; by name where they are equal.
    pub fn in_order(&self, other: &Self, order: Order) -> std::cmp::Ordering {
        let verdict = |one: &Self| match one.verdict {
            Verdict::Fail => 0,
            Verdict::Incomplete => 1,
            Verdict::Pass => 2,
        };
        let worst = |one: &Self| (verdict(one), Reverse(one.errors), Reverse(one.warnings));
        let coverage = |one: &Self| one.coverage.and_then(Ratio::percent).unwrap_or(f64::INFINITY);
        let tests = |one: &Self| {
            let bad = one.tests.map_or(0, RepositoryTests::bad);
            (Reverse(bad), one.tests.map_or(0, |tests| tests.total))
        };
        let time = |one: &Self| one.run_seconds.unwrap_or(-1.0);
        let first = match order {
            Order::Worst => worst(self).cmp(&worst(other)),
            Order::Name => std::cmp::Ordering::Equal,
            Order::Coverage => coverage(self).total_cmp(&coverage(other)),
            Order::Tests => tests(self).cmp(&tests(other)),
            Order::Time => time(other).total_cmp(&time(self)),
        };
        first.then_with(|| self.name.cmp(&other.name)).then_with(|| self.report.cmp(&other.report))
    }
}

impl RepositoryTests {
    /// Failed, or ended in an error.
    pub fn bad(self) -> u64 {
        self.failed.saturating_add(self.errors)
    }
}

/// What is read of a report: everything else is passed over.
#[derive(Deserialize)]
struct Sheet {
    tool: Tool,
    verdict: Verdict,
    policy: SheetPolicy,
    summary: Summary,
    outcomes: Vec<SheetOutcome>,
    #[serde(default)]
    tests: Option<RepositoryTests>,
    #[serde(default)]
    coverage: Option<SheetCoverage>,
    #[serde(default)]
    runs: Vec<SheetRun>,
    schema: String,
}

#[derive(Deserialize)]
struct SheetPolicy {
    name: String,
}

#[derive(Deserialize)]
struct SheetOutcome {
    rule: String,
    level: Level,
    outcome: OutcomeKind,
    failing: usize,
}

#[derive(Deserialize)]
struct SheetCoverage {
    line: Ratio,
}

#[derive(Deserialize)]
struct SheetRun {
    #[serde(default)]
    seconds: Option<f64>,
}

impl Sheet {
    fn read(text: &str) -> Result<Self, String> {
        let sheet: Self = crate::merge::parsed(text)?;
        if sheet.schema == SCHEMA { Ok(sheet) } else { Err(foreign_schema(&sheet.schema)) }
    }
}

fn cut(text: &str) -> String {
    let mut short: String = text.chars().take(TEXT).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
