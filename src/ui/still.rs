//! A report where nobody can choose what is shown: all views, one after the other.

use super::report_view::{head, part};
use super::{Bench, Part, Ports, Shared, State, View, findings, later, tests, words};
use crate::model::Report;
use yew::{ContextProvider, Html, Properties, component, html};

/// What [`Still`] shows.
#[derive(Debug, Clone, PartialEq, Properties)]
pub struct Props {
    /// The report.
    pub report: Shared,
    /// One of [`pages`]; the verdict and the names of all views without it.
    #[prop_or_default]
    pub page: Option<State>,
}

/// A piece of a report, for nobody who could do anything with it.
#[component]
pub fn Still(props: &Props) -> Html {
    let (report, nobody) = (&props.report, Ports::default());
    let inner = match (&props.page, &report.tests) {
        (None, _) => head(report, &State::default(), Html::default()),
        (Some(state), Some(tests)) if state.view == View::Tests && state.part != Part::First => html! {
            <section class="tests list" aria-labelledby="list-title">{ tests::list(report, tests, state, &nobody) }</section>
        },
        (Some(state), _) if state.view == View::Findings => findings::still(report, state, &nobody),
        (Some(state), _) if state.view.is_later() => later::view(report, state, &nobody, &Bench::default()),
        (Some(state), _) => part(report, state, &nobody, &[]),
    };
    html! { <ContextProvider<Ports> context={nobody}>{ inner }</ContextProvider<Ports>> }
}

/// The states that together show a report, with so many rows of each list, in the order of the tabs. Views of what is not
/// in the report are not among them.
pub fn pages(report: &Report, rows: usize) -> Vec<State> {
    let mut pages = Vec::new();
    for view in View::ALL {
        let page = |part: Part| State { part, rows, ..State::of(view) };
        match (view, &report.tests) {
            (View::Policy | View::Compare, _) | (View::Tests, None) => {}
            (View::Tests, Some(tests)) => {
                pages.push(page(Part::First));
                pages.extend(tests::others(tests).into_iter().map(page));
            }
            (View::Coverage, _) if report.coverage.is_none() => {}
            // The files with the lowest share come first; folders would be closed.
            (View::Coverage, _) => pages.push(page(Part::Flat)),
            _ => pages.push(page(Part::First)),
        }
    }
    pages
}

/// What is over a page.
pub fn page_title(page: &State) -> &'static str {
    match page.part {
        Part::Failures => "Failed tests",
        Part::Repeats => "Tests with several results",
        Part::Suites => "Test suites",
        Part::Slowest => "Slowest tests",
        _ => page.view.title(),
    }
}

/// The verdict in words.
pub fn title(report: &Report) -> &'static str {
    words::verdict(report).word
}
