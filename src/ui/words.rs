//! The words, icons and colour classes of the report's values, in one place, so that all views say the same.

use super::components::Icon;
use crate::model::{Family, FileStatus, Level, OutcomeKind, Report, Status, Verdict};

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
pub(super) fn number(n: u64) -> String {
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

/// A time in seconds as `1 h 05 min`, `2 min 03 s` or `1.4 s`.
pub(super) fn duration(seconds: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and no time is negative")]
    let tenths = (seconds * 10.0).round() as u64;
    let whole = (tenths + 5) / 10;
    match whole {
        3_600.. => format!("{} h {:02} min", whole / 3_600, whole % 3_600 / 60),
        60.. => format!("{} min {:02} s", whole / 60, whole % 60),
        10.. => format!("{whole} s"),
        _ => format!("{}.{} s", tenths / 10, tenths % 10),
    }
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
