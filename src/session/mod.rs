//! The engine kept open: files that were read once are judged again by another policy or against another report, and
//! asked about, without being read again.
//!
//! Pure like the engine. A session holds each file once, as the text that was judged; what is parsed of it lives as long
//! as one judgement.

mod in_force;
mod source;
mod tables;

pub use source::{LIMIT as SOURCE_LIMIT, member, of_text as source_of};

use crate::engine::{self, Terms};
use crate::input::{self, Limits, RawFile, SourceFile};
use crate::model::{Baseline, Date, Level, PolicyError, Report};
use crate::policy::{self, Policy};
use crate::render::{self, Room, RuleText};
use crate::rules;
use tables::Tables;

/// Files, and what was last said of them.
#[derive(Debug)]
pub struct Session {
    sources: Vec<SourceFile>,
    baseline: Option<Baseline>,
    judged: Option<Judged>,
    tables: Tables,
}

/// The policy to judge by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// The one that the files bring along, or else the pack [`engine::RECOMMENDED`].
    Own,
    /// A pack, by its name.
    Pack(String),
    /// A text that is in no file.
    Text {
        /// What it is called in the report. Files that it extends lie relative to this path, among the files of the
        /// session.
        name: String,
        /// The text.
        text: String,
    },
}

/// Why there is no report.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// The policy is wrong, at these places.
    Policy(Vec<PolicyError>),
    /// Something else is wrong.
    Other(String),
}

#[derive(Debug)]
struct Judged {
    choice: Choice,
    report: Report,
}

impl Session {
    /// Opens files, without judging them.
    pub fn open(files: Vec<RawFile>, limits: &Limits) -> Self {
        Self { sources: input::open(files, limits), baseline: None, judged: None, tables: Tables::default() }
    }

    /// Compares with another report from the next judgement on, or with none.
    pub fn compare_with(&mut self, baseline: Option<Baseline>) {
        self.baseline = baseline;
    }

    /// Judges the files. Without a choice the policy stays what it was; a wrong one leaves the last report in force.
    pub fn judge(&mut self, choice: Option<Choice>, today: Date) -> Result<&Report, Refusal> {
        let last = self.judged.as_ref().map(|judged| judged.choice.clone());
        let choice = choice.or(last).unwrap_or(Choice::Own);
        let policy = self.policy(&choice).map_err(Refusal::Policy)?;
        let terms = Terms { fail_on: Level::Error, today, baseline: self.baseline.as_ref() };
        let report = engine::judge(&self.sources, &policy, &terms);
        Ok(&self.judged.insert(Judged { choice, report }).report)
    }

    /// The last report, see [`render`].
    pub fn render(&self, format: &str) -> Result<String, String> {
        render(&self.judged.as_ref().ok_or("nothing was judged yet")?.report, format)
    }

    /// Answers a question about the files with JSON. `kind` is one of:
    ///
    /// - `source`: the text of the file with the path `argument`, as `{path, text, bytes, cut}`.
    /// - `policy`: the policy of the last report, as [`crate::model::PolicyInForce`].
    /// - `set`: a policy's text with one value changed, as a JSON string; `argument` is the JSON list of the text, the
    ///   id of the rule, `level` or the name of a parameter, and the value as YAML on one line.
    /// - `rule`: the documentation of the rule with the id `argument`, Markdown in a JSON string.
    /// - `cases`: a window of the test cases that a [`crate::model::CaseQuery`] wants, as [`crate::model::CaseRows`].
    /// - `coverage-file`: the lines of the covered file with the path `argument`, as [`crate::model::CoveredLines`].
    pub fn details(&self, kind: &str, argument: &str) -> Result<String, String> {
        match kind {
            "source" => source::answer(&self.sources, argument),
            "policy" => self.in_force().ok_or_else(|| "nothing was judged yet".to_owned()),
            "set" => set(argument),
            "rule" => {
                let rule = rules::find(argument).ok_or_else(|| format!("there is no rule `{argument}`"))?;
                Ok(render::document(&rule.meta.docs))
            }
            "cases" => self.tables.cases(&self.sources, argument),
            "coverage-file" => self.tables.covered(&self.sources, argument),
            _ => Err(format!("there is no question `{kind}`")),
        }
    }

    fn in_force(&self) -> Option<String> {
        let Judged { choice, report } = self.judged.as_ref()?;
        let policy = self.policy(choice).ok()?;
        let name = report.policy.name.as_str();
        let pack = report.policy.sources.last().is_some_and(|source| source.pack);
        let text = match choice {
            Choice::Text { text, .. } => text,
            Choice::Own | Choice::Pack(_) if pack => policy::pack(name)?,
            Choice::Own | Choice::Pack(_) => engine::text_of(&self.sources, name)?,
        };
        Some(render::document(&in_force::of(&policy, text, pack)))
    }

    fn policy(&self, choice: &Choice) -> Result<Policy, Vec<PolicyError>> {
        let read = |path: &str| engine::text_of(&self.sources, path).map(str::to_owned);
        match choice {
            Choice::Own => engine::own_policy(&self.sources),
            Choice::Pack(pack) => engine::load_policy(pack, None, &|_| None),
            Choice::Text { name, text } => engine::load_policy(name, Some(text), &read),
        }
    }
}

/// A report in a format: `json`, `sarif`, `junit`, `github`, `markdown` (as much as the summary of a job takes), `comment`
/// (Markdown that a comment takes), or `csv-` and a table of [`crate::render::TABLES`].
pub fn render(report: &Report, format: &str) -> Result<String, String> {
    let rule_text = |id: &str| rules::find(id).map(|rule| RuleText { level: rule.meta.level, docs: rule.meta.docs });
    match format {
        "json" => Ok(render::json(report)),
        "sarif" => Ok(render::sarif(report, &rule_text)),
        "junit" => Ok(render::junit(report)),
        "github" => Ok(render::github(report)),
        "markdown" => Ok(render::markdown(report, Room::Summary)),
        "comment" => Ok(render::markdown(report, Room::Comment)),
        _ => {
            let table = format.strip_prefix("csv-").and_then(|table| render::csv(report, table));
            table.ok_or_else(|| format!("the report cannot be written as `{format}`"))
        }
    }
}

/// As [`render`], of a report that is given as JSON.
pub fn render_text(report: &str, format: &str) -> Result<String, String> {
    let report: Report = serde_json::from_str(report).map_err(|error| format!("the report cannot be read: {error}"))?;
    render(&report, format)
}

fn set(argument: &str) -> Result<String, String> {
    let [text, rule, name, value]: [String; 4] =
        serde_json::from_str(argument).map_err(|_| "a change is a list of text, rule, name and value".to_owned())?;
    match policy::set(&text, &rule, &name, &value) {
        Some(text) => Ok(render::document(&text)),
        None => Err(format!("`{name}` of `{rule}` cannot be changed from here; write it into the text")),
    }
}
