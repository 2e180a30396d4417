use super::components::{Facet, badge, facet, inline, search, shown_of};
use super::report_view::empty;
use super::{Action, Ports, Shared, State, View, findings, select, words};
use crate::model::{Family, Outcome, OutcomeKind, Report};
use yew::{Html, classes, html};

/// The element that tells what became of a rule.
pub fn rule_id(rule: &str) -> String {
    format!("rule-{rule}")
}

/// The title over the rules of a family.
pub fn family_id(family: Family) -> String {
    format!("family-{}", family.word())
}

pub(super) fn view(report: &Shared, state: &State, ports: &Ports) -> Html {
    let shown = select::outcomes(report, state);
    let present: Vec<Family> =
        Family::ALL.into_iter().filter(|family| report.outcomes.iter().any(|o| o.family == *family)).collect();
    html! {
        <div class="with-filters">
            <aside class="filters" aria-label="Filters">
                { search(state, ports, "Filter the rules", "Filter by words") }
                { facet("Outcome", words::OUTCOMES.into_iter().map(|kind| {
                    let sign = words::outcome(kind);
                    Facet {
                        word: sign.word.to_owned(),
                        sign: Some((sign.icon, sign.tone)),
                        count: Some(report.outcomes.iter().filter(|o| o.outcome == kind).count()),
                        on: state.outcomes.has(kind),
                        toggle: ports.act.reform(move |_| Action::Outcome(kind)),
                    }
                }).collect()) }
                { facet("Family", present.iter().map(|family| {
                    let family = *family;
                    Facet {
                        word: family.word().to_owned(),
                        sign: None,
                        count: Some(report.outcomes.iter().filter(|o| o.family == family).count()),
                        on: state.families.has(family),
                        toggle: ports.act.reform(move |_| Action::Family(family)),
                    }
                }).collect()) }
            </aside>
            <section class="list" aria-labelledby="list-title">
                <h2 id="list-title" class="unseen">{ "Rules" }</h2>
                <div class="list-head">
                    { shown_of(state, ports, shown.len(), report.outcomes.len(), "rule", "rules") }
                    if !state.rule.is_empty() { { findings::only_rule(&state.rule, ports) } }
                </div>
                if shown.is_empty() { { empty(state, ports, "The policy turns no rule on.", "No rule fits these filters.") } }
                { for present.into_iter().map(|family| family_table(report, family, &shown)) }
            </section>
        </div>
    }
}

fn family_table(report: &Report, family: Family, shown: &[&Outcome]) -> Html {
    let rows: Vec<&Outcome> = shown.iter().copied().filter(|o| o.family == family).collect();
    if rows.is_empty() {
        return Html::default();
    }
    let id = family_id(family);
    html! {
        <section class="panel rules" aria-labelledby={id.clone()}>
            <h3 {id}>{ family.word() }<span class="family-words">{ words::family(family) }</span></h3>
            <table>
                <thead><tr>
                    <th scope="col" class="rule-outcome"><span class="unseen">{ "Outcome" }</span></th>
                    <th scope="col"><span class="unseen">{ "Rule and facts" }</span></th>
                    <th scope="col" class="rule-policy"><span class="unseen">{ "Level and policy" }</span></th>
                </tr></thead>
                <tbody>{ for rows.into_iter().map(|outcome| row(report, outcome)) }</tbody>
            </table>
        </section>
    }
}

fn row(report: &Report, outcome: &Outcome) -> Html {
    let link = State { rule: outcome.rule.clone(), ..State::of(View::Findings) }.link();
    let findings = report.findings.iter().filter(|finding| finding.rule == outcome.rule).count();
    let judged = match (outcome.failing, outcome.subjects) {
        (0, 0) => None,
        (0, all) => Some(format!("{} looked at", words::number(all as u64))),
        (bad, all) => Some(format!("{} of {} fail", words::number(bad as u64), words::number(all as u64))),
    };
    let dim = (outcome.outcome == OutcomeKind::NotApplicable).then_some("dim");
    html! {
        <tr id={rule_id(&outcome.rule)} class={classes!(dim)}>
            <td class="rule-outcome">{ badge(words::outcome(outcome.outcome)) }</td>
            <th scope="row" class="rule-name">
                <code>{ &outcome.rule }</code>
                if !outcome.facts.is_empty() {
                    <ul class="facts">{ for outcome.facts.iter().map(|fact| html! { <li>{ inline(&words::visible(fact)) }</li> }) }</ul>
                }
                if findings > 0 {
                    <a href={link}>{ words::count(findings, "finding", "findings") }<span class="unseen">{ format!(" of {}", outcome.rule) }</span></a>
                }
            </th>
            <td class="rule-policy">
                <span>{ outcome.level.word() }</span>
                if let Some(judged) = judged { <span>{ judged }</span> }
                <code>{ format!("{}:{}", words::visible(&outcome.policy.file), outcome.policy.line) }</code>
            </td>
        </tr>
    }
}
