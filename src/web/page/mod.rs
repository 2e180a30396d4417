//! The page: taking files in, the worker that judges them, and the browser around the components.

mod app;
mod ask;
mod browser;
mod desk;
mod intake;
mod keys;
mod later;
mod paste;
mod runner;
mod tools;

use js_sys::{Function, Promise};
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

    /// The module of the views that come later, when it is there.
    #[wasm_bindgen(method)]
    fn views(this: &Page) -> Promise;
}

/// Shows the page in the document's `#app`.
///
/// # Errors
/// When the document is not the one of `index.html`.
#[wasm_bindgen]
pub fn start_page(page: Page) -> Result<(), JsValue> {
    std::panic::set_hook(Box::new(|info| browser::tell_panic(&info.to_string())));
    let root = browser::by_id("app").ok_or("the document has no #app")?;
    let tools = browser::by_id("top-tools").ok_or("the document has no #top-tools")?;
    yew::Renderer::<app::App>::with_root_and_props(root, app::Props { page, tools }).render();
    Ok(())
}
