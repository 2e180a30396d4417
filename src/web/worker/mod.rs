//! The checker: keeps a session in the worker and answers the page's orders about it.

mod fault;
mod read;

use super::message::{field, message};
use crate::input::{Limits, RawFile, detect};
use crate::model::{Baseline, Date};
use crate::render;
use crate::session::{self, Choice, Refusal, Session};
use js_sys::futures::future_to_promise;
use js_sys::{Array, Function, Promise};
use std::cell::RefCell;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Milliseconds between two messages of progress, so that many small files do not flood the page.
const PROGRESS_EVERY: f64 = 50.0;

/// The session, and the files that it was made of, as the browser's handles.
struct Held {
    session: Session,
    files: Array,
}

thread_local! {
    static HELD: RefCell<Option<Held>> = const { RefCell::new(None) };
}

/// Carries out an order and posts its answer by `tell`, as the protocol of `src/web/message.rs` says. The promise is
/// resolved when the answer was posted.
#[wasm_bindgen]
pub fn carry_out(order: JsValue, today: String, tell: Function) -> Promise {
    fault::watch(&tell);
    future_to_promise(async move {
        let answer = match answer(&order, &today, &tell).await {
            Ok((name, text)) => message(&[(name, text.into())]),
            Err(Refusal::Other(reason)) => message(&[("refused", reason.into())]),
            Err(Refusal::Policy(problems)) => {
                let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
                message(&[("refused", lines.join("\n").into()), ("problems", render::document(&problems).into())])
            }
        };
        fault::in_work("");
        tell.call1(&JsValue::NULL, &answer)
    })
}

/// The name and the text of the answer.
async fn answer(order: &JsValue, today: &str, tell: &Function) -> Result<(&'static str, String), Refusal> {
    let text = |name: &str| field(order, name).as_string().unwrap_or_default();
    match text("ask").as_str() {
        "open" => {
            // The old session goes first: there may be no room for two.
            HELD.set(None);
            let files = Array::from(&field(order, "files"));
            let raw = read_all(&files, tell).await;
            let session = Session::open(raw, &Limits::default());
            HELD.set(Some(Held { session, files }));
            judge(order, today)
        }
        "rejudge" => judge(order, today),
        "render" => {
            let rendered = match field(order, "report").as_string() {
                Some(report) => session::render_text(&report, &text("format")).map_err(Refusal::Other),
                None => held(|held| held.session.render(&text("format"))),
            };
            rendered.map(|text| ("answer", text))
        }
        "details" => details(&text("kind"), &text("argument")).await.map(|text| ("answer", text)),
        other => Err(Refusal::Other(format!("there is no order `{other}`"))),
    }
}

fn judge(order: &JsValue, today: &str) -> Result<(&'static str, String), Refusal> {
    let today: Date = today.parse().map_err(Refusal::Other)?;
    // Absent, it stays what it was.
    let given = Some(field(order, "baseline")).filter(|given| !given.is_undefined());
    let baseline = given.map(|given| baseline(&given)).transpose().map_err(Refusal::Other)?;
    let choice = choice(&field(order, "policy"));
    HELD.with_borrow_mut(|held| {
        let session = &mut held.as_mut().ok_or_else(|| Refusal::Other(NO_SESSION.to_owned()))?.session;
        if let Some(baseline) = baseline {
            session.compare_with(baseline);
        }
        session.judge(choice, today).map(|report| ("report", render::json(report)))
    })
}

const NO_SESSION: &str = "the checker has no files any more";

fn held<T>(work: impl FnOnce(&Held) -> Result<T, String>) -> Result<T, Refusal> {
    HELD.with_borrow(|held| work(held.as_ref().ok_or(NO_SESSION)?)).map_err(Refusal::Other)
}

/// As [`Session::details`]; of files that the session did not keep the text of, the browser is asked for it.
async fn details(kind: &str, argument: &str) -> Result<String, Refusal> {
    let (told, files) = held(|held| Ok((held.session.details(kind, argument), held.files.clone())))?;
    if kind == "source" && told.is_err() {
        for given in files.iter() {
            let (path, file, _) = read::given_file(&given);
            if path == argument {
                return read::text(&file, &path).await.map_err(Refusal::Other);
            }
            if let Some(member) = argument.strip_prefix(path.as_str()).and_then(|rest| rest.strip_prefix('/')) {
                let archive = read::bytes(&file).await.map_err(Refusal::Other)?;
                return session::member(argument, &archive, member).map_err(Refusal::Other);
            }
        }
    }
    told.map_err(Refusal::Other)
}

/// Another report to compare with; `None` where there is to be none.
fn baseline(given: &JsValue) -> Result<Option<Baseline>, String> {
    let text = |name: &str| field(given, name).as_string();
    let read =
        |(name, text): (String, String)| Baseline::read(&name, &text).map_err(|reason| format!("{name} {reason}"));
    text("name").zip(text("text")).map(read).transpose()
}

fn choice(given: &JsValue) -> Option<Choice> {
    let text = |name: &str| field(given, name).as_string();
    if given.is_undefined() {
        return None;
    }
    match text("pack") {
        Some(pack) => Some(Choice::Pack(pack)),
        None => Some(text("name").zip(text("text")).map_or(Choice::Own, |(name, text)| Choice::Text { name, text })),
    }
}

async fn read_all(files: &Array, tell: &Function) -> Vec<RawFile> {
    let all = files.length();
    let mut raw = Vec::new();
    let mut last = 0.0;
    let mut room = read::ALL_BYTES;
    for (done, given) in files.iter().enumerate() {
        let (path, file, origin) = read::given_file(&given);
        let now = js_sys::Date::now();
        if now - last >= PROGRESS_EVERY {
            last = now;
            progress(tell, u32::try_from(done).unwrap_or(all), all, &path);
        }
        fault::in_work(&path);
        // A file that was given alone is looked at whatever its name.
        let wanted = all == 1 || detect::wanted(&path);
        let content = read::content(&file, wanted, &mut room).await;
        raw.push(RawFile { path, content, origin });
    }
    fault::in_work(if all == 1 { raw.first().map_or("", |file| &file.path) } else { "" });
    progress(tell, all, all, "");
    raw
}

fn progress(tell: &Function, done: u32, all: u32, name: &str) {
    let told = message(&[("done", done.into()), ("all", all.into()), ("name", name.into())]);
    // Progress that does not arrive is no reason to stop.
    let _ = tell.call1(&JsValue::NULL, &told);
}
