//! Collects the files that are to be judged, as git sees them.

use super::load::{in_words, load, read_within};
use crate::input::{Content, Limits, Origin, RawFile, detect};
use ignore::{DirEntry, WalkBuilder};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Component, Path, PathBuf};

/// Name of what came from standard input.
const STDIN: &str = "stdin";

/// What was found below the given paths.
#[derive(Debug, Default)]
pub struct Collected {
    /// The files, sorted by path. One that exists but cannot be read is [`Content::Failed`].
    pub files: Vec<RawFile>,
    /// Where each file that was found on disk lies, by its path in `files`.
    pub on_disk: BTreeMap<String, PathBuf>,
    /// Paths that were named but do not exist, folders that cannot be walked at all, and limits that cut the search, in
    /// words. Each is a [`Content::Failed`] in `files` as well, so that no report passes over it in silence.
    pub errors: Vec<String>,
}

/// Collects files from `paths` and `evidence`: files, folders, and `-` for a zip on standard input.
///
/// A file that is named is read whatever its name is. Folders are walked without following symbolic links and without
/// `.git` and `node_modules`; only files of [`wanted`](detect::wanted) names are loaded. Below `paths` the `.gitignore`
/// files in the folder given, and below it, are respected, also outside git repositories; those above are not, so that
/// a folder that is itself ignored can be named. Below `evidence` nothing is ignored: artifacts usually are.
///
/// Paths are relative to the folder when `paths` is exactly one folder (from `.github` on when it lies within one, for a
/// workflow is known by its path), otherwise as given, with `/`. What lies in both is taken once, as part of the tree.
pub fn collect(paths: &[PathBuf], evidence: &[PathBuf], limits: &Limits) -> Collected {
    let mut collector = Collector { limits, collected: Collected::default(), seen: BTreeSet::new(), stdin: false };
    for path in paths {
        let base = if paths.len() == 1 && path.is_dir() { inside_github(path) } else { shown(path) };
        collector.path(path, &base, Origin::Tree);
    }
    for path in evidence {
        collector.path(path, &shown(path), Origin::Evidence);
    }
    let mut collected = collector.collected;
    collected.files.sort_by(|a, b| a.path.cmp(&b.path));
    collected
}

impl Collected {
    /// Adds the unified diff of the change under judgement: a file, or `-` for standard input. When it lies among the
    /// files as well, it is no part of those.
    pub fn add_diff(&mut self, path: &Path, limits: &Limits) {
        let stdin = path.as_os_str() == "-";
        let name = if stdin { STDIN.to_owned() } else { shown(path) };
        let content = if !stdin && path.is_dir() {
            Content::Failed { bytes: 0, reason: "is a folder, and no diff".to_owned() }
        } else if !stdin {
            load(path, limits)
        } else if self.files.iter().any(|file| file.path == STDIN) {
            Content::Failed { bytes: 0, reason: "standard input was read before".to_owned() }
        } else {
            read_within(&mut io::stdin().lock(), limits)
        };
        if let Content::Failed { reason, .. } = &content {
            self.errors.push(format!("{}: {reason}", path.display()));
        }
        if let Ok(canonical) = path.canonicalize() {
            let on_disk = &self.on_disk;
            let is_it = |file: &RawFile| {
                let other = on_disk.get(&file.path).filter(|other| other.file_name() == path.file_name());
                other.is_some_and(|other| other.canonicalize().is_ok_and(|other| other == canonical))
            };
            self.files.retain(|file| !is_it(file));
        }
        self.files.push(RawFile { path: name, content, origin: Origin::Diff });
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
    }
}

struct Collector<'a> {
    limits: &'a Limits,
    collected: Collected,
    /// Canonical paths of what was taken.
    seen: BTreeSet<PathBuf>,
    stdin: bool,
}

