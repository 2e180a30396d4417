//! The parsers of what CI runs leave behind, against anything at all and against reference counts of real files.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may fail and tell what it saw")]
#![expect(
    clippy::disallowed_methods,
    reason = "tests read fixtures from the disk and their place from the environment"
)]

use proptest::prelude::*;
use std::collections::BTreeMap;
use std::path::PathBuf;
use tollgate::input::{self, Content, Limits, Origin, RawFile, detect};
use tollgate::model::{FileKind, FileStatus, Ratio};
use tollgate::parse::coverage::{self, CoverageReport};
use tollgate::parse::diff;
use tollgate::parse::documents::{self, Document};
use tollgate::parse::markdown;
use tollgate::parse::test_results::{ctrf, go_test, junit, nunit, testng, trx, xunit};

/// The folder of real files with reference counts.
fn corpus() -> PathBuf {
    std::env::var_os("TOLLGATE_CORPUS").map(PathBuf::from).unwrap()
}

/// Reference counts: path of a file to what independent programs count in it.
fn expected(name: &str) -> (PathBuf, serde_json::Map<String, serde_json::Value>) {
    let corpus = corpus();
    let text = std::fs::read_to_string(corpus.join("oracles").join(name)).unwrap();
    // Python writes a share of nothing as a word that is no JSON.
    let text = text.replace(": NaN", ": null");
    (corpus, serde_json::from_str(&text).unwrap())
}

