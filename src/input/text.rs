//! Bytes to text: which encoding a file is in, and what to say when it is none that can be read.

use crate::model::FileStatus;
use std::borrow::Cow;

/// A decoded file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text. A byte order mark stays in front, so that offsets into it are offsets into a UTF-8 file.
    pub text: Cow<'static, str>,
    /// [`FileStatus::Read`], or [`FileStatus::PartlyRead`] when characters had to be replaced.
    pub status: FileStatus,
    /// What is worth knowing about the encoding; empty for plain UTF-8.
    pub note: String,
}

/// Decodes UTF-8 (without copying), UTF-16 by byte order mark or by its first character `<`, and single-byte
/// encodings that an XML declaration names: ISO-8859-1, windows-1252 and US-ASCII. Anything else is taken as UTF-8
/// with U+FFFD for what is not; status and note then say so, with the place of the first such byte.
///
/// ISO-8859-1 is read as windows-1252, as browsers do: the control characters that differ are never meant.
pub fn decode(bytes: impl Into<Cow<'static, [u8]>>) -> Decoded {
    let bytes: Cow<'static, [u8]> = bytes.into();
    let mut decoded = match *bytes {
        [0xFF, 0xFE, ..] => utf16(&bytes, u16::from_le_bytes, "UTF-16 LE"),
        [0xFE, 0xFF, ..] => utf16(&bytes, u16::from_be_bytes, "UTF-16 BE"),
        [b'<', 0, ..] => utf16(&bytes, u16::from_le_bytes, "UTF-16 LE without a byte order mark"),
        [0, b'<', ..] => utf16(&bytes, u16::from_be_bytes, "UTF-16 BE without a byte order mark"),
        _ => eight_bit(bytes),
    };
    if let Some(at) = memchr::memchr(0, decoded.text.as_bytes()) {
        let (line, column) = place(decoded.text.get(..at).unwrap_or_default());
        append(&mut decoded.note, &format!("contains NUL characters, the first at line {line}, column {column}"));
    }
    decoded
}

/// Decodes the first `limit` bytes, for a look at what the file is.
pub fn head(bytes: &[u8], limit: usize) -> Cow<'static, str> {
    decode(bytes.get(..limit).unwrap_or(bytes).to_vec()).text
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16, name: &str) -> Decoded {
    let (pairs, odd) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(bytes.len() / 2);
    let mut bad = None;
    for decoded in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        if let Ok(c) = decoded {
            text.push(c);
        } else {
            bad.get_or_insert(text.len());
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    if !odd.is_empty() {
        bad.get_or_insert(text.len());
        text.push(char::REPLACEMENT_CHARACTER);
    }
    let Some(bad) = bad else {
        return Decoded { text: text.into(), status: FileStatus::Read, note: name.to_owned() };
    };
    let (line, column) = place(text.get(..bad).unwrap_or_default());
    let note = format!("{name}, broken at line {line}, column {column}; read with replacement characters");
    Decoded { text: text.into(), status: FileStatus::PartlyRead, note }
}

fn eight_bit(bytes: Cow<'static, [u8]>) -> Decoded {
    let declared = declared_encoding(&bytes).unwrap_or_default();
    let utf8_declared = matches!(declared.as_str(), "" | "utf-8" | "utf8");
    let (valid, bytes) = match utf8(bytes) {
        Ok(text) => {
            let note = if utf8_declared || text.is_ascii() {
                String::new()
            } else {
                format!("declares the encoding {declared}, but is UTF-8; read as UTF-8")
            };
            return Decoded { text, status: FileStatus::Read, note };
        }
        Err(error) => error,
    };
    if matches!(declared.as_str(), "iso-8859-1" | "iso8859-1" | "latin1" | "latin-1" | "windows-1252" | "cp1252") {
        let text = bytes.iter().map(|byte| windows_1252(*byte)).collect();
        return Decoded { text, status: FileStatus::Read, note: format!("{declared}, as declared") };
    }
    let text: Cow<'static, str> = Cow::Owned(String::from_utf8_lossy(&bytes).into_owned());
    let (line, column) = place(text.get(..valid).unwrap_or_default());
    let byte = bytes.get(valid).copied().unwrap_or_default();
    let note = if utf8_declared {
        format!("not UTF-8: byte 0x{byte:02X} at line {line}, column {column}; read with replacement characters")
    } else {
        format!(
            "declares the encoding {declared}, which does not fit or is not supported: byte 0x{byte:02X} at line \
             {line}, column {column}; read as UTF-8 with replacement characters"
        )
    };
    Decoded { text, status: FileStatus::PartlyRead, note }
}

/// The bytes as text without a copy, or how many of them are valid.
fn utf8(bytes: Cow<'static, [u8]>) -> Result<Cow<'static, str>, (usize, Cow<'static, [u8]>)> {
    match bytes {
        Cow::Borrowed(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Cow::Borrowed(text)),
            Err(error) => Err((error.valid_up_to(), Cow::Borrowed(bytes))),
        },
        Cow::Owned(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Ok(Cow::Owned(text)),
            Err(error) => Err((error.utf8_error().valid_up_to(), Cow::Owned(error.into_bytes()))),
        },
    }
}

/// The encoding named by an XML declaration, in lower case.
fn declared_encoding(bytes: &[u8]) -> Option<String> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let declaration = bytes.strip_prefix(b"<?xml")?;
    let declaration = declaration.get(..declaration.len().min(256))?;
    let end = declaration.windows(2).position(|pair| pair == b"?>")?;
    let declaration = std::str::from_utf8(declaration.get(..end)?).ok()?;
    let (_, after) = declaration.split_once("encoding")?;
    let value = after.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (name, _) = value.get(1..)?.split_once(quote)?;
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b));
    plain.then(|| name.to_ascii_lowercase())
}

