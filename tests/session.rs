//! A session: files that are judged again and asked about.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use serde_json::{Value, json};
use tollgate::engine::{self, Request};
use tollgate::input::{Content, Limits, Origin, RawFile};
use tollgate::model::{
    Baseline, Date, Level, ParameterInForce, PolicyInForce, PolicyPlace, Report, Status, Unit, Verdict,
};
use tollgate::render;
use tollgate::session::{Choice, Refusal, SOURCE_LIMIT, Session};

const WORKFLOW: &str = ".github/workflows/ci.yml";
const SLEEPY: &str = "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: |\n          docker compose up -d\n          sleep 30\n          pytest\n";
const COVERAGE: &str = "SF:a.py\nDA:1,1\nDA:2,1\nDA:3,1\nDA:4,0\nend_of_record\n";

fn raw(files: &[(&str, &str)]) -> Vec<RawFile> {
    let file = |(path, text): &(&str, &str)| RawFile {
        path: (*path).to_owned(),
        content: Content::Bytes(text.as_bytes().to_vec()),
        origin: Origin::Tree,
    };
    files.iter().map(file).collect()
}

fn open(files: &[(&str, &str)]) -> Session {
    Session::open(raw(files), &Limits::default())
}

fn today() -> Date {
    "2026-11-24".parse().unwrap()
}

fn policy(text: &str) -> Choice {
    Choice::Text { name: "tollgate.yml".to_owned(), text: text.to_owned() }
}

fn failing(report: &Report) -> Vec<&str> {
    report.findings.iter().map(|finding| finding.rule.as_str()).collect()
}

#[test]
fn files_that_were_read_once_are_judged_by_one_policy_after_another() {
    let mut session = open(&[("lcov.info", COVERAGE)]);
    for (line, verdict) in [(80, Verdict::Fail), (75, Verdict::Pass), (76, Verdict::Fail)] {
        let text = format!("version: 1\nrules:\n  coverage-below-threshold: {{ level: error, line: {line} }}\n");
        assert_eq!(session.judge(Some(policy(&text)), today()).unwrap().verdict, verdict, "{line}");
    }
    assert_eq!(session.judge(None, today()).unwrap().verdict, Verdict::Fail);
}

#[test]
fn a_session_says_what_the_engine_says() {
    let files = [(WORKFLOW, SLEEPY), ("lcov.info", COVERAGE)];
    let mut session = open(&files);
    let pack = engine::load_policy("docker-ci", None, &|_| None).unwrap();
    let limits = Limits::default();
    let request = Request { files: raw(&files), limits, fail_on: Level::Error, today: today(), baseline: None };
    let expected = render::json(&engine::analyze(request, &pack));
    session.judge(Some(Choice::Own), today()).unwrap();
    session.judge(Some(Choice::Pack("docker-ci".to_owned())), today()).unwrap();
    assert_eq!(session.render("json"), Ok(expected));
}

#[test]
fn the_files_own_policy_is_taken_and_may_extend_files_of_the_session() {
    let mut session = open(&[
        (WORKFLOW, SLEEPY),
        ("tollgate.yml", "version: 1\nextends: [./rules/base.yml]\n"),
        ("rules/base.yml", "version: 1\nrules: { sleep-as-wait: error }\n"),
    ]);
    assert_eq!(failing(session.judge(None, today()).unwrap()), ["sleep-as-wait"]);
    let edited = "version: 1\nextends: [./rules/base.yml]\nrules: { sleep-as-wait: off }\n";
    assert!(failing(session.judge(Some(policy(edited)), today()).unwrap()).is_empty());
}

#[test]
fn a_wrong_policy_is_refused_with_places_and_leaves_the_last_report() {
    let mut session = open(&[(WORKFLOW, SLEEPY)]);
    let before = render::json(session.judge(None, today()).unwrap());
    let Err(Refusal::Policy(problems)) =
        session.judge(Some(policy("version: 1\nrules:\n  sleep-as-wiat: error\n")), today())
    else {
        unreachable!("it was not refused")
    };
    let [problem] = &problems[..] else { unreachable!("{problems:?}") };
    assert_eq!((problem.place.line, problem.place.column), (3, 3));
    assert_eq!(problem.hint, "did you mean `sleep-as-wait`?");
    assert_eq!(session.render("json"), Ok(before));
}

