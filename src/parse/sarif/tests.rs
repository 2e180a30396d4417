use super::{Lines, Location, Region, Sarif, State, ToolLevel, parse};
use crate::model::{LineIndex, Span};

fn read(text: &str) -> Sarif {
    let parsed = parse(text);
    assert_eq!(parsed.problems, [], "{text}");
    parsed.document.unwrap()
}

fn one_run(run: &str) -> String {
    format!(r#"{{"version": "2.1.0", "runs": [{{{run}}}]}}"#)
}

const TOOL: &str = r#""tool": {
    "driver": {
        "name": "scan", "version": "9", "semanticVersion": "1.2.3",
        "globalMessageStrings": {"all": {"text": "global {0}"}},
        "rules": [
            {"id": "A", "helpUri": "https://example.org/A", "defaultConfiguration": {"level": "note"},
             "messageStrings": {"m": {"text": "{0} of {1} in {{braces}} {9} {x}"}}},
            {"id": "B"},
            {"id": "B", "defaultConfiguration": {"level": "error"}}
        ]
    },
    "extensions": [{"name": "more", "guid": "g-1", "rules": [{"id": "E", "defaultConfiguration": {"level": "error"}}]}]
}"#;

#[test]
fn a_level_comes_from_the_result_then_its_rule_then_the_format() {
    for (result, rule, level) in [
        (r#""ruleId": "A""#, "A", ToolLevel::Note),
        (r#""ruleId": "A/sub/case""#, "A/sub/case", ToolLevel::Note),
        (r#""ruleId": "A", "level": "error""#, "A", ToolLevel::Error),
        (r#""ruleId": "A", "level": "none""#, "A", ToolLevel::None),
        (r#""ruleId": "A", "level": "fatal""#, "A", ToolLevel::Note),
        (r#""ruleId": "unknown""#, "unknown", ToolLevel::Warning),
        (r#""ruleIndex": 0"#, "A", ToolLevel::Note),
        (r#""ruleId": "B", "ruleIndex": 2"#, "B", ToolLevel::Error),
        (r#""ruleId": "B", "ruleIndex": 1"#, "B", ToolLevel::Warning),
        (r#""ruleId": "A", "ruleIndex": -1"#, "A", ToolLevel::Note),
        (r#""ruleId": "A", "ruleIndex": 99"#, "A", ToolLevel::Note),
        (r#""rule": {"id": "A"}"#, "A", ToolLevel::Note),
        (r#""rule": {"index": 0, "toolComponent": {"index": 0}}"#, "E", ToolLevel::Error),
        (
            r#""ruleId": "E", "ruleIndex": 1, "rule": {"index": 0, "toolComponent": {"index": 0}}"#,
            "E",
            ToolLevel::Error,
        ),
        (r#""rule": {"id": "E", "toolComponent": {"name": "more"}}"#, "E", ToolLevel::Error),
        (r#""rule": {"index": 0, "toolComponent": {"guid": "g-1"}}"#, "E", ToolLevel::Error),
        (r#""rule": {"id": "E", "toolComponent": {"index": 7}}"#, "E", ToolLevel::Warning),
        (r#""rule": 5, "ruleId": null, "level": 1"#, "", ToolLevel::Warning),
    ] {
        let results = format!(r#""results": [{{{result}, "message": {{"text": "x"}}}}]"#);
        // A run may describe its rules before or after its results.
        for run in [format!("{TOOL}, {results}"), format!("{results}, {TOOL}")] {
            let sarif = read(&one_run(&run));
            let found = &sarif.runs[0].results[0];
            assert_eq!((&*found.rule, found.level), (rule, level), "{result}");
        }
    }
}

#[test]
fn a_run_says_who_made_it() {
    let sarif = read(&one_run(&format!(r#"{TOOL}, "results": null"#)));
    let run = &sarif.runs[0];
    assert_eq!((run.tool.as_str(), run.version.as_str(), run.rules), ("scan", "1.2.3", 4));
    assert!(!run.incomplete && run.results.is_empty());
    let sarif =
        read(&one_run(r#""invocations": [{"executionSuccessful": true}, {"executionSuccessful": false}], "tool": 5"#));
    assert!(sarif.runs[0].incomplete && sarif.runs[0].tool.is_empty());
    let twice = r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "a"}}}, {"tool": {"driver": {"name": "b"}}},
        {"tool": {"driver": {"name": "a"}}}, {}]}"#;
    assert_eq!(read(twice).tools(), ["a", "b"]);
}

#[test]
fn only_what_is_a_problem_and_there_is_open() {
    for (result, state) in [
        ("", State::Open),
        (r#""kind": "fail""#, State::Open),
        (r#""kind": "pass""#, State::NoProblem),
        (r#""kind": "notApplicable""#, State::NoProblem),
        (r#""kind": "review""#, State::NoProblem),
        (r#""baselineState": "new""#, State::Open),
        (r#""baselineState": "unchanged""#, State::Open),
        (r#""baselineState": "absent""#, State::Gone),
        (r#""suppressions": []"#, State::Open),
        (r#""suppressions": null"#, State::Open),
        (r#""suppressions": [{"kind": "inSource"}]"#, State::Suppressed),
        (r#""suppressions": [{"kind": "external", "status": "accepted"}]"#, State::Suppressed),
        (r#""suppressions": [{"kind": "external", "status": "underReview"}]"#, State::Open),
        (r#""suppressions": [{"kind": "inSource"}, {"kind": "external", "status": "rejected"}]"#, State::Open),
    ] {
        let sarif = read(&one_run(&format!(r#""results": [{{{result}}}]"#)));
        assert_eq!(sarif.runs[0].results[0].state, state, "{result}");
    }
}

#[test]
fn messages_are_looked_up_filled_in_and_cut() {
    let long = "é".repeat(4000);
    for (message, expected) in [
        (r#"{"text": "plain {0}"}"#.to_owned(), "plain {0}".to_owned()),
        (r#"{"text": "of {0}{1}", "arguments": ["a{1}", "b"]}"#.to_owned(), "of a{1}b".to_owned()),
        (r#"{"id": "m", "arguments": ["1", "2"]}"#.to_owned(), "1 of 2 in {braces} {9} {x}".to_owned()),
        (r#"{"id": "all", "arguments": ["x"]}"#.to_owned(), "global x".to_owned()),
        (r#"{"id": "none"}"#.to_owned(), String::new()),
        (
            r#"{"text": "from [a user's value](1) to [here](https://example.org/) [x](2"}"#.to_owned(),
            "from a user's value to [here](https://example.org/) [x](2".to_owned(),
        ),
        (format!(r#"{{"text": "{long}"}}"#), format!("{}…", "é".repeat(2048))),
        ("5".to_owned(), String::new()),
    ] {
        let text = one_run(&format!(r#"{TOOL}, "results": [{{"ruleId": "A", "message": {message}}}]"#));
        let sarif = read(&text);
        let result = &sarif.runs[0].results[0];
        assert_eq!(result.message, expected, "{message}");
        assert_eq!(text.get(result.message_span.range()), Some(message.as_str()));
        let whole = text.get(result.span.range()).unwrap();
        assert!(whole.starts_with("{\"ruleId\"") && whole.ends_with('}'));
        assert_eq!(&*result.help, "https://example.org/A");
    }
}

#[test]
fn locations_are_resolved_with_what_the_run_says_anywhere() {
    let text = one_run(
        r#""results": [{"locations": [
            {"physicalLocation": {"artifactLocation": {"uri": "a%20b.c", "uriBaseId": "R"}, "region": {"startLine": 3}}},
            {"physicalLocation": {"artifactLocation": {"index": 0}, "region": {"startLine": 0, "charOffset": -1}}},
            {"physicalLocation": {"artifactLocation": {"index": 9}}},
            {"logicalLocations": [{"name": "x"}]}, 7
        ]}],
        "columnKind": "utf16CodeUnits",
        "originalUriBaseIds": {"R": {"uri": "file:///w/"}},
        "artifacts": [{"location": {"uri": "d.c", "uriBaseId": "R"}}]"#,
    );
    let sarif = read(&text);
    let lines = Some(Lines { line: 3, column: 1, end_line: 3, end_column: None });
    let expected = [
        Location {
            path: "/w/a b.c".to_owned(),
            region: Some(Region { lines, characters: None, bytes: None, utf16: true }),
        },
        Location { path: "/w/d.c".to_owned(), region: None },
    ];
    assert_eq!(sarif.runs[0].results[0].locations, expected);
    assert_eq!(expected[0].in_words(), "/w/a b.c:3");
    assert_eq!(expected[1].in_words(), "/w/d.c");
}

#[test]
fn regions_become_bytes() {
    let text = "ab\r\nx\u{1F600}yé\nlast";
    let index = LineIndex::new(text);
    let lines = |line, column, end_line, end_column| Region {
        lines: Some(Lines { line, column, end_line, end_column }),
        characters: None,
        bytes: None,
        utf16: false,
    };
    let utf16 = |region| Region { utf16: true, ..region };
    let characters = |at| Region { lines: None, characters: Some(at), bytes: None, utf16: false };
    let bytes = |at| Region { lines: None, characters: None, bytes: Some(at), utf16: false };
    for (region, expected) in [
        (lines(1, 1, 1, None), Some("ab")),
        (lines(2, 2, 2, Some(3)), Some("\u{1F600}")),
        (utf16(lines(2, 2, 2, Some(4))), Some("\u{1F600}")),
        (lines(2, 4, 3, Some(3)), Some("é\nla")),
        (lines(3, 5, 3, Some(99)), Some("")),
        (lines(1, 2, 1, Some(1)), Some("")),
        (lines(2, 99, 2, None), None),
        (lines(4, 1, 4, None), None),
        (lines(1, 1, 9, None), None),
        (characters((4, 2)), Some("x\u{1F600}")),
        (utf16(characters((4, 3))), Some("x\u{1F600}")),
        (characters((4, 99)), Some("x\u{1F600}yé\nlast")),
        (characters((99, 1)), None),
        (bytes((4, 5)), Some("x\u{1F600}")),
        (bytes((6, 1)), None),
        (bytes((usize::MAX, 1)), None),
    ] {
        let span = region.span(text, &index);
        assert_eq!(span.and_then(|span| text.get(span.range())), expected, "{region:?}");
    }
}

#[test]
fn what_is_broken_is_told_and_what_stands_before_is_kept() {
    let whole = one_run(r#""tool": {"driver": {"name": "s"}}, "results": [{"ruleId": "A"}, {"ruleId": "B"}]"#);
    let cut = whole.find(r#"{"ruleId": "B""#).unwrap() + 8;
    let broken = whole.get(..cut).unwrap();
    for (text, results, problem) in [
        (broken, Some(1), "the JSON text ends before its last value is closed"),
        ("", None, "the JSON text ends before its last value is closed"),
        ("[]", None, "not the JSON of this format: invalid type: sequence, expected an object with `runs`"),
        (r#"{"version": "2.1.0"}"#, None, "there are no `runs`, so this is no SARIF log"),
        (
            r#"{"version": "2.1.0", "runs": {}}"#,
            None,
            "not the JSON of this format: invalid type: map, expected `runs` as an array",
        ),
        (r#"{"runs": [{"results": [{}]}]}"#, Some(1), "the log does not say its version; it was read as 2.1.0"),
        (r#"{"version": "1.0.0", "runs": [{}]}"#, None, "this is SARIF 1.0.0; only version 2.1.0 is read"),
        (
            r#"{"runs": [{}], "version": "2.0.0-csd.2.beta.2019-01-24"}"#,
            None,
            "this is SARIF 2.0.0-csd.2.beta.2019-01-24; only version 2.1.0 is read",
        ),
        (
            r#"{"version": "2.1.0", "runs": [{"results": [{}, 5, {}]}]}"#,
            Some(2),
            "not the JSON of this format: invalid type: integer `5`, expected a map",
        ),
        (
            r#"{"version": "2.1.0", "runs": [{"externalPropertyFileReferences": {"results": [{}]}}]}"#,
            Some(0),
            "results of this run lie in other files, which were not read",
        ),
    ] {
        let parsed = parse(text);
        let found = parsed.document.map(|sarif| sarif.runs.iter().map(|run| run.results.len()).sum::<usize>());
        assert_eq!(found, results, "{text}");
        let messages: Vec<&str> = parsed.problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(messages, [problem], "{text}");
    }
    let parsed = parse(broken);
    assert_eq!(parsed.problems[0].span, Span { offset: cut - 1, length: 0 });
    assert_eq!(parsed.document.unwrap().runs[0].tool, "s", "the run is kept that was not closed");
}

#[test]
fn hostile_depth_is_survived() {
    for text in [
        "[".repeat(200_000),
        format!(r#"{{"version": "2.1.0", "runs": [{{"results": [{{"message": {}"#, "[".repeat(200_000)),
        format!(r#"{{"version": "2.1.0", "runs": [{{"tool": {}{}}}]}}"#, "[".repeat(500), "]".repeat(500)),
    ] {
        let _ = parse(&text);
    }
}
