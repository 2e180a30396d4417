//! Walks a JSON text once and hands each value with its path to the reader of a format: no tree, memory as deep as the
//! path. One walker serves all formats, so that each of them costs little code.

use super::CoverageReport;
use super::gather::{Files, hits};
use crate::model::Span;
use crate::parse::{Parsed, Problem};
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use std::fmt;

/// Keys and array levels that a path has at most; what lies deeper is passed over.
const DEPTH: usize = 8;
/// What stands for an array level in a path.
pub(super) const ITEM: &str = "#";

/// A value that is neither an object nor an array.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Scalar<'v> {
    Null,
    Bool(bool),
    Count(u64),
    /// Also negative integers.
    Float(f64),
    Text(&'v str),
}

impl Scalar<'_> {
    /// A number of times that something ran; negative and broken counts as in [`hits`].
    pub(super) fn hits(self) -> Option<u64> {
        match self {
            Self::Count(count) => Some(count),
            // Written back to text, for there is one rule for all formats.
            Self::Float(number) => hits(&number.to_string()),
            Self::Null | Self::Bool(_) | Self::Text(_) => None,
        }
    }

    /// A number of things. Fractions, which only hand-made reports have, are cut off.
    pub(super) fn count(self) -> Option<u64> {
        match self {
            Self::Count(count) => Some(count),
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and checked")]
            Self::Float(number) if number >= 0.0 => Some(number as u64),
            _ => None,
        }
    }

    /// The number of a line.
    pub(super) fn line(self) -> Option<u32> {
        self.count().and_then(|count| u32::try_from(count).ok())
    }
}

/// Listens to a walk. Paths begin at the root; an array level is [`ITEM`].
pub(super) trait Listener {
    /// Whether to look into the value of this key.
    fn wants(&self, path: &[&str]) -> bool;

    /// A value; `index` counts from 0 in the innermost array. False when the value is not of the kind that the format
    /// has there.
    fn value(&mut self, path: &[&str], index: usize, value: Scalar<'_>) -> bool;

    /// An object or array was read whole.
    fn end(&mut self, path: &[&str]);
}

/// Walks the text up to its end or first error, which is a problem with a place.
pub(super) fn walk(text: &str, listener: &mut dyn Listener) -> Vec<Problem> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut walk = Walk { listener, keys: Default::default(), misfit: String::new(), misfits: 0 };
    let mut json = serde_json::Deserializer::from_str(body);
    let result = Node { walk: &mut walk, depth: 0, index: 0 }.deserialize(&mut json).and_then(|()| json.end());
    let mut problems = Vec::new();
    if walk.misfits > 0 {
        let more = if walk.misfits > 1 { format!(" (and {} more)", walk.misfits - 1) } else { String::new() };
        let message = format!("`{}` is not of the kind that the format has there and was left out{more}", walk.misfit);
        problems.push(Problem::new(Span::default(), message));
    }
    if let Err(error) = result {
        problems.push(problem(text, text.len() - body.len(), &error));
    }
    problems
}

/// The document of a format, when the text had what marks it (`recognized`); otherwise a problem that says what is
/// missing.
pub(super) fn finish(
    mut problems: Vec<Problem>,
    recognized: bool,
    what: &str,
    mut report: CoverageReport,
    files: Files,
) -> Parsed<CoverageReport> {
    if !recognized {
        problems.push(Problem::new(Span::default(), what));
        return Parsed { document: None, problems };
    }
    report.files = files.finish();
    Parsed { document: Some(report), problems }
}

fn problem(text: &str, base: usize, error: &serde_json::Error) -> Problem {
    let body = text.get(base..).unwrap_or("");
    if error.classify() == Category::Eof {
        let end = Span::between(text.len(), text.len());
        return Problem::new(end, "the file ends inside the JSON; what stood before was read");
    }
    let line = match error.line() {
        0 | 1 => 0,
        line => body.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').nth(line - 2).map_or(0, |(at, _)| at + 1),
    };
    let mut at = (base + line + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let end = at + text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let written = error.to_string();
    let reason = written.split(" at line ").next().unwrap_or("");
    Problem::new(Span::between(at, end), format!("no JSON from here on ({reason}); what stood before was read"))
}

struct Walk<'l> {
    listener: &'l mut dyn Listener,
    /// Reused, so that a key costs no allocation.
    keys: [String; DEPTH],
    /// Path of the first value that did not fit.
    misfit: String,
    misfits: usize,
}

