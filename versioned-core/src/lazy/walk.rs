//! Walking over the members of a container, without reading what is nested in them.
//!
//! Layer: core. The text is checked and the tape says where nested containers end.

use super::{key::RawKey, tape::Tape};
use crate::json::{scan::Span, strings::find_quote};

/// A member that a walk over a container comes to.
pub(crate) struct Step<'a> {
    /// The key; `None` in a list.
    pub(crate) key: Option<RawKey<'a>>,
    /// The text of the value.
    pub(crate) value: &'a str,
    /// If the value is a container: its number.
    pub(crate) container: Option<u32>,
}

/// Steps over the members of one container, in order.
pub(crate) struct Walk<'t, 'a> {
    tape: &'t Tape<'a>,
    position: usize,
    left: u32,
    child: u32,
    is_object: bool,
}

/// A step as places in the text.
struct Place {
    key: Span,
    key_has_escapes: bool,
    value: Span,
    container: Option<u32>,
}

impl<'t, 'a> Walk<'t, 'a> {
    pub(super) fn new(tape: &'t Tape<'a>, container: u32) -> Self {
        let extent = tape.extent(container);
        Self {
            tape,
            position: extent.start as usize + 1,
            left: extent.members,
            child: container + 1,
            is_object: tape.is_object(container),
        }
    }

    /// The last member with this key: its value, and its number if that is a container.
    pub(super) fn find_last(mut self, key: &str) -> Option<(&'a str, Option<u32>)> {
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
                found = Some((place.value, place.container));
            }
        }
        found.map(|(value, container)| (value.of(text), container))
    }

    #[inline]
    fn advance(&mut self) -> Option<Place> {
        self.left = self.left.checked_sub(1)?;
        let bytes = self.tape.text().as_bytes();
        let mut position = skip(bytes, self.position, b',');
        let mut key = Span::default();
        let mut key_has_escapes = false;
        if self.is_object {
            let start = position;
            (position, key_has_escapes) = string_end(bytes, start);
            key = Span { start, end: position };
            position = skip(bytes, position, b':');
        }
        let start = position;
        let mut container = None;
        let end = match bytes.get(start) {
            Some(b'{' | b'[') => {
                let extent = self.tape.extent(self.child);
                container = Some(self.child);
                self.child = extent.next;
                extent.end as usize
            }
            Some(b'"') => string_end(bytes, start).0,
            _ => scalar_end(bytes, start),
        };
        self.position = end;
        Some(Place { key, key_has_escapes, value: Span { start, end }, container })
    }
}

impl<'a> Iterator for Walk<'_, 'a> {
    type Item = Step<'a>;

    #[inline]
    fn next(&mut self) -> Option<Step<'a>> {
        let place = self.advance()?;
        let text = self.tape.text();
        let key = self
            .is_object
            .then(|| RawKey { quoted: place.key.of(text), has_escapes: place.key_has_escapes });
        Some(Step { key, value: place.value.of(text), container: place.container })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left as usize, Some(self.left as usize))
    }
}

// The text is checked, so what follows needs not look for its faults.

/// Behind blanks, and one separator among them.
#[inline(always)]
fn skip(bytes: &[u8], mut position: usize, separator: u8) -> usize {
    // The separator and at most one blank are the rule.
    if bytes.get(position) == Some(&separator) {
        position += 1;
        if bytes.get(position) == Some(&b' ') {
            position += 1;
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

/// Behind the string that starts with the quote at `position`, and whether it has escapes.
#[inline(always)]
fn string_end(bytes: &[u8], position: usize) -> (usize, bool) {
    let mut end = find_quote(bytes, position + 1);
    let mut has_escapes = false;
    while bytes.get(end) == Some(&b'\\') {
        has_escapes = true;
        end = find_quote(bytes, end + 2);
    }
    (end + 1, has_escapes)
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

    fn steps(text: &str, container: u32) -> Vec<(Option<String>, String, Option<u32>)> {
        let tape = Tape::scan(text, &Limits::DEFAULT).expect(text);
        let steps = tape.walk(container);
        steps
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
            steps(text, 0),
            [
                (key("a\\\"}"), list, Some(1)),
                scalar("b", "\"]\\\\\""),
                scalar("c", "-1e5"),
                (key("d"), "{}".to_owned(), Some(5)),
                scalar("e", "null"),
            ]
        );
        assert_eq!(
            steps(text, 1),
            [(None, "[1,2]".to_owned(), Some(2)), (None, "{\"x\":[]}".to_owned(), Some(3))]
        );
        assert_eq!(steps(text, 4), []);
    }
}
