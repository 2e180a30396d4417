//! What a coverage report says, whatever format it was written in.

use super::{Line, Lines};
use crate::model::Ratio;

/// A coverage report, measured from its lines.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CoverageReport {
    /// The program that wrote it, where it says so; otherwise empty.
    pub producer: String,
    /// Folders that the paths are relative to; several make a path ambiguous.
    pub sources: Vec<String>,
    /// By path, each once.
    pub files: Vec<CoveredSource>,
    /// What the report says about itself.
    pub declared: Declared,
    /// Whether [`CoverageReport::totals`] are what is declared, where it is: the format counts at every level, and what
    /// has no source file (code without debug information, entries of methods) is in the outer counts only.
    pub declared_whole: bool,
}

/// What a report says about itself; absent where it does not.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Declared {
    /// Lines.
    pub line: Option<Ratio>,
    /// Branches.
    pub branch: Option<Ratio>,
    /// Functions.
    pub function: Option<Ratio>,
    /// Statements.
    pub statement: Option<Ratio>,
    /// Instructions.
    pub instruction: Option<Ratio>,
    /// Regions.
    pub region: Option<Ratio>,
    /// Share of lines, from 0 to 1, which some reports declare without the counts.
    pub line_rate: Option<f64>,
    /// Share of branches, from 0 to 1.
    pub branch_rate: Option<f64>,
}

/// Coverage of one source file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CoveredSource {
    /// Path as the report names it.
    pub path: String,
    /// By number, each once.
    pub lines: Lines,
    /// All branches, including those on lines that are not measured themselves.
    pub branches: Ratio,
    /// Functions.
    pub functions: Ratio,
    /// Statements, as Go, Clover and Istanbul count them, or sequence points of .NET.
    pub statements: Ratio,
    /// Bytecode instructions of `JaCoCo`.
    pub instructions: Ratio,
    /// Regions of LLVM.
    pub regions: Ratio,
    /// The count of lines that the report claims where it has no lines, or counts them otherwise than one by one;
    /// [`CoveredSource::line`] then gives it.
    pub claimed_lines: Option<Ratio>,
}

/// Sums over a report; zero of zero for what it does not measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Lines.
    pub line: Ratio,
    /// Branches.
    pub branch: Ratio,
    /// Functions.
    pub function: Ratio,
    /// Statements.
    pub statement: Ratio,
    /// Instructions.
    pub instruction: Ratio,
    /// Regions.
    pub region: Ratio,
}

impl CoverageReport {
    /// What is covered of all that the report measures. These are the sums over its files, but for formats that count
    /// at every level ([`CoverageReport::declared_whole`]): there the outermost counts, where they exist.
    pub fn totals(&self) -> Totals {
        let counted = self.counted();
        if self.declared_whole { self.declared_or(counted) } else { counted }
    }

    fn declared_or(&self, counted: Totals) -> Totals {
        let declared = &self.declared;
        Totals {
            line: declared.line.unwrap_or(counted.line),
            branch: declared.branch.unwrap_or(counted.branch),
            function: declared.function.unwrap_or(counted.function),
            statement: declared.statement.unwrap_or(counted.statement),
            instruction: declared.instruction.unwrap_or(counted.instruction),
            region: declared.region.unwrap_or(counted.region),
        }
    }

    /// Sums over the files.
    pub fn counted(&self) -> Totals {
        let mut totals = Totals::default();
        for file in &self.files {
            totals.line += file.line();
            totals.branch += file.branches;
            totals.function += file.functions;
            totals.statement += file.statements;
            totals.instruction += file.instructions;
            totals.region += file.regions;
        }
        totals
    }

    /// What the totals have beyond the files: it belongs to no path, so merging by path cannot see it.
    pub fn unplaced(&self) -> Totals {
        if !self.declared_whole {
            return Totals::default();
        }
        let counted = self.counted();
        let totals = self.declared_or(counted);
        Totals {
            line: beyond(totals.line, counted.line),
            branch: beyond(totals.branch, counted.branch),
            function: beyond(totals.function, counted.function),
            statement: beyond(totals.statement, counted.statement),
            instruction: beyond(totals.instruction, counted.instruction),
            region: beyond(totals.region, counted.region),
        }
    }
}

fn beyond(all: Ratio, part: Ratio) -> Ratio {
    let covered = all.covered.saturating_sub(part.covered);
    let missed = (all.total - all.covered.min(all.total)).saturating_sub(part.total - part.covered.min(part.total));
    Ratio { covered, total: covered.saturating_add(missed) }
}

impl CoveredSource {
    /// Counts its lines: those hit of those instrumented.
    pub fn line(&self) -> Ratio {
        if let Some(claimed) = self.claimed_lines {
            return claimed;
        }
        let hit = self.lines.iter().filter(|line| line.is_hit()).count();
        Ratio { covered: hit as u64, total: self.lines.len() as u64 }
    }

    /// Adds what another report says of the same file: a line is hit when it is in either, its branches are the most
    /// that either knows and took. Branches are not added up: their numbers mean nothing across reports. Where only counts
    /// are known (functions, statements, lines of a summary), the larger ones stay.
    pub fn merge(&mut self, other: &Self) {
        let (own, theirs) = (self.off_line_branches(), other.off_line_branches());
        self.lines.merge_with(&other.lines);
        let on_lines = self.lines.branches();
        self.branches = Ratio {
            covered: on_lines.covered + own.covered.max(theirs.covered),
            total: on_lines.total + own.total.max(theirs.total),
        };
        self.functions = larger(self.functions, other.functions);
        self.statements = larger(self.statements, other.statements);
        self.instructions = larger(self.instructions, other.instructions);
        self.regions = larger(self.regions, other.regions);
        self.claimed_lines = match (self.claimed_lines, other.claimed_lines) {
            _ if !self.lines.is_empty() => None,
            (Some(own), Some(theirs)) => Some(larger(own, theirs)),
            (own, theirs) => own.or(theirs),
        };
    }

    fn off_line_branches(&self) -> Ratio {
        let on = self.lines.branches();
        Ratio {
            covered: self.branches.covered.saturating_sub(on.covered),
            total: self.branches.total.saturating_sub(on.total),
        }
    }

    /// One of its lines, by number.
    pub fn at(&self, number: u32) -> Option<&Line> {
        self.lines.binary_search_by_key(&number, |line| line.number).ok().and_then(|index| self.lines.get(index))
    }
}

fn larger(a: Ratio, b: Ratio) -> Ratio {
    Ratio { covered: a.covered.max(b.covered), total: a.total.max(b.total) }
}
