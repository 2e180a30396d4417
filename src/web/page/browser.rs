//! Services of the browser that only the page itself needs, beside those that it shares with the views that come later.

pub(super) use super::super::browser::{
    by_id, copy, document, download, focus, offer, reveal, set_hidden, set_text, tell_panic, window,
};
use crate::ui::Theme;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, DomParser, Element, File, HtmlElement, KeyboardEvent, Storage, SupportedType};

const THEME: &str = "tollgate-theme";
const KEYS: &str = "tollgate-keys";

/// Puts the keyboard on an element that the next render makes.
pub(super) fn focus_later(id: &'static str) {
    gloo::timers::callback::Timeout::new(0, move || focus(id)).forget();
}

/// Whether a key goes into a text field or a list of choices.
pub(super) fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|element| matches!(element.closest("input:not([type=checkbox]), textarea, select"), Ok(Some(_))))
}

/// Whether a key goes into a question, behind which nothing must happen.
pub(super) fn is_asked(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|element| matches!(element.closest(".ask"), Ok(Some(_))))
}

/// Takes the keyboard out of a field.
pub(super) fn leave_field(event: &KeyboardEvent) {
    if let Some(element) = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) {
        // Refused only for elements that cannot have focus.
        let _ = element.blur();
    }
}

pub(super) fn scroll_to_top() {
    if let Some(window) = window() {
        window.scroll_to_with_x_and_y(0.0, 0.0);
    }
}

/// The fragment of the address, with its `#`.
pub(super) fn fragment() -> String {
    window().and_then(|w| w.location().hash().ok()).unwrap_or_default()
}

/// Writes the fragment; as a new step of the history where `step` is set.
pub(super) fn set_fragment(fragment: &str, step: bool) {
    let Some((history, location)) = window().and_then(|w| Some((w.history().ok()?, w.location()))) else { return };
    let address = if fragment.is_empty() {
        location.pathname().unwrap_or_default() + &location.search().unwrap_or_default()
    } else {
        format!("#{fragment}")
    };
    // Browsers refuse when it happens too often; the view is right all the same.
    let _ = if step {
        history.push_state_with_url(&JsValue::NULL, "", Some(&address))
    } else {
        history.replace_state_with_url(&JsValue::NULL, "", Some(&address))
    };
}

/// The whole address, with the state in its fragment.
pub(super) fn address() -> String {
    window().and_then(|w| w.location().href().ok()).unwrap_or_default()
}

pub(super) fn print() {
    if let Some(window) = window() {
        // Refused in sandboxed frames.
        let _ = window.print();
    }
}

pub(super) fn stored_theme() -> Theme {
    let stored = storage().and_then(|s| s.get_item(THEME).ok().flatten());
    Theme::ALL.into_iter().find(|theme| Some(theme.word()) == stored.as_deref()).unwrap_or(Theme::System)
}

pub(super) fn set_theme(theme: Theme) {
    if let Some(root) = document().and_then(|d| d.document_element()) {
        let _ = match theme {
            Theme::System => root.remove_attribute("data-theme"),
            Theme::Light | Theme::Dark => root.set_attribute("data-theme", theme.word()),
        };
    }
    store(THEME, theme.word());
}

pub(super) fn stored_keys() -> bool {
    storage().and_then(|s| s.get_item(KEYS).ok().flatten()).as_deref() != Some("off")
}

pub(super) fn store_keys(on: bool) {
    store(KEYS, if on { "on" } else { "off" });
}

/// Sandboxed frames refuse even to name the storage.
fn storage() -> Option<Storage> {
    window()?.local_storage().ok().flatten()
}

fn store(key: &str, value: &str) {
    if let Some(storage) = storage() {
        // A full or refused storage only means that the choice is forgotten.
        let _ = storage.set_item(key, value);
    }
}

/// Largest report that is taken; the page holds it whole.
const REPORT_BYTES: f64 = 256.0 * 1024.0 * 1024.0;

/// The text of a JSON file that says of itself, in its first lines, that it is a report; `None` of any other.
pub(super) async fn report_json(file: &File) -> Option<Result<String, String>> {
    let head = text(file.slice_with_i32_and_i32(0, 4096).ok()?.unchecked_ref()).await.ok()?;
    // Whether it is one is seen when it is read; most JSON files are none and are not read here.
    let claims =
        head.trim_start_matches('\u{feff}').trim_start().starts_with('{') && head.contains("\"tollgate-report/");
    if claims { Some(whole(file).await) } else { None }
}

/// The report that an HTML file of ours carries; `None` of any other.
pub(super) async fn embedded_report(file: &File) -> Option<Result<String, String>> {
    let page = match whole(file).await {
        Ok(page) => page,
        Err(reason) => return Some(Err(reason)),
    };
    // Parsed and not shown: nothing in it runs or is loaded.
    let document = DomParser::new().ok()?.parse_from_string(&page, SupportedType::TextHtml).ok()?;
    let script = document.get_element_by_id("tollgate-report")?;
    let is_data = script.tag_name() == "SCRIPT" && script.get_attribute("type").as_deref() == Some("application/json");
    is_data.then(|| script.text_content().map(Ok))?
}

async fn whole(file: &File) -> Result<String, String> {
    if file.size() > REPORT_BYTES {
        return Err("is larger than 256 MiB, which is the most that the page opens".to_owned());
    }
    text(file).await.map_err(|()| "could not be read by the browser".to_owned())
}

async fn text(blob: &Blob) -> Result<String, ()> {
    let text = js_sys::futures::JsFuture::from(blob.text()).await.map_err(|_| ())?;
    text.as_string().ok_or(())
}