impl Collector<'_> {
    fn path(&mut self, path: &Path, base: &str, origin: Origin) {
        if path.as_os_str() == "-" {
            self.standard_input(origin);
            return;
        }
        match path.metadata() {
            Ok(metadata) if metadata.is_dir() => self.folder(path, base, origin),
            Ok(_) => {
                let canonical = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
                let limits = self.limits;
                self.take(path, canonical, base.to_owned(), origin, || load(path, limits));
            }
            Err(error) => self.missing(path, in_words(&error), origin),
        }
    }

    fn folder(&mut self, root: &Path, base: &str, origin: Origin) {
        let canonical = root.canonicalize().unwrap_or_else(|_| root.to_path_buf());
        let respects_ignore_files = origin == Origin::Tree;
        let walk = WalkBuilder::new(root)
            .standard_filters(false)
            .git_ignore(respects_ignore_files)
            .require_git(false)
            // So that the limit cuts at the same file on every machine.
            .sort_by_file_name(Ord::cmp)
            .filter_entry(|entry| entry.depth() == 0 || !is_skipped_folder(entry))
            .build();
        for entry in walk {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.failed(&error, root, base, origin);
                    continue;
                }
            };
            let Ok(below) = entry.path().strip_prefix(root) else { continue };
            let Some(file_type) = entry.file_type().filter(|file_type| !file_type.is_dir()) else { continue };
            let relative = shown(below);
            let path = joined(base, &relative);
            let limits = self.limits;
            let going_on = self.take(entry.path(), canonical.join(below), path, origin, || {
                if file_type.is_symlink() {
                    return Content::Skipped { reason: "symbolic link, not followed".to_owned() };
                }
                if !file_type.is_file() {
                    return Content::Skipped { reason: "no regular file".to_owned() };
                }
                if detect::wanted(&relative) {
                    return load(entry.path(), limits);
                }
                Content::NotWanted { bytes: entry.metadata().map_or(0, |metadata| metadata.len()) }
            });
            if !going_on {
                self.missing(root, format!("{}; the rest was left out", self.limits.exceeded("files")), origin);
                return;
            }
        }
    }

    /// Records a place that could not be walked, such as a folder without permission.
    fn failed(&mut self, error: &ignore::Error, root: &Path, base: &str, origin: Origin) {
        let reason = error.io_error().map_or_else(|| error.to_string(), in_words);
        match place_of(error).and_then(|place| place.strip_prefix(root).ok()) {
            Some(below) if below != Path::new("") => {
                let path = joined(base, &shown(below));
                self.collected.files.push(RawFile { path, content: Content::Failed { bytes: 0, reason }, origin });
            }
            _ => self.missing(root, reason, origin),
        }
    }

    /// Records that a given path, or a part of it, could not be had.
    fn missing(&mut self, given: &Path, reason: String, origin: Origin) {
        self.collected.errors.push(format!("{}: {reason}", given.display()));
        let path = Some(shown(given)).filter(|path| !path.is_empty()).unwrap_or_else(|| ".".to_owned());
        self.collected.files.push(RawFile { path, content: Content::Failed { bytes: 0, reason }, origin });
    }

    /// Adds a file unless it was taken before; `false` when there is no room for more.
    fn take(
        &mut self,
        on_disk: &Path,
        canonical: PathBuf,
        path: String,
        origin: Origin,
        content: impl FnOnce() -> Content,
    ) -> bool {
        if self.seen.contains(&canonical) {
            return true;
        }
        if self.collected.files.len() as u64 >= self.limits.files {
            return false;
        }
        self.seen.insert(canonical);
        self.collected.on_disk.entry(path.clone()).or_insert_with(|| on_disk.to_path_buf());
        self.collected.files.push(RawFile { path, content: content(), origin });
        true
    }

    fn standard_input(&mut self, origin: Origin) {
        if std::mem::replace(&mut self.stdin, true) {
            return;
        }
        let content = read_within(&mut io::stdin().lock(), self.limits);
        self.collected.files.push(RawFile { path: STDIN.to_owned(), content, origin });
    }
}

/// The path of an error of the walk.
fn place_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => place_of(err),
        _ => None,
    }
}

