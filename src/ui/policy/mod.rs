//! The policy: its text to be changed, its numbers to be moved, what follows, and what each rule is about.

mod changes;
mod docs;
mod editor;
mod numbers;
mod rules;

use super::components::{Icon, icon};
use super::{Bench, Ports, Shared, read_json, use_answer};
use crate::model::PolicyInForce;
use yew::{Html, Properties, component, html, use_context, use_memo};

pub(super) use changes::finding_list;

/// What [`PolicyView`] shows.
#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct Props {
    /// The report.
    pub report: Shared,
    /// What is there beside it.
    pub bench: Bench,
}

/// The policy of a report, which can be changed where the files are at hand.
#[component]
pub(super) fn PolicyView(props: &Props) -> Html {
    let ports = use_context::<Ports>();
    let answer = use_answer("policy", "", &props.report);
    let policy = use_memo(answer, |answer| match answer {
        Some(Ok(text)) => read_json::<PolicyInForce>(text).map_err(|error| error.to_string()).map(Some),
        Some(Err(reason)) => Err(reason.clone()),
        None => Ok(None),
    });
    let Some(ports) = ports else { return Html::default() };
    let policy = match &*policy {
        Ok(Some(policy)) => policy,
        Ok(None) => return html! { <p class="quiet" role="status">{ "Asking the checker for the policy…" }</p> },
        Err(reason) => return unavailable(reason),
    };
    html! {
        <div class="policy">
            <div class="policy-columns">
                { editor::view(policy, &props.bench, &ports) }
                <div class="policy-side">
                    { changes::view(&props.report, &props.bench) }
                    <numbers::Numbers key={policy.name.trim_end_matches(" (edited)").to_owned()} policy={policy.clone()}
                        text={props.bench.draft.as_deref().unwrap_or(&policy.text).to_owned()} />
                </div>
            </div>
            <rules::RuleTable policy={policy.clone()} report={props.report.clone()} draft={props.bench.draft.clone()} />
        </div>
    }
}

fn unavailable(reason: &str) -> Html {
    html! {
        <div class="notice note">
            { icon(Icon::Info) }
            <div>
                <p><strong>{ "The policy cannot be shown here." }</strong></p>
                <p>{ reason }{ " Drop the files to see and change the policy that they are judged by; which rules are on is told under Rules." }</p>
            </div>
        </div>
    }
}
