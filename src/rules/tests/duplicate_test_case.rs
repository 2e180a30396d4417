//! The rule `duplicate-test-case`.

use super::cases::{met, name_of};
use super::reports::admit_gaps;
use crate::evidence::Evidence;
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};

rule! {
    /// # What it checks
    ///
    /// Cases of one report that agree in suite, class, name and file have the same result. Each of them is counted; where
    /// one passed and another failed, nobody can say whether they are two tests of one name or two tries of one test.
    ///
    /// Not judged: cases without a name, and cases of one name that all passed, or all failed: parametrised tests.
    ///
    /// # Why it matters
    ///
    /// A name that stands for two results says nothing about either, in the report and in every history made of it.
    ///
    /// # Example
    ///
    /// ```xml report/junit.xml
    /// <testsuite name="cart">
    ///   <testcase classname="cart.Total" name="rounds" time="0.1"><failure message="expected 1.19, got 1.2"/></testcase>
    ///   <testcase classname="cart.Total" name="rounds" time="0.1"/>
    /// </testsuite>
    /// ```
    ///
    /// # Instead
    ///
    /// ```xml report/junit.xml
    /// <testsuite name="cart">
    ///   <testcase classname="cart.Total" name="rounds[1.185]" time="0.1"><failure message="expected 1.19, got 1.2"/></testcase>
    ///   <testcase classname="cart.Total" name="rounds[1.2]" time="0.1"/>
    /// </testsuite>
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// The program that writes the report puts every try of a test into it and cannot do otherwise.
    pub struct DuplicateTestCase;
    id: "duplicate-test-case",
    family: Tests,
    level: Info,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str =
    "A name that stands for two results says nothing about either, in the report and in every history made of it.";

const FIX: &str = "Give each set of parameters a name of its own, and let the report tell tries of one test as such:\n\n    \
                   @pytest.mark.parametrize(\"amount\", [1.185, 1.2], ids=[\"half\", \"exact\"])\n";

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    for cases in &evidence.repeats.duplicates {
        let cases = met(evidence, cases);
        let bad = cases.iter().filter(|met| met.case.is_bad()).count();
        let good = cases.iter().filter(|met| met.case.is_good()).count();
        // The second is the one too many.
        let (Some(second), true) = (cases.get(1), bad > 0 && good > 0) else { continue };
        let name = name_of(second.suite, second.case);
        spots.push(Spot {
            file: second.file,
            span: second.span(),
            path: String::new(),
            message: format!("`{name}` stands {} times in this report: {good} passed, {bad} failed", cases.len()),
            detail: String::new(),
            edits: Vec::new(),
        });
    }
    let cases = evidence.test_reports.iter().map(|report| report.cases().count()).sum();
    sink.subjects(cases);
    if cases > 0 {
        let repeated = evidence.repeats.duplicates.len();
        let (cases, names) = (count(cases, "case"), count(repeated, "name"));
        sink.fact(format!("{cases}, {names} more than once in a report, {} with different results", spots.len()));
    }
    admit_gaps(evidence, sink);
    sink.once_a_file(
        spots,
        WHY,
        |group| {
            let first = group.first().map_or("", |spot| spot.message.as_str());
            format!("{} names stand for different results; the first: {first}", group.len())
        },
        |_| FIX.to_owned(),
    );
}
