use super::of_status;
use crate::model::{CaseStatus, DeclaredCounts, Ratio, TestCounts, TestReportRecord, Tests, TimeBucket};
use crate::ui::components::{Icon, bar, icon};
use crate::ui::{Choices, Part, State, View, words};
use yew::{Html, classes, html};

/// Reports whose numbers are shown before the reader asks for the others.
const FEW: usize = 4;

pub(super) fn view(tests: &Tests) -> Html {
    html! {
        <div class="test-summary">
            <section class="panel test-counts" aria-labelledby="test-counts">
                <h2 id="test-counts">{ sentence(tests) }</h2>
                { shares(tests.counts) }
                { legend(tests.counts) }
                { beside(tests) }
                { reports(&tests.reports) }
            </section>
            if !tests.times.is_empty() { { times(&tests.times) } }
        </div>
    }
}

fn sentence(tests: &Tests) -> String {
    let counts = tests.counts;
    let bad = counts.failed + counts.errors;
    match (counts.total, bad) {
        (0, _) => "The reports hold no test".to_owned(),
        (all, 0) if counts.skipped == 0 => format!("All {} passed", tests_of(all)),
        (_, 0) => format!("{} passed, none failed", tests_of(counts.passed)),
        (all, bad) => format!("{} of {} failed", words::number(bad), tests_of(all)),
    }
}

fn tests_of(n: u64) -> String {
    format!("{} {}", words::number(n), if n == 1 { "test" } else { "tests" })
}

/// All cases as one bar. Each status has a pattern of its own beside its colour, and the words are below.
fn shares(counts: TestCounts) -> Html {
    if counts.total == 0 {
        return Html::default();
    }
    let mut at = 0;
    let mut part = |status: CaseStatus| {
        let n = of_status(counts, status);
        // What is there is seen, however little it is.
        let share = u64::try_from(u128::from(n) * 1000 / u128::from(counts.total)).unwrap_or(0);
        let width = if n > 0 { share.max(6) } else { 0 };
        let x = at;
        at += width;
        html! { <rect class={classes!("share", words::case(status).tone)} x={x.to_string()} width={width.to_string()} height="10" fill={pattern(status)} /> }
    };
    let parts: Vec<Html> = words::CASES.into_iter().map(&mut part).collect();
    html! {
        <svg class="shares" viewBox={format!("0 0 {} 10", at.max(1))} preserveAspectRatio="none" aria-hidden="true">
            <defs>
                <pattern id="fill-failed" class="bad" width="4" height="4" patternUnits="userSpaceOnUse"><rect class="ground" width="4" height="4" /></pattern>
                <pattern id="fill-error" class="bad" width="6" height="6" patternUnits="userSpaceOnUse"><rect class="ground" width="6" height="6" /><path class="hatch" d="M0 6 6 0" /></pattern>
                <pattern id="fill-flaky" class="warn" width="6" height="6" patternUnits="userSpaceOnUse"><rect class="ground" width="6" height="6" /><path class="hatch" d="M3 0V6" /></pattern>
                <pattern id="fill-skipped" class="plain" width="5" height="5" patternUnits="userSpaceOnUse"><rect class="pale" width="5" height="5" /><circle class="dot" cx="2.5" cy="2.5" r="1" /></pattern>
                <pattern id="fill-passed" class="good" width="4" height="4" patternUnits="userSpaceOnUse"><rect class="ground" width="4" height="4" /></pattern>
            </defs>
            { for parts }
        </svg>
    }
}

const fn pattern(status: CaseStatus) -> &'static str {
    match status {
        CaseStatus::Failed => "url(#fill-failed)",
        CaseStatus::Error => "url(#fill-error)",
        CaseStatus::Flaky => "url(#fill-flaky)",
        CaseStatus::Skipped => "url(#fill-skipped)",
        CaseStatus::Passed => "url(#fill-passed)",
    }
}

fn legend(counts: TestCounts) -> Html {
    let entry = |status: CaseStatus| {
        let (n, sign) = (of_status(counts, status), words::case(status));
        let href = State { part: Part::All, cases: Choices::only(status), ..State::of(View::Tests) }.link();
        let inner = html! { <>{ icon(sign.icon) }<strong>{ words::number(n) }</strong>{ " " }{ sign.word }</> };
        match n {
            0 => Html::default(),
            _ => html! { <li class={sign.tone}><a {href}>{ inner }</a></li> },
        }
    };
    html! { <ul class="legend">{ for words::CASES.into_iter().map(entry) }</ul> }
}

