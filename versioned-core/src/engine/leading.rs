//! The version with which a document begins.
//!
//! Layer: core. The first step of a chain takes the whole text of a document with one version, and whatever it is read as,
//! the text is checked then. So a short, plain document that begins with its version is not scanned before. Invariant: in
//! doubt there is no such version; and where the chain fails, the document is scanned, whose errors come first.

use crate::{
    Declaration, SchemaVersion, Scope, VersionedAttribute,
    document::MemberValue,
    engine::versions::{self, FoundVersion},
    json::Limits,
};

/// Longest text that is looked at.
const BYTES_MAX: usize = 1 << 16;

/// A document that begins with its version.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leading<'a> {
    pub(super) text: &'a str,
    pub(super) attribute: &'static VersionedAttribute,
    pub(super) version: SchemaVersion,
}

impl<'a> Leading<'a> {
    /// Looks at a text; `None` if the document has to be scanned.
    pub(super) fn of(
        declaration: &'static Declaration,
        text: &'a str,
        limits: &Limits,
    ) -> Option<Self> {
        let (leading, rest) = Self::found(declaration, text, limits)?;
        leading.is_plain(rest).then_some(leading)
    }

    /// The same for a document that is not at its latest version.
    pub(super) fn stale(
        declaration: &'static Declaration,
        text: &'a str,
        limits: &Limits,
    ) -> Option<Self> {
        let (leading, rest) = Self::found(declaration, text, limits)?;
        (leading.is_stale() && leading.is_plain(rest)).then_some(leading)
    }

    /// The version, and what follows it.
    fn found(
        declaration: &'static Declaration,
        text: &'a str,
        limits: &Limits,
    ) -> Option<(Self, &'a str)> {
        let [attribute] = declaration.versioned else { return None };
        let key = attribute.version_key;
        let is_alone = attribute.scope == Scope::Document
            && attribute.context.is_empty()
            && attribute.side_outputs.is_empty();
        let is_small = text.len() <= limits.bytes_max.min(BYTES_MAX);
        if !is_alone || !is_small || limits.depth_max < Limits::DEPTH_MAX || !is_simple(key) {
            return None;
        }
        let (json, rest) = first_member(text, key)?;
        let FoundVersion::Number(version) = versions::read(MemberValue::Json(json)) else {
            return None;
        };
        let is_known = (attribute.min..=attribute.max).contains(&version);
        is_known.then_some((Self { text, attribute, version }, rest))
    }

    fn is_plain(&self, rest: &str) -> bool {
        is_plain(rest.trim_ascii_end(), self.attribute.version_key)
    }

    /// Whether a chain has to run.
    pub(super) fn is_stale(&self) -> bool {
        self.version < self.attribute.max
    }
}

/// Whether no letter of a key has an escape but `\u`.
fn is_simple(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The number of the first member, if it has this key, and what follows it.
fn first_member<'a>(text: &'a str, key: &str) -> Option<(&'a str, &'a str)> {
    let behind = |text: &'a str, token| text.trim_start_matches(' ').strip_prefix(token);
    let quoted = behind(behind(text, '{')?, '"')?.strip_prefix(key)?.strip_prefix('"')?;
    let value = behind(quoted, ':')?.trim_start_matches(' ');
    let (number, rest) = value.split_at(value.bytes().take_while(u8::is_ascii_digit).count());
    // A number does not begin with a zero. Of a document without further members nothing is known here.
    let is_number = number == "0" || !(number.is_empty() || number.starts_with('0'));
    (is_number && behind(rest, ',').is_some()).then_some((number, rest))
}

/// Whether reading what follows the first member as any type finds what a scan finds: it has no control characters, which byte
/// strings may be read with, no key that is spelled with `\u`, fewer brackets than levels are accepted, and no member
/// with this key.
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

    #[test]
    fn a_plain_number_in_front_is_found() {
        for (text, found) in [
            (r#"{"version":1,"a":2}"#, Some("1")),
            (r#"  { "version" : 41 , "a":2}"#, Some("41")),
            (r#"{"version":0,"#, Some("0")),
            (r#"{"version":01,"a":2}"#, None),
            (r#"{"version":,"a":2}"#, None),
            (r#"{"version":1.0,"a":2}"#, None),
            (r#"{"version":1e2,"a":2}"#, None),
            (r#"{"version":-1,"a":2}"#, None),
            (r#"{"version":"1","a":2}"#, None),
            (r#"{"version ":1,"a":2}"#, None),
            (r#"{" version":1,"a":2}"#, None),
            (r#"{"versions":1,"a":2}"#, None),
            (r#"{"version":1}"#, None),
            (r#"{"a":1,"version":1}"#, None),
            (r#"["version":1,"#, None),
            ("", None),
        ] {
            assert_eq!(first_member(text, "version").map(|(number, _)| number), found, "{text}");
        }
    }

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
