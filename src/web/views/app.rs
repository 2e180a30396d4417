use super::super::browser;
use super::wishes::wishes;
use crate::ui::{Bench, LaterView, Ports, Shared, State};
use js_sys::Function;
use yew::{ContextProvider, Html, Properties, component, html, use_effect_with};

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct Props {
    pub(super) report: Shared,
    pub(super) state: State,
    pub(super) bench: Bench,
    /// Takes the messages to the page.
    pub(super) tell: Function,
}

/// The view in the state, and what it may ask for.
#[component]
pub(super) fn App(props: &Props) -> Html {
    // Arrow keys go from job to job; a link elsewhere chooses one without taking the keyboard away.
    use_effect_with(props.state.job.clone(), |_| {
        if has_focus("graph") {
            browser::focus("graph-job");
        }
    });
    html! {
        <ContextProvider<Ports> context={wishes(&props.state, &props.tell)}>
            <LaterView report={props.report.clone()} state={props.state.clone()} bench={props.bench.clone()} />
        </ContextProvider<Ports>>
    }
}

/// Whether the keyboard is on an element or inside it.
fn has_focus(id: &str) -> bool {
    let active = browser::document().and_then(|document| document.active_element());
    active.zip(browser::by_id(id)).is_some_and(|(active, element)| element.contains(Some(&active)))
}
