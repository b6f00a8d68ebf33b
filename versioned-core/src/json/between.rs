//! What stands between two strings of a list: the comma, and the blanks of a printer that puts each on a line of its own.
//!
//! Layer: core. Where it is the same as before, which one comparison tells, the next string starts as many bytes behind as
//! the last one did. The processor can go on with that string before it has looked at the blanks.

use super::{
    strings::window_at,
    tokens::{blanks, byte},
};

/// The bytes between two strings of a list, with the quote of the second one.
#[derive(Clone, Copy)]
pub(super) struct Between {
    /// The bytes from the first one on, the lowest byte first.
    bytes: u128,
    /// Which of them count.
    mask: u128,
    /// How many they are, without the quote; 0 if they are not known.
    width: usize,
}

impl Between {
    pub(super) const UNKNOWN: Self = Self { bytes: 0, mask: 0, width: 0 };

    /// Those behind a string that ends at `position`, if another string follows and they are few enough.
    #[inline(always)]
    pub(super) fn of(bytes: &[u8], position: usize) -> Option<Self> {
        if byte(bytes, position) != b',' {
            return None;
        }
        let quote = blanks(bytes, position + 1);
        if byte(bytes, quote) != b'"' {
            return None;
        }
        let window = u128::from_le_bytes(*window_at(bytes, position)?);
        let width = quote - position;
        let mask = u128::MAX.checked_shr(120_u32.checked_sub(8 * u32::try_from(width).ok()?)?)?;
        Some(Self { bytes: window & mask, mask, width })
    }

    /// Where the next string starts, if the same bytes follow at `position`.
    #[inline(always)]
    pub(super) fn pass(&self, bytes: &[u8], position: usize) -> Option<usize> {
        let window = u128::from_le_bytes(*window_at(bytes, position)?);
        (self.width > 0 && window & self.mask == self.bytes).then(|| position + self.width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is between the strings of a text.
    fn between(separator: &str) -> Option<Between> {
        let text = format!("\"a\"{separator}\"b\"{}", " ".repeat(16));
        Between::of(text.as_bytes(), 3)
    }

    #[test]
    fn the_same_bytes_are_passed_and_no_others() {
        for width in 1..20 {
            let separator = format!(",{}", " \n\t\r".repeat(5)[..width - 1].to_owned());
            let Some(known) = between(&separator) else {
                assert!(width > 15, "{width}");
                continue;
            };
            assert!(width <= 15, "{width}");
            let text = format!("{separator}\"b\"{}", " ".repeat(16));
            assert_eq!(known.pass(text.as_bytes(), 0), Some(width));
            // One byte changed: whatever else stands there is not passed over.
            for place in 0..=width {
                for byte in 0..=u8::MAX {
                    let mut bytes = text.clone().into_bytes();
                    let is_same = bytes[place] == byte;
                    bytes[place] = byte;
                    assert_eq!(known.pass(&bytes, 0).is_some(), is_same, "{width} {place} {byte}");
                }
            }
            // Nothing is looked at behind the end.
            assert_eq!(known.pass(&text.as_bytes()[..15], 0), None);
        }
    }

    #[test]
    fn nothing_is_known_where_no_string_follows() {
        for separator in ["", " ,", "]", ",1,", ";", ",\u{b}"] {
            assert!(between(separator).is_none(), "{separator:?}");
        }
        let text = "                ";
        assert_eq!(Between::UNKNOWN.pass(text.as_bytes(), 0), None);
        assert_eq!(Between::UNKNOWN.pass(&[0; 32], 0), None);
    }
}
