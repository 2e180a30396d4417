//! The page: taking files in, the worker that judges them, and the browser around the components.
//!
//! One wasm plays both parts: the page calls [`start_page`], the worker calls [`worker::judge`].

mod app;
mod browser;
mod fault;
mod intake;
mod keys;
mod paste;
mod runner;
pub mod worker;

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
    fault::on_page();
    let root = browser::by_id("app").ok_or("the document has no #app")?;
    let tools = browser::by_id("top-tools").ok_or("the document has no #top-tools")?;
    yew::Renderer::<app::App>::with_root_and_props(root, app::Props { page, tools }).render();
    Ok(())
}
