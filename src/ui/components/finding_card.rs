use super::diff::diff;
use super::waiver::waiver;
use super::{Icon, badge, excerpt, icon, inline, prose};
use crate::model::{Finding, Place, Related, Status};
use crate::ui::{Shared, State, View, words};
use yew::{Html, Properties, classes, component, html};

#[derive(Debug, Clone, PartialEq, Properties)]
pub(in crate::ui) struct Props {
    pub(in crate::ui) report: Shared,
    /// Number in the report's list.
    pub(in crate::ui) number: usize,
    pub(in crate::ui) selected: bool,
}

/// The id of a finding's element, from its number in the report's list.
pub fn finding_id(number: usize) -> String {
    format!("finding-{}", number + 1)
}

/// `path:line:column`, as compilers write it; only the path where there is no position.
pub(in crate::ui) fn place_label(place: &Place) -> String {
    let file = words::visible(&place.file);
    if place.excerpt.is_none() && place.length == 0 && place.offset == 0 {
        file
    } else {
        format!("{file}:{}:{}", place.line, place.column)
    }
}

/// One finding: what, where, why and what to write instead.
#[component]
pub(in crate::ui) fn FindingCard(props: &Props) -> Html {
    let Some(finding) = props.report.findings.get(props.number) else { return Html::default() };
    let sign = words::level(finding.level);
    let id = finding_id(props.number);
    let title = format!("{id}-title");
    let class = classes!("finding", sign.tone, props.selected.then_some("selected"), status_class(finding.status));
    html! {
        <article {id} {class} tabindex="-1" aria-labelledby={title.clone()} aria-current={props.selected.then_some("true")}>
            <header>
                <p class="finding-signs">
                    { badge(sign) }
                    <a class="rule" href={rule_link(&finding.rule)}>{ &finding.rule }</a>
                    if finding.status != Status::New {
                        <span class="badge plain">{ words::status(finding.status) }</span>
                    }
                </p>
                <h3 id={title}>{ inline(&words::visible(&finding.message)) }</h3>
                <p class="place">
                    { icon(Icon::File) }<code>{ place_label(&finding.place) }</code>
                    if !finding.place.path.is_empty() { <span class="address">{ words::visible(&finding.place.path) }</span> }
                </p>
            </header>
            { excerpt(&finding.place, sign.tone) }
            <dl class="reasons">
                if !finding.why.is_empty() {
                    <div><dt>{ "Why" }</dt><dd><p>{ inline(&finding.why) }</p></dd></div>
                }
                if !finding.fix.text.is_empty() {
                    <div><dt>{ "Fix" }</dt><dd>{ prose(&finding.fix.text) }{ diff(finding) }</dd></div>
                }
                if !finding.related.is_empty() {
                    <div><dt>{ "Also" }</dt><dd>{ related(&finding.related, sign.tone) }</dd></div>
                }
                { asked_by(props, finding) }
            </dl>
        </article>
    }
}

const fn status_class(status: Status) -> Option<&'static str> {
    match status {
        Status::New => None,
        Status::Known | Status::Waived => Some("settled"),
    }
}

fn rule_link(rule: &str) -> String {
    State { rule: rule.to_owned(), ..State::of(View::Rules) }.link()
}

fn related(related: &[Related], tone: &'static str) -> Html {
    let item = |r: &Related| {
        html! {
            <li>
                <p><code>{ place_label(&r.place) }</code>{ " " }{ inline(&words::visible(&r.message)) }</p>
                { excerpt(&r.place, tone) }
            </li>
        }
    };
    let list = |items: &[Related]| html! { <ul class="related">{ for items.iter().map(item) }</ul> };
    // A finding that stands for every job of a workflow has dozens.
    let (first, rest) = related.split_at(related.len().min(3));
    html! {
        <>
            { list(first) }
            if !rest.is_empty() {
                <details>
                    <summary>{ words::count(rest.len(), "more place", "more places") }</summary>
                    { list(rest) }
                </details>
            }
        </>
    }
}

fn asked_by(props: &Props, finding: &Finding) -> Html {
    let Some(outcome) = props.report.outcomes.iter().find(|o| o.rule == finding.rule) else { return Html::default() };
    let policy = &outcome.policy;
    html! {
        <div class="asked">
            <dt>{ "Asked by" }</dt>
            <dd><p><code>{ format!("{}:{}", words::visible(&policy.file), policy.line) }</code>{ format!(", {} of the family {}", outcome.level.word(), outcome.family.word()) }</p>{ waiver(finding) }</dd>
        </div>
    }
}
