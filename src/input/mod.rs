//! Bytes in, [`SourceFile`]s out: archives, limits, encodings, and what each file is.

pub mod detect;
pub mod limits;
mod open;
mod sniff_json;
mod sniff_xml;
mod sniff_yaml;
pub mod text;
pub mod zip;

use crate::model::{FileKind, FileStatus};
pub use limits::Limits;
pub use open::open;
use std::borrow::Cow;

/// A file as it was given, before anybody looked inside.
#[derive(Debug, Clone)]
pub struct RawFile {
    /// Path with `/` between its parts, relative to what was given.
    pub path: String,
    /// Its bytes, or why there are none.
    pub content: Content,
    /// What it was given as.
    pub origin: Origin,
}

/// The bytes of a given file.
#[derive(Debug, Clone)]
pub enum Content {
    /// All of them.
    Bytes(Vec<u8>),
    /// All of them, and their SHA-256 by whoever loaded them and had a faster way to it: browsers hash several times as
    /// fast as code that they run.
    Hashed {
        /// All of them.
        bytes: Vec<u8>,
        /// Their SHA-256.
        sha256: [u8; 32],
    },
    /// All of them, in memory that stays for as long as the program runs: a large file in memory of its own, which whoever
    /// loaded it had cheaper than from the allocator.
    Static(&'static [u8]),
    /// Not loaded because `detect::wanted` says that no format has such a name; the size is known.
    NotWanted {
        /// Size in bytes.
        bytes: u64,
    },
    /// Left out on purpose, whatever is in it: a symbolic link, a folder of dependencies.
    Skipped {
        /// Why, in words.
        reason: String,
    },
    /// Could not be loaded, or is over a limit.
    Failed {
        /// Size in bytes, 0 if unknown.
        bytes: u64,
        /// Why, in words.
        reason: String,
    },
}

/// What a file was given as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// A file of the tree under judgement.
    Tree,
    /// An artifact that lies outside the tree.
    Evidence,
    /// The unified diff of the change under judgement, whatever its name is.
    Diff,
}

/// A file whose kind is known and whose text can be parsed.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Path as given; `archive.zip/member` for a member of an archive.
    pub path: String,
    /// What it was given as.
    pub origin: Origin,
    /// What it is.
    pub kind: FileKind,
    /// The text as UTF-8, a byte order mark included; empty where it was not needed or could not be had. For UTF-8
    /// files offsets into it are offsets into the file. Of an ignored file there is one where a policy may extend it.
    pub text: Cow<'static, str>,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// SHA-256 in hex; empty when the content was not needed.
    pub sha256: String,
    /// So far: [`FileStatus::Read`] means "ready to be parsed".
    pub status: FileStatus,
    /// Why, where the status is not `read`; otherwise what is worth knowing (an odd encoding).
    pub note: String,
}
