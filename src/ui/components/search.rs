use super::{Icon, icon};
use crate::ui::{Action, Ports, State, words};
use yew::{Html, InputEvent, TargetCast, html};

/// The text filter of a list.
pub(in crate::ui) fn search(state: &State, ports: &Ports, label: &'static str, hint: &'static str) -> Html {
    let oninput = ports
        .act
        .reform(|event: InputEvent| Action::Query(event.target_unchecked_into::<web_sys::HtmlInputElement>().value()));
    html! {
        <div class="search" role="search">
            { icon(Icon::Search) }
            <input id="filter" type="search" aria-label={label} placeholder={hint} value={state.query.clone()}
                spellcheck="false" autocomplete="off" {oninput} />
            <kbd aria-hidden="true">{ "/" }</kbd>
        </div>
    }
}

/// "Showing n of m", said aloud when it changes, with the way back to all.
pub(in crate::ui) fn shown_of(state: &State, ports: &Ports, shown: usize, all: usize, one: &str, many: &str) -> Html {
    let text = if all == 0 {
        format!("No {many}")
    } else if shown == all {
        format!("Showing all {}", words::count(all, one, many))
    } else {
        format!("Showing {} of {}", words::number(shown as u64), words::count(all, one, many))
    };
    html! {
        <div class="shown">
            <p role="status">{ text }</p>
            if state.filtered() {
                <button type="button" class="button small" onclick={ports.act.reform(|_| Action::Clear)}>
                    { icon(Icon::Cross) }{ "Clear filters" }
                </button>
            }
        </div>
    }
}

/// The end of a list that is not shown whole.
pub(in crate::ui) fn more(ports: &Ports, hidden: usize) -> Html {
    if hidden == 0 {
        return Html::default();
    }
    let next = hidden.min(State::MORE_ROWS);
    html! {
        <p class="more">
            <button type="button" class="button" onclick={ports.act.reform(|_| Action::More)}>{ format!("Show {next} more") }</button>
            <span class="quiet">{ format!(" {} not shown", words::number(hidden as u64)) }</span>
        </p>
    }
}
