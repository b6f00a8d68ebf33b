//! Where two JSON texts first differ.

use versioned_core::{ConversionError, Kind, LazyRef, LazyValue, json::Pointer};

/// Bytes of a value that are shown.
const SHOWN: usize = 120;

/// A place at which two texts differ, and what stands there, shortened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) pointer: Pointer,
    pub(super) before: String,
    pub(super) after: String,
}

/// The first difference; `None` for the same bytes.
pub(super) fn first_difference(before: &str, after: &str) -> Option<Place> {
    if before == after {
        return None;
    }
    let (old, new) = (Node::parse(before), Node::parse(after));
    let found = match (old, new) {
        (Some(old), Some(new)) => old.differs(&new, &mut Pointer::root()),
        _ => None,
    };
    // The same value, written in other bytes.
    Some(found.unwrap_or_else(|| around_first_byte(before, after)))
}

/// A value with its parts.
struct Node {
    written: String,
    parts: Parts,
}

enum Parts {
    Object(Vec<(String, Node)>),
    List(Vec<Node>),
    Scalar,
}

impl Node {
    fn parse(json: &str) -> Option<Self> {
        let mut node = None;
        let read = LazyValue::convert_str(json, |value| {
            node = Some(Self::of(value.as_ref()));
            Ok::<_, ConversionError>(LazyValue::null())
        });
        read.ok().and(node)
    }

    // Nesting is bounded by the scan.
    fn of(value: LazyRef<'_, '_>) -> Self {
        let parts = match value.kind() {
            Kind::Object => {
                let members = value.members();
                Parts::Object(
                    members.map(|(key, part)| (key.into_owned(), Self::of(part))).collect(),
                )
            }
            Kind::List => Parts::List(value.elements().map(Self::of).collect()),
            _ => Parts::Scalar,
        };
        Self { written: value.to_json(), parts }
    }

    fn differs(&self, new: &Self, place: &mut Pointer) -> Option<Place> {
        if self.written == new.written {
            return None;
        }
        match (&self.parts, &new.parts) {
            (Parts::Object(old), Parts::Object(new)) => members_differ(old, new, place),
            (Parts::List(old), Parts::List(new)) => elements_differ(old, new, place),
            (Parts::Scalar, _)
            | (_, Parts::Scalar)
            | (Parts::Object(_), Parts::List(_))
            | (Parts::List(_), Parts::Object(_)) => Some(Place {
                pointer: place.clone(),
                before: shortened(&self.written),
                after: shortened(&new.written),
            }),
        }
    }
}

fn members_differ(
    old: &[(String, Node)],
    new: &[(String, Node)],
    place: &mut Pointer,
) -> Option<Place> {
    let only_in = |one: &[(String, Node)], two: &[(String, Node)]| {
        one.iter().find(|(key, _)| two.iter().all(|(other, _)| other != key)).map(|(key, node)| {
            let mut pointer = place.clone();
            pointer.push_key(key);
            (pointer, shortened(&node.written))
        })
    };
    let nothing = || "nothing".to_owned();
    if let Some((pointer, before)) = only_in(old, new) {
        return Some(Place { pointer, before, after: nothing() });
    }
    if let Some((pointer, after)) = only_in(new, old) {
        return Some(Place { pointer, before: nothing(), after });
    }
    let keys = |members: &[(String, Node)]| -> Vec<String> {
        members.iter().map(|(key, _)| key.clone()).collect()
    };
    let (old_keys, new_keys) = (keys(old), keys(new));
    if old_keys != new_keys {
        let told = |keys: &[String]| shortened(&format!("members {}", keys.join(", ")));
        let (before, after) = (told(&old_keys), told(&new_keys));
        return Some(Place { pointer: place.clone(), before, after });
    }
    old.iter().zip(new).find_map(|((key, old), (_, new))| {
        place.push_key(key);
        let found = old.differs(new, place);
        place.pop();
        found
    })
}

fn elements_differ(old: &[Node], new: &[Node], place: &mut Pointer) -> Option<Place> {
    for index in 0..old.len().max(new.len()) {
        place.push_index(index);
        let found = match (old.get(index), new.get(index)) {
            (Some(old), Some(new)) => old.differs(new, place),
            (one, two) => {
                let told = |node: Option<&Node>| {
                    node.map_or_else(|| "nothing".to_owned(), |node| shortened(&node.written))
                };
                Some(Place { pointer: place.clone(), before: told(one), after: told(two) })
            }
        };
        place.pop();
        if found.is_some() {
            return found;
        }
    }
    None
}

/// The surroundings of the first byte that differs.
fn around_first_byte(before: &str, after: &str) -> Place {
    let same = before.bytes().zip(after.bytes()).take_while(|(one, two)| one == two).count();
    let around = |text: &str| {
        let mut start = same.saturating_sub(20).min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        format!("byte {same}: {}", shortened(&text[start..]))
    };
    Place { pointer: Pointer::root(), before: around(before), after: around(after) }
}

/// At most so many bytes of a text, in one line.
fn shortened(text: &str) -> String {
    let mut end = SHOWN.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let more = if end < text.len() { "…" } else { "" };
    let shown: String =
        text[..end].chars().map(|it| if it.is_control() { ' ' } else { it }).collect();
    format!("{shown}{more}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &str, after: &str, expect: (&str, &str, &str)) {
        let place = first_difference(before, after).unwrap();
        assert_eq!((place.pointer.as_str(), place.before.as_str(), place.after.as_str()), expect);
    }

    #[test]
    fn the_first_difference_has_its_place() {
        assert_eq!(first_difference("{}", "{}"), None);
        check(r#"{"a":[1,{"b":2}]}"#, r#"{"a":[1,{"b":3}]}"#, ("/a/1/b", "2", "3"));
        check(r#"{"a":1,"b":2}"#, r#"{"a":1}"#, ("/b", "2", "nothing"));
        check(r#"{"a":1}"#, r#"{"a":1,"c/d":{}}"#, ("/c~1d", "nothing", "{}"));
        check("[1,2]", "[1]", ("/1", "2", "nothing"));
        check("1.0", "1", ("", "1.0", "1"));
        check(r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#, ("", "members a, b", "members b, a"));
        check("{\"a\":1}", "{\"a\": 1}", ("", "byte 5: {\"a\":1}", "byte 5: {\"a\": 1}"));
        check("{", "{}", ("", "byte 1: {", "byte 1: {}"));
    }

    #[test]
    fn what_is_shown_is_short_and_in_one_line() {
        let long = format!("\"{}\"", "ä".repeat(200));
        let place = first_difference(&long, "\"\"").unwrap();
        assert!(place.before.ends_with('…') && place.before.len() < 130, "{}", place.before);
        assert_eq!(shortened("[1,\n2]"), "[1, 2]");
    }
}
