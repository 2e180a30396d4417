use super::{Icon, icon};
use crate::ui::words;
use yew::{AttrValue, Callback, Html, MouseEvent, Properties, component, html};

/// How far a check is.
#[derive(Debug, Clone, PartialEq, Properties)]
pub struct Props {
    /// Files read.
    pub done: usize,
    /// Files to read; 0 while they are still being listed.
    pub all: usize,
    /// What is in work.
    pub name: AttrValue,
    /// Stops it.
    pub cancel: Callback<MouseEvent>,
}

/// A check in work. The style sheet shows it after 200 ms: what is faster needs no progress.
#[component]
pub fn ProgressView(props: &Props) -> Html {
    let (title, value) = if props.all == 0 {
        ("Listing the files".to_owned(), None)
    } else if props.done >= props.all {
        (format!("Judging {}", words::count(props.all, "file", "files")), None)
    } else {
        (
            format!("Reading {} of {}", props.done + 1, words::count(props.all, "file", "files")),
            Some(props.done.to_string()),
        )
    };
    html! {
        <section class="working" aria-label="Progress">
            <p role="status" class="working-title">{ &title }</p>
            <progress aria-label={title} max={props.all.max(1).to_string()} {value}></progress>
            <p class="working-name">{ words::visible(&props.name) }</p>
            <button type="button" class="button small" onclick={props.cancel.clone()}>{ icon(Icon::Cross) }{ "Cancel" }</button>
        </section>
    }
}
