//! Finding the end of a string, eight bytes at a time.
//!
//! Layer: core. The word path is portable safe code; the byte path is the same rule said plainly, and the tests compare
//! the two.

/// Offset of the first byte at or after `from` that is a quote, a backslash or a control character; the length of
/// `bytes`, or `from` if that is larger, if there is none.
#[inline(always)]
pub(crate) fn find_special(bytes: &[u8], from: usize) -> usize {
    find(bytes, from, |word| quotes(word) | backslashes(word) | controls(word))
}

/// The same without control characters, for a text that was checked.
#[inline(always)]
pub(crate) fn find_quote(bytes: &[u8], from: usize) -> usize {
    find(bytes, from, |word| quotes(word) | backslashes(word))
}

/// `bits` sets the high bit of every byte that is looked for; bits above the lowest one set may be wrong, which
/// `trailing_zeros` does not see. In the last word, which is read byte by byte, more may be found than is looked for.
#[inline(always)]
fn find(bytes: &[u8], from: usize, bits: impl Fn(u64) -> u64) -> usize {
    // The rest is cut from the front, so that each word costs one comparison of lengths.
    let mut rest = bytes.get(from..).unwrap_or_default();
    while let Some((eight, behind)) = rest.split_first_chunk::<8>() {
        let hits = bits(u64::from_le_bytes(*eight)) & HIGHS;
        if hits != 0 {
            return bytes.len() - rest.len() + (hits.trailing_zeros() / 8) as usize;
        }
        rest = behind;
    }
    find_special_bytewise(bytes, (bytes.len() - rest.len()).max(from))
}

/// The same, byte by byte.
#[inline(never)]
pub(crate) fn find_special_bytewise(bytes: &[u8], from: usize) -> usize {
    let mut position = from;
    while let Some(byte) = bytes.get(position) {
        if matches!(byte, b'"' | b'\\' | 0..=0x1f) {
            return position;
        }
        position += 1;
    }
    position
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = ONES << 7;

// A byte below n borrows from its high bit; one that has the bit itself is masked out.

#[inline(always)]
const fn quotes(word: u64) -> u64 {
    let zeros = word ^ (ONES * b'"' as u64);
    zeros.wrapping_sub(ONES) & !zeros
}

#[inline(always)]
const fn backslashes(word: u64) -> u64 {
    let zeros = word ^ (ONES * b'\\' as u64);
    zeros.wrapping_sub(ONES) & !zeros
}

#[inline(always)]
const fn controls(word: u64) -> u64 {
    word.wrapping_sub(ONES * 0x20) & !word
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_byte_at_every_place_of_a_block_is_judged_as_the_byte_path_does() {
        for place in 0..40 {
            for byte in 0..=u8::MAX {
                for filler in [b'a', 0x20, 0x7f, 0x80, 0xff] {
                    let mut bytes = [filler; 40];
                    bytes[place] = byte;
                    let expected = find_special_bytewise(&bytes, 0);
                    assert_eq!(find_special(&bytes, 0), expected);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn both_paths_find_the_same_byte(
            bytes in prop::collection::vec(any::<u8>(), 0..80), from in 0_usize..90
        ) {
            let expected = find_special_bytewise(&bytes, from);
            prop_assert_eq!(find_special(&bytes, from), expected);
            let checked: Vec<u8> = bytes.iter().map(|byte| (*byte).max(0x20)).collect();
            prop_assert_eq!(find_quote(&checked, from), find_special_bytewise(&checked, from));
        }
    }
}
