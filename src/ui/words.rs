//! The words, icons and colour classes of the report's values, in one place, so that all views say the same.

use super::components::Icon;
use crate::model::{CaseStatus, Family, FileStatus, Level, OutcomeKind, Ratio, Report, Status, Verdict};

pub(super) const LEVELS: [Level; 3] = [Level::Error, Level::Warning, Level::Info];
pub(super) const STATUSES: [Status; 3] = [Status::New, Status::Known, Status::Waived];
pub(super) const OUTCOMES: [OutcomeKind; 5] = [
    OutcomeKind::Failed,
    OutcomeKind::NoEvidence,
    OutcomeKind::Waived,
    OutcomeKind::Passed,
    OutcomeKind::NotApplicable,
];
pub(super) const FILE_STATUSES: [FileStatus; 4] =
    [FileStatus::Unreadable, FileStatus::PartlyRead, FileStatus::Read, FileStatus::Ignored];

pub(super) const CASES: [CaseStatus; 5] =
    [CaseStatus::Failed, CaseStatus::Error, CaseStatus::Flaky, CaseStatus::Skipped, CaseStatus::Passed];

/// How a value is shown: never by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sign {
    pub(super) icon: Icon,
    pub(super) word: &'static str,
    /// One of the tones of the style sheet.
    pub(super) tone: &'static str,
}

const fn sign(icon: Icon, word: &'static str, tone: &'static str) -> Sign {
    Sign { icon, word, tone }
}

pub(super) const fn level(level: Level) -> Sign {
    match level {
        Level::Error => sign(Icon::Cross, "error", "bad"),
        Level::Warning => sign(Icon::Triangle, "warning", "warn"),
        Level::Info => sign(Icon::Info, "info", "note"),
    }
}

pub(super) const fn outcome(outcome: OutcomeKind) -> Sign {
    match outcome {
        OutcomeKind::Failed => sign(Icon::Cross, "failed", "bad"),
        OutcomeKind::NoEvidence => sign(Icon::Question, "no evidence", "warn"),
        OutcomeKind::Waived => sign(Icon::Pause, "waived", "note"),
        OutcomeKind::Passed => sign(Icon::Check, "passed", "good"),
        OutcomeKind::NotApplicable => sign(Icon::Dash, "not applicable", "plain"),
    }
}

pub(super) const fn case(status: CaseStatus) -> Sign {
    match status {
        CaseStatus::Failed => sign(Icon::Cross, "failed", "bad"),
        CaseStatus::Error => sign(Icon::Triangle, "error", "bad"),
        CaseStatus::Flaky => sign(Icon::Question, "flaky", "warn"),
        CaseStatus::Skipped => sign(Icon::Dash, "skipped", "plain"),
        CaseStatus::Passed => sign(Icon::Check, "passed", "good"),
    }
}

pub(super) const fn file_status(status: FileStatus) -> Sign {
    match status {
        FileStatus::Read => sign(Icon::Check, "read", "good"),
        FileStatus::PartlyRead => sign(Icon::Triangle, "partly read", "warn"),
        FileStatus::Unreadable => sign(Icon::Cross, "unreadable", "bad"),
        FileStatus::Ignored => sign(Icon::Dash, "ignored", "plain"),
    }
}

/// Rules that found nothing to look at prove nothing, and must not look as if they did.
pub(super) const fn verdict(report: &Report) -> Sign {
    let outcomes = &report.summary.outcomes;
    match report.verdict {
        Verdict::Pass | Verdict::Incomplete if outcomes.passed + outcomes.failed + outcomes.waived == 0 => {
            sign(Icon::Question, "Nothing was judged", "warn")
        }
        Verdict::Pass => sign(Icon::Check, "The policy holds", "good"),
        Verdict::Fail => sign(Icon::Cross, "The policy does not hold", "bad"),
        Verdict::Incomplete => sign(Icon::Question, "Evidence is missing", "warn"),
    }
}

pub(super) const fn status(status: Status) -> &'static str {
    match status {
        Status::New => "new",
        Status::Known => "known",
        Status::Waived => "waived",
    }
}

