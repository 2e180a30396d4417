//! Merging of reports: its laws, what it adds up and what it must not, and the command.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests run the program and stop at what they did not expect"
)]

mod support;

use proptest::prelude::*;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use support::judge;
use tollgate::merge::{merge, read};
use tollgate::model::{Level, OutcomeKind, Report, Verdict};
use tollgate::render::json;

const WORKFLOW: &str = "on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - run: |
          docker compose up -d
          sleep 30
          docker compose exec -T web pytest
";
const POLICY: &str = "version: 1\nrules: { sleep-as-wait: error, test-failed: error, coverage-below-threshold: { level: \
                      warning, line: 80 }, job-without-timeout: warning, slow-test: info }\n";

/// A run of tests: `(name, passed)` each.
fn junit(suite: &str, cases: &[(&str, bool)]) -> String {
    let cases: String = cases
        .iter()
        .map(|(name, passed)| {
            let end = if *passed { "/>" } else { "><failure message=\"no\"/></testcase>" };
            format!("  <testcase classname=\"c\" name=\"{name}\" time=\"0.25\"{end}\n")
        })
        .collect();
    format!("<testsuite name=\"{suite}\">\n{cases}</testsuite>\n")
}

/// Lines of one source file, hit or not.
fn lcov(path: &str, hits: &[bool]) -> String {
    let lines: String =
        hits.iter().enumerate().map(|(at, hit)| format!("DA:{},{}\n", at + 1, u8::from(*hit))).collect();
    format!("SF:{path}\n{lines}end_of_record\n")
}

fn report(files: &[(&str, String)]) -> Report {
    let files: Vec<_> = files.iter().map(|(path, text)| ((*path).to_owned(), text.clone())).collect();
    // As it comes from a file.
    read(&json(&judge(&files, POLICY))).unwrap()
}

fn merged(reports: &[&Report]) -> Report {
    let report = merge(reports.iter().map(|report| (*report).clone()).collect(), Level::Error).unwrap();
    read(&json(&report)).unwrap()
}

fn outcome<'r>(report: &'r Report, rule: &str) -> &'r tollgate::model::Outcome {
    report.outcomes.iter().find(|outcome| outcome.rule == rule).unwrap()
}

fn tree() -> (&'static str, String) {
    (".github/workflows/ci.yml", WORKFLOW.to_owned())
}

#[test]
fn shards_on_one_tree_count_the_tree_once_and_their_tests_each() {
    let first = report(&[tree(), ("reports/junit.xml", junit("a", &[("x", true), ("y", true)]))]);
    let second = report(&[tree(), ("reports/junit.xml", junit("b", &[("z", true), ("w", false)]))]);
    let both = merged(&[&first, &second]);
    assert_eq!(both.verdict, Verdict::Fail);
    assert_eq!(both.findings.iter().filter(|finding| finding.rule == "sleep-as-wait").count(), 1);
    let sleeps = (outcome(&first, "sleep-as-wait"), outcome(&both, "sleep-as-wait"));
    assert_eq!((sleeps.0.subjects, sleeps.0.failing), (sleeps.1.subjects, sleeps.1.failing));
    let failed = outcome(&both, "test-failed");
    assert_eq!((failed.outcome, failed.subjects, failed.failing), (OutcomeKind::Failed, 4, 1));
    let tests = both.tests.as_ref().unwrap();
    assert_eq!((tests.counts.total, tests.counts.passed, tests.counts.failed, tests.distinct), (4, 3, 1, 4));
    assert_eq!((tests.suites.len(), tests.failures.len(), tests.superseded), (2, 1, 0));
    assert!((tests.counts.seconds - 1.0).abs() < 1e-9);
    // Two files of one name are told apart, wherever they are named.
    let paths: Vec<&str> = both.files.iter().map(|file| &*file.path).collect();
    assert_eq!(paths.len(), 3, "{paths:?}");
    assert!(paths[1].starts_with("reports/junit.xml@") && paths[2].starts_with("reports/junit.xml@"), "{paths:?}");
    assert!(paths.contains(&&*tests.failures[0].file));
}

#[test]
fn a_file_that_both_reports_read_counts_once() {
    let file = ("junit.xml", junit("a", &[("x", true), ("y", false)]));
    let first = report(&[tree(), file.clone()]);
    let second = report(&[tree(), file, ("more.xml", junit("b", &[("z", true)]))]);
    let both = merged(&[&first, &second]);
    let tests = both.tests.unwrap();
    assert_eq!((tests.counts.total, tests.counts.failed, tests.suites.len(), tests.failures.len()), (3, 1, 2, 1));
    assert_eq!(both.findings.iter().filter(|finding| finding.rule == "test-failed").count(), 1);
}

