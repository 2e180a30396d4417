//! The samples of the page say what they are said to be.
#![allow(clippy::unwrap_used, missing_docs)]
#![allow(clippy::disallowed_methods, reason = "the samples are read from their folders")]

use std::fs;
use std::path::Path;
use tollgate::input::{Content, Limits, Origin, RawFile};
use tollgate::model::{FileStatus, OutcomeKind, Report, Verdict};
use tollgate::session::Session;

fn files(folder: &Path, below: &str, found: &mut Vec<RawFile>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{below}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            files(&entry.path(), &format!("{path}/"), found);
        } else {
            found.push(RawFile {
                path,
                content: Content::Bytes(fs::read(entry.path()).unwrap()),
                origin: Origin::Tree,
            });
        }
    }
}

/// By their own policy, or the pack that holds without one.
fn judge(sample: &str) -> Report {
    let mut found = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(sample), "", &mut found);
    let mut session = Session::open(found, &Limits::default());
    session.judge(None, "2026-11-24".parse().unwrap()).unwrap().clone()
}

fn outcome(report: &Report, rule: &str) -> OutcomeKind {
    report.outcomes.iter().find(|outcome| outcome.rule == rule).unwrap().outcome
}

#[test]
fn the_shop_breaks_the_policy_that_it_brings_along() {
    let report = judge("shop");
    assert_eq!((report.verdict, report.policy.name.as_str()), (Verdict::Fail, "tollgate.yml"));
    for rule in ["sleep-as-wait", "coverage-below-threshold", "test-failed"] {
        assert_eq!(outcome(&report, rule), OutcomeKind::Failed, "{rule}");
    }
}

#[test]
fn the_tidy_project_holds_the_pack_of_containers_without_a_finding() {
    let report = judge("tidy");
    assert_eq!(report.findings.iter().map(|finding| &finding.message).collect::<Vec<_>>(), Vec::<&String>::new());
    assert_eq!(report.verdict, Verdict::Pass);
    assert!(report.policy.sources.iter().any(|source| source.file == "docker-ci"));
    for rule in ["tests-outside-container", "coverage-below-threshold", "test-report-missing", "backup-unusable"] {
        assert_eq!(outcome(&report, rule), OutcomeKind::Passed, "{rule}");
    }
}

#[test]
fn of_the_torn_files_each_is_told_how_far_it_was_read() {
    let report = judge("torn");
    assert_eq!(report.verdict, Verdict::Fail);
    let status = |path: &str| report.files.iter().find(|file| file.path == path).unwrap().status;
    for (path, expected) in [
        (".github/workflows/ci.yml", FileStatus::Read),
        (".github/workflows/nightly.yml", FileStatus::Unreadable),
        ("reports/junit.xml", FileStatus::PartlyRead),
        ("reports/lcov.info", FileStatus::PartlyRead),
        ("logo.txt", FileStatus::Ignored),
    ] {
        assert_eq!(status(path), expected, "{path}");
    }
}
