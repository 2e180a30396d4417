use super::{Icon, icon};
use crate::ui::{Copy, Ports};
use yew::{AttrValue, Callback, Html, Properties, classes, component, html, use_context, use_state};

#[derive(Debug, Clone, PartialEq, Properties)]
pub(in crate::ui) struct Props {
    pub(in crate::ui) text: AttrValue,
    /// What is copied, for those who hear the page.
    pub(in crate::ui) what: AttrValue,
}

/// Copies a text and says whether that worked, until the reader goes on.
#[component]
pub(in crate::ui) fn CopyButton(props: &Props) -> Html {
    let result = use_state(|| None::<bool>);
    let Some(ports) = use_context::<Ports>() else { return Html::default() };
    let (onclick, onblur) = {
        let (text, set, reset) = (props.text.to_string(), result.setter(), result.setter());
        let onclick = move |_| {
            let set = set.clone();
            ports.copy.emit(Copy { text: text.clone(), done: Callback::from(move |ok| set.set(Some(ok))) });
        };
        (onclick, move |_| reset.set(None))
    };
    let (picture, word) = match *result {
        None => (Icon::Copy, "Copy"),
        Some(true) => (Icon::Check, "Copied"),
        Some(false) => (Icon::Cross, "Select it and copy by hand"),
    };
    html! {
        <button type="button" class={classes!("button", "small", "copy")} {onclick} {onblur}>
            { icon(picture) }<span aria-live="polite">{ word }</span><span class="unseen">{ format!(" {}", props.what) }</span>
        </button>
    }
}
