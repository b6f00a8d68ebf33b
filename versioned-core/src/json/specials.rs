//! Which bytes of a text end what can be passed over in a string: quotes, backslashes and control characters.
//!
//! Layer: core. There are two ways to look at a window of bytes, with one result: vector instructions where every
//! processor of the target has them (SSE2 on x86-64, by the safe functions of `safe_arch`), and words of eight bytes
//! everywhere else. The tests compare both with the rule for one byte.

pub(crate) use chosen::first_solid;
pub(super) use chosen::{first_near, first_nearest, is_plain_run, marks, specials};
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
use vectors as chosen;
#[cfg(not(all(target_arch = "x86_64", target_feature = "sse2")))]
use words as chosen;

/// How many bytes are looked at for a key, and for what stands between two values.
pub(crate) const NEAREST: usize = 16;

/// How many bytes are looked at for a string that is as short as most.
pub(crate) const NEAR: usize = 32;

/// How many bytes of longer ones are looked at together.
pub(super) const WINDOW: usize = 64;

/// The rule.
pub(super) fn is_special(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..=0x1f)
}

/// Bits of the bytes of a window; the lowest one is that of the first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marks {
    /// Quotes, backslashes and control characters.
    pub(super) specials: u64,
    pub(super) backslashes: u64,
    /// `n` and quotes: what stands behind the backslash of nearly every escape that is not a backslash itself.
    pub(super) escapables: u64,
}

/// With this bit turned, a quote is a blank, and control characters stay below it: they are what is no more than a blank.
const QUOTE_FROM_BLANK: u8 = b'"' ^ b' ';

#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
mod vectors {
    use safe_arch::{
        cmp_eq_mask_i8_m128i, cmp_gt_mask_i8_m128i, m128i, min_u8_m128i, move_mask_i8_m128i,
        set_splat_i8_m128i,
    };

    use super::{Marks, NEAR, NEAREST, QUOTE_FROM_BLANK, WINDOW};

    /// Index of the first byte that is neither a blank nor the separator, or [`NEAREST`].
    #[inline(always)]
    pub(crate) fn first_solid(window: &[u8; NEAREST], separator: u8) -> usize {
        let bytes = m128i::from(*window);
        // Outside of strings all bytes are ASCII.
        let is_gap = equal(bytes, separator) | cmp_gt_mask_i8_m128i(splat(b' ' + 1), bytes);
        (!u32::from(bits(is_gap))).trailing_zeros() as usize
    }

    /// Index of the first special byte, or [`NEAREST`].
    #[inline(always)]
    pub(in super::super) fn first_nearest(window: &[u8; NEAREST]) -> usize {
        let found = bits(special(m128i::from(*window)));
        (u32::from(found) | 1 << NEAREST).trailing_zeros() as usize
    }

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

    /// Whether none of at least sixteen bytes is special; in doubt not.
    #[inline(always)]
    pub(in super::super) fn is_plain_run(bytes: &[u8]) -> bool {
        // The last vector overlaps with the one before it.
        let Some(last) = bytes.last_chunk() else { return false };
        let found = |bytes: &[u8; 16]| special(m128i::from(*bytes));
        let vectors = bytes.as_chunks::<16>().0.iter();
        bits(vectors.fold(found(last), |all, vector| all | found(vector))) == 0
    }

    /// Which bytes are which.
    #[inline(always)]
    pub(in super::super) fn marks(window: &[u8; WINDOW]) -> Marks {
        let vectors = window.as_chunks::<16>().0.iter().rev();
        vectors.fold(Marks { specials: 0, backslashes: 0, escapables: 0 }, |marks, bytes| {
            let bytes = m128i::from(*bytes);
            let escapables = equal(bytes, b'n') | equal(bytes, b'"');
            Marks {
                specials: marks.specials << 16 | u64::from(bits(special(bytes))),
                backslashes: marks.backslashes << 16 | u64::from(bits(equal(bytes, b'\\'))),
                escapables: marks.escapables << 16 | u64::from(bits(escapables)),
            }
        })
    }

