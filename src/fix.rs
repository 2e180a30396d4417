//! Applies the mechanical fixes of findings: files and a policy in, changed texts out. Pure.
//!
//! Files are judged, edited where no two edits touch, and judged again, until no edit is left: what one fix moves another
//! finds again, and the findings that remain are true of the new texts.

use crate::engine::{self, Request, Terms};
use crate::input::{self, Content, Origin, RawFile, SourceFile};
use crate::model::{Edit, FileStatus, Finding, Report, Status};
use crate::policy::Policy;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Which fixes are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Only those that are safe.
    Safe,
    /// All.
    All,
}

impl Scope {
    fn takes(self, edit: &Edit) -> bool {
        edit.safe || self == Self::All
    }
}

/// What was done.
#[derive(Debug)]
pub struct Fixes {
    /// The files that change, sorted by path.
    pub files: Vec<Fixed>,
    /// Findings that are left, by rule, which more edits would mend that are not safe.
    pub unsafe_left: BTreeMap<String, usize>,
    /// Findings that are left, by rule, which no edit mends.
    pub by_hand: BTreeMap<String, usize>,
    /// The judgement of the new texts.
    pub report: Report,
}

/// A file that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    /// Its path.
    pub path: String,
    /// Its text as it was given.
    pub before: String,
    /// Its new text.
    pub after: String,
    /// Edits that were applied, by rule.
    pub edits: BTreeMap<String, usize>,
}

/// Most rounds of judging and editing; one for each of several rules that edit the same line.
const MAX_ROUNDS: usize = 20;

/// Applies the edits of all findings that are not waived.
///
/// Only files of the tree are edited: UTF-8 texts that were given as such, not members of archives. An edit after which
/// its file would not be read as well as before is not made.
pub fn fix(request: Request, policy: &Policy, scope: Scope) -> Fixes {
    let given = given(&request.files);
    let mut sources = input::open(request.files, &request.limits);
    let mut editable = editable(&sources, &given);
    let terms = Terms { fail_on: request.fail_on, today: request.today, baseline: request.baseline.as_ref() };
    let judge = |sources: &[SourceFile]| engine::judge(sources, policy, &terms);
    let mut report = judge(&sources);
    let mut changed: BTreeMap<usize, Fixed> = BTreeMap::new();
    let mut stuck: BTreeSet<Key> = BTreeSet::new();
    for _ in 0..MAX_ROUNDS {
        let offered = offered(&report.findings, &sources, &editable, scope, &stuck);
        let chosen = apart(&offered);
        if chosen.is_empty() {
            break;
        }
        let old: Vec<(usize, String)> = chosen
            .iter()
            .filter_map(|(at, edits)| {
                let source = sources.get_mut(*at)?;
                let text = apply(&source.text, edits);
                Some((*at, set_text(source, text)))
            })
            .collect();
        let mut judged = judge(&sources);
        let mut is_worse = false;
        for (at, text) in old {
            let Some(source) = sources.get_mut(at) else { continue };
            if status(&judged, &source.path) != status(&report, &source.path) {
                set_text(source, text);
                editable.remove(source.path.as_str());
                is_worse = true;
                continue;
            }
            let path = source.path.clone();
            let fixed = changed.entry(at).or_insert_with(|| Fixed {
                path,
                before: text,
                after: String::new(),
                edits: BTreeMap::new(),
            });
            for (_, rule) in chosen.get(&at).into_iter().flat_map(BTreeMap::values) {
                *fixed.edits.entry(rule.clone()).or_default() += 1;
            }
        }
        if is_worse {
            judged = judge(&sources);
        }
        // A finding that its own edit does not mend would be edited over and over.
        let again = count(&self::offered(&judged.findings, &sources, &editable, scope, &stuck));
        let before = count(&offered);
        for (edit, rule) in chosen.values().flat_map(BTreeMap::values) {
            let key = key(edit, rule);
            if again.get(&key) >= before.get(&key) {
                stuck.insert(key);
            }
        }
        report = judged;
    }
    let (mut unsafe_left, mut by_hand) = (BTreeMap::new(), BTreeMap::new());
    for finding in report.findings.iter().filter(|finding| finding.status != Status::Waived) {
        let has_more = finding.fix.edits.iter().any(|edit| !scope.takes(edit) && editable.contains_key(&edit.file));
        let left = if has_more { &mut unsafe_left } else { &mut by_hand };
        *left.entry(finding.rule.clone()).or_default() += 1;
    }
    for (at, fixed) in &mut changed {
        fixed.after =
            sources.get_mut(*at).map(|source| std::mem::take(&mut source.text).into_owned()).unwrap_or_default();
    }
    let mut files: Vec<Fixed> = changed.into_values().filter(|fixed| fixed.before != fixed.after).collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Fixes { files, unsafe_left, by_hand, report }
}

