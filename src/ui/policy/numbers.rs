//! Numbers of the policy, to be moved.

use crate::model::{NumberInForce, ParameterInForce, PolicyInForce, RuleInForce, Unit};
use crate::ui::components::inline;
use crate::ui::{Edit, Ports};
use yew::{
    Callback, Html, InputEvent, Properties, TargetCast, component, html, use_context, use_effect_with, use_state,
};

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct NumbersProps {
    pub(super) policy: PolicyInForce,
    /// The text that a number would be set in.
    pub(super) text: String,
}

/// All numbers that the rules ask for. Those that the policy sets come first, as they are what it is about; that order
/// stays while numbers are moved, so that none runs away under the hand.
#[component]
pub(super) fn Numbers(props: &NumbersProps) -> Html {
    let first = use_state(|| {
        let set = |rule: &RuleInForce| {
            let set = rule.parameters.iter().filter(|parameter| parameter.value.is_some());
            set.map(|parameter| (rule.rule.clone(), parameter.name.clone())).collect::<Vec<_>>()
        };
        props.policy.rules.iter().flat_map(set).collect::<Vec<_>>()
    });
    let (mut set, mut open) = (Vec::new(), Vec::new());
    for rule in props.policy.rules.iter().filter(|rule| rule.level.is_some()) {
        for parameter in &rule.parameters {
            let Some(number) = &parameter.number else { continue };
            let is_set = first.iter().any(|(of, name)| *of == rule.rule && *name == parameter.name);
            let list = if is_set { &mut set } else { &mut open };
            list.push(html! { <Slider key={format!("{} {}", rule.rule, parameter.name)} rule={rule.rule.clone()} name={parameter.name.clone()}
                about={parameter.about.clone()} number={number.clone()} from={from(rule, parameter)} text={props.text.clone()} /> });
        }
    }
    html! {
        <section class="panel numbers" aria-labelledby="numbers-title">
            <h2 id="numbers-title">{ "Numbers" }</h2>
            if set.is_empty() && open.is_empty() { <p class="quiet">{ "No rule that is on asks for a number." }</p> }
            { for set }
            if !open.is_empty() {
                <details>
                    <summary>{ format!("{} more", open.len()) }</summary>
                    { for open }
                </details>
            }
        </section>
    }
}

fn from(rule: &RuleInForce, parameter: &ParameterInForce) -> String {
    match &parameter.from {
        Some(place) => format!("{}:{}", place.file, place.line),
        None => format!("default of {}", rule.rule),
    }
}

#[derive(Debug, Clone, PartialEq, Properties)]
struct SliderProps {
    rule: String,
    name: String,
    about: String,
    number: NumberInForce,
    /// Where the number comes from.
    from: String,
    /// The policy that it would be set in.
    text: String,
}

/// One number, as a field and on a scale. The scale keeps its end while the number is moved.
#[component]
fn Slider(props: &SliderProps) -> Html {
    let number = &props.number;
    let high = use_state(|| number.high.clone());
    // What was moved to, until the policy says the same.
    let moved = use_state(|| None::<String>);
    {
        let moved = moved.setter();
        use_effect_with(number.value.clone(), move |_| moved.set(None));
    }
    let Some(ports) = use_context::<Ports>() else { return Html::default() };
    let oninput = {
        let (moved, rule, name, text, unit) =
            (moved.setter(), props.rule.clone(), props.name.clone(), props.text.clone(), number.unit);
        Callback::from(move |event: InputEvent| {
            let value = event.target_unchecked_into::<web_sys::HtmlInputElement>().value();
            moved.set(Some(value.clone()));
            // An empty field is one that is being filled in.
            if !value.is_empty() {
                let value = written(&value, unit);
                ports.edit.emit(Edit::Set { text: text.clone(), rule: rule.clone(), name: name.clone(), value });
            }
        })
    };
    let value = (*moved).clone().or_else(|| number.value.clone());
    let label = format!("{} {}", props.rule, props.name);
    html! {
        <div class="number">
            <p class="number-name"><code>{ &props.rule }</code>{ " " }<span>{ props.name.replace('_', " ") }</span></p>
            <div class="number-fields">
                if value.is_some() {
                    <input type="range" aria-label={format!("{label}, on a scale")} min="0" max={(*high).clone()} step={number.step.clone()}
                        value={value.clone()} oninput={oninput.clone()} />
                } else {
                    <span class="quiet number-none">{ "not asked for" }</span>
                }
                <input type="number" aria-label={label} min="0" step="any" {value} oninput={oninput} />
                <span class="unit">{ unit(number.unit) }</span>
            </div>
            <p class="quiet">{ inline(&props.about) }{ " " }<span class="origin">{ &props.from }</span></p>
        </div>
    }
}

const fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Percent => "%",
        Unit::Time | Unit::Seconds => "s",
        Unit::Minutes => "min",
        Unit::Days => "days",
        Unit::Plain => "",
    }
}

/// As YAML: times of whole minutes as such.
fn written(value: &str, unit: Unit) -> String {
    match (unit, value.parse::<u64>()) {
        (Unit::Time, Ok(seconds)) if seconds > 0 && seconds.is_multiple_of(60) => format!("{}m", seconds / 60),
        (Unit::Time, Ok(seconds)) => format!("{seconds}s"),
        _ => value.to_owned(),
    }
}
