//! A session: files that are judged again and asked about.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use serde_json::{Value, json};
use tollgate::engine::{self, Request};
use tollgate::input::{Content, Limits, Origin, RawFile};
use tollgate::model::{Baseline, Date, Level, Report, Status, Verdict};
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

fn policy(text: &str) -> Option<Choice> {
    Some(Choice::Text { name: "tollgate.yml".to_owned(), text: text.to_owned() })
}

fn failing(report: &Report) -> Vec<&str> {
    report.findings.iter().map(|finding| finding.rule.as_str()).collect()
}

#[test]
fn files_that_were_read_once_are_judged_by_one_policy_after_another() {
    let mut session = open(&[("lcov.info", COVERAGE)]);
    for (line, verdict) in [(80, Verdict::Fail), (75, Verdict::Pass), (76, Verdict::Fail)] {
        let text = format!("version: 1\nrules:\n  coverage-below-threshold: {{ level: error, line: {line} }}\n");
        assert_eq!(session.judge(policy(&text), today()).unwrap().verdict, verdict, "{line}");
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
    assert!(failing(session.judge(policy(edited), today()).unwrap()).is_empty());
}

#[test]
fn a_wrong_policy_is_refused_with_places_and_leaves_the_last_report() {
    let mut session = open(&[(WORKFLOW, SLEEPY)]);
    let before = render::json(session.judge(None, today()).unwrap());
    let Err(Refusal::Policy(problems)) = session.judge(policy("version: 1\nrules:\n  sleep-as-wiat: error\n"), today())
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