/// Paths of the given texts of the tree.
fn given(files: &[RawFile]) -> BTreeSet<String> {
    let is_text = |file: &&RawFile| match &file.content {
        Content::Bytes(bytes) | Content::Hashed { bytes, .. } => std::str::from_utf8(bytes).is_ok(),
        Content::Static(bytes) => std::str::from_utf8(bytes).is_ok(),
        _ => false,
    };
    let texts = files.iter().filter(|file| file.origin == Origin::Tree).filter(is_text);
    texts.map(|file| file.path.clone()).collect()
}

/// Positions of the files that can be edited, by path. A path that two files have is that of neither.
fn editable(sources: &[SourceFile], given: &BTreeSet<String>) -> BTreeMap<String, usize> {
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    let mut twice: Vec<&str> = Vec::new();
    for (at, source) in sources.iter().enumerate() {
        let as_given = source.text.len() as u64 == source.bytes;
        if found.insert(source.path.clone(), at).is_some() || !as_given || !given.contains(&source.path) {
            twice.push(&source.path);
        }
    }
    for path in twice {
        found.remove(path);
    }
    found
}

/// Edits of a file by offset, each with its rule.
type Edits = BTreeMap<usize, (Edit, String)>;

/// An edit that can be made: the position of its file, and its rule.
type Offer<'r> = (usize, &'r Edit, &'r str);

/// The edits of findings that can be made, in the order of the report; identical ones once.
fn offered<'r>(
    findings: &'r [Finding],
    sources: &[SourceFile],
    editable: &BTreeMap<String, usize>,
    scope: Scope,
    stuck: &BTreeSet<Key>,
) -> Vec<Offer<'r>> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for finding in findings.iter().filter(|finding| finding.status != Status::Waived) {
        for edit in finding.fix.edits.iter().filter(|edit| scope.takes(edit)) {
            let Some(at) = editable.get(&edit.file) else { continue };
            let Some(end) = edit.offset.checked_add(edit.length) else { continue };
            let replaced = sources.get(*at).and_then(|source| source.text.get(edit.offset..end));
            let changes = replaced.is_some_and(|replaced| replaced != edit.text);
            if changes
                && !stuck.contains(&key(edit, &finding.rule))
                && seen.insert((*at, edit.offset, edit.length, &edit.text))
            {
                found.push((*at, edit, finding.rule.as_str()));
            }
        }
    }
    found
}

