//! Text for people at a terminal, as compilers taught them to read it.

mod diagnostic;
mod style;
mod summary;
mod words;

pub(crate) use super::words::{counts_in_words, number, plural, ratio_in_words, shown};
pub use diagnostic::diagnostic;
pub use style::{Colors, Styles};
pub(crate) use words::wrapped;

use super::words::inert;
use crate::model::{Finding, PolicyPlace, Report, Status};
use std::collections::{BTreeMap, BTreeSet};

/// Findings with their excerpts, then the summary.
pub fn text(report: &Report, colors: Colors) -> String {
    let mut out = String::new();
    let mut asked: BTreeMap<&str, &PolicyPlace> =
        report.outcomes.iter().map(|outcome| (outcome.rule.as_str(), &outcome.policy)).collect();
    let mut fixes: BTreeSet<(&str, &str)> = BTreeSet::new();
    for finding in report.findings.iter().filter(|finding| finding.status != Status::Waived) {
        let fix = if fixes.insert((&finding.rule, &finding.fix.text)) { &finding.fix.text } else { "as above" };
        out.push_str(&finding_text(finding, fix, asked.remove(finding.rule.as_str()), colors));
        out.push('\n');
    }
    summary::write(&mut out, report, colors.styles());
    inert(&out)
}

/// The verdict and the counts behind it, one line.
pub fn verdict(report: &Report, colors: Colors) -> String {
    let mut line = summary::verdict(report, colors.styles());
    line.push('\n');
    inert(&line)
}

/// Related places that are shown; the others are counted.
const SHOWN_RELATED: usize = 5;

/// `asked` is the line of the policy, told with the reason where the rule fires first: once is enough for a reader.
fn finding_text(finding: &Finding, fix: &str, asked: Option<&PolicyPlace>, colors: Colors) -> String {
    let mut notes: Vec<(&str, String)> = Vec::new();
    for related in finding.related.iter().take(SHOWN_RELATED) {
        let place = &related.place;
        let message = if related.message.is_empty() { "here too" } else { &related.message };
        let file = if place.file == finding.place.file { String::new() } else { format!("{}:", place.file) };
        notes.push(("also", format!("{file}{}:{}: {message}", place.line, place.column)));
    }
    let more = finding.related.len().saturating_sub(SHOWN_RELATED);
    if more > 0 {
        notes.push(("also", plural(more, "more place", "more places")));
    }
    notes.extend(asked.map(|_| ("why", finding.why.clone())));
    notes.push(("fix", fix.to_owned()));
    notes.extend(asked.map(|place| ("policy", format!("{}:{}", place.file, place.line))));
    let known = if finding.status == Status::Known { " (known: it is in the baseline)" } else { "" };
    let message = format!("{}{known}", finding.message);
    diagnostic(finding.level, Some(&finding.rule), &message, &finding.place, &notes, colors)
}
