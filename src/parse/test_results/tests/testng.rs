use super::{outline, whole};
use crate::parse::test_results::testng::parse;

fn class(inside: &str) -> Vec<String> {
    let text = format!(
        "<testng-results total='3' failed='1' skipped='1' ignored='1'><reporter-output/><suite name='s'><groups/>\
         <test name='t'><class name='a.C'>{inside}</class></test></suite></testng-results>"
    );
    outline(&whole(parse, &text))
}

#[test]
fn statuses_are_read_and_configuration_is_no_test() {
    assert_eq!(
        class(
            "<test-method name='setUp' is-config='true' status='PASS'/><test-method name='p' status='PASS' \
             duration-ms='1500'><reporter-output><line>x</line></reporter-output></test-method><test-method name='f' \
             status='FAIL'><exception class='E'><message>\n<![CDATA[no]]>\n</message><full-stacktrace>at</full-stacktrace>\
             </exception></test-method><test-method name='k' status='SKIP'/><test-method name='w' \
             status='SUCCESS_PERCENTAGE_FAILURE'/><test-method name='tearDown' is-config='true' status='FAIL'><exception>\
             <message>stuck</message></exception></test-method>"
        ),
        [
            "s > t | a.C | p | passed",
            "s > t | a.C | f | failed: no",
            "s > t | a.C | k | not run",
            "s > t | a.C | w | expected failure",
            "s > t | Failed: tearDown: stuck",
        ]
    );
}

#[test]
fn repeated_attempts_are_joined_to_their_last_one_by_name_and_parameters() {
    let method = |status: &str, retried: bool, value: &str| {
        let retried = if retried { "retried='true'" } else { "" };
        format!(
            "<test-method name='m' status='{status}' {retried}><params><param index='0'><value>\n<![CDATA[{value}]]>\n\
             </value></param><param index='1'><value is-null='true'/></param></params><exception><message>no</message>\
             </exception></test-method>"
        )
    };
    let attempts =
        [method("SKIP", true, "1"), method("SKIP", true, "1"), method("PASS", false, "1"), method("FAIL", false, "2")];
    assert_eq!(
        class(&attempts.concat()),
        ["s > t | a.C | m(1, null) | flaky x3", "s > t | a.C | m(2, null) | failed: no"]
    );
    let failing = [method("SKIP", true, "1"), method("FAIL", false, "1")];
    assert_eq!(class(&failing.concat()), ["s > t | a.C | m(1, null) | failed x2: no"]);
    assert_eq!(class(&method("SKIP", true, "1")), ["s > t | a.C | m(1, null) | failed: no"]);
}

#[test]
fn split_class_names_are_joined() {
    let report = whole(
        parse,
        "<testng-results><suite name='s'><test name='t'><class name='C' package='a.b'><test-method name='m' \
         status='PASS'/></class></test></suite></testng-results>",
    );
    assert_eq!(outline(&report), ["s > t | a.b.C | m | passed"]);
}
