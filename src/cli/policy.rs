//! Finds the policy and reads it.
#![expect(clippy::disallowed_methods, reason = "policies are files")]

use super::args::Color;
use super::output;
use super::walk::Collected;
use crate::engine;
use crate::input::{Content, RawFile, text};
use crate::model::Level;
use crate::policy::{self, PACKS, Policy, PolicyError, did_you_mean};
use crate::render::text::{Colors, diagnostic};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The pack in force where nothing else is said.
const DEFAULT_PACK: &str = "recommended";
/// Largest policy file in bytes; people write them by hand.
const MAX_BYTES: u64 = 4 << 20;

/// Why there is no policy.
#[derive(Debug)]
enum Problem {
    /// It cannot be had.
    Missing(String),
    /// It is wrong.
    Invalid(Vec<PolicyError>),
}

impl From<Vec<PolicyError>> for Problem {
    fn from(errors: Vec<PolicyError>) -> Self {
        Self::Invalid(errors)
    }
}

/// As [`load`]; what is wrong is said, and there is no policy then.
pub(super) fn load_or_say(
    asked: Option<&str>,
    paths: &[PathBuf],
    collected: &Collected,
    color: Color,
) -> Option<Policy> {
    match load(asked, paths, collected) {
        Ok(policy) => return Some(policy),
        Err(Problem::Missing(message)) => output::error(&message),
        Err(Problem::Invalid(errors)) => {
            let colors = output::error_colors(color);
            output::note(errors_text(&errors, colors).trim_end());
        }
    }
    None
}

/// The policy that was asked for; else that of the tree, where one folder was given; else the pack `recommended`.
fn load(asked: Option<&str>, paths: &[PathBuf], collected: &Collected) -> Result<Policy, Problem> {
    if let Some(name) = asked {
        return named(name);
    }
    let one_folder = matches!(paths, [only] if only.is_dir());
    let given = collected.files.iter().filter(|_| one_folder);
    match engine::policy_path(given.map(|file| file.path.as_str())) {
        Some(path) => of_tree(path, collected),
        None => Ok(engine::load_policy(DEFAULT_PACK, None, &|_| None)?),
    }
}

fn named(name: &str) -> Result<Policy, Problem> {
    if policy::pack(name).is_some() {
        return Ok(engine::load_policy(name, None, &|_| None)?);
    }
    let text = read(Path::new(name)).map_err(|reason| {
        let packs: Vec<&str> = PACKS.iter().map(|(pack, _)| *pack).collect();
        let hint = match did_you_mean(name, packs.iter().copied()) {
            Some(near) => format!("did you mean the pack `{near}`?"),
            None => format!("packs are {}", packs.join(", ")),
        };
        Problem::Missing(format!("policy `{name}`: {reason}; {hint}"))
    })?;
    let shown = if cfg!(windows) { name.replace('\\', "/") } else { name.to_owned() };
    Ok(engine::load_policy(&shown, Some(&text), &|path| read(Path::new(path)).ok())?)
}

/// A policy of the tree: its name, and those that it extends, are relative to the folder that was given.
fn of_tree(path: &str, collected: &Collected) -> Result<Policy, Problem> {
    let missing = |reason: &str| Problem::Missing(format!("policy `{path}`: {reason}"));
    let text = match collected.files.iter().find(|file| file.path == path) {
        Some(RawFile { content: Content::Bytes(bytes), .. }) => decoded(bytes.clone()).map_err(|r| missing(&r))?,
        Some(RawFile { content: Content::Skipped { reason } | Content::Failed { reason, .. }, .. }) => {
            return Err(missing(reason));
        }
        _ => return Err(missing("was not read")),
    };
    let root = collected.on_disk.get(path).and_then(|on_disk| on_disk.ancestors().nth(path.split('/').count()));
    let root = root.unwrap_or(Path::new("")).to_path_buf();
    Ok(engine::load_policy(path, Some(&text), &|extended| read(&root.join(extended)).ok())?)
}

fn read(path: &Path) -> Result<String, String> {
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file or pack".to_owned(),
        _ => error.to_string(),
    };
    let file = File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(format!("larger than {MAX_BYTES} bytes"));
    }
    decoded(bytes)
}

fn decoded(bytes: Vec<u8>) -> Result<String, String> {
    match text::decode(bytes) {
        decoded if decoded.status == crate::model::FileStatus::Read => Ok(decoded.text),
        decoded => Err(decoded.note),
    }
}

/// The errors of a policy, each at its place.
fn errors_text(errors: &[PolicyError], colors: Colors) -> String {
    let mut out = String::new();
    for PolicyError { place, message, hint } in errors {
        out.push_str(&diagnostic(Level::Error, None, message, place, &[("help", hint.clone())], colors));
        out.push('\n');
    }
    out.push_str(
        "error: the policy is wrong; nothing was judged
",
    );
    out
}
