//! Real files, in the folder that `TOLLGATE_CORPUS` names (any tree of files): every one ends with a status and without
//! a panic, and the findings are printed for reading.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests look at files and stop at what they did not expect"
)]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use support::today;
use tollgate::cli::walk;
use tollgate::engine::{self, Request};
use tollgate::input::Limits;
use tollgate::model::{Level, Report};

fn corpus() -> PathBuf {
    std::env::var_os("TOLLGATE_CORPUS").map(PathBuf::from).unwrap()
}

fn check(path: &Path, policy: &str) -> Report {
    let limits = Limits::default();
    let collected = walk::collect(&[path.to_path_buf()], &[], &limits);
    assert!(collected.errors.is_empty(), "{:?}", collected.errors);
    let policy = engine::load_policy(policy, None, &|_| None).unwrap();
    engine::analyze(Request { files: collected.files, limits, fail_on: Level::Error, today: today() }, &policy)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder).into_iter().flatten().map(|e| e.unwrap().path()).collect();
    found.sort();
    found
}

fn print(title: &str, files: usize, reports: &[Report]) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut lines = String::new();
    for finding in reports.iter().flat_map(|r| &r.findings) {
        *counts.entry(&finding.rule).or_default() += 1;
        let place = &finding.place;
        let _ = writeln!(lines, "{} {}:{}: {}", finding.rule, place.file, place.line, finding.message);
    }
    println!("{title}: {} findings in {files} files {counts:#?}\n{lines}", counts.values().sum::<usize>());
}

#[test]
#[ignore = "reads the folder that TOLLGATE_CORPUS names"]
fn every_file_alone_ends_with_a_status() {
    let corpus = corpus();
    for folder in entries(&corpus).iter().filter(|path| path.is_dir() && !path.ends_with("repos")) {
        let files: Vec<PathBuf> = entries(folder).into_iter().filter(|path| path.is_file()).collect();
        let reports: Vec<Report> = files.iter().map(|file| check(file, "recommended")).collect();
        for (file, report) in files.iter().zip(&reports) {
            assert!(!report.files.is_empty(), "{} has no status", file.display());
        }
        print(&folder.display().to_string(), files.len(), &reports);
    }
}

#[test]
#[ignore = "reads the folder that TOLLGATE_CORPUS names"]
fn every_repository_is_judged_as_a_tree() {
    let corpus = corpus();
    for repository in entries(&corpus.join("repos")) {
        let report = check(&repository, "recommended");
        let workflows = report.workflows.len();
        print(&format!("{} ({workflows} workflows)", repository.display()), report.files.len(), &[report]);
    }
}
