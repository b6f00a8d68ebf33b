//! Writing strings, and finding their end.
//!
//! Layer: core.

use super::specials::{self, WINDOW, is_special};

/// Offset of the first byte at or after `from` that is a quote, a backslash or a control character, if it is one of the
/// next [`NEAR`](specials::NEAR) ones; otherwise of a byte before it, from where to look on.
#[inline(always)]
pub(crate) fn special_near(bytes: &[u8], from: usize) -> usize {
    // One comparison of lengths for all bytes.
    window_at(bytes, from).map_or(from, |window| from + specials::first_near(window))
}

/// Offset of the quote that ends a key that starts at `from`, if it is short and has no escapes.
#[inline(always)]
pub(crate) fn nearest_quote(bytes: &[u8], from: usize) -> Option<usize> {
    let near = from + specials::first_nearest(window_at(bytes, from)?);
    (bytes.get(near) == Some(&b'"')).then_some(near)
}

/// The bytes from `from` on, if there are so many.
#[inline(always)]
pub(crate) fn window_at<const N: usize>(bytes: &[u8], from: usize) -> Option<&[u8; N]> {
    bytes.get(from..).and_then(|rest| rest.first_chunk::<N>())
}

/// Offset of the first byte at or after `from` that is a quote, a backslash or a control character; the length of
/// `bytes`, or `from` if that is larger, if there is none.
#[inline(always)]
pub(crate) fn find_special(bytes: &[u8], from: usize) -> usize {
    let end = bytes.len().max(from);
    // The rest is cut from the front, so that each piece costs one comparison of lengths.
    let mut rest = bytes.get(from..).unwrap_or_default();
    while let Some((window, behind)) = rest.split_first_chunk::<WINDOW>() {
        let found = specials::specials(window);
        if found != 0 {
            return end - rest.len() + found.trailing_zeros() as usize;
        }
        rest = behind;
    }
    while let Some((eight, behind)) = rest.split_first_chunk::<8>() {
        if let Some(at) = specials::words::first_in_word(*eight) {
            return end - rest.len() + at;
        }
        rest = behind;
    }
    end - rest.len() + find_special_bytewise(rest)
}

/// How many of these bytes are blanks of an indent, up to the first other one.
#[inline(always)]
pub(crate) fn indent_of(bytes: [u8; 8]) -> usize {
    let others = u64::from_le_bytes(bytes) ^ u64::from_le_bytes([b' '; 8]);
    (others.trailing_zeros() / 8) as usize
}

/// The same, byte by byte.
#[inline(never)]
fn find_special_bytewise(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| is_special(*byte)).unwrap_or(bytes.len())
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

    use super::{super::specials::NEAR, *};

    /// Both ways to look, from one place.
    fn check(bytes: &[u8], from: usize) {
        let expected = from + find_special_bytewise(bytes.get(from..).unwrap_or_default());
        assert_eq!(find_special(bytes, from), expected, "{bytes:?} from {from}");
        let near = special_near(bytes, from);
        // Nothing special is passed over, and what is near is found.
        assert!(near <= expected, "{bytes:?} from {from}");
        assert!(near == expected || near == from || near == from + NEAR, "{bytes:?} from {from}");
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
