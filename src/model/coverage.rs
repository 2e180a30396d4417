use serde::{Deserialize, Serialize};

/// Coverage over all reports given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// What is divided by what.
    pub definition: String,
    /// Lines.
    pub line: Ratio,
    /// Branches; absent where no report measures them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<Ratio>,
    /// Functions; absent where no report measures them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<Ratio>,
    /// By path.
    pub files: Vec<CoveredFile>,
    /// How the paths of the reports were found in the tree; absent where no tree was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paths: Option<PathMapping>,
    /// Of the changed lines; absent where no diff was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patch: Option<PatchCoverage>,
    /// What the policy demands of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<CoverageLimit>,
}

/// Numbers of source files, over all reports, by whether they are files of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PathMapping {
    /// Are one.
    pub matched: usize,
    /// Are none, and keep the path that the report names.
    pub unmatched: usize,
    /// Could be several, and keep the path that the report names.
    pub ambiguous: usize,
}

/// Coverage of the lines that a diff adds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatchCoverage {
    /// Added lines, instrumented or not.
    pub changed: u64,
    /// Those that are instrumented.
    pub line: Ratio,
    /// Files with added lines, by path.
    pub files: Vec<PatchedFile>,
}

/// Coverage of the lines that a diff adds to one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatchedFile {
    /// Path as the diff names it.
    pub path: String,
    /// Added lines, instrumented or not.
    pub changed: u64,
    /// Those that are instrumented; absent where no report tells the lines of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<Ratio>,
    /// Added lines that are instrumented and were not run: the first and the last of each run.
    pub missing: Vec<(u32, u32)>,
}

/// Coverage of one source file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CoveredFile {
    /// Path in the tree, or as the report names it where it is no file of the tree.
    pub path: String,
    /// Lines.
    pub line: Ratio,
    /// Branches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<Ratio>,
    /// Functions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<Ratio>,
}

/// A coverage limit of the policy, and what it is held against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CoverageLimit {
    /// The rule that asks for it.
    pub rule: String,
    /// What is counted.
    pub metric: CoverageMetric,
    /// The part of the code that it is about; absent where it is all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The lowest share that is enough, in percent.
    pub percent: f64,
    /// What was measured; absent where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<Ratio>,
    /// Whether that is enough, without rounding; absent where nothing was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub met: Option<bool>,
}

/// What a [`CoverageLimit`] counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CoverageMetric {
    /// Lines.
    Line,
    /// Branches.
    Branch,
    /// Functions.
    Function,
    /// Lines that the change under judgement adds.
    Patch,
    /// Files with enough lines to be judged: of these, those whose lines reach the limit.
    File,
}

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ratio {
    /// Hit.
    pub covered: u64,
    /// Instrumented.
    pub total: u64,
}

impl Ratio {
    /// Unrounded; `None` of nothing.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    pub fn percent(self) -> Option<f64> {
        (self.total > 0).then(|| self.covered as f64 * 100.0 / self.total as f64)
    }
}

impl std::ops::AddAssign for Ratio {
    fn add_assign(&mut self, other: Self) {
        self.covered = self.covered.saturating_add(other.covered);
        self.total = self.total.saturating_add(other.total);
    }
}

#[derive(Serialize, Deserialize)]
struct WrittenRatio {
    covered: u64,
    total: u64,
    /// Two digits; for readers only, never compared.
    #[serde(default)]
    percent: Option<f64>,
}

impl Serialize for Ratio {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let percent = self.percent().map(|p| (p * 100.0).round() / 100.0);
        WrittenRatio { covered: self.covered, total: self.total, percent }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Ratio {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = WrittenRatio::deserialize(deserializer)?;
        Ok(Self { covered: written.covered, total: written.total })
    }
}