#[test]
fn a_baseline_stays_until_it_is_taken_away() {
    let mut session = open(&[(WORKFLOW, SLEEPY)]);
    let first = render::json(session.judge(None, today()).unwrap());
    session.compare_with(Some(Baseline::read("before.json", &first).unwrap()));
    for _ in 0..2 {
        let report = session.judge(Some(Choice::Own), today()).unwrap();
        assert_eq!(report.baseline.as_ref().unwrap().file, "before.json");
        assert!(report.findings.iter().all(|finding| finding.status == Status::Known));
    }
    session.compare_with(None);
    assert!(session.judge(None, today()).unwrap().baseline.is_none());
}

#[test]
fn nothing_is_written_before_anything_was_judged_or_in_an_unknown_format() {
    let mut session = open(&[(WORKFLOW, SLEEPY)]);
    assert!(session.render("json").is_err());
    session.judge(None, today()).unwrap();
    assert!(session.render("docx").is_err());
    assert!(session.details("weather", "").is_err());
}

fn source(answer: &str) -> Value {
    serde_json::from_str(answer).unwrap()
}

#[test]
fn the_text_of_a_file_is_handed_out_up_to_a_limit() {
    let large = format!("# é\n{}", "x".repeat(SOURCE_LIMIT));
    let session = open(&[(WORKFLOW, SLEEPY), ("ROLLBACK.md", &large), ("photo.png", "not really")]);
    let told = |path: &str| session.details("source", path);
    assert_eq!(
        source(&told(WORKFLOW).unwrap()),
        json!({ "path": WORKFLOW, "text": SLEEPY, "bytes": SLEEPY.len(), "cut": false })
    );
    let cut = source(&told("ROLLBACK.md").unwrap());
    assert_eq!((cut["cut"].as_bool(), cut["text"].as_str().unwrap().len()), (Some(true), SOURCE_LIMIT));
    assert!(told("photo.png").unwrap_err().contains("not kept"));
    assert!(told("no/such").unwrap_err().contains("no such file"));
}

fn in_force(session: &Session) -> PolicyInForce {
    serde_json::from_str(&session.details("policy", "").unwrap()).unwrap()
}

fn parameter<'p>(policy: &'p PolicyInForce, rule: &str, name: &str) -> &'p ParameterInForce {
    let rule = policy.rules.iter().find(|one| one.rule == rule).unwrap();
    rule.parameters.iter().find(|parameter| parameter.name == name).unwrap()
}

#[test]
fn the_policy_in_force_is_told_with_the_line_of_each_value() {
    let own = "version: 1\nextends: [docker-ci]\nrules:\n  coverage-below-threshold: { line: 90 }\n  sleep-as-wait: off\nchecks:\n  my-own: { assert: 'size(workflows) > 0' }\n";
    let mut session = open(&[(WORKFLOW, SLEEPY), ("tollgate.yml", own)]);
    session.judge(None, today()).unwrap();
    let policy = in_force(&session);
    assert_eq!((policy.name.as_str(), policy.text.as_str(), policy.pack), ("tollgate.yml", own, false));
    let line = parameter(&policy, "coverage-below-threshold", "line");
    assert_eq!((line.value.as_deref(), line.from.as_ref().map(|from| from.line)), (Some("90"), Some(4)));
    assert_eq!(line.about, "lowest coverage of lines, in percent (default 80).");
    let rule = |id: &str| policy.rules.iter().find(|rule| rule.rule == id).unwrap();
    assert_eq!(rule("sleep-as-wait").level, None);
    assert_eq!(rule("tests-outside-container").from.file, "docker-ci");
    assert_eq!(rule("my-own").from, PolicyPlace { file: "tollgate.yml".to_owned(), line: 7 });

    session.judge(Some(Choice::Pack("docker-ci".to_owned())), today()).unwrap();
    let pack = in_force(&session);
    assert_eq!((pack.name.as_str(), pack.pack), ("docker-ci", true));
    assert_eq!(Some(pack.text.as_str()), tollgate::policy::pack("docker-ci"));
}

