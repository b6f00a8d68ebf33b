//! Schemas and values in a few words.
//!
//! Layer: core, feature `schema`.

use serde_json::{Map, Value};

use super::compare::type_names;
use crate::schema::on_one_line;

/// Characters of a value that are shown.
const SHOWN: usize = 60;

/// Values of a list that are named.
const VALUES_SHOWN: usize = 4;

/// Nesting that is described.
const DEPTH: usize = 3;

/// A value on one line, cut where it is long.
pub(super) fn short(value: &Value) -> String {
    let text = on_one_line(value);
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}..", &text[..end]),
        None => text,
    }
}

/// A schema in words, such as `list of string or null`.
pub(super) fn describe(schema: &Value) -> String {
    at_depth(schema, 0)
}

fn at_depth(schema: &Value, depth: usize) -> String {
    let Some(schema) = schema.as_object() else {
        return if schema == &Value::Bool(false) { "nothing" } else { "anything" }.to_owned();
    };
    if schema.contains_key("$ref") {
        return "a shape that contains itself".to_owned();
    }
    if let Some(values) = values(schema) {
        let shown: Vec<String> = values.iter().take(VALUES_SHOWN).map(short).collect();
        let more = values.len().saturating_sub(VALUES_SHOWN);
        return match (shown.as_slice(), more) {
            ([only], 0) => only.clone(),
            (shown, 0) => format!("one of {}", shown.join(", ")),
            (shown, more) => format!("one of {} and {more} more", shown.join(", ")),
        };
    }
    for keyword in ["oneOf", "anyOf"] {
        let Some(shapes) = schema.get(keyword).and_then(Value::as_array) else { continue };
        let shapes: Vec<String> = shapes.iter().map(|shape| at_depth(shape, depth + 1)).collect();
        return match shapes.as_slice() {
            [one, other] if depth == 0 => format!("{one}, or {other}"),
            shapes => format!("one of {} shapes", shapes.len()),
        };
    }
    let Some(names) = type_names(schema) else {
        return if schema.contains_key("allOf") { "several schemas at once" } else { "anything" }
            .to_owned();
    };
    let mut names: Vec<String> =
        names.into_iter().map(|name| of_type(name, schema, depth)).collect();
    names.sort_by_key(|name| name == "null");
    names.join(" or ")
}

fn values(schema: &Map<String, Value>) -> Option<&[Value]> {
    match (schema.get("const"), schema.get("enum")) {
        (Some(value), None) => Some(std::slice::from_ref(value)),
        (None, Some(Value::Array(values))) => Some(values),
        _ => None,
    }
}

fn of_type(name: &str, schema: &Map<String, Value>, depth: usize) -> String {
    let format = schema.get("format").and_then(Value::as_str);
    match name {
        "array" => match schema.get("items") {
            Some(items) if depth < DEPTH => format!("list of {}", at_depth(items, depth + 1)),
            _ => "list".to_owned(),
        },
        "object" => match (schema.get("properties"), schema.get("additionalProperties")) {
            (Some(Value::Object(properties)), _) => tagged(properties)
                .map_or_else(|| "object".to_owned(), |tag| format!("object with {tag}")),
            (_, Some(values @ Value::Object(_))) if depth < DEPTH => {
                format!("map of {}", at_depth(values, depth + 1))
            }
            _ => "object".to_owned(),
        },
        "integer" | "number" | "string" => match format {
            Some(format) => format!("{name} ({format})"),
            None => name.to_owned(),
        },
        other => other.to_owned(),
    }
}

/// What tells an object apart from others: a property with one value, or its only property.
pub(super) fn tagged(properties: &Map<String, Value>) -> Option<String> {
    let only = || properties.keys().next().filter(|_| properties.len() == 1);
    constant(properties).or_else(|| only().map(|name| format!("`{name}`")))
}

/// A property with one value.
pub(super) fn constant(properties: &Map<String, Value>) -> Option<String> {
    properties
        .iter()
        .find_map(|(name, schema)| Some(format!("`{name}` {}", short(schema.get("const")?))))
}
