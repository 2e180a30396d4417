//! Two reports side by side.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use support::{raw, today};
use tollgate::compare;
use tollgate::engine::{self, Request};
use tollgate::input::Limits;
use tollgate::model::{Level, OutcomeKind, Ratio, Report};

const WORKFLOW: &str = ".github/workflows/ci.yml";
const STEPS: &str = "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n";
const SLEEP: &str = "      - run: docker compose up -d && sleep 30 && pytest\n";
const LATEST: &str = "      - run: docker run alpine:latest true\n";

fn judge(policy: &str, files: &[(&str, String)]) -> Report {
    let policy = engine::load_policy("tollgate.yml", Some(&format!("version: 1\n{policy}")), &|_| None).unwrap();
    let files = files.iter().map(|(path, text)| raw(path, text.as_str())).collect();
    let limits = Limits::default();
    engine::analyze(Request { files, limits, fail_on: Level::Error, today: today(), baseline: None }, &policy)
}

const RULES: &str = "rules: { sleep-as-wait: error, unpinned-image: warning }\n";

fn messages<'r>(report: &'r Report, numbers: &[usize]) -> Vec<&'r str> {
    numbers.iter().filter_map(|number| report.findings.get(*number)).map(|finding| finding.rule.as_str()).collect()
}

#[test]
fn findings_are_matched_wherever_they_moved_and_rules_by_their_outcome() {
    let before = judge(RULES, &[(WORKFLOW, format!("{STEPS}{SLEEP}"))]);
    let after = judge(RULES, &[(WORKFLOW, format!("# moved\n\n{STEPS}{SLEEP}{LATEST}"))]);
    let changes = compare::changes(&before, &after);
    assert_eq!(messages(&after, &changes.appeared), ["unpinned-image"]);
    assert!(changes.gone.is_empty() && changes.relevelled.is_empty());
    let rules: Vec<_> = changes.rules.iter().map(|rule| (rule.rule.as_str(), rule.before, rule.after)).collect();
    assert_eq!(rules, [("unpinned-image", Some(OutcomeKind::NotApplicable), Some(OutcomeKind::Failed))]);
    let back = compare::changes(&after, &before);
    assert_eq!((messages(&after, &back.gone), back.appeared.len()), (vec!["unpinned-image"], 0));
    assert_eq!(compare::changes(&after, &after), compare::Changes::default());
}

#[test]
fn another_policy_turns_rules_off_and_changes_levels() {
    let files = [(WORKFLOW, format!("{STEPS}{SLEEP}{LATEST}"))];
    let before = judge(RULES, &files);
    let after = judge("rules: { sleep-as-wait: warning }\n", &files);
    let changes = compare::changes(&before, &after);
    assert_eq!(messages(&after, &changes.relevelled), ["sleep-as-wait"]);
    assert_eq!(messages(&before, &changes.gone), ["unpinned-image"]);
    assert_eq!(changes.rules.iter().map(|rule| rule.after).collect::<Vec<_>>(), [None]);
}

/// A suite: its name, and of each case the name, the time and whether it fails.
type Suite<'s> = (&'s str, &'s [(&'s str, &'s str, bool)]);

fn junit(suites: &[Suite<'_>]) -> String {
    let case = |(name, time, fails): &(&str, &str, bool)| {
        let inner = if *fails { "<failure message=\"no\"/>" } else { "" };
        format!("<testcase classname=\"c\" name=\"{name}\" time=\"{time}\">{inner}</testcase>")
    };
    let suite = |(name, cases): &Suite<'_>| {
        format!("<testsuite name=\"{name}\">{}</testsuite>", cases.iter().map(case).collect::<String>())
    };
    format!("<testsuites>{}</testsuites>", suites.iter().map(suite).collect::<String>())
}

