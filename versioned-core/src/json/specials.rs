//! Which bytes of a text end what can be passed over in a string: quotes, backslashes and control characters.
//!
//! Layer: core. There are two ways to look at a window of bytes, with one result: vector instructions where every
//! processor of the target has them (SSE2 on x86-64, by the safe functions of `safe_arch`), and words of eight bytes
//! everywhere else. The tests compare both with the rule for one byte.

#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
pub(super) use vectors::{first_near, specials};
#[cfg(not(all(target_arch = "x86_64", target_feature = "sse2")))]
pub(super) use words::{first_near, specials};

/// How many bytes are looked at for a string that is as short as most.
pub(crate) const NEAR: usize = 32;

/// How many bytes of longer ones are looked at together.
pub(super) const WINDOW: usize = 64;

/// The rule.
pub(super) fn is_special(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..=0x1f)
}

/// With this bit turned, a quote is a blank, and control characters stay below it: they are what is no more than a blank.
const QUOTE_FROM_BLANK: u8 = b'"' ^ b' ';

#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
mod vectors {
    use safe_arch::{
        cmp_eq_mask_i8_m128i, m128i, min_u8_m128i, move_mask_i8_m128i, set_splat_i8_m128i,
    };

    use super::{NEAR, QUOTE_FROM_BLANK, WINDOW};

    /// Index of the first special byte, or [`NEAR`].
    #[inline(always)]
    pub(in super::super) fn first_near(window: &[u8; NEAR]) -> usize {
        near_specials(window).trailing_zeros() as usize
    }

    /// A bit for each special byte; the lowest one is that of the first byte.
    #[inline(always)]
    pub(in super::super) fn specials(window: &[u8; WINDOW]) -> u64 {
        let [low, high] = window.as_chunks::<NEAR>().0 else {
            unreachable!("a window is two near ones")
        };
        u64::from(near_specials(high)) << NEAR | u64::from(near_specials(low))
    }

    #[inline(always)]
    fn near_specials(window: &[u8; NEAR]) -> u32 {
        let [low, high] = window.as_chunks::<16>().0 else {
            unreachable!("a near window is two vectors")
        };
        u32::from(vector_specials(*high)) << 16 | u32::from(vector_specials(*low))
    }

    #[inline(always)]
    fn vector_specials(bytes: [u8; 16]) -> u16 {
        let splat = |byte: u8| set_splat_i8_m128i(byte.cast_signed());
        let bytes = m128i::from(bytes);
        let turned = bytes ^ splat(QUOTE_FROM_BLANK);
        let is_low = cmp_eq_mask_i8_m128i(min_u8_m128i(turned, splat(b' ')), turned);
        let is_backslash = cmp_eq_mask_i8_m128i(bytes, splat(b'\\'));
        let [low, high, ..] = move_mask_i8_m128i(is_low | is_backslash).to_le_bytes();
        u16::from_le_bytes([low, high])
    }
}

/// Where vectors are, the tests alone need more of this than [`first_in_word`](words::first_in_word).
pub(super) mod words {
    #[cfg(any(test, not(all(target_arch = "x86_64", target_feature = "sse2"))))]
    pub(in super::super) use all::{first_near, specials};

    use super::QUOTE_FROM_BLANK;

    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = ONES << 7;

    /// Index of the first special byte of eight.
    #[inline(always)]
    pub(in super::super) fn first_in_word(eight: [u8; 8]) -> Option<usize> {
        let hits = lowest(u64::from_le_bytes(eight));
        (hits != 0).then(|| (hits.trailing_zeros() / 8) as usize)
    }

    /// High bits of special bytes. A byte below n borrows from its high bit, and a borrow may reach the bytes behind it,
    /// so that only the lowest bit counts.
    #[inline(always)]
    const fn lowest(word: u64) -> u64 {
        let turned = word ^ (ONES * QUOTE_FROM_BLANK as u64);
        let is_low = turned.wrapping_sub(ONES * (b' ' + 1) as u64);
        let is_backslash = (word ^ (ONES * b'\\' as u64)).wrapping_sub(ONES);
        (is_low | is_backslash) & !word & HIGHS
    }

    #[cfg(any(test, not(all(target_arch = "x86_64", target_feature = "sse2"))))]
    mod all {
        use super::{
            super::{NEAR, WINDOW, is_special},
            HIGHS, ONES, QUOTE_FROM_BLANK, first_in_word,
        };

        /// Index of the first special byte, or [`NEAR`].
        #[inline(always)]
        pub(in super::super::super) fn first_near(window: &[u8; NEAR]) -> usize {
            let mut words = window.as_chunks::<8>().0.iter().enumerate();
            words
                .find_map(|(index, eight)| first_in_word(*eight).map(|at| 8 * index + at))
                .unwrap_or(NEAR)
        }

        /// A bit for each special byte; the lowest one is that of the first byte.
        #[inline(always)]
        pub(in super::super::super) fn specials(window: &[u8; WINDOW]) -> u64 {
            // The compiler makes vector instructions of it, of whatever kind the processor has.
            if !window.iter().fold(false, |found, byte| found | is_special(*byte)) {
                return 0;
            }
            let words = window.as_chunks::<8>().0.iter().rev();
            words.fold(0, |bits, eight| bits << 8 | each(u64::from_le_bytes(*eight)))
        }

        /// A bit for each special byte of a word.
        #[inline(always)]
        fn each(word: u64) -> u64 {
            // With the high bits set, nothing borrows from the next byte.
            let below =
                |word: u64, bound: u8| !((word | HIGHS) - ONES * bound as u64) & !word & HIGHS;
            let turned = word ^ (ONES * QUOTE_FROM_BLANK as u64);
            let hits = below(turned, b' ' + 1) | below(word ^ (ONES * b'\\' as u64), 1);
            // Moves the eight bits into the highest byte.
            (hits >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(bytes: &[u8; WINDOW]) {
        let rule =
            |found: u64, (index, byte): (usize, &u8)| found | u64::from(is_special(*byte)) << index;
        let expected = bytes.iter().enumerate().fold(0, rule);
        assert_eq!(specials(bytes), expected, "{bytes:?}");
        assert_eq!(words::specials(bytes), expected, "{bytes:?}");
        let near = bytes.first_chunk::<NEAR>().expect("it is shorter");
        let first = (expected.trailing_zeros() as usize).min(NEAR);
        assert_eq!(first_near(near), first, "{bytes:?}");
        assert_eq!(words::first_near(near), first, "{bytes:?}");
    }

    #[test]
    fn every_byte_at_every_place_is_judged_by_the_rule() {
        for place in 0..WINDOW {
            for byte in 0..=u8::MAX {
                for filler in [b'a', 0x20, b'"', b'\\', 0, 0x1f, 0x7f, 0x80, 0xff] {
                    let mut bytes = [filler; WINDOW];
                    bytes[place] = byte;
                    check(&bytes);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_judged_by_the_rule(bytes in prop::array::uniform32(any::<u8>())) {
            let mut window = [b'a'; WINDOW];
            window[..32].copy_from_slice(&bytes);
            check(&window);
            window.rotate_left(13);
            check(&window);
        }
    }
}
