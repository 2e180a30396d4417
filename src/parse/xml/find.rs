const ONES: u64 = u64::from_le_bytes([0x01; 8]);
const HIGHS: u64 = u64::from_le_bytes([0x80; 8]);

/// The first place of a byte, eight bytes at a time.
pub(super) fn byte(bytes: &[u8], wanted: u8) -> Option<usize> {
    let pattern = u64::from_le_bytes([wanted; 8]);
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let difference = u64::from_le_bytes(*word) ^ pattern;
        // The highest bit of each byte that is zero, and perhaps of bytes above the first of them.
        let zeros = difference.wrapping_sub(ONES) & !difference & HIGHS;
        if zeros != 0 {
            return Some(index * 8 + (zeros.trailing_zeros() / 8) as usize);
        }
    }
    rest.iter().position(|byte| *byte == wanted).map(|at| words.len() * 8 + at)
}

#[cfg(test)]
mod tests {
    use super::byte;

    #[test]
    fn the_first_place_is_found_wherever_it_is() {
        let mut text = [0x22_u8 ^ 1; 40];
        assert_eq!(byte(&text, 0x22), None);
        for at in (0..40).rev() {
            text[at] = 0x22;
            assert_eq!(byte(&text, 0x22), Some(at));
            assert_eq!(byte(&text[..at], 0x22), None);
        }
        assert_eq!(byte(b"\xFF\x80\x7F\x00\x01\xFE\x23\x21\x22", 0x22), Some(8));
        assert_eq!(byte(b"", 0), None);
    }
}
