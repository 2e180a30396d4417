//! The checker: reads the files, judges them, answers with the report.

mod fault;

use super::message::{field, message};
use crate::engine::{self, Request};
use crate::input::{Content, Limits, Origin, RawFile, detect};
use crate::model::{Date, Level};
use crate::render;
use js_sys::futures::{JsFuture, future_to_promise};
use js_sys::{Array, Function, Promise, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{File, SubtleCrypto};

/// Milliseconds between two messages of progress, so that many small files do not flood the page.
const PROGRESS_EVERY: f64 = 50.0;
/// Bytes from which the browser is asked for the hash of a file.
const WORTH_ASKING: u32 = 1 << 16;
/// All files together; beyond it a 32-bit memory has no room left to judge them.
const ALL_BYTES: u64 = 1 << 30;

/// Judges files, each given as `[path, File, is evidence]`, and posts the result: `{report}`, the same JSON text as the
/// command line's `--format json`, or `{refused}`, a reason in words. On the way `tell` gets `{done, all, name}`.
///
/// The promise is resolved when the result was posted.
#[wasm_bindgen]
pub fn judge(files: Array, policy: Option<String>, today: String, tell: Function) -> Promise {
    fault::watch(&tell);
    future_to_promise(answer(files, policy, today, tell))
}

async fn answer(files: Array, policy: Option<String>, today: String, tell: Function) -> Result<JsValue, JsValue> {
    let all = files.length();
    let mut raw = Vec::new();
    let mut last = 0.0;
    let mut room = ALL_BYTES;
    for (done, given) in files.iter().enumerate() {
        let (path, content, origin) = given_file(&given);
        let now = js_sys::Date::now();
        if now - last >= PROGRESS_EVERY {
            last = now;
            progress(&tell, u32::try_from(done).unwrap_or(all), all, &path);
        }
        fault::in_work(&path);
        // A file that was given alone is looked at whatever its name.
        let wanted = all == 1 || detect::wanted(&path);
        let content =
            if wanted { read(&content, &mut room).await } else { Content::NotWanted { bytes: size(&content) } };
        raw.push(RawFile { path, content, origin });
    }
    fault::in_work(if all == 1 { raw.first().map_or("", |file| &file.path) } else { "" });
    progress(&tell, all, all, "");
    let answer = match today.parse::<Date>() {
        Ok(today) => run(raw, policy.as_deref(), today),
        Err(error) => Err(error),
    };
    let answer = match answer {
        Ok(report) => ("report", report.into()),
        Err(reason) => ("refused", reason.into()),
    };
    tell.call1(&JsValue::NULL, &message(&[answer]))
}

/// The one door to the engine. `policy` is a pack; without one the files' own policy holds, or else `recommended`.
fn run(files: Vec<RawFile>, policy: Option<&str>, today: Date) -> Result<String, String> {
    let request = Request { files, limits: Limits::default(), fail_on: Level::Error, today, baseline: None };
    let report = match policy {
        Some(pack) => engine::load_policy(pack, None, &|_| None).map(|policy| engine::analyze(request, &policy)),
        None => engine::analyze_by_own_policy(request),
    };
    report.map(|report| render::json(&report)).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        format!("The policy is not valid, so nothing was judged.\n{}", lines.join("\n"))
    })
}

fn given_file(given: &JsValue) -> (String, File, Origin) {
    let given: &Array = given.unchecked_ref();
    let origin = if given.get(2).is_truthy() { Origin::Evidence } else { Origin::Tree };
    (given.get(0).as_string().unwrap_or_default(), given.get(1).unchecked_into(), origin)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sizes are whole and below 2^53")]
fn size(file: &File) -> u64 {
    file.size() as u64
}

async fn read(file: &File, room: &mut u64) -> Content {
    let bytes = size(file);
    let limits = Limits::default();
    if bytes > limits.file_bytes {
        return Content::Failed { bytes, reason: limits.exceeded("file_bytes") };
    }
    let Some(left) = room.checked_sub(bytes) else {
        let reason =
            format!("the files before it are {} MiB already, which is the most that a page can hold", ALL_BYTES >> 20);
        return Content::Failed { bytes, reason };
    };
    *room = left;
    match JsFuture::from(file.array_buffer()).await {
        Ok(buffer) => {
            let array = Uint8Array::new(&buffer);
            let bytes = array.to_vec();
            match hash(&array).await {
                Some(sha256) => Content::Hashed { bytes, sha256 },
                None => Content::Bytes(bytes),
            }
        }
        // The file was changed or removed after it was dropped, or is too large for the browser.
        Err(error) => {
            let reason = field(&error, "message").as_string().unwrap_or_default();
            Content::Failed { bytes, reason: format!("the browser could not read it: {reason}") }
        }
    }
}

/// The SHA-256 by the browser; `None` for small files, which wait longer for the answer than hashing takes, and where the
/// page is not a secure context.
async fn hash(bytes: &Uint8Array) -> Option<[u8; 32]> {
    if bytes.length() < WORTH_ASKING {
        return None;
    }
    let subtle = field(&field(&js_sys::global(), "crypto"), "subtle").dyn_into::<SubtleCrypto>().ok()?;
    let promise = subtle.digest_with_str_and_buffer_source("SHA-256", bytes).ok()?;
    let hash = JsFuture::from(promise).await.ok()?;
    Uint8Array::new(&hash).to_vec().try_into().ok()
}

fn progress(tell: &Function, done: u32, all: u32, name: &str) {
    let told = message(&[("done", done.into()), ("all", all.into()), ("name", name.into())]);
    // Progress that does not arrive is no reason to stop.
    let _ = tell.call1(&JsValue::NULL, &told);
}
