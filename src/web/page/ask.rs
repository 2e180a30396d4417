//! What is not done without the reader's word.

use super::desk::{Asked, Desk};
use std::rc::Rc;
use web_sys::HtmlDialogElement;
use yew::{Callback, Html, Properties, component, html, use_effect_with, use_node_ref};

#[derive(Clone, Properties)]
pub(super) struct Props {
    pub(super) asked: Asked,
    pub(super) desk: Rc<Desk>,
    /// Nothing is done.
    pub(super) close: Callback<()>,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        self.asked == other.asked
    }
}

/// A question over the page, which Escape answers with no.
#[component]
pub(super) fn AskView(props: &Props) -> Html {
    let dialog = use_node_ref();
    {
        let dialog = dialog.clone();
        use_effect_with((), move |()| {
            if let Some(dialog) = dialog.cast::<HtmlDialogElement>() {
                // Refused only when it is open already.
                let _ = dialog.show_modal();
            }
        });
    }
    let close = props.close.reform(|_| ());
    html! {
        <dialog ref={dialog} class="help ask" aria-labelledby="ask-title" onclose={props.close.reform(|_| ())}>
            { match &props.asked {
                Asked::Report(written) => {
                    let (open, compare) = (written.clone(), written.clone());
                    let (first, second) = (Rc::clone(&props.desk), Rc::clone(&props.desk));
                    html! {
                        <>
                            <h2 id="ask-title">{ "A report: what is it for?" }</h2>
                            <p>{ format!("{} is a report of Tollgate, and another one is open.", written.name) }</p>
                            <div class="ask-buttons">
                                <button type="button" class="button primary" onclick={move |_| second.compare_with(compare.clone())}>{ "Compare with it" }</button>
                                <button type="button" class="button" onclick={move |_| first.open_report(open.clone())}>{ "Open it instead" }</button>
                                <button type="button" class="button" onclick={close}>{ "Cancel" }</button>
                            </div>
                        </>
                    }
                }
                Asked::Posted { origin, files, item } => {
                    let (desk, item) = (Rc::clone(&props.desk), item.clone());
                    let files = if *files == 1 { "a file".to_owned() } else { format!("{files} files") };
                    html! {
                        <>
                            <h2 id="ask-title">{ "Files from another page" }</h2>
                            <p><strong>{ origin }</strong>{ format!(" opened this page and sends {files} to be checked. The report stays here: that page is told nothing of it.") }</p>
                            <div class="ask-buttons">
                                <button type="button" class="button primary" onclick={move |_| desk.list(item.clone())}>{ "Check them" }</button>
                                <button type="button" class="button" onclick={close}>{ "Refuse" }</button>
                            </div>
                        </>
                    }
                }
            } }
        </dialog>
    }
}
