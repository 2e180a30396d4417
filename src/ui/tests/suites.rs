use crate::model::{Ratio, Report, SuiteRecord};
use crate::ui::components::{Icon, Item, Row, Sums, TreeKind, bar, cell, icon, twist};
use crate::ui::{Sort, words};
use yew::{classes, html};

/// The suites as a tree, with what the tests in each come to together.
pub(super) static SUITES: TreeKind = TreeKind {
    id: "suite",
    title: "Suites",
    class: "suites",
    columns: &[("suite", "Suite"), ("result", "Result"), ("tests", "Tests"), ("time", "Time")],
    nouns: ("suite", "suites"),
    items,
    rank,
    row,
    text: |report, at| suites(report).get(at).map(|suite| format!("{} {}", suite.name, suite.file)).unwrap_or_default(),
    enter: |_, _, _| None,
};

fn suites(report: &Report) -> &[SuiteRecord] {
    report.tests.as_ref().map_or(&[], |tests| &tests.suites)
}

/// Sums: all, failed and errors, flaky, skipped, microseconds.
fn items(report: &Report) -> Vec<Item<'_>> {
    let suites = suites(report);
    let several = suites.iter().any(|suite| suites.first().is_some_and(|first| first.file != suite.file));
    let item = |suite: &'_ SuiteRecord| {
        let counts = &suite.counts;
        let bad = counts.failed + counts.errors;
        [counts.total, bad, counts.flaky, counts.skipped, words::micros(counts.seconds), 0]
    };
    suites.iter().map(|suite| Item { parts: parts(suite, several), sums: item(suite) }).collect()
}

fn rank(sums: &Sums, sort: Sort) -> u64 {
    let [_, bad, flaky, _, micros, _] = sums;
    match sort {
        Sort::Worst => u64::MAX - (bad.saturating_mul(1 << 24).saturating_add(*flaky)),
        Sort::Most => u64::MAX - micros,
        Sort::Name => 0,
    }
}

/// The report, where there are several, then the suites from the outermost, each by its packages or folders.
fn parts(suite: &SuiteRecord, with_file: bool) -> Vec<&str> {
    let mut parts = Vec::new();
    if with_file {
        parts.push(suite.file.as_str());
    }
    let mut rest = suite.name.as_str();
    if rest.is_empty() {
        parts.push("(no name)");
    }
    while !rest.is_empty() {
        // Behind the first part each begins with what separates it from the one before.
        let end = rest.match_indices(" > ").map(|(at, _)| at).find(|at| *at > 0).unwrap_or(rest.len());
        let (name, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        split(name, &mut parts);
        rest = after;
    }
    parts
}

/// A name without blanks that is made of parts, by `.`, `::` or `/`.
fn split<'n>(name: &'n str, parts: &mut Vec<&'n str>) {
    let body = name.trim_start_matches(" > ");
    let separator = ["::", "/", "."].into_iter().find(|separator| {
        body.contains(separator)
            && !body.contains(char::is_whitespace)
            && body.split(separator).all(|part| !part.is_empty())
    });
    let Some(separator) = separator else {
        parts.push(name);
        return;
    };
    let from = name.len() - body.len();
    let mut start = 0;
    for (at, _) in body.match_indices(separator) {
        parts.extend(name.get(start..from + at));
        start = from + at;
    }
    parts.extend(name.get(start..));
}

fn row(name: &str, sums: &Sums, whole: &Sums, open: Option<bool>) -> Row {
    let [all, bad, flaky, skipped, micros, _] = *sums;
    let (tone, picture, said) = match (bad, flaky, skipped) {
        (0, 0, 0) => ("good", Icon::Check, "passed".to_owned()),
        (0, 0, skipped) if skipped == all => ("plain", Icon::Dash, "skipped".to_owned()),
        (0, 0, skipped) => ("good", Icon::Check, format!("{} skipped", words::number(skipped))),
        (0, flaky, _) => ("warn", Icon::Question, format!("{} flaky", words::number(flaky))),
        (bad, ..) => ("bad", Icon::Cross, format!("{} failed", words::number(bad))),
    };
    let name = words::visible(name.trim_start_matches(" > "));
    let [.., longest, _] = *whole;
    Row {
        class: "",
        cells: html! {
            <>
                { cell("suite", html! { <>{ twist(open) }<span class="suite-name" title={name.clone()}>{ name.clone() }</span></> }) }
                { cell("result", html! { <span class={classes!("tint", tone)}>{ icon(picture) }{ said }</span> }) }
                { cell("tests", html! { { words::number(all) } }) }
                { cell("time note", html! { <><span>{ words::of_micros(micros) }</span>{ bar(Ratio { covered: micros, total: longest }) }</> }) }
            </>
        },
    }
}
