//! Paths as the host of a repository knows them: from its root, wherever in it the program was started.
#![expect(clippy::disallowed_methods, reason = "looks for the root of the repository")]

use crate::model::Report;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The report with paths from the root of the git repository that the working directory lies in: annotations and code
/// scanning look for files there. Unchanged outside of one, and paths that lead out of it.
pub(super) fn from_root(report: &Report, on_disk: &BTreeMap<String, PathBuf>, judged: &[PathBuf]) -> Report {
    let mut report = report.clone();
    let Some(here) = std::env::current_dir().ok().and_then(|folder| folder.canonicalize().ok()) else { return report };
    let Some(root) = root(&here) else { return report };
    let folder = match judged {
        [one] => one.canonicalize().ok().filter(|one| one.is_dir()),
        _ => None,
    };
    let mut places = Places { root: root.to_path_buf(), here: here.clone(), folder, on_disk, known: BTreeMap::new() };
    for finding in &mut report.findings {
        places.change(&mut finding.place.file);
        finding.related.iter_mut().for_each(|related| places.change(&mut related.place.file));
        finding.fix.edits.iter_mut().for_each(|edit| places.change(&mut edit.file));
    }
    report.waivers.iter_mut().for_each(|waiver| places.change(&mut waiver.place.file));
    report.files.iter_mut().for_each(|file| places.change(&mut file.path));
    for source in report.policy.sources.iter_mut().filter(|source| !source.pack) {
        let before = source.file.clone();
        places.change(&mut source.file);
        for outcome in report.outcomes.iter_mut().filter(|outcome| outcome.policy.file == before) {
            outcome.policy.file.clone_from(&source.file);
        }
    }
    report
}

struct Places<'d> {
    root: PathBuf,
    here: PathBuf,
    /// The one folder that was judged, which paths in it are relative to.
    folder: Option<PathBuf>,
    on_disk: &'d BTreeMap<String, PathBuf>,
    known: BTreeMap<String, String>,
}

impl Places<'_> {
    fn change(&mut self, path: &mut String) {
        if !self.known.contains_key(path.as_str()) {
            let changed = self.changed(path).unwrap_or_else(|| path.clone());
            self.known.insert(path.clone(), changed);
        }
        if let Some(changed) = self.known.get(path.as_str()) {
            path.clone_from(changed);
        }
    }

    fn changed(&self, path: &str) -> Option<String> {
        // A member of an archive lies where the archive does.
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        let found = ends.rev().find_map(|end| {
            let (outer, inner) = path.split_at_checked(end)?;
            Some((self.on_disk.get(outer)?, inner))
        });
        let (absolute, inner) = match found {
            Some((file, inner)) => (file.canonicalize().ok()?, inner),
            None if Path::new(path).is_absolute() => return None,
            // A policy is named from the working directory, a missing file from the folder that was judged.
            None => {
                let here = self.here.join(path);
                let lost = || Some(self.folder.as_ref()?.join(path)).filter(|file| file.exists() || !here.exists());
                (lost().unwrap_or(here), "")
            }
        };
        let below = absolute.strip_prefix(&self.root).ok()?.to_str()?;
        let below = if cfg!(windows) { below.replace('\\', "/") } else { below.to_owned() };
        Some(format!("{below}{inner}"))
    }
}

/// The nearest folder at or above the working directory that holds `.git`, which is a file in worktrees and submodules.
fn root(here: &Path) -> Option<&Path> {
    here.ancestors().find(|folder| folder.join(".git").exists())
}
