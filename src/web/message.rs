//! Plain objects, as which the page and its worker talk.
//!
//! # The protocol
//!
//! A worker keeps one *session*: the files that it was given last, opened, and what was last said of them
//! ([`crate::session::Session`]). Every message of the page is an order with a number, `id`, which every message that
//! answers it repeats; the page listens to no number that it gave up. Orders are worked off one after the other.
//!
//! Before all orders the page posts `{module}`, the compiled checker, or `{failure}`, why there is none; the worker says
//! `{ready: true}` when it runs.
//!
//! | `ask` | further fields | what it does |
//! | --- | --- | --- |
//! | `open` | `files`, each `[path, File, is evidence]`; `policy`, `baseline` | reads the files into a new session and judges them |
//! | `rejudge` | `policy`, `baseline` | judges the files of the session again |
//! | `render` | `format`, `report` | a report of this program, given as JSON text, in a format of [`crate::session::render`]; absent, the last one |
//! | `details` | `kind`, `argument` | a question about the files, see [`crate::session::Session::details`] |
//!
//! `policy` is `{pack}`, `{name, text}`, or `{}` for the files' own; absent, it stays what it was, in a new session the
//! files' own. `baseline` is a report of this program as `{name, text}`, `null` for none; absent, it stays what it was.
//!
//! Answers, of which each order gets exactly one:
//!
//! | answer | to | means |
//! | --- | --- | --- |
//! | `{report}` | `open`, `rejudge` | the report, the same JSON text as the command line's `--format json` |
//! | `{answer}` | `render`, `details` | the text that was asked for |
//! | `{refused, problems}` | all | cannot be done, in words; `problems` is there where the policy is wrong: a JSON list of [`crate::model::PolicyError`]. The session is what it was; after `open` it has the files and no report |
//! | `{failure, file}` | all | the checker broke, at this file if that is known; worker and session are lost |
//!
//! While files are read there are messages `{done, all, name}` in between: files read, files to read, the one in work.
//!
//! An order cannot be interrupted: to cancel, the page ends the worker and hires another. It keeps the `File` objects,
//! which are handles and not contents, and opens a new session with them when it needs one.

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
