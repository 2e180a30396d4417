use super::{BaselineInfo, BuildInfo, Coverage, Family, Finding, Level, Merged, RunInfo, Tests, WaiverRecord};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Name and version of the report's schema.
pub const SCHEMA: &str = "tollgate-report/1";

/// All that was found out about one set of files under one policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: String,
    /// Who wrote it.
    pub tool: Tool,
    /// The answer.
    pub verdict: Verdict,
    /// The question.
    pub policy: PolicyInfo,
    /// Counts over findings and outcomes.
    pub summary: Summary,
    /// One for each rule that the policy turns on, by family and id.
    pub outcomes: Vec<Outcome>,
    /// By path, offset and rule.
    pub findings: Vec<Finding>,
    /// Test results; absent when no report was given.
    pub tests: Option<Tests>,
    /// Coverage; absent when no report was given.
    pub coverage: Option<Coverage>,
    /// Runs of workflows, each once.
    pub runs: Vec<RunInfo>,
    /// Builds of images.
    #[serde(default)]
    pub builds: Vec<BuildInfo>,
    /// The workflows that were read.
    pub workflows: Vec<WorkflowInfo>,
    /// The waivers of the policy, then those in comments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<WaiverRecord>,
    /// What it was compared with; absent where no baseline was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<BaselineInfo>,
    /// What it was made of, where several reports were merged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged: Option<Merged>,
    /// Every file that was given.
    pub files: Vec<FileRecord>,
}

/// The program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// `tollgate`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The answer to "does this pipeline do what its policy says?".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every rule at the fail level holds.
    Pass,
    /// At least one does not.
    Fail,
    /// Nothing failed, but evidence that the policy demands is missing or could not be read.
    Incomplete,
}

impl Verdict {
    /// The word used in reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Incomplete => "incomplete",
        }
    }
}

/// The policy in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyInfo {
    /// Its file, or the pack's name.
    pub name: String,
    /// Every file and pack that it consists of, base first.
    pub sources: Vec<PolicySource>,
}

/// A file or pack of the policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicySource {
    /// Path, or name of the pack.
    pub file: String,
    /// Shipped with the program.
    pub pack: bool,
}

/// A line of a policy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PolicyPlace {
    /// Path, or name of the pack.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
}

/// Counts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Summary {
    /// Findings at level error that are not waived.
    pub errors: usize,
    /// Findings at level warning that are not waived.
    pub warnings: usize,
    /// Findings at level info that are not waived.
    pub infos: usize,
    /// Findings taken out by a waiver.
    pub waived: usize,
    /// Findings that the baseline does not have.
    pub new: usize,
    /// Findings that the baseline has.
    pub known: usize,
    /// Rules by outcome.
    pub outcomes: OutcomeCounts,
}

/// Numbers of rules by outcome.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OutcomeCounts {
    /// Hold.
    pub passed: usize,
    /// Do not hold.
    pub failed: usize,
    /// Hold but for waived findings.
    pub waived: usize,
    /// Nothing of the kind in the input.
    pub not_applicable: usize,
    /// Demanded evidence is missing.
    pub no_evidence: usize,
}

/// What became of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Id of the rule.
    pub rule: String,
    /// Its family.
    pub family: Family,
    /// Its level in force.
    pub level: Level,
    /// The outcome.
    pub outcome: OutcomeKind,
    /// Things looked at.
    pub subjects: usize,
    /// Things among them that do not hold.
    pub failing: usize,
    /// What supports the outcome, in words.
    pub facts: Vec<String>,
    /// The line of the policy that asked for it.
    pub policy: PolicyPlace,
}

/// What can become of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutcomeKind {
    /// At least one finding.
    Failed,
    /// Demanded evidence is missing.
    NoEvidence,
    /// Only waived findings.
    Waived,
    /// Looked at something, and it holds.
    Passed,
    /// Nothing of the kind in the input.
    NotApplicable,
}

impl OutcomeKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Failed, Self::NoEvidence, Self::Waived, Self::Passed, Self::NotApplicable];

    /// The word used in reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::NoEvidence => "no-evidence",
            Self::Waived => "waived",
            Self::Passed => "passed",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// A workflow in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkflowInfo {
    /// Path.
    pub file: String,
    /// Its `name`, or its path.
    pub name: String,
    /// Ids of its jobs.
    pub jobs: Vec<String>,
}

