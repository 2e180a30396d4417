//! Markdown for the summary of a job and for a comment on a pull request.

mod figures;
mod inline;

use super::words::{inert, number, plural};
use super::worst::worst_first;
use crate::model::{FileStatus, Finding, Level, Outcome, OutcomeKind, Report, Status, Verdict};
use inline::{blocks, code, prose};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

/// Different fixes of one rule that are all shown; of more the first.
const FIXES: usize = 2;

/// Where the Markdown is to fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// The summary of a job: 1 MiB a step.
    Summary,
    /// A comment on an issue or a pull request: 65,536 characters, counted here as bytes, which are never fewer. Begins
    /// with a comment by which it can be found again.
    Comment,
}

impl Room {
    const fn bytes(self) -> usize {
        match self {
            Self::Summary => 1024 * 1024,
            Self::Comment => 65_536,
        }
    }
}

/// Verdict and reasons first, then findings, figures and rules. What does not fit is left out from the end of what
/// matters least, and what was left out is said; counts are always those of the whole report.
pub fn markdown(report: &Report, room: Room) -> String {
    let mut last = String::new();
    for detail in DETAILS {
        let mut page = Page { out: String::new(), report, detail };
        if room == Room::Comment {
            page.out.push_str("<!-- tollgate -->\n");
        }
        // Writing into a string cannot fail.
        let _ = page.all();
        last = inert(&page.out);
        if last.len() <= room.bytes() {
            break;
        }
    }
    last
}

/// How much is told. Every part has a limit of its own, so that the last of [`DETAILS`] fits any room.
#[derive(Debug, Clone, Copy)]
struct Detail {
    /// The list of rules that found nothing to look at.
    not_applicable: bool,
    /// What proves the rules that hold.
    passed: bool,
    /// Files that are listed.
    files: usize,
    /// Rules with a section.
    rules: usize,
    /// Rows of places in such a section.
    places: usize,
    /// Rows of the first table.
    reasons: usize,
}

const FULL: Detail =
    Detail { not_applicable: true, passed: true, files: 50, rules: usize::MAX, places: 100, reasons: 100 };

const DETAILS: [Detail; 10] = [
    FULL,
    Detail { not_applicable: false, ..FULL },
    SHORT,
    Detail { files: 10, places: 20, ..SHORT },
    Detail { files: 10, places: 5, ..SHORT },
    Detail { files: 5, places: 1, ..SHORT },
    Detail { files: 5, places: 1, rules: 50, ..SHORT },
    Detail { files: 5, places: 1, rules: 10, reasons: 50, ..SHORT },
    Detail { files: 0, places: 0, rules: 0, reasons: 20, ..SHORT },
    Detail { files: 0, places: 0, rules: 0, reasons: 5, ..SHORT },
];

const SHORT: Detail = Detail { not_applicable: false, passed: false, ..FULL };

/// A rule that does not hold, with the findings behind it, the worst first.
struct Reason<'r> {
    outcome: &'r Outcome,
    findings: Vec<&'r Finding>,
}

impl Reason<'_> {
    fn level(&self) -> Level {
        self.findings.first().map_or(self.outcome.level, |finding| finding.level)
    }

    fn is_known(&self) -> bool {
        !self.findings.is_empty() && self.findings.iter().all(|finding| finding.status == Status::Known)
    }
}

/// Rules that do not hold or have no evidence: what fails the gate first.
fn reasons(report: &Report) -> Vec<Reason<'_>> {
    let mut findings: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in worst_first(report).into_iter().filter(|finding| finding.status != Status::Waived) {
        findings.entry(&finding.rule).or_default().push(finding);
    }
    let open = report.outcomes.iter().filter(|o| matches!(o.outcome, OutcomeKind::Failed | OutcomeKind::NoEvidence));
    let mut reasons: Vec<Reason<'_>> = open
        .map(|outcome| Reason { outcome, findings: findings.remove(outcome.rule.as_str()).unwrap_or_default() })
        .collect();
    reasons.sort_by_key(|reason| (reason.is_known(), Reverse(reason.level()), reason.findings.is_empty()));
    reasons
}

struct Page<'r> {
    out: String,
    report: &'r Report,
    detail: Detail,
}

