mod ctrf;
mod go_test;
mod jest;
mod nunit;
mod testng;
mod trx;
mod xunit;

use super::{Skip, TestReport};
use crate::model::CaseStatus::{Error, Failed, Flaky, Passed, Skipped};
use crate::parse::Parsed;

type Parse = fn(&str) -> Parsed<TestReport<'_>>;

/// A report without problems.
fn whole(parse: Parse, text: &str) -> TestReport<'_> {
    let parsed = parse(text);
    assert_eq!(parsed.problems, [], "{text}");
    parsed.document.unwrap()
}

/// Each case and each error outside cases on a line: `suite | class | name | outcome`, then attempts and message where
/// there is something to tell.
fn outline(report: &TestReport<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for suite in &report.suites {
        for case in &suite.cases {
            let outcome = match (case.status, case.skip) {
                (Passed, None) => "passed",
                (Flaky, None) => "flaky",
                (Failed, None) => "failed",
                (Error, None) => "error",
                (Skipped, Some(Skip::NotRun)) => "not run",
                (Skipped, Some(Skip::Disabled)) => "disabled",
                (Skipped, Some(Skip::ExpectedFailure)) => "expected failure",
                (Skipped, Some(Skip::Inconclusive)) => "inconclusive",
                other => panic!("{other:?}"),
            };
            let mut line = format!("{} | {} | {} | {outcome}", suite.name, case.class, case.name);
            if case.attempts != 1 {
                line = format!("{line} x{}", case.attempts);
            }
            if !case.message().is_empty() {
                line = format!("{line}: {}", case.message());
            }
            lines.push(line);
        }
        for error in &suite.errors_outside_cases {
            lines.push(format!("{} | {:?}: {}", suite.name, error.status, error.message));
        }
    }
    lines
}

/// The formats by a whole report of each, with two cases, one of them failed.
const SAMPLES: [(Parse, &str); 8] = [
    (
        super::junit::parse,
        "<testsuite><testcase name='a'/>\n<testcase name='b'><failure message='m'/></testcase></testsuite>",
    ),
    (
        super::trx::parse,
        "<TestRun><Results><UnitTestResult testName='a' outcome='Passed'/>\n<UnitTestResult testName='b' \
         outcome='Failed'><Output><ErrorInfo><Message>m</Message></ErrorInfo></Output></UnitTestResult></Results></TestRun>",
    ),
    (
        super::nunit::parse,
        "<test-run><test-suite name='s'><test-case name='a' result='Passed'/>\n<test-case name='b' result='Failed'>\
         <failure><message>m</message></failure></test-case></test-suite></test-run>",
    ),
    (
        super::xunit::parse,
        "<assemblies><assembly><collection><test name='a' result='Pass'/>\n<test name='b' result='Fail'><failure>\
         <message>m</message></failure></test></collection></assembly></assemblies>",
    ),
    (
        super::testng::parse,
        "<testng-results><suite><test><class><test-method name='a' status='PASS'/>\n<test-method name='b' status='FAIL'>\
         <exception><message>m</message></exception></test-method></class></test></suite></testng-results>",
    ),
    (
        super::ctrf::parse,
        "{\"results\":{\"tests\":[{\"name\":\"a\",\"status\":\"passed\"},\n{\"name\":\"b\",\"status\":\"failed\",\
         \"message\":\"m\"}],\"tool\":{\"name\":\"t\"}}}",
    ),
    (
        super::jest::parse,
        "{\"testResults\":[{\"assertionResults\":[{\"title\":\"a\",\"status\":\"passed\"},\n{\"title\":\"b\",\
         \"status\":\"failed\",\"failureMessages\":[\"m\"]}],\"name\":\"f\"}]}",
    ),
    (
        super::go_test::parse,
        "{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"a\"}\n{\"Action\":\"pass\",\"Package\":\"p\",\"Test\":\"a\"}\n\
         {\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"b\"}\n{\"Action\":\"output\",\"Package\":\"p\",\"Test\":\"b\",\
         \"Output\":\"m\"}\n{\"Action\":\"fail\",\"Package\":\"p\",\"Test\":\"b\"}\n{\"Action\":\"fail\",\"Package\":\"p\"}",
    ),
];

#[test]
fn each_format_tells_the_same_two_cases_at_their_places() {
    for (parse, text) in SAMPLES {
        let report = whole(parse, text);
        let seen: Vec<_> = report.cases().map(|(_, case)| (&*case.name, case.status, case.message())).collect();
        assert_eq!(seen, [("a", Passed, ""), ("b", Failed, "m")], "{text}");
        for (_, case) in report.cases() {
            let place = text.get(case.span.range()).unwrap();
            assert!(place.contains(&*case.name), "{place} in {text}");
        }
    }
}

#[test]
fn a_report_that_breaks_off_anywhere_is_never_read_in_silence_and_never_has_more() {
    for (parse, text) in SAMPLES {
        for cut in 0..text.len() {
            let part = text.get(..cut).unwrap();
            let parsed = parse(part);
            assert!(!parsed.problems.is_empty(), "{part}");
            let counts = parsed.document.unwrap_or_default().counts();
            assert!(counts.total <= 2 && counts.passed <= 2, "{part}");
            for problem in parsed.problems {
                assert!(part.get(problem.span.range()).is_some(), "{problem:?} in {part}");
            }
        }
    }
}

#[test]
fn what_is_another_format_has_no_document() {
    for (index, (parse, _)) in SAMPLES.iter().enumerate() {
        let others = SAMPLES.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, (_, text))| *text);
        for text in others.chain(["", "hello", "<html/>", "{}", "[]", "{\"results\":1}"]) {
            let parsed = parse(text);
            assert!(parsed.document.is_none() && !parsed.problems.is_empty(), "{text}");
        }
    }
}

#[test]
fn words_that_a_format_does_not_have_are_inconclusive_and_told() {
    for (parse, text) in SAMPLES.iter().skip(1).take(6) {
        let text = text.replace("Failed", "Perhaps").replace("Fail", "Perhaps").replace("FAIL", "Perhaps");
        let text = text.replace("failed", "Perhaps");
        let parsed = parse(&text);
        assert!(parsed.problems.iter().any(|problem| problem.message.contains("`Perhaps`")), "{:?}", parsed.problems);
        let report = parsed.document.unwrap();
        let case = &report.suites.last().unwrap().cases[1];
        assert_eq!((case.status, case.skip, case.ran()), (Skipped, Some(Skip::Inconclusive), true), "{text}");
    }
}

#[test]
fn long_texts_are_cut_with_a_mark() {
    let long = "ä".repeat(20_000);
    for (parse, text) in SAMPLES {
        let text = text.replace("'m'", &format!("'{long}'")).replace(">m<", &format!(">{long}<"));
        let text = text.replace("\"m\"", &format!("\"{long}\""));
        let report = whole(parse, &text);
        let case = &report.suites.last().unwrap().cases[1];
        assert!(case.message().len() <= super::MAX_MESSAGE + 16 && case.message().ends_with("… (cut)"), "{text:.200}");
        assert!(case.trace().len() <= super::MAX_TRACE + 16);
    }
}
