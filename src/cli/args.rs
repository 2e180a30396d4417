//! The arguments, and what the help says of each.

use super::output::Output;
use crate::input::Limits;
use crate::model::{Date, Level};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::fmt::Write as _;
use std::path::PathBuf;

/// Does this pipeline do what its policy says, and what proves it?
///
/// Reads workflows, compose files, Dockerfiles and documents together with the test and coverage reports of a run, and
/// judges them by a policy. Nothing is executed, and nothing leaves this machine.
#[derive(Debug, Parser)]
#[command(name = "tollgate", version, arg_required_else_help = true)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Judge files, folders and artifacts by a policy
    Check(CheckArgs),
    /// Apply the mechanical fixes of findings, and show them as a diff
    Fix(FixArgs),
    /// Merge reports of one repository, as of the shards of a run, into one
    Merge(MergeArgs),
    /// Show the reports of many repositories on one page
    Fleet(FleetArgs),
    /// Show what each file is and what was read from it, without judging
    Inspect(InspectArgs),
    /// List the rules and the packs that turn them on
    Rules(RulesArgs),
    /// Explain a rule: what it checks, why, and what to write instead
    Explain(ExplainArgs),
    /// Work on policies: check, show and test them
    Policy {
        #[command(subcommand)]
        command: PolicyCommand,
    },
    /// Write a policy that holds today, each line explained, and a workflow that asks for it
    Init(InitArgs),
    /// Print the completions of a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page of the program or of a command, in roff
    #[command(after_help = MAN_EXAMPLES)]
    Man {
        /// Command, as in `man check` or `man policy show` [default: the program]
        #[arg(value_name = "COMMAND")]
        command: Vec<String>,
    },
}

const INIT_EXAMPLES: &str = "\
Looks at what the repository has, takes the pack that fits, and sets what does not hold yet to warn, with what is wrong in
a comment above. Nothing that is there is overwritten without --force.

Examples:
  tollgate init --dry-run
  tollgate init --evidence reports/";

#[derive(Debug, Args)]
#[command(after_help = INIT_EXAMPLES)]
pub(super) struct InitArgs {
    /// Root of the repository
    #[arg(value_name = "PATH", default_value = ".")]
    pub(super) path: PathBuf,
    /// File, folder or zip with what a run left behind; what is given is demanded from then on; repeatable
    #[arg(long, value_name = "PATH")]
    pub(super) evidence: Vec<PathBuf>,
    /// Write the files although they are there
    #[arg(long)]
    pub(super) force: bool,
    /// Write nothing, only print what would be written
    #[arg(long, short = 'n')]
    pub(super) dry_run: bool,
    /// Action that the workflow uses, in place of a tollgate on the runner's PATH
    #[arg(long, value_name = "OWNER/REPO@REF", value_parser = action)]
    pub(super) action: Option<String>,
    /// Day for which dates are judged [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(super) today: Option<Date>,
}

fn action(text: &str) -> Result<String, String> {
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    match text.split_once('@') {
        Some((name, commit))
            if name.contains('/') && !commit.is_empty() && format!("{name}{commit}").chars().all(known) =>
        {
            Ok(text.to_owned())
        }
        _ => Err("write it as OWNER/REPO@REF".to_owned()),
    }
}

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  tollgate completions bash > ~/.local/share/bash-completion/completions/tollgate
  tollgate completions zsh > ~/.zfunc/_tollgate
  tollgate completions fish > ~/.config/fish/completions/tollgate.fish";

const MAN_EXAMPLES: &str = "\
Examples:
  tollgate man | man -l -
  tollgate man check > tollgate-check.1";

