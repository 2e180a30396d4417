use crate::evidence::compose::Gap;
use crate::evidence::{Build, Evidence, Run};
use crate::model::{BuildInfo, FileKind, FileRecord, Ratio, RunInfo, TestCounts};
use crate::parse::config::{Demand, Effect, Scope, Threshold};
use crate::parse::coverage::{CoverageReport, Declared};
use crate::parse::diff::ChangedFile;
use crate::parse::dockerfile::{Dockerfile, Stage};
use crate::parse::sarif::{Sarif, State, ToolLevel};
use crate::parse::test_results::DeclaredCounts;
use crate::parse::update_bot::Others;
use crate::parse::workflow::{Action, Job, Step, Workflow};
use serde::Serialize;
use std::collections::BTreeMap;

/// What a file holds, counted.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub(super) enum Facts {
    Tests(TestFacts),
    Coverage(CoverageFacts),
    Workflow(WorkflowFacts),
    Action(ActionFacts),
    Compose(ComposeFacts),
    Dockerfile(DockerfileFacts),
    Sarif(SarifFacts),
    Runs(RunFacts),
    Config(ConfigFacts),
    Diff(DiffFacts),
    Bake(BakeFacts),
    Dockerignore(DockerignoreFacts),
}

/// Of a test report, counted from its cases.
#[derive(Debug, Clone, Serialize)]
pub(super) struct TestFacts {
    pub(super) tests: u64,
    pub(super) failures: u64,
    pub(super) errors: u64,
    pub(super) skipped: u64,
    pub(super) flaky: u64,
    /// Sum over the cases, to the microsecond.
    pub(super) seconds: f64,
    /// What the report says about itself.
    pub(super) declared: Option<DeclaredTests>,
    /// Not in the JSON, whose words are those of the reports themselves.
    #[serde(skip)]
    pub(super) counts: TestCounts,
}

/// Counts that a test report declares.
#[derive(Debug, Clone, Serialize)]
pub(super) struct DeclaredTests {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tests: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) failures: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) errors: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) skipped: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) seconds: Option<f64>,
}

/// Of a coverage report, counted from its lines.
#[derive(Debug, Clone, Serialize)]
pub(super) struct CoverageFacts {
    pub(super) format: FileKind,
    #[serde(flatten)]
    pub(super) metrics: Metrics,
    pub(super) declared: DeclaredCoverage,
    /// Source files that it measures.
    pub(super) files: usize,
}

/// So many of so many, for each metric that there is.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Metrics {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) line: Option<Counted>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) branch: Option<Counted>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) function: Option<Counted>,
    /// Statements of Go, sequence points of `OpenCover`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) statement: Option<Counted>,
    /// Of `JaCoCo`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) instruction: Option<Counted>,
    /// Of llvm-cov.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) region: Option<Counted>,
}

/// What a coverage report declares: counts, or shares from 0 to 1.
#[derive(Debug, Clone, Serialize)]
pub(super) struct DeclaredCoverage {
    #[serde(flatten)]
    pub(super) metrics: Metrics,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) line_rate: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) branch_rate: Option<f64>,
}

/// A ratio as counts alone.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Counted {
    pub(super) covered: u64,
    pub(super) total: u64,
}

/// Of a diff.
#[derive(Debug, Clone, Serialize)]
pub(super) struct DiffFacts {
    /// Changed files.
    pub(super) files: usize,
    /// Added lines.
    pub(super) added: u64,
    /// Those that are instrumented, over all diffs; absent where there is no coverage report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) line: Option<Counted>,
}

/// Of a workflow.
#[derive(Debug, Clone, Serialize)]
pub(super) struct WorkflowFacts {
    pub(super) triggers: Vec<String>,
    pub(super) jobs: usize,
    pub(super) steps: usize,
    /// Names, sorted, one for each job that has it.
    pub(super) services: Vec<String>,
    /// Actions and reusable workflows, sorted, one for each use.
    pub(super) uses: Vec<String>,
}

/// Of an action.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ActionFacts {
    pub(super) using: String,
    pub(super) steps: usize,
    pub(super) uses: Vec<String>,
}