/// Bytes 0x80 to 0x9F in windows-1252; the five that it leaves undefined stay control characters.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
];

fn windows_1252(byte: u8) -> char {
    let special = byte.checked_sub(0x80).and_then(|at| WINDOWS_1252.get(usize::from(at)));
    special.copied().unwrap_or(char::from(byte))
}

/// Line and column, both from 1, of what follows `before`; columns count Unicode scalar values.
fn place(before: &str) -> (usize, usize) {
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let last = before.rsplit('\n').next().unwrap_or_default();
    (line, last.trim_start_matches('\u{feff}').chars().count() + 1)
}

/// Adds to a note.
pub(super) fn append(note: &mut String, more: &str) {
    if !note.is_empty() && !more.is_empty() {
        note.push_str("; ");
    }
    note.push_str(more);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16_bytes(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn utf_8_is_not_copied_and_keeps_its_mark() {
        let bytes = "\u{feff}on: püsh".as_bytes().to_vec();
        let at = bytes.as_ptr();
        let decoded = decode(bytes);
        assert_eq!(decoded.text.as_ptr(), at);
        assert_eq!(decoded, Decoded { text: "\u{feff}on: püsh".into(), status: FileStatus::Read, note: String::new() });
    }

    #[test]
    fn utf_16_is_read_with_and_without_mark() {
        for (bytes, text, note) in [
            (utf16_bytes("\u{feff}<a>é🦀</a>", u16::to_le_bytes), "\u{feff}<a>é🦀</a>", "UTF-16 LE"),
            (utf16_bytes("\u{feff}<a/>", u16::to_be_bytes), "\u{feff}<a/>", "UTF-16 BE"),
            (utf16_bytes("<a/>", u16::to_le_bytes), "<a/>", "UTF-16 LE without a byte order mark"),
            (utf16_bytes("<a/>", u16::to_be_bytes), "<a/>", "UTF-16 BE without a byte order mark"),
        ] {
            assert_eq!(decode(bytes), Decoded { text: text.into(), status: FileStatus::Read, note: note.into() });
        }
    }

    #[test]
    fn broken_utf_16_is_partly_read() {
        let mut cut = utf16_bytes("\u{feff}<a>\n", u16::to_le_bytes);
        cut.push(b'x');
        let decoded = decode(cut);
        assert_eq!(decoded.status, FileStatus::PartlyRead);
        assert!(decoded.note.contains("line 2, column 1"), "{}", decoded.note);
        let lone = decode(vec![0xFF, 0xFE, b'a', 0, 0x00, 0xD8]);
        assert_eq!((&*lone.text, lone.status), ("\u{feff}a\u{fffd}", FileStatus::PartlyRead));
    }

    #[test]
    fn declared_single_byte_encodings_are_decoded() {
        for name in ["ISO-8859-1", "windows-1252", "latin1"] {
            let mut bytes = format!("<?xml version=\"1.0\" encoding='{name}'?><a>").into_bytes();
            bytes.extend([0xE9, 0x80]);
            let decoded = decode(bytes);
            assert!(decoded.text.ends_with("é€"), "{name}");
            assert_eq!(decoded.status, FileStatus::Read);
            assert!(decoded.note.contains(&name.to_ascii_lowercase()));
        }
    }

    #[test]
    fn what_cannot_be_decoded_is_told_with_its_place() {
        for (declared, says) in [
            ("", "not UTF-8: byte 0xE9 at line 2, column 2"),
            (" encoding=\"US-ASCII\"", "us-ascii"),
            (" encoding=\"KOI8-R\"", "koi8-r"),
        ] {
            let mut bytes = format!("<?xml version=\"1.0\"{declared}?>\nx").into_bytes();
            bytes.push(0xE9);
            let decoded = decode(bytes);
            assert_eq!(decoded.status, FileStatus::PartlyRead, "{declared}");
            assert!(decoded.note.contains(says) && decoded.note.contains("line 2, column 2"), "{}", decoded.note);
            assert!(decoded.text.ends_with("x\u{fffd}"));
        }
    }

    #[test]
    fn a_wrong_declaration_does_not_garble_utf_8() {
        let decoded = decode("<?xml version='1.0' encoding='iso-8859-1'?><a>é</a>".as_bytes().to_vec());
        assert!(decoded.text.contains('é'));
        assert_eq!(decoded.status, FileStatus::Read);
        assert!(decoded.note.contains("but is UTF-8"));
        let ascii = decode(b"<?xml version='1.0' encoding='iso-8859-1'?><a/>".to_vec());
        assert_eq!(ascii.note, "");
    }

    #[test]
    fn nul_characters_are_told() {
        let decoded = decode(b"a: b\nc\0d".to_vec());
        assert_eq!(decoded.note, "contains NUL characters, the first at line 2, column 2");
    }

    #[test]
    fn the_head_may_cut_a_character() {
        assert_eq!(head("aé".as_bytes(), 2), "a\u{fffd}");
        assert_eq!(head(b"abc", 100), "abc");
    }
}
