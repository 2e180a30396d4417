use super::{outline, whole};
use crate::parse::test_results::DeclaredCounts;
use crate::parse::test_results::jest::parse;

fn test(fields: &str) -> String {
    let text = format!(r#"{{"testResults": [{{"assertionResults": [{{"title": "t", {fields}}}]}}]}}"#);
    outline(&whole(parse, &text)).concat()
}

#[test]
fn statuses_and_retries_are_told_apart() {
    for (fields, expected) in [
        (r#""status": "passed""#, " | passed"),
        (r#""status": "failed", "failureMessages": ["Error: no\n  at x", "2"]"#, " | failed: Error: no"),
        (r#""status": "pending""#, " | not run"),
        (r#""status": "skipped""#, " | not run"),
        (r#""status": "todo""#, " | not run"),
        (r#""status": "disabled""#, " | disabled"),
        (r#""status": "passed", "invocations": 2, "retryReasons": ["Error"]"#, " | flaky x2"),
        (r#""status": "failed", "invocations": 3, "retryReasons": ["a", "b"]"#, " | failed x3"),
        (r#""status": "passed", "duration": null, "location": null"#, " | passed"),
    ] {
        assert_eq!(test(fields), format!(" |  | t{expected}"), "{fields}");
    }
    assert_eq!(test(r#""status": "passed", "ancestorTitles": ["", "a", "b"]"#), " | a > b | t | passed");
}

#[test]
fn a_file_that_failed_without_a_failed_test_is_an_error_of_its_suite() {
    let report = whole(
        parse,
        r#"{"numTotalTests": 2, "numFailedTests": 0, "numPendingTests": 1, "numTodoTests": 2, "openHandles": [],
        "testResults": [
        {"assertionResults": [], "status": "failed", "message": "cannot find module\nstack", "name": "/a.test.ts"},
        {"name": "/b.test.ts", "status": "failed", "message": "b", "assertionResults": [
            {"title": "x", "status": "failed", "duration": 1500, "location": {"line": 7, "column": 1}}]}]}"#,
    );
    assert_eq!(outline(&report), ["/a.test.ts | Error: cannot find module", "/b.test.ts |  | x | failed"]);
    let declared = DeclaredCounts { tests: Some(2), failures: Some(0), skipped: Some(3), ..DeclaredCounts::default() };
    assert_eq!((report.producer.as_str(), report.declared), ("Jest", Some(declared)));
    let case = &report.suites[1].cases[0];
    assert_eq!((case.seconds, case.line, case.file.as_deref()), (Some(1.5), Some(7), Some("/b.test.ts")));
}

#[test]
fn an_interrupted_run_is_no_whole_report() {
    let parsed = parse(
        r#"{"testResults": [{"assertionResults": [{"title": "t", "status": "passed"}]}], "wasInterrupted": true}"#,
    );
    assert_eq!(parsed.problems[0].message, "the run was interrupted, so tests are missing");
    assert_eq!(parsed.document.unwrap().counts().passed, 1);
    assert_eq!(whole(parse, r#"{"testResults": [], "wasInterrupted": false}"#).suites, []);
}