/// How check and inspect choose and limit what they read.
#[derive(Debug, Args)]
pub(super) struct InputArgs {
    /// Files, folders, artifact zips, or - for a zip on standard input
    #[arg(value_name = "PATH", default_value = ".")]
    pub(super) paths: Vec<PathBuf>,
    /// File, folder or zip with artifacts that lie outside the tree or are ignored by git; repeatable
    #[arg(long, value_name = "PATH")]
    pub(super) evidence: Vec<PathBuf>,
    /// Unified diff of the change under judgement (`git diff main...`), for the coverage of changed lines; - for one on
    /// standard input
    #[arg(long, value_name = "FILE")]
    pub(super) diff: Option<PathBuf>,
    /// Change a limit on what is taken in (`--limit file_bytes=1GiB`); repeatable
    #[arg(long = "limit", value_name = "NAME=VALUE", value_parser = limit, long_help = limit_help())]
    limits: Vec<(String, String)>,
}

impl InputArgs {
    /// The limits in force.
    pub(super) fn limits(&self) -> Limits {
        changed(&self.limits)
    }
}

const CHECK_EXAMPLES: &str = "\
Examples:
  tollgate check                                 this folder, by its tollgate.yml or the pack `recommended`
  tollgate check . --evidence artifacts.zip      with the reports that a run left behind
  tollgate check --policy docker-ci --fail-on warning
  tollgate check --output report.json --output report.sarif --output junit=tollgate.xml
  tollgate check --format github --output markdown=\"$GITHUB_STEP_SUMMARY\"
  gh api repos/OWNER/REPO/actions/artifacts/ID/zip | tollgate check - --policy tollgate.yml

Exit codes:
  0  the policy holds
  1  it does not
  2  wrong use, or an invalid policy
  3  incomplete: demanded evidence is missing, or nothing could be read";

#[derive(Debug, Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// Policy: a file, or a pack by name [default: tollgate.yml or .github/tollgate.yml of the folder that is judged,
    /// else the pack `recommended`]
    #[arg(long, value_name = "FILE|PACK")]
    pub(super) policy: Option<String>,
    /// Earlier report in JSON: what it has already is known, and only what is new fails the gate
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// What is printed
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(super) format: ReportFormat,
    /// Write the report to a file as well; the format follows the name (.json, .sarif, .html, .md, .xml, .txt) unless it
    /// is given; repeatable
    #[arg(long = "output", value_name = "[FORMAT=]FILE")]
    pub(super) outputs: Vec<Output>,
    /// Lowest level of a finding that fails the gate
    #[arg(long, value_name = "LEVEL", default_value = "error", value_parser = levels())]
    pub(super) fail_on: Level,
    /// Day for which dates are judged [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(super) today: Option<Date>,
    /// Colours; `auto` follows the terminal and `NO_COLOR`
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub(super) color: Color,
    /// Print only the verdict line of the text, and no progress
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// Tell on standard error how long each phase took
    #[arg(long, short)]
    pub(super) verbose: bool,
}

const FIX_EXAMPLES: &str = "\
Safe fixes change what a green run does only as the rule demands. The others write a guess (a timeout), or what may fail
for other reasons (waiting for a health check that was never used); look at them before you keep them.

Examples:
  tollgate fix --dry-run                         show what would change
  tollgate fix                                   change it
  tollgate fix --unsafe --policy docker-ci       the other fixes too
  tollgate fix --dry-run > fix.patch             as a patch for `git apply`

Exit codes:
  0  nothing is left that can be fixed this way, or all of it was fixed; `tollgate check` judges the rest
  1  --dry-run: files would change
  2  wrong use, an invalid policy, or a file that could not be changed
  3  incomplete: something that was named could not be read";

#[derive(Debug, Args)]
#[command(after_help = FIX_EXAMPLES)]
pub(super) struct FixArgs {
    /// Files and folders; what lies in archives is left alone
    #[arg(value_name = "PATH", default_value = ".")]
    pub(super) paths: Vec<PathBuf>,
    /// Write nothing, only show what would change
    #[arg(long, short = 'n')]
    pub(super) dry_run: bool,
    /// Apply the fixes that are not safe as well
    #[arg(long = "unsafe")]
    pub(super) all: bool,
    /// Policy: a file, or a pack by name [default: as for `check`]
    #[arg(long, value_name = "FILE|PACK")]
    pub(super) policy: Option<String>,
    /// Change a limit on what is taken in (`--limit file_bytes=1GiB`); repeatable
    #[arg(long = "limit", value_name = "NAME=VALUE", value_parser = limit, long_help = limit_help())]
    limits: Vec<(String, String)>,
    /// Day for which dates are judged [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(super) today: Option<Date>,
    /// Colours; `auto` follows the terminal and `NO_COLOR`
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub(super) color: Color,
}