impl Walk<'_> {
    fn tell<T>(&mut self, depth: usize, tell: impl FnOnce(&mut dyn Listener, &[&str]) -> T) -> T {
        let mut path = [""; DEPTH];
        for (part, key) in path.iter_mut().zip(&self.keys) {
            *part = key;
        }
        tell(self.listener, path.get(..depth).unwrap_or(&[]))
    }

    fn value(&mut self, depth: usize, index: usize, value: Scalar<'_>) {
        if !self.tell(depth, |listener, path| listener.value(path, index, value)) {
            if self.misfits == 0 {
                self.misfit = self.keys.get(..depth).unwrap_or(&[]).join(" › ").chars().take(200).collect();
            }
            self.misfits += 1;
        }
    }
}

/// One value, below so many keys and array levels.
struct Node<'w, 'l> {
    walk: &'w mut Walk<'l>,
    depth: usize,
    index: usize,
}

impl<'de> DeserializeSeed<'de> for Node<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.walk.value(self.depth, self.index, Scalar::Null);
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.walk.value(self.depth, self.index, Scalar::Bool(value));
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.walk.value(self.depth, self.index, Scalar::Count(value));
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "negative integers count as nothing anyway")]
    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.walk.value(self.depth, self.index, Scalar::Float(value as f64));
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.walk.value(self.depth, self.index, Scalar::Float(value));
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.walk.value(self.depth, self.index, Scalar::Text(value));
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { walk, depth, .. } = self;
        loop {
            let Some(key) = walk.keys.get_mut(depth) else {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                return Ok(());
            };
            if map.next_key_seed(Key(key))?.is_none() {
                break;
            }
            if walk.tell(depth + 1, |listener, path| listener.wants(path)) {
                map.next_value_seed(Node { walk, depth: depth + 1, index: 0 })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        walk.tell(depth, |listener, path| listener.end(path));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Self { walk, depth, .. } = self;
        let Some(key) = walk.keys.get_mut(depth) else {
            while items.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        };
        ITEM.clone_into(key);
        let mut index = 0;
        while items.next_element_seed(Node { walk, depth: depth + 1, index })?.is_some() {
            index += 1;
        }
        walk.tell(depth, |listener, path| listener.end(path));
        Ok(())
    }
}

struct Key<'k>(&'k mut String);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<(), E> {
        key.clone_into(self.0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Listener, Scalar, walk};

    #[derive(Default)]
    struct Log(Vec<String>);

    impl Listener for Log {
        fn wants(&self, path: &[&str]) -> bool {
            path.last() != Some(&"skip")
        }

        fn value(&mut self, path: &[&str], index: usize, value: Scalar<'_>) -> bool {
            self.0.push(format!("{} {index} {value:?}", path.join(".")));
            value != Scalar::Bool(false)
        }

        fn end(&mut self, path: &[&str]) {
            self.0.push(format!("/{}", path.join(".")));
        }
    }

    #[test]
    fn values_come_with_their_paths_and_deep_ones_are_passed_over() {
        let mut log = Log::default();
        let text = "\u{feff}{\"a\": [1, -2.5, [true]], \"skip\": {\"b\": 1}, \"\\u0063\": {\"d\": \"e\"},
                    \"x\": [[[[[[[[[1]]]]]]]], null]}";
        assert_eq!(walk(text, &mut log), []);
        let expected = [
            "a.# 0 Count(1)",
            "a.# 1 Float(-2.5)",
            "a.#.# 0 Bool(true)",
            "/a.#",
            "/a",
            "c.d 0 Text(\"e\")",
            "/c",
            "/x.#.#.#.#.#.#",
            "/x.#.#.#.#.#",
            "/x.#.#.#.#",
            "/x.#.#.#",
            "/x.#.#",
            "/x.#",
            "x.# 1 Null",
            "/x",
            "/",
        ];
        assert_eq!(log.0, expected);
    }

    #[test]
    fn errors_have_a_place_and_keep_what_was_read() {
        for (text, offset, message) in [
            ("", 0, "the file ends inside the JSON; what stood before was read"),
            ("{\"a\": 1,\n \"é\": tru", 19, "the file ends inside the JSON; what stood before was read"),
            ("\u{feff}{\"a\": 1,\n\"b\" 2}", 16, "no JSON from here on (expected `:`); what stood before was read"),
            ("{\"a\": 1} x", 9, "no JSON from here on (trailing characters); what stood before was read"),
            ("[false, false]", 0, "`#` is not of the kind that the format has there and was left out (and 1 more)"),
        ] {
            let mut log = Log::default();
            let problems = walk(text, &mut log);
            assert_eq!((problems[0].span.offset, problems[0].message.as_str()), (offset, message), "{text}");
            assert!(text.get(problems[0].span.range()).is_some());
            assert_eq!(log.0.iter().any(|line| line == "a 0 Count(1)"), text.contains("\"a\""), "{text}");
        }
    }

    #[test]
    fn hostile_depth_is_survived() {
        let text = "[".repeat(200_000);
        assert_eq!(walk(&text, &mut Log::default()).len(), 1);
    }
}
