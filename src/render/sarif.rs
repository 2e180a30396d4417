//! SARIF 2.1.0 for code scanning and other viewers, within GitHub's limits.
//!
//! Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0"; GitHub, "SARIF support for code
//! scanning".

mod place;
mod rules;

use super::RuleText;
use super::json::push_line;
use super::words::{number, plural};
use super::worst::worst_first;
use crate::model::{Edit, FileStatus, Finding, Level, OutcomeKind, Report, Status, WaiverRecord, WaiverState};
use miniz_oxide::deflate::compress_to_vec;
use place::Files;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Results that GitHub takes in a run; a file with more is refused as a whole.
const MAX_RESULTS: usize = 25_000;
/// Places of a result beside the first; the first counts as well.
const MAX_RELATED: usize = 999;
/// Bytes that GitHub takes, gzipped. What is left to 10 MB is for a header, and for a compressor with other blocks.
const MAX_GZIPPED: usize = 9_900_000;
/// Notifications about files and evidence; the others are counted.
const MAX_NOTIFICATIONS: usize = 1_000;

/// The report in SARIF 2.1.0, one result a line. `rules` tells the documentation of a rule by its id; where it knows
/// none, the rule is described by what the report says of it.
///
/// When there are more results than GitHub takes, the worst are kept and a notification says how many are left out.
pub fn sarif<'t>(report: &Report, rules: &dyn Fn(&str) -> Option<RuleText<'t>>) -> String {
    within(report, rules, MAX_GZIPPED)
}

/// The report with as many of its findings as can be gzipped to that many bytes.
fn within<'t>(report: &Report, rules: &dyn Fn(&str) -> Option<RuleText<'t>>, bytes: usize) -> String {
    let findings = worst_first(report);
    let mut kept = findings.len().min(MAX_RESULTS);
    loop {
        let written = write(report, rules, findings.get(..kept).unwrap_or_default());
        let gzipped = if written.len() > bytes { compress_to_vec(written.as_bytes(), 1).len() } else { 0 };
        if gzipped <= bytes || kept == 0 {
            return written;
        }
        // A tenth less than would fit if all were of one size.
        kept = (kept * (bytes / 1024) / (gzipped / 1024 + 1)).min(kept) * 9 / 10;
    }
}

