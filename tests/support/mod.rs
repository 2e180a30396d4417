//! Files in Markdown: fenced blocks whose info string names a path, as rules document their examples.
#![allow(dead_code, reason = "each test binary uses a part")]
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use tollgate::engine::{self, Request};
use tollgate::fix::{self, Fixes, Scope};
use tollgate::input::{Content, Limits, Origin, RawFile};
use tollgate::model::{Date, Level, Report};
use tollgate::policy::Policy;

/// The day on which tests judge.
pub(crate) fn today() -> Date {
    "2026-11-23".parse().unwrap()
}

/// A file of the tree.
pub(crate) fn raw(path: &str, text: impl Into<Vec<u8>>) -> RawFile {
    RawFile { path: path.to_owned(), content: Content::Bytes(text.into()), origin: Origin::Tree }
}

/// The fenced blocks of a Markdown text that name a path (` ```yaml compose.yml `), in order.
pub(crate) fn blocks(markdown: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open: Option<(String, String, String)> = None;
    for line in markdown.lines() {
        let trimmed = line.trim_start();
        let ticks = trimmed.len() - trimmed.trim_start_matches('`').len();
        match &mut open {
            Some((fence, path, text)) if trimmed.trim_end() == fence.as_str() => {
                if !path.is_empty() {
                    found.push((path.clone(), text.clone()));
                }
                open = None;
            }
            Some((_, _, text)) => {
                text.push_str(line);
                text.push('\n');
            }
            None if ticks >= 3 => {
                let path = trimmed.split_whitespace().nth(1).unwrap_or_default();
                open = Some(("`".repeat(ticks), path.to_owned(), String::new()));
            }
            None => {}
        }
    }
    assert!(open.is_none(), "a fence is not closed:\n{markdown}");
    found
}

/// Judges files by a policy text.
pub(crate) fn judge(files: &[(String, String)], policy: &str) -> Report {
    engine::analyze(request(files), &load(policy))
}

/// Applies all fixes of findings by a policy text.
pub(crate) fn fix_all(files: &[(String, String)], policy: &str) -> Fixes {
    fix::fix(request(files), &load(policy), Scope::All)
}

fn load(policy: &str) -> Policy {
    match engine::load_policy("policy.yml", Some(policy), &|_| None) {
        Ok(policy) => policy,
        Err(errors) => panic!("{policy}\n{}", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    }
}

fn request(files: &[(String, String)]) -> Request {
    let files = files.iter().map(|(path, text)| raw(path, text.as_str())).collect();
    Request { files, limits: Limits::default(), fail_on: Level::Error, today: today() }
}
