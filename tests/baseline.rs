//! Baselines from outside: what is known, what is new, and what is gone.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests look at files and stop at what they did not expect"
)]

mod support;

use support::judge;
use tollgate::model::{Baseline, Report, SCHEMA, Status, Verdict};
use tollgate::render::json;

const IMAGES: &str = "version: 1\nrules: { unpinned-image: error }\n";

fn file(path: &str, text: &str) -> (String, String) {
    (path.to_owned(), text.to_owned())
}

/// Judges `now` with the report on `before` as the baseline.
fn compared(before: (&str, &str), now: (&str, &str), policies: [&str; 2]) -> Report {
    let earlier = judge(&[file(before.0, before.1)], policies[0]);
    judge(&[file(now.0, now.1), file("baseline.json", &json(&earlier))], policies[1])
}

/// New and known places, and those that are gone.
fn counts(report: &Report) -> (usize, usize, usize) {
    let of = |status| {
        let findings = report.findings.iter().filter(move |finding| finding.status == status);
        findings.map(|finding| 1 + finding.other_fingerprints.len()).sum()
    };
    (of(Status::New), of(Status::Known), report.baseline.as_ref().unwrap().gone.iter().map(|gone| gone.places).sum())
}

#[test]
fn findings_are_known_by_what_they_are_and_not_by_where_they_stand() {
    let compose = "services:\n  a: { image: redis }\n  b: { image: mysql }\n";
    for (name, before, now, expected) in [
        ("the same", compose, compose, (0, 2, 0)),
        (
            "edits above",
            compose,
            "# new\n\nx-note: 1\nservices:\n  z: { image: 'a:1' }\n  a: { image: redis }\n  b: { image: mysql }\n",
            (0, 2, 0),
        ),
        ("another order", compose, "services:\n  b: { image: mysql }\n  a: { image: redis }\n", (0, 2, 0)),
        (
            "one more",
            compose,
            "services:\n  a: { image: redis }\n  b: { image: mysql }\n  c: { image: redis }\n",
            (1, 2, 0),
        ),
        ("another image", compose, "services:\n  a: { image: nginx }\n  b: { image: mysql }\n", (1, 1, 1)),
        ("one is repaired", compose, "services:\n  a: { image: 'redis:7' }\n  b: { image: mysql }\n", (0, 1, 1)),
        ("nothing before", "services: { a: { image: 'redis:7' } }\n", compose, (2, 0, 0)),
    ] {
        let report = compared(("compose.yml", before), ("compose.yml", now), [IMAGES, IMAGES]);
        assert_eq!(counts(&report), expected, "{name}");
        let verdict = if expected.0 == 0 { Verdict::Pass } else { Verdict::Fail };
        assert_eq!(report.verdict, verdict, "{name}");
    }
    let moved = compared(("compose.yml", compose), ("dev/compose.yml", compose), [IMAGES, IMAGES]);
    assert_eq!(counts(&moved), (2, 0, 2), "a baseline is for the files that it names");
}

#[test]
fn findings_that_are_the_same_are_counted() {
    let run = |times: usize| {
        format!("FROM redis:7\n{}", "RUN apt-get update\nSHELL [\"/bin/sh\"]\nFROM mysql\n".repeat(times))
    };
    for (before, now, expected) in [(2, 3, (1, 2, 0)), (3, 2, (0, 2, 1)), (2, 2, (0, 2, 0))] {
        let (before, now) = (run(before), run(now));
        let report = compared(("Dockerfile", &before), ("Dockerfile", &now), [IMAGES, IMAGES]);
        assert_eq!(counts(&report), expected);
    }
}

#[test]
fn failed_tests_are_known_by_their_names_and_not_by_their_times() {
    let policy = "version: 1\nrules: { test-failed: error, tests-disappeared: off }\n";
    let junit = |names: &[&str], seconds: f64| {
        let case = |name: &&str| {
            format!(
                "<testcase classname=\"c\" name=\"{name}\" time=\"{seconds}\"><failure message=\"at {seconds}\"/></testcase>\n"
            )
        };
        format!("<testsuite name=\"s\">\n{}</testsuite>\n", names.iter().map(case).collect::<String>())
    };
    for (names, expected) in [(&["a", "b"][..], (0, 2, 0)), (&["a"], (0, 1, 1)), (&["a", "c"], (1, 1, 1))] {
        let (before, now) = (junit(&["a", "b"], 0.5), junit(names, 0.7));
        assert_eq!(
            counts(&compared(("junit.xml", &before), ("junit.xml", &now), [policy, policy])),
            expected,
            "{names:?}"
        );
    }
}

