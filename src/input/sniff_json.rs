//! Looks at the first keys of a JSON text, to tell formats.

/// Bytes looked at.
const HEAD: usize = 64 * 1024;
/// Keys kept.
const KEYS: usize = 512;
/// Depth of the keys kept; objects and arrays count alike, the outermost is 1.
const DEPTH: usize = 3;

/// The keys of a JSON text's head with the depth of the object that they stand in, and whether the text ends inside a
/// value.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct JsonHead(Vec<(usize, String)>, bool);

impl JsonHead {
    /// Whether no key was seen.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the text ends inside a value.
    pub(crate) fn breaks_off(&self) -> bool {
        self.1
    }

    /// Whether such a key was seen at this depth.
    pub(crate) fn has(&self, depth: usize, key: &str) -> bool {
        self.0.iter().any(|(at, known)| *at == depth && known == key)
    }
}

/// Reads the keys. `None` when the text does not begin as a JSON object or array.
pub(crate) fn head(text: &str) -> Option<JsonHead> {
    let start = text.get(..text.floor_char_boundary(HEAD)).unwrap_or(text);
    let mut head = keys(start, DEPTH)?;
    head.1 &= start.len() == text.len();
    Some(head)
}

/// The keys of the outermost object, over all of the text.
pub(crate) fn root(text: &str) -> JsonHead {
    keys(text, 1).unwrap_or_default()
}

fn keys(text: &str, deepest: usize) -> Option<JsonHead> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if !text.starts_with(['{', '[']) {
        return None;
    }
    let mut head = JsonHead::default();
    let mut depth = 0_usize;
    let mut string: Option<usize> = None;
    // The string that ended last, until anything but a colon follows it.
    let mut last: Option<&str> = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if let Some(start) = string {
            if escaped {
                escaped = false;
            } else if c == '\\' {
                escaped = true;
            } else if c == '"' {
                last = text.get(start..at);
                string = None;
            }
            continue;
        }
        match c {
            '"' => string = Some(at + 1),
            ':' => {
                if let Some(key) = last.take().filter(|_| depth <= deepest) {
                    head.0.push((depth, key.to_owned()));
                    if head.0.len() == KEYS {
                        break;
                    }
                }
            }
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if !c.is_whitespace() {
            last = if c == '"' { last } else { None };
        }
    }
    head.1 = head.0.len() < KEYS && (depth > 0 || string.is_some());
    Some(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_carry_their_depth() {
        let head = head(r#" {"a" : {"b\"": [{"c": "d:", "e": {"f": 1}}]}, "g": "h"} "#).unwrap();
        for (depth, key) in [(1, "a"), (2, "b\\\""), (1, "g")] {
            assert!(head.has(depth, key), "{depth} {key} in {head:?}");
        }
        for (depth, key) in [(4, "c"), (1, "h"), (2, "d:"), (2, "a")] {
            assert!(!head.has(depth, key), "{depth} {key} in {head:?}");
        }
    }

    #[test]
    fn a_text_that_ends_inside_a_value_is_known() {
        for (text, breaks_off) in [("{\"a\": [1]}", false), ("{\"a\": [1]", true), ("{\"a", true), ("[] {", true)] {
            assert_eq!(head(text).unwrap().breaks_off(), breaks_off, "{text}");
        }
    }

    #[test]
    fn broken_and_foreign_texts_are_survived() {
        for text in ["{", "[[[[", "{\"a", "}}}", "{\"\\", "[\u{0}:"] {
            let _ = head(text);
        }
        assert!(head("on: push").is_none());
    }
}