    #[inline(always)]
    fn near_specials(window: &[u8; NEAR]) -> u32 {
        let [low, high] = window.as_chunks::<16>().0 else {
            unreachable!("a near window is two vectors")
        };
        let bits = |bytes: &[u8; 16]| u32::from(bits(special(m128i::from(*bytes))));
        bits(high) << 16 | bits(low)
    }

    #[inline(always)]
    fn special(bytes: m128i) -> m128i {
        let turned = bytes ^ splat(QUOTE_FROM_BLANK);
        let is_low = cmp_eq_mask_i8_m128i(min_u8_m128i(turned, splat(b' ')), turned);
        is_low | equal(bytes, b'\\')
    }

    #[inline(always)]
    fn equal(bytes: m128i, byte: u8) -> m128i {
        cmp_eq_mask_i8_m128i(bytes, splat(byte))
    }

    #[inline(always)]
    fn splat(byte: u8) -> m128i {
        set_splat_i8_m128i(byte.cast_signed())
    }

    /// The highest bit of each byte.
    #[inline(always)]
    fn bits(mask: m128i) -> u16 {
        let [low, high, ..] = move_mask_i8_m128i(mask).to_le_bytes();
        u16::from_le_bytes([low, high])
    }
}

/// Where vectors are, the tests alone need more of this than [`first_in_word`](words::first_in_word).
pub(super) mod words {
    #[cfg(any(test, not(all(target_arch = "x86_64", target_feature = "sse2"))))]
    pub(crate) use all::first_solid;
    #[cfg(any(test, not(all(target_arch = "x86_64", target_feature = "sse2"))))]
    pub(in super::super) use all::{first_near, first_nearest, is_plain_run, marks, specials};

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
            super::{Marks, NEAR, NEAREST, WINDOW, is_special},
            HIGHS, ONES, QUOTE_FROM_BLANK, first_in_word,
        };

        /// Index of the first byte that is neither a blank nor the separator, or [`NEAREST`].
        #[inline(always)]
        pub(crate) fn first_solid(window: &[u8; NEAREST], separator: u8) -> usize {
            let is_solid = |byte: &u8| *byte > b' ' && *byte != separator;
            window.iter().position(is_solid).unwrap_or(NEAREST)
        }

        /// Index of the first special byte, or [`NEAREST`].
        #[inline(always)]
        pub(in super::super::super) fn first_nearest(window: &[u8; NEAREST]) -> usize {
            first_in_words(window)
        }

        /// Index of the first special byte, or [`NEAR`].
        #[inline(always)]
        pub(in super::super::super) fn first_near(window: &[u8; NEAR]) -> usize {
            first_in_words(window)
        }

        #[inline(always)]
        fn first_in_words<const N: usize>(window: &[u8; N]) -> usize {
            let mut words = window.as_chunks::<8>().0.iter().enumerate();
            words
                .find_map(|(index, eight)| first_in_word(*eight).map(|at| 8 * index + at))
                .unwrap_or(N)
        }

        /// Whether none of at least sixteen bytes is special; in doubt not.
        #[inline(always)]
        pub(in super::super::super) fn is_plain_run(bytes: &[u8]) -> bool {
            // The compiler makes vector instructions of it, of whatever kind the processor has.
            bytes.len() >= 16 && !bytes.iter().fold(false, |found, byte| found | is_special(*byte))
        }

        /// A bit for each special byte; the lowest one is that of the first byte.
        #[inline(always)]
        pub(in super::super::super) fn specials(window: &[u8; WINDOW]) -> u64 {
            if is_plain_run(window) {
                return 0;
            }
            each(window, |word| {
                below(word ^ (ONES * QUOTE_FROM_BLANK as u64), b' ' + 1) | equal(word, b'\\')
            })
        }

        /// Which bytes are which.
        #[inline(always)]
        pub(in super::super::super) fn marks(window: &[u8; WINDOW]) -> Marks {
            Marks {
                specials: specials(window),
                backslashes: each(window, |word| equal(word, b'\\')),
                escapables: each(window, |word| equal(word, b'n') | equal(word, b'"')),
            }
        }

        /// A bit for each high bit of what a function makes of the words.
        #[inline(always)]
        fn each(window: &[u8; WINDOW], hits: impl Fn(u64) -> u64) -> u64 {
            let words = window.as_chunks::<8>().0.iter().rev();
            words.fold(0, |bits, eight| {
                // Moves the eight bits into the highest byte.
                let hits = hits(u64::from_le_bytes(*eight)) >> 7;
                bits << 8 | hits.wrapping_mul(0x0102_0408_1020_4080) >> 56
            })
        }

        /// The high bits of bytes below a bound.
        #[inline(always)]
        const fn below(word: u64, bound: u8) -> u64 {
            // With the high bits set, nothing borrows from the next byte.
            !((word | HIGHS) - ONES * bound as u64) & !word & HIGHS
        }

        #[inline(always)]
        const fn equal(word: u64, byte: u8) -> u64 {
            below(word ^ (ONES * byte as u64), 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(bytes: &[u8; WINDOW]) {
        let bits = |rule: fn(u8) -> bool| {
            bytes.iter().rev().fold(0_u64, |bits, byte| bits << 1 | u64::from(rule(*byte)))
        };
        let expected = bits(is_special);
        assert_eq!(specials(bytes), expected, "{bytes:?}");
        assert_eq!(words::specials(bytes), expected, "{bytes:?}");
        let backslashes = bits(|byte| byte == b'\\');
        let escapables = bits(|byte| matches!(byte, b'n' | b'"'));
        let expected_marks = Marks { specials: expected, backslashes, escapables };
        assert_eq!(marks(bytes), expected_marks, "{bytes:?}");
        assert_eq!(words::marks(bytes), expected_marks, "{bytes:?}");
        let near = bytes.first_chunk::<NEAR>().expect("it is shorter");
        let first = (expected.trailing_zeros() as usize).min(NEAR);
        assert_eq!(first_near(near), first, "{bytes:?}");
        let nearest = bytes.first_chunk().expect("it is shorter still");
        assert_eq!(first_nearest(nearest), first.min(NEAREST), "{bytes:?}");
        assert_eq!(words::first_nearest(nearest), first.min(NEAREST), "{bytes:?}");
        let is_plain = expected == 0;
        assert_eq!((is_plain_run(bytes), words::is_plain_run(bytes)), (is_plain, is_plain));
        if nearest.is_ascii() {
            for separator in [b',', b':'] {
                let is_solid = |byte: &u8| *byte > b' ' && *byte != separator;
                let first = nearest.iter().position(is_solid).unwrap_or(NEAREST);
                assert_eq!(first_solid(nearest, separator), first, "{nearest:?}");
                assert_eq!(words::first_solid(nearest, separator), first, "{nearest:?}");
            }
        }
        assert_eq!(words::first_near(near), first, "{bytes:?}");
    }

    #[test]
    fn a_run_of_any_length_is_judged_by_the_rule() {
        for length in 0..100 {
            let plain = vec![b'a'; length];
            assert_eq!(is_plain_run(&plain), length >= 16);
            assert_eq!(words::is_plain_run(&plain), length >= 16);
            for place in 0..length {
                for byte in [b'"', b'\\', 0, 0x1f, 0x20, 0x7f, 0x80, 0xff] {
                    let mut bytes = plain.clone();
                    bytes[place] = byte;
                    let expected = length >= 16 && !is_special(byte);
                    assert_eq!(is_plain_run(&bytes), expected, "{byte} at {place} of {length}");
                    assert_eq!(words::is_plain_run(&bytes), expected);
                }
            }
        }
    }

    #[test]
    fn every_byte_at_every_place_is_judged_by_the_rule() {
        for place in 0..WINDOW {
            for byte in 0..=u8::MAX {
                for filler in [b'a', b'n', b',', 0x20, b'"', b'\\', 0, 0x1f, 0x7f, 0x80, 0xff] {
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
