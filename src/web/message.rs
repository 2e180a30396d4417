//! Plain objects, as which the page and its worker talk.

use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;

/// A plain object for a message.
pub(super) fn message(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // Cannot fail on an object of our own.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}

/// A field of a plain object.
pub(super) fn field(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or_default()
}
