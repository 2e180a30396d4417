//! Every rule of the policy: its level, its parameters, and the line that each comes from.

use super::docs::RuleDocs;
use crate::model::{Level, ParameterInForce, PolicyInForce, RuleInForce};
use crate::ui::components::{badge, inline};
use crate::ui::{Edit, Ports, Shared, words};
use std::rc::Rc;
use yew::{
    Callback, Event, Html, MouseEvent, Properties, TargetCast, classes, component, html, use_context, use_state,
};

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct Props {
    pub(super) policy: PolicyInForce,
    pub(super) report: Shared,
    pub(super) draft: Option<Rc<str>>,
}

/// All rules as a table; the documentation of one can be open.
#[component]
pub(super) fn RuleTable(props: &Props) -> Html {
    let open = use_state(String::new);
    let Some(ports) = use_context::<Ports>() else { return Html::default() };
    let policy = &props.policy;
    let text: &str = props.draft.as_deref().unwrap_or(&policy.text);
    let families = policy.rules.chunk_by(|a, b| a.family == b.family);
    let on = policy.rules.iter().filter(|rule| rule.level.is_some()).count();
    html! {
        <section class="effective" aria-labelledby="effective-title">
            <h2 id="effective-title">{ "In force" }</h2>
            <p class="quiet">{ format!("{} on, {} off, each with the file and line that says so. A rule that no line names is not judged.", words::count(on, "rule", "rules"), policy.rules.len() - on) }</p>
            { for families.filter_map(|rules| Some((rules.first()?.family, rules))).map(|(family, rules)| html! {
                <section class="panel rules" aria-labelledby={format!("in-force-{}", family.word())}>
                    <h3 id={format!("in-force-{}", family.word())}>{ family.word() }<span class="family-words">{ words::family(family) }</span></h3>
                    <table>
                        <thead><tr>
                            <th scope="col" class="rule-level"><span class="unseen">{ "Level" }</span></th>
                            <th scope="col"><span class="unseen">{ "Rule and parameters" }</span></th>
                            <th scope="col" class="rule-policy"><span class="unseen">{ "Outcome and origin" }</span></th>
                        </tr></thead>
                        <tbody>{ for rules.iter().map(|rule| row(props, rule, text, *open == rule.rule, toggle(&open, &rule.rule), &ports)) }</tbody>
                    </table>
                </section>
            }) }
        </section>
    }
}

fn toggle(open: &yew::UseStateHandle<String>, rule: &str) -> Callback<MouseEvent> {
    let (open, rule) = (open.clone(), rule.to_owned());
    Callback::from(move |_| open.set(if *open == rule { String::new() } else { rule.clone() }))
}

fn row(props: &Props, rule: &RuleInForce, text: &str, open: bool, toggle: Callback<MouseEvent>, ports: &Ports) -> Html {
    let outcome = props.report.outcomes.iter().find(|outcome| outcome.rule == rule.rule);
    let documented = !rule.about.is_empty();
    html! {
        <tr class={classes!(rule.level.is_none().then_some("dim"))}>
            <td class="rule-level">{ level(rule, text, ports) }</td>
            <th scope="row" class="rule-name">
                <code>{ words::visible(&rule.rule) }</code>
                if documented {
                    { " " }<button type="button" class="link" aria-expanded={open.to_string()} onclick={toggle}>{ if open { "close" } else { "explain" } }<span class="unseen">{ format!(" {}", rule.rule) }</span></button>
                    <p class="quiet">{ inline(&rule.about) }</p>
                }
                { parameters(&rule.parameters) }
                if open { <RuleDocs rule={rule.rule.clone()} report={props.report.clone()} /> }
            </th>
            <td class="rule-policy">
                if let Some(outcome) = outcome { { badge(words::outcome(outcome.outcome)) } }
                <code>{ format!("{}:{}", words::visible(&rule.from.file), rule.from.line) }</code>
            </td>
        </tr>
    }
}

fn level(rule: &RuleInForce, text: &str, ports: &Ports) -> Html {
    let onchange = {
        let (rule, text) = (rule.rule.clone(), text.to_owned());
        ports.edit.reform(move |event: Event| Edit::Set {
            text: text.clone(),
            rule: rule.clone(),
            name: "level".to_owned(),
            value: event.target_unchecked_into::<web_sys::HtmlSelectElement>().value(),
        })
    };
    let choices = [Some(Level::Error), Some(Level::Warning), Some(Level::Info), None];
    html! {
        <select aria-label={format!("Level of {}", rule.rule)} {onchange}>
            { for choices.into_iter().map(|level| {
                let word = level.map_or("off", Level::word);
                html! { <option value={word} selected={rule.level == level}>{ word }</option> }
            }) }
        </select>
    }
}

fn parameters(parameters: &[ParameterInForce]) -> Html {
    let set = |parameter: &ParameterInForce| {
        let (value, from) = (parameter.value.as_ref()?, parameter.from.as_ref()?);
        Some(html! {
            <li><code>{ words::visible(&format!("{}: {value}", parameter.name)) }</code>{ " " }<span class="origin">{ format!("{}:{}", words::visible(&from.file), from.line) }</span></li>
        })
    };
    let list: Vec<Html> = parameters.iter().filter_map(set).collect();
    if list.is_empty() {
        Html::default()
    } else {
        html! { <ul class="facts">{ for list }</ul> }
    }
}
