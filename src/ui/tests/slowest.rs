use super::{fitting, owner, unnamed};
use crate::model::{CaseRecord, Ratio, Tests};
use crate::ui::components::{badge, bar, shown_of};
use crate::ui::report_view::empty;
use crate::ui::{Ports, State, words};
use yew::{Html, html};

pub(super) fn view(tests: &Tests, state: &State, ports: &Ports) -> Html {
    let shown = fitting(&tests.slowest, state);
    let longest = tests.slowest.first().and_then(|case| case.seconds).unwrap_or(0.0);
    html! {
        <>
            <h2 id="list-title" class="unseen">{ "Slowest tests" }</h2>
            <div class="list-head">{ shown_of(state, ports, shown.len(), tests.slowest.len(), "slow test", "slow tests") }</div>
            if shown.is_empty() { { empty(state, ports, "No report has times.", "No slow test fits these filters.") } } else {
                <table class="panel slowest note">
                    <thead><tr><th scope="col">{ "Time" }</th><th scope="col">{ "Test" }</th><th scope="col" class="status">{ "Status" }</th></tr></thead>
                    <tbody>{ for shown.iter().map(|case| row(case, longest)) }</tbody>
                </table>
            }
        </>
    }
}

fn row(case: &CaseRecord, longest: f64) -> Html {
    let seconds = case.seconds.unwrap_or(0.0);
    html! {
        <tr>
            <td class="time"><span>{ words::seconds(seconds) }</span>{ bar(Ratio { covered: words::micros(seconds), total: words::micros(longest) }) }</td>
            <th scope="row"><span class="case-name">{ unnamed(&case.name) }</span><span class="case-owner">{ owner(&case.suite, &case.class) }</span></th>
            <td class="status">{ badge(words::case(case.status)) }</td>
        </tr>
    }
}
