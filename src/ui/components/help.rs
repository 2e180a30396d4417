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

const KEYS: [(&[&str], &str); 10] = [
    (&["j"], "next finding"),
    (&["k"], "previous finding"),
    (&["/"], "filter the list"),
    (&["1", "2", "3", "…"], "the parts of the report, as their tabs stand"),
    (&["←", "→", "↑", "↓"], "in the graph of a workflow: from job to job"),
    (&["c"], "clear the filters"),
    (&["t"], "change the colours"),
    (&["Ctrl", "K"], "go to any view, rule, file or job (⌘ K on a Mac)"),
    (&["?"], "this help"),
    (&["Esc"], "leave the filter, the finding or this help"),
];

const LANGUAGE: [(&str, &str); 7] = [
    ("sleep compose", "both words occur"),
    ("\"two words\"", "they occur one after the other, and no key is read in them"),
    ("-word", "it does not occur; also before a key: -file:test"),
    ("rule: file: at:", "in the rule’s name, the file’s path, the structural address"),
    ("level: family: status:", "with this value; its beginning is enough: level:err"),
    ("outcome: policy:", "for rules"),
    ("kind:", "for files"),
];

/// The key map and the language of the filters.
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
            <p class="quiet">{ "Keys are off while you type." }</p>
            <h3>{ "Filters" }</h3>
            <dl class="language">{ for LANGUAGE.into_iter().map(|(text, what)| html! { <div><dt><code>{ text }</code></dt><dd>{ what }</dd></div> }) }</dl>
            <p><label class="check"><input type="checkbox" checked={props.keys} {onchange} />{ " Single keys are on" }</label></p>
            <button type="button" class="button" onclick={ports.act.reform(|_| Action::Help(false))}>{ "Close" }</button>
        </dialog>
    }
}
