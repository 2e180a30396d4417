//! The text of one file.

use crate::input::{Limits, SourceFile, text, zip};
use crate::render::document;
use serde::Serialize;

/// Most bytes of a text that are handed out.
pub const LIMIT: usize = 2 << 20;

#[derive(Serialize)]
struct Answer<'s> {
    path: &'s str,
    text: &'s str,
    /// Size of the file.
    bytes: u64,
    /// Whether the text is longer than what is handed out of it.
    cut: bool,
}

/// Of a file whose text is kept: that of every format that Tollgate reads.
pub(super) fn answer(sources: &[SourceFile], path: &str) -> Result<String, String> {
    let source = sources.iter().find(|source| source.path == path).ok_or("no such file was given")?;
    if source.text.is_empty() && source.bytes > 0 {
        return Err("its text was not kept, because no format that Tollgate reads is in it".to_owned());
    }
    Ok(of_text(path, &source.text, source.bytes))
}

/// Of a member of an archive, which a session keeps only where a format that Tollgate reads is in it. `path` is what the
/// answer calls it, `member` its path in the archive.
pub fn member(path: &str, archive: &[u8], member: &str) -> Result<String, String> {
    let bytes = zip::member(archive, member, &Limits::default())?;
    let size = bytes.len() as u64;
    Ok(of_text(path, &text::decode(bytes).text, size))
}

/// Of a text, which may be the beginning of a file only: `bytes` is the size of the whole.
pub fn of_text(path: &str, text: &str, bytes: u64) -> String {
    let end = text.floor_char_boundary(LIMIT);
    let part = text.get(..end).unwrap_or_default();
    document(&Answer { path, text: part, bytes, cut: end < text.len() || bytes > LIMIT as u64 })
}
