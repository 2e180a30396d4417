use super::{Bench, Ports, Shared, State, View, compare, coverage, pipeline, policy, tests};
use yew::{Html, Properties, component, html, use_context};

/// What [`LaterView`] shows.
#[derive(Debug, Clone, PartialEq, Properties)]
pub struct Props {
    /// The report.
    pub report: Shared,
    /// How it is shown.
    pub state: State,
    /// What is there beside the report.
    pub bench: Bench,
}

/// The view in the state, where it is one that [comes later](View::is_later).
#[component]
pub fn LaterView(props: &Props) -> Html {
    let Some(ports) = use_context::<Ports>() else { return Html::default() };
    html! { <div class="view">{ view(&props.report, &props.state, &ports, &props.bench) }</div> }
}

/// The view itself; nothing where it does not come later.
pub(super) fn view(report: &Shared, state: &State, ports: &Ports, bench: &Bench) -> Html {
    match state.view {
        View::Tests => tests::view(report, state, ports),
        View::Coverage => coverage::view(report, state, ports),
        View::Pipeline => pipeline::view(report, state, ports),
        View::Policy => html! { <policy::PolicyView report={report.clone()} bench={bench.clone()} /> },
        View::Compare => compare::view(report, bench, ports),
        View::Overview | View::Findings | View::Rules | View::Files => Html::default(),
    }
}