/// Of a compose file.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ComposeFacts {
    /// Names, sorted.
    pub(super) services: Vec<String>,
    /// Services with a `healthcheck`.
    pub(super) with_healthcheck: usize,
    /// Services with `build`.
    pub(super) with_build: usize,
    /// Where `include` or `extends` of it lead nowhere.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) unresolved: Vec<String>,
}

/// Of a bake file, in text order.
#[derive(Debug, Clone, Serialize)]
pub(super) struct BakeFacts {
    pub(super) targets: Vec<String>,
    pub(super) groups: Vec<String>,
    pub(super) variables: Vec<String>,
}

/// Of a `.dockerignore`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct DockerignoreFacts {
    /// Patterns that leave files out.
    pub(super) excludes: usize,
    /// Patterns that take files in again.
    pub(super) includes: usize,
}

/// Of a Dockerfile.
#[derive(Debug, Clone, Serialize)]
pub(super) struct DockerfileFacts {
    /// In text order.
    pub(super) stages: Vec<StageFacts>,
    /// Keywords of all instructions, in text order.
    pub(super) instructions: Vec<String>,
}

/// Of configuration for coverage tools and update bots.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct ConfigFacts {
    /// One for each tool.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) coverage: Vec<CoverageConfigFacts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bot: Option<BotFacts>,
}

/// What a coverage tool is told.
#[derive(Debug, Clone, Serialize)]
pub(super) struct CoverageConfigFacts {
    pub(super) tool: &'static str,
    pub(super) thresholds: Vec<ThresholdFacts>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) inherits: Vec<String>,
}

/// A threshold in words.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ThresholdFacts {
    pub(super) key: String,
    pub(super) line: usize,
    /// What is counted.
    pub(super) measure: &'static str,
    /// `project`, `patch`, `per-file`, or the name of a part.
    pub(super) scope: String,
    /// In percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) percent: Option<f64>,
    /// The most that may stay uncovered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) uncovered: Option<f64>,
    /// Compared with another commit.
    pub(super) auto: bool,
    /// Percentage points by which it may be missed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) leniency: Option<f64>,
    /// `fails`, `on-demand` or `nothing`.
    pub(super) effect: &'static str,
}

/// What an update bot is told.
#[derive(Debug, Clone, Serialize)]
pub(super) struct BotFacts {
    pub(super) name: &'static str,
    /// Ecosystems that it updates, sorted.
    pub(super) updates: Vec<String>,
    /// Ecosystems that it is told to leave alone, sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) off: Vec<String>,
    /// Whether it updates ecosystems that are not named.
    pub(super) others: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) presets: Vec<String>,
}

/// A stage of a Dockerfile.
#[derive(Debug, Clone, Serialize)]
pub(super) struct StageFacts {
    pub(super) name: Option<String>,
    /// What it starts from, as written.
    pub(super) from: String,
}

/// Of a SARIF log.
#[derive(Debug, Clone, Serialize)]
pub(super) struct SarifFacts {
    /// In text order.
    pub(super) runs: Vec<ToolRunFacts>,
}

/// Of one run of a tool.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ToolRunFacts {
    pub(super) tool: String,
    pub(super) version: String,
    /// Rules that the tool describes.
    pub(super) rules: usize,
    /// Results that count, by level.
    pub(super) errors: usize,
    pub(super) warnings: usize,
    pub(super) notes: usize,
    /// Results that somebody accepted.
    pub(super) suppressed: usize,
    /// Results that tell of no problem, or of one that is gone.
    pub(super) others: usize,
    /// Whether the tool ran to its end, as far as it says.
    pub(super) complete: bool,
}

/// Of a record of runs or builds. A run that several files tell of stands with the first of them, as a whole.
#[derive(Debug, Clone, Serialize)]
pub(super) struct RunFacts {
    /// Runs that the file tells of.
    pub(super) found: usize,
    /// Those of them that no earlier file tells of.
    pub(super) runs: Vec<RunInfo>,
    /// Likewise.
    pub(super) builds: Vec<BuildInfo>,
}

