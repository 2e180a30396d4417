//! The mechanical fix of a finding as a unified diff, for readers who have the report and not the files.

use crate::evidence::File;
use crate::model::Edit;
use std::fmt::Write as _;

/// Lines around a change.
const CONTEXT: usize = 3;
/// Most edits that are shown.
const MAX_EDITS: usize = 64;
/// Longest diff in bytes; what comes after is left out hunk by hunk.
const MAX_BYTES: usize = 16 * 1024;
/// Longest line that is shown; files with longer ones are not read by people.
const MAX_LINE: usize = 1_000;

/// Lines that change together: positions of the first and of the one after the last, and what stands there afterwards.
struct Change<'t> {
    start: usize,
    end: usize,
    new: Vec<Line<'t>>,
}

/// A line without its end; whether it has one.
#[derive(Clone, PartialEq)]
struct Line<'t>(std::borrow::Cow<'t, str>, bool);

/// The edits that fit the files, as a unified diff; empty where there are none. `files` are sorted by path.
pub(super) fn unified(edits: &[Edit], files: &[File<'_>]) -> String {
    let mut edits: Vec<&Edit> = edits.iter().take(MAX_EDITS).collect();
    edits.sort_by(|a, b| (&a.file, a.offset).cmp(&(&b.file, b.offset)));
    let mut out = String::new();
    for of_file in edits.chunk_by(|a, b| a.file == b.file) {
        let path = of_file.first().map_or("", |edit| edit.file.as_str());
        if let Ok(at) = files.binary_search_by(|file| file.path().cmp(path))
            && let Some(file) = files.get(at)
        {
            add_file(&mut out, file, of_file);
        }
    }
    out
}

fn add_file(out: &mut String, file: &File<'_>, edits: &[&Edit]) {
    let changes = changes(file, edits);
    let mut head = true;
    // How many lines the file has more than before.
    let mut shift = 0_isize;
    for near in changes.chunk_by(|a, b| a.end + 2 * CONTEXT >= b.start) {
        let Some(hunk) = hunk(file, near, shift) else { continue };
        if out.len() + hunk.len() > MAX_BYTES {
            return;
        }
        if std::mem::take(&mut head) {
            let _ = writeln!(out, "--- a/{path}\n+++ b/{path}", path = file.path());
        }
        out.push_str(&hunk);
        for change in near {
            shift += change.new.len().cast_signed() - (change.end - change.start).cast_signed();
        }
    }
}

/// The changes of a file, in their order. Of edits that touch, the first one counts.
fn changes<'t>(file: &'t File<'_>, edits: &[&Edit]) -> Vec<Change<'t>> {
    let text = &*file.source.text;
    let mut found: Vec<Change<'t>> = Vec::new();
    // What was taken of the edits of the lines in work: first and last line, start of the text, the text so far.
    let mut open: Option<(usize, usize, String, usize)> = None;
    for edit in edits {
        let end = edit.offset.saturating_add(edit.length);
        let Some(replaced) = text.get(edit.offset..end) else { continue };
        if replaced == edit.text {
            continue;
        }
        let first = file.line(edit.offset) - 1;
        // An edit that ends with its line does not touch the next one.
        let last = file.line(if replaced.ends_with('\n') { end - 1 } else { end }) - 1;
        match &mut open {
            Some((_, until, new, done)) if first <= *until => {
                if edit.offset < *done || (edit.offset == *done && edit.length == 0) {
                    continue;
                }
                new.push_str(text.get(*done..edit.offset).unwrap_or_default());
                new.push_str(&edit.text);
                (*until, *done) = (last.max(*until), end);
            }
            _ => {
                found.extend(open.take().map(|open| close(file, open)));
                let mut new = text.get(start_of(file, first)..edit.offset).unwrap_or_default().to_owned();
                new.push_str(&edit.text);
                open = Some((first, last, new, end));
            }
        }
    }
    found.extend(open.map(|open| close(file, open)));
    found.retain(|change| change.start < change.end || !change.new.is_empty());
    found
}

fn start_of(file: &File<'_>, line: usize) -> usize {
    file.lines().line_start(&file.source.text, line + 1)
}

/// Lines that are the same before and after are no part of a change.
fn close<'t>(file: &'t File<'_>, (first, last, mut new, done): (usize, usize, String, usize)) -> Change<'t> {
    let text = &*file.source.text;
    new.push_str(text.get(done..start_of(file, last + 1)).unwrap_or_default());
    let old = lines(text.get(start_of(file, first)..start_of(file, last + 1)).unwrap_or_default());
    let mut new: Vec<Line<'t>> = lines(&new).into_iter().map(|line| Line(line.0.into_owned().into(), line.1)).collect();
    let same = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let rest = old.len().min(new.len()) - same;
    let after = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(old, new)| old == new).count();
    new.truncate(new.len() - after);
    new.drain(..same);
    Change { start: first + same, end: first + old.len() - after, new }
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let ended = |line| str::strip_suffix(line, '\n');
    text.split_inclusive('\n').map(|line| Line(ended(line).unwrap_or(line).into(), ended(line).is_some())).collect()
}

