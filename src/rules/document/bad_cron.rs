//! The rule `bad-cron`.

use crate::evidence::Evidence;
use crate::model::Fix;
use crate::parse::workflow::is_dynamic;
use crate::parse::yaml::Node;
use crate::rules::support::words::count;
use crate::rules::{Hit, NoParams, Sink, rule};
use std::collections::BTreeSet;

rule! {
    /// # What it checks
    ///
    /// Every time of `on.schedule` has five fields that GitHub can read (minute, hour, day of the month, month, day of the
    /// week), a day that comes in some year, and no two starts within five minutes. Sunday is `0` and never `7`; `@daily`,
    /// `L`, `W`, `#` and `?` are not known to GitHub.
    ///
    /// # Why it matters
    ///
    /// GitHub refuses the workflow, so that nothing of it runs; or the time never comes, or comes less often than it says.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on:
    ///   schedule:
    ///     - cron: '0 4 * * 7'
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make test
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on:
    ///   schedule:
    ///     - cron: '0 4 * * 0'
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make test
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// The workflow runs on another host that reads more.
    pub struct BadCron;
    id: "bad-cron",
    family: Document,
    level: Error,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str =
    "GitHub refuses a workflow with a time that it cannot read, and a time that never comes starts nothing.";

/// A field of a time.
struct Field {
    name: &'static str,
    min: u32,
    max: u32,
    /// What may stand for the numbers from `min` on.
    names: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field { name: "minute", min: 0, max: 59, names: &[] },
    Field { name: "hour", min: 0, max: 23, names: &[] },
    Field { name: "day of the month", min: 1, max: 31, names: &[] },
    Field {
        name: "month",
        min: 1,
        max: 12,
        names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
    },
    Field { name: "day of the week", min: 0, max: 6, names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"] },
];

/// Most days of each month.
const DAYS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// Fewest minutes between two starts.
const INTERVAL: u32 = 5;

fn check(evidence: &Evidence<'_>, _params: &NoParams, sink: &mut Sink<'_>) {
    let mut times = 0;
    for workflow in &evidence.workflows {
        let Some(trigger) = workflow.trigger("schedule") else { continue };
        let listed = trigger.options.is_some_and(|options| options.is_sequence() && options.items().next().is_some());
        let mut wrong: Vec<(Node<'_>, String)> = Vec::new();
        if !listed {
            times += 1;
            wrong.push((trigger.node, "`schedule` has no list of times".to_owned()));
        }
        for schedule in trigger.schedules() {
            times += 1;
            let text = schedule.cron.text().filter(|_| !schedule.cron.is_null()).unwrap_or_default();
            if is_dynamic(text) {
                wrong.push((schedule.cron, "GitHub evaluates no expressions in a time".to_owned()));
            } else if let Err(message) = judge(text) {
                wrong.push((schedule.cron, message));
            }
        }
        for (node, message) in wrong {
            sink.finding(Hit {
                file: workflow.file,
                span: node.span(),
                path: node.path(),
                message,
                why: WHY,
                fix: Fix { text: FIX.to_owned(), edits: Vec::new() },
                related: Vec::new(),
            });
        }
    }
    sink.subjects(times);
    sink.fact(count(times, "time of schedules"));
}

const FIX: &str = "Write minute, hour, day of the month, month and day of the week (0 to 6, or SUN to SAT), in UTC:\n\n    \
                   schedule:\n      - cron: '30 4 * * 1-5'\n";

/// Says what is wrong with a time.
fn judge(text: &str) -> Result<(), String> {
    let fields: Vec<&str> = text.split_ascii_whitespace().collect();
    if text.trim_start().starts_with('@') {
        return Err(format!("GitHub does not know `{}`; a time has five fields", text.trim()));
    }
    if fields.len() != FIELDS.len() {
        return Err(format!("a time has 5 fields, and `{text}` has {}", fields.len()));
    }
    let mut values = Vec::new();
    for (field, text) in FIELDS.iter().zip(&fields) {
        let mut set = BTreeSet::new();
        for part in text.split(',') {
            set.extend(
                field.part(part).map_err(|why| format!("GitHub cannot read the {} `{text}`: {why}", field.name))?,
            );
        }
        values.push(set);
    }
    let [minutes, _, days, months, _] = values.as_slice() else { return Ok(()) };
    // A day of the week brings days of its own.
    let any_weekday = fields.last() == Some(&"*");
    let comes = months.iter().any(|month| {
        let last = DAYS.get(*month as usize - 1).copied().unwrap_or(0);
        days.first().is_some_and(|first| *first <= last)
    });
    if any_weekday && !comes {
        return Err(format!("the day of `{text}` never comes: no month of it has so many days"));
    }
    let gap = minutes.iter().zip(minutes.iter().skip(1)).map(|(a, b)| b - a).min();
    match gap {
        Some(gap) if gap < INTERVAL => Err(format!(
            "`{text}` asks for starts {gap} minutes apart, and GitHub starts a workflow every {INTERVAL} minutes at most"
        )),
        _ => Ok(()),
    }
}

impl Field {
    /// The numbers that a part between commas stands for.
    fn part(&self, part: &str) -> Result<Vec<u32>, String> {
        let (range, step) = match part.split_once('/') {
            None => (part, None),
            Some((range, step)) => {
                let steps = digits(step).filter(|step| *step > 0);
                (range, Some(steps.ok_or_else(|| format!("`{step}` is no number of steps"))?))
            }
        };
        let (from, to) = if range == "*" {
            (self.min, self.max)
        } else if let Some((from, to)) = range.split_once('-') {
            (self.number(from)?, self.number(to)?)
        } else {
            let from = self.number(range)?;
            (from, if step.is_some() { self.max } else { from })
        };
        if from > to {
            return Err(format!("the range `{range}` runs backwards"));
        }
        Ok((from..=to).step_by(step.unwrap_or(1) as usize).collect())
    }

    fn number(&self, text: &str) -> Result<u32, String> {
        let named = self.names.iter().position(|name| text.eq_ignore_ascii_case(name));
        let number = named.and_then(|at| u32::try_from(at).ok()).map(|at| at + self.min).or_else(|| digits(text));
        let Some(number) = number else { return Err(format!("`{text}` is no number")) };
        if (self.min..=self.max).contains(&number) {
            Ok(number)
        } else {
            Err(format!("{number} is not between {} and {}", self.min, self.max))
        }
    }
}

fn digits(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::judge;

    #[test]
    fn times_are_read_as_github_reads_them() {
        for text in [
            "0 0 * * *",
            "0 000 001 * *",
            "2,10 4,5 * * *",
            "20/15 * * * *",
            "28 5,*/4,6-8 * * *",
            "0 0 * * SUN-2",
            "0 0 1 jan-MAR sun",
            "0   0  *  *               *",
            "*/5 * * * *",
            "0 0 29 2 *",
            "0 0 31 2 1",
            "0 0 29-31 2 *",
        ] {
            assert_eq!(judge(text), Ok(()), "{text}");
        }
        for text in [
            "",
            "@daily",
            "0 0 * *",
            "0 0 * * * *",
            "60 0 * * *",
            "0 24 * * *",
            "0 0 0 * *",
            "0 0 * 13 *",
            "0 0 * * 7",
            "0 1- * * *",
            "0 /1 * * *",
            "0 1/ * * *",
            "0 1, * * *",
            "0 */0 * * *",
            "0 5/* * * *",
            "0 2-4-6 * * *",
            "0 0 * * FRI-TUE",
            "0 0 * SUN JAN",
            "0 0 L * *",
            "0 0 ? * 1#1",
            "0 +1 * * *",
            "* * * * *",
            "0,3 * * * *",
            "0 0 30 2 *",
            "0 0 31 4,6 *",
        ] {
            assert!(judge(text).is_err(), "{text}");
        }
    }
}
