//! Reading into `serde_json::Value` a text with which nothing is wrong.
//!
//! Layer: core. Invariant: what is read here is what the careful reader would read; whatever is wrong is left to that
//! reader, which says what it is.

use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::{
    Limits, decode,
    scan::Span,
    tokens::{blanks, byte, colon, literal, number as number_end, string},
    value::number,
};

/// Reads one JSON value; `None` if something is wrong with it, or `Value` cannot hold it unchanged.
pub(super) fn value(text: &str, limits: &Limits) -> Option<Value> {
    if text.len() > limits.bytes_max {
        return None;
    }
    let reader = Reader { text };
    let start = blanks(text.as_bytes(), 0);
    let (value, end) = match byte(text.as_bytes(), start) {
        b'{' => {
            let depth_left = limits.depth_max.checked_sub(1)?;
            let members = Vec::with_capacity((text.len() / MEMBER).min(MEMBERS));
            reader.object(blanks(text.as_bytes(), start + 1), depth_left, members)?
        }
        _ => reader.value(start, limits.depth_max)?,
    };
    (blanks(text.as_bytes(), end) == text.len()).then_some(value)
}

/// Bytes of a short member, for a guess at how many members a document has.
const MEMBER: usize = 32;
/// Most members that room is made for: for more than a kilobyte, allocators tidy up first.
const MEMBERS: usize = 1000 / size_of::<(String, Value)>();

#[derive(Clone, Copy)]
struct Reader<'a> {
    text: &'a str,
}

impl Reader<'_> {
    /// The value that starts at a place, nested at most so many levels, and where it ends.
    fn value(self, start: usize, depth_left: usize) -> Option<(Value, usize)> {
        let bytes = self.text.as_bytes();
        match byte(bytes, start) {
            b'"' => {
                let (text, end) = self.string(start)?;
                Some((Value::String(text), end))
            }
            b'{' => self.object(blanks(bytes, start + 1), depth_left.checked_sub(1)?, Vec::new()),
            b'[' => self.list(blanks(bytes, start + 1), depth_left.checked_sub(1)?),
            b'-' | b'0'..=b'9' => {
                let (end, is_integer) = number_end(bytes, start).ok()?;
                let number = number(&self.text[start..end], is_integer)?;
                Some((Value::Number(number), end))
            }
            first => {
                let end = literal(bytes, start).ok()?;
                let value = match first {
                    b't' => Value::Bool(true),
                    b'f' => Value::Bool(false),
                    _ => Value::Null,
                };
                Some((value, end))
            }
        }
    }

    #[inline(always)]
    fn string(self, start: usize) -> Option<(String, usize)> {
        let (end, has_escapes) = string(self.text.as_bytes(), start).ok()?;
        if has_escapes {
            return Some((decode(Span { start, end }, self.text, true).ok()?, end));
        }
        Some((self.text[start + 1..end - 1].to_owned(), end))
    }

    /// The object behind a bracket; `members` is empty.
    fn object(
        self,
        mut position: usize,
        depth_left: usize,
        mut members: Vec<(String, Value)>,
    ) -> Option<(Value, usize)> {
        let bytes = self.text.as_bytes();
        if byte(bytes, position) == b'}' {
            return Some((Value::Object(Map::new()), position + 1));
        }
        loop {
            if byte(bytes, position) != b'"' {
                return None;
            }
            let (key, key_end) = self.string(position)?;
            let start = colon(bytes, key_end).ok()?;
            // Most values are texts, which need not go through the choice of kinds.
            let (value, end) = if byte(bytes, start) == b'"' {
                let (text, end) = self.string(start)?;
                (Value::String(text), end)
            } else {
                self.value(start, depth_left)?
            };
            members.push((key, value));
            position = blanks(bytes, end);
            match byte(bytes, position) {
                b',' => position = blanks(bytes, position + 1),
                b'}' => break,
                _ => return None,
            }
        }
        Some((Value::Object(map_of(members)?), position + 1))
    }

    fn list(self, mut position: usize, depth_left: usize) -> Option<(Value, usize)> {
        let bytes = self.text.as_bytes();
        let mut elements = Vec::new();
        if byte(bytes, position) == b']' {
            return Some((Value::Array(elements), position + 1));
        }
        loop {
            let (element, end) = self.value(position, depth_left)?;
            elements.push(element);
            position = blanks(bytes, end);
            match byte(bytes, position) {
                b',' => position = blanks(bytes, position + 1),
                b']' => return Some((Value::Array(elements), position + 1)),
                _ => return None,
            }
        }
    }
}

/// A map takes its members all at once, which leaves out the search for each; `None` if a key stands twice.
fn map_of(mut members: Vec<(String, Value)>) -> Option<Map<String, Value>> {
    let count = members.len();
    // The first member may be a version or a kind, which is out of order as such; the others are often in order.
    let first = match &members[..] {
        [(first, _), (second, _), ..] if first > second && maps_are_sorted() => {
            Some(members.remove(0))
        }
        _ => None,
    };
    let mut map = Map::from_iter(members);
    map.extend(first);
    (map.len() == count).then_some(map)
}

/// Whether maps are sorted by key: with `preserve_order`, which an application may switch on, members keep their order.
fn maps_are_sorted() -> bool {
    static ARE_SORTED: OnceLock<bool> = OnceLock::new();
    *ARE_SORTED.get_or_init(|| {
        let members = ["b", "a"].map(|key| (key.to_owned(), Value::Null));
        Map::from_iter(members).keys().next().is_some_and(|first| first == "a")
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::value::careful_value, *};

    fn check(text: &str, limits: &Limits) -> Result<(), TestCaseError> {
        prop_assert_eq!(value(text, limits), careful_value(text, limits).ok(), "{:?}", text);
        Ok(())
    }

    #[test]
    fn nesting_and_length_are_bounded() {
        let nested = |levels| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        for levels in [126, 127, 128, 1_000_000] {
            check(&nested(levels), &Limits::DEFAULT).unwrap();
        }
        for limits in [Limits::DEFAULT.with_depth_max(1), Limits::DEFAULT.with_bytes_max(8)] {
            for text in ["[1]", "[[1]]", "{\"a\": 1}", "{\"a\":{}}", "12345678", "123456789"] {
                check(text, &limits).unwrap();
            }
        }
    }

    proptest! {
        #[test]
        fn both_readers_read_the_same(
            text in r#"([\[\]{},:"\\ 0-9eE.+\-au\n]|true|false|null|"a":|"b":|\\u00e9|1\.5|é){0,24}"#
        ) {
            check(&text, &Limits::DEFAULT)?;
        }

        #[test]
        fn both_readers_read_objects_in_any_order_and_refuse_double_keys(
            members in prop::collection::vec((r#"[a-f]{0,2}|\\u006[1-4]"#, r"[0-9]|\[1, 2\]|\{\}"), 0..40)
        ) {
            let members: Vec<_> =
                members.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
            check(&format!("{{{}}}", members.join(", ")), &Limits::DEFAULT)?;
        }
    }
}