/// One hunk; `None` where a line is too long to be shown.
fn hunk(file: &File<'_>, changes: &[Change<'_>], shift: isize) -> Option<String> {
    let text = &*file.source.text;
    let from = changes.first()?.start.saturating_sub(CONTEXT);
    let to = changes.last()?.end + CONTEXT;
    let old = lines(text.get(start_of(file, from)..start_of(file, to))?);
    let (mut body, mut olds, mut news) = (String::new(), 0_usize, 0_usize);
    let mut changes = changes.iter().peekable();
    let mut at = from;
    loop {
        if let Some(change) = changes.next_if(|change| change.start == at) {
            for line in old.get(change.start - from..change.end - from)? {
                push(&mut body, '-', line)?;
                olds += 1;
            }
            for line in &change.new {
                push(&mut body, '+', line)?;
                news += 1;
            }
            at = change.end;
            continue;
        }
        let Some(line) = old.get(at - from) else { break };
        push(&mut body, ' ', line)?;
        (olds, news, at) = (olds + 1, news + 1, at + 1);
    }
    let first = |lines: usize, start: isize| if lines == 0 { start } else { start + 1 };
    let start = from.cast_signed();
    let (old_start, new_start) = (first(olds, start), first(news, start + shift));
    Some(format!("@@ -{old_start},{olds} +{new_start},{news} @@\n{body}"))
}

fn push(out: &mut String, sign: char, line: &Line<'_>) -> Option<()> {
    if line.0.len() > MAX_LINE {
        return None;
    }
    out.push(sign);
    out.push_str(&line.0);
    out.push_str(if line.1 { "\n" } else { "\n\\ No newline at end of file\n" });
    Some(())
}

#[cfg(test)]
mod tests {
    use super::unified;
    use crate::evidence::File;
    use crate::input::{Content, Limits, Origin, RawFile, open};
    use crate::model::Edit;

    fn diff(text: &str, edits: &[(usize, usize, &str)]) -> String {
        let content = Content::Bytes(text.as_bytes().into());
        let raw = RawFile { path: ".github/workflows/a.yml".to_owned(), content, origin: Origin::Tree };
        let sources = open(vec![raw], &Limits::default());
        let files: Vec<File<'_>> = sources.iter().map(File::new).collect();
        let edit = |(offset, length, text): &(usize, usize, &str)| Edit {
            file: ".github/workflows/a.yml".to_owned(),
            offset: *offset,
            length: *length,
            text: (*text).to_owned(),
            safe: true,
        };
        let edits: Vec<Edit> = edits.iter().map(edit).collect();
        let diff = unified(&edits, &files);
        let head = "--- a/.github/workflows/a.yml\n+++ b/.github/workflows/a.yml\n";
        diff.strip_prefix(head).map_or_else(|| diff.clone(), str::to_owned)
    }

    #[test]
    fn edits_are_shown_as_patches_that_can_be_applied() {
        let ten = "1\n2\n3\n4\n5\n6\n7\n8\n9\n0\n";
        for (text, edits, expected) in [
            ("a: 1\nb: 2\n", &[(3, 1, "x")][..], "@@ -1,2 +1,2 @@\n-a: 1\n+a: x\n b: 2\n"),
            ("a: 1\nb: 2\n", &[(5, 0, "c: 3\n")], "@@ -1,2 +1,3 @@\n a: 1\n+c: 3\n b: 2\n"),
            ("a: 1\nb: 2\n", &[(4, 0, "\nc: 3")], "@@ -1,2 +1,3 @@\n a: 1\n+c: 3\n b: 2\n"),
            ("a: 1\nb: 2\n", &[(0, 5, "")], "@@ -1,2 +1,1 @@\n-a: 1\n b: 2\n"),
            (
                "a: 1\nb: 2",
                &[(9, 0, "\nc: 3")],
                "@@ -1,2 +1,3 @@\n a: 1\n-b: 2\n\\ No newline at end of file\n+b: 2\n+c: 3\n\\ No newline at end of file\n",
            ),
            ("a b c\n", &[(0, 1, "x"), (4, 1, "y")], "@@ -1,1 +1,1 @@\n-a b c\n+x b y\n"),
            ("a b c\n", &[(0, 3, "x"), (2, 1, "y")], "@@ -1,1 +1,1 @@\n-a b c\n+x c\n"),
            (
                ten,
                &[(0, 1, "x\ny"), (18, 1, "z")],
                "@@ -1,4 +1,5 @@\n-1\n+x\n+y\n 2\n 3\n 4\n@@ -7,4 +8,4 @@\n 7\n 8\n 9\n-0\n+z\n",
            ),
            (ten, &[(2, 1, "x"), (12, 1, "z")], "@@ -1,10 +1,10 @@\n 1\n-2\n+x\n 3\n 4\n 5\n 6\n-7\n+z\n 8\n 9\n 0\n"),
            ("a\n", &[(0, 2, "")], "@@ -1,1 +0,0 @@\n-a\n"),
            ("a\n", &[(0, 1, "a"), (9, 1, "x"), (usize::MAX, 1, "x")], ""),
        ] {
            assert_eq!(diff(text, edits), expected, "{text:?} {edits:?}");
        }
    }

    #[test]
    fn what_nobody_could_read_is_left_out() {
        let long = format!("{}\nb\n", "x".repeat(2_000));
        assert_eq!(diff(&long, &[(0, 1, "y")]), "");
        let many = "line\n".repeat(5_000);
        let edits: Vec<(usize, usize, &str)> = (0..64).map(|at| (at * 100, 0, "z")).collect();
        let big: Vec<(usize, usize, &str)> = edits.iter().map(|(at, ..)| (*at, 0, LONG)).collect();
        assert!(diff(&many, &edits).len() > 2_000);
        assert!((1..=super::MAX_BYTES).contains(&diff(&many, &big).len()));
    }

    const LONG: &str = "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789\
                        0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789\
                        0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789\
                        0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789";
}
