//! JSON texts: written with some places in other words, and compared.
//!
//! Layer: testkit. Invariant: what no edit names is written as serde_json writes it.

use std::collections::BTreeMap;

use serde_json::Value;
use versioned_core::{ConversionError, LazyValue, json::Pointer};

/// Texts that stand for the values at these places.
pub(super) type Edits = BTreeMap<Pointer, String>;

/// The value with other texts at some places; an empty text takes the member or element away.
pub(super) fn write(value: &Value, edits: &Edits) -> String {
    let mut text = String::new();
    write_into(value, edits, &mut Pointer::root(), &mut text);
    text
}

fn write_into(value: &Value, edits: &Edits, place: &mut Pointer, text: &mut String) {
    if let Some(edit) = edits.get(place) {
        text.push_str(edit);
        return;
    }
    let is_gone = |place: &Pointer| edits.get(place).is_some_and(String::is_empty);
    match value {
        Value::Array(elements) => {
            text.push('[');
            let start = text.len();
            for (index, element) in elements.iter().enumerate() {
                place.push_index(index);
                if !is_gone(place) {
                    separate(text, start);
                    write_into(element, edits, place, text);
                }
                place.pop();
            }
            text.push(']');
        }
        Value::Object(members) => {
            text.push('{');
            let start = text.len();
            for (name, member) in members {
                place.push_key(name);
                if !is_gone(place) {
                    separate(text, start);
                    text.push_str(&quoted(name));
                    text.push(':');
                    write_into(member, edits, place, text);
                }
                place.pop();
            }
            text.push('}');
        }
        _ => text.push_str(&value.to_string()),
    }
}

fn separate(text: &mut String, start: usize) {
    if text.len() > start {
        text.push(',');
    }
}

/// A text as JSON.
pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// The text that stands at a place.
pub(super) fn at(json: &str, place: &Pointer) -> Option<String> {
    let mut found = None;
    let read = LazyValue::convert_str(json, |value| {
        found = value.as_ref().pointer(place.as_str()).map(|value| value.to_json());
        Ok::<_, ConversionError>(value)
    });
    read.ok().and(found)
}

/// Every place of a value with what stands there, from the outside to the inside.
pub(super) fn places(value: &Value) -> Vec<(Pointer, &Value)> {
    let mut found = Vec::new();
    let mut open = vec![(Pointer::root(), value)];
    let mut next = 0;
    while let Some((place, value)) = open.get(next).cloned() {
        next += 1;
        match value {
            Value::Array(elements) => {
                open.extend(elements.iter().enumerate().map(|(index, it)| {
                    let mut place = place.clone();
                    place.push_index(index);
                    (place, it)
                }))
            }
            Value::Object(members) => open.extend(members.iter().map(|(name, it)| {
                let mut place = place.clone();
                place.push_key(name);
                (place, it)
            })),
            _ => {}
        }
        found.push((place, value));
    }
    found
}

/// Where two texts first differ, and what stands there in each.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) pointer: Pointer,
    pub(super) first: String,
    pub(super) second: String,
}

/// The first place at which two JSON texts differ; texts of equal values differ at the root.
pub(super) fn difference(first: &str, second: &str) -> Option<Difference> {
    if first == second {
        return None;
    }
    let whole = || Difference {
        pointer: Pointer::root(),
        first: shortened(first),
        second: shortened(second),
    };
    let values = (serde_json::from_str::<Value>(first), serde_json::from_str::<Value>(second));
    let (Ok(one), Ok(other)) = &values else { return Some(whole()) };
    let mut place = Pointer::root();
    let found = differing(Some(one), Some(other), &mut place).map(|(first, second)| {
        let told = |value: Option<&Value>| {
            value.map_or_else(|| "nothing".to_owned(), |value| shortened(&value.to_string()))
        };
        Difference { pointer: place, first: told(first), second: told(second) }
    });
    Some(found.unwrap_or_else(whole))
}

