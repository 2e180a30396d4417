use super::{outline, whole};
use crate::parse::test_results::ctrf::parse;

fn test(fields: &str) -> String {
    let text = format!("{{\"results\":{{\"tests\":[{{\"name\":\"t\",{fields}}}]}}}}");
    outline(&whole(parse, &text)).concat()
}

#[test]
fn statuses_retries_and_flakiness_are_told_apart() {
    for (fields, expected) in [
        (r#""status":"passed""#, "passed"),
        (r#""status":"failed","message":"no","trace":"at""#, "failed: no"),
        (r#""status":"skipped""#, "not run"),
        (r#""status":"pending""#, "not run"),
        (r#""status":"other""#, "inconclusive"),
        (r#""status":"passed","retries":2"#, "flaky x3"),
        (r#""status":"passed","retries":2,"flaky":true"#, "flaky x3"),
        (r#""status":"passed","retries":0,"flaky":true"#, "flaky"),
        (r#""status":"passed","retries":1,"flaky":false"#, "passed x2"),
        (r#""status":"failed","retries":1,"flaky":true"#, "failed x2"),
        (r#""status":"failed","message":null"#, "failed"),
        (r#""status":"passed","retryAttempts":[ {"attempt":1}],"flaky":true"#, "flaky x2"),
        (r#""status":"passed","retryAttempts":[],"suite":7"#, "passed"),
    ] {
        assert_eq!(test(fields), format!(" |  | t | {expected}"), "{fields}");
    }
}

#[test]
fn keys_come_in_any_order_and_unknown_ones_are_passed_over() {
    let report = whole(
        parse,
        r#"{"extra": [[{}]], "results": {"environment": {"a": null},
        "tests": [{"name": "a", "status": "passed", "duration": 1500, "suite": ["x", "y"], "filePath": "a.ts", "line": 7,
        "steps": [{"name": "s", "status": "failed"}]}, {"status": "passed", "suite": "z", "duration": -1}],
        "summary": {"tests": 3, "passed": 2, "failed": 1, "skipped": 1, "pending": 1, "other": 0}, "tool": {"name": "jest"}},
        "reportFormat": "CTRF"}"#,
    );
    assert_eq!(outline(&report), ["x > y |  | a | passed", "z |  |  | passed"]);
    let case = &report.suites[0].cases[0];
    assert_eq!((case.seconds, case.file.as_deref(), case.line), (Some(1.5), Some("a.ts"), Some(7)));
    assert_eq!((report.producer.as_str(), report.doubtful_times), ("jest", 1));
    let declared = report.declared.unwrap();
    assert_eq!((declared.tests, declared.failures, declared.skipped), (Some(3), Some(1), Some(2)));
}

#[test]
fn a_flaw_is_placed_and_the_tests_before_it_are_kept() {
    let text = "{\"results\": {\"tests\": [\n{\"name\": \"a\", \"status\": \"passed\"},\n{\"name\": \"b\" \"status\"";
    let parsed = parse(text);
    assert_eq!(parsed.document.unwrap().counts().total, 1);
    let problem = &parsed.problems[0];
    assert_eq!(text.get(problem.span.offset..).unwrap().lines().next(), Some("\"status\""));
    assert!(problem.message.starts_with("not the JSON of this format: expected"), "{}", problem.message);
    let other =
        parse(r#"{"results": {"tests": [{"name": "a", "status": "passed"}, 7, {"name": 1, "status": "failed"}]}}"#);
    assert_eq!(outline(&other.document.unwrap()), [" |  | a | passed", " |  |  | failed"]);
    assert_eq!((other.problems.len(), other.problems[0].span.offset), (1, 58));
    let missing = parse("{\"results\": {\"tool\": {}}}");
    assert!(missing.document.is_some() && missing.problems[0].message.contains("`results.tests`"));
    assert!(!parse("{\"results\": {\"tests\": []}} x").problems.is_empty());
    let deep = format!("{{\"results\":{{\"tests\":[{{\"extra\":{}", "[".repeat(100_000));
    assert!(!parse(&deep).problems.is_empty());
}
