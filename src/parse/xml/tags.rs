use super::{Reader, find};

/// An attribute of a tag.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attribute<'t> {
    pub(super) name: &'t str,
    /// As written, between the quotes.
    pub(super) value: &'t str,
}

/// A start tag that is written as nearly all are.
pub(super) struct PlainTag<'t> {
    pub(super) name: &'t str,
    /// From the `<` to after the `>`.
    pub(super) length: usize,
    /// Written as `<name/>`.
    pub(super) empty: bool,
}

/// Reads a start tag at the beginning of a text, and its attributes, in one pass. `None` for tags with anything unusual
/// in them, right or wrong, which [`read_attributes`] is for: attributes without a blank in front or with blanks around
/// the `=`, a `<` in a value (unless `angles` allows it), too many attributes, what is no name.
pub(super) fn plain<'t>(text: &'t str, angles: bool, into: &mut Vec<Attribute<'t>>) -> Option<PlainTag<'t>> {
    let bytes = text.as_bytes();
    let mut at = after_name(bytes, 1);
    let name = text.get(1..at).filter(|name| starts_name(name))?;
    into.clear();
    loop {
        let start = at + bytes.get(at..)?.iter().position(|byte| !byte.is_ascii_whitespace())?;
        match bytes.get(start)? {
            b'>' => return Some(PlainTag { name, length: start + 1, empty: false }),
            b'/' if bytes.get(start + 1) == Some(&b'>') => {
                return Some(PlainTag { name, length: start + 2, empty: true });
            }
            _ if start == at || into.len() >= Reader::MAX_ATTRIBUTES => return None,
            _ => {}
        }
        let equals = after_name(bytes, start);
        let name = text.get(start..equals).filter(|name| starts_name(name))?;
        let [b'=', quote @ (b'"' | b'\''), rest @ ..] = bytes.get(equals..)? else { return None };
        let length = if angles { find::byte(rest, *quote)? } else { find::either(rest, *quote, b'<')? };
        let value = text.get(equals + 2..equals + 2 + length)?;
        at = equals + 2 + length + 1;
        if rest.get(length) != Some(quote) {
            return None;
        }
        into.push(Attribute { name, value });
    }
}

/// Where the name ends that begins there.
fn after_name(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or(&[]);
    start + rest.iter().position(|byte| !is_name_byte(*byte)).unwrap_or(rest.len())
}

/// Why a tag cannot be read, and how many of its bytes are left there.
pub(super) struct Flaw {
    pub(super) rest: usize,
    pub(super) message: &'static str,
}

/// Reads all that stands behind the name of a tag.
pub(super) fn read_attributes<'t>(raw: &'t str, into: &mut Vec<Attribute<'t>>) -> Result<(), Flaw> {
    // Tags are short and many: loops over bytes and words are faster here than searches that have to be set up.
    let bytes = raw.as_bytes();
    let skip = |from: usize, is: fn(u8) -> bool| {
        let rest = bytes.get(from..).unwrap_or(&[]);
        from + rest.iter().position(|byte| !is(*byte)).unwrap_or(rest.len())
    };
    let blank = |byte: u8| byte.is_ascii_whitespace();
    let mut at = 0;
    loop {
        let start = skip(at, blank);
        let flaw = |message| Err(Flaw { rest: bytes.len() - start, message });
        if start == bytes.len() {
            return Ok(());
        }
        if start == at {
            return flaw("no blank before an attribute; is a quote missing?");
        }
        let name_end = skip(start, is_name_byte);
        let equals = skip(name_end, blank);
        let name = raw.get(start..name_end).unwrap_or("");
        if !starts_name(name) {
            return flaw("not the name of an attribute; is a quote missing?");
        }
        if bytes.get(equals) != Some(&b'=') {
            return flaw("an attribute without a value; is a quote missing?");
        }
        let quote_at = skip(equals + 1, blank);
        let Some(quote @ (b'"' | b'\'')) = bytes.get(quote_at) else {
            return flaw("the value of an attribute has no quotes");
        };
        let value = bytes.get(quote_at + 1..).and_then(|rest| find::byte(rest, *quote));
        let Some(value) = value.and_then(|length| raw.get(quote_at + 1..quote_at + 1 + length)) else {
            return flaw("the value of an attribute has no closing quote");
        };
        if into.len() >= Reader::MAX_ATTRIBUTES {
            return flaw("too many attributes");
        }
        into.push(Attribute { name, value });
        at = quote_at + value.len() + 2;
    }
}

/// Whether a tag may have the name.
pub(super) fn is_name(name: &str) -> bool {
    starts_name(name) && name.bytes().all(is_name_byte)
}

fn is_name_byte(byte: u8) -> bool {
    NAME_BYTES.get(usize::from(byte)).copied().unwrap_or(false)
}

/// Whether a name may hold the byte. A table, because every byte of every name is asked for.
const NAME_BYTES: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    loop {
        #[expect(clippy::indexing_slicing, reason = "a byte is below 256, and this is worked out by the compiler")]
        {
            table[byte as usize] =
                byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_' | b'-' | b'.') || byte >= 0x80;
        }
        if byte == u8::MAX {
            break table;
        }
        byte += 1;
    }
};

fn starts_name(name: &str) -> bool {
    name.bytes().next().is_some_and(|first| !first.is_ascii_digit() && first != b'-' && first != b'.')
}
