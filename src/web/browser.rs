//! Small services of the browser, each of which may be refused.

use super::message::field;
use crate::ui::Copy;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Blob, BlobPropertyBag, Document, Element, HtmlAnchorElement, HtmlElement, ScrollIntoViewOptions,
    ScrollLogicalPosition, Url, Window,
};

pub(super) fn window() -> Option<Window> {
    web_sys::window()
}

pub(super) fn document() -> Option<Document> {
    window()?.document()
}

pub(super) fn by_id(id: &str) -> Option<Element> {
    document()?.get_element_by_id(id)
}

/// Puts the keyboard on an element, which also scrolls to it.
pub(super) fn focus(id: &str) {
    // Elements of SVG take focus by the same method, though they are of another class.
    if let Some(element) = by_id(id).map(JsCast::unchecked_into::<HtmlElement>) {
        // Refused only for elements that cannot have focus, and then the reader stays where they are.
        let _ = element.focus();
    }
}

/// Scrolls as little as shows an element.
pub(super) fn reveal(id: &str) {
    if let Some(element) = by_id(id) {
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

pub(super) fn set_hidden(id: &str, hidden: bool) {
    if let Some(element) = by_id(id).and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
        element.set_hidden(hidden);
    }
}

pub(super) fn set_text(id: &str, text: &str) {
    if let Some(element) = by_id(id) {
        element.set_text_content(Some(text));
    }
}

/// Copies, and says whether it worked.
pub(super) fn copy(request: Copy) {
    yew::platform::spawn_local(async move {
        // Missing where the page is not a secure context.
        let clipboard = window().map(|w| field(&w.navigator(), "clipboard")).filter(|c| !c.is_undefined());
        let done = match clipboard.map(JsCast::unchecked_into::<web_sys::Clipboard>) {
            Some(clipboard) => js_sys::futures::JsFuture::from(clipboard.write_text(&request.text)).await.is_ok(),
            None => false,
        };
        request.done.emit(done);
    });
}

/// As [`download`]; a failure is told on the console, where nobody waits for the file.
pub(super) fn offer(name: &str, kind: &str, text: &str) {
    if let Err(error) = download(name, kind, text) {
        web_sys::console::error_1(&error);
    }
}

/// Offers a text as a file.
pub(super) fn download(name: &str, kind: &str, text: &str) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &options)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let document = document().ok_or("no document")?;
    let link: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    Url::revoke_object_url(&url)
}

/// A panic of a part of the page: nothing of it can be trusted any more, so the plain document says so.
pub(super) fn tell_panic(details: &str) {
    web_sys::console::error_1(&details.into());
    set_hidden("app", true);
    set_hidden("views", true);
    set_hidden("landing", false);
    let text = format!("The page broke; this is a fault of Tollgate. Reload it to go on. Details: {details}");
    set_text("boot", &text);
}