/// What the counts are made of, where that is not plain.
fn beside(tests: &Tests) -> Html {
    let counts = tests.counts;
    let mut said = Vec::new();
    if counts.seconds > 0.0 {
        said.push(format!("Their times add up to {}.", words::seconds(counts.seconds)));
    }
    let parts = [
        (counts.disabled, "switched off in the source"),
        (counts.expected_failures, "failed as their authors expect"),
        (counts.unknown, "ran without a verdict"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{} {word}", words::number(*n))).collect();
    if !parts.is_empty() {
        said.push(format!("Of those skipped, {}.", words::list(&parts)));
    }
    if tests.distinct > 0 && tests.distinct < counts.total {
        said.push(format!("They are {} different tests; the others are the same ones again, in other environments or with other parameters.", words::number(tests.distinct)));
    }
    if tests.superseded > 0 {
        said.push(format!("{} of earlier attempts are not counted.", words::number(tests.superseded)));
    }
    html! { if !said.is_empty() { <p class="quiet">{ said.join(" ") }</p> } }
}

/// What each report declares beside what it holds.
fn reports(reports: &[TestReportRecord]) -> Html {
    let (odd, even): (Vec<_>, Vec<_>) = reports.iter().partition(|report| !differences(report).is_empty());
    let table = |reports: &[&TestReportRecord]| {
        html! {
            <table class="declared">
                <thead><tr><th scope="col">{ "Report" }</th><th scope="col">{ "Counted" }</th><th scope="col">{ "Declared" }</th></tr></thead>
                <tbody>{ for reports.iter().take(500).map(|report| row(report)) }</tbody>
            </table>
        }
    };
    let title = words::count(reports.len(), "report", "reports");
    html! {
        <>
            if !odd.is_empty() {
                <div class="mismatch">
                    <p class="notice warn">{ icon(Icon::Triangle) }<span>{ format!("{} something else about {} than {} cases show. What is counted here are the cases.",
                        if odd.len() == 1 { "One report declares".to_owned() } else { format!("{} reports declare", odd.len()) },
                        if odd.len() == 1 { "itself" } else { "themselves" }, if odd.len() == 1 { "its" } else { "their" }) }</span></p>
                    { table(&odd) }
                </div>
            }
            if !even.is_empty() {
                <details open={reports.len() <= FEW && reports.len() > 1}>
                    <summary>{ if odd.is_empty() { title } else { format!("{} more, which agree", even.len()) } }</summary>
                    { table(&even) }
                </details>
            }
        </>
    }
}

fn row(report: &TestReportRecord) -> Html {
    let counted = report.counted;
    let odd = differences(report);
    let declared = report.declared.map(|declared| said(&declared)).unwrap_or_default();
    html! {
        <tr>
            <th scope="row"><span class="path">{ words::visible(&report.file) }</span>if report.attempt > 1 { <span class="quiet">{ format!("attempt {}", report.attempt) }</span> }</th>
            <td>{ figures([Some(counted.total), Some(counted.failed), Some(counted.errors), Some(counted.skipped)]) }</td>
            <td class={classes!((!odd.is_empty()).then_some("odd"))}>
                if declared.is_empty() { <span class="quiet">{ "nothing" }</span> } else { { declared } }
                if !odd.is_empty() { <strong>{ icon(Icon::Triangle) }{ format!("{} differ", words::list(&odd)) }</strong> }
            </td>
        </tr>
    }
}

fn said(declared: &DeclaredCounts) -> String {
    figures([declared.tests, declared.failures, declared.errors, declared.skipped])
}

fn figures(numbers: [Option<u64>; 4]) -> String {
    let words = ["tests", "failed", "errors", "skipped"];
    let said = numbers.iter().zip(words).filter_map(|(n, word)| Some(format!("{} {word}", words::number((*n)?))));
    said.collect::<Vec<_>>().join(", ")
}

/// The numbers in which a report does not agree with its cases. One that declares no errors counts them as failures.
fn differences(report: &TestReportRecord) -> Vec<String> {
    let Some(declared) = report.declared else { return Vec::new() };
    let counted = report.counted;
    let bad = if declared.errors.is_some() { counted.failed } else { counted.failed + counted.errors };
    let pairs = [
        ("tests", declared.tests, counted.total),
        ("failures", declared.failures, bad),
        ("errors", declared.errors, counted.errors),
        ("skipped", declared.skipped, counted.skipped),
    ];
    let differs = |(word, declared, counted): &(&str, Option<u64>, u64)| {
        declared.is_some_and(|declared| declared != *counted).then(|| (*word).to_owned())
    };
    pairs.iter().filter_map(differs).collect()
}

/// How long tests took: a table that is also a picture.
fn times(times: &[TimeBucket]) -> Html {
    let most = times.iter().map(|bucket| bucket.cases).max().unwrap_or(0);
    let mut before: Option<f64> = None;
    let mut row = |bucket: &TimeBucket| {
        let label = match (before, bucket.below) {
            (_, Some(below)) => format!("under {}", words::seconds(below)),
            (Some(from), None) => format!("{} and more", words::seconds(from)),
            (None, None) => "any".to_owned(),
        };
        before = bucket.below;
        html! {
            <tr>
                <th scope="row">{ label }</th>
                <td class="wide">{ bar(Ratio { covered: bucket.cases, total: most }) }</td>
                <td class="number">{ words::number(bucket.cases) }</td>
                <td class="number">{ words::seconds(bucket.seconds) }</td>
            </tr>
        }
    };
    let rows: Vec<Html> = times.iter().map(&mut row).collect();
    html! {
        <section class="panel test-times note" aria-labelledby="test-times">
            <h2 id="test-times">{ "How long they take" }</h2>
            <table>
                <thead><tr><th scope="col">{ "Time" }</th><th scope="col" class="wide"><span class="unseen">{ "Share" }</span></th><th scope="col" class="number">{ "Tests" }</th><th scope="col" class="number">{ "Together" }</th></tr></thead>
                <tbody>{ for rows }</tbody>
            </table>
        </section>
    }
}
