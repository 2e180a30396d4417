//! The parsers of what CI runs leave behind, against anything at all and against reference counts of real files.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test may fail and tell what it saw")]
#![expect(
    clippy::disallowed_methods,
    reason = "tests read fixtures from the disk and their place from the environment"
)]

use proptest::prelude::*;
use std::path::PathBuf;
use tollgate::input::{self, Content, Limits, Origin, RawFile};
use tollgate::model::{FileKind, FileStatus};
use tollgate::parse::documents::{self, Document};
use tollgate::parse::test_results::{ctrf, go_test, junit, nunit, testng, trx, xunit};
use tollgate::parse::{cobertura, lcov, markdown};

/// The folder of real files with reference counts, where there is one.
fn corpus() -> Option<PathBuf> {
    std::env::var_os("TOLLGATE_CORPUS").map(PathBuf::from)
}

/// Reference counts: path of a file to what independent programs count in it.
fn expected(name: &str) -> Option<(PathBuf, serde_json::Map<String, serde_json::Value>)> {
    let corpus = corpus()?;
    let text = std::fs::read_to_string(corpus.join("oracles").join(name)).unwrap();
    // Python writes a share of nothing as a word that is no JSON.
    let text = text.replace(": NaN", ": null");
    Some((corpus, serde_json::from_str(&text).unwrap()))
}

fn text_of(path: &std::path::Path) -> String {
    String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()
}

/// Fails when fewer than 97 of 100 files agree, and shows all that do not.
fn assert_agreement(total: usize, misses: &[String]) {
    println!("{} of {total} files agree", total - misses.len());
    assert!(total > 0, "the corpus has no such file");
    assert!(misses.len() * 100 <= total * 3, "{} of {total} files disagree:\n{}", misses.len(), misses.join("\n"));
    println!("{}", misses.join("\n"));
}

/// Files in which the references count elements only, although the producer says more in an attribute or by another
/// element: the tests, failures, errors and skipped tests that the producer means, and why.
const JUNIT_EXCEPTIONS: [(&str, [u64; 4], &str); 4] = [
    (
        "TEST-status-attribute.xml",
        [3, 0, 0, 2],
        "GoogleTest writes `status=\"notrun\"` and no child for a test that did not run; to count it as passed is false",
    ),
    (
        "test-junit-problem-string.xml",
        [7, 2, 1, 1],
        "Surefire writes `rerunFailure` only below a test that failed in all its runs (`flakyFailure` below one that \
         passed in the end), so a case with nothing else failed",
    ),
    (
        "testDisabled.xml",
        [22, 4, 2, 10],
        "ten cases say `status=\"disabled\"` and have no child: they were switched off and did not run",
    ),
    (
        "testFailedDisabled.xml",
        [1, 0, 0, 1],
        "a case says `status=\"disabled\"` and has a failure: it was switched off, so what was noted of it does not count",
    ),
];

#[test]
fn junit_counts_agree_with_the_references() {
    let Some((corpus, files)) = expected("junit.json") else { return };
    let mut misses = Vec::new();
    let (mut total, mut exceptions) = (0, 0);
    for (path, oracle) in &files {
        let Some(want) = oracle.get("expected").and_then(|e| e.as_object()) else { continue };
        total += 1;
        let parsed = junit::parse(&text_of(&corpus.join(path)));
        let problems: Vec<_> = parsed.problems.iter().map(|problem| problem.message.as_str()).collect();
        let document = parsed.document.unwrap_or_default();
        let counts = document.counts();
        let got = [counts.total, counts.failed, counts.errors, counts.skipped];
        let exception = JUNIT_EXCEPTIONS.iter().find(|(name, ..)| path.ends_with(&format!("__{name}")));
        let want_counts = ["tests", "failures", "errors", "skipped"].map(|key| want[key].as_u64().unwrap());
        let meant = exception.map_or(want_counts, |(_, meant, _)| *meant);
        exceptions += usize::from(exception.is_some());
        assert!(exception.is_none() || meant != want_counts, "{path} is no exception any more");
        let outside = document.errors_outside_cases().count() as u64;
        if got != meant || want["suite_level_problems"].as_u64() != Some(outside) || !problems.is_empty() {
            misses.push(format!("{path}: counted {got:?} and {outside} outside, expected {want:?}, {problems:?}"));
        }
    }
    println!("{} of {total} files agree, {exceptions} of them by a documented exception", total - misses.len());
    assert_eq!(exceptions, JUNIT_EXCEPTIONS.len());
    assert!(misses.len() * 100 <= total, "{} of {total} files disagree:\n{}", misses.len(), misses.join("\n"));
}

