//! Questions about what is too large for the report: test cases, and the lines of covered files.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use std::fmt::Write as _;
use tollgate::input::{Content, Limits, Origin, RawFile};
use tollgate::model::{CaseOrder, CaseQuery, CaseRows, CaseStatus, CoveredLines};
use tollgate::session::Session;

const JUNIT: &str = "<testsuites>
<testsuite name='shop.Cart'>
<testcase classname='shop.Cart' name='adds' time='0.5'/>
<testcase classname='shop.Cart' name='Removes' time='2'/>
<testcase classname='shop.Cart' name='ÄNDERT'><failure message='no: 1'>trace</failure></testcase>
</testsuite>
<testsuite name='shop.Mail'>
<testcase classname='shop.Mail' name='sends' time='1'><error message='down'/></testcase>
<testcase classname='shop.Mail' name='adds'><skipped/></testcase>
</testsuite>
</testsuites>";

fn open(files: &[(&str, &str)]) -> Session {
    let file = |(path, text): &(&str, &str)| RawFile {
        path: (*path).to_owned(),
        content: Content::Bytes(text.as_bytes().to_vec()),
        origin: Origin::Tree,
    };
    Session::open(files.iter().map(file).collect(), &Limits::default())
}

fn cases(session: &Session, query: &CaseQuery) -> CaseRows {
    let answer = session.details("cases", &serde_json::to_string(query).unwrap()).unwrap();
    serde_json::from_str(&answer).unwrap()
}

fn named(rows: &CaseRows) -> Vec<String> {
    rows.rows.iter().map(|row| format!("{}/{}", rows.suites[row.suite], row.name)).collect()
}

fn query(text: &str) -> CaseQuery {
    CaseQuery { text: text.to_owned(), count: 100, ..CaseQuery::default() }
}

#[test]
fn cases_are_found_by_words_of_their_suite_class_and_name() {
    let session =
        open(&[("out/junit.xml", JUNIT), ("other.xml", "<testsuite name='x'><testcase name='y'/></testsuite>")]);
    for (text, expected) in [
        (
            "",
            vec!["x/y", "shop.Cart/adds", "shop.Cart/Removes", "shop.Cart/ÄNDERT", "shop.Mail/sends", "shop.Mail/adds"],
        ),
        ("adds", vec!["shop.Cart/adds", "shop.Mail/adds"]),
        ("REMOVES", vec!["shop.Cart/Removes"]),
        ("ändert", vec!["shop.Cart/ÄNDERT"]),
        ("mail -adds", vec!["shop.Mail/sends"]),
        ("file:other", vec!["x/y"]),
        ("-file:other adds cart", vec!["shop.Cart/adds"]),
        ("nothing", vec![]),
    ] {
        let rows = cases(&session, &query(text));
        assert_eq!(named(&rows), expected, "{text}");
        assert_eq!((rows.all, rows.shown), (6, expected.len()), "{text}");
    }
}

#[test]
fn cases_are_chosen_by_status_and_ordered() {
    let session = open(&[("junit.xml", JUNIT)]);
    let bad = CaseQuery { statuses: vec![CaseStatus::Failed, CaseStatus::Error], ..query("") };
    assert_eq!(named(&cases(&session, &bad)), ["shop.Cart/ÄNDERT", "shop.Mail/sends"]);
    for (order, expected) in [
        (CaseOrder::Report, ["adds", "Removes", "ÄNDERT", "sends", "adds"]),
        (CaseOrder::Worst, ["sends", "ÄNDERT", "adds", "adds", "Removes"]),
        (CaseOrder::Slowest, ["Removes", "sends", "adds", "ÄNDERT", "adds"]),
        (CaseOrder::Name, ["Removes", "adds", "adds", "sends", "ÄNDERT"]),
    ] {
        let rows = cases(&session, &CaseQuery { order, ..query("") });
        let names: Vec<&str> = rows.rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, expected, "{order:?}");
    }
}

#[test]
fn a_row_says_where_its_case_stands_and_what_went_wrong() {
    let session = open(&[("junit.xml", JUNIT)]);
    let rows = cases(&session, &query("ändert"));
    let row = &rows.rows[0];
    assert_eq!((rows.files[row.file].as_str(), row.line, row.message.as_str()), ("junit.xml", 5, "no: 1"));
    assert_eq!((row.status, row.seconds), (CaseStatus::Failed, None));
}

#[test]
fn a_window_is_a_part_of_the_whole_and_never_beyond_it() {
    let mut junit = String::from("<testsuite name='s'>");
    for at in 0..2_500 {
        write!(junit, "<testcase name='{at}'/>").unwrap();
    }
    junit.push_str("</testsuite>");
    let session = open(&[("junit.xml", &junit)]);
    for (from, count, first, length) in [
        (0, 10, Some("0"), 10),
        (2_490, 100, Some("2490"), 10),
        (9_000, 10, None, 0),
        (0, usize::MAX, Some("0"), 1_000),
    ] {
        let rows = cases(&session, &CaseQuery { from, count, ..CaseQuery::default() });
        assert_eq!((rows.rows.first().map(|row| row.name.as_str()), rows.rows.len()), (first, length));
        assert_eq!((rows.all, rows.shown, rows.from), (2_500, 2_500, from.min(2_500)));
    }
}

#[test]
fn a_case_that_a_later_attempt_replaced_is_not_there_and_the_later_is_flaky() {
    let (failed, passed) = (
        "<testsuite name='s'><testcase name='a'><failure/></testcase><testcase name='b'/></testsuite>",
        "<testsuite name='s'><testcase name='a'/></testsuite>",
    );
    let session = open(&[("results.xml", failed), ("results-attempt-2.xml", passed)]);
    let rows = cases(&session, &query(""));
    let mut seen: Vec<_> = rows.rows.iter().map(|row| (row.name.as_str(), row.status)).collect();
    seen.sort_unstable();
    assert_eq!(seen, [("a", CaseStatus::Flaky), ("b", CaseStatus::Passed)]);
}

#[test]
fn lines_of_a_covered_file_come_as_runs_of_equal_hits() {
    let workflow = "on: push\njobs: { t: { runs-on: x, steps: [{ run: make }] } }\n";
    let lcov = "SF:/ci/src/a.py\nDA:1,3\nDA:2,3\nDA:3,0\nDA:5,0\nDA:6,3\nBRDA:2,0,0,1\nBRDA:2,0,1,0\nend_of_record\n\
        SF:lib/b.py\nDA:1,0\nend_of_record\n";
    let diff = "--- a/src/a.py\n+++ b/src/a.py\n@@ -4,0 +5,2 @@\n+x\n+y\n";
    let session =
        open(&[(".github/workflows/ci.yml", workflow), ("src/a.py", "x"), ("lcov.info", lcov), ("change.diff", diff)]);
    let lines = |path: &str| -> CoveredLines {
        serde_json::from_str(&session.details("coverage-file", path).unwrap()).unwrap()
    };
    let own = lines("src/a.py");
    assert_eq!(own.runs, [(1, 2, 3), (3, 3, 0), (5, 5, 0), (6, 6, 3)]);
    assert_eq!(own.branches, [(2, 1, 2)]);
    assert_eq!(own.changed, [(5, 6)]);
    assert_eq!(own.source.as_deref(), Some("src/a.py"));
    assert_eq!(lines("lib/b.py").source, None);
    assert!(session.details("coverage-file", "src/c.py").is_err());
}
