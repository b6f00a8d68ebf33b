//! Walking over the members of a container, without reading what is nested in them, or long texts.
//!
//! Layer: core. The text is checked and the tape says where nested containers and long strings end.

use super::{
    key::RawKey,
    slice::{Extent, Slice},
    tape::Tape,
};
use crate::json::{
    scan::{SHORT_STRING_MAX, Span},
    specials::{NEAREST, first_solid},
    strings::{find_special, nearest_quote, special_near, window_at},
    tokens::near_end,
};

/// A member that a walk over a container comes to.
pub(crate) struct Step<'a> {
    /// The key; `None` in a list.
    pub(crate) key: Option<RawKey<'a>>,
    /// The text of the value.
    pub(crate) value: &'a str,
    /// If the value is a container: where its entry stands on the tape.
    pub(crate) container: Option<u32>,
}

/// Steps over the members of one container, in order.
#[derive(Clone)]
pub(crate) struct Walk<'t, 'a> {
    tape: &'t Tape<'a>,
    position: usize,
    left: u32,
    /// The next entry on the tape.
    entry: u32,
    is_object: bool,
}

/// A step as places in the text.
pub(super) struct Place {
    pub(super) key: Span,
    pub(super) key_has_escapes: bool,
    pub(super) value: Value,
}

/// Where a value stands.
#[derive(Clone, Copy)]
pub(super) struct Value {
    span: Span,
    container: Option<u32>,
    /// It is known to be a string without escapes.
    is_plain: bool,
}

impl<'t, 'a> Walk<'t, 'a> {
    /// `start` is where the container starts, whose entry stands at `container`.
    #[inline]
    pub(super) fn new(tape: &'t Tape<'a>, start: usize, container: u32) -> Self {
        Self::over(tape, start, container, tape.text().as_bytes()[start] == b'{')
    }

    /// The same where it is known what it is.
    #[inline]
    pub(super) fn over(tape: &'t Tape<'a>, start: usize, container: u32, is_object: bool) -> Self {
        let left = tape.extent(container).members;
        Self { tape, position: start + 1, left, entry: Tape::first_inside(container), is_object }
    }

    /// How many members are left.
    #[inline]
    pub(super) fn left(&self) -> usize {
        self.left as usize
    }

    /// The last member with this key.
    pub(super) fn find_last(mut self, key: &str) -> Option<Place> {
        let text = self.tape.text();
        let mut found = None;
        while let Some(place) = self.advance() {
            let Span { start, end } = place.key;
            let is_it = if place.key_has_escapes {
                RawKey { quoted: &text[start..end], has_escapes: true }.is(key)
            } else {
                text.as_bytes()[start + 1..end - 1] == *key.as_bytes()
            };
            if is_it {
                found = Some(place);
            }
        }
        found
    }

    /// The next member; the key's span is empty in a list.
    #[inline]
    pub(super) fn advance(&mut self) -> Option<Place> {
        if self.left == 0 {
            return None;
        }
        Some(if self.is_object { self.member() } else { self.element() })
    }

    /// The next member of an object that has one more.
    #[inline(always)]
    pub(super) fn member(&mut self) -> Place {
        let bytes = self.tape.text().as_bytes();
        let start = skip(bytes, self.position, b',');
        let near =
            nearest_quote(bytes, start + 1).unwrap_or_else(|| special_near(bytes, start + 1));
        let (end, key_has_escapes) = if bytes.get(near) == Some(&b'"') {
            (near + 1, false)
        } else {
            let key = far_string_end(self.tape, start, near, self.entry);
            self.entry = key.entry;
            // A long key is read for its escapes alone.
            let has_escapes = || bytes[start..key.end].contains(&b'\\');
            (key.end, key.has_escapes.unwrap_or_else(has_escapes))
        };
        let key = Span { start, end };
        let value = self.value(skip(bytes, end, b':'));
        Place { key, key_has_escapes, value }
    }

    /// The next element of a list that has one more.
    #[inline(always)]
    pub(super) fn element(&mut self) -> Place {
        let start = skip(self.tape.text().as_bytes(), self.position, b',');
        let value = self.value(start);
        Place { key: Span::default(), key_has_escapes: false, value }
    }

    /// The value that starts there.
    #[inline(always)]
    fn value(&mut self, start: usize) -> Value {
        let bytes = self.tape.text().as_bytes();
        let mut container = None;
        let mut is_plain = false;
        let end = match bytes.get(start) {
            Some(b'{' | b'[') => {
                let extent = self.tape.extent(self.entry);
                container = Some(self.entry);
                self.entry = extent.next;
                extent.end as usize
            }
            Some(b'"') => {
                let near = special_near(bytes, start + 1);
                is_plain = bytes.get(near) == Some(&b'"');
                near_end(bytes, near).unwrap_or_else(|| {
                    let string = far_string_end(self.tape, start, near, self.entry);
                    self.entry = string.entry;
                    string.end
                })
            }
            _ => scalar_end(bytes, start),
        };
        self.position = end;
        self.left -= 1;
        Value { span: Span { start, end }, container, is_plain }
    }
}

/// Where a string ends that is not a short one without escapes.
struct FarEnd {
    end: usize,
    /// Of a long string it is not known.
    has_escapes: Option<bool>,
    /// The next entry on the tape.
    entry: u32,
}

/// Places are handed over as values, so that those of a walk stay in registers.
#[inline(never)]
fn far_string_end(tape: &Tape<'_>, start: usize, near: usize, entry: u32) -> FarEnd {
    let bytes = tape.text().as_bytes();
    let short = &bytes[..bytes.len().min(start + SHORT_STRING_MAX)];
    let mut position = near;
    let mut has_escapes = false;
    loop {
        position = find_special(short, position);
        match short.get(position) {
            Some(b'"') => {
                return FarEnd { end: position + 1, has_escapes: Some(has_escapes), entry };
            }
            Some(_) => {
                has_escapes = true;
                position += 2;
            }
            None => {
                let end = tape.string_end(entry) as usize;
                return FarEnd { end, has_escapes: None, entry: entry + 1 };
            }
        }
    }
}

