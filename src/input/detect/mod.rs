//! What a file is: first by its path, then by its content, never by its content type or a substring.
//!
//! Two rules keep broken files in sight. A path that only one format has (`.github/workflows/ci.yml`) decides without
//! a look inside, so that a broken file becomes unreadable instead of ignored. And a report that breaks off before it
//! can be recognised is taken for what its name says.

mod config;
mod content;
mod names;

use crate::model::FileKind;

pub use config::ConfigFormat;
pub use names::{by_name, wanted};

/// Bytes of a file that [`kind`] wants to see at most.
pub const HEAD: usize = 256 * 1024;

/// What a file is, and why it is not read where it is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detected {
    /// What it is.
    pub kind: FileKind,
    /// For kinds that are not read: what it seems to be. Empty otherwise.
    pub note: String,
    /// Whether it may be evidence that is too broken to be recognised.
    pub doubt: Doubt,
}

/// When a text of no known kind is held against its syntax all the same: a broken file must not pass for one that is of
/// no interest, and the many files of a tree that are templates of YAML must not become errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// Never: what it is was seen.
    No,
    /// Where it is the only file that was given: somebody asks for this one.
    Alone,
    /// Anywhere: its name is that of evidence.
    Anywhere,
}

impl Detected {
    fn is(kind: FileKind) -> Self {
        Self { kind, note: String::new(), doubt: Doubt::No }
    }

    fn other(note: impl Into<String>) -> Self {
        Self { kind: FileKind::Other, note: note.into(), doubt: Doubt::No }
    }

    fn foreign(format: &str) -> Self {
        let note = format!("{format}: known, not read by this version");
        Self { kind: FileKind::Foreign, note, doubt: Doubt::No }
    }
}

/// What a file is, by its path and the first [`HEAD`] bytes of its text.
pub fn kind(path: &str, head: &str) -> Detected {
    let name = names::Name::new(path);
    if let Some(kind) = name.certain() {
        return Detected::is(kind);
    }
    if let Some(detected) = config::detect(&name, head) {
        return detected;
    }
    if name.is_yaml() || name.is_workflow_copy() {
        let mut detected = content::yaml(&name, head);
        if detected.kind == FileKind::Other && content::may_be_broken(head) {
            detected.doubt = if name.is_action() { Doubt::Anywhere } else { Doubt::Alone };
        }
        return detected;
    }
    if name.is_dockerfile() {
        return Detected::is(FileKind::Dockerfile);
    }
    match name.dockerfile_with_extension() {
        Some(true) => return Detected::other("a template of a Dockerfile"),
        Some(false) if content::is_dockerfile(head) => return Detected::is(FileKind::Dockerfile),
        _ => {}
    }
    let mut detected = content::report(&name, head);
    let structured = name.has_extension(&["json"]) || (name.has_extension(&["xml"]) && !content::has_root(head));
    if detected.kind == FileKind::Other && structured {
        detected.doubt = Doubt::Alone;
    }
    detected
}

/// What an archive is that is not a zip, by its first bytes or its name.
pub fn foreign_archive(path: &str, bytes: &[u8]) -> Option<Detected> {
    const FORMATS: [(&str, usize, &[u8], &[&str]); 5] = [
        ("tar archive", 257, b"ustar", &[".tar"]),
        ("gzip file", 0, &[0x1F, 0x8B], &[".tgz", ".gz"]),
        ("xz file", 0, b"\xFD7zXZ\0", &[".txz", ".xz"]),
        ("zstd file", 0, &[0x28, 0xB5, 0x2F, 0xFD], &[".tzst", ".zst"]),
        ("bzip2 file", 0, b"BZh", &[".tbz2", ".bz2"]),
    ];
    let lower = path.to_ascii_lowercase();
    let (format, ..) = FORMATS.iter().find(|(_, at, magic, endings)| {
        bytes.get(*at..).is_some_and(|rest| rest.starts_with(magic)) || endings.iter().any(|end| lower.ends_with(end))
    })?;
    let mut detected = Detected::foreign(format);
    detected.note.push_str("; give the unpacked files or a zip");
    Some(detected)
}

/// Whether bytes begin as a zip archive does.
pub fn is_zip(bytes: &[u8]) -> bool {
    [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"].iter().any(|magic| bytes.starts_with(*magic))
}

#[cfg(test)]
mod tests;
