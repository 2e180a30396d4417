//! The list itself.

use crate::ui::components::{FindingCard, more};
use crate::ui::select::Section;
use crate::ui::{Ports, Shared, State, words};
use yew::{Html, html};

pub(super) fn list(report: &Shared, state: &State, ports: &Ports, sections: &[Section], all: usize) -> Html {
    let mut room = shown_rows(state, sections);
    let hidden = all.saturating_sub(room);
    let shown = sections.iter().map_while(|section| {
        if room == 0 {
            return None;
        }
        let cut = section.findings.get(..section.findings.len().min(room))?;
        room -= cut.len();
        Some((section, cut))
    });
    let group = |(section, numbers): (&Section, &[usize])| {
        html! {
            <section class="group" key={section.title.clone()}>
                <h3 class="group-title"><span>{ words::visible(&section.title) }</span><span class="count">{ section.findings.len() }</span></h3>
                { for numbers.iter().map(|number| html! {
                    <FindingCard key={*number} report={report.clone()} number={*number} selected={state.selected == Some(*number)} />
                }) }
            </section>
        }
    };
    html! { <>{ for shown.map(group) }{ more(ports, hidden) }</> }
}

/// The selected finding is shown, however far down it is.
fn shown_rows(state: &State, sections: &[Section]) -> usize {
    let mut numbers = sections.iter().flat_map(|section| &section.findings);
    let selected = state.selected.and_then(|selected| numbers.position(|number| *number == selected));
    selected.map_or(0, |at| at + 1).max(state.rows)
}
