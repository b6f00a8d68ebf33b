//! Writing strings, and finding their end: eight bytes at a time, and in long ones a block at a time.
//!
//! Layer: core. Words and blocks are portable safe code, and there is no other path for other processors; the byte path is
//! the same rule said plainly, and the tests compare the three.

/// How many bytes are looked at for a string that is as short as most.
pub(crate) const NEAR: usize = 32;

/// Offset of the first byte at or after `from` that is a quote, a backslash or a control character, if it is one of the
/// next [`NEAR`] ones; otherwise of a byte before it, from where to look on.
#[inline(always)]
pub(crate) fn special_near(bytes: &[u8], from: usize) -> usize {
    near(bytes, from, specials)
}

/// The same without control characters, for a text that was checked.
#[inline(always)]
pub(crate) fn quote_near(bytes: &[u8], from: usize) -> usize {
    near(bytes, from, quotes)
}

/// The bytes from `from` on, if there are so many.
#[inline(always)]
pub(crate) fn window_at<const N: usize>(bytes: &[u8], from: usize) -> Option<&[u8; N]> {
    bytes.get(from..).and_then(|rest| rest.first_chunk::<N>())
}

#[inline(always)]
fn near(bytes: &[u8], from: usize, bits: impl Fn(u64) -> u64) -> usize {
    // One comparison of lengths for all words.
    let Some(window) = window_at::<NEAR>(bytes, from) else { return from };
    first_of(window, bits).map_or(from + NEAR, |at| from + at)
}

/// The first byte for which there is a bit.
#[inline(always)]
fn first_of(window: &[u8; NEAR], bits: impl Fn(u64) -> u64) -> Option<usize> {
    let mut at = 0;
    for word in window.as_chunks::<8>().0 {
        let hits = bits(u64::from_le_bytes(*word));
        if hits != 0 {
            return Some(at + (hits.trailing_zeros() / 8) as usize);
        }
        at += 8;
    }
    None
}

/// Offset of the first byte at or after `from` that is a quote, a backslash or a control character; the length of
/// `bytes`, or `from` if that is larger, if there is none.
#[inline(always)]
pub(crate) fn find_special(bytes: &[u8], from: usize) -> usize {
    let end = bytes.len().max(from);
    // The rest is cut from the front, so that each piece costs one comparison of lengths.
    let mut rest = bytes.get(from..).unwrap_or_default();
    let mut plain = 0;
    while let Some((window, behind)) = rest.split_first_chunk::<NEAR>() {
        if let Some(at) = first_of(window, specials) {
            return end - rest.len() + at;
        }
        rest = behind;
        plain += 1;
        if plain == WINDOWS_BEFORE_BLOCKS {
            rest = behind_plain_blocks(rest);
        }
    }
    while let Some((eight, behind)) = rest.split_first_chunk::<8>() {
        let hits = specials(u64::from_le_bytes(*eight));
        if hits != 0 {
            return end - rest.len() + (hits.trailing_zeros() / 8) as usize;
        }
        rest = behind;
    }
    end - rest.len() + find_special_bytewise(rest)
}

/// After so many windows without a hit, a text is long enough for blocks to pay.
const WINDOWS_BEFORE_BLOCKS: usize = 2;

/// Bytes that are judged together; the compiler makes comparisons of whole vector registers of it, on every processor
/// that has some.
const BLOCK: usize = 64;

/// What follows the blocks in which nothing is special.
#[inline(never)]
fn behind_plain_blocks(mut rest: &[u8]) -> &[u8] {
    while let Some((block, behind)) = rest.split_first_chunk::<BLOCK>() {
        // Two comparisons for three, as in a word.
        let is_special = |byte: &u8| (*byte ^ QUOTE_FROM_BLANK <= b' ') | (*byte == b'\\');
        if block.iter().fold(false, |found, byte| found | is_special(byte)) {
            break;
        }
        rest = behind;
    }
    rest
}

/// How many of these bytes are blanks of an indent, up to the first other one.
#[inline(always)]
pub(crate) fn indent_of(bytes: [u8; 8]) -> usize {
    let others = u64::from_le_bytes(bytes) ^ (ONES * b' ' as u64);
    (others.trailing_zeros() / 8) as usize
}

/// Behind the blanks, of which there may be many, of an indent.
#[inline(always)]
pub(crate) fn behind_indent(bytes: &[u8], from: usize) -> usize {
    let mut position = from;
    while let Some(eight) = window_at::<8>(bytes, position) {
        let indent = indent_of(*eight);
        position += indent;
        if indent < eight.len() {
            break;
        }
    }
    position
}