#[test]
fn coverage_counts_agree_with_the_references() {
    let Some((corpus, files)) = expected("coverage.json") else { return };
    let mut misses = Vec::new();
    let mut total = 0;
    for (path, oracle) in &files {
        let parse = match oracle["format"].as_str() {
            Some("cobertura") => cobertura::parse,
            Some("lcov") => lcov::parse,
            _ => continue,
        };
        let Some(mut want) = oracle.get("expected").and_then(|e| e.as_object()).cloned() else { continue };
        // lcov itself is the authority on its functions; the plain count splits names at commas.
        if let Some(functions) = oracle["peers"]["lcov-2"].get("functions") {
            want.insert("functions".to_owned(), functions.clone());
        }
        total += 1;
        let parsed = parse(&text_of(&corpus.join(path)));
        let problems: Vec<_> = parsed.problems.iter().map(|problem| problem.message.as_str()).collect();
        let totals = parsed.document.unwrap_or_default().totals();
        let got = [("lines", totals.line), ("branches", totals.branch), ("functions", totals.function)];
        let wrong: Vec<_> = got
            .iter()
            .filter(|(key, got)| {
                want.get(*key).is_some_and(|want| *want != serde_json::json!([got.covered, got.total]))
            })
            .collect();
        if !wrong.is_empty() || !problems.is_empty() {
            misses.push(format!("{path}: counted {wrong:?}, expected {want:?}, {problems:?}"));
        }
    }
    assert_agreement(total, &misses);
}

/// Files that both libxml2 and expat refuse and that are read without a word, and why.
const TOLERATED: [(&str, &str); 6] = [
    ("complete_no_suite.xml", RAW_LESS_THAN),
    ("complete_single_case_only.xml", RAW_LESS_THAN),
    ("most_complex.xml", RAW_LESS_THAN),
    ("with_html.xml", RAW_LESS_THAN),
    ("__junit-web-test__expected.xml", RAW_LESS_THAN),
    ("utf-16.xml", "UTF-16 with a mark; only the quotes of its XML declaration are wrong, and nothing depends on it"),
];
const RAW_LESS_THAN: &str =
    "a raw `<` inside the quotes of an attribute, as several producers write it; no element is lost";

