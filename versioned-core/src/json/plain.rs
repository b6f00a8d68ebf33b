//! Whether a string is written without escapes.
//!
//! Layer: core.

/// Whether a text stands in a string as it is: it has no quote, no backslash and no control character.
///
/// Blocks of a fixed length are compared all at once; the last one overlaps.
#[inline]
pub(crate) fn is_plain(text: &[u8]) -> bool {
    #[inline(always)]
    fn has_special<const N: usize>(block: &[u8; N]) -> bool {
        let is_special = |byte: u8| u8::from(byte < 0x20 || byte == b'"' || byte == b'\\');
        block.iter().fold(0, |found, byte| found | is_special(*byte)) != 0
    }
    let (long, rest) = text.as_chunks::<16>();
    if let Some(last) = text.last_chunk::<16>() {
        return !long.iter().any(has_special) && (rest.is_empty() || !has_special(last));
    }
    if let (Some(first), Some(last)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        return !has_special(first) && !has_special(last);
    }
    if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        return !has_special(first) && !has_special(last);
    }
    !text.iter().any(|byte| has_special(&[*byte]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_special_byte_is_found_at_every_place_of_every_length() {
        for length in 0..70 {
            for place in 0..length {
                for byte in 0..=u8::MAX {
                    let mut text = vec![b'a'; length];
                    text[place] = byte;
                    let is_special = matches!(byte, b'"' | b'\\' | 0..=0x1f);
                    assert_eq!(is_plain(&text), !is_special, "{byte} at {place} of {length}");
                }
            }
            assert!(is_plain(&vec![b'a'; length]));
        }
    }
}
