//! Equality by value, and a short `Debug`.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use super::{
    key::OrderedKey,
    object::LazyObject,
    read::{Kind, LazyRef},
    value::LazyValue,
};
use crate::json::same_number;

/// Equality by value: numbers by what they are worth (1.0 equals 1e0 and 1), texts without regard to escapes, objects
/// without regard to the order of keys. Where a key stands twice, the last one counts.
impl PartialEq for LazyRef<'_, '_> {
    fn eq(&self, other: &Self) -> bool {
        if self.kind() != other.kind() {
            return false;
        }
        match self.kind() {
            Kind::Null => true,
            Kind::Bool => self.as_bool() == other.as_bool(),
            Kind::Number => match (self.number_text(), other.number_text()) {
                (Some(left), Some(right)) => same_number(&left, &right),
                _ => false,
            },
            // Texts that Rust cannot hold are equal if they are written alike.
            Kind::String => match (self.as_str(), other.as_str()) {
                (None, None) => self.raw_text() == other.raw_text(),
                (left, right) => left == right,
            },
            Kind::List => {
                self.len() == other.len()
                    && self.elements().zip(other.elements()).all(|(left, right)| left == right)
            }
            Kind::Object => last_members(*self) == last_members(*other),
        }
    }
}

/// The members that count: of equal keys the last one. Each is compared once, however deep equal keys are nested.
fn last_members<'v, 'a>(object: LazyRef<'v, 'a>) -> BTreeMap<OrderedKey<'v>, LazyRef<'v, 'a>> {
    object.members().with_ordered_keys().collect()
}

impl PartialEq for LazyValue<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.as_ref() == other.as_ref()
    }
}

/// Equality with a text: by what it says, not by how it is written.
impl PartialEq<str> for LazyRef<'_, '_> {
    fn eq(&self, other: &str) -> bool {
        self.as_str().is_some_and(|text| text == other)
    }
}

impl PartialEq<&str> for LazyRef<'_, '_> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl PartialEq<str> for LazyValue<'_> {
    fn eq(&self, other: &str) -> bool {
        self.as_ref() == *other
    }
}

impl PartialEq<&str> for LazyValue<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.as_ref() == **other
    }
}

/// How much of a value `Debug` shows.
const SHOWN_MAX: usize = 60;

impl fmt::Debug for LazyRef<'_, '_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json: Cow<'_, str> = match self.raw_text() {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Owned(self.to_json()),
        };
        match json.char_indices().nth(SHOWN_MAX) {
            None => formatter.write_str(&json),
            Some((end, _)) => write!(formatter, "{}.. ({} bytes)", &json[..end], json.len()),
        }
    }
}

impl fmt::Debug for LazyValue<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_ref().fmt(formatter)
    }
}

impl fmt::Debug for LazyObject<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.iter()).finish()
    }
}
