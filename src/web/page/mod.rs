//! The page: taking files in, the worker that judges them, and the browser around the components.

mod app;
mod ask;
mod browser;
mod desk;
mod intake;
mod keys;
mod paste;
mod runner;
mod tools;

use js_sys::Function;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use web_sys::Worker;

#[wasm_bindgen]
extern "C" {
    /// What `www/boot.js` set up before the wasm arrived.
    #[derive(Debug, Clone, PartialEq)]
    pub type Page;

    /// Sends every item that was or will be given to a function.
    #[wasm_bindgen(method)]
    fn connect(this: &Page, sink: &Function);

    /// A worker that nobody uses yet.
    #[wasm_bindgen(method)]
    fn hire(this: &Page) -> Worker;
}

/// Shows the page in the document's `#app`.
///
/// # Errors
/// When the document is not the one of `index.html`.
#[wasm_bindgen]
pub fn start_page(page: Page) -> Result<(), JsValue> {
    std::panic::set_hook(Box::new(|info| tell_panic(&info.to_string())));
    let root = browser::by_id("app").ok_or("the document has no #app")?;
    let tools = browser::by_id("top-tools").ok_or("the document has no #top-tools")?;
    yew::Renderer::<app::App>::with_root_and_props(root, app::Props { page, tools }).render();
    Ok(())
}

/// A panic of the page: nothing of it can be trusted any more, so the plain document says so.
fn tell_panic(details: &str) {
    web_sys::console::error_1(&details.into());
    browser::set_hidden("app", true);
    browser::set_hidden("landing", false);
    let text = format!("The page broke; this is a fault of Tollgate. Reload it to go on. Details: {details}");
    browser::set_text("boot", &text);
}
