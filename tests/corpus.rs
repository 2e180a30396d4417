//! Real files, in the folder that `TOLLGATE_CORPUS` names (any tree of files): every one ends with a status and without
//! a panic, and the findings are printed for reading.
#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
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
use tollgate::model::{FileStatus, Level, Report};

fn corpus() -> PathBuf {
    std::env::var_os("TOLLGATE_CORPUS").map(PathBuf::from).unwrap()
}

fn check(path: &Path, policy: &str) -> Report {
    let limits = Limits::default();
    let collected = walk::collect(&[path.to_path_buf()], &[], &limits);
    assert!(collected.errors.is_empty(), "{:?}", collected.errors);
    let policy = engine::load_policy(policy, None, &|_| None).unwrap();
    engine::analyze(
        Request { files: collected.files, limits, fail_on: Level::Error, today: today(), baseline: None },
        &policy,
    )
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

/// What independent parsers say of a file's syntax; `None` where the oracles do not know the file.
fn opinion(name: &str, validity: &serde_json::Value, yaml: &serde_json::Value) -> Option<(bool, String)> {
    let key = format!("malformed/{name}");
    let said = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    // YAML 1.2, as in ruamel, allows an anchor twice.
    if let Some(ruamel) = yaml.get(&key).and_then(|parsers| parsers.get("ruamel")) {
        return Some((ruamel["ok"] == true, said(ruamel.get("message").unwrap_or(&"ok".into()))));
    }
    let file = validity.get(&key)?;
    if let Some(xml) = file.get("xml") {
        // An encoding that one of the two does not know says nothing about the file.
        return Some((xml["expat"] == "ok" || xml["libxml2"] == "ok", said(&xml["libxml2"])));
    }
    let json = file.get("json")?;
    // Events line by line are no single JSON text and right all the same.
    Some((json == "ok" || file.get("json_lines").is_some(), said(json)))
}

#[test]
#[ignore = "reads the folder that TOLLGATE_CORPUS names"]
fn broken_files_end_as_they_deserve() {
    let corpus = corpus();
    let oracle = |name: &str| -> serde_json::Value {
        serde_json::from_str(&std::fs::read_to_string(corpus.join("oracles").join(name)).unwrap()).unwrap()
    };
    let (validity, yaml) = (oracle("validity.json"), oracle("yaml.json"));
    let mut wrong = Vec::new();
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for path in entries(&corpus.join("malformed")) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let report = check(&path, "recommended");
        let [file] = report.files.as_slice() else { panic!("{name} is one file: {:?}", report.files) };
        let (valid, said) = opinion(&name, &validity, &yaml).unwrap_or((true, "no opinion".to_owned()));
        let line = format!(
            "{name}\n    oracle: {} ({})\n    here: {} {}: {}",
            if valid { "valid" } else { "broken" },
            said.lines().next().unwrap_or_default(),
            file.kind,
            file.status,
            file.note
        );
        println!("{line}");
        *counts.entry((if valid { "valid" } else { "broken" }, file.status.word())).or_default() += 1;
        let told = !file.note.is_empty();
        // A valid text may still be no valid workflow or action; its syntax must not be the reason.
        let refused = file.note.contains("not valid YAML") || file.note.contains("no JSON");
        let right = match file.status {
            FileStatus::Read => valid || told,
            FileStatus::Ignored => told,
            FileStatus::PartlyRead | FileStatus::Unreadable => told && (!valid || !refused),
        };
        if !right {
            wrong.push(line);
        }
    }
    println!("{counts:#?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
