use super::{outline, whole};
use crate::parse::test_results::xunit::parse;

#[test]
fn assemblies_collections_and_tests_are_read() {
    let report = whole(
        parse,
        "<assemblies timestamp='x'><assembly name='/build/17/a.dll' run-date='2026-01-02' run-time='03:04:05' total='4' \
         passed='1' failed='1' skipped='1' not-run='1' errors='1' time='1.5'><errors><error type='test-class-cleanup' \
         name='N.C'><failure exception-type='E'><message>left open</message><stack-trace>at</stack-trace></failure></error>\
         </errors><collection name='C' total='4'><test name='N.C.M(x: 1)' type='N.C' method='M' time='0.25' result='Pass' \
         source-file='c.cs' source-line='7'/><test name='N.C.F' type='N.C' result='Fail'><failure><message>no</message>\
         </failure></test><test name='own name' type='N.C' result='Skip'><reason>later</reason></test><test name='N.C.E' \
         type='N.C' result='NotRun'/></collection></assembly><assembly name='b.dll' total='1' failed='0'/></assemblies>",
    );
    assert_eq!(
        outline(&report),
        [
            "a.dll | Error: test-class-cleanup: N.C: left open",
            "a.dll > C | N.C | M(x: 1) | passed",
            "a.dll > C | N.C | F | failed: no",
            "a.dll > C | N.C | own name | not run",
            "a.dll > C | N.C | E | disabled",
        ]
    );
    let case = &report.suites[1].cases[0];
    assert_eq!((case.file.as_deref(), case.line, case.seconds), (Some("c.cs"), Some(7), Some(0.25)));
    assert_eq!(report.suites[0].timestamp.as_deref(), Some("2026-01-02 03:04:05"));
    let declared = report.declared.unwrap();
    assert_eq!((declared.tests, declared.failures, declared.skipped), (Some(5), Some(1), None));
}

#[test]
fn the_single_assembly_of_version_1_is_read() {
    let report = whole(
        parse,
        "<assembly name='C:\\b\\a.dll' run-date='2010-01-01' total='1'><class name='N.C'><test name='N.C.M' type='N.C' \
         method='M' result='Fail'><failure><message>m</message></failure></test></class></assembly>",
    );
    assert_eq!(outline(&report), ["a.dll > N.C | N.C | M | failed: m"]);
}
