//! Waivers in comments: `# tollgate: allow[rule-id] until 2027-02-28 reason`, on the line of a finding or above it.
//!
//! Comments are those that the parser of the format calls so: never a part of a string or of a here-document.

use crate::evidence::{Evidence, File};
use crate::model::{Date, FileKind, Span, WaiverRecord, WaiverState};
use crate::parse::dockerfile::{Dockerfile, Instruction};
use crate::policy::did_you_mean;
use std::collections::{BTreeMap, BTreeSet};

/// Most waivers in the comments of one file.
const MAX_WAIVERS: usize = 1_000;

/// All waivers in comments.
#[derive(Debug, Default)]
pub(super) struct Comments {
    /// In the order of the files, then of the text.
    pub(super) records: Vec<WaiverRecord>,
    files: BTreeMap<String, Lines>,
}

/// The waivers of one file by what they are for.
#[derive(Debug, Default)]
struct Lines {
    /// Waivers by the line that they are for.
    waivers: BTreeMap<usize, Vec<usize>>,
    /// First and last line of texts of several lines, within which no comment can stand: a waiver for the first line is
    /// for all of them.
    blocks: BTreeMap<usize, usize>,
}

impl Comments {
    pub(super) fn read(evidence: &Evidence<'_>, rules: &[&str]) -> Self {
        let mut comments = Self::default();
        for doc in &evidence.trees {
            // A kept copy has the comments of its original, and a policy may well explain what a waiver looks like.
            if matches!(doc.file.source.kind, FileKind::WorkflowBackup | FileKind::Policy) {
                continue;
            }
            let spans = doc.value.comments().iter().map(|comment| comment.span);
            comments.file(doc.file, spans.collect(), || doc.value.long_scalars().collect(), rules);
        }
        for doc in &evidence.dockerfiles {
            comments.file(doc.file, doc.value.comments.clone(), || instructions(doc.value), rules);
        }
        comments
    }

    fn file(&mut self, file: &File<'_>, spans: Vec<Span>, blocks: impl FnOnce() -> Vec<Span>, rules: &[&str]) {
        let text = &*file.source.text;
        let written = |span: &Span| text.get(span.range()).and_then(|comment| comment.strip_prefix('#'));
        if !spans.iter().any(|span| written(span).is_some_and(|comment| waiver(comment).is_some())) {
            return;
        }
        let fills_line = |span: &Span| {
            text.get(file.line_start(span.offset)..span.offset).is_some_and(|before| before.trim().is_empty())
        };
        let full: BTreeSet<usize> = spans.iter().filter(|s| fills_line(s)).map(|span| file.line(span.offset)).collect();
        // The first line below each comment that is none.
        let mut below: BTreeMap<usize, usize> = BTreeMap::new();
        for line in full.into_iter().rev() {
            let next = below.get(&(line + 1)).copied().unwrap_or(line + 1);
            below.insert(line, next);
        }
        let before = self.records.len();
        let mut lines = Lines::default();
        for block in blocks() {
            let last = lines.blocks.entry(file.line(block.offset)).or_default();
            *last = file.line(block.end().saturating_sub(1)).max(*last);
        }
        for span in spans {
            let Some(Written { rules: ids, expires, reason }) = written(&span).and_then(waiver) else { continue };
            let own = file.line(span.offset);
            let line = below.get(&own).copied().unwrap_or(own);
            let cut = self.records.len() - before >= MAX_WAIVERS;
            let problem = if cut {
                format!("a file has at most {MAX_WAIVERS} waivers; this one and those below it are not read")
            } else {
                problem(&ids, expires, reason, rules)
            };
            let ids = if problem.is_empty() { ids } else { vec![ids.join(", ")] };
            for id in ids {
                if problem.is_empty() {
                    lines.waivers.entry(line).or_default().push(self.records.len());
                }
                self.records.push(WaiverRecord {
                    rule: id,
                    state: if problem.is_empty() { WaiverState::Idle } else { WaiverState::Bad },
                    findings: 0,
                    reason: reason.to_owned(),
                    owner: String::new(),
                    expires: expires.and_then(|day| day.parse().ok()),
                    days_left: None,
                    problem: problem.clone(),
                    place: file.place(span, String::new()),
                });
            }
            if cut {
                break;
            }
        }
        self.files.insert(file.path().to_owned(), lines);
    }

    /// The waivers for a line of a file: indices into the records.
    pub(super) fn near(&self, file: &str, line: usize) -> impl Iterator<Item = usize> {
        let lines = self.files.get(file);
        let at = move |line: usize| lines.and_then(|lines| lines.waivers.get(&line)).into_iter().flatten().copied();
        let block = lines.and_then(|lines| lines.blocks.range(..line).next_back());
        let first = block.filter(|(_, last)| **last >= line).map(|(first, _)| *first);
        at(line).chain(first.into_iter().flat_map(at))
    }
}

