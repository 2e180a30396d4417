//! Which artifacts prove what a test run did, by their names and paths.

use super::words::words;

/// What an artifact holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proof {
    /// Coverage.
    Coverage,
    /// Results of tests: reports, screenshots, videos.
    Tests,
}

/// What an uploaded path (one line of `path`) or an artifact's name holds, by the words of its parts; `None` for
/// anything else. Expressions are blanks.
pub fn proof_of(text: &str) -> Option<Proof> {
    let text = without_expressions(text);
    let parts: Vec<Vec<String>> = text.split(['/', '\\']).map(words).filter(|words| !words.is_empty()).collect();
    let whole: Vec<&str> = parts.iter().flatten().map(String::as_str).collect();
    let tests = parts.iter().any(|part| names_results(part)) || is_known_folder(&whole);
    if tests {
        return Some(Proof::Tests);
    }
    let coverage = parts.iter().any(|part| {
        let has = |words: &[&str]| part.iter().any(|word| words.contains(&word.as_str()));
        has(&["coverage", "htmlcov", "lcov", "cobertura", "jacoco", "clover", "simplecov", "opencover"])
            && !has(&["badge", "badges", "comment", "action", "baseline"])
    });
    coverage.then_some(Proof::Coverage)
}

fn names_results(part: &[String]) -> bool {
    let has = |words: &[&str]| part.iter().any(|word| words.contains(&word.as_str()));
    let alone = ["junit", "surefire", "failsafe", "allure", "trx", "xunit", "nunit"];
    let tested = ["test", "tests", "testing", "e2e", "playwright", "cypress", "pytest", "jest", "vitest", "unittest"];
    let result = ["result", "results", "report", "reports", "screenshot", "screenshots", "video", "videos", "output"];
    let joined = ["testresult", "testresults", "testreport", "testreports"];
    has(&joined) || (has(&alone) && !has(&["jar", "plugin", "commandline", "cli"])) || (has(&tested) && has(&result))
}

/// Folders that are known by two parts: `cypress/screenshots`, `build/reports/tests`.
fn is_known_folder(whole: &[&str]) -> bool {
    whole.windows(2).any(|pair| {
        matches!(
            pair,
            ["cypress", "screenshots" | "videos"] | ["reports", "tests" | "androidTests"] | ["blob", "report"]
        )
    })
}

fn without_expressions(text: &str) -> String {
    let mut parts = text.split("${{");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push(' ');
        out.push_str(part.split_once("}}").map_or("", |(_, rest)| rest));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Proof, proof_of};

    #[test]
    fn proof_is_known_by_the_words_of_its_parts() {
        for (text, expected) in [
            ("junit.xml", Some(Proof::Tests)),
            ("report/junit-${{ matrix.os }}.xml", Some(Proof::Tests)),
            ("**/target/surefire-reports/*.xml", Some(Proof::Tests)),
            ("playwright-report/", Some(Proof::Tests)),
            ("blob-report", Some(Proof::Tests)),
            ("web/cypress/screenshots", Some(Proof::Tests)),
            ("TestResults/**/*.trx", Some(Proof::Tests)),
            ("app/build/reports/tests/", Some(Proof::Tests)),
            ("test-results-3.13", Some(Proof::Tests)),
            ("allure-results", Some(Proof::Tests)),
            ("coverage.xml", Some(Proof::Coverage)),
            ("htmlcov/", Some(Proof::Coverage)),
            ("lcov.info", Some(Proof::Coverage)),
            ("**/build/reports/jacoco/**", Some(Proof::Coverage)),
            ("dist/*.whl", None),
            ("latest-report.html", None),
            ("contest-results", None),
            ("test-binaries", None),
            ("docs/screenshots", None),
            ("discoverage", None),
            ("coverage-badge.svg", None),
            ("lint-report.json", None),
            ("${{ env.JUNIT }}", None),
            ("playwright/driver", None),
            ("libs/junit.jar", None),
            ("install/allure-commandline", None),
            ("", None),
        ] {
            assert_eq!(proof_of(text), expected, "{text}");
        }
    }
}
