//! Unified diffs, as `git diff`, `diff -u` and the hosts' `.diff` and `.patch` downloads write them: which lines a change
//! adds.
//!
//! The format is that of POSIX `diff -u` and of git's "extended headers" (git-diff, "Generating patch text with -p").
//! Combined diffs of merges are refused: they compare with several files at once. Text between the parts (mail headers,
//! commit messages, signatures) is passed over.

mod names;

use crate::model::Span;
use crate::parse::{Parsed, Problem};
use names::{header_path, plain_path, unquoted};
use std::collections::BTreeSet;

/// A diff.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diff {
    /// In text order.
    pub files: Vec<ChangedFile>,
}

/// A file that a diff changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChangedFile {
    /// Its path after the change, or before it where it was deleted; without `a/` and `b/`.
    pub path: String,
    /// Runs of added lines by their numbers after the change, from 1: the first and the last of each, ascending.
    pub added: Vec<(u32, u32)>,
    /// What became of it.
    pub change: Change,
    /// The line that names it.
    pub span: Span,
}

/// What a change did to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Change {
    /// Changed its text, and perhaps its name.
    #[default]
    Text,
    /// Took it away.
    Deleted,
    /// Changed bytes that are no text.
    Binary,
}

impl ChangedFile {
    /// Number of added lines.
    pub fn lines(&self) -> u64 {
        self.added.iter().map(|(first, last)| u64::from(last - first) + 1).sum()
    }
}

/// Most problems that are kept.
const MAX_PROBLEMS: usize = 100;

/// Reads a unified diff.
pub fn parse(text: &str) -> Parsed<Diff> {
    let mut reader = Reader::default();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let span = Span { offset, length: line.trim_end_matches(['\n', '\r']).len() };
        offset += line.len();
        reader.line(line.trim_end_matches('\n'), span);
    }
    reader.end(Span { offset: text.len(), length: 0 });
    let nothing = reader.diff.files.is_empty() && !text.trim_start_matches('\u{feff}').trim().is_empty();
    if nothing && reader.problems.is_empty() {
        reader.problem(Span { offset: 0, length: 0 }, "no unified diff: it names no file");
    }
    Parsed { document: (!nothing).then_some(reader.diff), problems: reader.problems }
}

#[derive(Default)]
struct Reader<'t> {
    diff: Diff,
    problems: Vec<Problem>,
    /// What the `diff --git` line and the extended headers say of the file whose hunks have not begun.
    header: Option<Header<'t>>,
    hunk: Option<Hunk>,
    /// Whether hunks belong to the last file of the diff.
    has_file: bool,
    /// Paths with hunks: the numbers of a second change count from another text.
    seen: BTreeSet<String>,
    /// Inside a combined diff, which is passed over.
    combined: bool,
}

/// The lines above the hunks of a file.
#[derive(Default)]
struct Header<'t> {
    span: Span,
    /// From `diff --git`, where both names agree.
    git: Option<String>,
    renamed_to: Option<&'t str>,
    old: Option<&'t str>,
    deleted: bool,
    binary: bool,
}

/// A hunk in work.
struct Hunk {
    span: Span,
    old_left: u32,
    new_left: u32,
    next: u32,
}

impl<'t> Reader<'t> {
    fn line(&mut self, line: &'t str, span: Span) {
        if self.hunk.is_some() {
            if self.hunk_line(line, span) {
                return;
            }
            self.hunk = None;
        }
        let text = line.strip_suffix('\r').unwrap_or(line);
        let text = text.strip_prefix('\u{feff}').filter(|_| span.offset == 0).unwrap_or(text);
        if let Some(names) = text.strip_prefix("diff --git ") {
            self.close_header();
            (self.combined, self.has_file) = (false, false);
            self.header = Some(Header { span, git: names::both(names), ..Header::default() });
        } else if text.starts_with("diff --cc ") || text.starts_with("diff --combined ") || text.starts_with("@@@ ") {
            self.close_header();
            if !self.combined {
                self.problem(span, "a combined diff of a merge compares with several files at once; give a plain diff");
            }
            (self.combined, self.has_file) = (true, false);
        } else if self.combined {
            // Its headers look like those of a plain diff.
        } else if let Some(name) = text.strip_prefix("--- ") {
            // A new file of a diff that has no `diff --git` lines.
            if self.has_file || self.header.as_ref().is_some_and(|header| header.old.is_some()) {
                self.close_header();
                self.has_file = false;
            }
            let header = self.header.get_or_insert_with(|| Header { span, ..Header::default() });
            header.old = Some(name);
        } else if let Some(name) = text.strip_prefix("+++ ") {
            if let Some(header) = self.header.take_if(|header| header.old.is_some()) {
                self.open_file(&header, name, span);
            }
        } else if let Some(numbers) = text.strip_prefix("@@ ") {
            self.hunk_header(numbers, span);
        } else if let Some(header) = &mut self.header {
            header.extended(text);
        }
    }