#[test]
fn malformed_files_end_as_they_deserve() {
    let Some((corpus, files)) = expected("validity.json") else { return };
    let mut wrong = Vec::new();
    for (path, facts) in &files {
        let name = path.rsplit('/').next().unwrap();
        if ![".xml", ".json", ".trx"].iter().any(|end| name.ends_with(end)) {
            continue;
        }
        let bytes = std::fs::read(corpus.join(path)).unwrap();
        let raw = RawFile { path: name.to_owned(), content: Content::Bytes(bytes), origin: Origin::Evidence };
        let opened = input::open(vec![raw], &Limits::default());
        let file = opened.first().unwrap();
        let parsed = documents::read(file);
        let problems = parsed.as_ref().map_or(&[][..], |parsed| &parsed.problems);
        let counts = parsed.as_ref().and_then(|parsed| match &parsed.document {
            Some(Document::Tests(report)) => Some(report.counts()),
            _ => None,
        });
        let shown = counts.map(|c| format!("{} tests, {} not green", c.total, c.failed + c.errors));
        println!("{name}\n    {} {} {shown:?} {:?} {}", file.kind, file.status, file.note, problems.len());
        for problem in problems {
            println!("    at {}: {}", problem.span.offset, problem.message);
            if file.text.get(problem.span.range()).is_none() || problem.message.is_empty() {
                wrong.push(format!("{name}: {problem:?} has no place or no words"));
            }
        }
        let refused = |peer: &str| facts["xml"][peer].as_str().is_some_and(|said| said != "ok");
        let silent = file.status == FileStatus::Read && problems.is_empty();
        let tolerated = TOLERATED.iter().any(|(end, _)| name.ends_with(end));
        if refused("libxml2") && refused("expat") && silent && !tolerated {
            wrong.push(format!("{name} is read in silence: {}", facts["xml"]));
        }
        let valid = facts["xml"]["libxml2"] == "ok" && facts["xml"]["expat"] == "ok";
        if valid && counts.is_some() && !problems.is_empty() {
            wrong.push(format!("{name} is valid and has problems: {problems:?}"));
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn other_formats_count_what_they_declare() {
    let Some(corpus) = corpus() else { return };
    // The declared failures hold the errors too. A file that a writer of the old beta version wrote by hand declares
    // cases that it does not hold.
    for (end, kind, total, bad, skipped) in [
        ("dotnet-trx.trx", FileKind::Trx, 11, 5, 1),
        ("dotnet-xunitv3.trx", FileKind::Trx, 4, 3, 0),
        ("dotnet-nunit.xml", FileKind::Nunit, 9, 5, 1),
        ("nunit-sample.xml", FileKind::Nunit, 18, 2, 4),
        ("golang-json.json", FileKind::GoTestJson, 12, 6, 1),
    ] {
        let folder = std::fs::read_dir(corpus.join("malformed")).unwrap().map(|entry| entry.unwrap().path());
        let path = folder.into_iter().find(|path| path.to_string_lossy().ends_with(end)).unwrap();
        let content = Content::Bytes(std::fs::read(&path).unwrap());
        let raw = RawFile { path: path.to_string_lossy().into_owned(), content, origin: Origin::Evidence };
        let opened = input::open(vec![raw], &Limits::default());
        let file = opened.first().unwrap();
        let parsed = documents::read(file).unwrap();
        let Some(Document::Tests(report)) = parsed.document else { panic!("{end}") };
        let counts = report.counts();
        println!("{end}: {counts:?} {:?} {:?}", report.declared, parsed.problems);
        let got = (file.kind, counts.total, counts.failed + counts.errors, counts.skipped);
        assert_eq!(got, (kind, total, bad, skipped), "{end}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_a_panic(text in "\\PC{0,300}", bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        read_all(&text);
        read_all(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn pieces_of_the_formats_in_any_order_are_read_without_a_panic(pieces in prop::collection::vec(piece(), 0..60)) {
        read_all(&pieces.concat());
    }

    #[test]
    fn any_part_of_a_report_is_read_without_a_panic_and_counts_no_more_than_the_whole(cut in 0_usize..=REPORT.len()) {
        let Some(part) = REPORT.get(..cut) else { return Ok(()) };
        let whole = junit::parse(REPORT).document.unwrap().counts();
        let parsed = junit::parse(part);
        prop_assert!(cut == REPORT.len() || !parsed.problems.is_empty());
        let counts = parsed.document.unwrap_or_default().counts();
        prop_assert!(counts.total <= whole.total && counts.failed <= whole.failed);
    }
}

const REPORT: &str = "<testsuites name='all'><testsuite name='ä' time='1,5'><testcase name='a' classname='b'/>\
    <testcase name='c'><failure message='m &lt; &#10;'>t<![CDATA[u]]></failure><rerunFailure/></testcase></testsuite>\
    <testsuite><error/></testsuite></testsuites>";

fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "<testsuites>",
        "<testsuite name='a' time='1,5'>",
        "<testcase name=\"b\" line='0'>",
        "<failure message='&#0;&x;&'>",
        "<flakyFailure/>",
        "</testcase>",
        "</testsuite>",
        "</testsuites>",
        "</failure>",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "<!DOCTYPE a [",
        "]>",
        "<?xml",
        "?>",
        "&amp;",
        "&",
        "<",
        ">",
        "'",
        "\"",
        "/>",
        "é",
        "\u{feff}",
        "\0",
        "<TestRun><Results>",
        "<UnitTestResult testId='1' testName='a' outcome='Failed' duration='1:2:3'>",
        "<InnerResults>",
        "<TestDefinitions><UnitTest id='1' storage='a\\b'><TestMethod className='c, d'/>",
        "<test-run result='Failed'>",
        "<test-suite name='a' result='Failed' site='TearDown'>",
        "<test-case name='a' result='Failed' label='Error'>",
        "<failure><message>",
        "<assemblies><assembly name='a/b'>",
        "<collection><test name='a' type='b' result='Fail'>",
        "<testng-results><suite><test>",
        "<class name='c'>",
        "<test-method name='a' status='SKIP' retried='true'>",
        "<params><param><value>",
        "{\"results\":{\"tests\":[",
        "{\"name\":\"a\",\"status\":\"passed\",\"retries\":9e9},",
        "{\"name\":1}",
        "]}}",
        "\n{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"a\"}\n",
        "\n{\"Action\":\"fail\",\"Package\":\"p\",\"Test\":\"a\",\"Elapsed\":-1e308}\n",
        "\n{\"Action\":\"fail\",\"Package\":\"p\",\"FailedBuild\":\"q\"}\n",
        "\n{\"Action\":\"build-fail\",\"ImportPath\":\"q\"}\n",
        "<coverage line-rate='1'>",
        "<packages>",
        "<class filename='a'>",
        "<line number='1' hits='1e9' branch='true' condition-coverage='(3/2)'/>",
        "<method>",
        "</class>",
        "\nSF:a\n",
        "\nDA:1,1\n",
        "\nBRDA:1,0,0,-\n",
        "\nFN:1,f\n",
        "\nFNA:0,1,f\n",
        "\nLH:18446744073709551615\n",
        "\nend_of_record\n",
        "\n# RTO\n",
        "\n| RTO | 5-10 min |\n|---|---|\n",
        "RTO: 5 minutes",
        "1e400 h",
        "- ",
        "```\n",
        "9999999999999999999 h",
        " – ",
        "≤",
    ])
}

/// Runs all parsers; what they give must lie inside the text.
fn read_all(text: &str) {
    for parse in [trx::parse, nunit::parse, xunit::parse, testng::parse, ctrf::parse, go_test::parse] {
        let parsed = parse(text);
        for problem in &parsed.problems {
            assert!(text.get(problem.span.range()).is_some(), "{problem:?} in {text:?}");
        }
        let counts = parsed.document.unwrap_or_default().counts();
        assert_eq!(counts.total, counts.passed + counts.failed + counts.errors + counts.skipped);
    }
    let places = [junit::parse(text).problems, cobertura::parse(text).problems, lcov::parse(text).problems];
    for problem in places.concat() {
        assert!(text.get(problem.span.range()).is_some(), "{problem:?} in {text:?}");
    }
    if let Some(report) = junit::parse(text).document {
        let counts = report.counts();
        assert_eq!(counts.total, counts.passed + counts.failed + counts.errors + counts.skipped);
    }
    for report in [cobertura::parse(text), lcov::parse(text)].into_iter().filter_map(|parsed| parsed.document) {
        let totals = report.totals();
        for ratio in [totals.line, totals.branch, totals.function] {
            assert!(ratio.covered <= ratio.total, "{ratio:?} in {text:?}");
        }
    }
    for stated in markdown::parse(text).document.unwrap_or_default().recovery_objectives() {
        assert!(stated.minutes.is_finite() && text.get(stated.span.range()).is_some(), "{stated:?} in {text:?}");
    }
}
