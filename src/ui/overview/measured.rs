//! What was measured: against the budgets of the policy, and against the baseline.

use crate::model::{BaselineInfo, OutcomeKind, Report};
use crate::ui::components::{Icon, badge, icon, inline};
use crate::ui::{Choices, State, View, words};
use yew::{Html, html};

/// Rules that hold a number against a limit, with what the number is called.
const BUDGETS: [(&str, &str); 14] = [
    ("test-failed", "Failed tests"),
    ("too-many-skipped", "Skipped tests"),
    ("test-time-over-budget", "Time of the tests"),
    ("coverage-below-threshold", "Coverage"),
    ("file-coverage-below-threshold", "Coverage of each file"),
    ("patch-coverage-below-threshold", "Coverage of the change"),
    ("run-over-budget", "Time of a run"),
    ("job-over-budget", "Time of a job"),
    ("step-over-budget", "Time of a step"),
    ("slow-test", "Slow tests"),
    ("timeout-over-budget", "Timeouts"),
    ("coverage-regressed", "Coverage, compared"),
    ("tests-disappeared", "Tests, compared"),
    ("run-slower-than-baseline", "Run time, compared"),
];
/// Findings of the baseline that are named.
const FIRST: usize = 6;

/// Numbers and the limits of the policy, in the words of the rules.
pub(super) fn budgets(report: &Report) -> Html {
    let held = BUDGETS.iter().filter_map(|(rule, name)| {
        let outcome = report.outcomes.iter().find(|outcome| outcome.rule == *rule)?;
        (outcome.outcome != OutcomeKind::NotApplicable).then_some((name, outcome))
    });
    let held: Vec<_> = held.collect();
    if held.is_empty() {
        return Html::default();
    }
    let row = |(name, outcome): (&&'static str, &crate::model::Outcome)| {
        let name = *name;
        let link = State { rule: outcome.rule.clone(), ..State::of(View::Rules) }.link();
        html! {
            <tr>
                <th scope="row"><a href={link}>{ name }</a></th>
                <td>{ for outcome.facts.iter().take(2).map(|fact| html! { <p>{ inline(&words::visible(fact)) }</p> }) }</td>
                <td class="budget-sign">{ badge(words::outcome(outcome.outcome)) }</td>
            </tr>
        }
    };
    html! {
        <section class="panel" aria-labelledby="budgets">
            <h2 id="budgets">{ "Figures against their budgets" }</h2>
            <table class="budgets">
                <thead class="unseen"><tr><th scope="col">{ "Figure" }</th><th scope="col">{ "Measured" }</th><th scope="col">{ "Outcome" }</th></tr></thead>
                <tbody>{ for held.into_iter().map(row) }</tbody>
            </table>
        </section>
    }
}

/// What is new, known and gone.
pub(super) fn baseline(report: &Report, baseline: &BaselineInfo) -> Html {
    let link = |status| State { statuses: Choices::only(status), ..State::of(View::Findings) }.link();
    let count = |n: usize, word: &'static str, status| {
        if n == 0 {
            return html! { <li>{ format!("none {word}") }</li> };
        }
        html! { <li><a href={link(status)}>{ format!("{} {word}", words::number(n as u64)) }</a></li> }
    };
    let gone = baseline.gone.len();
    html! {
        <section class="panel" aria-labelledby="baseline">
            <h2 id="baseline">{ "Against the baseline" }</h2>
            <ul class="baseline-counts">
                { count(report.summary.new, "new", crate::model::Status::New) }
                { count(report.summary.known, "known", crate::model::Status::Known) }
                <li>{ if gone == 0 { "none gone".to_owned() } else { format!("{} gone", words::number(gone as u64)) } }</li>
            </ul>
            <p class="quiet"><code>{ words::visible(&baseline.file) }</code>{ format!(" has {}.", words::count(baseline.places, "place with a finding", "places with findings")) }</p>
            if gone > 0 {
                <h3>{ "Gone" }</h3>
                <ul class="plain-list">{ for baseline.gone.iter().take(FIRST).map(|gone| html! {
                    <li><span class="tint good">{ icon(Icon::Check) }</span>{ " " }{ inline(&words::visible(&gone.message)) }{ " " }<code>{ words::visible(&gone.file) }</code></li>
                }) }</ul>
                if gone > FIRST { <p class="quiet">{ format!("and {} more", gone - FIRST) }</p> }
            }
        </section>
    }
}
