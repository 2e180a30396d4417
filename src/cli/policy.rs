//! Finds the policy and reads it, and `tollgate policy`.
#![expect(clippy::disallowed_methods, reason = "policies are files")]

mod schema;
mod show;
mod test;

use super::args::{Color, Format, PolicyArgs, PolicyCommand};
use super::walk::Collected;
use super::{Exit, check, output};
use crate::engine;
use crate::input::{Content, RawFile, text};
use crate::model::Level;
use crate::policy::{self, PACKS, Policy, PolicyError, did_you_mean};
use crate::render::text::{Colors, diagnostic, plural, shown};
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

/// Where a policy lies when nothing is said.
const DEFAULT_FILES: [&str; 4] = ["tollgate.yml", "tollgate.yaml", ".github/tollgate.yml", ".github/tollgate.yaml"];

pub(super) fn run(command: &PolicyCommand) -> Exit {
    match command {
        PolicyCommand::Check(args) => with_policy(args, |policy| output::finish(&summary(policy), Exit::Holds)),
        PolicyCommand::Show(args) => with_policy(&args.policy, |policy| {
            let text = match args.format {
                Format::Json => show::json(policy),
                Format::Text => show::text(policy, output::colors(args.policy.color)),
            };
            output::finish(&text, Exit::Holds)
        }),
        PolicyCommand::Test(args) => with_policy(&args.policy, |policy| {
            let Some(today) = check::today(args.today) else { return Exit::Usage };
            if policy.tests.is_empty() {
                output::error(&format!("{} has no tests, so nothing is proved", policy.info.name));
                return Exit::Incomplete;
            }
            let tested = test::test(policy, today, output::colors(args.policy.color));
            output::finish(&tested.text, if tested.failed == 0 { Exit::Holds } else { Exit::Fails })
        }),
        PolicyCommand::Schema => output::finish(&schema::schema(), Exit::Holds),
    }
}

/// Loads the policy that was named, or that of this folder, and does something with it.
fn with_policy(args: &PolicyArgs, work: impl FnOnce(&Policy) -> Exit) -> Exit {
    let default = DEFAULT_FILES.into_iter().find(|file| Path::new(file).is_file());
    let Some(name) = args.policy.as_deref().or(default) else {
        output::error("there is no tollgate.yml here; name a policy or a pack");
        return Exit::Usage;
    };
    match named(name) {
        Ok(policy) => work(&policy),
        Err(problem) => refuse(problem, args.color, "the policy is wrong"),
    }
}

/// Says why there is no policy, and what that means.
fn refuse(problem: Problem, color: Color, consequence: &str) -> Exit {
    match problem {
        Problem::Missing(message) => output::error(&message),
        Problem::Invalid(errors) => {
            output::note(errors_text(&errors, output::error_colors(color)).trim_end());
            output::error(consequence);
        }
    }
    Exit::Usage
}

/// `tollgate.yml is valid: 34 rules on, 2 off, 1 waiver, 3 tests`.
fn summary(policy: &Policy) -> String {
    format!(
        "{} is valid: {} on, {} off, {}, {}\n",
        shown(&policy.info.name),
        plural(policy.rules.len() + policy.checks.len(), "rule", "rules"),
        policy.off.len(),
        plural(policy.waivers.len(), "waiver", "waivers"),
        plural(policy.tests.len(), "test", "tests"),
    )
}

/// As [`load`]; what is wrong is said, and there is no policy then.
pub(super) fn load_or_say(
    asked: Option<&str>,
    paths: &[PathBuf],
    collected: &Collected,
    color: Color,
) -> Option<Policy> {
    let loaded = load(asked, paths, collected);
    loaded.map_err(|problem| refuse(problem, color, "the policy is wrong; nothing was judged")).ok()
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
    let text = read(Path::new(name), MAX_BYTES).map_err(|reason| {
        let packs: Vec<&str> = PACKS.iter().map(|(pack, _)| *pack).collect();
        let hint = match did_you_mean(name, packs.iter().copied()) {
            Some(near) => format!("did you mean the pack `{near}`?"),
            None => format!("packs are {}", packs.join(", ")),
        };
        Problem::Missing(format!("policy `{name}`: {reason}; {hint}"))
    })?;
    let shown = if cfg!(windows) { name.replace('\\', "/") } else { name.to_owned() };
    Ok(engine::load_policy(&shown, Some(&text), &|path| read(Path::new(path), MAX_BYTES).ok())?)
}

/// A policy of the tree: its name, and those that it extends, are relative to the folder that was given.
fn of_tree(path: &str, collected: &Collected) -> Result<Policy, Problem> {
    let missing = |reason: &str| Problem::Missing(format!("policy `{path}`: {reason}"));
    let text = match collected.files.iter().find(|file| file.path == path) {
        Some(RawFile { content: Content::Bytes(bytes), .. }) => decoded(bytes.clone()).map_err(|r| missing(&r))?,
        Some(RawFile { content: Content::Static(bytes), .. }) => decoded(bytes.to_vec()).map_err(|r| missing(&r))?,
        Some(RawFile { content: Content::Skipped { reason } | Content::Failed { reason, .. }, .. }) => {
            return Err(missing(reason));
        }
        _ => return Err(missing("was not read")),
    };
    let root = collected.on_disk.get(path).and_then(|on_disk| on_disk.ancestors().nth(path.split('/').count()));
    let root = root.unwrap_or(Path::new("")).to_path_buf();
    Ok(engine::load_policy(path, Some(&text), &|extended| read(&root.join(extended), MAX_BYTES).ok())?)
}

pub(super) fn read(path: &Path, limit: u64) -> Result<String, String> {
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => error.to_string(),
    };
    let file = File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > limit {
        return Err(format!("larger than {limit} bytes"));
    }
    decoded(bytes)
}

fn decoded(bytes: Vec<u8>) -> Result<String, String> {
    match text::decode(bytes) {
        decoded if decoded.status == crate::model::FileStatus::Read => Ok(decoded.text.into_owned()),
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
    out
}