    fn open_file(&mut self, header: &Header<'_>, new: &str, span: Span) {
        let old = header.old.unwrap_or_default();
        let deleted = plain_path(new) == "/dev/null";
        let from_git = header.renamed_to.map(unquoted).or_else(|| header.git.clone());
        let path = if deleted { header_path(old, "a/", new) } else { header_path(new, "b/", old) };
        let path = from_git.unwrap_or(path);
        if path.is_empty() {
            self.problem(span, "this line names no file");
        }
        let change = if deleted { Change::Deleted } else { Change::Text };
        if !self.seen.insert(path.clone()) {
            self.problem(
                span,
                "this file is changed a second time: give one diff of the whole change, not one a commit",
            );
        }
        self.diff.files.push(ChangedFile { path, added: Vec::new(), change, span });
        self.has_file = true;
    }

    /// Takes in a file that has headers and no hunks: a pure rename, another mode, an empty or a binary file.
    fn close_header(&mut self) {
        let Some(header) = self.header.take() else { return };
        let path = header.renamed_to.map(unquoted).or(header.git);
        let Some(path) = path.filter(|path| !path.is_empty()) else { return };
        let change = match (header.deleted, header.binary) {
            (true, _) => Change::Deleted,
            (false, true) => Change::Binary,
            (false, false) => Change::Text,
        };
        self.diff.files.push(ChangedFile { path, added: Vec::new(), change, span: header.span });
    }

    fn hunk_header(&mut self, numbers: &str, span: Span) {
        if !self.has_file {
            // Prose may quote a hunk; behind the head of a file it is one.
            if self.header.is_some() {
                self.problem(span, "a hunk without the lines `---` and `+++` above it");
            }
            return;
        }
        let ranges = numbers.split_once(" @@").map(|(ranges, _)| ranges).and_then(|ranges| {
            let (old, new) = ranges.split_once(' ')?;
            Some((range(old.strip_prefix('-')?)?, range(new.strip_prefix('+')?)?))
        });
        let Some(((_, old), (start, new))) = ranges else {
            self.problem(span, "a hunk whose line numbers cannot be read");
            return;
        };
        self.hunk = Some(Hunk { span, old_left: old, new_left: new, next: start });
        self.close_full_hunk();
    }

    /// Takes a line of the open hunk; false when the hunk ends before it.
    fn hunk_line(&mut self, line: &str, span: Span) -> bool {
        let Some(hunk) = &mut self.hunk else { return false };
        let fits = match line.bytes().next() {
            Some(b'+') if hunk.new_left > 0 => {
                hunk.new_left -= 1;
                let number = hunk.next;
                hunk.next = number.saturating_add(1);
                if let Some(file) = self.diff.files.last_mut() {
                    add(&mut file.added, number);
                }
                true
            }
            Some(b'-') if hunk.old_left > 0 => {
                hunk.old_left -= 1;
                true
            }
            // Some tools take the blank of an empty line away.
            Some(b' ' | b'\r') | None if hunk.old_left > 0 && hunk.new_left > 0 => {
                hunk.old_left -= 1;
                hunk.new_left -= 1;
                hunk.next = hunk.next.saturating_add(1);
                true
            }
            Some(b'\\') => true,
            _ => false,
        };
        if fits {
            self.close_full_hunk();
        } else {
            let message = hunk.missing();
            self.problem(span, message);
        }
        fits
    }

    /// A full hunk has no lines to come: what follows is a header, whatever it begins with.
    fn close_full_hunk(&mut self) {
        self.hunk.take_if(|hunk| hunk.old_left == 0 && hunk.new_left == 0);
    }

    fn end(&mut self, span: Span) {
        if let Some(hunk) = self.hunk.take() {
            let message = hunk.missing();
            self.problem(if span.offset > hunk.span.offset { hunk.span } else { span }, message);
        }
        if self.header.as_ref().is_some_and(|header| header.old.is_some()) {
            self.problem(span, "the diff ends within the head of a file");
        }
        self.close_header();
    }

    fn problem(&mut self, span: Span, message: impl Into<String>) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(Problem::new(span, message));
        }
    }
}

impl<'t> Header<'t> {
    fn extended(&mut self, line: &'t str) {
        if let Some(name) = line.strip_prefix("rename to ").or_else(|| line.strip_prefix("copy to ")) {
            self.renamed_to = Some(name);
        } else if line.starts_with("deleted file mode ") {
            self.deleted = true;
        } else if line.starts_with("Binary files ") || line == "GIT binary patch" {
            self.binary = true;
        }
    }
}

impl Hunk {
    fn missing(&self) -> String {
        format!(
            "the hunk breaks off: {} old and {} new lines that it announces are missing",
            self.old_left, self.new_left
        )
    }
}

/// `12,3`, or `12` for one line.
fn range(text: &str) -> Option<(u32, u32)> {
    let (start, count) = text.split_once(',').unwrap_or((text, "1"));
    Some((start.parse().ok()?, count.parse().ok()?))
}

/// Adds a line to runs; a hunk that goes back to where another was adds nothing twice, for runs stay ascending.
fn add(runs: &mut Vec<(u32, u32)>, number: u32) {
    match runs.last_mut() {
        Some((_, last)) if *last >= number => {}
        Some((_, last)) if last.checked_add(1) == Some(number) => *last = number,
        _ => runs.push((number, number)),
    }
}

#[cfg(test)]
mod tests;