#[test]
fn numbers_are_told_with_what_they_count() {
    let mut session = open(&[]);
    session.judge(Some(Choice::Pack("docker-ci".to_owned())), today()).unwrap();
    let policy = in_force(&session);
    for (rule, name, value, unit, high, step) in [
        ("coverage-below-threshold", "line", Some("80"), Unit::Percent, "100", "1"),
        ("coverage-below-threshold", "branch", None, Unit::Percent, "100", "1"),
        ("run-over-budget", "max_seconds", Some("300"), Unit::Time, "600", "5"),
        ("step-over-budget", "max_seconds", Some("120"), Unit::Time, "300", "5"),
        ("healthcheck-too-slow", "max_seconds", Some("120"), Unit::Seconds, "300", "5"),
        ("rollback-objective", "max_minutes", Some("5"), Unit::Minutes, "10", "0.5"),
        ("artifact-retention", "max", Some("90"), Unit::Plain, "200", "1"),
    ] {
        let number = parameter(&policy, rule, name).number.as_ref().unwrap();
        let told = (number.value.as_deref(), number.unit, number.high.as_str(), number.step.as_str());
        assert_eq!(told, (value, unit, high, step), "{rule} {name}");
    }
    let budget = policy.rules.iter().find(|one| one.rule == "run-over-budget").unwrap();
    let names: Vec<_> = budget.parameters.iter().map(|one| (one.name.as_str(), one.number.is_some())).collect();
    assert_eq!(names, [("max_seconds", true), ("workflows", false)]);
}

#[test]
fn a_documented_default_is_what_a_rule_does_without_the_parameter() {
    let files = [("lcov.info", COVERAGE), ("Dockerfile", "FROM python:3.13\n"), (WORKFLOW, SLEEPY)];
    let mut session = open(&files);
    let all: Vec<_> = tollgate::rules::REGISTRY.iter().map(|rule| format!("  {}: error\n", rule.meta.id)).collect();
    let all = all.concat();
    session.judge(Some(policy(&format!("version: 1\nrules:\n{all}"))), today()).unwrap();
    let defaults: Vec<(String, String, String)> = in_force(&session)
        .rules
        .iter()
        .flat_map(|rule| rule.parameters.iter().map(|one| (rule.rule.clone(), one)))
        .filter(|(_, one)| one.value.is_none())
        .filter_map(|(rule, one)| Some((rule, one.name.clone(), one.number.as_ref()?.value.clone()?)))
        .collect();
    assert!(defaults.len() > 15, "{defaults:?}");
    for (rule, name, value) in defaults {
        let mut by = |setting: &str| {
            let text = format!("version: 1\nrules:\n  {rule}: {setting}\n");
            let report = session.judge(Some(policy(&text)), today()).unwrap();
            (report.outcomes.clone(), report.findings.clone())
        };
        let written = format!("{{ level: error, {name}: {value} }}");
        let (left, right) = (by("error"), by(&written));
        assert_eq!(
            (&left.0[0].outcome, &left.0[0].facts, left.1),
            (&right.0[0].outcome, &right.0[0].facts, right.1),
            "{rule} {name}"
        );
    }
}

#[test]
fn a_value_of_a_policy_is_changed_in_its_text() {
    let session = open(&[]);
    let set = |list: Value| session.details("set", &list.to_string());
    let text = "version: 1\nrules:\n  slow-test: error # for now\n";
    let told: String = serde_json::from_str(&set(json!([text, "slow-test", "max_seconds", "2m"])).unwrap()).unwrap();
    assert_eq!(told, "version: 1\nrules:\n  slow-test: { level: error, max_seconds: 2m } # for now\n");
    assert!(set(json!(["- a", "slow-test", "max_seconds", "1"])).unwrap_err().contains("slow-test"));
    assert!(set(json!("nonsense")).is_err());
}

#[test]
fn the_documentation_of_a_rule_is_told() {
    let session = open(&[]);
    let told: String = serde_json::from_str(&session.details("rule", "sleep-as-wait").unwrap()).unwrap();
    assert!(told.contains("# When to waive"));
    assert!(session.details("rule", "sleep-as-wiat").is_err());
}
