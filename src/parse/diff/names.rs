//! File names in the headers of a diff.

/// The path in a `---` or `+++` line: without its prefix (`a/`, `b/`), where the other line has its own, or names no file.
///
/// Under `--no-prefix` a folder may itself be called `b`; the two names tell.
pub(super) fn header_path(name: &str, prefix: &str, other: &str) -> String {
    let (path, other) = (plain_path(name), plain_path(other));
    let other_prefix = if prefix == "a/" { "b/" } else { "a/" };
    match path.strip_prefix(prefix) {
        Some(rest) if other == "/dev/null" || other.starts_with(other_prefix) => rest.to_owned(),
        _ => path,
    }
}

/// The path as it stands: unquoted, and without the time that `diff -u` writes behind a tab.
pub(super) fn plain_path(name: &str) -> String {
    if name.starts_with('"') {
        return unquoted(name);
    }
    name.split('\t').next().unwrap_or_default().trim_end().to_owned()
}

/// The path that both names of a `diff --git` line agree in: `a/x b/x`. Names with blanks make the line ambiguous, but two
/// equal halves are not; a rename is told by its own headers.
pub(super) fn both(names: &str) -> Option<String> {
    if names.starts_with('"') {
        let end = closing_quote(names)?;
        let (old, new) = names.split_at_checked(end + 1)?;
        let (old, new) = (unquoted(old), unquoted(new.trim_start()));
        return agreed(&old, &new);
    }
    let middle = names.len().checked_sub(1)? / 2;
    let (old, new) = (names.get(..middle)?, names.get(middle..)?.strip_prefix(' ')?);
    agreed(old, new)
}

fn agreed(old: &str, new: &str) -> Option<String> {
    let stripped = old.strip_prefix("a/").zip(new.strip_prefix("b/"));
    let (old, new) = stripped.unwrap_or((old, new));
    (old == new).then(|| new.to_owned())
}

/// A name in git's quotes (`"b/\303\244.py"`), or as it stands.
pub(super) fn unquoted(name: &str) -> String {
    let Some(quoted) = name.strip_prefix('"').map(|rest| {
        let end = closing_quote(name).map_or(rest.len(), |end| end - 1);
        rest.get(..end).unwrap_or(rest)
    }) else {
        return name.to_owned();
    };
    let mut bytes = Vec::with_capacity(quoted.len());
    let mut rest = quoted.bytes().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        match rest.next() {
            Some(b'a') => bytes.push(7),
            Some(b'b') => bytes.push(8),
            Some(b't') => bytes.push(b'\t'),
            Some(b'n') => bytes.push(b'\n'),
            Some(b'v') => bytes.push(11),
            Some(b'f') => bytes.push(12),
            Some(b'r') => bytes.push(b'\r'),
            Some(digit @ b'0'..=b'7') => {
                let mut value = u32::from(digit - b'0');
                for _ in 0..2 {
                    let Some(next) = rest.next_if(|b| matches!(b, b'0'..=b'7')) else { break };
                    value = value * 8 + u32::from(next - b'0');
                }
                bytes.push(u8::try_from(value & 0xFF).unwrap_or_default());
            }
            Some(other) => bytes.push(other),
            None => bytes.push(b'\\'),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Where the quote that a text begins with is closed.
fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at),
            _ => {}
        }
    }
    None
}
