//! The rule `reported-finding`.

use crate::evidence::{Evidence, File, paths};
use crate::model::{FileKind, FileStatus, Span};
use crate::parse::sarif::{Location, Run, State, ToolLevel, ToolResult};
use crate::rules::support::named_files::NamedFiles;
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

rule! {
    /// # What it checks
    ///
    /// No result that another tool reported in SARIF 2.1.0 (zizmor, `CodeQL`, trivy, hadolint, …) is at or above a level. The
    /// finding stands in the file that the result names, where that file was given and can be read, and else at the result
    /// in the SARIF file; one finding for each file and rule of a tool.
    ///
    /// Counted is what the tool calls a problem that is there: not what somebody suppressed (in the code or in the tool,
    /// and accepted where that was asked), not what is gone since the run that the tool compared with, and no check that
    /// passed or did not apply. A result that was there before (`unchanged`) still counts; a baseline of Tollgate is the
    /// way to start with old findings.
    ///
    /// A SARIF file that could not be read whole, a tool that says it did not run to its end, and a tool that `tools` names
    /// but no SARIF file is of are no proof that nothing was found: without a finding the outcome is `no-evidence`.
    ///
    /// No pack turns this rule on, because which tools may stop a pipeline is for its policy to say:
    ///
    /// ```yaml
    /// version: 1
    /// extends: recommended
    /// rules:
    ///   reported-finding: { level: error, tools: [zizmor, hadolint], min_level: warning }
    /// ```
    ///
    /// # Why it matters
    ///
    /// Scanners end with different exit codes, options and levels, and an upload alone stops nothing. One policy over
    /// all their reports gives one answer.
    ///
    /// # Example
    ///
    /// ```json reports/zizmor.sarif
    /// {
    ///   "version": "2.1.0",
    ///   "runs": [{
    ///     "tool": {"driver": {"name": "zizmor", "version": "1.2.0"}},
    ///     "results": [{
    ///       "ruleId": "zizmor/template-injection",
    ///       "level": "error",
    ///       "message": {"text": "code injection via template expansion"},
    ///       "locations": [{"physicalLocation": {
    ///         "artifactLocation": {"uri": ".github/workflows/ci.yml"},
    ///         "region": {"startLine": 6, "startColumn": 14}
    ///       }}]
    ///     }]
    ///   }]
    /// }
    /// ```
    ///
    /// # Instead
    ///
    /// ```json reports/zizmor.sarif
    /// {
    ///   "version": "2.1.0",
    ///   "runs": [{
    ///     "tool": {"driver": {"name": "zizmor", "version": "1.2.0"}},
    ///     "results": []
    ///   }]
    /// }
    /// ```
    ///
    /// # Options
    ///
    /// - `min_level`: the lowest level that counts, `error` (the default), `warning` or `note`. A result without a level has
    ///   that of its rule, and else `warning`.
    /// - `tools`: patterns on the names of the tools that are judged (`["zizmor", "trivy*"]`), upper and lower case alike;
    ///   all tools without it. A pattern that no SARIF file answers to leaves the rule without evidence.
    /// - `ignore`: patterns on the ids of the tools' rules that do not count (`["DL3008", "zizmor/*"]`; `*` stands for anything
    ///   but a slash, `**` for anything).
    ///
    /// # When to waive
    ///
    /// A result that is wrong or accepted for a time. Where the tool has a way to suppress it beside the code, that is the
    /// better place, because the tool's other users see it too.
    pub struct ReportedFinding;
    id: "reported-finding",
    family: Security,
    level: Error,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    min_level: MinLevel,
    tools: Vec<String>,
    ignore: Vec<String>,
}

/// The lowest level that counts.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum MinLevel {
    #[default]
    Error,
    Warning,
    Note,
}

impl MinLevel {
    const fn least(self) -> ToolLevel {
        match self {
            Self::Error => ToolLevel::Error,
            Self::Warning => ToolLevel::Warning,
            Self::Note => ToolLevel::Note,
        }
    }
}

const WHY: &str = "A scanner that only reports stops nothing; its findings count when the policy says so.";

/// Longest part of a result's message that a finding repeats, in characters.
const MESSAGE_WIDTH: usize = 240;

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let files = NamedFiles::new(evidence);
    let mut judged = Judged::default();
    let mut answered = vec![false; params.tools.len()];
    for (report, run) in runs(evidence) {
        let tool = run.tool.to_lowercase();
        let mut wanted = params.tools.is_empty();
        for (answered, pattern) in answered.iter_mut().zip(&params.tools) {
            let is = paths::matches_any([pattern.to_lowercase().as_str()], &tool);
            *answered |= is;
            wanted |= is;
        }
        if wanted {
            judged.run(report, run, params, &files);
        }
    }
    judged.tell(sink);
    for (_, pattern) in answered.iter().zip(&params.tools).filter(|(answered, _)| !**answered) {
        sink.no_evidence(format!("no SARIF file is of a tool named `{pattern}`"));
    }
    admit_gaps(evidence, sink);
    for ((tool, rule, _), spots) in judged.groups {
        let name = if rule.is_empty() { tool.to_owned() } else { format!("{tool} `{rule}`") };
        sink.once_a_file(
            spots,
            WHY,
            |group| {
                let first = group.first().map_or("", |spot| spot.message.as_str());
                format!("{} of {name}; the first: {first}", count(group.len(), "result"))
            },
            |group| fix(tool, group),
        );
    }
}

