use super::{owner, unnamed};
use crate::model::{RepeatRecord, Tests};
use crate::ui::components::{badge, shown_of};
use crate::ui::query::{self, Query};
use crate::ui::report_view::empty;
use crate::ui::{Ports, State, words};
use yew::{Html, html};

pub(super) fn view(tests: &Tests, state: &State, ports: &Ports) -> Html {
    let words = Query::new(&state.query, &query::RECORDS);
    let lists = [
        (
            "Passed and failed in one run",
            "The same test with both results, in two attempts or twice in one report. A retry hides it, and does not mend it.",
            &tests.unstable,
        ),
        (
            "Passed here, failed there",
            "Two reports of the same tests in different environments do not agree.",
            &tests.inconsistent,
        ),
        (
            "Several times in one report",
            "One name for several cases: each is counted, and nobody can tell which of them failed.",
            &tests.duplicates,
        ),
    ];
    let shown = lists.map(|(title, why, list)| {
        let fits = |test: &&RepeatRecord| {
            let file = test.results.first().map_or("", |result| result.file.as_str());
            (state.cases == crate::ui::Choices::default()
                || test.results.iter().any(|result| state.cases.has(result.status)))
                && words.fits(&[file], &[&test.suite, &test.class, &test.name])
        };
        (title, why, list.iter().filter(fits).collect::<Vec<_>>())
    });
    let all = tests.unstable.len() + tests.inconsistent.len() + tests.duplicates.len();
    let count = shown.iter().map(|(.., list)| list.len()).sum();
    html! {
        <>
            <h2 id="list-title" class="unseen">{ "Tests with several results" }</h2>
            <div class="list-head">{ shown_of(state, ports, count, all, "test", "tests") }</div>
            if tests.counts.flaky > 0 {
                <p class="quiet">{ format!("{} passed after a failed attempt; they count as passed.", words::count(usize::try_from(tests.counts.flaky).unwrap_or(usize::MAX), "test", "tests")) }</p>
            }
            if count == 0 { { empty(state, ports, "Every test has one result.", "No such test fits these filters.") } }
            { for shown.into_iter().filter(|(.., list)| !list.is_empty()).map(|(title, why, list)| group(title, why, &list, state.rows)) }
        </>
    }
}

fn group(title: &str, why: &str, list: &[&RepeatRecord], rows: usize) -> Html {
    html! {
        <section class="panel repeats">
            <h3>{ title }<span class="count">{ list.len() }</span></h3>
            <p class="quiet">{ why }</p>
            <ul>{ for list.iter().take(rows).map(|test| repeat(test)) }</ul>
            if list.len() > rows { <p class="quiet">{ format!("and {} more; filter to see them", words::number((list.len() - rows) as u64)) }</p> }
        </section>
    }
}

fn repeat(test: &RepeatRecord) -> Html {
    let beyond = test.times.saturating_sub(test.results.len());
    html! {
        <li>
            <p><span class="case-name">{ unnamed(&test.name) }</span>{ " " }<span class="case-owner">{ owner(&test.suite, &test.class) }</span></p>
            <ol class="results">
                { for test.results.iter().map(|result| html! {
                    <li>{ badge(words::case(result.status)) }<code>{ format!("{}:{}", words::visible(&result.file), result.line) }</code></li>
                }) }
                if beyond > 0 { <li class="quiet">{ format!("and {beyond} more") }</li> }
            </ol>
        </li>
    }
}
