//! The views that come later, which `www/boot.js` fetches after the checker: this half says what they show and hears what
//! the reader wants of them, as `src/web/views` tells.

use super::desk::{Beside, Desk, Screen, Sheet};
use super::runner::Other;
use super::{Page, browser};
use crate::ui::{Action, Edit, Question, State};
use crate::web::message::{field, message};
use js_sys::{Array, Function};
use std::rc::Rc;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Element;
use yew::platform::spawn_local;
use yew::{
    Callback, Html, UseReducerDispatcher, UseReducerHandle, hook, html, use_effect_with, use_memo, use_mut_ref,
    use_state_eq,
};

#[wasm_bindgen]
extern "C" {
    #[derive(Debug, Clone, PartialEq)]
    type Views;

    #[wasm_bindgen(method, catch)]
    fn show_views(this: &Views, root: &Element, scene: &JsValue, tell: &Function) -> Result<(), JsValue>;

    #[wasm_bindgen(method)]
    fn clear_views(this: &Views);
}

/// How far the views are.
#[derive(Debug, Clone, PartialEq)]
enum Coming {
    OnTheWay,
    Here(Views),
    /// Why they are not here.
    Failed(String),
}

/// The texts that the views have from an earlier scene.
#[derive(Default)]
struct Known {
    report: Option<Rc<str>>,
    before: Option<Rc<str>>,
    other: Option<Other>,
}

/// Shows the view of the state, where it is one that comes later. What is returned is said in its place, as long as it is
/// not there.
#[hook]
pub(super) fn use_views(
    page: &Page,
    desk: &Rc<Desk>,
    state: &UseReducerHandle<State>,
    screen: &Screen,
    beside: &Beside,
) -> Option<Html> {
    let coming = use_state_eq(|| Coming::OnTheWay);
    {
        let coming = coming.setter();
        use_effect_with(page.clone(), move |page| {
            let views = js_sys::futures::JsFuture::from(page.views());
            spawn_local(async move {
                coming.set(match views.await {
                    Ok(views) => Coming::Here(views.unchecked_into()),
                    Err(error) => Coming::Failed(field(&error, "message").as_string().unwrap_or_default()),
                });
            });
        });
    }
    let tell = {
        let (desk, act) = (Rc::clone(desk), state.dispatcher());
        use_memo((), move |()| Closure::<dyn Fn(JsValue)>::new(move |wish: JsValue| grant(&desk, &act, &wish)))
    };
    let known = use_mut_ref(Known::default);
    let seen = match screen {
        Screen::Report(sheet) if state.view.is_later() => Some(sheet.clone()),
        Screen::Report(_) | Screen::Landing | Screen::Fault(_) => None,
    };
    {
        let setter = coming.setter();
        let dependencies = ((*coming).clone(), state.fragment(), state.rows, seen, beside.clone());
        use_effect_with(dependencies, move |(coming, fragment, rows, seen, beside)| {
            let Coming::Here(views) = coming else { return };
            let (Some(sheet), Some(root)) = (seen, browser::by_id("views")) else { return views.clear_views() };
            let scene = scene(fragment, *rows, sheet, beside, &mut known.borrow_mut());
            if let Err(error) = views.show_views(&root, &scene, (*tell).as_ref().unchecked_ref()) {
                setter.set(Coming::Failed(error.as_string().unwrap_or_default()));
            }
        });
    }
    match &*coming {
        Coming::Here(_) => None,
        Coming::OnTheWay => Some(html! { <p role="status">{ "This view is still on its way." }</p> }),
        Coming::Failed(reason) => Some(html! {
            <p class="tint bad" role="alert">{ format!("This view could not be loaded: {reason}. Reload the page to try again; the other views work without it.") }</p>
        }),
    }
}

/// What the views are to show; a text only where it is another one than they know.
fn scene(fragment: &str, rows: usize, sheet: &Sheet, beside: &Beside, known: &mut Known) -> JsValue {
    let draft = beside.draft.as_deref();
    #[expect(clippy::cast_precision_loss, reason = "a number of rows")]
    let rows = rows as f64;
    let mut fields = vec![
        ("fragment", fragment.into()),
        ("rows", rows.into()),
        ("draft", draft.into()),
        ("problems", (&*beside.problems).into()),
        ("refused", (&*beside.refused).into()),
        ("judging", beside.judging.into()),
    ];
    if known.report.as_ref() != Some(&sheet.raw) {
        fields.push(("report", (&*sheet.raw).into()));
        known.report = Some(Rc::clone(&sheet.raw));
    }
    let before = beside.before.as_ref().filter(|_| draft.is_some()).map(|before| Rc::clone(&before.raw));
    if known.before != before {
        fields.push(("before", before.as_deref().map_or(JsValue::NULL, JsValue::from)));
        known.before = before;
    }
    if known.other != beside.other {
        fields.push(("other", beside.other.as_ref().map_or(JsValue::NULL, Other::message)));
        known.other.clone_from(&beside.other);
    }
    message(&fields)
}

/// Does what the reader wants of a view.
fn grant(desk: &Rc<Desk>, act: &UseReducerDispatcher<State>, wish: &JsValue) {
    if let Some(fragment) = field(wish, "fragment").as_string() {
        return act.dispatch(Action::Fragment(fragment));
    }
    if field(wish, "more").is_truthy() {
        return act.dispatch(Action::More);
    }
    if let Some(kind) = field(wish, "ask").as_string() {
        let argument = field(wish, "argument").as_string().unwrap_or_default();
        let done: Function = field(wish, "done").unchecked_into();
        let done = Callback::from(move |answer: Result<Rc<str>, String>| {
            let (answer, reason) = match answer {
                Ok(answer) => (JsValue::from(&*answer), JsValue::NULL),
                Err(reason) => (JsValue::NULL, reason.into()),
            };
            // A view that is gone takes no answer.
            let _ = done.call2(&JsValue::NULL, &answer, &reason);
        });
        return desk.ask(Question { kind: kind.into(), argument, done });
    }
    let set = field(wish, "set");
    if !set.is_undefined() {
        let set: Array = set.unchecked_into();
        let at = |index: u32| set.get(index).as_string().unwrap_or_default();
        return desk.edit(Edit::Set { text: at(0), rule: at(1), name: at(2), value: at(3) });
    }
    if field(wish, "uncompare").is_truthy() {
        return desk.uncompare();
    }
    desk.edit(field(wish, "draft").as_string().map_or(Edit::Reset, Edit::Text));
}