/// The facts of each file that holds a document, by its path.
pub(super) fn gather(evidence: &Evidence<'_>, records: &[FileRecord]) -> BTreeMap<String, Facts> {
    let mut facts = BTreeMap::new();
    let mut by_content = BTreeMap::new();
    let counted = evidence.tests.iter().flat_map(|tests| &tests.reports).map(|report| report.counted);
    for (doc, counted) in evidence.test_reports.iter().zip(counted) {
        let facts = Facts::Tests(TestFacts::new(counted, doc.declared));
        by_content.insert((doc.file.source.kind, &doc.file.source.sha256), facts);
    }
    for doc in &evidence.coverage_reports {
        let kind = doc.file.source.kind;
        by_content.insert((kind, &doc.file.source.sha256), Facts::Coverage(coverage(kind, doc.value)));
    }
    for doc in &evidence.external {
        by_content.insert((doc.file.source.kind, &doc.file.source.sha256), Facts::from(doc.value));
    }
    for doc in &evidence.run_reports {
        let file = doc.file.path();
        let facts = RunFacts {
            found: doc.runs.len() + doc.builds.len(),
            runs: evidence.runs.iter().filter(|run| run.file.path() == file).map(Run::info).collect(),
            builds: evidence.builds.iter().filter(|build| build.file.path() == file).map(Build::info).collect(),
        };
        by_content.insert((doc.file.source.kind, &doc.file.source.sha256), Facts::Runs(facts));
    }
    // The evidence has each content once; here every file has its facts.
    for record in records {
        if let Some(found) = by_content.get(&(record.kind, &record.sha256)) {
            facts.insert(record.path.clone(), found.clone());
        }
    }
    for doc in &evidence.workflows {
        facts.insert(doc.file.path().to_owned(), Facts::from(&doc.value));
    }
    for doc in &evidence.backups {
        facts.extend(doc.value.as_ref().map(|workflow| (doc.file.path().to_owned(), Facts::from(workflow))));
    }
    for doc in &evidence.actions {
        facts.insert(doc.file.path().to_owned(), Facts::from(&doc.value));
    }
    for doc in &evidence.composes {
        let count = |has: fn(&crate::parse::compose::ComposeService<'_>) -> bool| {
            doc.services.iter().filter(|service| has(service)).count()
        };
        let project = evidence.compose_alone(doc);
        let gap = |gap: &Gap<'_>| format!("{}:{}: {}", gap.file.path(), gap.file.line(gap.span.offset), gap.message);
        let compose = ComposeFacts {
            unresolved: project.gaps.iter().map(gap).collect(),
            services: sorted(doc.services.iter().map(|service| service.name)),
            with_healthcheck: count(|service| service.healthcheck.is_some()),
            with_build: count(|service| service.build.is_some()),
        };
        facts.insert(doc.file.path().to_owned(), Facts::Compose(compose));
    }
    let mut configs: BTreeMap<&str, ConfigFacts> = BTreeMap::new();
    for doc in &evidence.coverage_configs {
        let thresholds = doc.thresholds.iter().map(|t| ThresholdFacts::new(t, doc.file.line(t.span.offset)));
        configs.entry(doc.file.path()).or_default().coverage.push(CoverageConfigFacts {
            tool: doc.tool.name(),
            thresholds: thresholds.collect(),
            inherits: doc.inherits.clone(),
        });
    }
    for doc in &evidence.update_bots {
        let named = |on| {
            let mut names =
                sorted(doc.updates.iter().filter(|update| update.on == on).map(|update| update.ecosystem.as_str()));
            names.dedup();
            names
        };
        configs.entry(doc.file.path()).or_default().bot = Some(BotFacts {
            name: doc.bot.name(),
            updates: named(true),
            off: named(false),
            others: doc.others == Others::Updated,
            presets: doc.presets.clone(),
        });
    }
    facts.extend(configs.into_iter().map(|(path, config)| (path.to_owned(), Facts::Config(config))));
    for doc in &evidence.bakes {
        let names = |kind: &str| doc.of_kind(kind).map(|block| block.name.clone()).collect();
        let bake = BakeFacts { targets: names("target"), groups: names("group"), variables: names("variable") };
        facts.insert(doc.file.path().to_owned(), Facts::Bake(bake));
    }
    for doc in &evidence.dockerignores {
        let count = |includes| doc.patterns.iter().filter(|pattern| pattern.includes == includes).count();
        let ignore = DockerignoreFacts { excludes: count(false), includes: count(true) };
        facts.insert(doc.file.path().to_owned(), Facts::Dockerignore(ignore));
    }
    for doc in &evidence.dockerfiles {
        facts.insert(doc.file.path().to_owned(), Facts::from(doc.value));
    }
    let patch = evidence.coverage.as_ref().and_then(|coverage| coverage.patch.as_ref());
    let line = patch.map(|patch| Counted { covered: patch.line.covered, total: patch.line.total });
    for doc in &evidence.diffs {
        let added = doc.value.files.iter().map(ChangedFile::lines).sum();
        let diff = DiffFacts { files: doc.value.files.len(), added, line };
        facts.insert(doc.file.path().to_owned(), Facts::Diff(diff));
    }
    facts
}

