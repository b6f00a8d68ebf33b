//! A slow tree of a JSON text, read by serde_json, that keeps how everything is written.

use std::{collections::BTreeSet, fmt};

use serde::{
    Deserialize,
    de::{Deserializer, MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// A JSON value; keys and scalars as they are written.
#[derive(Debug)]
pub enum Tree<'a> {
    /// A scalar.
    Scalar(&'a str),
    /// A list.
    List(Vec<Tree<'a>>),
    /// An object.
    Object(Vec<(&'a str, Tree<'a>)>),
}

impl<'a> Tree<'a> {
    /// The tree of a text that is known to be JSON.
    #[must_use]
    pub fn of(json: &'a str) -> Self {
        let json = json.trim();
        match json.as_bytes().first() {
            Some(b'[') => {
                let elements: Vec<&RawValue> = serde_json::from_str(json).expect("a list");
                Self::List(elements.into_iter().map(|element| Self::of(element.get())).collect())
            }
            Some(b'{') => {
                let members = members(json).into_iter();
                Self::Object(members.map(|(key, value)| (key, Self::of(value))).collect())
            }
            _ => Self::Scalar(json),
        }
    }

    /// The text without blanks between its parts.
    pub fn print(&self, output: &mut String) {
        match self {
            Self::Scalar(text) => output.push_str(text),
            Self::List(elements) => {
                output.push('[');
                for (index, element) in elements.iter().enumerate() {
                    output.push_str(if index > 0 { "," } else { "" });
                    element.print(output);
                }
                output.push(']');
            }
            Self::Object(members) => {
                output.push('{');
                for (index, (key, value)) in members.iter().enumerate() {
                    output.push_str(if index > 0 { "," } else { "" });
                    output.push_str(key);
                    output.push(':');
                    value.print(output);
                }
                output.push('}');
            }
        }
    }

    /// Whether a key stands twice in one object, whatever its spelling.
    #[must_use]
    pub fn has_equal_keys(&self) -> bool {
        match self {
            Self::Scalar(_) => false,
            Self::List(elements) => elements.iter().any(Self::has_equal_keys),
            Self::Object(members) => {
                let keys: BTreeSet<_> =
                    members.iter().filter_map(|(key, _)| decoded(key)).collect();
                let undecodable = members.iter().filter(|(key, _)| decoded(key).is_none()).count();
                keys.len() + undecodable < members.len()
                    || members.iter().any(|(_, value)| value.has_equal_keys())
            }
        }
    }
}

/// The members of a JSON object, written as they are; keys with their quotes.
#[must_use]
pub fn members(json: &str) -> Vec<(&str, &str)> {
    let Members(members) = serde_json::from_str(json).expect("an object");
    members
}

/// The text of a key that is written like this; `None` where no text can hold it.
#[must_use]
pub fn decoded(key: &str) -> Option<String> {
    serde_json::from_str(key).ok()
}

/// How deep the brackets of a text are nested at most; for texts that need not be JSON, outside of
/// what looks like strings.
#[must_use]
pub fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_string, mut is_escaped) = (false, false);
    for byte in text.bytes() {
        if in_string {
            in_string = is_escaped || byte != b'"';
            is_escaped = !is_escaped && byte == b'\\';
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

struct Members<'a>(Vec<(&'a str, &'a str)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((key, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            members.push((key.get(), value.get()));
        }
        Ok(Members(members))
    }
}
