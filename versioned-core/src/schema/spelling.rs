//! One spelling for the ways of saying the same within one schema, whose parts are canonical already.
//!
//! Layer: core, feature `schema`.

use serde_json::{Map, Value};

use super::{canonical::sorted, keywords::is_of_one_type};

const TYPES: [&str; 7] = ["array", "boolean", "integer", "null", "number", "object", "string"];

/// `is_looked_at` says that keywords about what others have left over may see what says nothing by itself: it stays then.
pub(super) fn spell(mut schema: Map<String, Value>, is_looked_at: bool) -> Value {
    schema.retain(|keyword, value| is_looked_at || has_effect(keyword, value));
    bounds(&mut schema);
    sort_texts(&mut schema, "required");
    types(&mut schema);
    values(&mut schema);
    if !is_looked_at && let Some(whole) = combined(&mut schema) {
        return whole;
    }
    values(&mut schema);
    match schema.get("not") {
        Some(Value::Bool(true)) => Value::Bool(false),
        _ if schema.is_empty() => Value::Bool(true),
        _ => Value::Object(sorted(schema)),
    }
}

fn has_effect(keyword: &str, value: &Value) -> bool {
    let is_empty = || match value {
        Value::Array(elements) => elements.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    };
    match keyword {
        "additionalProperties"
        | "unevaluatedProperties"
        | "items"
        | "additionalItems"
        | "unevaluatedItems"
        | "propertyNames" => value != &Value::Bool(true),
        "not" | "uniqueItems" => value != &Value::Bool(false),
        "properties" | "patternProperties" | "required" | "prefixItems" | "dependentSchemas"
        | "dependentRequired" => !is_empty(),
        "minLength" | "minItems" | "minProperties" => value.as_f64() != Some(0.0),
        _ => true,
    }
}

/// Whole numbers as integers: `0.0` and `0` are the same bound.
fn bounds(schema: &mut Map<String, Value>) {
    const BOUNDS: [&str; 11] = [
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "minProperties",
        "maxProperties",
    ];
    for keyword in BOUNDS {
        let Some(value) = schema.get_mut(keyword) else { continue };
        if let Some(whole) = whole(value) {
            *value = whole;
        }
    }
}

/// A float that is a whole number which floats hold exactly, as an integer.
fn whole(value: &Value) -> Option<Value> {
    let float = value.as_f64().filter(|_| value.is_f64())?;
    let is_whole = float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0;
    is_whole.then(|| serde_json::from_str(&format!("{float:.0}")).ok())?
}

fn sort_texts(schema: &mut Map<String, Value>, keyword: &str) {
    if let Some(Value::Array(texts)) = schema.get_mut(keyword) {
        sort_values(texts);
    }
}

/// Sorts by text, and drops what is there twice.
fn sort_values(values: &mut Vec<Value>) {
    values.sort_by_cached_key(Value::to_string);
    values.dedup();
}

fn types(schema: &mut Map<String, Value>) {
    sort_texts(schema, "type");
    let Some(Value::Array(types)) = schema.get_mut("type") else { return };
    if types.iter().any(|name| name == "number") {
        types.retain(|name| name != "integer");
    }
    match types.as_mut_slice() {
        [only] => {
            let only = only.take();
            schema.insert("type".to_owned(), only);
        }
        // Every type but `integer`, which is a number.
        types if types.len() + 1 >= TYPES.len() => {
            schema.remove("type");
        }
        _ => {}
    }
}

/// `const` and `enum`: sorted, the one for one value and the other for several, without a type that follows from them.
fn values(schema: &mut Map<String, Value>) {
    let Some(mut values) = values_of(schema) else { return };
    sort_values(&mut values);
    let allowed = type_names(schema);
    let follows =
        allowed.is_some_and(|allowed| values.iter().all(|value| has_type(value, &allowed)));
    if follows {
        schema.remove("type");
    }
    schema.remove("const");
    schema.remove("enum");
    let is_alone = !schema.contains_key("type");
    let (keyword, value) = match values.as_slice() {
        [Value::Null] if is_alone => ("type", Value::from("null")),
        [Value::Bool(false), Value::Bool(true)] if is_alone => ("type", Value::from("boolean")),
        [only] => ("const", only.clone()),
        _ => ("enum", Value::Array(values)),
    };
    schema.insert(keyword.to_owned(), value);
}

fn values_of(schema: &Map<String, Value>) -> Option<Vec<Value>> {
    match (schema.get("const"), schema.get("enum")) {
        (Some(value), None) => Some(vec![value.clone()]),
        (None, Some(Value::Array(values))) => Some(values.clone()),
        _ => None,
    }
}

