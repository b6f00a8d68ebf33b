//! The members of a text's root, taken down while it is scanned: chains open the root of nearly every document, and need not
//! walk over a short one again.
//!
//! Layer: core. Invariant: what is taken down is what a walk comes to, or nothing.

use std::cell::Cell;

use super::{
    key::RawKey,
    slice::{Extent, Slice},
    tape::{Recorder, Tape},
};
use crate::json::{
    JsonError,
    scan::{Scanner, Sink, Span},
    tokens::{blanks, byte, colon, judged_string, unexpected},
};

/// Most members that are taken down; roots with more of them are maps, which may not be opened at all.
const MEMBERS_MAX: usize = 64;

/// A member of a root that is an object.
#[derive(Debug, Clone, Copy)]
pub(super) struct RootMember {
    key: Span,
    key_has_escapes: bool,
    value: Extent,
}

impl RootMember {
    #[inline]
    pub(super) fn key<'a>(&self, tape: &Tape<'a>) -> RawKey<'a> {
        RawKey { quoted: self.key.of(tape.text()), has_escapes: self.key_has_escapes }
    }

    #[inline]
    pub(super) fn value<'a>(&self, tape: &'a Tape<'a>) -> Slice<'a> {
        Slice::of_extent(tape, self.value)
    }
}

/// All members of a root, or none; their memory is used again by the next scan of the thread.
#[derive(Debug, Default)]
pub(super) struct Root(Vec<RootMember>);

thread_local! {
    static SPARE: Cell<Vec<RootMember>> = const { Cell::new(Vec::new()) };
}

impl Root {
    /// Of a text whose members are not taken down.
    pub(super) const UNKNOWN: Self = Self(Vec::new());

    /// The members in their order, if they are known.
    pub(super) fn members(&self) -> Option<&[RootMember]> {
        if self.0.is_empty() { None } else { Some(&self.0) }
    }

    /// Scans an object, nested at most `depth_max` levels below its own; the position is at its bracket.
    pub(super) fn scan(
        scanner: &mut Scanner<'_>,
        depth_max: usize,
        recorder: &mut Recorder,
    ) -> Result<Self, JsonError> {
        let mut members = SPARE.take();
        members.clear();
        recorder.open();
        // The position is a value, so that it stays in a register.
        let bytes = scanner.bytes();
        let mut position = blanks(bytes, scanner.position + 1);
        let mut is_last = byte(bytes, position) == b'}';
        let mut count = 0_usize;
        while !is_last {
            if byte(bytes, position) != b'"' {
                return Err(unexpected(bytes, position));
            }
            let (key_end, key_has_escapes) = judged_string(bytes, position, recorder)?;
            let key = Span { start: position, end: key_end };
            let start = colon(bytes, key_end)?;
            let value = if byte(bytes, start) == b'"' {
                let (end, has_escapes) = judged_string(bytes, start, recorder)?;
                position = end;
                Extent::of_string(Span { start, end }, has_escapes)
            } else {
                let is_container = matches!(byte(bytes, start), b'{' | b'[');
                let container = is_container.then(|| recorder.next_entry());
                scanner.position = start;
                scanner.value(depth_max, recorder)?;
                position = scanner.position;
                Extent::new(Span { start, end: position }, container)
            };
            recorder.item();
            count += 1;
            if count <= MEMBERS_MAX {
                members.push(RootMember { key, key_has_escapes, value });
            }
            position = blanks(bytes, position);
            match byte(bytes, position) {
                b',' => position = blanks(bytes, position + 1),
                b'}' => is_last = true,
                _ => return Err(unexpected(bytes, position)),
            }
        }
        scanner.position = position + 1;
        recorder.close(scanner.position);
        if count > MEMBERS_MAX {
            members.clear();
        }
        Ok(Self(members))
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        if self.0.capacity() > 0 {
            SPARE.set(std::mem::take(&mut self.0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Limits;

    fn check(text: &str) {
        let tape = Tape::scan(text, &Limits::DEFAULT).expect(text);
        let (json, container) = tape.root();
        let walk = tape.walk(json, container.expect("a container"));
        let walked: Vec<_> = walk.map(|step| (step.key.unwrap(), step.value)).collect();
        let Some(members) = tape.root_members() else {
            assert!(walked.is_empty() || walked.len() > MEMBERS_MAX, "{text}");
            return;
        };
        assert_eq!(members.len(), walked.len(), "{text}");
        for (member, (key, value)) in members.iter().zip(walked) {
            let found = member.key(&tape);
            assert_eq!((found.quoted, found.has_escapes), (key.quoted, key.has_escapes), "{text}");
            let found = member.value(&tape);
            assert_eq!(found.text(), value, "{text}");
            let plain = value.strip_prefix('"').filter(|value| !value.contains('\\'));
            let plain = plain.and_then(|value| value.strip_suffix('"'));
            assert_eq!(found.plain_string(), plain, "{text}");
        }
    }

    #[test]
    fn members_are_those_that_a_walk_comes_to() {
        check("{}");
        check(" { } ");
        for length in 0..80 {
            let long = "x".repeat(length);
            check(&format!(
                r#" {{ "{long}" : "{long}" ,"a\n":[[],{{"{long}":1}}], "":-1e5,"{long}\u0041":"{long}\"" }} "#
            ));
        }
        for count in [1, 63, 64, 65, 200] {
            let members: Vec<_> = (0..count).map(|it| format!("\"{it}\":[{it}]")).collect();
            check(&format!("{{{}}}", members.join(",")));
        }
    }

    #[test]
    fn what_is_wrong_with_a_root_is_told_as_of_any_object() {
        for text in [
            "{",
            "{1",
            "{\"a\"",
            "{\"a\" 1",
            "{\"a\":",
            "{\"a\":1",
            "{\"a\":1]",
            "{\"a\":1,}",
            "{}}",
        ] {
            let nested = format!("[{text}");
            let error = |text: &str| {
                let error = Tape::scan(text, &Limits::DEFAULT).expect_err(text);
                (error.kind(), error.offset())
            };
            if text != "{}}" {
                assert_eq!(error(text), (error(&nested).0, error(&nested).1 - 1), "{text}");
            }
        }
        let deep = |levels| format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels));
        assert!(Tape::scan(&deep(127), &Limits::DEFAULT).is_ok());
        assert!(Tape::scan(&deep(128), &Limits::DEFAULT).is_err());
        let none = Limits::DEFAULT.with_depth_max(0);
        assert!(Tape::scan("{}", &none).is_err());
    }
}
