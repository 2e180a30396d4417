//! Workflow commands of GitHub Actions, which become annotations at the lines of a pull request.
//!
//! Source: GitHub, "Workflow commands for GitHub Actions"; `ActionCommand` of the runner for how they are read.

use super::words::{cut, inert, plural, shown};
use super::worst::worst_first;
use crate::model::{Finding, Level, Outcome, OutcomeKind, Report, Status};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Annotations of one kind that GitHub shows of a step.
const SHOWN: usize = 10;
/// Other places of a finding that are named; the others are counted.
const RELATED: usize = 5;
/// Characters of a message; GitHub takes 64 KiB, and a reader less.
const MESSAGE: usize = 2_000;
/// Characters that GitHub takes of a title.
const TITLE: usize = 255;

/// At most ten errors, warnings and notices each, the worst first and of each rule one before there is a second of any;
/// then a line with the verdict and with what was left out. Known and waived findings are counted only.
pub fn github(report: &Report) -> String {
    let mut out = String::new();
    let mut left_out = Vec::new();
    let missing = || report.outcomes.iter().filter(|outcome| outcome.outcome == OutcomeKind::NoEvidence);
    let findings = by_turns(report);
    for (level, command) in [(Level::Error, "error"), (Level::Warning, "warning"), (Level::Info, "notice")] {
        let missing = missing().filter(|outcome| outcome.level == level).map(|outcome| about_evidence(report, outcome));
        let findings = findings.iter().filter(|finding| finding.level == level).map(|finding| about(finding));
        let mut all = missing.chain(findings);
        for (properties, message) in all.by_ref().take(SHOWN) {
            let _ = writeln!(out, "{}", inert_data(&format!("::{command} {properties}::{}", data(&message))));
        }
        let more = all.count();
        if more > 0 {
            left_out.push(plural(more, command, &format!("{command}s")));
        }
    }
    out.push_str(&inert(&last_line(report, &left_out)));
    out
}

/// New findings, one of each rule by turns.
fn by_turns(report: &Report) -> Vec<&Finding> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut turns: Vec<(usize, &Finding)> = Vec::new();
    for finding in worst_first(report).into_iter().filter(|finding| finding.status == Status::New) {
        let turn = seen.entry(&finding.rule).or_default();
        turns.push((*turn, finding));
        *turn += 1;
    }
    turns.sort_by_key(|(turn, _)| *turn);
    turns.into_iter().map(|(_, finding)| finding).collect()
}

fn about(finding: &Finding) -> (String, String) {
    let place = &finding.place;
    let mut properties = format!("file={},line={}", property(&place.file), place.line);
    if place.end_line > place.line {
        let _ = write!(properties, ",endLine={}", place.end_line);
    } else {
        let (column, end) = (place.column, place.end_column.max(place.column));
        let _ = write!(properties, ",endLine={},col={column},endColumn={end}", place.line);
    }
    let _ = write!(properties, ",title={}", title(&finding.rule));
    let mut message = finding.message.clone();
    for related in finding.related.iter().take(RELATED) {
        let (place, what) = (&related.place, if related.message.is_empty() { "here too" } else { &related.message });
        let _ = write!(message, "\nAlso {}:{}: {what}", place.file, place.line);
    }
    if finding.related.len() > RELATED {
        let _ = write!(message, "\nAnd {}", plural(finding.related.len() - RELATED, "more place", "more places"));
    }
    if !finding.why.is_empty() {
        let _ = write!(message, "\nWhy: {}", finding.why);
    }
    if !finding.fix.text.is_empty() {
        let _ = write!(message, "\nFix: {}", finding.fix.text);
    }
    (properties, message)
}

/// Evidence that is missing has no place but the line of the policy that demands it; packs are no files.
fn about_evidence(report: &Report, outcome: &Outcome) -> (String, String) {
    let mut properties = String::new();
    let asked = &outcome.policy;
    if report.policy.sources.iter().any(|source| !source.pack && source.file == asked.file) {
        let _ = write!(properties, "file={},line={},", property(&asked.file), asked.line);
    }
    let _ = write!(properties, "title={}", title(&outcome.rule));
    let mut message =
        "No evidence: what this rule is about was not given (`tollgate check --evidence FOLDER`).".to_owned();
    for fact in &outcome.facts {
        let _ = write!(message, "\n{fact}");
    }
    (properties, message)
}

fn last_line(report: &Report, left_out: &[String]) -> String {
    let summary = &report.summary;
    let mut line = format!("Tollgate: {} by the policy {}: ", report.verdict.word(), shown(&report.policy.name));
    let mut parts = vec![
        plural(summary.errors, "error", "errors"),
        plural(summary.warnings, "warning", "warnings"),
        plural(summary.infos, "info", "infos"),
    ];
    let missing = summary.outcomes.no_evidence;
    if missing > 0 {
        parts.push(format!("{} without evidence", plural(missing, "rule", "rules")));
    }
    line.push_str(&parts.join(", "));
    for (count, what) in [(summary.known, "known from the baseline"), (summary.waived, "waived")] {
        if count > 0 {
            let _ = write!(line, "; {} {what}, not annotated", plural(count, "finding", "findings"));
        }
    }
    if !left_out.is_empty() {
        let _ = write!(line, "; left out, for GitHub shows {SHOWN} of a kind: {}", left_out.join(", "));
    }
    line.push('\n');
    line
}

fn title(rule: &str) -> String {
    property(&cut(&format!("Tollgate: {rule}"), TITLE))
}

/// A value within the command: `,` would start the next one and `::` the message.
fn property(text: &str) -> String {
    shown(text).replace('%', "%25").replace(':', "%3A").replace(',', "%2C")
}

/// The message: its lines stay one line of the log.
fn data(message: &str) -> String {
    let message = cut(message.trim_end(), MESSAGE);
    let lines: Vec<String> = message.lines().map(|line| shown(line).replace('%', "%25")).collect();
    lines.join("%0A")
}

/// Not even where commands of the newer kind are switched off may a part of this one be read as one of the older kind.
fn inert_data(command: &str) -> String {
    command.replace("##[", "##\u{200B}[")
}

#[cfg(test)]
mod tests {
    use super::{data, property};

    #[test]
    fn a_text_cannot_leave_its_place_in_the_command() {
        for (text, expected) in [
            ("a,line=1::set-output name=x::y", "a%2Cline=1%3A%3Aset-output name=x%3A%3Ay"),
            ("100%0A::error::x", "100%250A%3A%3Aerror%3A%3Ax"),
            ("a\r\n::stop-commands::b", "a\\r\\n%3A%3Astop-commands%3A%3Ab"),
        ] {
            assert_eq!(property(text), expected);
        }
        for (text, expected) in [
            ("100%0A::error::x", "100%250A::error::x"),
            ("a\r\n::stop-commands::b\u{1b}[0m", "a%0A::stop-commands::b\\u{1b}[0m"),
        ] {
            assert_eq!(data(text), expected);
        }
    }
}
