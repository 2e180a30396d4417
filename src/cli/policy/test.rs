//! `tollgate policy test`: runs the tests of a policy, and proves that they bite.

use crate::engine::{self, Request};
use crate::input::{Content, Limits, Origin, RawFile};
use crate::model::{Date, Level, OutcomeKind, Report, Status};
use crate::policy::{Expectation, Policy, PolicyTest};
use crate::render::text::{Colors, plural, shown, wrapped};
use std::fmt::Write as _;

/// What the tests came to.
pub(super) struct Tested {
    /// For people.
    pub(super) text: String,
    /// Tests that failed.
    pub(super) failed: usize,
}

/// Runs all tests; then turns each rule off in turn and looks which test misses it.
pub(super) fn test(policy: &Policy, today: Date, colors: Colors) -> Tested {
    let styles = colors.styles();
    let (good, bad, dim) = (styles.good, styles.bad, styles.dim);
    // Tests are about rules: a waiver of the repository must not hide what they show, nor be called unused by them.
    let policy = Policy { waivers: Vec::new(), ..policy.clone() };
    let mut text = String::new();
    let mut passed: Vec<&PolicyTest> = Vec::new();
    for test in &policy.tests {
        let misses = misses(&run(test, &policy, today), test, None);
        let name = shown(&test.name);
        if misses.is_empty() {
            let _ = writeln!(text, "{good}ok{good:#}    {name}");
            passed.push(test);
            continue;
        }
        let _ =
            writeln!(text, "{bad}FAIL{bad:#}  {name}  {dim}({}:{}){dim:#}", shown(&test.place.file), test.place.line);
        for miss in misses {
            let _ = writeln!(text, "      {}", shown(&miss));
        }
    }
    let failed = policy.tests.len() - passed.len();
    let failures = if failed == 0 { String::new() } else { format!(", {failed} failed") };
    let _ = writeln!(text, "\n{}{failures}", plural(policy.tests.len(), "test", "tests"));
    let (own, extended) = unproved(&policy, &passed, today);
    if own.is_empty() {
        let _ = writeln!(text, "Each rule of {} is missed by a test when it is off.", shown(&policy.info.name));
    } else {
        let list = format!("No test misses these rules of {} when they are off: {}", policy.info.name, own.join(", "));
        let _ = writeln!(text, "{}", wrapped(&list));
    }
    if extended > 0 {
        let _ = writeln!(text, "Nor {} of what it extends.", plural(extended, "rule", "rules"));
    }
    Tested { text, failed }
}

fn run(test: &PolicyTest, policy: &Policy, today: Date) -> Report {
    let file = |(path, text): &(String, String)| RawFile {
        path: path.clone(),
        content: Content::Bytes(text.clone().into_bytes()),
        origin: Origin::Tree,
    };
    let request = Request {
        files: test.given.iter().map(file).collect(),
        limits: Limits::default(),
        fail_on: Level::Error,
        today: test.today.unwrap_or(today),
        baseline: None,
    };
    engine::analyze(request, policy)
}

/// What a test expects and does not get. `off` is a rule that was turned off to see whether it is missed: of it, nothing
/// found is as good as nothing to find.
fn misses(report: &Report, test: &PolicyTest, off: Option<&str>) -> Vec<String> {
    let found = || report.findings.iter().filter(|finding| finding.status == Status::New);
    if test.expect.is_empty() {
        return found()
            .map(|finding| {
                format!("nothing was expected: {}:{}: {}", finding.place.file, finding.place.line, finding.rule)
            })
            .collect();
    }
    let mut misses = Vec::new();
    for expected in &test.expect {
        let Expectation { rule, file, line, path, outcome, .. } = expected;
        if let Some(wanted) = outcome {
            let silent = matches!(wanted, OutcomeKind::Passed | OutcomeKind::NotApplicable);
            let got = report.outcomes.iter().find(|outcome| outcome.rule == *rule).map(|outcome| outcome.outcome);
            if got != Some(*wanted) && !(silent && off == Some(rule)) {
                let got = got.map_or("the rule is off", OutcomeKind::word);
                misses.push(format!("{rule}: expected {}, got: {got}", wanted.word()));
            }
            continue;
        }
        let fits = found().any(|finding| {
            finding.rule == *rule
                && file.as_ref().is_none_or(|file| *file == finding.place.file)
                && line.is_none_or(|line| line == finding.place.line)
                && path.as_ref().is_none_or(|path| *path == finding.place.path)
        });
        if !fits {
            let of_rule = found().filter(|finding| finding.rule == *rule);
            let places: Vec<String> = of_rule
                .map(|finding| format!("{}:{} ({})", finding.place.file, finding.place.line, finding.place.path))
                .collect();
            let got = if places.is_empty() { "nothing".to_owned() } else { places.join(", ") };
            misses.push(format!("{rule}: not found where it was expected; found: {got}"));
        }
    }
    misses
}

/// The rules that no test misses when they are off: those of the policy's own file, and the number of the others.
fn unproved(policy: &Policy, tests: &[&PolicyTest], today: Date) -> (Vec<String>, usize) {
    let (mut own, mut extended) = (Vec::new(), 0);
    let rules = policy.rules.iter().map(|demand| (&demand.rule, &demand.place.file));
    for (rule, file) in rules.chain(policy.checks.iter().map(|check| (&check.id, &check.place.file))) {
        let mut without = policy.clone();
        without.rules.retain(|other| other.rule != *rule);
        without.checks.retain(|other| other.id != *rule);
        let about = |test: &&&PolicyTest| test.expect.iter().any(|expected| expected.rule == *rule);
        let missed = tests.iter().filter(about).any(|test| {
            let report = run(test, &without, today);
            !misses(&report, test, Some(rule)).is_empty()
        });
        if missed {
            continue;
        }
        if *file == policy.info.name {
            own.push(rule.clone());
        } else {
            extended += 1;
        }
    }
    (own, extended)
}
