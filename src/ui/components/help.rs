use crate::ui::{Action, Ports};
use yew::{Event, Html, NodeRef, Properties, TargetCast, component, html, use_context};

/// What [`HelpView`] shows.
#[derive(Debug, Clone, PartialEq, Properties)]
pub struct Props {
    /// The dialog, for whoever opens it.
    pub dialog: NodeRef,
    /// Whether single keys do anything.
    pub keys: bool,
}

const KEYS: [(&[&str], &str); 8] = [
    (&["j"], "next finding"),
    (&["k"], "previous finding"),
    (&["/"], "filter the list"),
    (&["1", "2", "3", "…"], "overview, findings, and the other tabs"),
    (&["c"], "clear the filters"),
    (&["t"], "change the colours"),
    (&["?"], "this help"),
    (&["Esc"], "leave the filter, the finding or this help"),
];

/// The key map.
#[component]
pub fn HelpView(props: &Props) -> Html {
    let Some(ports) = use_context::<Ports>() else { return Html::default() };
    let row = |(keys, what): (&[&str], &str)| {
        html! { <div><dt>{ for keys.iter().map(|key| html! { <kbd>{ *key }</kbd> }) }</dt><dd>{ what }</dd></div> }
    };
    let onchange = ports
        .act
        .reform(|event: Event| Action::Keys(event.target_unchecked_into::<web_sys::HtmlInputElement>().checked()));
    html! {
        <dialog ref={props.dialog.clone()} class="help" aria-labelledby="help-title"
            onclose={ports.act.reform(|_| Action::Help(false))}>
            <h2 id="help-title">{ "Keys" }</h2>
            <dl>{ for KEYS.into_iter().map(row) }</dl>
            <p class="quiet">{ "Keys are off while you type. In a filter, write words that must occur, " }<code>{ "-word" }</code>{ " for one that must not, and " }<code>{ "rule:" }</code>{ " or " }<code>{ "file:" }</code>{ " to search only there." }</p>
            <p><label class="check"><input type="checkbox" checked={props.keys} {onchange} />{ " Single keys are on" }</label></p>
            <button type="button" class="button" onclick={ports.act.reform(|_| Action::Help(false))}>{ "Close" }</button>
        </dialog>
    }
}
