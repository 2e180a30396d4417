//! The filters beside the list, with what each choice would show.

use crate::model::{Family, Status};
use crate::ui::components::{Facet, facet, search};
use crate::ui::{Action, Choices, Group, Ports, Shared, State, Within, select, words};
use yew::{Html, html};

/// Rules and files that are offered at once.
const FIRST: usize = 8;
/// Rules and files that are offered at all; the query reaches the others.
const MOST: usize = 200;

pub(super) fn filters(report: &Shared, state: &State, ports: &Ports, facets: &select::Facets) -> Html {
    html! {
        <aside class="filters" aria-label="Filters">
            { search(state, ports, "Filter the findings", "Words, rule:, file:, level: …") }
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
            { facet("Status", statuses(report, state, ports, facets)) }
            { facet("Group by", Group::ALL.into_iter().map(|group| Facet {
                word: group.word().to_owned(),
                sign: None,
                count: None,
                on: state.group == group,
                toggle: ports.act.reform(move |_| Action::Group(group)),
            }).collect()) }
            { facet("Family", families(report, state, ports, facets)) }
            { long("Rule", &facets.rules, &state.rule, ports, Action::Rule) }
            { long("File", &facets.files, &state.within.file, ports, |file| Action::Within(Within { file, path: String::new() })) }
        </aside>
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

/// A filter with as many choices as the report has names, the most frequent first. One of them is chosen, or none.
fn long(
    title: &'static str,
    counts: &[(String, usize)],
    chosen: &str,
    ports: &Ports,
    action: fn(String) -> Action,
) -> Html {
    if counts.len() < 2 && chosen.is_empty() {
        return Html::default();
    }
    let choice = |(name, count): &(String, usize)| {
        let on = name == chosen;
        let next = if on { String::new() } else { name.clone() };
        Facet {
            word: words::visible(name),
            sign: None,
            count: Some(*count),
            on,
            toggle: ports.act.reform(move |_| action(next.clone())),
        }
    };
    // What is chosen stays in sight.
    let mut order: Vec<&(String, usize)> = counts.iter().filter(|(name, _)| name == chosen).collect();
    order.extend(counts.iter().filter(|(name, _)| name != chosen).take(MOST));
    let (first, rest) = order.split_at(order.len().min(FIRST));
    html! {
        <div class="long">
            { facet(title, first.iter().map(|count| choice(count)).collect()) }
            if !rest.is_empty() {
                <details class="rest">
                    <summary>{ format!("{} more", counts.len() - first.len()) }</summary>
                    { facet(title, rest.iter().map(|count| choice(count)).collect()) }
                </details>
            }
        </div>
    }
}
