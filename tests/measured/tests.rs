use super::measure;
use tollgate::model::{CaseStatus, FileStatus, RepeatRecord, Tests, Verdict};

/// A report of one suite. Each case is a name and a letter: `p`assed, `f`ailed, `e`rror, `s`kipped.
fn junit(cases: &str) -> String {
    let case = |word: &str| {
        let (name, status) = word.split_once('=').unwrap();
        let child = match status {
            "p" => "",
            "f" => "<failure message='no'/>",
            "e" => "<error message='no'/>",
            "s" => "<skipped/>",
            other => unreachable!("{other}"),
        };
        format!("<testcase classname='c' name='{name}'>{child}</testcase>\n")
    };
    format!("<testsuite name='s'>\n{}</testsuite>\n", cases.split_whitespace().map(case).collect::<String>())
}

fn tests(files: &[(&str, &str)]) -> Tests {
    let files: Vec<(&str, String)> = files.iter().map(|(path, cases)| (*path, junit(cases))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    measure(&files).tests.unwrap()
}

fn names(repeats: &[RepeatRecord]) -> Vec<&str> {
    repeats.iter().map(|repeat| repeat.name.as_str()).collect()
}

/// Total, passed, failed, errors, skipped, flaky.
fn counts(tests: &Tests) -> [u64; 6] {
    let c = tests.counts;
    [c.total, c.passed, c.failed, c.errors, c.skipped, c.flaky]
}

#[test]
fn shards_add_up() {
    let tests =
        tests(&[("shard-1/junit.xml", "a=p b=f"), ("shard-2/junit.xml", "c=p d=s"), ("shard-3/junit.xml", "e=e")]);
    assert_eq!(counts(&tests), [5, 2, 1, 1, 1, 0]);
    assert_eq!((tests.distinct, tests.superseded), (5, 0));
}

#[test]
fn a_later_attempt_takes_the_place_of_the_earlier() {
    for (first, second, expected, unstable) in [
        // What failed and passed later is flaky; what was not run again stays.
        ("a=p b=f d=f", "b=p", [3, 2, 1, 0, 0, 1], vec!["b"]),
        ("a=e", "a=p", [1, 1, 0, 0, 0, 1], vec!["a"]),
        ("a=f", "a=f", [1, 0, 1, 0, 0, 0], vec![]),
        ("a=f", "a=e", [1, 0, 0, 1, 0, 0], vec![]),
        ("a=p", "a=f", [1, 0, 1, 0, 0, 0], vec!["a"]),
        ("a=p", "a=p", [1, 1, 0, 0, 0, 0], vec![]),
        // A failure is not excused by a test that was skipped afterwards.
        ("a=f b=p", "a=s b=s", [2, 1, 1, 0, 0, 0], vec![]),
        // With two cases of one name nobody knows which was tried again.
        ("a=f a=p", "a=p", [3, 2, 1, 0, 0, 0], vec!["a"]),
    ] {
        for (one, two) in [
            ("results.xml", "results-attempt-2.xml"),
            ("results-attempt-1.xml", "results-attempt-2.xml"),
            ("target/TEST-c.xml", "target/rerun/TEST-c.xml"),
            ("run-retry1.zip/junit.xml", "run-retry2.zip/junit.xml"),
        ] {
            let tests = tests(&[(one, first), (two, second)]);
            assert_eq!(counts(&tests), expected, "{one} {first}, {two} {second}");
            assert_eq!(names(&tests.unstable), unstable, "{one} {first}, {two} {second}");
            assert_eq!(tests.counts.total, tests.suites.iter().map(|suite| suite.counts.total).sum::<u64>());
        }
    }
}

#[test]
fn attempts_are_ordered_by_their_numbers_and_not_by_their_names() {
    let tests = tests(&[("r-attempt-9.xml", "a=p"), ("r-attempt-10.xml", "a=f"), ("r-attempt-1.xml", "a=p")]);
    assert_eq!(counts(&tests), [1, 0, 1, 0, 0, 0]);
    assert_eq!(tests.superseded, 1);
    let attempts: Vec<_> = tests.reports.iter().map(|report| (report.file.as_str(), report.attempt)).collect();
    assert_eq!(attempts, [("r-attempt-10.xml", 10), ("r-attempt-9.xml", 9)], "the first is the same as the ninth");
}

#[test]
fn a_failure_is_never_merged_away_where_nobody_says_what_came_later() {
    // The same tests in two environments, one of which fails.
    let legs = tests(&[("linux.zip/junit.xml", "a=p b=p c=p"), ("windows.zip/junit.xml", "a=p b=f c=p")]);
    assert_eq!(counts(&legs), [6, 5, 1, 0, 0, 0]);
    assert_eq!((legs.distinct, names(&legs.inconsistent), names(&legs.unstable)), (3, vec!["b"], vec![]));
    let results: Vec<_> = legs.inconsistent[0].results.iter().map(|r| (r.status, r.file.as_str(), r.line)).collect();
    assert_eq!(
        results,
        [(CaseStatus::Passed, "linux.zip/junit.xml", 3), (CaseStatus::Failed, "windows.zip/junit.xml", 3)]
    );
    // A part of the run beside it: a rerun, perhaps.
    let beside = tests(&[("out/first.xml", "a=p b=f c=p d=p"), ("out/second.xml", "b=p")]);
    assert_eq!(counts(&beside), [5, 4, 1, 0, 0, 0]);
    assert_eq!((names(&beside.inconsistent), names(&beside.unstable)), (vec![], vec!["b"]));
    // One name of many in common: two programs that happen to have a test of that name.
    let chance = tests(&[("web/junit.xml", "a=p b=f c=p d=p"), ("api/junit.xml", "b=p x=p y=p z=p")]);
    assert_eq!(counts(&chance), [8, 7, 1, 0, 0, 0]);
    assert_eq!((names(&chance.inconsistent), names(&chance.unstable)), (vec![], vec![]));
}

#[test]
fn the_same_test_twice_in_one_report_counts_twice_and_is_listed() {
    let tests = tests(&[("junit.xml", "a=p a=p b=f b=p c=p b=p")]);
    assert_eq!(counts(&tests), [6, 5, 1, 0, 0, 0]);
    assert_eq!(tests.distinct, 3);
    assert_eq!((names(&tests.duplicates), names(&tests.unstable)), (vec!["a", "b"], vec!["b"]));
    assert_eq!(tests.duplicates[1].times, 3);
}

#[test]
fn tests_differ_by_suite_class_file_and_name() {
    let text = "<testsuites><testsuite name='s'><testcase classname='c' name='n'/><testcase classname='d' name='n'/>\
        <testcase classname='c' name='n' file='f'/><testcase/><testcase/></testsuite>\
        <testsuite name='t'><testcase classname='c' name='n'/></testsuite></testsuites>";
    let tests = measure(&[("junit.xml", text)]).tests.unwrap();
    assert_eq!((tests.counts.total, tests.distinct, tests.duplicates.len()), (6, 6, 0), "cases without a name differ");
}

#[test]
fn the_same_content_counts_once_wherever_it_lies() {
    let tests = tests(&[("a/junit.xml", "a=f b=p"), ("b/copy-of-junit.xml", "a=f b=p")]);
    assert_eq!(counts(&tests), [2, 1, 1, 0, 0, 0]);
    assert_eq!(tests.reports.len(), 1);
}

#[test]
fn what_did_not_come_to_a_verdict_is_told_apart() {
    let text = "<testsuite name='s' tests='9' failures='7'><testcase name='a'><skipped type='pytest.xfail'/></testcase>\
        <testcase name='b' status='disabled'/><testcase name='c'><skipped/></testcase></testsuite>";
    let trx = "<TestRun><Results><UnitTestResult testId='1' testName='d' outcome='Inconclusive'/></Results></TestRun>";
    let tests = measure(&[("junit.xml", text), ("d.trx", trx)]).tests.unwrap();
    let c = tests.counts;
    assert_eq!((c.skipped, c.expected_failures, c.disabled, c.unknown), (4, 1, 1, 1));
    let junit = tests.reports.iter().find(|report| report.file == "junit.xml").unwrap();
    let declared = junit.declared.unwrap();
    assert_eq!((junit.counted.total, declared.tests, declared.failures), (3, Some(9), Some(7)));
}

#[test]
fn a_report_that_breaks_off_keeps_what_was_readable_and_is_not_green() {
    let whole = junit("a=p b=p");
    let (cut, _) = whole.rsplit_once("</testsuite>").unwrap();
    let report = measure(&[("junit.xml", cut)]);
    assert_eq!(report.tests.unwrap().counts.passed, 2);
    assert_eq!(report.files[0].status, FileStatus::PartlyRead);
    assert_ne!(report.verdict, Verdict::Pass);
}
