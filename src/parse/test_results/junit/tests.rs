use super::{TestReport, parse};
use crate::model::CaseStatus::{self, Error, Failed, Flaky, Passed, Skipped};
use crate::parse::test_results::{Case, MAX_MESSAGE, MAX_TRACE, Skip};

fn report(text: &str) -> TestReport<'_> {
    let parsed = parse(text);
    assert_eq!(parsed.problems, [], "{text}");
    parsed.document.unwrap()
}

fn only_case(inside: &str) -> Case<'static> {
    let text: &'static str = format!("<testsuite name='s'>{inside}</testsuite>").leak();
    report(text).suites.remove(0).cases.remove(0)
}

#[test]
fn a_case_is_as_bad_as_the_worst_of_its_children_in_any_order() {
    let f = "<failure message='f'>f</failure>";
    let e = "<error message='e'/>";
    let s = "<skipped/>";
    let flaky = "<flakyFailure message='x'><stackTrace>t</stackTrace></flakyFailure>";
    let rerun = "<rerunFailure message='x'/>";
    let out = "<system-out>failure</system-out>";
    for (children, status, attempts) in [
        (String::new(), Passed, 1),
        (out.to_owned(), Passed, 1),
        (s.to_owned(), Skipped, 1),
        (f.to_owned(), Failed, 1),
        (format!("{f}{e}"), Error, 1),
        (format!("{e}{f}"), Error, 1),
        (format!("{s}{f}"), Failed, 1),
        (format!("{flaky}{out}{flaky}"), Flaky, 3),
        (format!("<flakyError/>{out}"), Flaky, 2),
        (format!("{f}{rerun}{out}{rerun}"), Failed, 3),
        (format!("{rerun}{f}"), Failed, 2),
        (format!("{e}<rerunError/>"), Error, 2),
        (rerun.to_owned(), Failed, 2),
        (format!("{f}{flaky}"), Failed, 2),
        (format!("{f}{f}{f}"), Failed, 1),
    ] {
        let case = only_case(&format!("<testcase name='c'>{children}</testcase>"));
        assert_eq!((case.status, case.attempts), (status, attempts), "{children}");
    }
}

#[test]
fn status_and_result_attributes_decide_over_the_children() {
    for (attributes, children, status) in [
        ("status='run' result='completed'", "", Passed),
        ("status='notrun' result='suppressed'", "", Skipped),
        ("status='run' result='skipped'", "", Skipped),
        ("status='Disabled'", "<failure/>", Skipped),
        ("status='failed'", "", Failed),
        ("status='fail'", "<failure message='Failed'/>", Failed),
        ("status='passed'", "<failure/>", Failed),
    ] {
        let case = only_case(&format!("<testcase {attributes}>{children}</testcase>"));
        assert_eq!(case.status, status, "{attributes} {children}");
    }
}

#[test]
fn reasons_to_skip_are_told_apart() {
    for (case, skip, ran) in [
        ("<testcase><skipped type='pytest.xfail'/></testcase>", Some(Skip::ExpectedFailure), true),
        ("<testcase><skipped type='XFAIL'/></testcase>", Some(Skip::ExpectedFailure), true),
        ("<testcase><skipped type='pytest.skip' message='xfail'/></testcase>", Some(Skip::NotRun), false),
        ("<testcase status='disabled'><skipped/></testcase>", Some(Skip::Disabled), false),
        ("<testcase result='skipped'/>", Some(Skip::NotRun), false),
        ("<testcase/>", None, true),
    ] {
        let read = only_case(case);
        assert_eq!((read.skip, read.ran()), (skip, ran), "{case}");
    }
}

#[test]
fn nested_suites_are_counted_once_each_under_their_joined_name() {
    let report = report(
        "<testsuites tests='1'><testsuite name='a' tests='1'><testsuite name='b'><testcase name='1'/><testsuite>\
         <testcase name='2'><failure/></testcase></testsuite></testsuite><testcase name='3'/></testsuite></testsuites>",
    );
    let seen: Vec<_> = report.suites.iter().map(|suite| (&*suite.name, suite.nested, suite.cases.len())).collect();
    assert_eq!(seen, [("a", false, 1), ("a > b", true, 1), ("a > b", true, 1)]);
    let counts = report.counts();
    assert_eq!((counts.total, counts.passed, counts.failed), (3, 2, 1));
    assert_eq!(report.declared.unwrap().tests, Some(1));
}

#[test]
fn counts_are_declared_by_the_root_or_by_the_outermost_suites_together() {
    let two = |root: &str| {
        let text = format!(
            "<testsuites {root}><testsuite tests='2' failures='1' time='1.5'><testsuite tests='9'/></testsuite>\
             <testsuite tests='3' time='2'/></testsuites>"
        );
        report(&text).declared.unwrap()
    };
    let sum = two("");
    assert_eq!((sum.tests, sum.failures, sum.seconds), (Some(5), None, Some(3.5)));
    assert_eq!(two("tests='7'").tests, Some(7));
    assert_eq!(report("<testsuites/>").declared, None);
}