fn runs<'e>(evidence: &'e Evidence<'_>) -> impl Iterator<Item = (&'e File<'e>, &'e Run)> {
    evidence.external.iter().flat_map(|report| report.value.runs.iter().map(|run| (report.file, run)))
}

/// The runs that a policy asks for.
#[derive(Default)]
struct Judged<'e> {
    runs: usize,
    results: usize,
    suppressed: usize,
    ignored: usize,
    /// Runs that did not come to their end, in words.
    incomplete: Vec<String>,
    /// By tool, rule and path of the file: the last as the tool names it where it was not given.
    groups: BTreeMap<(&'e str, &'e str, &'e str), Vec<Spot<'e>>>,
}

impl<'e> Judged<'e> {
    fn run(&mut self, report: &'e File<'e>, run: &'e Run, params: &Params, files: &NamedFiles<'e>) {
        self.runs += 1;
        self.results += run.results.len();
        if run.incomplete {
            self.incomplete.push(format!("{} did not run to its end, says {}", title(run), report.path()));
        }
        for result in &run.results {
            self.suppressed += usize::from(result.state == State::Suppressed);
            if result.state != State::Open || result.level < params.min_level.least() {
                continue;
            }
            if paths::matches_any(params.ignore.iter().map(String::as_str), &result.rule) {
                self.ignored += 1;
                continue;
            }
            let (path, spot) = spot(report, run, result, files);
            self.groups.entry((title(run), &result.rule, path)).or_default().push(spot);
        }
    }

    fn tell(&mut self, sink: &mut Sink<'_>) {
        if self.runs == 0 {
            return;
        }
        // A run without results was looked at, too.
        sink.subjects(self.results.max(self.runs));
        let counted: usize = self.groups.values().map(Vec::len).sum();
        let mut fact = format!(
            "{}, {}, {counted} of them at or above the level",
            count(self.runs, "run of a tool"),
            count(self.results, "result")
        );
        for (number, what) in [(self.suppressed, "suppressed"), (self.ignored, "ignored by the policy")] {
            if number > 0 {
                let _ = write!(fact, ", {number} {what}");
            }
        }
        sink.fact(fact);
        for incomplete in std::mem::take(&mut self.incomplete) {
            sink.no_evidence(incomplete);
        }
    }
}

/// The path that a result names, as it was given where it was, and the place that stands for it.
fn spot<'e>(report: &'e File<'e>, run: &'e Run, result: &'e ToolResult, files: &NamedFiles<'e>) -> (&'e str, Spot<'e>) {
    let main = result.locations.first();
    let given = main.and_then(|location| {
        let file = files.find(&location.path)?;
        Some((file, span_in(file, location)?))
    });
    let named = main.map_or("", |location| location.path.as_str());
    let (path, file, span) = match given {
        Some((file, span)) => (file.path(), file, span),
        None => (named, report, result.message_span),
    };
    let place = if given.is_some() || main.is_none() {
        String::new()
    } else {
        main.map(|location| format!(" at {}", location.in_words())).unwrap_or_default()
    };
    let tool = title(run);
    let rule = if result.rule.is_empty() { String::new() } else { format!(" `{}`", result.rule) };
    let said = shortened(&result.message);
    let colon = if said.is_empty() { "" } else { ": " };
    let spot = Spot {
        file,
        span,
        // Two rules of tools may speak of one place.
        path: format!("{tool} {}", result.rule),
        message: format!("{tool}{rule}{place}{colon}{said}"),
        detail: result.help.to_string(),
        edits: Vec::new(),
    };
    (path, spot)
}

/// The place of a location in the text of its file.
fn span_in(file: &File<'_>, location: &Location) -> Option<Span> {
    let Some(region) = &location.region else { return Some(Span::default()) };
    region.span(&file.source.text, file.lines())
}

fn title(run: &Run) -> &str {
    if run.tool.is_empty() { "an unnamed tool" } else { &run.tool }
}

/// The first line with text, cut where it is long.
fn shortened(message: &str) -> String {
    let line = message.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let short: String = line.chars().take(MESSAGE_WIDTH).collect();
    if short.len() < line.len() { format!("{short}…") } else { short }
}

fn fix(tool: &str, group: &[Spot<'_>]) -> String {
    let help = group
        .iter()
        .map(|spot| spot.detail.as_str())
        .find(|help| help.starts_with("https://") && !help.contains(|c: char| c.is_whitespace() || c.is_control()));
    let mut text = format!("Change what {tool} found, or suppress it there with a reason and make the report anew.");
    if let Some(help) = help {
        let _ = write!(text, " Its rule is described here:\n\n    {help}\n");
    }
    text
}

/// Says that what was not read may hold anything.
fn admit_gaps(evidence: &Evidence<'_>, sink: &mut Sink<'_>) {
    for reading in evidence.readings.iter().filter(|reading| reading.file.source.kind == FileKind::Sarif) {
        if matches!(reading.status, FileStatus::PartlyRead | FileStatus::Unreadable) {
            sink.no_evidence(format!("the SARIF file {} could not be read whole", reading.file.path()));
        }
    }
}
