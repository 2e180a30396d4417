use super::components::{Facet, FindingCard, Icon, facet, icon, more, search, shown_of};
use super::report_view::empty;
use super::select::{self, Section};
use super::{Action, Choices, Group, Ports, Shared, State, words};
use crate::model::{Family, Status};
use yew::{Html, html};

pub(super) fn view(report: &Shared, state: &State, ports: &Ports) -> Html {
    let facets = select::facets(report, state);
    let sections = select::sections(report, state);
    html! {
        <div class="with-filters">
            <aside class="filters" aria-label="Filters">
                { search(state, ports, "Filter the findings", "Filter by words") }
                { facet("Level", words::LEVELS.into_iter().map(|level| {
                    let sign = words::level(level);
                    Facet {
                        word: sign.word.to_owned(),
                        sign: Some((sign.icon, sign.tone)),
                        count: Some(facets.levels.of(level)),
                        on: state.levels.has(level),
                        toggle: ports.act.reform(move |_| Action::Level(level)),
                    }
                }).collect()) }
                { facet("Status", statuses(report, state, ports, &facets)) }
                { facet("Family", families(report, state, ports, &facets)) }
                { facet("Group by", Group::ALL.into_iter().map(|group| Facet {
                    word: group.word().to_owned(),
                    sign: None,
                    count: None,
                    on: state.group == group,
                    toggle: ports.act.reform(move |_| Action::Group(group)),
                }).collect()) }
            </aside>
            <section class="list" aria-labelledby="list-title">
                <h2 id="list-title" class="unseen">{ "Findings" }</h2>
                <div class="list-head">
                    { shown_of(state, ports, facets.shown, report.findings.len(), "finding", "findings") }
                    if !state.rule.is_empty() { { only_rule(&state.rule, ports) } }
                </div>
                if sections.is_empty() {
                    { empty(state, ports, "Nothing to change: no rule has a finding in these files.", "No finding fits these filters.") }
                }
                { groups(report, state, &sections) }
                { more(ports, facets.shown.saturating_sub(shown_rows(state, &sections))) }
            </section>
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

fn statuses(report: &Shared, state: &State, ports: &Ports, facets: &select::Facets) -> Vec<Facet> {
    // Without a baseline and without waivers every finding is new, and there is nothing to choose.
    if report.findings.iter().all(|f| f.status == Status::New) && state.statuses == Choices::default() {
        return Vec::new();
    }
    let choice = |status| Facet {
        word: words::status(status).to_owned(),
        sign: None,
        count: Some(facets.statuses.of(status)),
        on: state.statuses.has(status),
        toggle: ports.act.reform(move |_| Action::Status(status)),
    };
    let present = |status: &Status| {
        state.statuses.has(*status) || report.findings.iter().any(|finding| finding.status == *status)
    };
    words::STATUSES.into_iter().filter(present).map(choice).collect()
}

fn families(report: &Shared, state: &State, ports: &Ports, facets: &select::Facets) -> Vec<Facet> {
    let present = |family: &Family| {
        state.families.has(*family) || report.findings.iter().any(|finding| finding.family == *family)
    };
    let choice = |family: Family| Facet {
        word: family.word().to_owned(),
        sign: None,
        count: Some(facets.families.of(family)),
        on: state.families.has(family),
        toggle: ports.act.reform(move |_| Action::Family(family)),
    };
    Family::ALL.into_iter().filter(present).map(choice).collect()
}

/// The selected finding is shown, however far down it is.
fn shown_rows(state: &State, sections: &[Section]) -> usize {
    let mut numbers = sections.iter().flat_map(|section| &section.findings);
    let selected = numbers.position(|number| Some(*number) == state.selected);
    selected.map_or(0, |at| at + 1).max(state.rows)
}

fn groups(report: &Shared, state: &State, sections: &[Section]) -> Html {
    let mut room = shown_rows(state, sections);
    let shown = sections.iter().map_while(|section| {
        if room == 0 {
            return None;
        }
        let cut: Vec<usize> = section.findings.iter().copied().take(room).collect();
        room -= cut.len();
        Some((section, cut))
    });
    let group = |(section, numbers): (&Section, Vec<usize>)| {
        html! {
            <section class="group" key={section.title.clone()}>
                <h3 class="group-title"><span>{ words::visible(&section.title) }</span><span class="count">{ section.findings.len() }</span></h3>
                { for numbers.into_iter().map(|number| html! {
                    <FindingCard key={number} report={report.clone()} {number} selected={state.selected == Some(number)} />
                }) }
            </section>
        }
    };
    html! { <>{ for shown.map(group) }</> }
}
