//! Files of several reports told apart: two shards may both have a `reports/junit.xml`.

use crate::model::{FileRecord, Report};
use std::collections::{BTreeMap, BTreeSet};

/// Digits of the hash that tell files of one path apart.
const DIGITS: usize = 8;

/// Stands between path and hash; no path holds it.
const BETWEEN: char = '\0';

/// Writes every path of a report as path and SHA-256 of the file, so that equal names of different files differ.
pub(super) fn identify(report: &mut Report) {
    let merged = report.merged.is_some();
    let known: BTreeMap<String, String> = report
        .files
        .iter()
        .filter(|file| !file.sha256.is_empty())
        .map(|file| (file.path.clone(), format!("{}{BETWEEN}{}", original(file, merged), file.sha256)))
        .collect();
    for file in &mut report.files {
        file.path = format!("{}{BETWEEN}{}", original(file, merged), file.sha256);
    }
    each_reference(report, &mut |path| {
        *path = known.get(path).cloned().unwrap_or_else(|| format!("{path}{BETWEEN}"));
    });
}

/// Gives every file its path back; those of one path and different content get `@` and the first digits of their hash.
/// A path that was named without a file is one more with unknown content: [`identify`] gives the same identities back.
pub(super) fn name(report: &mut Report) {
    let mut hashes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut add = |identity: &str| {
        let (path, hash) = split(identity);
        hashes.entry(path.to_owned()).or_default().insert(hash.to_owned());
    };
    report.files.iter().filter(|file| !file.sha256.is_empty()).for_each(|file| add(&file.path));
    each_reference(report, &mut |path| add(path));
    let shown = |identity: &str| {
        let (path, hash) = split(identity);
        let several = hashes.get(path).is_some_and(|hashes| hashes.len() > 1);
        match hash.get(..DIGITS).filter(|_| several) {
            Some(digits) => format!("{path}@{digits}"),
            None => path.to_owned(),
        }
    };
    for file in &mut report.files {
        file.path = shown(&file.path);
    }
    each_reference(report, &mut |path| *path = shown(path));
}

/// The path before [`name`] told it from others.
fn original(file: &FileRecord, merged: bool) -> &str {
    let without = || file.path.strip_suffix(file.sha256.get(..DIGITS)?)?.strip_suffix('@');
    without().filter(|_| merged).unwrap_or(&file.path)
}

pub(super) fn split(identity: &str) -> (&str, &str) {
    identity.rsplit_once(BETWEEN).unwrap_or((identity, ""))
}

/// Every path outside the list of files that may name one of it.
fn each_reference(report: &mut Report, edit: &mut dyn FnMut(&mut String)) {
    for finding in &mut report.findings {
        edit(&mut finding.place.file);
        finding.related.iter_mut().for_each(|related| edit(&mut related.place.file));
        finding.fix.edits.iter_mut().for_each(|change| edit(&mut change.file));
    }
    if let Some(tests) = &mut report.tests {
        tests.suites.iter_mut().for_each(|suite| edit(&mut suite.file));
        tests.failures.iter_mut().chain(&mut tests.slowest).for_each(|case| edit(&mut case.file));
        tests.reports.iter_mut().for_each(|report| edit(&mut report.file));
        let repeats = tests.unstable.iter_mut().chain(&mut tests.duplicates).chain(&mut tests.inconsistent);
        repeats.flat_map(|repeat| &mut repeat.results).for_each(|result| edit(&mut result.file));
    }
    for run in &mut report.runs {
        edit(&mut run.file);
        run.jobs.iter_mut().for_each(|job| edit(&mut job.file));
    }
    report.builds.iter_mut().for_each(|build| edit(&mut build.file));
    report.workflows.iter_mut().for_each(|workflow| edit(&mut workflow.file));
    report.waivers.iter_mut().for_each(|waiver| edit(&mut waiver.place.file));
}
