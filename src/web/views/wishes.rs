//! What the reader wants, as messages to the page.

use super::super::browser;
use crate::ui::{Action, Copy, Edit, Ports, Question, Save, State};
use crate::web::message::message;
use js_sys::{Array, Function};
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::Closure;
use yew::{Callback, Reducible};

/// The ports of a view in a state, whose wishes `tell` hears.
pub(super) fn wishes(state: &State, tell: &Function) -> Ports {
    let tell = {
        let tell = tell.clone();
        // The page's own function, which throws only when the page is broken, and then it says so itself.
        Callback::from(move |wish: JsValue| drop(tell.call1(&JsValue::NULL, &wish)))
    };
    let state = Rc::new(state.clone());
    Ports {
        act: tell.reform(move |action| match action {
            Action::More => message(&[("more", true.into())]),
            action => message(&[("fragment", Rc::clone(&state).reduce(action).fragment().into())]),
        }),
        copy: Callback::from(|request: Copy| browser::copy(request)),
        reveal: Callback::from(|id: String| browser::reveal(&id)),
        ask: tell.reform(|Question { kind, argument, done }| {
            let done = Closure::once_into_js(move |answer: JsValue, reason: JsValue| {
                let reason = || reason.as_string().unwrap_or_default();
                done.emit(answer.as_string().map(Rc::from).ok_or_else(reason));
            });
            message(&[("ask", (&*kind).into()), ("argument", argument.into()), ("done", done)])
        }),
        edit: tell.reform(|edit| match edit {
            Edit::Text(text) => message(&[("draft", text.into())]),
            Edit::Reset => message(&[("draft", JsValue::NULL)]),
            Edit::Set { text, rule, name, value } => {
                message(&[("set", Array::of4(&text.into(), &rule.into(), &name.into(), &value.into()).into())])
            }
        }),
        save: Callback::from(|Save { name, kind, text }| browser::offer(&name, kind, &text)),
        uncompare: tell.reform(|()| message(&[("uncompare", true.into())])),
        // The page itself says what is lost, above every view.
        reopen: Callback::noop(),
    }
}