fn write<'t>(report: &Report, texts: &dyn Fn(&str) -> Option<RuleText<'t>>, findings: &[&Finding]) -> String {
    let files = Files::new(report);
    let rules = rules::descriptors(report, texts);
    let index: BTreeMap<&str, usize> = rules.iter().enumerate().map(|(at, (id, _))| (*id, at)).collect();
    let mut out = String::from("{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",");
    out.push_str("\"runs\":[{\"tool\":{\"driver\":{\"name\":");
    push_line(&mut out, &report.tool.name);
    for key in [",\"version\":", ",\"semanticVersion\":"] {
        out.push_str(key);
        push_line(&mut out, &report.tool.version);
    }
    out.push_str(",\"notifications\":");
    push_line(&mut out, &rules::notifications());
    out.push_str(",\"rules\":");
    push_list(&mut out, rules.iter().map(|(_, rule)| rule.clone()));
    out.push_str("}},\n\"columnKind\":\"unicodeCodePoints\",\"originalUriBaseIds\":");
    push_line(&mut out, &place::bases());
    out.push_str(",\n\"invocations\":");
    push_line(&mut out, &json!([invocation(report, &files, findings.len())]));
    out.push_str(",\n\"properties\":");
    let left_out = report.findings.len() - findings.len();
    push_line(
        &mut out,
        &json!({
            "verdict": report.verdict, "policy": report.policy.name, "findings": report.findings.len(), "leftOut": left_out,
        }),
    );
    out.push_str(",\n\"artifacts\":");
    push_list(&mut out, files.artifacts());
    out.push_str(",\n\"results\":");
    push_list(&mut out, findings.iter().map(|finding| result(report, finding, &index)));
    out.push_str("}]}\n");
    out
}

/// A list with one entry a line. Each entry is made, written and dropped: a tree of all would take many times the bytes.
fn push_list(out: &mut String, entries: impl Iterator<Item = Value>) {
    out.push('[');
    for (at, entry) in entries.enumerate() {
        out.push_str(if at > 0 { ",\n" } else { "\n" });
        push_line(out, &entry);
    }
    out.push(']');
}

fn result(report: &Report, finding: &Finding, rules: &BTreeMap<&str, usize>) -> Value {
    let mut result = Map::new();
    let mut set = |key: &str, value: Value| result.insert(key.to_owned(), value);
    set("ruleId", json!(finding.rule));
    if let Some(index) = rules.get(finding.rule.as_str()) {
        set("ruleIndex", json!(index));
    }
    set("level", json!(level(finding.level)));
    let why = if finding.why.is_empty() { String::new() } else { format!(" {}", finding.why) };
    set("message", message(&format!("{}{why}", sentence(&finding.message))));
    set("locations", json!([place::location(&finding.place, "")]));
    if !finding.related.is_empty() {
        let related = finding.related.iter().take(MAX_RELATED);
        set("relatedLocations", related.map(|r| place::location(&r.place, &r.message)).collect());
    }
    if !finding.fingerprint.is_empty() {
        // Not `primaryLocationLineHash`: GitHub's upload makes its own, and warns of each that differs.
        set("partialFingerprints", json!({ "tollgate/v1": finding.fingerprint }));
    }
    if finding.status == Status::Waived {
        set("suppressions", json!([suppression(report, finding)]));
    } else if report.baseline.is_some() {
        set("baselineState", json!(if finding.status == Status::Known { "unchanged" } else { "new" }));
    }
    if !finding.fix.edits.is_empty() {
        set("fixes", json!([fix(finding)]));
    }
    set("properties", json!({ "family": finding.family, "fix": finding.fix.text }));
    Value::Object(result)
}

/// All edits of a finding as one fix: they mend one thing at several places.
fn fix(finding: &Finding) -> Value {
    let mut by_file: BTreeMap<&str, Vec<&Edit>> = BTreeMap::new();
    for edit in &finding.fix.edits {
        by_file.entry(&edit.file).or_default().push(edit);
    }
    let replacement = |edit: &&Edit| {
        // Bytes are deleted, so bytes are what is inserted; the text is for readers.
        json!({
            "deletedRegion": { "byteOffset": edit.offset, "byteLength": edit.length },
            "insertedContent": { "text": edit.text, "binary": base64(edit.text.as_bytes()) },
        })
    };
    let change = |(file, edits): (&&str, &Vec<&Edit>)| {
        json!({
            "artifactLocation": place::artifact_location(file),
            "replacements": edits.iter().map(replacement).collect::<Value>(),
        })
    };
    json!({ "description": message(&finding.fix.text), "artifactChanges": by_file.iter().map(change).collect::<Value>() })
}

/// Who waived a finding cannot be told where several waivers name its rule; then only that it was waived is said.
fn suppression(report: &Report, finding: &Finding) -> Value {
    let used = |waiver: &&WaiverRecord| waiver.state == WaiverState::Used && waiver.rule == finding.rule;
    let mut waivers = report.waivers.iter().filter(used);
    let (first, second) = (waivers.next(), waivers.next());
    let in_policy = |waiver: &WaiverRecord| report.policy.sources.iter().any(|source| source.file == waiver.place.file);
    match (first, second) {
        (Some(waiver), None) => {
            let kind = if in_policy(waiver) { "external" } else { "inSource" };
            json!({ "kind": kind, "status": "accepted", "justification": waiver.reason })
        }
        _ => json!({ "kind": "external", "status": "accepted" }),
    }
}

/// The program did its work whatever the verdict: what it could not read, and what is missing, it notes.
fn invocation(report: &Report, files: &Files<'_>, kept: usize) -> Value {
    let mut notes = Vec::new();
    let left_out = report.findings.len() - kept;
    if left_out > 0 {
        let text = format!(
            "{} left out, the least severe, for GitHub takes no more in a file: {} of {} are here",
            plural(left_out, "finding is", "findings are"),
            number(kept as u64),
            number(report.findings.len() as u64),
        );
        notes.push(json!({ "level": "warning", "descriptor": { "id": "left-out" }, "message": message(&text) }));
    }
    let mut more = 0;
    for outcome in report.outcomes.iter().filter(|outcome| outcome.outcome == OutcomeKind::NoEvidence) {
        let facts = outcome.facts.join("; ");
        let facts = if facts.is_empty() { "the evidence that it demands is missing" } else { &facts };
        notes.push(json!({
            "level": level(outcome.level),
            "descriptor": { "id": "no-evidence" },
            "associatedRule": { "id": outcome.rule },
            "message": message(&sentence(&format!("{}: {facts}", outcome.rule))),
        }));
    }
    for file in &report.files {
        let level = match file.status {
            FileStatus::Unreadable => "error",
            FileStatus::PartlyRead => "warning",
            FileStatus::Read | FileStatus::Ignored => continue,
        };
        if notes.len() >= MAX_NOTIFICATIONS {
            more += 1;
            continue;
        }
        let note = if file.note.is_empty() { "could not be read whole" } else { &file.note };
        notes.push(json!({
            "level": level,
            "descriptor": { "id": file.status.word() },
            "message": message(&sentence(&format!("{}: {note}", file.path))),
            "locations": [{ "physicalLocation": { "artifactLocation": files.location(&file.path) } }],
        }));
    }
    if more > 0 {
        let text = format!("{} could not be read whole", plural(more, "more file", "more files"));
        notes.push(json!({ "level": "warning", "descriptor": { "id": "unreadable" }, "message": message(&text) }));
    }
    json!({ "executionSuccessful": true, "toolExecutionNotifications": notes })
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "note",
    }
}

/// A message as it is meant: `[text](target)` would be a link of SARIF.
fn message(text: &str) -> Value {
    json!({ "text": if text.is_empty() { "-".to_owned() } else { text.replace("](", "]\u{200B}(") } })
}

/// With a full stop: viewers cut after the first sentence.
fn sentence(text: &str) -> String {
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{text}{end}")
}

pub(super) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().chain([&0, &0]).take(3).fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
        for digit in 0..4 {
            let value = bits >> (18 - 6 * digit) & 63;
            let shown = DIGITS.get(value).filter(|_| digit <= chunk.len()).copied().unwrap_or(b'=');
            out.push(char::from(shown));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_pads_what_is_no_multiple_of_three() {
        for (text, expected) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")] {
            assert_eq!(base64(text.as_bytes()), expected);
        }
        assert_eq!(base64(&[0xFB, 0xFF, 0xFE]), "+//+");
    }
}
