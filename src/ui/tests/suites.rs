use crate::model::{SuiteRecord, TestCounts, Tests};
use crate::ui::components::{Icon, Row, RowAct, Rows, Tree, cell, heads, icon};
use crate::ui::query::{self, Query};
use crate::ui::{Shared, Sort, words};
use std::cmp::Reverse;
use std::rc::Rc;
use yew::{Callback, Html, Properties, classes, component, html, use_effect_with, use_memo, use_state};

/// What [`Suites`] shows.
#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct Props {
    pub(super) report: Shared,
    pub(super) sort: Sort,
    pub(super) query: String,
}

/// The suites as a tree, with what the tests in each come to together.
#[component]
pub(super) fn Suites(props: &Props) -> Html {
    let grown = use_memo((props.report.clone(), props.sort), |(report, sort)| {
        report.tests.as_ref().map(|tests| grow(tests, *sort)).unwrap_or_default()
    });
    let open = {
        let grown = Rc::clone(&grown);
        use_state(move || grown.0.first_open())
    };
    {
        let (open, grown) = (open.setter(), Rc::clone(&grown));
        // Numbers of nodes mean nothing in another report.
        use_effect_with(props.report.clone(), move |_| open.set(grown.0.first_open()));
    }
    let Some(tests) = &props.report.tests else { return Html::default() };
    let (tree, sums) = &*grown;
    let kept = (!props.query.trim().is_empty()).then(|| {
        let words = Query::new(&props.query, &query::RECORDS);
        tree.kept(|at| tests.suites.get(at).is_some_and(|suite| words.fits(&[&suite.file], &[&suite.name])))
    });
    let (rows, twigs) = tree.rows(&open, kept.as_deref());
    let rows = Rc::new(rows);
    let count = rows.len();
    let longest = sums.iter().map(|sum| sum.seconds).fold(0.0, f64::max);
    let row = {
        let (grown, rows) = (Rc::clone(&grown), Rc::clone(&rows));
        let twigs = Rc::clone(&twigs);
        Callback::from(move |at: usize| {
            let twig = twigs.get(at).and_then(|twig| twig.open);
            let node = rows.get(at).and_then(|node| Some((grown.0.nodes.get(*node)?, *grown.1.get(*node)?)));
            node.map(|(node, sum)| self::row(&node.name, sum, longest, twig)).unwrap_or_default()
        })
    };
    let act = {
        let open = open.clone();
        let filtered = kept.is_some();
        Callback::from(move |(at, _): (usize, RowAct)| {
            let Some(node) = rows.get(at).filter(|_| !filtered) else { return };
            let mut next = (*open).clone();
            if !next.remove(node) {
                next.insert(*node);
            }
            open.set(next);
        })
    };
    let head = heads(&[("suite", "Suite"), ("result", "Result"), ("tests", "Tests"), ("time", "Time")]);
    let matched = kept.as_ref().map(|_| count);
    html! {
        <>
            <h2 id="list-title" class="unseen">{ "Suites" }</h2>
            <div class="list-head"><p class="quiet" role="status">{ match matched {
                Some(0) => "No suite fits this filter.".to_owned(),
                Some(n) => format!("{} fit this filter, with what they are in", words::count(n, "row", "rows")),
                None => format!("{}; open one with Enter or the right arrow", words::count(tests.suites.len(), "suite", "suites")),
            } }</p></div>
            if count > 0 {
                <Rows key={format!("{:?}{}", props.sort, props.query)} id="suite" label="Suites" kind="suites" {head} {count} {row} tree={twigs} {act} />
            }
        </>
    }
}

type Grown = (Tree, Vec<TestCounts>);

fn grow(tests: &Tests, sort: Sort) -> Grown {
    let several = tests.suites.iter().any(|suite| tests.suites.first().is_some_and(|first| first.file != suite.file));
    let mut tree = Tree::new(tests.suites.iter().map(|suite| parts(suite, several)));
    let sums = tree.sums(|at| tests.suites.get(at).map(|suite| suite.counts).unwrap_or_default());
    let of = |at: usize| sums.get(at).copied().unwrap_or_default();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of a float saturates")]
    let micros = |at: usize| (of(at).seconds * 1e6) as u64;
    match sort {
        Sort::Worst => tree.sort(|at| (Reverse(of(at).failed + of(at).errors), Reverse(of(at).flaky))),
        Sort::Most => tree.sort(|at| Reverse(micros(at))),
        Sort::Name => tree.sort(|_| ()),
    }
    (tree, sums)
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

fn row(name: &str, sum: TestCounts, longest: f64, open: Option<bool>) -> Row {
    let bad = sum.failed + sum.errors;
    let (tone, picture) = if bad > 0 { ("bad", Icon::Cross) } else { ("good", Icon::Check) };
    let name = name.trim_start_matches(" > ");
    let said = match (bad, sum.flaky, sum.skipped) {
        (0, 0, 0) => "passed".to_owned(),
        (0, 0, skipped) if skipped == sum.total => "skipped".to_owned(),
        (0, 0, skipped) => format!("{} skipped", words::number(skipped)),
        (0, flaky, _) => format!("{} flaky", words::number(flaky)),
        (bad, ..) => format!("{} failed", words::number(bad)),
    };
    let part = |seconds: f64| if longest > 0.0 { seconds / longest * 1000.0 } else { 0.0 };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of a float saturates")]
    let width = part(sum.seconds) as u32;
    Row {
        class: "",
        cells: html! {
            <>
                { cell("suite", html! { <>
                    <span class={classes!("twist", open.map(|open| if open { "open" } else { "shut" }))} aria-hidden="true"></span>
                    <span class="suite-name" title={words::visible(name)}>{ words::visible(name) }</span>
                </> }) }
                { cell("result", html! { <span class={classes!("tint", tone)}>{ icon(picture) }{ said }</span> }) }
                { cell("tests", html! { { words::number(sum.total) } }) }
                { cell("time note", html! { <>
                    <span>{ words::seconds(sum.seconds) }</span>
                    <svg class="bar" viewBox="0 0 1000 4" preserveAspectRatio="none" aria-hidden="true"><rect class="bar-all" width="1000" height="4" /><rect class="bar-part" width={width.to_string()} height="4" /></svg>
                </> }) }
            </>
        },
    }
}