type Both<'v> = (Option<&'v Value>, Option<&'v Value>);

/// Leaves `place` at the difference.
fn differing<'v>(
    one: Option<&'v Value>,
    other: Option<&'v Value>,
    place: &mut Pointer,
) -> Option<Both<'v>> {
    if one == other {
        return None;
    }
    match (one, other) {
        (Some(Value::Object(members)), Some(Value::Object(others))) => {
            for name in members.keys().chain(others.keys()) {
                place.push_key(name);
                let found = differing(members.get(name), others.get(name), place);
                if found.is_some() {
                    return found;
                }
                place.pop();
            }
            None
        }
        (Some(Value::Array(elements)), Some(Value::Array(others))) => {
            for index in 0..elements.len().max(others.len()) {
                place.push_index(index);
                let found = differing(elements.get(index), others.get(index), place);
                if found.is_some() {
                    return found;
                }
                place.pop();
            }
            None
        }
        _ => Some((one, other)),
    }
}

/// A JSON text without the blanks between its tokens.
pub(super) fn without_blanks(json: &str) -> String {
    let (mut is_text, mut is_escape) = (false, false);
    let kept = json.chars().filter(|letter| {
        let is_kept = is_text || !matches!(letter, ' ' | '\t' | '\n' | '\r');
        is_text ^= *letter == '"' && !is_escape;
        is_escape = is_text && *letter == '\\' && !is_escape;
        is_kept
    });
    kept.collect()
}

/// At most 200 characters.
pub(super) fn shortened(text: &str) -> String {
    let mut letters = text.chars();
    let mut short: String = letters.by_ref().take(200).collect();
    if letters.next().is_some() {
        short.push('…');
    }
    short
}

/// A number that depends on a text alone, for choices that are the same in every run (FNV-1a, 64 bits).
pub(super) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn edits_stand_for_what_is_there() {
        let value = json!({"a": [1, {"b/c": "x"}, 3], "d": null});
        let edits = [("/a/0", ""), ("/a/1/b~1c", "\"\\u0078\""), ("/d", "[ 1.0 ]")];
        let edits = edits.map(|(place, text)| (Pointer::from(place), text.to_owned())).into();
        assert_eq!(write(&value, &edits), r#"{"a":[{"b/c":"\u0078"},3],"d":[ 1.0 ]}"#);
        assert_eq!(write(&value, &Edits::new()), value.to_string());
    }

    #[test]
    fn the_first_difference_is_found_with_its_place() {
        let check = |first: &str, second: &str, expect: Option<(&str, &str, &str)>| {
            let found = difference(first, second);
            let found = found.as_ref().map(|it| (it.pointer.as_str(), &*it.first, &*it.second));
            assert_eq!(found, expect);
        };
        check("[1]", "[1]", None);
        check(r#"{"a": [1, 2]}"#, r#"{"a": [1]}"#, Some(("/a/1", "2", "nothing")));
        check(r#"{"a": 1}"#, r#"{"b": 1}"#, Some(("/a", "1", "nothing")));
        check("[1.0]", "[1.00]", Some(("", "[1.0]", "[1.00]")));
        check("{", "[1]", Some(("", "{", "[1]")));
    }

    #[test]
    fn blanks_in_texts_stay() {
        let json = "{ \"a b\" :\t[ 1.0 ,\r\n\"\\\" c\\\\\" , \" \" ] }";
        assert_eq!(without_blanks(json), r#"{"a b":[1.0,"\" c\\"," "]}"#);
    }

    #[test]
    fn every_place_is_told_once() {
        let value = json!({"a": [1, {"b": 2}]});
        let places: Vec<String> =
            places(&value).iter().map(|(place, _)| place.as_str().to_owned()).collect();
        assert_eq!(places, ["", "/a", "/a/0", "/a/1", "/a/1/b"]);
    }
}
