//! A report where nobody can choose what is shown: all views, one after the other.

use super::report_view::{head, part};
use super::{Ports, Shared, State, View, words};
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
    let nobody = Ports::default();
    let inner = match &props.page {
        Some(state) => part(&props.report, state, &nobody, &[]),
        None => head(&props.report, &State::default(), Html::default()),
    };
    html! { <ContextProvider<Ports> context={nobody}>{ inner }</ContextProvider<Ports>> }
}

/// The states that together show a report, with so many rows of each list, in the order of the tabs.
pub fn pages(rows: usize) -> Vec<State> {
    View::ALL.into_iter().map(|view| State { rows, ..State::of(view) }).collect()
}

/// The verdict in words.
pub fn title(report: &Report) -> &'static str {
    words::verdict(report).word
}
