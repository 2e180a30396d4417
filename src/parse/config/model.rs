use crate::model::Span;

/// What one tool's configuration in one file says about coverage thresholds.
///
/// Whether that configuration is in force is another question: coverage.py reads only the first of `.coveragerc`,
/// `.coveragerc.toml`, `setup.cfg`, `tox.ini`, `pyproject.toml` that has settings, and a command line overrides it.
#[derive(Debug, Clone, PartialEq)]
pub struct CoverageConfig {
    /// The tool.
    pub tool: CoverageTool,
    /// Where its settings begin.
    pub span: Span,
    /// In text order.
    pub thresholds: Vec<Threshold>,
    /// Other configurations that this one builds on (`extends`, `preset`) and that are not looked into: they may bring
    /// thresholds along.
    pub inherits: Vec<String>,
}

/// A tool that compares coverage with a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CoverageTool {
    /// coverage.py, by itself or in pytest-cov.
    CoveragePy,
    /// Istanbul's command line tool.
    Nyc,
    /// The same over V8's own coverage.
    C8,
    /// Jest.
    Jest,
    /// Vitest.
    Vitest,
    /// Codecov, which sets commit statuses.
    Codecov,
}

/// One number that coverage is compared with.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// What is counted.
    pub measure: Measure,
    /// Over which code.
    pub scope: Scope,
    /// How much is demanded.
    pub demand: Demand,
    /// Percentage points by which the demand may be missed (Codecov's `threshold`).
    pub leniency: Option<f64>,
    /// What happens when it is missed.
    pub effect: Effect,
    /// Structural address in the file (`report.fail_under`), or the option (`--cov-fail-under`).
    pub key: String,
    /// The value in the text.
    pub span: Span,
}

/// What a threshold counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Lines. For Codecov a line of which only some branches ran is not covered.
    Line,
    /// Branches.
    Branch,
    /// Functions.
    Function,
    /// Statements.
    Statement,
    /// Lines and branches in one sum: coverage.py's total once branches are measured, which is mostly lower than its line
    /// coverage.
    LinesAndBranches,
}

/// Which code a threshold is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// All that was measured.
    Project,
    /// Changed lines.
    Patch,
    /// Each file by itself.
    PerFile,
    /// The part of the project with this name, path or pattern.
    Part(String),
}

/// How much a threshold demands.
#[derive(Debug, Clone, PartialEq)]
pub enum Demand {
    /// At least so many percent. coverage.py compares after rounding to `precision` digits, by default none: 79.5
    /// meets 80.
    Percent(f64),
    /// At most so many uncovered (a negative number for Jest and Vitest).
    Uncovered(f64),
    /// As much as the commit that it is compared with.
    Auto,
    /// Known only when it runs, or no number.
    Unknown,
}

/// What happens when a threshold is missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// The command fails; for Codecov, its commit status.
    Fails,
    /// The command fails only if an option asks for the check (nyc and c8 without `check-coverage`).
    OnDemand,
    /// Nothing: it informs, or zero switches it off.
    Nothing,
}

impl CoverageTool {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CoveragePy => "coverage.py",
            Self::Nyc => "nyc",
            Self::C8 => "c8",
            Self::Jest => "Jest",
            Self::Vitest => "Vitest",
            Self::Codecov => "Codecov",
        }
    }
}

impl Measure {
    /// What it counts, in the plural.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Line => "lines",
            Self::Branch => "branches",
            Self::Function => "functions",
            Self::Statement => "statements",
            Self::LinesAndBranches => "lines and branches",
        }
    }
}

impl CoverageConfig {
    pub(super) const fn new(tool: CoverageTool, span: Span) -> Self {
        Self { tool, span, thresholds: Vec::new(), inherits: Vec::new() }
    }
}

/// A finite number, written as a number or as text.
pub(super) fn number(text: &str) -> Option<f64> {
    let shape = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E' | '_');
    let text = text.trim();
    if !text.chars().all(shape) {
        return None;
    }
    text.replace('_', "").parse().ok().filter(|number: &f64| number.is_finite())
}
