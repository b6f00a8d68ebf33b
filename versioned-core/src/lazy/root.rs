//! The members of a text's root, taken down while it is scanned: chains open the root of nearly every document, and need not
//! walk over a short one again.
//!
//! Layer: core. Invariant: what is taken down is what a walk comes to, or nothing.

use std::cell::Cell;

use super::{
    key::RawKey,
    slice::Slice,
    tape::{Recorder, Tape},
};
use crate::json::{
    JsonError,
    scan::{SHORT_STRING_MAX, Scanner, Sink, Span},
};

/// Most members that are taken down; roots with more of them are maps, which may not be opened at all.
const MEMBERS_MAX: usize = 64;

/// A member of a root that is an object.
#[derive(Debug, Clone, Copy)]
pub(super) struct RootMember {
    key: Span,
    key_has_escapes: bool,
    value: Span,
    container: Option<u32>,
}

impl RootMember {
    #[inline]
    pub(super) fn key<'a>(&self, tape: &Tape<'a>) -> RawKey<'a> {
        RawKey { quoted: self.key.of(tape.text()), has_escapes: self.key_has_escapes }
    }

    #[inline]
    pub(super) fn value<'a>(&self, tape: &'a Tape<'a>) -> Slice<'a> {
        Slice::new(tape, self.value, self.container)
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
        scanner.position += 1;
        scanner.skip_blanks();
        let mut is_last = scanner.peek() == Some(b'}');
        let mut count = 0_usize;
        while !is_last {
            let (key, key_has_escapes) = scanner.key()?;
            if key.end - key.start > SHORT_STRING_MAX {
                recorder.long_string(key.end);
            }
            let (start, entry) = (scanner.position, recorder.next_entry());
            let is_container = matches!(scanner.peek(), Some(b'{' | b'['));
            if scanner.peek() == Some(b'"') {
                scanner.string()?;
                if scanner.position - start > SHORT_STRING_MAX {
                    recorder.long_string(scanner.position);
                }
            } else {
                scanner.value(depth_max, recorder)?;
            }
            recorder.item();
            count += 1;
            if count <= MEMBERS_MAX {
                let value = Span { start, end: scanner.position };
                let container = is_container.then_some(entry);
                members.push(RootMember { key, key_has_escapes, value, container });
            }
            scanner.skip_blanks();
            match scanner.peek() {
                Some(b',') => {
                    scanner.position += 1;
                    scanner.skip_blanks();
                }
                Some(b'}') => is_last = true,
                _ => return Err(scanner.unexpected()),
            }
        }
        scanner.position += 1;
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
            assert_eq!(member.value(&tape).text(), value, "{text}");
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
