//! The parsers of what CI runs leave behind, against anything at all and against reference counts of real files.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test may fail and tell what it saw")]
#![expect(
    clippy::disallowed_methods,
    reason = "tests read fixtures from the disk and their place from the environment"
)]

use proptest::prelude::*;
use std::path::PathBuf;
use tollgate::parse::coverage::{cobertura, lcov};
use tollgate::parse::{junit, markdown, xml};

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

/// Fails when fewer than 97 of 100 files agree, and shows all that do not. The references are not right everywhere: they
/// count elements only, so a case whose `status` says that it did not run is passed to them.
fn assert_agreement(total: usize, misses: &[String]) {
    println!("{} of {total} files agree", total - misses.len());
    assert!(total > 0, "the corpus has no such file");
    assert!(misses.len() * 100 <= total * 3, "{} of {total} files disagree:\n{}", misses.len(), misses.join("\n"));
    println!("{}", misses.join("\n"));
}

#[test]
fn junit_counts_agree_with_the_references() {
    let Some((corpus, files)) = expected("junit.json") else { return };
    let mut misses = Vec::new();
    let mut total = 0;
    for (path, oracle) in &files {
        let Some(want) = oracle.get("expected").and_then(|e| e.as_object()) else { continue };
        total += 1;
        let parsed = junit::parse(&text_of(&corpus.join(path)));
        let problems: Vec<_> = parsed.problems.iter().map(|problem| problem.message.as_str()).collect();
        let document = parsed.document.unwrap_or_default();
        let counts = document.counts();
        let outside = document.errors_outside_cases().count() as u64;
        let got = [
            ("tests", counts.total),
            ("failures", counts.failed),
            ("errors", counts.errors),
            ("skipped", counts.skipped),
            ("suite_level_problems", outside),
        ];
        let wrong: Vec<_> = got.iter().filter(|(key, count)| want[*key].as_u64() != Some(*count)).collect();
        if !wrong.is_empty() || !problems.is_empty() {
            misses.push(format!("{path}: counted {wrong:?}, expected {want:?}, {problems:?}"));
        }
    }
    assert_agreement(total, &misses);
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

#[test]
fn broken_files_are_read_without_a_panic_and_broken_xml_has_a_place() {
    let Some(corpus) = corpus() else { return };
    let mut files = 0;
    for entry in std::fs::read_dir(corpus.join("malformed")).unwrap() {
        let path = entry.unwrap().path();
        let text = text_of(&path);
        let sniffed = xml::sniff(&text);
        let parsed = junit::parse(&text);
        let coverage = cobertura::parse(&text);
        lcov::parse(&text);
        markdown::parse(&text);
        for problem in parsed.problems.iter().chain(&coverage.problems) {
            assert!(text.get(problem.span.range()).is_some(), "{}: {problem:?}", path.display());
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let counts = parsed.document.map(|document| document.counts());
        println!("{name}: {sniffed:?} {counts:?} {:?}", parsed.problems.first());
        files += 1;
    }
    assert!(files > 0);
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
    xml::sniff(text);
}
