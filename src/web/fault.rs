//! Panics, told instead of `unreachable`.

use super::browser;
use js_sys::{Function, Object, Reflect};
use std::cell::RefCell;
use std::panic::PanicHookInfo;
use wasm_bindgen::JsValue;

thread_local! {
    /// The function that posts a message from the worker, and the file in work.
    static WORK: RefCell<Option<(Function, String)>> = const { RefCell::new(None) };
}

/// A panic of the page: nothing of it can be trusted any more, so the plain document says so.
pub(super) fn on_page() {
    std::panic::set_hook(Box::new(|info| {
        web_sys::console::error_1(&info.to_string().into());
        browser::set_hidden("app", true);
        browser::set_hidden("landing", false);
        browser::set_text(
            "boot",
            &format!("The page broke; this is a fault of Tollgate. Reload it to go on. Details: {info}"),
        );
    }));
}

/// A panic of the worker is posted to the page, which throws the worker away.
pub(super) fn in_worker(tell: &Function) {
    WORK.with_borrow_mut(|work| *work = Some((tell.clone(), String::new())));
    std::panic::set_hook(Box::new(post));
}

/// Names the file that a panic would be about.
pub(super) fn in_work(path: &str) {
    WORK.with_borrow_mut(|work| {
        if let Some((_, file)) = work {
            path.clone_into(file);
        }
    });
}

fn post(info: &PanicHookInfo<'_>) {
    WORK.with_borrow(|work| {
        if let Some((tell, file)) = work {
            let _ =
                tell.call1(&JsValue::NULL, &message(&[("failure", info.to_string().into()), ("file", file.into())]));
        }
    });
}

/// A plain object for a message.
pub(super) fn message(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // Cannot fail on an object of our own.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}
