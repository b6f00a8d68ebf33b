//! Members of a `Value`: indexing one that is no object panics, and that is no reason to give.

use serde_json::{Map, Value};
use versioned_core::ConversionError;

/// The members of an object.
pub(super) fn members_of(value: &mut Value) -> Result<&mut Map<String, Value>, ConversionError> {
    value.as_object_mut().ok_or_else(|| ConversionError::new("expected an object"))
}

/// The elements of a list that is a member.
pub(super) fn list_in<'v>(
    members: &'v mut Map<String, Value>,
    key: &str,
) -> Result<&'v mut Vec<Value>, ConversionError> {
    let list = members.get_mut(key).and_then(Value::as_array_mut);
    list.ok_or_else(|| ConversionError::new(format!("member `{key}` is no list")))
}
