use super::{outline, whole};
use crate::parse::test_results::trx::parse;

fn results(inside: &str) -> Vec<String> {
    outline(&whole(parse, &format!("<TestRun><Results>{inside}</Results></TestRun>")))
}

#[test]
fn outcomes_mean_what_the_enumeration_says() {
    for (outcome, expected) in [
        ("outcome='Passed'", "passed"),
        ("outcome='PassedButRunAborted'", "passed"),
        ("outcome='Warning'", "passed"),
        ("outcome='Failed'", "failed"),
        ("outcome='Error'", "error"),
        ("outcome='Timeout'", "error"),
        ("outcome='Aborted'", "error"),
        ("outcome='NotRunnable'", "error"),
        ("outcome='InProgress'", "error"),
        ("outcome='NotExecuted'", "not run"),
        ("outcome='Pending'", "not run"),
        ("outcome='Inconclusive'", "inconclusive"),
        ("outcome='Completed'", "inconclusive"),
        // The default value, which the writer leaves out.
        ("", "error"),
    ] {
        assert_eq!(results(&format!("<UnitTestResult {outcome}/>")), [format!(" |  |  | {expected}")]);
    }
}

#[test]
fn classes_and_assemblies_come_from_the_definitions_behind() {
    let report = whole(
        parse,
        "<t:TestRun xmlns:t='u'><t:Results><t:UnitTestResult testId='1' testName='N.C.M' outcome='Passed' \
         duration='00:01:00.5'/><t:UnitTestResult testId='1' testName='Own name(i: 1)' outcome='Passed'/>\
         <t:UnitTestResult testId='2' testName='O' outcome='Passed'/></t:Results><t:TestDefinitions>\
         <t:UnitTest id='1' storage='c:\\x\\a.dll'><t:Execution/><t:TestMethod className='N.C' \
         adapterTypeName='executor://xunit/VsTestRunner2'/></t:UnitTest><t:UnitTest id='2' storage='/x/b.dll'>\
         <t:TestMethod className='P.D, Tests, Version=1.0.0.0'/></t:UnitTest></t:TestDefinitions></t:TestRun>",
    );
    assert_eq!(
        outline(&report),
        ["a.dll | N.C | M | passed", "a.dll | N.C | Own name(i: 1) | passed", "b.dll | P.D | O | passed"]
    );
    assert_eq!(report.producer, "xUnit.net");
    assert_eq!(report.suites[0].cases[0].seconds, Some(60.5));
}

#[test]
fn a_result_over_inner_ones_is_no_further_test() {
    let outer = |outcome: &str, inner: &str| {
        results(&format!(
            "<UnitTestResult testName='T' outcome='{outcome}' resultType='DataDrivenTest'><InnerResults>{inner}\
             </InnerResults><Output><ErrorInfo><Message>m</Message></ErrorInfo></Output></UnitTestResult>"
        ))
    };
    let row = |outcome: &str| format!("<UnitTestResult testName='T ({outcome})' outcome='{outcome}'/>");
    let both = row("Passed") + &row("Failed");
    assert_eq!(outer("Failed", &both), [" |  | T (Passed) | passed", " |  | T (Failed) | failed"]);
    assert_eq!(outer("Failed", &row("Passed")), [" |  | T (Passed) | passed", " | Failed: m"]);
    assert_eq!(outer("Passed", &row("Passed")), [" |  | T (Passed) | passed"]);
}

#[test]
fn a_run_that_ended_badly_is_an_error_outside_the_cases_unless_a_case_explains_it() {
    let run = |outcome: &str, result: &str, infos: &str| {
        outline(&whole(
            parse,
            &format!(
                "<TestRun><Results><UnitTestResult testName='T' outcome='{result}'/></Results><ResultSummary \
                 outcome='{outcome}'><Counters total='1'/><RunInfos>{infos}</RunInfos></ResultSummary></TestRun>"
            ),
        ))
    };
    let crash = "<RunInfo outcome='Error'><Text>host crashed\nbelow</Text></RunInfo>";
    let note = "<RunInfo outcome='Warning'><Text>skipping</Text></RunInfo>";
    assert_eq!(run("Completed", "Passed", note), [" |  | T | passed"]);
    assert_eq!(run("Failed", "Failed", ""), [" |  | T | failed"]);
    assert_eq!(run("Aborted", "Passed", ""), [" |  | T | passed", " | Error: the run ended as `Aborted`"]);
    assert_eq!(run("Failed", "Passed", crash), [" |  | T | passed", " | Error: host crashed"]);
    assert_eq!(run("Failed", "Failed", crash), [" |  | T | failed", " | Error: host crashed"]);
}

#[test]
fn counters_are_kept_beside() {
    let report = whole(
        parse,
        "<TestRun><ResultSummary outcome='Completed'><Counters total='9' executed='8' passed='5' failed='2' error='0' \
         timeout='1' notExecuted='0'/></ResultSummary></TestRun>",
    );
    let declared = report.declared.unwrap();
    assert_eq!(
        (declared.tests, declared.failures, declared.errors, declared.skipped),
        (Some(9), Some(2), Some(1), Some(1))
    );
}
