//! Panics of the worker, told with the file that they are about.

use super::super::message::message;
use js_sys::Function;
use std::cell::RefCell;
use std::panic::PanicHookInfo;
use wasm_bindgen::JsValue;

thread_local! {
    /// The function that posts a message from the worker, and the file in work.
    static WORK: RefCell<Option<(Function, String)>> = const { RefCell::new(None) };
}

/// A panic is posted to the page, which throws the worker away.
pub(super) fn watch(tell: &Function) {
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
