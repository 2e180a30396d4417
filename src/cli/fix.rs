//! `tollgate fix`.
#![expect(clippy::disallowed_methods, reason = "changing files is this module's work")]

use super::args::FixArgs;
use super::check::today;
use super::walk::collect;
use super::{Exit, output, policy};
use crate::engine::Request;
use crate::fix::{self, Fixed, Fixes, Scope};
use crate::model::Level;
use crate::render::text::{Colors, shown};
use similar::TextDiff;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(super) fn run(args: &FixArgs) -> Exit {
    if args.paths.iter().any(|path| path.as_os_str() == "-") {
        output::error("files on standard input cannot be fixed in place; name files or folders");
        return Exit::Usage;
    }
    let limits = args.limits();
    let collected = collect(&args.paths, &[], &limits);
    for error in &collected.errors {
        output::error(error);
    }
    let Some(policy) = policy::load_or_say(args.policy.as_deref(), &args.paths, &collected, args.color) else {
        return Exit::Usage;
    };
    let Some(today) = today(args.today) else { return Exit::Usage };
    let request = Request { files: collected.files, limits, fail_on: Level::Info, today };
    let fixes = fix::fix(request, &policy, if args.all { Scope::All } else { Scope::Safe });
    let mut exit = if collected.errors.is_empty() { Exit::Holds } else { Exit::Incomplete };
    let mut printed = String::new();
    let colors = output::colors(args.color);
    let roots: Vec<PathBuf> = args.paths.iter().filter_map(|path| root(path)).collect();
    let mut done = Vec::new();
    for fixed in &fixes.files {
        let Some(path) = collected.on_disk.get(&fixed.path) else { continue };
        if !args.dry_run
            && let Err(reason) = replace(path, &roots, fixed)
        {
            output::error(&format!("{}: not changed: {reason}", path.display()));
            exit = Exit::Usage;
            continue;
        }
        done.push(fixed);
        printed.push_str(&diff(path, fixed, colors));
    }
    if args.dry_run && !done.is_empty() && exit == Exit::Holds {
        exit = Exit::Fails;
    }
    let exit = output::finish(&printed, exit);
    output::note(summary(&done, &fixes, args).trim_end());
    exit
}

/// The folder whose files may be changed when a path was given.
fn root(given: &Path) -> Option<PathBuf> {
    let folder = if given.is_dir() { given.to_path_buf() } else { given.parent()?.to_path_buf() };
    let folder = if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder };
    folder.canonicalize().ok()
}

/// Gives a file its new text: to a new file beside, which then takes its name. Nothing is done when the file is not what
/// was read, or lies elsewhere than it seems to.
fn replace(path: &Path, roots: &[PathBuf], fixed: &Fixed) -> Result<(), String> {
    let in_words = |error: io::Error| error.to_string();
    let metadata = fs::symlink_metadata(path).map_err(in_words)?;
    if !metadata.is_file() {
        return Err("it is a symbolic link or no regular file".to_owned());
    }
    if metadata.permissions().readonly() {
        return Err("it is read-only".to_owned());
    }
    let name = path.file_name().ok_or("it has no name")?;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = parent.canonicalize().map_err(in_words)?;
    if !roots.iter().any(|root| folder.starts_with(root)) {
        return Err("it lies outside of what was given".to_owned());
    }
    let path = folder.join(name);
    let beside = folder.join(format!(".{}.{}.part", name.to_string_lossy(), std::process::id()));
    let write = || -> Result<(), String> {
        let mut file = File::create_new(&beside).map_err(in_words)?;
        file.write_all(fixed.after.as_bytes()).map_err(in_words)?;
        file.set_permissions(metadata.permissions()).map_err(in_words)?;
        file.sync_all().map_err(in_words)?;
        // Looked at as late as can be.
        if fs::read(&path).map_err(in_words)? != fixed.before.as_bytes() {
            return Err("it has changed since it was read".to_owned());
        }
        fs::rename(&beside, &path).map_err(in_words)
    };
    let written = write();
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Longest time for the shortest diff; after it comes a longer one.
const DIFF_TIME: Duration = Duration::from_secs(2);

/// A unified diff. On a terminal, what would steer it is made visible; anywhere else it is a patch, byte for byte.
fn diff(path: &Path, fixed: &Fixed, colors: Colors) -> String {
    let path = path.to_string_lossy();
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.into_owned() };
    let path = path.trim_start_matches("./").trim_start_matches('/');
    let diff = TextDiff::configure().timeout(DIFF_TIME).diff_lines(&fixed.before, &fixed.after);
    let plain = diff.unified_diff().header(&format!("a/{path}"), &format!("b/{path}")).to_string();
    let on_terminal = io::stdout().is_terminal();
    if colors == Colors::Plain && !on_terminal {
        return plain;
    }
    let mut out = String::with_capacity(plain.len() * 2);
    for line in plain.split_inclusive('\n') {
        let text = line.trim_end_matches(['\r', '\n']);
        let text = if on_terminal { shown(text) } else { text.to_owned() };
        let color = match (colors, text.get(..1)) {
            (Colors::Ansi, Some("-")) => "\u{1b}[31m",
            (Colors::Ansi, Some("+")) => "\u{1b}[32m",
            (Colors::Ansi, Some("@")) => "\u{1b}[36m",
            _ => "",
        };
        let end = if color.is_empty() { "" } else { "\u{1b}[0m" };
        let _ = writeln!(out, "{color}{text}{end}");
    }
    out
}

/// What was done, and what is left.
fn summary(done: &[&Fixed], fixes: &Fixes, args: &FixArgs) -> String {
    let mut made: BTreeMap<String, usize> = BTreeMap::new();
    for (rule, edits) in done.iter().flat_map(|fixed| &fixed.edits) {
        *made.entry(rule.clone()).or_default() += edits;
    }
    let mut out = String::new();
    let verb = if args.dry_run { "would fix" } else { "fixed" };
    if done.is_empty() {
        out.push_str(if fixes.files.is_empty() { "nothing to fix\n" } else { "nothing was fixed\n" });
    } else {
        let count = made.values().sum();
        let _ =
            writeln!(out, "{verb} {} in {}: {}", counted(count, "place"), counted(done.len(), "file"), listed(&made));
    }
    if !fixes.unsafe_left.is_empty() {
        let _ = writeln!(out, "with --unsafe, more can be fixed: {}", listed(&fixes.unsafe_left));
    }
    if !fixes.by_hand.is_empty() {
        let _ = writeln!(out, "needs a hand (see `tollgate check`): {}", listed(&fixes.by_hand));
    }
    out
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn listed(counts: &BTreeMap<String, usize>) -> String {
    let each: Vec<String> = counts.iter().map(|(rule, count)| format!("{rule} ({count})")).collect();
    each.join(", ")
}
