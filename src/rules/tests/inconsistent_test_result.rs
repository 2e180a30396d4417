//! The rule `inconsistent-test-result`.

use super::cases::{is_allowed, met, name_of};
use super::reports::admit_gaps;
use crate::evidence::Evidence;
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;
use std::collections::BTreeSet;

rule! {
    /// # What it checks
    ///
    /// A test that passed in one environment passed in all: reports of one run with nearly all of their tests in common
    /// (legs of a matrix, a container beside the runner) agree on each of them. Where a report is a later attempt of
    /// another, only the later one counts.
    ///
    /// Not judged: a single report, reports that share few tests (shards, other projects), tests that an environment skips.
    ///
    /// # Why it matters
    ///
    /// What passes here and fails there depends on the environment, and users have other environments still.
    ///
    /// # Example
    ///
    /// ```xml linux/junit.xml
    /// <testsuite name="cart">
    ///   <testcase classname="cart.Total" name="adds tax" time="0.1"/>
    ///   <testcase classname="cart.Total" name="rounds" time="0.1"/>
    /// </testsuite>
    /// ```
    ///
    /// ```xml windows/junit.xml
    /// <testsuite name="cart">
    ///   <testcase classname="cart.Total" name="adds tax" time="0.2"/>
    ///   <testcase classname="cart.Total" name="rounds" time="0.1"><failure message="expected 1.19, got 1,19"/></testcase>
    /// </testsuite>
    /// ```
    ///
    /// # Instead
    ///
    /// ```xml linux/junit.xml
    /// <testsuite name="cart">
    ///   <testcase classname="cart.Total" name="adds tax" time="0.1"/>
    ///   <testcase classname="cart.Total" name="rounds" time="0.1"/>
    /// </testsuite>
    /// ```
    ///
    /// ```xml windows/junit.xml
    /// <testsuite name="cart">
    ///   <testcase classname="cart.Total" name="adds tax" time="0.2"/>
    ///   <testcase classname="cart.Total" name="rounds" time="0.2"/>
    /// </testsuite>
    /// ```
    ///
    /// # Options
    ///
    /// - `allow`: cases that may differ, as patterns on their name or on class and name with a blank between (`["*Path*"]`;
    ///   `*` stands for anything but a slash, `**` for anything).
    ///
    /// # When to waive
    ///
    /// One of the environments is not supported, and its leg may fail.
    pub struct InconsistentTestResult;
    id: "inconsistent-test-result",
    family: Tests,
    level: Error,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    allow: Vec<String>,
}

const WHY: &str =
    "What passes here and fails there depends on the environment, and users have other environments still.";

const FIX: &str = "Run the tests of all legs in one container image, or repair what depends on the environment (time zone, \
                   language, path separators, versions):\n\n    docker compose run --rm web pytest\n";

/// Reports that a message names.
const SHOWN: usize = 3;

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let (mut differ, mut allowed) = (0, 0);
    for cases in &evidence.repeats.inconsistent {
        let cases = met(evidence, cases);
        let Some(bad) = cases.iter().find(|met| met.case.is_bad()) else { continue };
        if is_allowed(bad.case, &params.allow) {
            allowed += 1;
            continue;
        }
        differ += 1;
        let passed: BTreeSet<&str> = cases.iter().filter(|met| met.case.is_good()).map(|met| met.file.path()).collect();
        let named: Vec<&str> = passed.iter().copied().take(SHOWN).collect();
        let more = match passed.len().saturating_sub(SHOWN) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let name = name_of(bad.suite, bad.case);
        spots.push(Spot {
            file: bad.file,
            span: bad.span(),
            path: String::new(),
            message: format!("`{name}` {} here and passed in {}{more}", bad.verb(), named.join(", ")),
            detail: String::new(),
            edits: Vec::new(),
        });
    }
    // With one report there is nothing to compare.
    let reports = evidence.test_reports.len();
    if reports > 1 {
        let tests = evidence.tests.as_ref().map_or(0, |tests| tests.distinct);
        sink.subjects(usize::try_from(tests).unwrap_or(usize::MAX));
        sink.fact(format!(
            "{tests} different tests in {}, {differ} with other results elsewhere",
            count(reports, "report")
        ));
        admit_gaps(evidence, sink);
    }
    if allowed > 0 {
        sink.fact(format!("allowed by the policy: {}", count(allowed, "test")));
    }
    sink.once_a_file(
        spots,
        WHY,
        |group| {
            let first = group.first().map_or("", |spot| spot.message.as_str());
            format!("{} tests have another result elsewhere; the first: {first}", group.len())
        },
        |_| FIX.to_owned(),
    );
}
