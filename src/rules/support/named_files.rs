//! Which file of the input a report means by a path of another machine.

use crate::evidence::{Evidence, File};
use std::collections::BTreeMap;

/// The files that have a text, by their names.
pub(in crate::rules) struct NamedFiles<'e>(BTreeMap<&'e str, Vec<&'e File<'e>>>);

impl<'e> NamedFiles<'e> {
    pub(in crate::rules) fn new(evidence: &'e Evidence<'_>) -> Self {
        let mut by_name: BTreeMap<&str, Vec<&File<'_>>> = BTreeMap::new();
        for file in evidence.files.iter().filter(|file| !file.source.text.is_empty()) {
            by_name.entry(file.name()).or_default().push(file);
        }
        Self(by_name)
    }

    /// The one file that shares the longest ending with a path. An absolute path is of a machine, whose folders nobody
    /// here knows, so two parts are enough where the file lies deeper; a relative one is of the repository, so all of it
    /// must be found.
    pub(in crate::rules) fn find(&self, path: &str) -> Option<&'e File<'e>> {
        let name = path.rsplit('/').next()?;
        let mut best: Option<(usize, bool)> = None;
        let mut found = None;
        for file in self.0.get(name)? {
            let shared = shared_parts(file.path(), path);
            let of_file = parts(file.path()).count();
            let enough = if path.starts_with('/') || path.contains(':') {
                shared == of_file || shared >= 2
            } else {
                shared == parts(path).count() || (shared == of_file && shared >= 2)
            };
            if !enough {
                continue;
            }
            let rank = (shared, shared == of_file);
            if best.is_none_or(|best| rank > best) {
                (best, found) = (Some(rank), Some(*file));
            } else if best == Some(rank) {
                found = None;
            }
        }
        found
    }
}

fn parts(path: &str) -> impl DoubleEndedIterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

fn shared_parts(a: &str, b: &str) -> usize {
    parts(a).rev().zip(parts(b).rev()).take_while(|(a, b)| a == b).count()
}
