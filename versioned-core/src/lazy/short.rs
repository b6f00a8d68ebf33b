//! A short text, held in the value itself: names and ids that a conversion makes need no memory of their own then.

use std::fmt::{self, Write as _};

/// Longest such text, in bytes: with its length as many as a slice has.
const LENGTH_MAX: usize = 15;

/// A text of at most fifteen bytes.
#[derive(Clone, Copy)]
pub(super) struct ShortText {
    length: u8,
    bytes: [u8; LENGTH_MAX],
}

impl ShortText {
    /// `None` for a longer one.
    #[inline]
    pub(super) fn new(text: &str) -> Option<Self> {
        let length = u8::try_from(text.len()).ok()?;
        let mut bytes = [0; LENGTH_MAX];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Self { length, bytes })
    }

    /// What is shown, without a text in between; `None` if it is longer.
    pub(super) fn shown(what: fmt::Arguments<'_>) -> Option<Self> {
        let mut text = Self { length: 0, bytes: [0; LENGTH_MAX] };
        text.write_fmt(what).ok().map(|()| text)
    }

    #[inline]
    pub(super) fn as_str(&self) -> &str {
        let text = std::str::from_utf8(&self.bytes[..usize::from(self.length)]);
        text.unwrap_or_else(|_| unreachable!("it was made of a text"))
    }
}

impl fmt::Write for ShortText {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let start = usize::from(self.length);
        let room = self.bytes.get_mut(start..start + part.len()).ok_or(fmt::Error)?;
        room.copy_from_slice(part.as_bytes());
        // It fits, so it is no more than fifteen.
        self.length = u8::try_from(start + part.len()).map_err(|_| fmt::Error)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_up_to_fifteen_bytes_are_held() {
        for text in ["", "a", "cell-12", "é€", "execution_count"] {
            assert_eq!(ShortText::new(text).expect(text).as_str(), text);
        }
        for (number, expected) in [(12, Some("12é34567901234")), (123, None)] {
            let shown = ShortText::shown(format_args!("{number}é{}{}", 34_567, 901_234));
            assert_eq!(shown.as_ref().map(ShortText::as_str), expected);
        }
        for text in ["sixteen bytes ..", "an é at the end é", &"x".repeat(271)] {
            assert!(ShortText::new(text).is_none(), "{text}");
        }
    }
}