fn type_names(schema: &Map<String, Value>) -> Option<Vec<&str>> {
    match schema.get("type")? {
        Value::String(name) => Some(vec![name]),
        Value::Array(names) => names.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

fn has_type(value: &Value, names: &[&str]) -> bool {
    let own: &[&str] = match value {
        Value::Null => &["null"],
        Value::Bool(_) => &["boolean"],
        Value::Number(number) if number.is_f64() => &["number"],
        Value::Number(_) => &["integer", "number"],
        Value::String(_) => &["string"],
        Value::Array(_) => &["array"],
        Value::Object(_) => &["object"],
    };
    own.iter().any(|own| names.contains(own))
}

/// Brings `allOf`, `anyOf` and `oneOf` to one spelling; gives the whole schema where nothing else is left of it.
fn combined(schema: &mut Map<String, Value>) -> Option<Value> {
    for keyword in ["allOf", "anyOf", "oneOf"] {
        let Some(Value::Array(members)) = schema.remove(keyword) else { continue };
        let members = match keyword {
            "allOf" => all_of(members),
            _ => alternatives(keyword, members),
        };
        let Some(mut members) = members else { continue };
        if let [only] = members.as_slice() {
            match only {
                Value::Bool(true) => continue,
                Value::Object(single) if schema.is_empty() => *schema = single.clone(),
                Value::Object(single) if are_disjoint(single, schema) => {
                    schema.extend(single.clone());
                }
                Value::Bool(_) if schema.is_empty() => return members.pop(),
                _ => {
                    schema.insert(keyword.to_owned(), members.into());
                }
            }
        } else {
            schema.insert(keyword.to_owned(), members.into());
        }
    }
    None
}

/// Whether two schemas can be written as one: no keyword is in both, and none of the one works on those of the other.
fn are_disjoint(one: &Map<String, Value>, other: &Map<String, Value>) -> bool {
    const OBJECTS: [&str; 3] = ["properties", "patternProperties", "additionalProperties"];
    const ARRAYS: [&str; 2] = ["prefixItems", "items"];
    let works_together = |keywords: &[&str]| {
        let has =
            |schema: &Map<String, Value>| keywords.iter().any(|key| schema.contains_key(*key));
        has(one) && has(other)
    };
    let looks_around = |schema: &Map<String, Value>| {
        schema.keys().any(|key| {
            matches!(key.as_str(), "unevaluatedProperties" | "unevaluatedItems" | "if" | "then")
        })
    };
    !one.keys().any(|keyword| other.contains_key(keyword))
        && !works_together(&OBJECTS)
        && !works_together(&ARRAYS)
        && !looks_around(one)
        && !looks_around(other)
}

/// Members that all hold; `None` if they say nothing.
fn all_of(members: Vec<Value>) -> Option<Vec<Value>> {
    let mut flat = flattened("allOf", members);
    flat.retain(|member| member != &Value::Bool(true));
    sort_values(&mut flat);
    if flat.contains(&Value::Bool(false)) {
        return Some(vec![Value::Bool(false)]);
    }
    (!flat.is_empty()).then_some(flat)
}

/// The members of those that consist of the same keyword alone, and the others.
fn flattened(keyword: &str, members: Vec<Value>) -> Vec<Value> {
    let mut flat = Vec::with_capacity(members.len());
    for member in members {
        match member {
            Value::Object(mut inner) if inner.len() == 1 && inner.contains_key(keyword) => {
                match inner.remove(keyword) {
                    Some(Value::Array(inner)) => flat.extend(inner),
                    Some(other) => flat.push(other),
                    None => {}
                }
            }
            member => flat.push(member),
        }
    }
    flat
}

/// Members of which one holds; `None` if they say nothing.
fn alternatives(keyword: &str, members: Vec<Value>) -> Option<Vec<Value>> {
    let mut members = if keyword == "anyOf" { flattened(keyword, members) } else { members };
    members.retain(|member| member != &Value::Bool(false));
    if members.is_empty() {
        return Some(vec![Value::Bool(false)]);
    }
    if keyword == "anyOf" && members.contains(&Value::Bool(true)) {
        return None;
    }
    join_values(keyword, &mut members);
    let is_null = |member: &Value| is_of_values(member) == Some(vec![Value::Null]);
    if let [one, other] = members.as_slice() {
        let joined = match (is_null(one), is_null(other)) {
            (true, false) => or_null(keyword, other),
            (false, true) => or_null(keyword, one),
            _ => None,
        };
        if let Some(joined) = joined {
            return Some(vec![joined]);
        }
    }
    members.sort_by_cached_key(Value::to_string);
    if keyword == "anyOf" {
        members.dedup();
    }
    Some(members)
}

/// Makes one member of those that are lists of values, where no value is in two of them.
fn join_values(keyword: &str, members: &mut Vec<Value>) {
    let mut joined: Vec<Value> = Vec::new();
    let mut count = 0;
    for values in members.iter().filter_map(is_of_values) {
        let overlaps = values.iter().any(|value| joined.contains(value));
        if overlaps && keyword == "oneOf" {
            return;
        }
        joined.extend(values);
        count += 1;
    }
    if count < 2 {
        return;
    }
    members.retain(|member| is_of_values(member).is_none());
    let mut schema = Map::new();
    schema.insert("enum".to_owned(), joined.into());
    values(&mut schema);
    members.push(Value::Object(schema));
}

/// The values of a schema that is a list of values and nothing else.
fn is_of_values(schema: &Value) -> Option<Vec<Value>> {
    let schema = schema.as_object()?;
    if schema.len() != 1 {
        return None;
    }
    if schema.get("type").is_some_and(|name| name == "null") {
        return Some(vec![Value::Null]);
    }
    values_of(schema)
}

/// A schema that accepts `null` as well.
fn or_null(keyword: &str, schema: &Value) -> Option<Value> {
    let mut schema = schema.as_object()?.clone();
    if let Some(mut listed) = is_of_values(&Value::Object(schema.clone())) {
        listed.push(Value::Null);
        schema.clear();
        schema.insert("enum".to_owned(), listed.into());
        values(&mut schema);
        return Some(Value::Object(schema));
    }
    let mut names: Vec<Value> = type_names(&schema)?.into_iter().map(Value::from).collect();
    let accepts_null = names.iter().any(|name| name == "null");
    if accepts_null && keyword == "oneOf" || !schema.keys().all(|keyword| is_of_one_type(keyword)) {
        return None;
    }
    names.push("null".into());
    schema.insert("type".to_owned(), names.into());
    types(&mut schema);
    Some(Value::Object(sorted(schema)))
}
