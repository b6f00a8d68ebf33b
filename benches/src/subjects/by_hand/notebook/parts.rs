//! Access to the parts of a document, with errors that say which part is missing or of the wrong
//! kind.
//!
//! Pointers are built on errors only: a part names itself, and the caller puts its own place in
//! front of it.

use serde_json::{Map, Value};
use versioned_core::{ConversionError, json::Pointer};

/// A JSON object.
pub(super) type Object = Map<String, Value>;

/// The object that a value must be.
pub(super) fn into_object(value: Value) -> Result<Object, ConversionError> {
    match value {
        Value::Object(object) => Ok(object),
        other => Err(ConversionError::new(format!("{} where an object belongs", kind_of(&other)))),
    }
}

/// The same for a value that stays where it is.
pub(super) fn as_object(value: &mut Value) -> Result<&mut Object, ConversionError> {
    let kind = kind_of(value);
    value
        .as_object_mut()
        .ok_or_else(|| ConversionError::new(format!("{kind} where an object belongs")))
}

/// The list under `key`.
pub(super) fn list<'a>(
    object: &'a mut Object,
    key: &'static str,
) -> Result<&'a mut Vec<Value>, ConversionError> {
    match object.get_mut(key) {
        Some(Value::Array(list)) => Ok(list),
        Some(other) => Err(wrong_kind(key, other, "a list")),
        None => Err(missing(key)),
    }
}

/// The list under `key`, taken out of the object.
pub(super) fn take_list(
    object: &mut Object,
    key: &'static str,
) -> Result<Vec<Value>, ConversionError> {
    list(object, key).map(std::mem::take)
}

/// The object under `key`.
pub(super) fn object<'a>(
    object: &'a mut Object,
    key: &'static str,
) -> Result<&'a mut Object, ConversionError> {
    match object.get_mut(key) {
        Some(Value::Object(inner)) => Ok(inner),
        Some(other) => Err(wrong_kind(key, other, "an object")),
        None => Err(missing(key)),
    }
}

/// The object under `key`; an empty one is put there first where there is none.
pub(super) fn object_or_empty<'a>(
    object: &'a mut Object,
    key: &'static str,
) -> Result<&'a mut Object, ConversionError> {
    match object.entry(key).or_insert_with(|| Value::Object(Object::new())) {
        Value::Object(inner) => Ok(inner),
        other => Err(wrong_kind(key, other, "an object")),
    }
}

/// The text under `key`.
pub(super) fn text<'a>(object: &'a Object, key: &'static str) -> Result<&'a str, ConversionError> {
    match object.get(key) {
        Some(Value::String(text)) => Ok(text),
        Some(other) => Err(wrong_kind(key, other, "a text")),
        None => Err(missing(key)),
    }
}

/// Renames a member; nothing happens where there is none.
pub(super) fn rename(object: &mut Object, from: &str, to: &str) {
    if let Some(value) = object.remove(from) {
        object.insert(to.to_owned(), value);
    }
}

/// Puts the place of a list's element in front of the place that an error names.
pub(super) fn in_element(list: &str, index: usize) -> impl Fn(ConversionError) -> ConversionError {
    move |error| error.within(&Pointer::from(format!("/{list}/{index}")))
}

/// The error for a member that holds something else than it should.
pub(super) fn wrong_kind(key: &'static str, found: &Value, expected: &str) -> ConversionError {
    let found = match found {
        Value::Number(number) => number.to_string(),
        other => kind_of(other).to_owned(),
    };
    ConversionError::new(format!("member `{key}` is {found}, not {expected}")).at(format!("/{key}"))
}

fn missing(key: &'static str) -> ConversionError {
    ConversionError::new(format!("member `{key}` is missing")).at(format!("/{key}"))
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
