//! What is wrong, as a list that can be narrowed down.

mod facets;
mod list;

use super::components::{Icon, icon, inline, more, shown_of};
use super::report_view::empty;
use super::select::{self, Section};
use super::{Action, Ports, Shared, State, Within, words};
use std::rc::Rc;
use yew::{Html, Properties, component, html, use_context, use_memo};

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct Props {
    pub(super) report: Shared,
    pub(super) state: State,
}

/// What a filter lets through, kept until the filter changes: moving through 50,000 findings must not count them anew.
struct Selection {
    facets: select::Facets,
    sections: Rc<[Section]>,
    lines: Option<Rc<[list::Item]>>,
}

/// The findings that the filters let through, with the filters beside them.
#[component]
pub(super) fn FindingsView(props: &Props) -> Html {
    let (report, state) = (&props.report, &props.state);
    let selection = use_memo((report.clone(), state.fragment_without_selection()), |(report, _)| {
        let sections = select::sections(report, state);
        let lines = list::lines(&sections);
        Selection { facets: select::facets(report, state), sections: sections.into(), lines }
    });
    let Some(ports) = use_context::<Ports>() else { return Html::default() };
    let Selection { facets, sections, lines } = &*selection;
    html! {
        <div class="with-filters">
            { facets::filters(report, state, &ports, facets) }
            <section class="list" aria-labelledby="list-title">
                <h2 id="list-title" class="unseen">{ "Findings" }</h2>
                <div class="list-head">
                    { shown_of(state, &ports, facets.shown, report.findings.len(), "finding", "findings") }
                    if !state.rule.is_empty() { { only_rule(&state.rule, &ports) } }
                    if !state.within.file.is_empty() { { only_within(&state.within, &ports) } }
                </div>
                { remarks(&facets.remarks) }
                if sections.is_empty() {
                    { empty(state, &ports, "Nothing to change: no rule has a finding in these files.", "No finding fits these filters.") }
                }
                { match lines {
                    None => list::cards(report, state, sections),
                    Some(lines) => list::long(report, state, &ports, sections, lines),
                } }
            </section>
        </div>
    }
}

/// The first findings as cards, for a report where nobody can choose.
pub(super) fn still(report: &Shared, state: &State, ports: &Ports) -> Html {
    let mut sections = select::sections(report, state);
    let mut room = state.rows;
    for section in &mut sections {
        section.findings.truncate(room);
        room -= section.findings.len();
    }
    sections.retain(|section| !section.findings.is_empty());
    html! {
        <section class="list" aria-labelledby="list-title">
            <h2 id="list-title" class="unseen">{ "Findings" }</h2>
            if sections.is_empty() {
                { empty(state, ports, "Nothing to change: no rule has a finding in these files.", "") }
            }
            { list::cards(report, state, &sections) }
            { more(ports, report.findings.len().saturating_sub(state.rows)) }
        </section>
    }
}

/// What the reader should know of their query.
pub(super) fn remarks(remarks: &[String]) -> Html {
    if remarks.is_empty() {
        return Html::default();
    }
    html! {
        <div class="notice warn" role="status">{ icon(Icon::Question) }
            <div>{ for remarks.iter().map(|remark| html! { <p>{ inline(&words::visible(remark)) }</p> }) }</div>
        </div>
    }
}

/// Taken out of the list when only one rule is shown.
pub(super) fn only_rule(rule: &str, ports: &Ports) -> Html {
    html! {
        <button type="button" class="button small" onclick={ports.act.reform(|_| Action::Rule(String::new()))}>
            { "Only " }<code>{ rule.to_owned() }</code>{ icon(Icon::Cross) }<span class="unseen">{ "show all rules" }</span>
        </button>
    }
}

/// The same for a part of the input.
fn only_within(within: &Within, ports: &Ports) -> Html {
    let place = match within.path.as_str() {
        "" => words::visible(&within.file),
        path => format!("{} in {}", words::visible(path), words::visible(&within.file)),
    };
    html! {
        <button type="button" class="button small only" onclick={ports.act.reform(|_| Action::Within(Within::default()))}>
            <span>{ "Only " }<code>{ place }</code></span>{ icon(Icon::Cross) }<span class="unseen">{ "show all places" }</span>
        </button>
    }
}
