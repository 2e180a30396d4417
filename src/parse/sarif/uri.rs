//! From the addresses of artifacts to paths.

use serde_json::{Map, Value};

/// Bases that stand on one another at most.
const DEPTH: usize = 8;
/// Bytes of a path at most; longer ones are no files.
const MAX_PATH: usize = 4096;

/// The path of an artifact: its address under its base, where the log tells that one.
pub(super) fn path(uri: &str, base: Option<&str>, bases: Option<&Map<String, Value>>) -> String {
    let mut written = uri.replace('\\', "/");
    let mut base = base;
    for _ in 0..DEPTH {
        let Some(known) = base.and_then(|base| bases?.get(base)).filter(|_| !is_absolute(&written)) else { break };
        if let Some(above) = known.get("uri").and_then(Value::as_str) {
            let joint = if above.ends_with(['/', '\\']) || above.is_empty() { "" } else { "/" };
            written = format!("{}{joint}{written}", above.replace('\\', "/"));
        }
        base = known.get("uriBaseId").and_then(Value::as_str);
        if written.len() > MAX_PATH {
            break;
        }
    }
    let local = match written.get(..5) {
        Some(scheme) if scheme.eq_ignore_ascii_case("file:") => without_host(written.get(5..).unwrap_or_default()),
        _ if has_scheme(&written) => return written,
        _ => &written,
    };
    tidy(&decoded(local))
}

/// Whether a path begins at the root of a system: `/src`, `C:/src`.
pub(super) fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || has_scheme(path) || path.as_bytes().get(1) == Some(&b':')
}

/// `https:`, `file:`; a single letter is the drive of a path.
fn has_scheme(text: &str) -> bool {
    let Some((scheme, _)) = text.split_once(':') else { return false };
    scheme.len() > 1
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

fn without_host(rest: &str) -> &str {
    let Some(authority) = rest.strip_prefix("//") else { return rest };
    authority.find('/').and_then(|at| authority.get(at..)).unwrap_or(authority)
}

/// With `%20` and the like decoded; what is no such escape stays as it is.
fn decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        let digits = ahead.next().and_then(hex).zip(ahead.next().and_then(hex));
        match digits {
            Some((high, low)) if byte == b'%' => {
                out.push(high * 16 + low);
                bytes = ahead;
            }
            _ => out.push(byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// Without `.` and `..`; a root stays.
fn tidy(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let root = if path.starts_with('/') && parts.first().is_none_or(|first| !first.ends_with(':')) { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::path;
    use serde_json::json;

    #[test]
    fn addresses_become_paths() {
        let bases = json!({
            "ROOT": {"uri": "file:///home/me/my%20shop/"},
            "SRC": {"uri": "src", "uriBaseId": "ROOT"},
            "LOOP": {"uri": "a/", "uriBaseId": "LOOP"},
            "OPEN": {"description": {"text": "wherever"}},
        });
        for (uri, base, expected) in [
            ("src/a%20b.rs", None, "src/a b.rs"),
            ("./src/../Dockerfile", None, "Dockerfile"),
            ("../up.yml", None, "../up.yml"),
            ("src\\a.cs", None, "src/a.cs"),
            ("file:///w/a.rs", None, "/w/a.rs"),
            ("file://host/w/a.rs", None, "/w/a.rs"),
            ("file:/w/a.rs", None, "/w/a.rs"),
            ("FILE:///C:/w/a.cs", None, "C:/w/a.cs"),
            ("C:\\w\\a.cs", Some("ROOT"), "C:/w/a.cs"),
            ("a.rs", Some("ROOT"), "/home/me/my shop/a.rs"),
            ("a.rs", Some("SRC"), "/home/me/my shop/src/a.rs"),
            ("/a.rs", Some("SRC"), "/a.rs"),
            ("a.rs", Some("OPEN"), "a.rs"),
            ("a.rs", Some("%SRCROOT%"), "a.rs"),
            ("x", Some("LOOP"), "a/a/a/a/a/a/a/a/x"),
            ("https://example.org/a%20b", Some("ROOT"), "https://example.org/a%20b"),
            ("100%", None, "100%"),
            ("%ff%zz", None, "\u{fffd}%zz"),
            ("", None, ""),
        ] {
            assert_eq!(path(uri, base, bases.as_object()), expected, "{uri} in {base:?}");
        }
    }
}