#[test]
fn tests_of_two_environments_are_counted_twice_and_are_not_more_tests() {
    let first = report(&[("linux/junit.xml", junit("a", &[("x", true), ("y", true)]))]);
    let second = report(&[("windows/junit.xml", junit("a", &[("x", true), ("y", false)]))]);
    let tests = merged(&[&first, &second]).tests.unwrap();
    assert_eq!((tests.counts.total, tests.distinct), (4, 2));
}

#[test]
fn coverage_of_one_source_in_two_reports_is_the_higher_count_and_says_so() {
    let first =
        report(&[("lcov.info", lcov("src/a.rs", &[true, true, false, false]) + &lcov("src/b.rs", &[true, true]))]);
    let second = report(&[("lcov.info", lcov("src/a.rs", &[false, false, false, true]) + &lcov("src/c.rs", &[false]))]);
    let coverage = merged(&[&first, &second]).coverage.unwrap();
    assert_eq!((coverage.line.covered, coverage.line.total, coverage.files.len()), (4, 7, 3));
    assert!(coverage.definition.contains("the highest counts"), "{}", coverage.definition);
    let alone = merged(&[&first, &report(&[tree()])]).coverage.unwrap();
    assert_eq!(Some(alone), first.coverage);
}

#[test]
fn missing_evidence_of_one_shard_is_missing() {
    let policy = "version: 1\nevidence: { tests: required }\n";
    let files = |files: &[(&str, String)]| -> Vec<(String, String)> {
        files.iter().map(|(path, text)| ((*path).to_owned(), text.clone())).collect()
    };
    let with = judge(&files(&[tree(), ("junit.xml", junit("a", &[("x", true)]))]), policy);
    let without = judge(&files(&[tree()]), policy);
    assert_eq!((with.verdict, without.verdict), (Verdict::Pass, Verdict::Incomplete));
    let both = merged(&[&with, &without]);
    assert_eq!(both.verdict, Verdict::Incomplete);
    assert_eq!(outcome(&both, "test-report-missing").outcome, OutcomeKind::NoEvidence);
    assert_eq!(both.summary.outcomes.no_evidence, 1);
}

#[test]
fn policies_keep_their_names() {
    let named = |name: &str| {
        let mut report = report(&[tree()]);
        report.policy.name = name.to_owned();
        report
    };
    let both = merged(&[&named("strict"), &named("docker-ci"), &named("strict")]);
    assert_eq!(both.policy.name, "docker-ci, strict");
}

#[test]
fn more_can_be_asked_of_a_merged_report_than_of_its_parts() {
    let workflow = WORKFLOW.replace("          sleep 30\n", "");
    let report = report(&[(".github/workflows/ci.yml", workflow)]);
    assert_eq!(report.verdict, Verdict::Pass);
    let stricter = merge(vec![report], Level::Warning).unwrap();
    assert_eq!(stricter.verdict, Verdict::Fail);
}