impl From<&Dockerfile> for Facts {
    fn from(dockerfile: &Dockerfile) -> Self {
        let stages = &dockerfile.stages;
        let outside = dockerfile.global_args.iter().chain(&dockerfile.misplaced);
        let inside = stages.iter().flat_map(|stage| std::iter::once(&stage.from).chain(&stage.instructions));
        let mut instructions: Vec<_> = outside.chain(inside).collect();
        instructions.sort_by_key(|instruction| instruction.span);
        let stage = |stage: &Stage| StageFacts { name: stage.name.clone(), from: stage.base.raw.clone() };
        Self::Dockerfile(DockerfileFacts {
            stages: stages.iter().map(stage).collect(),
            instructions: instructions.into_iter().map(|i| i.keyword.to_ascii_uppercase()).collect(),
        })
    }
}

impl TestFacts {
    fn new(counts: TestCounts, declared: Option<DeclaredCounts>) -> Self {
        Self {
            tests: counts.total,
            failures: counts.failed,
            errors: counts.errors,
            skipped: counts.skipped,
            flaky: counts.flaky,
            seconds: counts.seconds,
            declared: declared.map(DeclaredTests::from),
            counts,
        }
    }
}

impl From<&Sarif> for Facts {
    fn from(sarif: &Sarif) -> Self {
        let runs = sarif.runs.iter().map(|run| {
            let count = |state: State, level: Option<ToolLevel>| {
                let is = |l: ToolLevel| level.is_none_or(|level| level == l);
                run.results.iter().filter(|result| result.state == state && is(result.level)).count()
            };
            let mut facts = ToolRunFacts {
                tool: run.tool.clone(),
                version: run.version.clone(),
                rules: run.rules,
                errors: count(State::Open, Some(ToolLevel::Error)),
                warnings: count(State::Open, Some(ToolLevel::Warning)),
                notes: count(State::Open, Some(ToolLevel::Note)),
                suppressed: count(State::Suppressed, None),
                others: 0,
                complete: !run.incomplete,
            };
            facts.others = run.results.len() - facts.errors - facts.warnings - facts.notes - facts.suppressed;
            facts
        });
        Self::Sarif(SarifFacts { runs: runs.collect() })
    }
}

impl From<DeclaredCounts> for DeclaredTests {
    fn from(declared: DeclaredCounts) -> Self {
        let DeclaredCounts { tests, failures, errors, skipped, seconds } = declared;
        Self { tests, failures, errors, skipped, seconds }
    }
}

impl From<&Workflow<'_>> for Facts {
    fn from(workflow: &Workflow<'_>) -> Self {
        let steps = || workflow.jobs.iter().flat_map(|job| &job.steps);
        let called = workflow.jobs.iter().filter_map(|job: &Job<'_>| job.uses.as_ref());
        let uses = steps().filter_map(|step| step.uses.as_ref()).chain(called).map(|uses| uses.text);
        Self::Workflow(WorkflowFacts {
            triggers: sorted(workflow.triggers.iter().map(|trigger| trigger.event)),
            jobs: workflow.jobs.len(),
            steps: steps().count(),
            services: sorted(workflow.jobs.iter().flat_map(|job| &job.services).map(|service| service.name)),
            uses: sorted(uses),
        })
    }
}