/// Where a folder lies within `.github`, itself included; empty outside. A workflow is one by its path, also when only
/// a part of the path was given.
fn inside_github(folder: &Path) -> String {
    let Ok(canonical) = folder.canonicalize() else { return String::new() };
    let shown = shown(&canonical);
    shown
        .rfind("/.github")
        .and_then(|at| shown.get(at + 1..))
        .filter(|rest| *rest == ".github" || rest.starts_with(".github/"))
        .unwrap_or_default()
        .to_owned()
}

fn joined(base: &str, relative: &str) -> String {
    if base.is_empty() { relative.to_owned() } else { format!("{}/{relative}", base.trim_end_matches('/')) }
}

/// Folders that hold nothing of the pipeline's own.
fn is_skipped_folder(entry: &DirEntry) -> bool {
    let folder = entry.file_type().is_some_and(|file_type| file_type.is_dir());
    folder && matches!(entry.file_name().to_str(), Some(".git" | "node_modules"))
}

/// A path as it is shown: `/` between its parts, no `.` in front or between.
fn shown(path: &Path) -> String {
    let mut shown = String::new();
    for component in path.components() {
        match component {
            Component::CurDir => continue,
            Component::RootDir => {}
            other => {
                if !shown.is_empty() && !shown.ends_with('/') {
                    shown.push('/');
                }
                shown.push_str(&other.as_os_str().to_string_lossy().replace('\\', "/"));
                continue;
            }
        }
        shown.push('/');
    }
    shown
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "makes the trees that are walked")]
mod tests {
    use super::*;
    use std::fs;

    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        root
    }

    fn paths(collected: &Collected) -> Vec<&str> {
        collected.files.iter().map(|file| file.path.as_str()).collect()
    }

    fn content<'a>(collected: &'a Collected, path: &str) -> &'a Content {
        &collected.files.iter().find(|file| file.path == path).unwrap().content
    }

    #[test]
    fn a_folder_is_walked_as_git_sees_it() {
        let root = tree(&[
            (".gitignore", "coverage/\n*.log.md\n"),
            (".github/workflows/ci.yml", "on: push"),
            (".git/config.yml", ""),
            ("node_modules/x/action.yml", ""),
            ("coverage/lcov.info", ""),
            ("a.log.md", ""),
            ("logo.png", "12345"),
        ]);
        let collected = collect(&[root.path().to_path_buf()], &[], &Limits::default());
        assert_eq!(paths(&collected), [".github/workflows/ci.yml", ".gitignore", "logo.png"]);
        assert!(
            matches!(content(&collected, ".github/workflows/ci.yml"), Content::Bytes(bytes) if bytes == b"on: push")
        );
        assert!(matches!(content(&collected, "logo.png"), Content::NotWanted { bytes: 5 }));
        assert_eq!(collected.on_disk["logo.png"], root.path().join("logo.png"));
        assert_eq!(collected.errors, [""; 0]);
    }

    #[test]
    fn evidence_is_taken_even_if_ignored_and_only_once() {
        let root = tree(&[(".gitignore", "out/\n"), ("out/junit.xml", "<a/>"), ("README.md", "")]);
        let path = root.path().to_path_buf();
        let collected =
            collect(std::slice::from_ref(&path), &[path.join("out"), path.join("README.md")], &Limits::default());
        let out = format!("{}/junit.xml", shown(&path.join("out")));
        assert_eq!(paths(&collected), [".gitignore", out.as_str(), "README.md"]);
        let origins: Vec<_> = collected.files.iter().map(|file| file.origin).collect();
        assert_eq!(origins, [Origin::Tree, Origin::Evidence, Origin::Tree]);
    }

    #[test]
    fn what_is_named_is_read_even_if_ignored_or_unwanted() {
        let root = tree(&[(".gitignore", "*\n"), ("out/a.golden", "<a/>"), ("out/b.md", "")]);
        let (file, folder) = (root.path().join("out/a.golden"), root.path().join("out"));
        let collected = collect(&[file.clone(), folder.clone()], &[], &Limits::default());
        assert_eq!(paths(&collected), [shown(&file), format!("{}/b.md", shown(&folder))]);
        assert!(matches!(content(&collected, &shown(&file)), Content::Bytes(_)));
    }

    #[test]
    fn a_folder_within_github_keeps_that_part_of_its_path() {
        let root = tree(&[(".github/workflows/ci.yml", "broken"), (".github/CODEOWNERS", "")]);
        for (folder, expected) in
            [(".github", ".github/workflows/ci.yml"), (".github/workflows", ".github/workflows/ci.yml")]
        {
            let collected = collect(&[root.path().join(folder)], &[], &Limits::default());
            assert!(paths(&collected).contains(&expected), "{folder}: {:?}", paths(&collected));
        }
    }

    #[test]
    fn a_path_that_does_not_exist_is_an_error() {
        let collected = collect(&[PathBuf::from("no/such/path")], &[PathBuf::from("nor/this")], &Limits::default());
        assert_eq!(collected.errors, ["no/such/path: does not exist", "nor/this: does not exist"]);
        assert_eq!(paths(&collected), ["no/such/path", "nor/this"]);
        assert!(collected.files.iter().all(|file| matches!(file.content, Content::Failed { .. })));
    }

    #[test]
    fn a_diff_is_taken_by_any_name_and_only_once() {
        let root = tree(&[("change.patch", "diff"), ("b.md", "")]);
        let (tree, diff) = (root.path().to_path_buf(), root.path().join("change.patch"));
        let mut collected = collect(&[tree], &[], &Limits::default());
        collected.add_diff(&diff, &Limits::default());
        collected.add_diff(Path::new("no/such.diff"), &Limits::default());
        let diffs: Vec<_> = collected.files.iter().filter(|file| file.origin == Origin::Diff).collect();
        assert_eq!(diffs.len(), 2);
        assert!(matches!(content(&collected, &shown(&diff)), Content::Bytes(bytes) if bytes == b"diff"));
        assert_eq!(collected.files.iter().filter(|file| file.path.ends_with("change.patch")).count(), 1);
        assert_eq!(collected.errors, ["no/such.diff: does not exist"]);
    }

    #[test]
    fn limits_are_kept_before_loading() {
        let root = tree(&[("a.md", "12345"), ("b.md", "1"), ("c.md", "")]);
        let mut limits = Limits::default();
        limits.set("file_bytes", "4").unwrap();
        let collected = collect(&[root.path().to_path_buf()], &[], &limits);
        assert!(
            matches!(content(&collected, "a.md"), Content::Failed { bytes: 5, reason } if reason.contains("file_bytes"))
        );
        assert!(matches!(content(&collected, "b.md"), Content::Bytes(_)));
        limits.set("files", "2").unwrap();
        let collected = collect(&[root.path().to_path_buf()], &[], &limits);
        assert_eq!(paths(&collected)[1..], ["a.md", "b.md"]);
        assert!(collected.errors[0].contains("over the limit `files` (2)"), "{:?}", collected.errors);
    }

    #[cfg(unix)]
    #[test]
    fn symbolic_links_are_told_but_not_followed() {
        let root = tree(&[("real/a.md", "")]);
        std::os::unix::fs::symlink(root.path().join("real"), root.path().join("folder")).unwrap();
        std::os::unix::fs::symlink(root.path().join("real/a.md"), root.path().join("b.md")).unwrap();
        let collected = collect(&[root.path().to_path_buf()], &[], &Limits::default());
        assert_eq!(paths(&collected), ["b.md", "folder", "real/a.md"]);
        assert!(matches!(content(&collected, "b.md"), Content::Skipped { .. }));
    }

    #[test]
    fn paths_are_shown_with_slashes_and_without_dots() {
        for (path, expected) in
            [(".", ""), ("./a/./b", "a/b"), ("a/b/", "a/b"), ("../a", "../a"), ("/", "/"), ("/a/b", "/a/b")]
        {
            assert_eq!(shown(Path::new(path)), expected, "{path}");
        }
    }
}
