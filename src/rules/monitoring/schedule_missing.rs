//! The rule `schedule-missing`.

use crate::evidence::{Doc, Evidence};
use crate::input::Origin;
use crate::model::{Fix, Span};
use crate::parse::workflow::Workflow;
use crate::parse::yaml::Node;
use crate::rules::{Hit, Sink, rule};
use serde::Deserialize;

rule! {
    /// # What it checks
    ///
    /// Each scheduled run that the policy asks for is there: a workflow that matches by its file, its name or one of its
    /// jobs, with a `schedule` that starts it at least as often as asked.
    ///
    /// Not judged: a cron line that cannot be read.
    ///
    /// # Why it matters
    ///
    /// What is to be looked at every week is looked at once, unless something starts it.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make test
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/review.yml
    /// on: { schedule: [{ cron: '0 6 * * 1' }] }
    /// jobs:
    ///   performance:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make performance-report
    /// ```
    ///
    /// # Options
    ///
    /// - `required`: what has to be scheduled, each with a `name`, how often `at_least` (`daily`, `weekly` or `monthly`), and
    ///   a pattern to `match` (`"*performance*"`, case does not matter). Default: anything, weekly.
    ///
    /// # When to waive
    ///
    /// Another system starts the run.
    pub struct ScheduleMissing;
    id: "schedule-missing",
    family: Monitoring,
    level: Warning,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    required: Vec<Required>,
}

/// A scheduled run that has to be there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Required {
    name: String,
    #[serde(default)]
    at_least: Frequency,
    #[serde(default = "anything", rename = "match")]
    pattern: String,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Frequency {
    Daily,
    #[default]
    Weekly,
    Monthly,
}

impl Frequency {
    /// Most days between two runs.
    const fn days(self) -> u32 {
        match self {
            Self::Daily => 1,
            Self::Weekly => 7,
            Self::Monthly => 31,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
        }
    }

    const fn cron(self) -> &'static str {
        match self {
            Self::Daily => "17 4 * * *",
            Self::Weekly => "17 4 * * 1",
            Self::Monthly => "17 4 1 * *",
        }
    }
}

impl Default for Params {
    fn default() -> Self {
        let any = Required { name: "a regular run".to_owned(), at_least: Frequency::Weekly, pattern: anything() };
        Self { required: vec![any] }
    }
}

fn anything() -> String {
    "*".to_owned()
}

const WHY: &str = "What is to be looked at every week is looked at once, unless something starts it.";

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let in_tree = |w: &&Doc<'_, Workflow<'_>>| {
        w.file.source.origin == Origin::Tree && w.file.folder().ends_with(".github/workflows")
    };
    let Some(first) = evidence.workflows.iter().find(in_tree) else { return };
    for required in &params.required {
        sink.subjects(1);
        let matching: Vec<_> =
            evidence.workflows.iter().filter(|workflow| matches(workflow, &required.pattern)).collect();
        let scheduled = |workflow: &&Doc<'_, Workflow<'_>>| crons(workflow).next().is_some();
        let enough = |workflow: &&Doc<'_, Workflow<'_>>| {
            // A line that cannot be read may be as often as is asked.
            crons(workflow).any(|cron| gap(cron).is_none_or(|days| days <= required.at_least.days()))
        };
        if let Some(found) = matching.iter().copied().find(enough) {
            sink.fact(format!("{}: {}", required.name, found.file.path()));
            continue;
        }
        let often = required.at_least.word();
        let rare = matching.iter().copied().find(scheduled);
        let (file, message) = match (rare, matching.first()) {
            (Some(workflow), _) => (workflow.file, format!("{} is scheduled less often than {often}", required.name)),
            (None, Some(workflow)) if required.pattern != "*" => {
                (workflow.file, format!("{} has no `schedule`; the policy asks for {often}", required.name))
            }
            _ if required.pattern == "*" => (
                first.file,
                format!("{} is not there: no workflow has a `schedule`; the policy asks for {often}", required.name),
            ),
            _ => (
                first.file,
                format!(
                    "{} is not there: no workflow matches `{}`; the policy asks for {often}",
                    required.name, required.pattern
                ),
            ),
        };
        sink.fact(message.clone());
        sink.finding(Hit {
            file,
            span: Span::default(),
            path: String::new(),
            message,
            why: WHY,
            fix: Fix {
                text: format!("Start the workflow by the clock, not on the hour:\n\n    on:\n      schedule:\n        - cron: '{}'\n", required.at_least.cron()),
                edits: Vec::new(),
            },
            related: Vec::new(),
        });
    }
}

