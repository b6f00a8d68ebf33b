//! A document that nobody has scanned: what reading it has to find that a scan would have found.
//!
//! Layer: core. Readers that judge a whole text vouch for it; for all others, vectors of its bytes are looked at. Invariant: in
//! doubt the text has to be scanned.

use crate::{json::Limits, lazy::Tape};

/// What a text has behind its first member, whose key must not stand there again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unscanned<'a> {
    pub(crate) rest: &'a str,
    pub(crate) key: &'static str,
}

impl Unscanned<'_> {
    /// Whether reading the text as any type finds what a scan finds: it has no control characters, which byte strings may be
    /// read with, no key that is spelled with `\u`, fewer brackets than levels are accepted, and not the key of the first
    /// member.
    pub(crate) fn is_plain(&self) -> bool {
        is_plain(self.rest.trim_ascii_end(), self.key)
    }

    /// The same for a text of which there is a tape.
    pub(super) fn is_plain_on(&self, tape: &Tape<'_>) -> bool {
        match tape.has_again(self.key) {
            Some(has_again) => !has_again,
            None => self.is_plain(),
        }
    }
}

/// Whether what follows the first member has nothing that only a scan judges.
fn is_plain(rest: &str, key: &str) -> bool {
    let first = key.as_bytes().first().copied().unwrap_or_default();
    let (mut brackets, mut may_be_there) = (1, false);
    let mut bytes = rest.as_bytes();
    let mut last = [b' '; BLOCK + 1];
    while !bytes.is_empty() {
        let pair = (bytes.first_chunk::<BLOCK>(), bytes.get(1..).and_then(<[u8]>::first_chunk));
        let (block, next) = match pair {
            (Some(block), Some(next)) => (block, next),
            _ => {
                last[..bytes.len()].copy_from_slice(bytes);
                let ([block @ .., _], [_, next @ ..]) = (&last, &last);
                (block, next)
            }
        };
        may_be_there |= has_pair(block, next, (b'"', first));
        // Most blocks have nothing of what follows.
        if is_odd(block) {
            let has_control = block.iter().any(|byte| *byte < 0x20);
            if has_control || has_pair(block, next, (b'\\', b'u')) {
                return false;
            }
            brackets += block.iter().filter(|byte| is_bracket(**byte)).count();
            if brackets > Limits::DEPTH_MAX {
                return false;
            }
        }
        bytes = bytes.get(BLOCK..).unwrap_or_default();
    }
    !may_be_there || !is_there(rest, key)
}

// What goes over a whole block without a branch becomes comparisons of vectors.

const BLOCK: usize = 64;
type Block = [u8; BLOCK];

/// Whether a block has a control character, a backslash or an opening bracket.
#[inline(always)]
fn is_odd(block: &Block) -> bool {
    let is_odd = |byte: u8| (byte < 0x20) | (byte == b'\\') | is_bracket(byte);
    block.iter().fold(false, |found, byte| found | is_odd(*byte))
}

/// The two opening brackets differ in one bit, which nothing else shares.
#[inline(always)]
fn is_bracket(byte: u8) -> bool {
    byte | 0x20 == b'{'
}

/// Whether two bytes follow each other; `next` has the byte behind each of the block.
#[inline(always)]
fn has_pair(block: &Block, next: &Block, (one, other): (u8, u8)) -> bool {
    let pairs = block.iter().zip(next);
    pairs.fold(false, |found, (byte, next)| found | ((*byte == one) & (*next == other)))
}

/// Whether a key stands in quotes somewhere in a text.
fn is_there(text: &str, key: &str) -> bool {
    text.match_indices(key).any(|(at, _)| {
        let before = at.checked_sub(1).and_then(|at| text.as_bytes().get(at));
        before == Some(&b'"') && text.as_bytes().get(at + key.len()) == Some(&b'"')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without this, a member that a scan refuses could be read; every place lies in another part of a block.
    #[test]
    fn what_only_a_scan_judges_is_found_at_every_place() {
        for place in 0..200 {
            let around = |odd: &str| format!("{}{odd}{}", "a".repeat(place), "b".repeat(9));
            for odd in ["\n", "\u{1}", r"\u0041", r#""version""#] {
                assert!(!is_plain(&around(odd), "version"), "{odd} at {place}");
            }
            for plain in [r"\n", "version", r#""versions""#, r#"vversion""#, "é", "{}[]"] {
                assert!(is_plain(&around(plain), "version"), "{plain} at {place}");
            }
            // The first bracket of the document is not in the rest.
            assert!(is_plain(&around(&"[{".repeat(63)), "version"));
            assert!(!is_plain(&around(&"{[".repeat(64)), "version"));
        }
    }
}
