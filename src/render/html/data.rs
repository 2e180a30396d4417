//! The report itself, within the file that shows it.

use super::text::is_inert;
use crate::model::Report;
use std::fmt::Write as _;
use std::io;

/// The report as JSON on one line, or nothing where that would take more than so many bytes. No text in it can end a
/// `script` element or begin a comment: `<` is written as an escape.
pub(super) fn data(report: &Report, room: usize) -> Option<String> {
    let mut written = Bounded { bytes: Vec::new(), room };
    serde_json::to_writer(&mut written, report).ok()?;
    let written = String::from_utf8(written.bytes).ok()?;
    let mut json = String::with_capacity(written.len());
    for c in written.chars() {
        if c != '<' && is_inert(c) {
            json.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a string cannot fail.
            let _ = write!(json, "\\u{unit:04x}");
        }
    }
    Some(json)
}

/// Takes no more than there is room for.
struct Bounded {
    bytes: Vec<u8>,
    room: usize,
}

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > self.room.saturating_sub(self.bytes.len()) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