impl From<&Action<'_>> for Facts {
    fn from(action: &Action<'_>) -> Self {
        let uses = action.steps.iter().filter_map(|step: &Step<'_>| step.uses.as_ref()).map(|uses| uses.text);
        Self::Action(ActionFacts { using: action.using.to_owned(), steps: action.steps.len(), uses: sorted(uses) })
    }
}

/// Formats that measure branches.
const BRANCHES: &[FileKind] = &[
    FileKind::Cobertura,
    FileKind::Lcov,
    FileKind::Jacoco,
    FileKind::JacocoCsv,
    FileKind::Clover,
    FileKind::OpenCover,
    FileKind::SonarCoverage,
    FileKind::Istanbul,
    FileKind::IstanbulSummary,
    FileKind::CoveragePy,
    FileKind::LlvmCov,
    FileKind::SimpleCov,
    FileKind::Gcovr,
    FileKind::Coveralls,
];

/// Formats that measure functions.
const FUNCTIONS: &[FileKind] = &[
    FileKind::Lcov,
    FileKind::Jacoco,
    FileKind::JacocoCsv,
    FileKind::Clover,
    FileKind::OpenCover,
    FileKind::Istanbul,
    FileKind::IstanbulSummary,
    FileKind::LlvmCov,
    FileKind::Gcovr,
];

fn coverage(format: FileKind, report: &CoverageReport) -> CoverageFacts {
    let totals = report.totals();
    // A metric that the format has is told also where there is nothing to cover.
    let measured = |ratio: Ratio, formats: &[FileKind]| {
        (ratio.total > 0 || formats.contains(&format)).then(|| Counted::from(ratio))
    };
    let declared = |ratio: Option<Ratio>| ratio.map(Counted::from);
    let Declared { line, branch, function, statement, instruction, region, line_rate, branch_rate } = report.declared;
    CoverageFacts {
        format,
        metrics: Metrics {
            line: Some(totals.line.into()),
            branch: measured(totals.branch, BRANCHES),
            function: measured(totals.function, FUNCTIONS),
            statement: measured(totals.statement, &[FileKind::GoCover, FileKind::OpenCover, FileKind::Istanbul]),
            instruction: measured(totals.instruction, &[FileKind::Jacoco, FileKind::JacocoCsv]),
            region: measured(totals.region, &[FileKind::LlvmCov]),
        },
        declared: DeclaredCoverage {
            metrics: Metrics {
                line: declared(line),
                branch: declared(branch),
                function: declared(function),
                statement: declared(statement),
                instruction: declared(instruction),
                region: declared(region),
            },
            line_rate,
            branch_rate,
        },
        files: report.files.len(),
    }
}

impl ThresholdFacts {
    fn new(threshold: &Threshold, line: usize) -> Self {
        let (percent, uncovered) = match threshold.demand {
            Demand::Percent(percent) => (Some(percent), None),
            Demand::Uncovered(count) => (None, Some(count)),
            Demand::Auto | Demand::Unknown => (None, None),
        };
        Self {
            key: threshold.key.clone(),
            line,
            measure: threshold.measure.word(),
            scope: match &threshold.scope {
                Scope::Project => "project".to_owned(),
                Scope::Patch => "patch".to_owned(),
                Scope::PerFile => "per-file".to_owned(),
                Scope::Part(name) => name.clone(),
            },
            percent,
            uncovered,
            auto: threshold.demand == Demand::Auto,
            leniency: threshold.leniency,
            effect: match threshold.effect {
                Effect::Fails => "fails",
                Effect::OnDemand => "on-demand",
                Effect::Nothing => "nothing",
            },
        }
    }
}

impl From<Ratio> for Counted {
    fn from(ratio: Ratio) -> Self {
        Self { covered: ratio.covered, total: ratio.total }
    }
}

fn sorted<'t>(names: impl Iterator<Item = &'t str>) -> Vec<String> {
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.sort_unstable();
    names
}
