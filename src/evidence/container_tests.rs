//! Evidence of texts, for the tests of its parts.

use super::{Evidence, File};
use crate::input::{self, Content, Limits, Origin, RawFile};
use crate::parse::documents;

/// Reads files (path, text) and hands their evidence on.
pub(super) fn with_evidence(files: &[(&str, &str)], check: impl FnOnce(&Evidence<'_>)) {
    let raw = files.iter().map(|(path, text)| RawFile {
        path: (*path).to_owned(),
        content: Content::Bytes(text.as_bytes().to_vec()),
        origin: Origin::Tree,
    });
    let sources = input::open(raw.collect(), &Limits::default());
    let parsed: Vec<_> = sources.iter().map(documents::read).collect();
    let files: Vec<File<'_>> = sources.iter().map(File::new).collect();
    check(&Evidence::gather(&files, &parsed));
}
