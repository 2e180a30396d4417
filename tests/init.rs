//! `tollgate init`: what it writes holds, explains itself and overwrites nothing.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests run the program and stop at what they did not expect"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

const CI: &str = ".github/workflows/ci.yml";
const WORKFLOW: &str = ".github/workflows/tollgate.yml";
const SLEEPS: &str = "on: push
permissions: { contents: read }
jobs:
  test:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps:
      - run: |
          docker compose up -d
          sleep 30
          docker compose exec -T web pytest
";

fn tree(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    root
}

fn tollgate(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tollgate")).current_dir(folder).args(args).output().unwrap()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Writes the files, and gives the policy once it has been seen to hold with the workflow beside it.
#[track_caller]
fn initialised(root: &Path) -> String {
    let output = tollgate(root, &["init", "--today", "2026-11-23"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("The policy holds: 0 errors, "), "{output:?}");
    let check = tollgate(root, &["check", "--today", "2026-11-23"]);
    assert_eq!(check.status.code(), Some(0), "{}", String::from_utf8_lossy(&check.stdout));
    assert!(root.join(WORKFLOW).is_file());
    fs::read_to_string(root.join("tollgate.yml")).unwrap()
}

#[test]
fn the_policy_holds_and_names_what_does_not_hold_yet() {
    let root = tree(&[(CI, SLEEPS), ("compose.yml", "services: { web: { image: \"nginx:1.27\" } }\n")]);
    let policy = initialised(root.path());
    assert!(policy.contains("extends: [docker-ci]") && policy.contains("(compose.yml)"), "{policy}");
    assert!(policy.contains(&format!("# 1 finding, the first at {CI}:10: ")), "{policy}");
    assert!(policy.contains("\n  sleep-as-wait: warning\n"), "{policy}");
    assert!(policy.contains("\n  tests: optional\n") && policy.contains("\n  coverage: optional\n"), "{policy}");
}

#[test]
fn what_was_measured_becomes_what_is_demanded() {
    let root = tempfile::tempdir().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/shop"), root.path());
    fs::remove_file(root.path().join("tollgate.yml")).unwrap();
    let policy = initialised(root.path());
    assert!(policy.contains("\n  tests: required\n") && policy.contains("\n  coverage: required\n"), "{policy}");
    assert!(policy.contains("\n  coverage-below-threshold: { level: error, line: 78 }\n"), "{policy}");
    assert!(policy.contains("\n  test-failed: warning\n"), "{policy}");
}

#[test]
fn every_line_is_explained() {
    let root = tree(&[(CI, SLEEPS), ("Dockerfile", "FROM alpine:latest\nCOPY . .\n")]);
    let policy = initialised(root.path());
    let workflow = fs::read_to_string(root.path().join(WORKFLOW)).unwrap();
    let mut before = "";
    for line in policy.lines() {
        let explained = line.is_empty() || line.trim_start().starts_with('#') || before.trim_start().starts_with('#');
        assert!(explained, "{line}\n{policy}");
        before = line;
    }
    assert!(workflow.matches("# ").count() > 4, "{workflow}");
}

#[test]
fn a_repository_without_images_gets_what_nearly_every_pipeline_wants() {
    let root = tree(&[(CI, "on: push\njobs: { a: { runs-on: ubuntu-24.04, steps: [{ run: make }] } }\n")]);
    assert!(initialised(root.path()).contains("extends: [recommended]"));
}

#[test]
fn nothing_is_overwritten_unasked() {
    let root = tree(&[(CI, SLEEPS), ("tollgate.yml", "mine")]);
    let read = || fs::read_to_string(root.path().join("tollgate.yml")).unwrap();
    let refused = tollgate(root.path(), &["init"]);
    assert_eq!(refused.status.code(), Some(2));
    let error = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(
        error,
        "error: tollgate.yml is there already; --dry-run shows what would be written, --force writes it\n"
    );
    let shown = tollgate(root.path(), &["init", "--dry-run", "--action", "o/tollgate@v1"]);
    assert!(String::from_utf8_lossy(&shown.stdout).contains("- uses: o/tollgate@v1\n"));
    assert_eq!((shown.status.code(), read().as_str(), root.path().join(WORKFLOW).exists()), (Some(0), "mine", false));
    assert_eq!(tollgate(root.path(), &["init", "--force"]).status.code(), Some(0));
    assert!(read().contains("extends: "));
    for args in [&["init", "no/such"][..], &["init", "--dry-run", "--action", "a/b@c\n- run: x"]] {
        assert_eq!(tollgate(root.path(), args).status.code(), Some(2), "{args:?}");
    }
}
