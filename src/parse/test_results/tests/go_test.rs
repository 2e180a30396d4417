use super::{outline, whole};
use crate::parse::test_results::go_test::parse;

/// A stream from `action test` lines of the package `p`; `>` before a text is output.
fn stream(lines: &[&str]) -> String {
    let mut text = String::new();
    for line in lines {
        let (action, rest) = line.split_once(' ').unwrap_or((line, ""));
        let (name, output) = rest.split_once('>').unwrap_or((rest, ""));
        let name = name.trim();
        let mut event = format!("{{\"Time\":\"t\",\"Action\":\"{action}\",\"Package\":\"p\"");
        if !name.is_empty() {
            event = format!("{event},\"Test\":\"{name}\"");
        }
        if action == "output" {
            event = format!("{event},\"Output\":\"{output}\\n\"");
        }
        text = text + &event + "}\n";
    }
    text
}

fn read(lines: &[&str]) -> Vec<String> {
    outline(&whole(parse, &stream(lines)))
}

#[test]
fn parents_of_subtests_count_as_they_do_for_gotestsum() {
    assert_eq!(
        read(&[
            "start",
            "run A",
            "output A>=== RUN   A",
            "run A/x",
            "output A/x>    a_test.go:7: no",
            "output A/x>    --- FAIL: A/x (0.00s)",
            "fail A/x",
            "fail A",
            "run B",
            "skip B",
            "run ExampleC",
            "pass ExampleC",
            "output >FAIL",
            "fail",
        ]),
        ["p |  | A/x | failed: a_test.go:7: no", "p |  | A | failed", "p |  | B | not run", "p |  | ExampleC | passed"]
    );
}

#[test]
fn tests_that_never_end_are_errors() {
    assert_eq!(
        read(&["run A", "output A>panic: oh", "run B", "fail"]),
        ["p |  | A | error: panic: oh", "p |  | B | error: the test began and never ended"]
    );
    assert_eq!(read(&["run A", "pass"]), ["p |  | A | error: the test began and never ended"]);
}

#[test]
fn a_package_that_fails_without_a_failed_test_is_an_error_outside_the_cases() {
    assert_eq!(
        read(&["run A", "pass A", "output >exit status 3", "fail"]),
        ["p |  | A | passed", "p | Error: exit status 3"]
    );
    assert_eq!(read(&["output >?   p [no test files]", "skip"]), [""; 0]);
}

#[test]
fn builds_that_fail_are_told_with_the_packages_that_need_them_or_alone() {
    let build = "{\"ImportPath\":\"q\",\"Action\":\"build-output\",\"Output\":\"# q\\n\"}\n\
                 {\"ImportPath\":\"q\",\"Action\":\"build-output\",\"Output\":\"./q.go:3:1: undefined: x\\n\"}\n\
                 {\"ImportPath\":\"q\",\"Action\":\"build-fail\"}\n";
    let needs = "{\"Action\":\"start\",\"Package\":\"p\"}\n{\"Action\":\"output\",\"Package\":\"p\",\"Output\":\"FAIL\\tp \
                 [build failed]\\n\"}\n{\"Action\":\"fail\",\"Package\":\"p\",\"FailedBuild\":\"q\"}\n";
    let both = format!("{build}{needs}");
    let both = whole(parse, &both);
    assert_eq!(outline(&both), ["p | Error: ./q.go:3:1: undefined: x"]);
    assert_eq!(outline(&whole(parse, build)), ["q | Error: ./q.go:3:1: undefined: x"]);
}

#[test]
fn a_second_run_of_a_package_holds_further_attempts() {
    let first = ["start", "run A", "fail A", "run B", "fail B", "run C", "pass C", "fail"];
    let second = ["start", "run A", "pass A", "run B", "output B>no", "fail B", "fail"];
    let third = ["start", "run B", "pass B", "pass"];
    assert_eq!(
        read(&[&first[..], &second].concat()),
        ["p |  | A | flaky x2", "p |  | B | failed x2: no", "p |  | C | passed"]
    );
    assert_eq!(
        read(&[&first[..], &second, &third].concat()),
        ["p |  | A | flaky x2", "p |  | B | flaky x3", "p |  | C | passed"]
    );
    let trailing = [&first[..], &["output >the end"]].concat();
    assert_eq!(read(&trailing).len(), 3);
    let built_again = [&["start", "output >exit", "fail"][..], &["start", "run A", "pass A", "pass"]].concat();
    assert_eq!(read(&built_again), ["p |  | A | passed"]);
}

#[test]
fn repetitions_within_one_run_are_cases_of_one_identity() {
    let stream = stream(&["run A", "fail A", "run A", "pass A", "fail"]);
    let report = whole(parse, &stream);
    assert_eq!(outline(&report), ["p |  | A | failed", "p |  | A | passed"]);
    let [first, second] = report.suites[0].cases.as_slice() else { panic!("two cases") };
    assert_eq!(first.identity(), second.identity());
}

#[test]
fn lines_of_the_go_command_are_passed_over_and_broken_events_are_told() {
    let text = "go: downloading x\n{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"A\",\"Elapsed\":1}\n# p\n\
                {\"Action\":\"pass\",\"Package\":\"p\",\"Test\":\"A\",\"Elapsed\":0.5}\n{\"Action\":\"pass\",\"Pack";
    let parsed = parse(text);
    let report = parsed.document.unwrap();
    assert_eq!(outline(&report), ["p |  | A | passed"]);
    assert_eq!(report.suites[0].cases[0].seconds, Some(0.5));
    let messages: Vec<_> = parsed.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(
        messages,
        ["the JSON text ends before its last value is closed", "the stream ends before the package `p` does",]
    );
}

#[test]
fn test2json_without_a_package_name_is_read() {
    let text = "{\"Action\":\"start\"}\n{\"Action\":\"run\",\"Test\":\"BenchmarkX\"}\n{\"Action\":\"bench\",\"Test\":\
                \"BenchmarkX\"}\n{\"Action\":\"pass\"}\n";
    assert_eq!(outline(&whole(parse, text)), [" |  | BenchmarkX | passed"]);
}
