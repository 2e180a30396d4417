//! From what was given to what can be parsed.

use super::detect::{Detected, Doubt};
use super::text::{self, append};
use super::zip::{self, Budget};
use super::{Content, Limits, Origin, RawFile, SourceFile, detect};
use crate::model::{FileKind, FileStatus};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write as _;

const NO_SUCH_NAME: &str = "no format that Tollgate reads has this name";

/// Unpacks, recognises and decodes: one record for each file and each member of an archive, sorted by path.
///
/// Nothing vanishes and nothing fails as a whole: what could not be had is a record with status `unreadable` and the
/// reason. Paths are unique afterwards: of several files with one path, in the order given, the first keeps it and the
/// others become `path#2`, `path#3`, …
pub fn open(files: Vec<RawFile>, limits: &Limits) -> Vec<SourceFile> {
    let alone = files.len() == 1;
    let mut opener = Opener { limits, budget: Budget::new(limits), files: 0, alone, done: Vec::new() };
    for file in files {
        opener.file(file, 1);
    }
    let mut done = opener.done;
    done.sort_by(|a, b| a.path.cmp(&b.path));
    tell_apart(&mut done);
    done.sort_by(|a, b| a.path.cmp(&b.path));
    done
}

struct Opener<'a> {
    limits: &'a Limits,
    budget: Budget,
    files: u64,
    /// Only one file was given.
    alone: bool,
    done: Vec<SourceFile>,
}

impl Opener<'_> {
    /// Opens a file and gives the status of its own record. `depth` is how deep an archive it would be, from 1.
    fn file(&mut self, raw: RawFile, depth: u64) -> FileStatus {
        self.files += 1;
        let RawFile { path, content, origin } = raw;
        let mut file = SourceFile {
            path,
            origin,
            kind: FileKind::Other,
            text: Cow::default(),
            bytes: 0,
            sha256: String::new(),
            status: FileStatus::Ignored,
            note: String::new(),
        };
        let (bytes, hash) = match content {
            Content::NotWanted { bytes } => {
                file.bytes = bytes;
                if let Some(foreign) = detect::foreign_archive(&file.path, &[]) {
                    (file.kind, file.note) = (foreign.kind, foreign.note);
                } else {
                    NO_SUCH_NAME.clone_into(&mut file.note);
                }
                return self.done(file);
            }
            Content::Skipped { reason } => {
                file.note = reason;
                return self.done(file);
            }
            Content::Failed { bytes, reason } => {
                file.bytes = bytes;
                return self.unreadable(file, reason);
            }
            Content::Bytes(bytes) => (Cow::Owned(bytes), None),
            Content::Static(bytes) => (Cow::Borrowed(bytes), None),
            Content::Hashed { bytes, sha256 } => (Cow::Owned(bytes), Some(sha256)),
        };
        file.bytes = bytes.len() as u64;
        if self.files > self.limits.files {
            return self.unreadable(file, self.limits.exceeded("files"));
        }
        if file.bytes > self.limits.file_bytes {
            return self.unreadable(file, self.limits.exceeded("file_bytes"));
        }
        let hash = || hash.unwrap_or_else(|| Sha256::digest(&bytes).into());
        if origin != Origin::Diff && (detect::is_zip(&bytes) || detect::by_name(&file.path) == FileKind::Archive) {
            file.sha256 = hex(hash());
            return self.archive(file, &bytes, depth);
        }
        let detected = match origin {
            Origin::Diff => Detected { kind: FileKind::Diff, note: String::new(), doubt: Doubt::No },
            _ => detect::foreign_archive(&file.path, &bytes)
                .unwrap_or_else(|| detect::kind(&file.path, &text::head(&bytes, detect::HEAD))),
        };
        (file.kind, file.note) = (detected.kind, detected.note);
        let doubtful = match detected.doubt {
            Doubt::No => false,
            Doubt::Alone => self.alone,
            Doubt::Anywhere => true,
        };
        if file.kind != FileKind::Other || doubtful {
            file.sha256 = hex(hash());
            // A note says why a file of a known kind is not read.
            if file.kind != FileKind::Foreign && (file.note.is_empty() || doubtful) {
                let decoded = text::decode(bytes);
                (file.text, file.status) = (decoded.text, decoded.status);
                append(&mut file.note, &decoded.note);
            }
        } else if may_be_policy(&file.path, &bytes) {
            // Only the text is needed, by the policy that may extend it; the file itself stays ignored.
            file.text = text::decode(bytes).text;
        }
        self.done(file)
    }

    fn unreadable(&mut self, mut file: SourceFile, reason: String) -> FileStatus {
        file.kind = if file.origin == Origin::Diff { FileKind::Diff } else { detect::by_name(&file.path) };
        (file.status, file.note) = (FileStatus::Unreadable, reason);
        self.done(file)
    }

    fn done(&mut self, file: SourceFile) -> FileStatus {
        let status = file.status;
        self.done.push(file);
        status
    }

    fn archive(&mut self, mut file: SourceFile, bytes: &[u8], depth: u64) -> FileStatus {
        file.kind = FileKind::Archive;
        if depth > self.limits.archive_depth {
            file.status = FileStatus::Unreadable;
            file.note = self.limits.exceeded("archive_depth");
            self.done.push(file);
            return FileStatus::Unreadable;
        }
        let unpacked = zip::read(&file.path, bytes, file.origin, self.limits, &mut self.budget);
        file.status = unpacked.status;
        file.note = unpacked.note;
        let at = self.done.len();
        let readable = file.status != FileStatus::Unreadable;
        let status = file.status;
        self.done.push(file);
        let statuses: Vec<_> = unpacked.members.into_iter().map(|member| self.file(member, depth + 1)).collect();
        if let Some(file) = self.done.get_mut(at).filter(|_| readable) {
            append(&mut file.note, &contents(&statuses));
        }
        status
    }
}

/// Whether a file of another kind may be a policy that the tree's own extends, whatever it is called: YAML that has the
/// line which every policy has.
fn may_be_policy(path: &str, bytes: &[u8]) -> bool {
    let extension = path.rsplit_once('.').map(|(_, extension)| extension);
    matches!(extension, Some("yml" | "yaml"))
        && text::head(bytes, detect::HEAD).lines().any(|line| line.trim_end() == "version: 1")
}

fn hex(hash: [u8; 32]) -> String {
    hash.iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// What an archive held, in words: `12 files, 3 ignored`.
fn contents(statuses: &[FileStatus]) -> String {
    let files = statuses.len();
    let mut note = if files == 1 { "1 file".to_owned() } else { format!("{files} files") };
    for wanted in [FileStatus::Ignored, FileStatus::PartlyRead, FileStatus::Unreadable] {
        let count = statuses.iter().filter(|status| **status == wanted).count();
        if count > 0 {
            let _ = write!(note, ", {count} {}", wanted.word().replace('-', " "));
        }
    }
    note
}

/// Makes the paths of sorted files unique.
fn tell_apart(files: &mut [SourceFile]) {
    let mut taken: BTreeSet<String> = files.iter().map(|file| file.path.clone()).collect();
    let mut previous: Option<String> = None;
    let mut number = 1_u64;
    for file in files {
        let Some(path) = previous.as_ref().filter(|path| **path == file.path) else {
            previous = Some(file.path.clone());
            number = 1;
            continue;
        };
        loop {
            number += 1;
            let numbered = format!("{path}#{number}");
            if taken.insert(numbered.clone()) {
                file.path = numbered;
                break;
            }
        }
    }
}