/// A comment that is meant as a waiver.
struct Written<'t> {
    rules: Vec<String>,
    /// The word after `until`.
    expires: Option<&'t str>,
    reason: &'t str,
}

/// Reads what follows the `#`; `None` for comments about something else, also such as begin with `tollgate:`.
fn waiver(comment: &str) -> Option<Written<'_>> {
    let rest = comment.trim().strip_prefix("tollgate:")?.trim_start();
    let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
    let (verb, rest) = rest.split_at_checked(end)?;
    let rest = rest.trim_start();
    let meant = rest.starts_with('[') && did_you_mean(verb, ["allow", "ignore", "disable"]).is_some();
    if verb != "allow" && !meant {
        return None;
    }
    let (ids, rest) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')).unwrap_or(("", rest));
    let rules = if verb == "allow" { ids } else { "" };
    let rules: BTreeSet<&str> = rules.split(',').map(str::trim).filter(|id| !id.is_empty()).collect();
    let rules = rules.into_iter().map(str::to_owned).collect();
    let (expires, reason) = match rest.trim().strip_prefix("until") {
        Some(rest) if rest.is_empty() || rest.starts_with(char::is_whitespace) => {
            let rest = rest.trim_start();
            let (day, reason) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            (Some(day.trim_end_matches([':', ','])), reason)
        }
        _ => (None, rest),
    };
    Some(Written { rules, expires, reason: reason.trim_start_matches([' ', ':', '-']).trim() })
}

/// What keeps a comment from being a waiver; empty when nothing does.
fn problem(ids: &[String], expires: Option<&str>, reason: &str, rules: &[&str]) -> String {
    if ids.is_empty() {
        return "it names no rule".to_owned();
    }
    for id in ids {
        if super::super::ABOUT_WAIVERS.contains(&id.as_str()) {
            return format!("`{id}` cannot be waived");
        }
        if !rules.contains(&id.as_str()) {
            let near = did_you_mean(id, rules.iter().copied());
            let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            return format!("there is no rule `{id}`{hint}");
        }
    }
    match expires.map(str::parse::<Date>) {
        None => "it has no last day (`until YYYY-MM-DD`)".to_owned(),
        Some(Err(error)) => error,
        Some(Ok(_)) if reason.is_empty() => "it has no reason".to_owned(),
        Some(Ok(_)) => String::new(),
    }
}

/// Where the instructions of a Dockerfile stand, here-documents included.
fn instructions(dockerfile: &Dockerfile) -> Vec<Span> {
    let stages = dockerfile.stages.iter().flat_map(|stage| std::iter::once(&stage.from).chain(&stage.instructions));
    let all = dockerfile.global_args.iter().chain(&dockerfile.misplaced).chain(stages);
    let span = |instruction: &Instruction| {
        let ends = instruction.heredocs.iter().map(|heredoc| heredoc.body.end());
        Span::between(instruction.span.offset, ends.fold(instruction.span.end(), usize::max))
    };
    all.map(span).collect()
}

#[cfg(test)]
mod tests {
    use super::{problem, waiver};

    #[test]
    fn a_comment_is_a_waiver_only_whole() {
        for (comment, expected) in [
            (" tollgate: allow[a] until 2027-02-28 seeds once", Some("")),
            ("tollgate:allow[a, b] until 2027-02-28: seeds once", Some("")),
            (" tollgate: allow[a] until 2027-02-28", Some("it has no reason")),
            (" tollgate: allow[a] until 2027-02-30 x", Some("`2027-02-30` is not a date; write it as YYYY-MM-DD")),
            (" tollgate: allow[a] seeds once", Some("it has no last day (`until YYYY-MM-DD`)")),
            (" tollgate: allow[a] untilled land", Some("it has no last day (`until YYYY-MM-DD`)")),
            (" tollgate: allow[c] until 2027-02-28 x", Some("there is no rule `c`; did you mean `a`?")),
            (" tollgate: allow until 2027-02-28 x", Some("it names no rule")),
            (" tollgate: alow[a] until 2027-02-28 x", Some("it names no rule")),
            (" tollgate: allow[bad-waiver] until 2027-02-28 x", Some("`bad-waiver` cannot be waived")),
            (" tollgate: the gate stands in ci.yml", None),
            (" see tollgate: allow[a] until 2027-02-28 x", None),
        ] {
            let found = waiver(comment).map(|w| problem(&w.rules, w.expires, w.reason, &["a", "b"]));
            assert_eq!(found.as_deref(), expected, "{comment}");
        }
    }
}