impl FixArgs {
    /// The limits in force.
    pub(super) fn limits(&self) -> Limits {
        changed(&self.limits)
    }
}

const MERGE_EXAMPLES: &str = "\
Merging reports is the convenient way: a report holds sums, so that coverage of one source file in several reports is told
by the highest counts, and attempts and environments of tests are not compared. The exact way is to judge all artifacts
in one go: tollgate check . --evidence shard-1/ --evidence shard-2/

Examples:
  tollgate merge shard-1/report.json shard-2/report.json
  tollgate merge shards/*.json --format json --output markdown=summary.md > report.json

Exit codes:
  0  the policy holds in all reports
  1  it does not in one of them
  2  wrong use, or a report that cannot be read
  3  incomplete: demanded evidence is missing in one of them";

#[derive(Debug, Args)]
#[command(after_help = MERGE_EXAMPLES)]
pub(super) struct MergeArgs {
    /// Reports in JSON, merged ones too
    #[arg(value_name = "REPORT", required = true)]
    pub(super) reports: Vec<PathBuf>,
    /// What is printed
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(super) format: ReportFormat,
    /// Write the report to a file as well, as `check` does; repeatable
    #[arg(long = "output", value_name = "[FORMAT=]FILE")]
    pub(super) outputs: Vec<Output>,
    /// Lowest level of a finding that fails the gate, where the reports asked for less
    #[arg(long, value_name = "LEVEL", default_value = "error", value_parser = levels())]
    pub(super) fail_on: Level,
    /// Colours; `auto` follows the terminal and `NO_COLOR`
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub(super) color: Color,
    /// Print only the verdict line of the text
    #[arg(long, short)]
    pub(super) quiet: bool,
}

const FLEET_EXAMPLES: &str = "\
A repository is called by the path of its report: below the folder that was given, without `.json` and without a last
`report`. So reports/acme/shop/report.json and reports/acme/shop.json, with reports/ given, are both `acme/shop`.

Examples:
  tollgate fleet reports/                        every .json below reports/, the pages in fleet/
  tollgate fleet reports/ --output site
  tollgate fleet --name acme/shop=a.json --name acme/blog=b.json

Exit codes:
  0  the pages were written, whatever the verdicts are
  2  wrong use, or a page that could not be written
  3  a report could not be read, or there is none";

#[derive(Debug, Args)]
#[command(after_help = FLEET_EXAMPLES)]
pub(super) struct FleetArgs {
    /// Reports in JSON, and folders of them
    #[arg(value_name = "REPORT|FOLDER", required_unless_present = "names")]
    pub(super) paths: Vec<PathBuf>,
    /// A report and what its repository is called; repeatable
    #[arg(long = "name", value_name = "NAME=REPORT", value_parser = named)]
    pub(super) names: Vec<(String, PathBuf)>,
    /// Folder for the pages and fleet.json; made where it is missing
    #[arg(long, value_name = "FOLDER", default_value = "fleet")]
    pub(super) output: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct InspectArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// What is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    /// Colours; `auto` follows the terminal and `NO_COLOR`
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub(super) color: Color,
}

#[derive(Debug, Args)]
pub(super) struct RulesArgs {
    /// What is printed
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    pub(super) format: ListFormat,
    /// Colours; `auto` follows the terminal and `NO_COLOR`
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub(super) color: Color,
}

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// Id of the rule, as findings and `tollgate rules` show it
    pub(super) rule: String,
    /// Colours; `auto` follows the terminal and `NO_COLOR`
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub(super) color: Color,
}

#[derive(Debug, Subcommand)]
pub(super) enum PolicyCommand {
    /// Say whether a policy is valid, and else what is wrong and where
    Check(PolicyArgs),
    /// Show what is in force when a policy and what it extends are laid over each other, each value with its line
    Show(ShowArgs),
    /// Run the tests of a policy, and tell which of its rules no test would miss
    Test(TestArgs),
    /// Print the JSON schema of policy files, for editors
    Schema,
}

#[derive(Debug, Args)]
pub(super) struct PolicyArgs {
    /// Policy: a file, or a pack by name [default: tollgate.yml or .github/tollgate.yml]
    #[arg(value_name = "FILE|PACK")]
    pub(super) policy: Option<String>,
    /// Colours; `auto` follows the terminal and `NO_COLOR`
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub(super) color: Color,
}

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    #[command(flatten)]
    pub(super) policy: PolicyArgs,
    /// What is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
}

const TEST_EXIT_CODES: &str = "\
Exit codes:
  0  all tests pass
  1  a test fails
  2  wrong use, or an invalid policy
  3  the policy has no tests";

#[derive(Debug, Args)]
#[command(after_help = TEST_EXIT_CODES)]
pub(super) struct TestArgs {
    #[command(flatten)]
    pub(super) policy: PolicyArgs,
    /// Day for which dates are judged, in tests that name none [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(super) today: Option<Date>,
}

/// Formats of what is shown without a judgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// Formats of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// Findings with excerpts, and a summary, for people
    Text,
    /// Everything, for programs and for --baseline
    Json,
    /// SARIF 2.1.0, for code scanning and editors
    Sarif,
    /// Workflow commands of GitHub Actions, which become annotations
    Github,
    /// Markdown for the summary of a job, at most 1 MiB
    Markdown,
    /// The same for a comment on a pull request, at most 65,536 characters
    Comment,
    /// `JUnit` XML with one case a rule
    Junit,
    /// One file for a browser, which loads nothing and which the page can open again
    Html,
}

impl ReportFormat {
    /// What the name of a file ends with, the longer ends first, and the format that follows from it.
    const BY_NAME: [(&str, Self); 8] = [
        (".sarif.json", Self::Sarif),
        (".sarif", Self::Sarif),
        (".json", Self::Json),
        (".txt", Self::Text),
        (".log", Self::Text),
        (".md", Self::Markdown),
        (".xml", Self::Junit),
        (".html", Self::Html),
    ];

    /// The format that the name of a file asks for.
    pub(super) fn of_file(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        Self::BY_NAME.iter().find(|(end, _)| name.ends_with(end)).map(|(_, format)| *format)
    }

    /// The words for all of them.
    pub(super) fn words() -> String {
        let words: Vec<String> =
            Self::value_variants().iter().filter_map(|f| Some(f.to_possible_value()?.get_name().to_owned())).collect();
        words.join(", ")
    }
}

/// Formats of the list of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    /// A table for people
    Text,
    /// For programs
    Json,
    /// A table for documents
    Markdown,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Also into files and pipes
    Always,
    /// Not at all
    Never,
}

fn levels() -> impl TypedValueParser<Value = Level> {
    PossibleValuesParser::new(["error", "warning", "info"]).map(|word| match word.as_str() {
        "info" => Level::Info,
        "warning" => Level::Warning,
        _ => Level::Error,
    })
}

fn named(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, path)) if !name.is_empty() && !path.is_empty() => Ok((name.to_owned(), PathBuf::from(path))),
        _ => Err("write it as NAME=REPORT".to_owned()),
    }
}

/// The defaults with some limits changed.
fn changed(given: &[(String, String)]) -> Limits {
    let mut limits = Limits::default();
    for (name, value) in given {
        // Each was tried alone when the arguments were read.
        let _ = limits.set(name, value);
    }
    limits
}

fn limit(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
    Limits::default().set(name, value)?;
    Ok((name.to_owned(), value.to_owned()))
}

fn limit_help() -> String {
    let mut help =
        "Change a limit on what is taken in (`--limit file_bytes=1GiB`); repeatable. The limits are:".to_owned();
    for (name, what) in Limits::names() {
        let _ = write!(help, "\n- {name}: {what}");
    }
    help
}