fn text_of(path: &std::path::Path) -> String {
    String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()
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
#[ignore = "reads the folder that TOLLGATE_CORPUS names"]
fn junit_counts_agree_with_the_references() {
    let (corpus, files) = expected("junit.json");
    let mut misses = Vec::new();
    let (mut total, mut exceptions) = (0, 0);
    for (path, oracle) in &files {
        let Some(want) = oracle.get("expected").and_then(|e| e.as_object()) else { continue };
        total += 1;
        let text = text_of(&corpus.join(path));
        let parsed = junit::parse(&text);
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

/// The words of the references for what a report counts.
fn counted(report: &CoverageReport, word: &str) -> Option<Ratio> {
    let totals = report.totals();
    Some(match word {
        "lines" | "line" => totals.line,
        "branches" | "branch" | "branch_points" => totals.branch,
        "functions" | "methods" | "method" => totals.function,
        "statements" | "sequence_points" => totals.statement,
        "instruction" => totals.instruction,
        "regions" => totals.region,
        _ => return None,
    })
}

/// Files in which the references are not right, and why.
const COVERAGE_DIFFERENCES: &[(&str, &str)] = &[
    (
        "cpp_functions_coverage.lcov",
        "geninfo(1): since LCOV 2.2 functions are FNL and FNA records; the reference counts FN only",
    ),
    ("real_cpp_coverage.lcov", "geninfo(1): as above; lcov 2 and the file's own FNF and FNH count as here"),
    (
        "reports__lcov__lcov.info",
        "geninfo(1): a function's name is all that follows the count, commas included; the reference splits there",
    ),
    ("CSharp__Reports__lcov.info", "geninfo(1): as above; lcov 1 and 2 count as here"),
    ("coverage-summary-compare.json", "made by hand: 74.4 covered statements are no count; the fraction is cut off"),
    ("sourcefile__only_line.xml", "made by hand: four elements for line 18 of one source file, which are one line"),
];

#[test]
#[ignore = "reads the folder that TOLLGATE_CORPUS names"]
fn coverage_counts_agree_with_the_references() {
    let (corpus, files) = expected("coverage.json");
    let mut misses = Vec::new();
    let mut formats: BTreeMap<FileKind, [usize; 2]> = BTreeMap::new();
    let mut total = 0;
    for (path, oracle) in &files {
        let text = text_of(&corpus.join(path));
        let detected = detect::kind(path, &text);
        let Some(want) = oracle.get("expected").and_then(|e| e.as_object()).filter(|want| !want.is_empty()) else {
            println!("no reference: {path}: {detected:?}");
            continue;
        };
        let Some(parsed) = coverage::parse(detected.kind, &text) else {
            println!("not read: {path}: {detected:?}");
            continue;
        };
        total += 1;
        let problems: Vec<_> = parsed.problems.iter().map(|problem| problem.message.as_str()).collect();
        let report = parsed.document.unwrap_or_default();
        let wrong: Vec<_> = want
            .iter()
            .filter_map(|(word, want)| {
                let got = counted(&report, word)?;
                (*want != serde_json::json!([got.covered, got.total])).then(|| format!("{word} {got:?}, not {want}"))
            })
            .collect();
        let exact = wrong.is_empty() && problems.is_empty();
        let counts = formats.entry(detected.kind).or_default();
        counts[0] += usize::from(exact);
        counts[1] += 1;
        if !exact {
            let reason = COVERAGE_DIFFERENCES.iter().find(|(end, _)| path.ends_with(end)).map(|(_, reason)| *reason);
            println!("{path}: {wrong:?} {problems:?}: {}", reason.unwrap_or("NOT EXPLAINED"));
            if reason.is_none() {
                misses.push(format!("{path}: {wrong:?} {problems:?}"));
            }
        }
    }
    for (kind, [exact, all]) in &formats {
        println!("{kind:16} {exact:3} of {all:3} exact");
    }
    assert!(misses.is_empty(), "{}", misses.join("\n"));
    assert!(total > 0, "the corpus has no such file");
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
#[ignore = "reads the folder that TOLLGATE_CORPUS names"]
fn malformed_files_end_as_they_deserve() {
    let (corpus, files) = expected("validity.json");
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
#[ignore = "reads the folder that TOLLGATE_CORPUS names"]
fn other_formats_count_what_they_declare() {
    let corpus = corpus();
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
    fn any_part_of_a_coverage_report_is_read_and_what_is_missing_is_told(
        (sample, cut) in (0..SAMPLES.len()).prop_flat_map(|sample| (Just(sample), 0..SAMPLES[sample].1.len())),
        noise in "\\PC{0,3}",
    ) {
        let (kind, text) = SAMPLES[sample];
        let (Some(head), Some(tail)) = (text.get(..cut), text.get(cut..)) else { return Ok(()) };
        check_coverage(kind, head);
        check_coverage(kind, &format!("{head}{noise}{tail}"));
        check_coverage(kind, tail);
        let complete = matches!(kind, FileKind::Lcov | FileKind::GoCover | FileKind::JacocoCsv);
        prop_assert!(complete || !coverage::parse(kind, head).unwrap().problems.is_empty(), "{head}");
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
        "diff --git a/x b/x\n",
        "diff --git \"a/\\303 b\n",
        "rename to y\n",
        "--- a/x\n",
        "+++ b/x\n",
        "@@ -1,2 +1,3 @@\n",
        "@@ -0,0 +4294967295 @@\n",
        "+a\n",
        "-b\n",
        " c\n",
        "diff --cc z\n",
        "@@@ -1 -1 +1 @@@\n",
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

/// A small report of each format of coverage.
const SAMPLES: &[(FileKind, &str)] = &[
    (
        FileKind::Cobertura,
        "<coverage line-rate='1'><packages><class filename='a'><line number='1' hits='1' branch='true' \
         condition-coverage='50% (1/2)'/></class></packages></coverage>",
    ),
    (FileKind::Lcov, "SF:a\nDA:1,1\nBRDA:1,0,0,-\nFN:1,f\nFNL:0,1\nFNA:0,1,f\nLH:9\nend_of_record\n"),
    (
        FileKind::Jacoco,
        "<report><package name='p'><class><method><counter type='LINE' missed='1' covered='2'/></method></class>\
         <sourcefile name='a'><line nr='1' mi='1' ci='2' mb='3' cb='4'/></sourcefile></package></report>",
    ),
    (
        FileKind::Clover,
        "<coverage clover='3'><project><file name='a'><class><metrics statements='1' coveredstatements='2'/></class>\
         <line num='1' type='cond' truecount='1' falsecount='0'/></file></project></coverage>",
    ),
    (
        FileKind::OpenCover,
        "<CoverageSession><Summary numSequencePoints='1' visitedSequencePoints='2'/><Module><File uid='1' fullPath='a'/>\
         <Method visited='true'><FileRef uid='1'/><SequencePoint vc='1' sl='1' el='3'/><BranchPoint vc='0' sl='1'/></Method>\
         </Module></CoverageSession>",
    ),
    (
        FileKind::SonarCoverage,
        "<coverage version='1'><file path='a'><lineToCover lineNumber='1' covered='true' branchesToCover='1' \
         coveredBranches='2'/></file></coverage>",
    ),
    (
        FileKind::DotCover,
        "<Root CoveredStatements='2' TotalStatements='1'><File Index='1' Name='a'/><Method CoveredStatements='1'>\
         <Statement FileIndex='1' Line='1' EndLine='9' Covered='True'/></Method></Root>",
    ),
    (
        FileKind::VsCoverage,
        "<results><modules><module lines_covered='1' lines_partially_covered='0' lines_not_covered='1'><function blocks_covered='1'>\
         <range source_id='0' covered='yes' start_line='1' end_line='2'/></function><source_file id='0' path='a'/></module>\
         </modules></results>",
    ),
    (
        FileKind::Istanbul,
        r#"{"a": {"path": "a", "statementMap": {"0": {"start": {"line": 1}}}, "branchMap": {"0": {"loc": {"start": {"line": 1}}}},
        "s": {"0": 1}, "f": {"0": 0}, "b": {"0": [1, 0]}}}"#,
    ),
    (
        FileKind::IstanbulSummary,
        r#"{"total": {"lines": {"total": 1, "covered": 2, "pct": 1}, "statements": {"total": 1, "covered": 0}}, "a": {}}"#,
    ),
    (
        FileKind::CoveragePy,
        r#"{"meta": {"version": "7"}, "files": {"a": {"executed_lines": [1], "missing_lines": [2], "missing_branches": [[1, -1]],
        "summary": {"covered_lines": 9, "num_statements": 2}}}, "totals": {"covered_lines": 1}}"#,
    ),
    (FileKind::GoCover, "mode: set\na.go:1.2,3.4 5 6\n"),
    (
        FileKind::LlvmCov,
        r#"{"data": [{"files": [{"filename": "a", "segments": [[1,1,1,true,true,false],[9,1,0,false,false,false]],
        "branches": [[1,1,1,2,0,1]], "summary": {"lines": {"count": 1, "covered": 2}}}], "totals": {"lines": {"count": 1}}}]}"#,
    ),
    (
        FileKind::SimpleCov,
        r#"{"meta": {}, "coverage": {"a": {"lines": [null, 1, "ignored"], "branches": [{"coverage": 1, "start_line": 2}]}}}"#,
    ),
    (
        FileKind::Gcovr,
        r#"{"gcovr/format_version": "1", "line_total": 1, "line_covered": 2, "files": [{"file": "a", "lines": [{"line_number": 1,
        "count": 1, "branches": [{"count": 0}]}], "functions": [{"name": "f", "execution_count": 1}]}]}"#,
    ),
    (FileKind::Codecov, r#"{"coverage": {"a": {"1": "1/2", "2": 3}, "b": [null, true]}}"#),
    (FileKind::Coveralls, r#"{"source_files": [{"name": "a", "coverage": [null, 1], "branches": [2, 0, 0, 1]}]}"#),
    (
        FileKind::CodeClimate,
        r#"{"line_counts": {"missed": 9, "covered": 1}, "source_files": [{"name": "a", "coverage": "[null,1]"}, {"coverage": [0]}]}"#,
    ),
    (
        FileKind::JacocoCsv,
        "GROUP,PACKAGE,CLASS,INSTRUCTION_MISSED,INSTRUCTION_COVERED,BRANCH_MISSED,BRANCH_COVERED,LINE_MISSED,LINE_COVERED,\
         METHOD_MISSED,METHOD_COVERED\ng,p,C,1,2,3,4,5,6,7,8\n",
    ),
];

/// Reads a text as one format; what comes of it must be sound.
fn check_coverage(kind: FileKind, text: &str) -> Option<CoverageReport> {
    let parsed = coverage::parse(kind, text).unwrap();
    for problem in &parsed.problems {
        assert!(text.get(problem.span.range()).is_some(), "{problem:?} in {text:?}");
    }
    assert!(parsed.document.is_some() || !parsed.problems.is_empty(), "nothing is said of {text:?} as {kind}");
    let report = parsed.document?;
    for totals in [report.totals(), report.counted(), report.unplaced()] {
        for ratio in [totals.line, totals.branch, totals.function, totals.statement, totals.instruction, totals.region]
        {
            assert!(ratio.covered <= ratio.total, "{ratio:?} in {text:?} as {kind}");
        }
    }
    for file in &report.files {
        assert!(file.lines.is_sorted_by(|a, b| a.number < b.number), "{file:?} in {text:?} as {kind}");
    }
    Some(report)
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
    for problem in junit::parse(text).problems {
        assert!(text.get(problem.span.range()).is_some(), "{problem:?} in {text:?}");
    }
    if let Some(report) = junit::parse(text).document {
        let counts = report.counts();
        assert_eq!(counts.total, counts.passed + counts.failed + counts.errors + counts.skipped);
    }
    let diff = diff::parse(text);
    for problem in &diff.problems {
        assert!(text.get(problem.span.range()).is_some(), "{problem:?} in {text:?}");
    }
    for file in diff.document.unwrap_or_default().files {
        assert!(
            file.added.is_sorted_by(|a, b| a.1 < b.0) && file.added.iter().all(|(a, b)| a <= b),
            "{file:?} in {text:?}"
        );
        assert!(text.get(file.span.range()).is_some_and(|line| !line.is_empty()), "{file:?} in {text:?}");
    }
    for (kind, sample) in SAMPLES {
        assert_eq!(detect::kind("x", sample).kind, *kind, "{sample}");
        check_coverage(*kind, text);
    }
    for stated in markdown::parse(text).document.unwrap_or_default().recovery_objectives() {
        assert!(stated.minutes.is_finite() && text.get(stated.span.range()).is_some(), "{stated:?} in {text:?}");
    }
}