impl<'a> Walk<'a, 'a> {
    /// The next member: its key, which says nothing in a list, and its value.
    pub(super) fn next_slice(&mut self) -> Option<(RawKey<'a>, Slice<'a>)> {
        let place = self.advance()?;
        Some((place.raw_key(self.tape), place.slice(self.tape)))
    }
}

impl Place {
    /// The key, as it is written.
    pub(super) fn raw_key<'a>(&self, tape: &Tape<'a>) -> RawKey<'a> {
        RawKey { quoted: self.key.of(tape.text()), has_escapes: self.key_has_escapes }
    }

    /// The value.
    #[inline]
    pub(super) fn slice<'a>(&self, tape: &'a Tape<'a>) -> Slice<'a> {
        let Value { span, container, is_plain } = self.value;
        Slice::of_extent(
            tape,
            if is_plain { Extent::of_string(span, false) } else { Extent::new(span, container) },
        )
    }
}

impl<'a> Iterator for Walk<'_, 'a> {
    type Item = Step<'a>;

    #[inline]
    fn next(&mut self) -> Option<Step<'a>> {
        let place = self.advance()?;
        let key = self.is_object.then(|| place.raw_key(self.tape));
        let Value { span, container, .. } = place.value;
        Some(Step { key, value: span.of(self.tape.text()), container })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left as usize, Some(self.left as usize))
    }
}

// The text is checked, so what follows needs not look for its faults.

/// Behind blanks, and one separator among them.
#[inline(always)]
fn skip(bytes: &[u8], mut position: usize, separator: u8) -> usize {
    while let Some(window) = window_at(bytes, position) {
        let gap = first_solid(window, separator);
        position += gap;
        if gap < NEAREST {
            return position;
        }
    }
    while let Some(byte) = bytes.get(position) {
        if *byte > b' ' && *byte != separator {
            break;
        }
        position += 1;
    }
    position
}

/// Behind the number, `true`, `false` or `null` that starts at `position`.
#[inline(always)]
fn scalar_end(bytes: &[u8], mut position: usize) -> usize {
    while let Some(byte) = bytes.get(position) {
        if matches!(byte, b',' | b'}' | b']') || *byte <= b' ' {
            break;
        }
        position += 1;
    }
    position
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Limits;

    /// The container that starts with `opening`.
    fn steps(
        text: &str,
        opening: &str,
        container: u32,
    ) -> Vec<(Option<String>, String, Option<u32>)> {
        let tape = Tape::scan(text, &Limits::DEFAULT).expect(text);
        let start = text.find(opening).expect("a container");
        Walk::new(&tape, start, container)
            .map(|step| {
                (
                    step.key.map(|key| key.quoted.trim_matches('"').to_owned()),
                    step.value.to_owned(),
                    step.container,
                )
            })
            .collect()
    }

    #[test]
    fn a_walk_comes_to_every_member_and_skips_what_is_nested() {
        let text = r#" { "a\"}" : [ [1,2], {"x":[]} ] , "b":"]\\", "c" :-1e5 ,"d":{} , "e":null} "#;
        let list = "[ [1,2], {\"x\":[]} ]".to_owned();
        let key = |key: &str| Some(key.to_owned());
        let scalar = |name: &str, value: &str| (key(name), value.to_owned(), None);
        assert_eq!(
            steps(text, "{", 0),
            [
                (key("a\\\"}"), list, Some(2)),
                scalar("b", "\"]\\\\\""),
                scalar("c", "-1e5"),
                (key("d"), "{}".to_owned(), Some(10)),
                scalar("e", "null"),
            ]
        );
        assert_eq!(
            steps(text, "[ [", 2),
            [(None, "[1,2]".to_owned(), Some(4)), (None, "{\"x\":[]}".to_owned(), Some(6))]
        );
        assert_eq!(steps(text, "[]}", 8), []);
    }

    #[test]
    fn strings_of_every_length_are_passed_over_with_a_special_byte_at_every_place() {
        // The tape has an entry for a string if, and only if, it is long; otherwise a walk would take the wrong one.
        for length in 0..=200 {
            for special in ["", "\\\"", "\\\\", "\\n", "\\u00e9", "é"] {
                // All places where it matters which words and blocks the special byte lies in.
                let places = (0..=length).filter(|place| *place < 72 || length - place < 4);
                for place in places {
                    let inner =
                        format!("{}{special}{}", "a".repeat(place), "b".repeat(length - place));
                    let text = format!(r#"{{"{inner}":"{inner}","k":[],"x":"{inner}","":{{}}}}"#);
                    let tape = Tape::scan(&text, &Limits::DEFAULT).expect("it is JSON");
                    let steps: Vec<_> = tape.walk(&text, 0).collect();
                    let quoted = format!("\"{inner}\"");
                    let values: Vec<_> = steps.iter().map(|step| step.value).collect();
                    assert_eq!(values, [&quoted, "[]", &quoted, "{}"], "{text}");
                    let key = steps[0].key.expect("an object's member");
                    assert_eq!(key.quoted, quoted);
                    assert_eq!(key.has_escapes, special.starts_with('\\'), "{text}");
                    let entries =
                        [1, 3].map(|step: usize| steps[step].container.expect("a container"));
                    let long = u32::from(quoted.len() > SHORT_STRING_MAX);
                    assert_eq!(entries, [2 + 2 * long, 4 + 3 * long], "{text}");
                }
            }
        }
    }
}
