//! Zip archives, entirely in memory and without trust: the directory is checked, members are inflated up to the
//! limits, and what cannot be had is told member by member.

use super::limits::RATIO_FREE_BYTES;
use super::text::append;
use super::{Content, Limits, Origin, RawFile, detect};
use crate::model::FileStatus;
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};
use rawzip::{CompressionMethod, ZipArchive, ZipFileHeaderRecord, ZipSliceArchive};
use std::collections::BTreeMap;

/// What is left of the limits that count over all archives together.
#[derive(Debug, Clone)]
pub struct Budget {
    bytes: u64,
    entries: u64,
}

impl Budget {
    /// The whole budget.
    pub const fn new(limits: &Limits) -> Self {
        Self { bytes: limits.unpacked_bytes, entries: limits.archive_entries }
    }
}

/// What was got out of one archive.
#[derive(Debug, Clone)]
pub struct Unpacked {
    /// The members in the order of the directory, with paths `archive/member`; folders of no interest as one record.
    pub members: Vec<RawFile>,
    /// [`FileStatus::Unreadable`] when there is no directory, [`FileStatus::PartlyRead`] when it was not read whole.
    pub status: FileStatus,
    /// Why, where the status is not `read`.
    pub note: String,
}

/// Reads an archive. `path` is the archive's own; members inherit its `origin`.
///
/// A member becomes [`Content::Failed`] when it is encrypted, compressed otherwise than stored or deflated, damaged
/// (size or CRC-32 differ), overlaps another, has a name that leads out of the archive, or is over a limit;
/// [`Content::NotWanted`] when no format has its name, without having been inflated; [`Content::Skipped`] when it is a
/// symbolic link.
pub fn read(path: &str, bytes: &[u8], origin: Origin, limits: &Limits, budget: &mut Budget) -> Unpacked {
    let mut unpacked = Unpacked { members: Vec::new(), status: FileStatus::Read, note: String::new() };
    let archive = match ZipArchive::from_slice(bytes) {
        Ok(archive) => archive,
        Err(_) if bytes.is_empty() => return unreadable("the file is empty"),
        Err(error) => return unreadable(&format!("no zip archive, or cut short: {}", in_words(&error))),
    };
    let partly = |unpacked: &mut Unpacked, why: &str| {
        unpacked.status = FileStatus::PartlyRead;
        append(&mut unpacked.note, why);
    };
    let (records, damage) = directory(&archive, limits, budget);
    if let Some(damage) = damage {
        partly(&mut unpacked, &damage);
    }
    let overlapping = overlaps(&archive, &records);
    let mut skipped: BTreeMap<String, usize> = BTreeMap::new();
    let mut cut = false;
    for (record, overlaps) in records.iter().zip(overlapping) {
        if record.is_dir() {
            continue;
        }
        let (member, refused) = member_path(record);
        if refused.is_none()
            && let Some(folder) = skipped_folder(&member)
        {
            *skipped.entry(folder).or_default() += 1;
            continue;
        }
        let size = record.uncompressed_size_hint();
        let failed = |reason: String| Content::Failed { bytes: size, reason };
        let content = if let Some(reason) = refused {
            failed(reason)
        } else if record.mode().is_symlink() {
            Content::Skipped { reason: "symbolic link, not followed".to_owned() }
        } else if !detect::wanted(&member) {
            Content::NotWanted { bytes: size }
        } else if overlaps {
            failed("its data overlaps that of another member or the directory: refused".to_owned())
        } else {
            match inflate(&archive, record, limits, budget) {
                Ok(bytes) => Content::Bytes(bytes),
                Err(Failure { reason, over_budget }) => {
                    cut |= over_budget;
                    failed(reason)
                }
            }
        };
        unpacked.members.push(RawFile { path: format!("{path}/{member}"), content, origin });
    }
    if cut {
        partly(&mut unpacked, &limits.exceeded("unpacked_bytes"));
    }
    unpacked.members.extend(skipped.into_iter().map(|(folder, count)| RawFile {
        path: format!("{path}/{folder}"),
        content: Content::Skipped { reason: folder_in_words(count) },
        origin,
    }));
    unpacked
}

