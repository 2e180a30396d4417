//! Texts and hashes of the file.

use sha2::{Digest as _, Sha256};

/// Adds a text of any content as markup.
pub(super) fn push_escaped(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some((plain, after)) = rest.split_at_checked(rest.find(['&', '<', '>', '"']).unwrap_or(rest.len())) {
        push_inert(plain, out);
        let mut chars = after.chars();
        out.push_str(match chars.next() {
            Some('&') => "&amp;",
            Some('<') => "&lt;",
            Some('>') => "&gt;",
            Some(_) => "&quot;",
            None => return,
        });
        rest = chars.as_str();
    }
}

/// Adds markup with what is no text replaced: characters that HTML forbids, and those that turn the direction of text.
pub(super) fn push_inert(markup: &str, out: &mut String) {
    out.extend(markup.chars().map(|c| if is_inert(c) { c } else { '\u{fffd}' }));
}

/// Whether HTML allows a character, and it is shown where it stands.
pub(super) fn is_inert(c: char) -> bool {
    let code = u32::from(c);
    let noncharacter = code & 0xfffe == 0xfffe || (0xfdd0..=0xfdef).contains(&code);
    let turning = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    matches!(c, '\n' | '\t') || !(c.is_control() || noncharacter || turning)
}

/// Digits in groups of three, as the components write them.
pub(super) fn number(n: usize) -> String {
    crate::ui::number(n as u64)
}

/// The source of a content security policy that lets in an element with this content.
pub(super) fn source(content: &str) -> String {
    format!("'sha256-{}'", base64(&Sha256::digest(content.as_bytes())))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().chain(&[0; 2]).take(3).fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
        for at in 0..4 {
            let digit = DIGITS.get(bits >> (18 - 6 * at) & 63).copied().filter(|_| at <= three.len());
            out.push(digit.map_or('=', char::from));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{base64, push_escaped, source};

    #[test]
    fn bytes_are_written_in_base_64() {
        for (bytes, expected) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(bytes.as_bytes()), expected);
        }
    }

    #[test]
    fn a_source_is_the_hash_of_the_content() {
        assert_eq!(source(""), "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='");
    }

    #[test]
    fn no_text_is_markup() {
        let mut out = String::new();
        push_escaped("<a b=\"c\">&\0\u{1b}\u{202e}\u{ffff}ä\n", &mut out);
        assert_eq!(out, "&lt;a b=&quot;c&quot;&gt;&amp;\u{fffd}\u{fffd}\u{fffd}\u{fffd}ä\n");
    }
}
