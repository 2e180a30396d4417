//! The list itself: cards of all findings, or one line each and the card of the chosen one where there are many.

use crate::ui::components::{FindingCard, Row, RowAct, Rows, cell, heads, icon, inline, place_label};
use crate::ui::select::Section;
use crate::ui::{Action, Ports, Shared, State, words};
use std::rc::Rc;
use yew::{Callback, Html, html};

/// Most findings that are shown as cards.
const MOST_CARDS: usize = State::FIRST_ROWS;

/// A line of the long list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    /// The title of a section, by its position.
    Title(usize),
    /// A finding, by its number in the report.
    Finding(usize),
}

/// The lines of a selection that is too long for cards; `None` for others.
pub(super) fn lines(sections: &[Section]) -> Option<Rc<[Item]>> {
    let all: usize = sections.iter().map(|section| section.findings.len()).sum();
    if all <= MOST_CARDS {
        return None;
    }
    let mut items = Vec::with_capacity(all + sections.len());
    for (at, section) in sections.iter().enumerate() {
        items.push(Item::Title(at));
        items.extend(section.findings.iter().map(|number| Item::Finding(*number)));
    }
    Some(items.into())
}

/// Each finding as a card, group by group.
pub(super) fn cards(report: &Shared, state: &State, sections: &[Section]) -> Html {
    let card = |number: &usize| {
        html! { <FindingCard key={*number} report={report.clone()} number={*number} selected={state.selected == Some(*number)} /> }
    };
    let group = |section: &Section| {
        html! {
            <section class="group" key={section.title.clone()}>
                <h3 class="group-title"><span>{ words::visible(&section.title) }</span><span class="count">{ section.findings.len() }</span></h3>
                { for section.findings.iter().map(card) }
            </section>
        }
    };
    html! { <>{ for sections.iter().map(group) }</> }
}

/// One line a finding, of which only those in view are in the page, and the card of the chosen one.
pub(super) fn long(
    report: &Shared,
    state: &State,
    ports: &Ports,
    sections: &Rc<[Section]>,
    items: &Rc<[Item]>,
) -> Html {
    let row = {
        let (report, sections, items) = (report.clone(), Rc::clone(sections), Rc::clone(items));
        Callback::from(move |at: usize| match items.get(at) {
            Some(Item::Title(section)) => title(sections.get(*section)),
            Some(Item::Finding(number)) => line(&report, *number),
            None => Row::default(),
        })
    };
    let act = {
        let (items, act) = (Rc::clone(items), ports.act.clone());
        Callback::from(move |(at, _): (usize, RowAct)| {
            if let Some(Item::Finding(number)) = items.get(at) {
                act.emit(Action::Select(Some(*number)));
            }
        })
    };
    let at = state.selected.and_then(|selected| items.iter().position(|item| *item == Item::Finding(selected)));
    let columns = [("", "Level"), ("", "Finding"), ("rule-cell", "Rule"), ("place-cell", "Place")];
    html! {
        <>
            <Rows id="finding-row" label="Findings; Enter shows one below" kind="finding-rows" head={heads(&columns)} count={items.len()} {row} {act} at={at.map(|at| (at, 0))} />
            if let Some(number) = state.selected {
                <FindingCard key={number} report={report.clone()} {number} selected=true />
            } else {
                <p class="quiet">{ "Choose a finding to see its lines, the reason and what to write instead, or go from one to the next with " }<kbd>{ "j" }</kbd>{ " and " }<kbd>{ "k" }</kbd>{ "." }</p>
            }
        </>
    }
}

fn title(section: Option<&Section>) -> Row {
    let Some(section) = section else { return Row::default() };
    let cells = html! { <div role="gridcell" class="title-cell" aria-colspan="4"><strong>{ words::visible(&section.title) }</strong>{ " " }<span class="count">{ words::number(section.findings.len() as u64) }</span></div> };
    Row { cells, class: "title-row" }
}

fn line(report: &Shared, number: usize) -> Row {
    let Some(finding) = report.findings.get(number) else { return Row::default() };
    let sign = words::level(finding.level);
    let level = html! { <span class={yew::classes!("tint", sign.tone)} title={sign.word}>{ icon(sign.icon) }<span class="unseen">{ sign.word }</span></span> };
    let cells = html! {
        <>
            { cell("", level) }
            { cell("", inline(&words::visible(&finding.message))) }
            { cell("rule-cell", html! { <code>{ &finding.rule }</code> }) }
            { cell("place-cell", html! { <code>{ place_label(&finding.place) }</code> }) }
        </>
    };
    Row { cells, class: "" }
}
