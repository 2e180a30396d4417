const ONES: u64 = u64::from_le_bytes([0x01; 8]);
const HIGHS: u64 = u64::from_le_bytes([0x80; 8]);

/// The first place of a byte, eight bytes at a time.
pub(super) fn byte(bytes: &[u8], wanted: u8) -> Option<usize> {
    let pattern = u64::from_le_bytes([wanted; 8]);
    first(bytes, |word| zeros(word ^ pattern), |byte| byte == wanted)
}

/// The first place of one of two bytes.
pub(super) fn either(bytes: &[u8], one: u8, other: u8) -> Option<usize> {
    let (left, right) = (u64::from_le_bytes([one; 8]), u64::from_le_bytes([other; 8]));
    first(bytes, |word| zeros(word ^ left) | zeros(word ^ right), |byte| byte == one || byte == other)
}

/// The highest bit of each byte that is zero, and perhaps of bytes above the first of them.
fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGHS
}

fn first(bytes: &[u8], found: impl Fn(u64) -> u64, is: impl Fn(u8) -> bool) -> Option<usize> {
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let found = found(u64::from_le_bytes(*word));
        if found != 0 {
            return Some(index * 8 + (found.trailing_zeros() / 8) as usize);
        }
    }
    rest.iter().position(|byte| is(*byte)).map(|at| words.len() * 8 + at)
}

#[cfg(test)]
mod tests {
    use super::{byte, either};

    #[test]
    fn the_first_place_is_found_wherever_it_is() {
        let mut text = [0x22_u8 ^ 1; 40];
        assert_eq!(byte(&text, 0x22), None);
        for at in (0..40).rev() {
            text[at] = 0x22;
            assert_eq!(byte(&text, 0x22), Some(at));
            assert_eq!(byte(&text[..at], 0x22), None);
            assert_eq!((either(&text, 0x22, 0x80), either(&text, 0x80, 0x22)), (Some(at), Some(at)));
        }
        assert_eq!(byte(b"\xFF\x80\x7F\x00\x01\xFE\x23\x21\x22", 0x22), Some(8));
        assert_eq!(byte(b"", 0), None);
    }
}
