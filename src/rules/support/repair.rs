//! Applies the edits of findings, for tests.
#![allow(clippy::unwrap_used, reason = "tests stop at what they did not expect")]

use crate::engine::{self, Request};
use crate::input::{Content, Limits, Origin, RawFile};
use crate::model::{Date, Level};

/// A workflow after the edits of all findings of a rule.
pub(in crate::rules) fn repaired(rule: &str, text: &str) -> String {
    let policy = format!("version: 1\nrules:\n  {rule}: error\n");
    let policy = engine::load_policy("p.yml", Some(&policy), &|_| None).unwrap();
    let path = ".github/workflows/ci.yml".to_owned();
    let files = vec![RawFile { path, content: Content::Bytes(text.into()), origin: Origin::Tree }];
    let today: Date = "2026-11-23".parse().unwrap();
    let report = engine::analyze(Request { files, limits: Limits::default(), fail_on: Level::Error, today }, &policy);
    let mut edits: Vec<_> = report.findings.into_iter().flat_map(|finding| finding.fix.edits).collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.offset));
    let mut text = text.to_owned();
    for edit in edits {
        text.replace_range(edit.offset..edit.offset + edit.length, &edit.text);
    }
    text
}