impl Page<'_> {
    fn all(&mut self) -> fmt::Result {
        let reasons = reasons(self.report);
        self.verdict()?;
        self.why(&reasons)?;
        self.findings(&reasons)?;
        figures::write(&mut self.out, self.report)?;
        self.rules()?;
        self.waivers()?;
        self.files()
    }

    fn verdict(&mut self) -> fmt::Result {
        let Report { summary, verdict, policy, files, .. } = self.report;
        let title = match verdict {
            Verdict::Pass => "✅ Tollgate: the policy holds",
            Verdict::Fail => "❌ Tollgate: the policy does not hold",
            Verdict::Incomplete => "❔ Tollgate: the answer is open",
        };
        let mut counts = Vec::new();
        for (count, one, many) in [
            (summary.errors, "error", "errors"),
            (summary.warnings, "warning", "warnings"),
            (summary.infos, "info", "infos"),
        ] {
            if count > 0 {
                counts.push(plural(count, one, many));
            }
        }
        if counts.is_empty() {
            counts.push("no findings".to_owned());
        }
        let missing = summary.outcomes.no_evidence;
        if missing > 0 {
            counts.push(format!("{} without evidence", plural(missing, "rule", "rules")));
        }
        if !files.iter().any(|file| matches!(file.status, FileStatus::Read | FileStatus::PartlyRead)) {
            counts.push("nothing was given that Tollgate reads".to_owned());
        }
        write!(self.out, "## {title}\n\n**{}**, by the policy {}", counts.join(", "), code(&policy.name))?;
        if let Some(baseline) = &self.report.baseline {
            let (new, known) = (number(summary.new as u64), number(summary.known as u64));
            let gone = number(baseline.gone.len() as u64);
            write!(self.out, " · compared with {}: {new} new, {known} known, {gone} gone", code(&baseline.file))?;
        }
        if summary.waived > 0 {
            write!(self.out, " · {} waived", number(summary.waived as u64))?;
        }
        self.out.push_str("\n\n");
        Ok(())
    }

    fn why(&mut self, reasons: &[Reason<'_>]) -> fmt::Result {
        if reasons.is_empty() {
            return Ok(());
        }
        self.out.push_str("| | rule | findings | what is wrong |\n| --- | --- | ---: | --- |\n");
        for reason in reasons.iter().take(self.detail.reasons) {
            let Outcome { rule, outcome, facts, .. } = reason.outcome;
            let (sign, count, what) = if *outcome == OutcomeKind::NoEvidence {
                ("❔ no evidence".to_owned(), "–".to_owned(), prose(&facts.join("; ")))
            } else {
                let what = match reason.findings.first() {
                    Some(first) => format!("{} ({})", prose(&first.message), place(first)),
                    None => prose(&facts.join("; ")),
                };
                let known = if reason.is_known() { " (known)" } else { "" };
                (format!("{}{known}", sign(reason.level())), number(reason.findings.len() as u64), what)
            };
            writeln!(self.out, "| {sign} | {} | {count} | {what} |", code(rule))?;
        }
        self.out.push('\n');
        if reasons.iter().any(|reason| reason.outcome.outcome == OutcomeKind::NoEvidence) {
            self.out.push_str("Evidence is what a run leaves behind: `tollgate check --evidence FOLDER` takes it.\n\n");
        }
        self.left_out(reasons.len(), self.detail.reasons, "rule that does not hold is", "rules that do not hold are")
    }

    /// Says how many of a list are not shown.
    fn left_out(&mut self, all: usize, shown: usize, one: &str, many: &str) -> fmt::Result {
        let more = all.saturating_sub(shown);
        if more > 0 {
            writeln!(self.out, "*{} left out here.*\n", plural(more, one, many))?;
        }
        Ok(())
    }

    fn findings(&mut self, reasons: &[Reason<'_>]) -> fmt::Result {
        let reasons: Vec<_> = reasons.iter().filter(|reason| !reason.findings.is_empty()).collect();
        if reasons.is_empty() || self.detail.rules == 0 {
            return Ok(());
        }
        self.out.push_str("### Findings\n\n");
        for reason in reasons.iter().take(self.detail.rules) {
            self.section(reason)?;
        }
        self.left_out(reasons.len(), self.detail.rules, "rule with its findings is", "rules with their findings are")
    }

    fn section(&mut self, reason: &Reason<'_>) -> fmt::Result {
        let Reason { outcome, findings } = reason;
        let count = plural(findings.len(), "finding", "findings");
        let (sign, rule) = (sign(reason.level()), inline::html_code(&outcome.rule));
        writeln!(self.out, "<details><summary>{sign} {rule}: {count}</summary>\n")?;
        self.out.push_str("| place | what is wrong |\n| --- | --- |\n");
        let (mut rows, mut shown) = (0, 0);
        for finding in findings {
            if rows >= self.detail.places {
                break;
            }
            let known = if finding.status == Status::Known { "known: " } else { "" };
            write!(self.out, "| {} | {known}{}", place(finding), prose(&finding.message))?;
            rows += 1;
            shown += 1;
            let related = finding.related.iter().take(self.detail.places - rows);
            let more = finding.related.len() - related.len();
            if more > 0 {
                write!(self.out, " (and {} not listed here)", plural(more, "place", "places"))?;
            }
            self.out.push_str(" |\n");
            for other in related {
                let message = if other.message.is_empty() { "here too" } else { &other.message };
                let at = code(&format!("{}:{}", other.place.file, other.place.line));
                writeln!(self.out, "| ↳ {at} | {} |", prose(message))?;
                rows += 1;
            }
        }
        self.out.push('\n');
        self.left_out(findings.len(), shown, "finding is", "findings are")?;
        if let Some(first) = findings.first() {
            writeln!(self.out, "**Why**: {}\n", prose(&first.why))?;
            self.fixes(findings)?;
        }
        let asked = format!("{}:{}", outcome.policy.file, outcome.policy.line);
        writeln!(self.out, "Asked for by {}.\n\n</details>\n", code(&asked))
    }

    /// Fixes of one rule differ in names at most, so that one shows what is meant where there are many.
    fn fixes(&mut self, findings: &[&Finding]) -> fmt::Result {
        let mut different: Vec<&Finding> = Vec::new();
        for finding in findings.iter().take(self.detail.places) {
            if different.iter().all(|other| other.fix.text != finding.fix.text) {
                different.push(finding);
            }
        }
        let shown = if different.len() > FIXES { 1 } else { FIXES };
        for finding in different.iter().take(shown) {
            let at = if different.len() > 1 { format!(", for {}", place(finding)) } else { String::new() };
            writeln!(self.out, "**What to write**{at}:\n")?;
            self.out.push_str(&blocks(&finding.fix.text));
        }
        Ok(())
    }

    fn rules(&mut self) -> fmt::Result {
        if self.report.outcomes.is_empty() {
            return Ok(());
        }
        self.out.push_str("### Rules\n\n");
        figures::families(&mut self.out, &self.report.outcomes)?;
        let of = |kind| self.report.outcomes.iter().filter(move |outcome| outcome.outcome == kind);
        let passed: Vec<&Outcome> = of(OutcomeKind::Passed).collect();
        let idle: Vec<&Outcome> = of(OutcomeKind::NotApplicable).collect();
        let title = plural(passed.len(), "rule holds", "rules hold");
        if passed.is_empty() {
        } else if self.detail.passed {
            writeln!(self.out, "<details><summary>✅ {title}</summary>\n\n| rule | what proves it |\n| --- | --- |")?;
            for outcome in passed {
                writeln!(self.out, "| {} | {} |", code(&outcome.rule), prose(&outcome.facts.join("; ")))?;
            }
            self.out.push_str("\n</details>\n\n");
        } else {
            writeln!(self.out, "*What proves that {title} is left out here.*\n")?;
        }
        let title = plural(idle.len(), "rule found", "rules found");
        if idle.is_empty() {
        } else if self.detail.not_applicable {
            writeln!(self.out, "<details><summary>➖ {title} nothing to look at</summary>\n")?;
            let ids: Vec<String> = idle.iter().map(|outcome| code(&outcome.rule)).collect();
            writeln!(self.out, "{}\n\n</details>\n", ids.join(", "))?;
        } else {
            writeln!(self.out, "*The list of what {title} nothing to look at is left out here.*\n")?;
        }
        Ok(())
    }

    fn waivers(&mut self) -> fmt::Result {
        let waivers = &self.report.waivers;
        if waivers.is_empty() {
            return Ok(());
        }
        let title = plural(waivers.len(), "waiver", "waivers");
        writeln!(self.out, "<details><summary>{title}</summary>\n")?;
        self.out.push_str("| rule | findings | reason | owner | last day |\n| --- | ---: | --- | --- | --- |\n");
        for waiver in waivers.iter().take(self.detail.files) {
            let count = number(waiver.findings as u64);
            let last = waiver.expires.map_or_else(|| "–".to_owned(), |day| day.to_string());
            let (rule, reason, owner) = (code(&waiver.rule), prose(&waiver.reason), prose(&waiver.owner));
            writeln!(self.out, "| {rule} | {count} | {reason} | {owner} | {last} |")?;
        }
        self.out.push('\n');
        self.left_out(waivers.len(), self.detail.files, "waiver is", "waivers are")?;
        self.out.push_str("</details>\n\n");
        Ok(())
    }

    fn files(&mut self) -> fmt::Result {
        let odd = |status| matches!(status, FileStatus::PartlyRead | FileStatus::Unreadable);
        let files: Vec<_> = self.report.files.iter().filter(|file| odd(file.status)).collect();
        if files.is_empty() {
            return Ok(());
        }
        let title = plural(files.len(), "file was not read whole", "files were not read whole");
        writeln!(self.out, "<details><summary>⚠️ {title}</summary>\n\n| file | | why |\n| --- | --- | --- |")?;
        for file in files.iter().take(self.detail.files) {
            writeln!(self.out, "| {} | {} | {} |", code(&file.path), file.status, prose(&file.note))?;
        }
        self.out.push('\n');
        self.left_out(files.len(), self.detail.files, "file is", "files are")?;
        self.out.push_str("</details>\n");
        Ok(())
    }
}

fn place(finding: &Finding) -> String {
    code(&format!("{}:{}", finding.place.file, finding.place.line))
}

fn sign(level: Level) -> String {
    let sign = match level {
        Level::Error => "❌",
        Level::Warning => "⚠️",
        Level::Info => "ℹ️",
    };
    format!("{sign} {level}")
}