#[test]
fn failures_of_a_suite_are_kept_beside_the_cases() {
    let report = report(
        "<testsuites><testsuite name='s'><error message='no class'>at A\n at B</error><testcase/></testsuite>\
         <failure>import failed\nbelow</failure></testsuites>",
    );
    let counts = report.counts();
    assert_eq!((counts.total, counts.failed, counts.errors), (1, 0, 0));
    let seen: Vec<_> = report
        .errors_outside_cases()
        .map(|(suite, error)| (&*suite.name, error.status, error.message.as_str()))
        .collect();
    assert_eq!(seen, [("s", Error, "no class"), ("", Failed, "import failed")]);
}

#[test]
fn cases_outside_a_suite_are_counted() {
    let report = report("<testsuites><testcase name='a'/><testcase name='b'><error/></testcase></testsuites>");
    assert_eq!(report.suites.len(), 1);
    assert_eq!((report.counts().total, report.counts().errors), (2, 1));
}

#[test]
fn the_same_test_twice_stays_two_cases_of_one_identity() {
    let report = report(
        "<testsuite><testcase classname='c' name='n'><failure/></testcase><testcase classname='c' name='n'/>\
         <testcase classname='c' name='n' file='f'/></testsuite>",
    );
    let [a, b, c] = report.suites[0].cases.as_slice() else { panic!("three cases") };
    assert_eq!(a.identity(), b.identity());
    assert_ne!(a.identity(), c.identity());
}

#[test]
fn messages_and_traces_are_kept_for_failures_only_and_cut_with_a_mark() {
    let long = "ä".repeat(20_000);
    let case = only_case(&format!("<testcase><failure message='{long}'>{long}</failure></testcase>"));
    assert!(case.message().ends_with("… (cut)") && case.message().len() <= MAX_MESSAGE + 16);
    assert!(case.trace().ends_with("… (cut)") && case.trace().len() <= MAX_TRACE + 16);
    let case = only_case("<testcase><failure>\n  <![CDATA[a < b]]> &amp; c\n  line 2\n</failure></testcase>");
    assert_eq!((case.message(), case.trace()), ("a < b & c", "a < b & c\n  line 2"));
    let case = only_case("<testcase><failure message='1'>x</failure><failure message='2'>y</failure></testcase>");
    assert_eq!((case.message(), case.trace()), ("1", "x\n\n2\ny"));
    let case = only_case("<testcase status='disabled'><failure message='1'>x</failure></testcase>");
    assert_eq!((case.message(), case.trace()), ("", ""));
}

#[test]
fn lines_of_pytest_count_from_zero_and_those_of_others_from_one() {
    let line = |suite: &str| {
        report(&format!("<testsuite name='{suite}'><testcase line='2'/></testsuite>")).suites[0].cases[0].line
    };
    assert_eq!(line("pytest"), Some(3));
    assert_eq!(line("phpunit"), Some(2));
    let case = only_case("<testcase><failure file='a.cpp' line='7'/></testcase>");
    assert_eq!((case.file.as_deref(), case.line), (Some("a.cpp"), Some(7)));
}

#[test]
fn doubtful_times_are_absent_and_counted() {
    let report = report("<testsuite><testcase time='999638317'/><testcase/><testcase time='0,5'/></testsuite>");
    let times: Vec<_> = report.suites[0].cases.iter().map(|case| case.seconds).collect();
    assert_eq!(times, [None, None, Some(0.5)]);
    assert_eq!((report.doubtful_times, report.first_doubtful_time.unwrap().offset), (1, 11));
}

#[test]
fn a_truncated_report_keeps_what_was_read_and_says_where_it_ends() {
    let text = "<testsuite name='s' tests='3'>\n<testcase name='a'/>\n<testcase name='b'><failure message='m'>text";
    let parsed = parse(text);
    let counts = parsed.document.unwrap().counts();
    assert_eq!((counts.total, counts.failed), (2, 1));
    assert_eq!(parsed.problems.len(), 1);
    assert_eq!(parsed.problems[0].span.offset, text.len());
    assert_eq!(parsed.problems[0].message, "the file ends inside `<failure>` opened on line 3");
}

#[test]
fn what_is_no_junit_has_no_document() {
    for text in ["", "hello", "<html><body/></html>", "<coverage/>"] {
        let parsed = parse(text);
        assert!(parsed.document.is_none() && !parsed.problems.is_empty(), "{text}");
    }
    let wrapped = report("<testrun><testsuite><testcase/></testsuite></testrun>");
    assert_eq!(wrapped.counts().total, 1);
}

#[test]
fn joined_names_do_not_multiply_a_hostile_file() {
    let name = "n".repeat(900);
    let inner = "<testsuite name='x'/>".repeat(20_000);
    let text = format!("<testsuites><testsuite name='{name}'>{inner}</testsuite></testsuites>");
    let bytes: usize = report(&text).suites.iter().map(|suite| suite.name.len()).sum();
    assert!(bytes <= text.len() * 3, "{bytes} of {}", text.len());
}

#[test]
fn statuses_are_ordered_from_best_to_worst() {
    let mut statuses: Vec<CaseStatus> = vec![Error, Failed, Skipped, Flaky, Passed];
    statuses.sort();
    assert_eq!(statuses, [Passed, Flaky, Skipped, Failed, Error]);
}
