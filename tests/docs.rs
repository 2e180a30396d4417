//! What the documentation shows is what happens: its commands run, its policies load, its workflows hold.
#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "documents are files, and their commands processes"
)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{blocks, judge};
use tollgate::model::{OutcomeKind, Verdict};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All documents, by name.
fn documents() -> Vec<(String, String)> {
    let docs = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let all = docs.filter(|path| path.extension().is_some_and(|end| end == "md")).chain([root().join("README.md")]);
    let mut all: Vec<_> = all
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(path).unwrap()))
        .collect();
    all.sort();
    all
}

/// The blocks of shell commands, in order.
fn scripts(markdown: &str) -> Vec<String> {
    let parts = markdown.split("\n```sh\n").skip(1);
    parts.map(|part| part.split("\n```").next().unwrap().to_owned()).collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
#[cfg(unix)]
fn every_command_of_the_documentation_runs() {
    let binary = Path::new(env!("CARGO_BIN_EXE_tollgate")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let mut ran = 0;
    for (name, text) in documents() {
        let folder = tempfile::tempdir().unwrap();
        copy(&root().join("samples/shop"), folder.path());
        for script in scripts(&text) {
            // These build the whole project, and are what runs this test.
            if script.lines().any(|line| line.starts_with("cargo ")) {
                continue;
            }
            for command in script.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
                let output = Command::new("bash")
                    .args(["-o", "pipefail", "-c", command])
                    .current_dir(folder.path())
                    .env("PATH", &path)
                    .output()
                    .unwrap();
                let told = String::from_utf8_lossy(&output.stderr);
                // The sample does not hold its policy; wrong use is something else.
                let code = output.status.code();
                assert!(matches!(code, Some(0 | 1 | 3)), "{name}: `{command}` ends with {code:?}:\n{told}");
                ran += 1;
            }
        }
    }
    assert!(ran > 15, "only {ran} commands were found");
}

#[test]
fn every_policy_of_the_guides_loads() {
    let mut loaded = 0;
    for (name, text) in documents() {
        for (path, policy) in blocks(&text).iter().filter(|(path, _)| path == "tollgate.yml") {
            let report = tollgate::engine::load_policy(path, Some(policy), &|_| None);
            assert!(report.is_ok(), "{name}: {:?}", report.err());
            loaded += 1;
        }
    }
    assert!(loaded > 3);
}

#[test]
fn every_workflow_of_the_guides_holds_the_policy_of_its_kind() {
    let mut judged = 0;
    for name in ["getting-started.md", "merging.md", "recipes.md"] {
        let text = fs::read_to_string(root().join("docs").join(name)).unwrap();
        for (path, workflow) in blocks(&text).into_iter().filter(|(path, _)| path.starts_with(".github/")) {
            let policy = "version: 1\nextends: [recommended]\nrules: { job-without-timeout: error, upload-tolerates-missing: \
                          error, tests-outside-container: error, report-trapped-in-container: error }\n";
            let report = judge(&[(path.clone(), workflow)], policy);
            let found: Vec<_> = report.findings.iter().map(|finding| &finding.message).collect();
            let open = report.outcomes.iter().filter(|outcome| outcome.outcome == OutcomeKind::NoEvidence);
            let open: Vec<_> = open.map(|outcome| &outcome.rule).collect();
            assert!(report.verdict == Verdict::Pass, "{name}, {path}: {found:#?}, {open:?}");
            judged += 1;
        }
    }
    assert!(judged > 5);
}

#[test]
fn the_workflow_over_many_repositories_holds_the_strictest_pack() {
    let text = fs::read_to_string(root().join("docs/fleet.md")).unwrap();
    let workflows: Vec<_> = blocks(&text).into_iter().filter(|(path, _)| path.starts_with(".github/")).collect();
    assert_eq!(workflows.len(), 1);
    // What these ask for are other files.
    let policy = "version: 1\nextends: [strict]\nrules: { rollback-document-missing: off, workflow-without-backup: off, \
                  test-report-missing: off, coverage-report-missing: off }\n";
    let report = judge(&workflows, policy);
    let found: Vec<_> = report.findings.iter().map(|finding| &finding.message).collect();
    assert!(found.is_empty() && report.verdict == Verdict::Pass, "{found:#?}");
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    for (name, text) in documents() {
        let folder = if name == "README.md" { root() } else { root().join("docs") };
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            if !file.is_empty() && !file.contains("://") && !file.contains(' ') {
                assert!(folder.join(file).exists(), "{name} links to {target}");
            }
        }
    }
}

#[test]
fn the_list_of_rules_is_what_the_program_says() {
    let output = Command::new(env!("CARGO_BIN_EXE_tollgate")).args(["rules", "--format", "markdown"]).output().unwrap();
    let written = fs::read_to_string(root().join("docs/rules.md")).unwrap();
    let (_, table) = written.split_once("\n| rule |").unwrap();
    let now = String::from_utf8(output.stdout).unwrap();
    let (_, now) = format!("\n{now}").split_once("\n| rule |").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    assert!(
        table.trim_end() == now.trim_end(),
        "docs/rules.md is old: `tollgate rules --format markdown` has the table of today"
    );
}
