//! Comparing schemas keyword by keyword.
//!
//! Layer: core, feature `schema`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{
    change::{
        ChangeKind,
        Compatibility::{Breaking, Compatible},
    },
    compare::{Comparison, Place, breaking_if, has_references},
};

const ANYTHING: Value = Value::Bool(true);

type Members = Map<String, Value>;

/// Compares what a keyword says in the old and in the new schema.
pub(super) fn compare(
    comparison: &mut Comparison<'_>,
    keyword: &str,
    (old, new): (&Members, &Members),
    place: &Place,
) {
    let (from, to) = (old.get(keyword), new.get(keyword));
    let schemas = (from.unwrap_or(&ANYTHING), to.unwrap_or(&ANYTHING));
    match keyword {
        // Compared before, or with the properties.
        "type" | "const" | "enum" | "anyOf" | "oneOf" => {}
        // With the properties, unless those are not looked at because they are equal.
        "required" if old.get("properties") != new.get("properties") => {}
        "required" if has_references(old.get("properties")) => {}
        "required" | "properties" => properties(comparison, (old, new), place),
        "additionalProperties" => others(comparison, schemas, place),
        "items" | "propertyNames" => {
            comparison.schemas(schemas.0, schemas.1, &place.elements());
        }
        "prefixItems" => positions(comparison, (from, to), place),
        "default" => {
            let kind = ChangeKind::Default { from: from.cloned(), to: to.cloned() };
            comparison.note(place, kind, Compatible);
        }
        bound => {
            let breaks = breaks(bound, from, to);
            let (from, to, keyword) = (from.cloned(), to.cloned(), bound.to_owned());
            let kind = match is_bound(bound) {
                true => ChangeKind::Bound { keyword, from, to },
                false => ChangeKind::Keyword { keyword, from, to },
            };
            comparison.note(place, kind, breaking_if(breaks));
        }
    }
}

fn properties(comparison: &mut Comparison<'_>, (old, new): (&Members, &Members), place: &Place) {
    let none = Members::new();
    let of = |schema: &Members| {
        let properties = schema.get("properties").and_then(Value::as_object);
        properties.cloned().unwrap_or_else(|| none.clone())
    };
    let (old_ones, new_ones) = (of(old), of(new));
    let (old_required, new_required) = (required(old), required(new));
    let names: BTreeSet<&str> = old_ones
        .keys()
        .chain(new_ones.keys())
        .map(String::as_str)
        .chain(old_required.iter().copied())
        .chain(new_required.iter().copied())
        .collect();
    for name in names {
        let (place, is_required) = (place.member(name), new_required.contains(name));
        match (old_ones.get(name), new_ones.get(name)) {
            (Some(from), Some(to)) => comparison.schemas(from, to, &place),
            (None, Some(schema)) => {
                let kind = ChangeKind::PropertyAdded { schema: schema.clone(), is_required };
                comparison.note(&place, kind, breaking_if(is_required));
                continue;
            }
            (Some(schema), None) => {
                let kind = ChangeKind::PropertyRemoved { schema: schema.clone() };
                comparison.note(&place, kind, Breaking);
                continue;
            }
            (None, None) => {}
        }
        match (old_required.contains(name), is_required) {
            (false, true) => comparison.note(&place, ChangeKind::BecameRequired, Breaking),
            (true, false) => comparison.note(&place, ChangeKind::BecameOptional, Compatible),
            _ => {}
        }
    }
}

fn required(schema: &Members) -> BTreeSet<&str> {
    let names = schema.get("required").and_then(Value::as_array);
    names.into_iter().flatten().filter_map(Value::as_str).collect()
}

fn others(comparison: &mut Comparison<'_>, (old, new): (&Value, &Value), place: &Place) {
    match (old, new) {
        (_, Value::Bool(false)) => comparison.note(place, ChangeKind::OthersRefused, Breaking),
        (Value::Bool(false), _) => comparison.note(place, ChangeKind::OthersAccepted, Compatible),
        (old, new) => comparison.schemas(old, new, &place.elements()),
    }
}

/// Compares the elements of tuples.
fn positions(
    comparison: &mut Comparison<'_>,
    (old, new): (Option<&Value>, Option<&Value>),
    place: &Place,
) {
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let (old, new) = (list(old), list(new));
    for index in 0..old.len().max(new.len()) {
        let old = old.get(index).unwrap_or(&ANYTHING);
        let new = new.get(index).unwrap_or(&ANYTHING);
        comparison.schemas(old, new, &place.member(&index.to_string()));
    }
}

fn is_bound(keyword: &str) -> bool {
    lower(keyword) || upper(keyword) || matches!(keyword, "format" | "pattern" | "multipleOf")
}

fn lower(keyword: &str) -> bool {
    matches!(keyword, "minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties")
}

fn upper(keyword: &str) -> bool {
    matches!(keyword, "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties")
}

/// Whether a value that was valid may be invalid now, by this keyword.
fn breaks(keyword: &str, from: Option<&Value>, to: Option<&Value>) -> bool {
    let (Some(from), Some(to)) = (from, to) else { return to.is_some() };
    let numbers = from.as_f64().zip(to.as_f64());
    match (keyword, numbers) {
        (keyword, Some((from, to))) if lower(keyword) => to > from,
        (keyword, Some((from, to))) if upper(keyword) => to < from,
        ("format", _) => {
            let ranges = range(from).zip(range(to));
            ranges.is_none_or(|(from, to)| from.0 < to.0 || from.1 > to.1)
        }
        _ => true,
    }
}

/// The bits below and above zero that a format of numbers has; for floats, those of their exponent.
fn range(format: &Value) -> Option<(u32, u32)> {
    Some(match format.as_str()? {
        "int8" => (7, 7),
        "int16" => (15, 15),
        "int32" => (31, 31),
        "int64" | "int" => (63, 63),
        "int128" => (127, 127),
        "uint8" => (0, 8),
        "uint16" => (0, 16),
        "uint32" => (0, 32),
        "uint64" | "uint" => (0, 64),
        "uint128" => (0, 128),
        "float" => (128, 128),
        "double" => (1024, 1024),
        _ => return None,
    })
}
