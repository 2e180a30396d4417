//! The views that come later: an app of their own in an element beside the page's, so that neither hears the other's
//! events. The page says what is to be seen as a scene; what the reader does goes back to it as a message.
//!
//! # A scene
//!
//! | field | |
//! | --- | --- |
//! | `fragment`, `rows` | how the report is shown: [`State`], of which only the rows of a long list are not in the fragment |
//! | `report` | JSON text of the report; absent, it stays what it was |
//! | `before` | JSON text of the report by the policy as it was given, `null` for none; absent, it stays what it was |
//! | `other` | the report that is compared with as `{name, text}`, `null` for none; absent, it stays what it was |
//! | `draft`, `problems`, `refused`, `judging` | the rest of [`Bench`]; `problems` is a JSON list |
//!
//! # Messages to the page
//!
//! | message | the reader wants |
//! | --- | --- |
//! | `{fragment}` | the report shown another way |
//! | `{more}` | more rows of a long list |
//! | `{ask, argument, done}` | an answer from the files; `done` takes it, or `null` and the reason why there is none |
//! | `{draft}` | the policy changed to a text, `null` for as it was given |
//! | `{set: [text, rule, name, value]}` | one value of a text of the policy changed |
//! | `{uncompare}` | to compare with nothing |

mod app;
mod wishes;

use super::browser;
use super::message::field;
use crate::model::Report;
use crate::ui::{Bench, Other, Shared, State, read_json};
use js_sys::Function;
use std::cell::RefCell;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use web_sys::Element;
use yew::AppHandle;

thread_local! {
    static STAGE: RefCell<Stage> = RefCell::default();
}

/// The app while it is shown, and the reports of earlier scenes.
#[derive(Default)]
struct Stage {
    app: Option<AppHandle<app::App>>,
    report: Option<Shared>,
    before: Option<Shared>,
    other: Option<Other>,
}

/// Shows a scene in an element; `tell` takes the messages.
///
/// # Errors
/// When a text of the scene is not JSON of a report, or none was ever there.
#[wasm_bindgen]
pub fn show_views(root: Element, scene: &JsValue, tell: Function) -> Result<(), JsValue> {
    std::panic::set_hook(Box::new(|info| browser::tell_panic(&info.to_string())));
    STAGE.with_borrow_mut(|stage| {
        let props = stage.read(scene, tell)?;
        match &mut stage.app {
            Some(app) => app.update(props),
            None => stage.app = Some(yew::Renderer::with_root_and_props(root, props).render()),
        }
        Ok(())
    })
}

/// Takes the views away.
#[wasm_bindgen]
pub fn clear_views() {
    if let Some(app) = STAGE.with_borrow_mut(|stage| stage.app.take()) {
        app.destroy();
    }
}

impl Stage {
    fn read(&mut self, scene: &JsValue, tell: Function) -> Result<app::Props, JsValue> {
        if let Some(text) = field(scene, "report").as_string() {
            self.report = Some(report(&text)?);
        }
        let before = field(scene, "before");
        if !before.is_undefined() {
            self.before = before.as_string().map(|text| report(&text)).transpose()?;
        }
        let other = field(scene, "other");
        if !other.is_undefined() {
            let text = if other.is_null() { None } else { field(&other, "text").as_string() };
            let name = || field(&other, "name").as_string().unwrap_or_default().into();
            self.other = match text {
                Some(text) => Some(Other { name: name(), report: report(&text)? }),
                None => None,
            };
        }
        let text = |name: &str| field(scene, name).as_string();
        let state = State::default().with_fragment(&text("fragment").unwrap_or_default());
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a number of rows, from our own page"
        )]
        let rows = field(scene, "rows").as_f64().map_or(state.rows, |rows| rows as usize);
        Ok(app::Props {
            report: self.report.clone().ok_or("no report was ever given")?,
            state: State { rows, ..state },
            bench: Bench {
                draft: text("draft").map(Into::into),
                before: self.before.clone(),
                problems: text("problems").and_then(|problems| read_json(&problems).ok()).unwrap_or_default(),
                refused: text("refused").unwrap_or_default(),
                judging: field(scene, "judging").is_truthy(),
                other: self.other.clone(),
            },
            tell,
        })
    }
}

fn report(text: &str) -> Result<Shared, JsValue> {
    read_json::<Report>(text).map(Shared::new).map_err(|error| error.to_string().into())
}