/// Reports of shards, legs and reruns, whose files are partly the same.
fn some_report() -> impl Strategy<Value = Report> {
    let cases = prop::collection::vec((prop::sample::select(vec!["x", "y", "z"]), any::<bool>()), 1..4);
    let results =
        (prop::sample::select(vec!["r/junit.xml", "r/other.xml"]), prop::sample::select(vec!["a", "b"]), cases);
    let lines = prop::collection::vec(any::<bool>(), 1..4);
    let coverage = (prop::sample::select(vec!["src/a.rs", "src/b.rs"]), lines);
    let timeout = prop::option::of(1..4_u8);
    (prop::collection::vec(results, 0..3), prop::option::of(coverage), prop::option::of(timeout)).prop_map(
        |(results, coverage, workflow)| {
            let mut files: Vec<(&str, String)> = Vec::new();
            for (path, suite, cases) in results {
                if files.iter().all(|(known, _)| *known != path) {
                    files.push((path, junit(suite, &cases)));
                }
            }
            files.extend(coverage.map(|(path, hits)| ("lcov.info", lcov(path, &hits))));
            files.extend(workflow.map(|timeout| {
                let timeout = timeout.map_or(String::new(), |minutes| format!("    timeout-minutes: {minutes}\n"));
                (".github/workflows/ci.yml", WORKFLOW.replace("    steps", &format!("{timeout}    steps")))
            }));
            report(&files)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn merging_is_commutative(a in some_report(), b in some_report()) {
        prop_assert_eq!(json(&merged(&[&a, &b])), json(&merged(&[&b, &a])));
    }

    #[test]
    fn merging_is_associative(a in some_report(), b in some_report(), c in some_report()) {
        let all = json(&merged(&[&a, &b, &c]));
        prop_assert_eq!(&json(&merged(&[&merged(&[&a, &b]), &c])), &all);
        prop_assert_eq!(&json(&merged(&[&a, &merged(&[&b, &c])])), &all);
    }

    #[test]
    fn merging_is_idempotent(a in some_report(), b in some_report()) {
        prop_assert_eq!(&merged(&[&a, &a]), &a);
        let both = merged(&[&a, &b]);
        for again in [merged(&[&both, &a]), merged(&[&b, &both]), merged(&[&both, &both])] {
            prop_assert_eq!(json(&again), json(&both));
        }
    }

    #[test]
    fn no_finding_and_no_file_is_lost(a in some_report(), b in some_report()) {
        let both = merged(&[&a, &b]);
        let known: Vec<_> = both.findings.iter().map(|finding| (&finding.fingerprint, finding.place.offset)).collect();
        for finding in a.findings.iter().chain(&b.findings) {
            prop_assert!(known.contains(&(&finding.fingerprint, finding.place.offset)));
        }
        for file in a.files.iter().chain(&b.files) {
            prop_assert!(both.files.iter().any(|known| known.sha256 == file.sha256 && known.kind == file.kind));
        }
        prop_assert_eq!(both.summary.errors + both.summary.warnings + both.summary.infos, both.findings.len());
    }
}

fn tollgate(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    command.current_dir(folder).args(args).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn the_command_writes_and_prints_the_merged_report() {
    let folder = tempfile::tempdir().unwrap();
    let first = report(&[tree(), ("junit.xml", junit("a", &[("x", true)]))]);
    let second = report(&[tree(), ("junit.xml", junit("b", &[("y", true)]))]);
    fs::write(folder.path().join("1.json"), json(&first)).unwrap();
    fs::write(folder.path().join("2.json"), format!("\u{feff}{}", json(&second))).unwrap();
    let args = ["merge", "1.json", "2.json", "--format", "json", "--output", "all.md", "--output", "all.sarif"];
    let output = tollgate(folder.path(), &args);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), json(&merged(&[&first, &second])));
    assert!(folder.path().join("all.md").exists() && folder.path().join("all.sarif").exists());
    let quiet = tollgate(folder.path(), &["merge", "2.json", "1.json", "--quiet"]);
    assert!(text(&quiet.stdout).starts_with("FAIL  1 error, 1 warning"), "{}", text(&quiet.stdout));
}

#[test]
fn what_is_no_report_of_this_schema_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let good = json(&report(&[tree()]));
    fs::write(folder.path().join("good.json"), &good).unwrap();
    for (name, content, reason) in [
        ("future.json", good.replace("tollgate-report/1", "tollgate-report/2"), "has the schema `tollgate-report/2`"),
        ("alien.json", "{\"schema\": \"x\\u001b[31m<script>\"}".to_owned(), "has the schema `x\\u{1b}[31m<script>`"),
        ("list.json", "[]".to_owned(), "is no report of Tollgate"),
        ("half.json", good.get(..good.len() / 2).unwrap().to_owned(), "is not valid JSON"),
        ("empty.json", String::new(), "is not valid JSON"),
        ("deep.json", format!("{{\"schema\": {}", "[".repeat(100_000)), "is n"),
    ] {
        fs::write(folder.path().join(name), content).unwrap();
        let output = tollgate(folder.path(), &["merge", "good.json", name]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert_eq!(text(&output.stdout), "", "{name}");
        let told = text(&output.stderr);
        assert!(told.starts_with(&format!("error: {name}: ")) && told.contains(reason), "{name}: {told}");
        assert!(!told.contains('\u{1b}'), "{told:?}");
    }
    assert_eq!(tollgate(folder.path(), &["merge", "none.json"]).status.code(), Some(2));
    assert_eq!(tollgate(folder.path(), &["merge"]).status.code(), Some(2));
}

#[test]
fn numbers_that_no_run_has_do_not_overflow() {
    let mut report = report(&[tree(), ("junit.xml", junit("a", &[("x", true)])), ("lcov.info", lcov("a", &[true]))]);
    let tests = report.tests.as_mut().unwrap();
    (tests.suites[0].counts.total, tests.suites[0].counts.seconds, tests.distinct) = (u64::MAX, f64::MAX, u64::MAX);
    report.coverage.as_mut().unwrap().files[0].line.total = u64::MAX;
    report.outcomes[0].subjects = usize::MAX;
    let mut other = report.clone();
    other.files.iter_mut().for_each(|file| file.sha256 = "0".repeat(64));
    let both = merged(&[&report, &other]);
    assert_eq!(both.tests.unwrap().counts.total, u64::MAX);
}