/// The bytes of one member of an archive, whatever its name, within the limits.
pub fn member(archive: &[u8], path: &str, limits: &Limits) -> Result<Vec<u8>, String> {
    let archive = ZipArchive::from_slice(archive).map_err(|error| in_words(&error))?;
    let mut budget = Budget::new(limits);
    let (records, _) = directory(&archive, limits, &mut budget);
    let record = records.iter().find(|record| !record.is_dir() && member_path(record) == (path.to_owned(), None));
    let record = record.ok_or_else(|| format!("there is no `{path}` in the archive"))?;
    inflate(&archive, record, limits, &mut budget).map_err(|failure| failure.reason)
}

type Archive<'a> = ZipSliceArchive<&'a [u8]>;

struct Failure {
    reason: String,
    /// The limit over all archives was hit, not one of the member's own.
    over_budget: bool,
}

fn unreadable(reason: &str) -> Unpacked {
    Unpacked { members: Vec::new(), status: FileStatus::Unreadable, note: reason.to_owned() }
}

fn folder_in_words(files: usize) -> String {
    if files == 1 {
        "folder of 1 file that is never looked at".to_owned()
    } else {
        format!("folder of {files} files that are never looked at")
    }
}

/// An error of the library as the end of a sentence.
fn in_words(error: &rawzip::Error) -> String {
    let text = error.to_string();
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// The records of the directory that are within the budget, and why it was not read whole.
fn directory<'a>(
    archive: &'a Archive<'_>,
    limits: &Limits,
    budget: &mut Budget,
) -> (Vec<ZipFileHeaderRecord<'a>>, Option<String>) {
    let mut records = Vec::new();
    let mut entries = archive.entries();
    loop {
        match entries.next_entry() {
            Ok(Some(_)) if budget.entries == 0 => {
                let left = format!("{}: stopped after {} members", limits.exceeded("archive_entries"), records.len());
                return (records, Some(left));
            }
            Ok(Some(record)) => {
                budget.entries -= 1;
                records.push(record);
            }
            Ok(None) => break,
            Err(error) => {
                let damage = format!("the directory is damaged after {} members: {}", records.len(), in_words(&error));
                return (records, Some(damage));
            }
        }
    }
    let promised = archive.entries_hint();
    let missing = (records.len() as u64) < promised;
    let damage = missing.then(|| format!("the directory promises {promised} members, but holds {}", records.len()));
    (records, damage)
}

/// For each record, whether its bytes (local header included) are also those of another or of the directory. Sharing
/// bytes is how a small archive becomes a large one that no ratio gives away.
fn overlaps(archive: &Archive<'_>, records: &[ZipFileHeaderRecord<'_>]) -> Vec<bool> {
    let mut ranges: Vec<(u64, u64, Option<usize>)> = vec![(archive.directory_offset(), archive.end_offset(), None)];
    for (at, record) in records.iter().enumerate() {
        if let Ok(entry) = archive.get_entry(record.wayfinder()) {
            ranges.push((record.local_header_offset(), entry.compressed_data_range().1, Some(at)));
        }
    }
    ranges.sort_unstable();
    let mut overlapping = vec![false; records.len()];
    let mut mark = |at: Option<usize>| {
        if let Some(flag) = at.and_then(|at| overlapping.get_mut(at)) {
            *flag = true;
        }
    };
    let mut furthest: Option<(u64, Option<usize>)> = None;
    for (start, end, at) in ranges {
        if let Some((reached, by)) = furthest
            && start < reached
        {
            mark(at);
            mark(by);
        }
        if furthest.is_none_or(|(reached, _)| end > reached) {
            furthest = Some((end, at));
        }
    }
    overlapping
}