#[test]
fn a_share_that_changes_stays_the_same_finding() {
    let policy = "version: 1\nrules: { coverage-below-threshold: error, coverage-regressed: off }\n";
    let (before, now) = ("SF:a\nDA:1,1\nDA:2,0\nend_of_record\n", "SF:a\nDA:1,0\nDA:2,0\nend_of_record\n");
    let report = compared(("lcov.info", before), ("lcov.info", now), [policy, policy]);
    assert_eq!((counts(&report), report.verdict), ((0, 1, 0), Verdict::Pass));
    let strict = policy.replace(", coverage-regressed: off", "");
    let report = compared(("lcov.info", before), ("lcov.info", now), [policy, &strict]);
    assert_eq!((counts(&report), report.verdict), ((1, 1, 0), Verdict::Fail), "the baseline brings coverage-regressed");
    let place = report.outcomes.iter().find(|outcome| outcome.rule == "coverage-regressed").map(|o| &o.policy.file);
    assert_eq!(place.map(String::as_str), Some("baseline.json"));
}

#[test]
fn what_was_waived_is_not_known_when_the_waiver_is_over() {
    let compose = "services:\n  a: { image: redis }\n";
    let waived = |day: &str| {
        format!(
            "{IMAGES}waivers:\n  - {{ rule: unpinned-image, where: {{ path: services.a }}, reason: r, expires: {day} }}\n"
        )
    };
    let (valid, over) = (waived("2026-12-01"), waived("2026-11-01"));
    let report = compared(("compose.yml", compose), ("compose.yml", compose), [&valid, &over]);
    assert_eq!((report.findings[0].status, report.verdict), (Status::New, Verdict::Fail));
    let report = compared(("compose.yml", compose), ("compose.yml", compose), [IMAGES, &valid]);
    assert_eq!((report.findings[0].status, counts(&report).2), (Status::Waived, 0), "waived is not gone");
}

#[test]
fn a_file_that_cannot_be_read_again_leaves_the_verdict_open_again() {
    let policy = "version: 1\nrules: { unreadable-file: error }\n";
    let broken = "<testsuite><testcase name=\"a\"/>";
    let report = compared(("junit.xml", broken), ("junit.xml", broken), [policy, policy]);
    assert_eq!((report.findings[0].status, report.verdict), (Status::New, Verdict::Incomplete));
}

#[test]
fn a_chain_of_baselines_keeps_what_is_known() {
    let compose = [file("compose.yml", "services:\n  a: { image: redis }\n")];
    let mut report = judge(&compose, IMAGES);
    for _ in 0..3 {
        let baseline = file("baseline.json", &json(&report));
        report = judge(&[compose[0].clone(), baseline], IMAGES);
        assert_eq!((counts(&report), report.verdict), ((0, 1, 0), Verdict::Pass));
    }
}

#[test]
fn a_baseline_that_is_none_is_refused_with_the_reason() {
    for (text, expected) in [
        ("", "is not valid JSON"),
        ("{\"schema\": \"tollgate-report/1\", \"findings\": [", "is not valid JSON"),
        ("[]", "is no report of Tollgate"),
        ("{}", "missing field `schema`"),
        ("{\"schema\": \"tollgate-report/1\"}", "missing field `findings`"),
        ("{\"schema\": \"tollgate-report/2\", \"findings\": []}", "has the schema `tollgate-report/2`"),
        (&"[".repeat(100_000), "is no report of Tollgate"),
    ] {
        let error = Baseline::read("b.json", text).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }
    assert!(Baseline::read("b.json", &format!("\u{feff}{{\"schema\": \"{SCHEMA}\", \"findings\": []}}")).is_ok());
}
