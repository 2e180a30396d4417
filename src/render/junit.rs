//! The outcomes as `JUnit` XML: one suite a family, one case a rule, for the places that show test results.

use super::words::{inert, plural, shown};
use crate::model::{Family, Finding, Outcome, OutcomeKind, Report, Status, Verdict};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Findings of a rule whose places are listed; the others are counted.
const PLACES: usize = 100;

/// One case a rule: failed rules with the findings, rules without evidence as errors, waived and not applicable ones as
/// skipped. When the verdict is open although no rule says so, a case of its own does: nothing but a pass is green.
pub fn junit(report: &Report) -> String {
    let mut findings: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in report.findings.iter().filter(|finding| finding.status != Status::Waived) {
        findings.entry(&finding.rule).or_default().push(finding);
    }
    let mut suites = Vec::new();
    for family in Family::ALL {
        let outcomes: Vec<&Outcome> = report.outcomes.iter().filter(|outcome| outcome.family == family).collect();
        if outcomes.is_empty() {
            continue;
        }
        let mut counts = Counts::default();
        let name = format!("tollgate.{family}");
        let mut cases = String::new();
        for outcome in outcomes {
            let findings = findings.get(outcome.rule.as_str()).map(Vec::as_slice).unwrap_or_default();
            counts.add(outcome.outcome);
            case(&mut cases, &name, outcome, findings);
        }
        suites.push((name, counts, cases));
    }
    if report.verdict != Verdict::Pass && suites.iter().all(|(_, counts, _)| counts.failures + counts.errors == 0) {
        let text = "Nothing was given that Tollgate reads, or not all of it could be read: the answer is open.";
        let case = format!(
            "    <testcase classname=\"tollgate\" name=\"verdict\">\n      <error message=\"{}\" type=\"{}\"/>\n    \
             </testcase>\n",
            attribute(text),
            report.verdict.word()
        );
        suites.push(("tollgate".to_owned(), Counts { tests: 1, errors: 1, ..Counts::default() }, case));
    }
    let mut all = Counts::default();
    for (_, counts, _) in &suites {
        all.tests += counts.tests;
        all.failures += counts.failures;
        all.errors += counts.errors;
        all.skipped += counts.skipped;
    }
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(out, "<testsuites name=\"tollgate\" {}>", all.attributes());
    for (name, counts, cases) in suites {
        let _ = writeln!(out, "  <testsuite name=\"{}\" {}>", attribute(&name), counts.attributes());
        out.push_str("    <properties>\n");
        for (name, value) in [("policy", report.policy.name.as_str()), ("verdict", report.verdict.word())] {
            let _ = writeln!(out, "      <property name=\"{name}\" value=\"{}\"/>", attribute(value));
        }
        let _ = writeln!(out, "    </properties>\n{cases}  </testsuite>");
    }
    out.push_str("</testsuites>\n");
    inert(&out)
}

#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Counts {
    fn add(&mut self, outcome: OutcomeKind) {
        self.tests += 1;
        match outcome {
            OutcomeKind::Failed => self.failures += 1,
            OutcomeKind::NoEvidence => self.errors += 1,
            OutcomeKind::Waived | OutcomeKind::NotApplicable => self.skipped += 1,
            OutcomeKind::Passed => {}
        }
    }

    fn attributes(&self) -> String {
        let Self { tests, failures, errors, skipped } = self;
        format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\"")
    }
}

fn case(out: &mut String, class: &str, outcome: &Outcome, findings: &[&Finding]) {
    let _ = write!(out, "    <testcase classname=\"{}\" name=\"{}\"", attribute(class), attribute(&outcome.rule));
    if let Some(first) = findings.first() {
        let _ = write!(out, " file=\"{}\" line=\"{}\"", attribute(&first.place.file), first.place.line);
    }
    out.push_str(">\n");
    let facts = outcome.facts.join("; ");
    match outcome.outcome {
        OutcomeKind::Failed => {
            let first = findings.first().map_or(facts.as_str(), |finding| &finding.message);
            let more = findings.len().saturating_sub(1);
            let more = if more > 0 {
                format!(" (and {})", plural(more, "more finding", "more findings"))
            } else {
                String::new()
            };
            let message = attribute(&format!("{first}{more}"));
            let _ = write!(out, "      <failure message=\"{message}\" type=\"{}\">", outcome.level);
            out.push_str(&content(&details(outcome, findings)));
            out.push_str("</failure>\n");
        }
        OutcomeKind::NoEvidence => {
            let facts = if facts.is_empty() { "the evidence that it demands is missing" } else { &facts };
            let _ = writeln!(out, "      <error message=\"{}\" type=\"no-evidence\"/>", attribute(facts));
        }
        OutcomeKind::Waived => {
            let _ = writeln!(out, "      <skipped message=\"{}\"/>", attribute(&format!("waived: {facts}")));
        }
        OutcomeKind::NotApplicable => out.push_str("      <skipped message=\"nothing of the kind was given\"/>\n"),
        OutcomeKind::Passed if facts.is_empty() => {}
        OutcomeKind::Passed => {
            let _ = writeln!(out, "      <system-out>{}</system-out>", content(&outcome.facts.join("\n")));
        }
    }
    out.push_str("    </testcase>\n");
}

fn details(outcome: &Outcome, findings: &[&Finding]) -> String {
    let mut text = String::new();
    for finding in findings.iter().take(PLACES) {
        let place = &finding.place;
        let known = if finding.status == Status::Known { " (known)" } else { "" };
        let _ = writeln!(text, "{}:{}:{}: {}{known}", place.file, place.line, place.column, finding.message);
        for related in &finding.related {
            let (place, message) = (&related.place, &related.message);
            let _ = writeln!(text, "  also {}:{}:{}: {message}", place.file, place.line, place.column);
        }
    }
    let more = findings.len().saturating_sub(PLACES);
    if more > 0 {
        let _ = writeln!(text, "and {}", plural(more, "more finding", "more findings"));
    }
    if let Some(first) = findings.first() {
        let _ = writeln!(text, "why: {}\nfix: {}", first.why, first.fix.text);
    }
    let _ = write!(text, "policy: {}:{}", outcome.policy.file, outcome.policy.line);
    text
}

fn attribute(text: &str) -> String {
    escaped(&shown(text))
}

fn content(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| escaped(&shown(line))).collect();
    lines.join("\n")
}

/// What steers a terminal, and with it what XML cannot hold, is gone but for two characters.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{FFFE}' | '\u{FFFF}' => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{attribute, content};

    #[test]
    fn texts_stay_texts() {
        assert_eq!(attribute("<a b=\"c\">&'\n\0"), "&lt;a b=&quot;c&quot;&gt;&amp;'\\n\\u{0}");
        assert_eq!(content("]]>\u{FFFE}\na\tb\r\n"), "]]&gt;\u{FFFD}\na b");
    }
}