/// What a family asks for, in a few words.
pub(super) const fn family(family: Family) -> &'static str {
    match family {
        Family::Container => "one environment for every test run",
        Family::Caching => "work that is not done twice",
        Family::Health => "services are ready because they say so",
        Family::Coverage => "how much of the code the tests reach",
        Family::Tests => "what the tests said",
        Family::Artifacts => "what the run proves leaves the run",
        Family::Time => "budgets, declared and measured",
        Family::Rollback => "every change can be taken back",
        Family::Rollout => "feature flags and gradual delivery",
        Family::Monitoring => "somebody hears of failures",
        Family::Security => "pins, permissions and injection",
        Family::Image => "what makes builds fast and small",
        Family::Document => "what could not be read",
        Family::Custom => "the policy's own checks",
    }
}

/// `1 file`, `2 files`.
pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", number(n as u64), if n == 1 { one } else { many })
}

/// Digits in groups of three, with the narrow space that wraps nowhere.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 * 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// A size with the largest unit that leaves at least one before the point.
pub(super) fn bytes(n: u64) -> String {
    let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    for (size, unit) in units {
        if n >= size {
            let tenths = n.saturating_mul(10) / size;
            return format!("{}.{} {unit}", tenths / 10, tenths % 10);
        }
    }
    format!("{n} B")
}

/// A time with the unit that people would say.
pub(super) fn seconds(seconds: f64) -> String {
    of_micros(micros(seconds))
}

/// Whole microseconds.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of a float saturates")]
pub(super) fn micros(seconds: f64) -> u64 {
    (seconds * 1e6) as u64
}

/// A time, cut to three digits or less; by whole numbers, as the formatting of floats would be a tenth of the page.
pub(super) fn of_micros(micros: u64) -> String {
    let millis = micros / 1_000;
    let (whole, part, unit) = match micros {
        0 => (0, 0, "s"),
        1..1_000 => (micros, 0, "µs"),
        1_000..10_000 => (millis, micros / 100 % 10 * 10, "ms"),
        10_000..1_000_000 => (millis, 0, "ms"),
        1_000_000..60_000_000 => (millis / 1_000, millis / 10 % 100, "s"),
        60_000_000..3_600_000_000 => return format!("{}\u{a0}min {}\u{a0}s", millis / 60_000, millis / 1_000 % 60),
        _ => return format!("{}\u{a0}h {}\u{a0}min", number(millis / 3_600_000), millis / 60_000 % 60),
    };
    decimal(whole, part, unit)
}

/// A number with hundredths, without zeros at its end.
fn decimal(whole: u64, hundredths: u64, unit: &str) -> String {
    match (hundredths / 10, hundredths % 10) {
        (0, 0) => format!("{whole}\u{a0}{unit}"),
        (tenths, 0) => format!("{whole}.{tenths}\u{a0}{unit}"),
        (tenths, rest) => format!("{whole}.{tenths}{rest}\u{a0}{unit}"),
    }
}

/// A share with one digit, cut and not rounded: one that is short of a threshold must not be shown as if it met it.
pub(super) fn percent(ratio: Ratio) -> String {
    share(ratio, 1000).map_or_else(|| "–".to_owned(), |tenths| format!("{}.{}\u{a0}%", tenths / 10, tenths % 10))
}

/// So many parts of `whole` as were hit; whole numbers, for the same reason as in [`seconds`].
pub(super) fn share(ratio: Ratio, whole: u128) -> Option<u128> {
    (u128::from(ratio.covered) * whole).checked_div(u128::from(ratio.total))
}

/// A limit in percent, with up to two digits.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of a float saturates")]
pub(super) fn limit(percent: f64) -> String {
    let hundredths = (percent * 100.0).round() as u64;
    decimal(hundredths / 100, hundredths % 100, "%")
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// A text with what a terminal or a browser would not show as itself replaced: names come from hostile files.
pub(super) fn visible(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\t' => ' ',
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            c if c.is_control() => '\u{fffd}',
            c => c,
        })
        .collect()
}

/// As [`visible`], of a text with several lines.
pub(super) fn visible_lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(visible).collect();
    lines.join("\n")
}