/// A member's path below the archive, and why it is refused where it is. A refused path is given without the parts
/// that lead out.
fn member_path(record: &ZipFileHeaderRecord<'_>) -> (String, Option<String>) {
    let raw = String::from_utf8_lossy(record.file_path().as_ref()).replace('\\', "/");
    let raw: String = raw.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect();
    let drive = |part: &str| part.len() == 2 && part.ends_with(':');
    let leads_out = if raw.starts_with('/') {
        Some("is absolute")
    } else if raw.split('/').next().is_some_and(|first| drive(first) || first.get(1..2) == Some(":")) {
        Some("has a drive letter")
    } else if raw.split('/').any(|part| part == "..") {
        Some("leads out of its folder")
    } else {
        None
    };
    let parts: Vec<&str> = raw.split('/').filter(|part| !matches!(*part, "" | "." | "..") && !drive(part)).collect();
    let path = if parts.is_empty() { "(no name)".to_owned() } else { parts.join("/") };
    (path, leads_out.map(|what| format!("refused: its name `{raw}` {what}")))
}

/// The folder that hides a member from judgement: `.git` or `node_modules`, the outermost one.
fn skipped_folder(member: &str) -> Option<String> {
    let parts: Vec<&str> = member.split('/').collect();
    let (_, folders) = parts.split_last()?;
    let at = folders.iter().position(|folder| matches!(*folder, ".git" | "node_modules"))?;
    Some(folders.get(..=at)?.join("/"))
}

fn inflate(
    archive: &Archive<'_>,
    record: &ZipFileHeaderRecord<'_>,
    limits: &Limits,
    budget: &mut Budget,
) -> Result<Vec<u8>, Failure> {
    let fail = |reason: String| Failure { reason, over_budget: false };
    if record.flags().is_encrypted() {
        return Err(fail("encrypted".to_owned()));
    }
    let entry = archive
        .get_entry(record.wayfinder())
        .map_err(|error| fail(format!("its data is not in the archive: {}", in_words(&error))))?;
    let packed = entry.data();
    let by_ratio = (packed.len() as u64).saturating_mul(limits.archive_ratio).max(RATIO_FREE_BYTES);
    let most = limits.file_bytes.min(budget.bytes).min(by_ratio);
    let too_large = |budget: &Budget| {
        let over_budget = most == budget.bytes && most < limits.file_bytes.min(by_ratio);
        let name = match most {
            _ if over_budget => "unpacked_bytes",
            _ if most == limits.file_bytes => "file_bytes",
            _ => "archive_ratio",
        };
        Failure { reason: limits.exceeded(name), over_budget }
    };
    let method = record.compression_method();
    let bytes = if method == CompressionMethod::STORE {
        if packed.len() as u64 > most {
            return Err(too_large(budget));
        }
        packed.to_vec()
    } else if method == CompressionMethod::DEFLATE {
        match decompress_to_vec_with_limit(packed, usize::try_from(most).unwrap_or(usize::MAX)) {
            Ok(bytes) => bytes,
            Err(error) => {
                let failure = if error.status == TINFLStatus::HasMoreOutput {
                    too_large(budget)
                } else {
                    fail(format!(
                        "damaged: its compressed data breaks off or is invalid after {} bytes",
                        error.output.len()
                    ))
                };
                // What was inflated in vain has cost as much.
                budget.bytes = budget.bytes.saturating_sub(error.output.len() as u64);
                return Err(failure);
            }
        }
    } else {
        return Err(fail(format!("compressed with the method {method}, which is not supported")));
    };
    budget.bytes = budget.bytes.saturating_sub(bytes.len() as u64);
    let promised = record.uncompressed_size_hint();
    if bytes.len() as u64 != promised {
        return Err(fail(format!("damaged: {} bytes instead of {promised}", bytes.len())));
    }
    if rawzip::crc32(&bytes) != record.crc32() {
        return Err(fail("damaged: its checksum does not match".to_owned()));
    }
    Ok(bytes)
}
