//! Files of the browser to bytes.

use super::super::message::field;
use crate::input::{Content, Limits, Origin, text as encodings};
use crate::session;
use js_sys::futures::JsFuture;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, File, SubtleCrypto};

/// Bytes from which the browser is asked for the hash of a file.
const WORTH_ASKING: u32 = 1 << 16;
/// All files together; beyond it a 32-bit memory has no room left to judge them.
pub(super) const ALL_BYTES: u64 = 1 << 30;

/// A file of an order: path, handle, and what it was given as.
pub(super) fn given_file(given: &JsValue) -> (String, File, Origin) {
    let given: &Array = given.unchecked_ref();
    let origin = if given.get(2).is_truthy() { Origin::Evidence } else { Origin::Tree };
    (given.get(0).as_string().unwrap_or_default(), given.get(1).unchecked_into(), origin)
}

/// The content of a file, as far as it is wanted and there is room.
pub(super) async fn content(file: &File, wanted: bool, room: &mut u64) -> Content {
    let size = size(file);
    if !wanted {
        return Content::NotWanted { bytes: size };
    }
    let limits = Limits::default();
    if size > limits.file_bytes {
        return Content::Failed { bytes: size, reason: limits.exceeded("file_bytes") };
    }
    let Some(left) = room.checked_sub(size) else {
        let reason =
            format!("the files before it are {} MiB already, which is the most that a page can hold", ALL_BYTES >> 20);
        return Content::Failed { bytes: size, reason };
    };
    *room = left;
    match array(file).await {
        Ok(array) => {
            let bytes = array.to_vec();
            match hash(&array).await {
                Some(sha256) => Content::Hashed { bytes, sha256 },
                None => Content::Bytes(bytes),
            }
        }
        Err(reason) => Content::Failed { bytes: size, reason },
    }
}

/// All bytes of a file that is within the limits.
pub(super) async fn bytes(file: &File) -> Result<Vec<u8>, String> {
    let limits = Limits::default();
    if size(file) > limits.file_bytes {
        return Err(limits.exceeded("file_bytes"));
    }
    Ok(array(file).await?.to_vec())
}

/// The answer about the text of a file that no session keeps.
pub(super) async fn text(file: &File, path: &str) -> Result<String, String> {
    let limit = i32::try_from(session::SOURCE_LIMIT).unwrap_or(i32::MAX);
    let part = file.slice_with_i32_and_i32(0, limit).map_err(|error| unreadable(&error))?;
    let text = encodings::decode(array(&part).await?.to_vec()).text;
    Ok(session::source_of(path, &text, size(file)))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sizes are whole and below 2^53")]
fn size(file: &File) -> u64 {
    file.size() as u64
}

async fn array(blob: &Blob) -> Result<Uint8Array, String> {
    let buffer = JsFuture::from(blob.array_buffer()).await.map_err(|error| unreadable(&error))?;
    Ok(Uint8Array::new(&buffer))
}

/// The file was changed or removed after it was given, or is too large for the browser.
fn unreadable(error: &JsValue) -> String {
    format!("the browser could not read it: {}", field(error, "message").as_string().unwrap_or_default())
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
