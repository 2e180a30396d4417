//! Applies the edits of findings, for tests.
#![allow(clippy::unwrap_used, reason = "tests stop at what they did not expect")]

use crate::engine::{self, Request};
use crate::fix::{self, Scope};
use crate::input::{Content, Limits, Origin, RawFile};
use crate::model::{Date, Level};

/// A workflow after the edits of all findings of a rule.
pub(in crate::rules) fn repaired(rule: &str, text: &str) -> String {
    let policy = format!("version: 1\nrules:\n  {rule}: error\n");
    let policy = engine::load_policy("p.yml", Some(&policy), &|_| None).unwrap();
    let path = ".github/workflows/ci.yml".to_owned();
    let files = vec![RawFile { path, content: Content::Bytes(text.into()), origin: Origin::Tree }];
    let today: Date = "2026-11-23".parse().unwrap();
    let request = Request { files, limits: Limits::default(), fail_on: Level::Error, today };
    let fixed = fix::fix(request, &policy, Scope::All).files;
    fixed.into_iter().next().map_or_else(|| text.to_owned(), |file| file.after)
}
