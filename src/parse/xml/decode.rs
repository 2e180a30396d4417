use super::find;
use std::borrow::Cow;

/// The longest reference is a number with zeros in front; longer ones are text.
const LONGEST: usize = 16;

/// Replaces XML's five entities and numeric references; all others stay as written. Line ends and tabs become blanks
/// only in the sense of XML's attributes, which is none for text: they stay.
pub fn decode(raw: &str) -> Cow<'_, str> {
    let Some((before, mut rest)) = split_at_ampersand(raw) else {
        return Cow::Borrowed(raw);
    };
    let mut out = String::with_capacity(raw.len());
    out.push_str(before);
    loop {
        // `rest` begins with `&`.
        let end = rest.bytes().take(LONGEST).position(|byte| byte == b';');
        let resolved = end.and_then(|end| Some((resolve(rest.get(1..end)?)?, end + 1)));
        let used = if let Some((character, used)) = resolved {
            out.push(character);
            used
        } else {
            out.push('&');
            1
        };
        let after = rest.get(used..).unwrap_or("");
        let Some((before, next)) = split_at_ampersand(after) else {
            out.push_str(after);
            return Cow::Owned(out);
        };
        out.push_str(before);
        rest = next;
    }
}

fn split_at_ampersand(text: &str) -> Option<(&str, &str)> {
    text.split_at_checked(find::byte(text.as_bytes(), b'&')?)
}

/// The character of a reference, without its `&` and `;`. Characters that XML forbids stand for themselves, but for
/// NUL and what is no character at all.
fn resolve(name: &str) -> Option<char> {
    let number = match name {
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "amp" => return Some('&'),
        "quot" => return Some('"'),
        "apos" => return Some('\''),
        _ => name.strip_prefix('#')?,
    };
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let code = u32::from_str_radix(digits, radix).unwrap_or(0);
    Some(char::from_u32(code).filter(|c| *c != '\0').unwrap_or(char::REPLACEMENT_CHARACTER))
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn built_in_and_numeric_references_are_replaced_and_others_kept() {
        for (raw, expected) in [
            ("plain", "plain"),
            ("a &lt; b &amp;&amp; c &gt; d", "a < b && c > d"),
            ("&quot;&apos;", "\"'"),
            ("&#65;&#x42;&#X43;", "ABC"),
            ("&#x1b;[31m", "\u{1b}[31m"),
            ("&#0;&#xD800;&#99999999;", "\u{fffd}\u{fffd}\u{fffd}"),
            ("&nbsp; & &; &#; &#x; &#-1; &", "&nbsp; & &; &#; &#x; &#-1; &"),
            ("&amp;lt;", "&lt;"),
            ("&ä;&é", "&ä;&é"),
        ] {
            assert_eq!(decode(raw), expected, "{raw}");
        }
    }
}