/// The edits of a round, by position of the file: the first one wins, and whatever touches it waits for the next round.
fn apart(offered: &[Offer<'_>]) -> BTreeMap<usize, Edits> {
    let mut files: BTreeMap<usize, Edits> = BTreeMap::new();
    for (at, edit, rule) in offered {
        let edits = files.entry(*at).or_default();
        let before = edits.range(..=edit.offset).next_back();
        let touches = before.is_some_and(|(_, (other, _))| other.offset + other.length >= edit.offset)
            || edits.range(edit.offset..=edit.offset + edit.length).next().is_some();
        if !touches {
            edits.insert(edit.offset, ((*edit).clone(), (*rule).to_owned()));
        }
    }
    files
}

/// What makes an edit the same as one of another round: the file, the rule, and what is written. Its place moves.
type Key = (String, String, String);

fn key(edit: &Edit, rule: &str) -> Key {
    (edit.file.clone(), rule.to_owned(), edit.text.clone())
}

fn count(offered: &[Offer<'_>]) -> BTreeMap<Key, usize> {
    let mut counts = BTreeMap::new();
    for (_, edit, rule) in offered {
        *counts.entry(key(edit, rule)).or_default() += 1;
    }
    counts
}

/// A text with edits that do not touch.
fn apply(text: &str, edits: &Edits) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (offset, (edit, _)) in edits {
        out.push_str(text.get(done..*offset).unwrap_or_default());
        out.push_str(&edit.text);
        done = offset + edit.length;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

/// Gives a file a new text, with all that the receipt says of it, and gives back the old one.
fn set_text(source: &mut SourceFile, text: String) -> String {
    source.bytes = text.len() as u64;
    source.sha256 = Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    std::mem::replace(&mut source.text, text.into()).into_owned()
}

fn status(report: &Report, path: &str) -> Option<FileStatus> {
    report.files.iter().find(|file| file.path == path).map(|file| file.status)
}

#[cfg(test)]
mod tests {
    use super::{Edits, apart, apply, offered};
    use crate::input::{Content, Limits, Origin, RawFile, open};
    use crate::model::{Edit, Family, Finding, Fix, Level, LineIndex, Span, Status};
    use std::collections::{BTreeMap, BTreeSet};

    fn edit(offset: usize, length: usize, text: &str, safe: bool) -> Edit {
        Edit { file: "a.txt".to_owned(), offset, length, text: text.to_owned(), safe }
    }

    fn result(edits: &[(Edit, Status)], scope: super::Scope) -> String {
        let findings: Vec<Finding> = edits
            .iter()
            .map(|(edit, status)| Finding {
                rule: "r".to_owned(),
                family: Family::Tests,
                level: Level::Error,
                status: *status,
                message: String::new(),
                why: String::new(),
                fix: Fix { text: String::new(), edits: vec![edit.clone()] },
                place: LineIndex::default().place("a.txt", "", Span::default(), String::new()),
                related: Vec::new(),
                fingerprint: String::new(),
                other_fingerprints: Vec::new(),
            })
            .collect();
        let raw =
            RawFile { path: "a.txt".to_owned(), content: Content::Bytes("0123456789é".into()), origin: Origin::Tree };
        let mut sources = open(vec![raw], &Limits::default());
        sources[0].text = "0123456789é".into();
        let editable = BTreeMap::from([("a.txt".to_owned(), 0)]);
        let offered = offered(&findings, &sources, &editable, scope, &BTreeSet::new());
        apply(&sources[0].text, apart(&offered).get(&0).unwrap_or(&Edits::new()))
    }

    #[test]
    fn edits_that_touch_wait_and_identical_ones_are_made_once() {
        use super::Scope::{All, Safe};
        let new = Status::New;
        for (edits, scope, expected) in [
            (vec![(edit(5, 0, "x", true), new), (edit(1, 2, "y", true), new)], Safe, "0y34x56789é"),
            (vec![(edit(5, 0, "x", true), new), (edit(5, 0, "x", true), new)], Safe, "01234x56789é"),
            (vec![(edit(5, 0, "x", true), new), (edit(5, 0, "y", true), new)], Safe, "01234x56789é"),
            (vec![(edit(2, 4, "x", true), new), (edit(5, 3, "y", true), new)], Safe, "01x6789é"),
            (vec![(edit(5, 3, "y", true), new), (edit(2, 4, "x", true), new)], Safe, "01234y89é"),
            (vec![(edit(2, 3, "x", true), new), (edit(5, 1, "y", true), new)], Safe, "01x56789é"),
            (vec![(edit(0, 12, "", true), new)], Safe, ""),
            (vec![(edit(2, 1, "x", false), new)], Safe, "0123456789é"),
            (vec![(edit(2, 1, "x", false), new)], All, "01x3456789é"),
            (vec![(edit(2, 1, "x", true), Status::Waived)], All, "0123456789é"),
            (vec![(edit(11, 0, "x", true), new), (edit(40, 0, "x", true), new)], All, "0123456789é"),
            (vec![(edit(usize::MAX, 1, "x", true), new)], All, "0123456789é"),
        ] {
            assert_eq!(result(&edits, scope), expected, "{edits:?}");
        }
    }
}