fn matches(workflow: &Doc<'_, Workflow<'_>>, pattern: &str) -> bool {
    let pattern = pattern.to_lowercase();
    let names = [Some(workflow.file.name()), workflow.name];
    let mut names = names.into_iter().flatten().chain(workflow.jobs.iter().map(|job| job.id));
    // Names of workflows may hold slashes, which are no folders.
    names.any(|name| fast_glob::glob_match(&pattern, name.to_lowercase().replace('/', " ")))
}

fn crons<'t>(workflow: &Workflow<'t>) -> impl Iterator<Item = &'t str> {
    let schedules = workflow.triggers.iter().filter(|trigger| trigger.event == "schedule");
    let items = schedules.filter_map(|trigger| trigger.options).flat_map(Node::items);
    items.filter_map(|item| item.get("cron")?.text())
}

/// Most days between two runs, roughly; `None` where the line cannot be read.
fn gap(cron: &str) -> Option<u32> {
    let fields: Vec<&str> = cron.split_whitespace().collect();
    let [_, _, day, month, weekday] = fields.as_slice() else { return None };
    if !is_any(month) {
        return Some(365);
    }
    match (is_any(day), is_any(weekday)) {
        (true, true) => Some(1),
        // Where both are set, either is enough.
        (true, false) => longest(weekday, 0, 6, 7),
        (false, true) => longest(day, 1, 31, 31),
        (false, false) => Some(longest(day, 1, 31, 31)?.min(longest(weekday, 0, 6, 7)?)),
    }
}

fn is_any(field: &str) -> bool {
    matches!(field, "*" | "?" | "*/1")
}

/// The longest way from one value of a field to the next, around the end.
fn longest(field: &str, first: u32, last: u32, period: u32) -> Option<u32> {
    let mut values = Vec::new();
    for part in field.split(',') {
        let (range, step) = part.split_once('/').map_or((part, Some(1)), |(range, step)| (range, step.parse().ok()));
        let step: u32 = step.filter(|step| *step > 0)?;
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (first, last),
            Some((from, to)) => (value(from)?, value(to)?),
            None if part.contains('/') => (value(range)?, last),
            None => (value(range)?, value(range)?),
        };
        values.extend((from..=to.min(last + 1)).step_by(usize::try_from(step).ok()?));
    }
    values.sort_unstable();
    let (start, end) = (*values.first()?, *values.last()?);
    let inside = values.windows(2).filter_map(|pair| Some(pair.get(1)? - pair.first()?)).max().unwrap_or(0);
    Some(inside.max((start + period).saturating_sub(end)))
}

fn value(text: &str) -> Option<u32> {
    const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    let by_name = || DAYS.iter().position(|day| text.eq_ignore_ascii_case(day)).and_then(|at| u32::try_from(at).ok());
    text.parse().ok().or_else(by_name).filter(|value| *value <= 31)
}

#[cfg(test)]
mod tests {
    use super::gap;

    #[test]
    fn the_longest_way_between_two_runs_is_counted_in_days() {
        for (cron, expected) in [
            ("0 3 * * *", Some(1)),
            ("*/15 * * * *", Some(1)),
            ("0 3 * * 1", Some(7)),
            ("0 3 * * MON,THU", Some(4)),
            ("0 3 * * 1-5", Some(3)),
            ("0 3 1 * *", Some(31)),
            ("0 3 1,15 * *", Some(17)),
            ("0 3 */2 * *", Some(2)),
            ("0 3 1 * 1", Some(7)),
            ("0 3 1 1 *", Some(365)),
            ("@daily", None),
            ("0 3 * * x", None),
            ("0 3 1-/0 * *", None),
            ("", None),
        ] {
            assert_eq!(gap(cron), expected, "{cron}");
        }
    }
}
