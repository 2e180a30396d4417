//! What the tests said: counts, what failed, what cannot be relied on, the suites, the slowest, and every single test.

mod all;
mod failures;
mod repeats;
mod slowest;
mod suites;
mod summary;

use super::components::{Facet, Icon, TreeList, facet, icon, search};
use super::select::Words;
use super::{Action, Part, Ports, Shared, Sort, State, words};
use crate::model::{CaseRecord, CaseStatus, TestCounts, Tests};
use all::AllTests;
use suites::SUITES;
use yew::{Html, html};

pub(super) fn view(report: &Shared, state: &State, ports: &Ports) -> Html {
    let Some(tests) = &report.tests else { return nothing() };
    let part = part(tests, state);
    let sorted = |sort: Sort, word: &str| Facet {
        word: word.to_owned(),
        sign: None,
        count: None,
        on: state.sort == sort,
        toggle: ports.act.reform(move |_| Action::Sort(sort)),
    };
    let sorts = match part {
        Part::Suites | Part::All => {
            vec![sorted(Sort::Worst, "failures"), sorted(Sort::Most, "time"), sorted(Sort::Name, "name")]
        }
        _ => Vec::new(),
    };
    html! {
        <div class="tests">
            { summary::view(tests) }
            <nav class="parts" aria-label="Lists of tests">
                <ul>{ for parts(tests).into_iter().map(|(of, word, count)| link(state, part, of, word, count)) }</ul>
            </nav>
            <div class="with-filters">
                <aside class="filters" aria-label="Filters">
                    { search(state, ports, "Filter the tests", "Filter by words") }
                    if part != Part::Suites { { facet("Status", words::CASES.into_iter().map(|status| status_facet(tests.counts, status, state, ports)).collect()) } }
                    { facet("Sort by", sorts) }
                </aside>
                <section class="list" aria-labelledby="list-title">
                    { list(report, tests, &State { part, ..state.clone() }, ports) }
                </section>
            </div>
        </div>
    }
}

/// The list in the state.
pub(super) fn list(report: &Shared, tests: &Tests, state: &State, ports: &Ports) -> Html {
    match state.part {
        Part::Repeats => repeats::view(tests, state, ports),
        Part::Suites => html! { <TreeList report={report.clone()} state={state.clone()} kind={&SUITES} /> },
        Part::Slowest => slowest::view(tests, state, ports),
        Part::All => {
            html! { <AllTests report={report.clone()} query={all::query(state)} ask={ports.ask.clone()} /> }
        }
        _ => failures::view(tests, state, ports),
    }
}

/// The lists beside the first one that are in the report and have something.
pub(super) fn others(tests: &Tests) -> Vec<Part> {
    let first = part(tests, &State::default());
    let there = |(part, _, count): (Part, _, u64)| (count > 0 && part != first && part != Part::All).then_some(part);
    parts(tests).into_iter().filter_map(there).collect()
}

/// The list that is shown: what failed, where something did.
fn part(tests: &Tests, state: &State) -> Part {
    match state.part {
        Part::Failures | Part::Repeats | Part::Suites | Part::Slowest | Part::All => state.part,
        _ if tests.failures.is_empty() => Part::Suites,
        _ => Part::Failures,
    }
}

fn parts(tests: &Tests) -> [(Part, &'static str, u64); 5] {
    let repeats = tests.unstable.len() + tests.inconsistent.len() + tests.duplicates.len();
    [
        (Part::Failures, "Failures", tests.counts.failed + tests.counts.errors),
        (Part::Repeats, "Not stable", repeats as u64),
        (Part::Suites, "Suites", tests.suites.len() as u64),
        (Part::Slowest, "Slowest", tests.slowest.len() as u64),
        (Part::All, "All tests", tests.counts.total),
    ]
}

fn link(state: &State, now: Part, part: Part, word: &str, count: u64) -> Html {
    let href = State { part, selected: None, ..state.clone() }.link();
    html! {
        <li><a {href} aria-current={(now == part).then_some("true")}>{ word }<span class="count">{ words::number(count) }</span></a></li>
    }
}

fn status_facet(counts: TestCounts, status: CaseStatus, state: &State, ports: &Ports) -> Facet {
    let sign = words::case(status);
    Facet {
        word: sign.word.to_owned(),
        sign: Some((sign.icon, sign.tone)),
        count: usize::try_from(of_status(counts, status)).ok(),
        on: state.cases.has(status),
        toggle: ports.act.reform(move |_| Action::Case(status)),
    }
}

/// Each case once: those that passed in the end are told apart by whether they failed before.
fn of_status(counts: TestCounts, status: CaseStatus) -> u64 {
    match status {
        CaseStatus::Failed => counts.failed,
        CaseStatus::Error => counts.errors,
        CaseStatus::Flaky => counts.flaky,
        CaseStatus::Skipped => counts.skipped,
        CaseStatus::Passed => counts.passed.saturating_sub(counts.flaky),
    }
}

/// The cases that the filters let through.
fn fitting<'t>(cases: &'t [CaseRecord], state: &State) -> Vec<&'t CaseRecord> {
    let words = Words::new(&state.query);
    let fits = |case: &&CaseRecord| {
        state.cases.allows(case.status)
            && words.fit(&[&case.suite, &case.class, &case.name, &case.message], "", &case.file)
    };
    cases.iter().filter(fits).collect()
}

/// Where a case belongs, in one line: its suite, and its class where that says more.
fn owner(suite: &str, class: &str) -> String {
    let inner = suite.rsplit(" > ").next().unwrap_or_default();
    if class.is_empty() || class == suite || class == inner {
        words::visible(suite)
    } else if suite.is_empty() || class.starts_with(suite) {
        words::visible(class)
    } else {
        words::visible(&format!("{suite} · {class}"))
    }
}

fn unnamed(name: &str) -> String {
    if name.is_empty() { "(no name)".to_owned() } else { words::visible(name) }
}

fn nothing() -> Html {
    html! {
        <div class="empty">
            { icon(Icon::File) }
            <h2>{ "No test report was given" }</h2>
            <p>{ "Drop what your test run writes: JUnit XML of any producer (pytest " }<code>{ "--junitxml" }</code>{ ", Maven Surefire, Gradle, " }<code>{ "jest-junit" }</code>{ ", " }<code>{ "cargo nextest" }</code>{ "), TRX, NUnit, xUnit, TestNG, CTRF, Jest’s or Go’s JSON, or the zip of the artifact that holds it." }</p>
        </div>
    }
}