/// The receipt for one input file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// Path as given; `archive.zip/member` for a member of an archive.
    pub path: String,
    /// What it is.
    pub kind: FileKind,
    /// The program that wrote it, where that can be told.
    pub producer: String,
    /// Size.
    pub bytes: u64,
    /// SHA-256 in hex; empty when the content was not needed.
    pub sha256: String,
    /// What became of it.
    pub status: FileStatus,
    /// Why, where it is not `read`; otherwise what is worth knowing.
    pub note: String,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileKind {
    /// GitHub Actions workflow.
    Workflow,
    /// Kept copy of a workflow (`*.backup` or in a backup folder).
    WorkflowBackup,
    /// GitHub Actions action metadata.
    Action,
    /// Compose file.
    Compose,
    /// Bake file, of `docker buildx bake`.
    Bake,
    /// Dockerfile or Containerfile.
    Dockerfile,
    /// `.dockerignore`, or one of a Dockerfile's own.
    Dockerignore,
    /// `.env`: variables of compose files.
    EnvFile,
    /// `JUnit` XML.
    Junit,
    /// TRX, of Visual Studio and `dotnet test`.
    Trx,
    /// Results of `NUnit` 3.
    Nunit,
    /// XML of xUnit.net.
    Xunit,
    /// XML of `TestNG`.
    Testng,
    /// Common Test Report Format.
    Ctrf,
    /// JSON of Jest and Vitest.
    Jest,
    /// Events of `go test -json`.
    GoTestJson,
    /// Cobertura XML.
    Cobertura,
    /// LCOV tracefile.
    Lcov,
    /// `JaCoCo` XML.
    Jacoco,
    /// Clover XML.
    Clover,
    /// `OpenCover` XML.
    OpenCover,
    /// `SonarQube`'s generic coverage XML.
    SonarCoverage,
    /// `dotCover` XML.
    DotCover,
    /// XML of Visual Studio's dynamic code coverage.
    VsCoverage,
    /// Istanbul's `coverage-final.json`.
    Istanbul,
    /// Istanbul's `coverage-summary.json`.
    IstanbulSummary,
    /// coverage.py's JSON.
    CoveragePy,
    /// Go's coverage profile.
    GoCover,
    /// JSON of `llvm-cov export`.
    LlvmCov,
    /// `SimpleCov`'s result set or JSON.
    SimpleCov,
    /// gcovr's JSON.
    Gcovr,
    /// Codecov's custom JSON.
    Codecov,
    /// JSON for Coveralls.
    Coveralls,
    /// JSON of Code Climate's test reporter.
    CodeClimate,
    /// `JaCoCo` CSV.
    JacocoCsv,
    /// Results of other tools in SARIF.
    Sarif,
    /// Runs of GitHub Actions and their jobs, of the REST API or `gh run view --json`.
    GithubRun,
    /// Metadata of `docker buildx build --metadata-file`.
    BuildMetadata,
    /// Events of `docker buildx build --progress=rawjson`.
    BuildProgress,
    /// Configuration that may carry coverage thresholds.
    CoverageConfig,
    /// Configuration of a bot that updates dependencies.
    UpdateBot,
    /// Unified diff of the change under judgement.
    Diff,
    /// Markdown document.
    Markdown,
    /// Policy of Tollgate.
    Policy,
    /// Zip archive, whose members are files of their own.
    Archive,
    /// A format that is known by name but not read by this version.
    Foreign,
    /// Anything else.
    Other,
}

impl FileKind {
    /// Whether it holds test results.
    pub const fn is_test_report(self) -> bool {
        matches!(
            self,
            Self::Junit
                | Self::Trx
                | Self::Nunit
                | Self::Xunit
                | Self::Testng
                | Self::Ctrf
                | Self::Jest
                | Self::GoTestJson
        )
    }

    /// The word used in reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Workflow => "workflow",
            Self::WorkflowBackup => "workflow-backup",
            Self::Action => "action",
            Self::Compose => "compose",
            Self::Bake => "bake",
            Self::Dockerfile => "dockerfile",
            Self::Dockerignore => "dockerignore",
            Self::EnvFile => "env-file",
            Self::Junit => "junit",
            Self::Trx => "trx",
            Self::Nunit => "nunit",
            Self::Xunit => "xunit",
            Self::Testng => "testng",
            Self::Ctrf => "ctrf",
            Self::Jest => "jest",
            Self::GoTestJson => "go-test-json",
            Self::Cobertura => "cobertura",
            Self::Lcov => "lcov",
            Self::Jacoco => "jacoco",
            Self::Clover => "clover",
            Self::OpenCover => "open-cover",
            Self::SonarCoverage => "sonar-coverage",
            Self::DotCover => "dot-cover",
            Self::VsCoverage => "vs-coverage",
            Self::Istanbul => "istanbul",
            Self::IstanbulSummary => "istanbul-summary",
            Self::CoveragePy => "coverage-py",
            Self::GoCover => "go-cover",
            Self::LlvmCov => "llvm-cov",
            Self::SimpleCov => "simple-cov",
            Self::Gcovr => "gcovr",
            Self::Codecov => "codecov",
            Self::Coveralls => "coveralls",
            Self::CodeClimate => "code-climate",
            Self::JacocoCsv => "jacoco-csv",
            Self::Sarif => "sarif",
            Self::GithubRun => "github-run",
            Self::BuildMetadata => "build-metadata",
            Self::BuildProgress => "build-progress",
            Self::CoverageConfig => "coverage-config",
            Self::UpdateBot => "update-bot",
            Self::Diff => "diff",
            Self::Markdown => "markdown",
            Self::Policy => "policy",
            Self::Archive => "archive",
            Self::Foreign => "foreign",
            Self::Other => "other",
        }
    }

    /// Whether it is a coverage report.
    pub const fn is_coverage(self) -> bool {
        matches!(
            self,
            Self::Cobertura
                | Self::Lcov
                | Self::Jacoco
                | Self::Clover
                | Self::OpenCover
                | Self::SonarCoverage
                | Self::DotCover
                | Self::VsCoverage
                | Self::Istanbul
                | Self::IstanbulSummary
                | Self::CoveragePy
                | Self::GoCover
                | Self::LlvmCov
                | Self::SimpleCov
                | Self::Gcovr
                | Self::Codecov
                | Self::Coveralls
                | Self::CodeClimate
                | Self::JacocoCsv
        )
    }
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileStatus {
    /// Read whole.
    Read,
    /// Read up to, or around, an error.
    PartlyRead,
    /// Nothing could be read.
    Unreadable,
    /// Not needed; the note says why.
    Ignored,
}

impl FileStatus {
    /// The word used in reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::PartlyRead => "partly-read",
            Self::Unreadable => "unreadable",
            Self::Ignored => "ignored",
        }
    }
}

impl fmt::Display for FileStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
