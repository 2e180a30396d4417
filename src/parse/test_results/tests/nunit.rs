use super::{outline, whole};
use crate::parse::test_results::nunit::parse;

#[test]
fn results_mean_what_their_labels_say() {
    for (attributes, expected) in [
        ("result='Passed'", "passed"),
        ("result='Warning'", "passed"),
        ("result='Failed'", "failed"),
        ("result='Failed' site='Parent'", "failed"),
        ("result='Failed' label='Error'", "error"),
        ("result='Failed' label='Invalid'", "error"),
        ("result='Failed' label='Cancelled'", "error"),
        ("result='Skipped'", "not run"),
        ("result='Skipped' label='Ignored'", "disabled"),
        ("result='Skipped' label='Explicit'", "disabled"),
        ("result='Inconclusive'", "inconclusive"),
    ] {
        let text = format!("<test-run><test-suite name='s'><test-case {attributes}/></test-suite></test-run>");
        assert_eq!(outline(&whole(parse, &text)), [format!("s |  |  | {expected}")], "{attributes}");
    }
}

#[test]
fn suites_are_joined_and_classes_found_in_old_and_new_reports() {
    let report = whole(
        parse,
        "<test-run testcasecount='3' total='2' failed='1' skipped='1' inconclusive='2' duration='1.5'>\
         <command-line>x</command-line><test-suite type='Assembly' name='a.dll'><test-suite type='TestFixture' name='F' \
         classname='N.F'><test-case name='T(1)' fullname='N.F.T(1)' result='Passed' duration='0.25'><output>m</output>\
         </test-case><test-case name='U' classname='N.G' result='Passed'/></test-suite>\
         <test-suite name='Old'><test-case name='V' fullname='N.Old.V' result='Passed' time='0.5'/></test-suite>\
         </test-suite></test-run>",
    );
    assert_eq!(
        outline(&report),
        ["a.dll > F | N.F | T(1) | passed", "a.dll > F | N.G | U | passed", "a.dll > Old | N.Old | V | passed"]
    );
    assert!((report.counts().seconds - 0.75).abs() < 1e-9);
    let declared = report.declared.unwrap();
    assert_eq!((declared.tests, declared.failures, declared.skipped), (Some(2), Some(1), Some(3)));
}

#[test]
fn a_failed_suite_counts_where_no_case_below_explains_it() {
    let fixture = |site: &str, result: &str| {
        outline(&whole(
            parse,
            &format!(
                "<test-run result='Failed'><test-suite name='a' result='Failed' site='Child'><failure><message>child\
                 </message></failure><test-suite name='F' result='Failed' {site}><failure><message>why</message>\
                 <stack-trace>at</stack-trace></failure><test-case name='T' result='{result}'/></test-suite></test-suite>\
                 </test-run>"
            ),
        ))
    };
    assert_eq!(fixture("site='Child'", "Failed"), ["a > F |  | T | failed"]);
    assert_eq!(fixture("", "Failed"), ["a > F |  | T | failed"]);
    assert_eq!(fixture("site='SetUp'", "Failed"), ["a > F |  | T | failed"]);
    assert_eq!(fixture("site='TearDown'", "Failed"), ["a > F |  | T | failed", "a > F | Failed: why"]);
    assert_eq!(fixture("site='TearDown'", "Passed"), ["a > F |  | T | passed", "a > F | Failed: why"]);
    assert_eq!(fixture("label='Invalid'", "Passed"), ["a > F |  | T | passed", "a > F | Error: why"]);
    assert_eq!(outline(&whole(parse, "<test-run result='Failed'/>")), [" | Failed: "]);
}

#[test]
fn messages_of_skipped_tests_are_no_failures() {
    let report = whole(
        parse,
        "<test-run><test-case name='T' result='Skipped'><reason><message>later</message></reason></test-case></test-run>",
    );
    assert_eq!(outline(&report), [" |  | T | not run"]);
}