/// The same, byte by byte.
#[inline(never)]
fn find_special_bytewise(bytes: &[u8]) -> usize {
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
    bytes.iter().position(is_special).unwrap_or(bytes.len())
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = ONES << 7;

/// With this bit turned, a quote is a blank, and control characters stay below it: they are what is no more than a blank.
const QUOTE_FROM_BLANK: u8 = b'"' ^ b' ';

// A byte below n borrows from its high bit; one that has the bit itself is masked out. A borrow may reach the bytes behind,
// so that only the lowest bit counts.

/// The high bits of quotes, backslashes and control characters.
#[inline(always)]
const fn specials(word: u64) -> u64 {
    let turned = (word ^ (ONES * QUOTE_FROM_BLANK as u64)).wrapping_sub(ONES * (b' ' + 1) as u64);
    (turned | zeros(word ^ (ONES * b'\\' as u64))) & !word & HIGHS
}

/// The high bits of quotes and backslashes.
#[inline(always)]
const fn quotes(word: u64) -> u64 {
    let quotes = zeros(word ^ (ONES * b'"' as u64));
    (quotes | zeros(word ^ (ONES * b'\\' as u64))) & !word & HIGHS
}

/// The high bits of bytes that are zero, and of those that have them anyway.
#[inline(always)]
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES)
}

/// Appends a text with the escapes that serde_json chooses.
#[inline(never)]
pub(crate) fn push_escaped(text: &str, output: &mut String) {
    const HEX: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let mut copied = 0;
    loop {
        let special = find_special(text.as_bytes(), copied);
        output.push_str(&text[copied..special]);
        let Some(byte) = text.as_bytes().get(special) else { return };
        match byte {
            b'"' => output.push_str("\\\""),
            b'\\' => output.push_str("\\\\"),
            b'\n' => output.push_str("\\n"),
            b'\r' => output.push_str("\\r"),
            b'\t' => output.push_str("\\t"),
            8 => output.push_str("\\b"),
            12 => output.push_str("\\f"),
            control => {
                output.push_str("\\u00");
                output.push(HEX[usize::from(control >> 4)]);
                output.push(HEX[usize::from(control & 15)]);
            }
        }
        copied = special + 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every way to look, from one place.
    fn check(bytes: &[u8], from: usize) {
        let expected = from + find_special_bytewise(bytes.get(from..).unwrap_or_default());
        assert_eq!(find_special(bytes, from), expected, "{bytes:?} from {from}");
        let near = special_near(bytes, from);
        // Nothing special is passed over, and what is near is found.
        assert!(near <= expected, "{bytes:?} from {from}");
        assert!(near == expected || near == from || near == from + NEAR, "{bytes:?} from {from}");
        if bytes.iter().all(|byte| *byte >= 0x20) {
            assert_eq!(quote_near(bytes, from), near, "{bytes:?} from {from}");
        }
    }

    #[test]
    fn every_byte_at_every_place_of_a_block_is_judged_as_the_byte_path_does() {
        for place in 0..40 {
            for byte in 0..=u8::MAX {
                for filler in [b'a', 0x20, 0x7f, 0x80, 0xff] {
                    let mut bytes = [filler; 40];
                    bytes[place] = byte;
                    check(&bytes, 0);
                }
            }
        }
    }

    #[test]
    fn what_is_special_is_found_at_every_place_of_every_length_up_to_200() {
        for length in 1..=200 {
            for byte in [b'"', b'\\', 0x1f, 0, 0x20, 0x21, 0x23, 0x5b, 0x5d, 0x7f, 0x80, 0xff] {
                for place in 0..length {
                    let mut bytes = vec![b'a'; length];
                    bytes[place] = byte;
                    let expected = find_special_bytewise(&bytes);
                    assert_eq!(find_special(&bytes, 0), expected, "{byte} at {place} of {length}");
                    assert!(special_near(&bytes, 0) <= expected);
                    assert!(quote_near(&bytes, 0) <= place.max(NEAR));
                }
            }
        }
    }

    proptest! {
        #[test]
        fn all_paths_find_the_same_byte(
            bytes in prop::collection::vec(any::<u8>(), 0..80), from in 0_usize..90
        ) {
            check(&bytes, from);
        }

        #[test]
        fn all_paths_find_the_same_byte_in_long_texts(
            mut bytes in prop::collection::vec(0x23_u8..0x5c, 0..400),
            specials in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
            from in 0_usize..90,
        ) {
            for (place, byte) in specials {
                if !bytes.is_empty() {
                    let place = place.index(bytes.len());
                    bytes[place] = byte;
                }
            }
            check(&bytes, from);
        }
    }
}