#[test]
fn tests_that_fail_now_are_gone_or_slower_are_told() {
    let report = |suites: &[Suite<'_>]| judge(RULES, &[("junit.xml", junit(suites))]).tests.unwrap();
    let before = report(&[
        ("api", &[("a", "1", false), ("b", "2", true), ("c", "0.01", false)]),
        ("old", &[("x", "0.1", false)]),
        ("web", &[("w", "0.1", false)]),
    ]);
    let after = report(&[
        ("api", &[("a", "3", true), ("b", "2.05", false), ("c", "0.05", false)]),
        ("web", &[("w", "0.1", false), ("v", "0.1", false)]),
    ]);
    let changes = compare::tests(&before, &after);
    let names = |numbers: &[usize], cases: &[tollgate::model::CaseRecord]| -> Vec<String> {
        numbers.iter().filter_map(|number| cases.get(*number)).map(compare::name).collect()
    };
    assert_eq!(names(&changes.failing, &after.failures), ["api › c › a"]);
    assert_eq!(names(&changes.mended, &before.failures), ["api › c › b"]);
    let suites: Vec<_> = changes
        .suites
        .iter()
        .map(|suite| (suite.name.as_str(), suite.before.map(|c| c.total), suite.after.map(|c| c.total)))
        .collect();
    assert_eq!(suites, [("old", Some(1), None), ("web", Some(1), Some(2))]);
    let slower: Vec<_> = changes.slower.iter().map(|pair| (pair.name.as_str(), pair.before, pair.after)).collect();
    assert_eq!(slower, [("api › c › a", Some(1.0), Some(3.0))]);
}

fn lcov(files: &[(&str, u32, u32)]) -> String {
    let file = |(path, hit, all): &(&str, u32, u32)| {
        let lines: Vec<_> = (1..=*all).map(|line| format!("DA:{line},{}\n", u32::from(line <= *hit))).collect();
        let lines = lines.concat();
        format!("SF:{path}\n{lines}end_of_record\n")
    };
    files.iter().map(file).collect()
}

#[test]
fn coverage_by_file_is_compared_without_rounding_the_greatest_fall_first() {
    let report = |files: &[(&str, u32, u32)]| judge(RULES, &[("lcov.info", lcov(files))]).coverage.unwrap();
    let before = report(&[("a", 9, 10), ("b", 5, 10), ("c", 1, 2), ("d", 1, 1)]);
    let after = report(&[("a", 8, 10), ("b", 1, 10), ("c", 2, 4), ("e", 1, 1)]);
    let found = compare::coverage(&before, &after);
    let names: Vec<_> = found.iter().map(|pair| pair.name.as_str()).collect();
    assert_eq!(names, ["b", "a", "d", "e"]);
    assert!(compare::is_lower(Ratio { covered: 79_996, total: 100_000 }, Ratio { covered: 4, total: 5 }));
    assert!(!compare::is_lower(Ratio { covered: 4, total: 5 }, Ratio { covered: 8, total: 10 }));
}

#[test]
fn times_of_runs_and_jobs_are_compared_by_name_where_the_name_is_one() {
    let run = |seconds: u32| {
        let job = |name: &str, end: u32| {
            format!(
                r#"{{"name":"{name}","status":"completed","conclusion":"success","startedAt":"2026-01-01T00:00:00Z","completedAt":"2026-01-01T00:{:02}:{:02}Z","steps":[]}}"#,
                end / 60,
                end % 60
            )
        };
        let jobs = [job("test", seconds), job("twice", 5), job("twice", 6)].join(",");
        let text = format!(
            r#"{{"databaseId":1,"workflowName":"CI","status":"completed","conclusion":"success","startedAt":"2026-01-01T00:00:00Z","jobs":[{jobs}]}}"#
        );
        judge(RULES, &[("run.json", text)]).runs
    };
    let found = compare::runs(&run(60), &run(90));
    let found: Vec<_> = found.iter().map(|pair| (pair.name.as_str(), pair.before, pair.after)).collect();
    assert_eq!(found, [("CI", Some(60.0), Some(90.0)), ("CI › test", Some(60.0), Some(90.0))]);
}
