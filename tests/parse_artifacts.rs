//! The parsers of what CI runs leave behind, against anything at all and against reference counts of real files.

#![expect(
    clippy::disallowed_methods,
    reason = "tests read fixtures from the disk and their place from the environment"
)]

use std::path::PathBuf;
use tollgate::parse::junit;

/// The folder of real files with reference counts, where there is one.
fn corpus() -> Option<PathBuf> {
    std::env::var_os("TOLLGATE_CORPUS").map(PathBuf::from)
}

/// Reference counts: path of a file to what independent programs count in it.
fn expected(name: &str) -> Option<(PathBuf, serde_json::Map<String, serde_json::Value>)> {
    let corpus = corpus()?;
    let text = std::fs::read_to_string(corpus.join("oracles").join(name)).unwrap();
    Some((corpus, serde_json::from_str(&text).unwrap()))
}

fn text_of(path: &std::path::Path) -> String {
    String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()
}

/// Fails when fewer than 97 of 100 files agree, and shows all that do not. The references are not right everywhere: they
/// count elements only, so a case whose `status` says that it did not run is passed to them, and they do not know the
/// function records of LCOV 2.2.
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
