//! One form for schemas that say the same.
//!
//! Layer: core, feature `schema`. Invariant: bringing a canonical schema to its canonical form changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{
    keywords::{Holds, holds, is_annotation},
    references::{looks_around, recursive, target},
    spelling::spell,
};

/// Schemas written before references are no longer replaced by what they lead to: what uses a type in very many places
/// would else grow beyond all bounds.
const PARTS_MAX: usize = 20_000;

/// JSON nested so deep has no further references replaced: parsers have a limit.
const DEPTH_MAX: usize = 60;

/// Brings a schema to its canonical form: one form for whatever says the same in different words.
///
/// What speaks to people only (titles, descriptions, examples) is gone. References are replaced by what they lead to; only
/// what contains itself stays in `$defs`, under names that do not come from Rust types. Lists whose order means nothing are
/// sorted. The same shape said in two ways, such as `"const"` and an `"enum"` with one value, or `"type": [.., "null"]` and
/// `"anyOf"` with `null`, is said in one. Every document that the one form accepts, the other accepts.
///
/// # Examples
///
/// ```
/// use serde_json::json;
/// use versioned_core::lock::canonical;
///
/// let schema = json!({
///     "title": "Colours",
///     "anyOf": [{ "$ref": "#/$defs/Colour" }, { "type": "null" }],
///     "$defs": { "Colour": { "oneOf": [{ "const": "red" }, { "const": "blue", "description": "As the sky." }] } }
/// });
/// assert_eq!(canonical(&schema), json!({ "enum": ["blue", "red", null] }));
/// ```
#[must_use]
pub fn canonical(schema: &Value) -> Value {
    canonical_part(schema, schema)
}

/// The same for a schema within another one, whose references lead through the whole.
pub(crate) fn canonical_part(root: &Value, part: &Value) -> Value {
    let recursive = recursive(root, part);
    let is_looked_at = looks_around(root, part);
    let mut writer = Writer {
        root,
        recursive,
        is_looked_at,
        names: BTreeMap::new(),
        open: Vec::new(),
        parts: 0,
    };
    let mut schema = writer.schema(part, 0);
    let mut definitions = BTreeMap::new();
    // Definitions may name further ones.
    while let Some((reference, name)) = writer.open.pop() {
        let definition = target(root, reference).map(|body| writer.schema(body, 0));
        definitions.insert(name, definition.unwrap_or(Value::Bool(true)));
    }
    if !definitions.is_empty() {
        let whole = schema.as_object_mut();
        let definitions = Value::Object(definitions.into_iter().collect());
        match whole {
            Some(members) => {
                members.insert("$defs".to_owned(), definitions);
                *members = sorted(std::mem::take(members));
            }
            // No schema that is a truth value has references.
            None => debug_assert!(false, "definitions of nothing"),
        }
    }
    schema
}

struct Writer<'s> {
    root: &'s Value,
    recursive: BTreeSet<&'s str>,
    /// Whether there are keywords about what others have left over.
    is_looked_at: bool,
    names: BTreeMap<&'s str, String>,
    open: Vec<(&'s str, String)>,
    parts: usize,
}

impl<'s> Writer<'s> {
    fn schema(&mut self, schema: &'s Value, depth: usize) -> Value {
        self.parts += 1;
        let Some(members) = schema.as_object() else { return schema.clone() };
        let mut written = Map::new();
        for (keyword, value) in by_key(members) {
            if !is_annotation(keyword) && keyword != "$ref" {
                written.insert(keyword.clone(), self.value(keyword, value, depth));
            }
        }
        let Some(reference) = members.get("$ref").and_then(Value::as_str) else {
            return spell(written, self.is_looked_at);
        };
        match self.resolved(reference, depth) {
            Ok(Value::Object(referred)) if written.is_empty() => Value::Object(referred),
            Ok(referred) => {
                let others = written.remove("allOf");
                written.insert("allOf".to_owned(), all_of(others, referred));
                spell(written, self.is_looked_at)
            }
            Err(reference) => {
                written.insert("$ref".to_owned(), reference.into());
                spell(written, self.is_looked_at)
            }
        }
    }

    /// What a reference leads to, or the reference that stands for it.
    fn resolved(&mut self, reference: &'s str, depth: usize) -> Result<Value, String> {
        let Some(body) = target(self.root, reference) else { return Err(reference.to_owned()) };
        let fits = self.parts < PARTS_MAX && depth < DEPTH_MAX;
        if fits && !self.recursive.contains(reference) {
            return Ok(self.schema(body, depth));
        }
        let count = self.names.len();
        let name = self.names.entry(reference).or_insert_with(|| {
            let name = format!("shape{}", count + 1);
            self.open.push((reference, name.clone()));
            name
        });
        Err(format!("#/$defs/{name}"))
    }

    fn value(&mut self, keyword: &str, value: &'s Value, depth: usize) -> Value {
        match (holds(keyword), value) {
            (Holds::Schema | Holds::List, Value::Array(parts)) => {
                parts.iter().map(|part| self.schema(part, depth + 2)).collect()
            }
            (Holds::Schema, part) => self.schema(part, depth + 1),
            (Holds::Named, Value::Object(parts)) => by_key(parts)
                .into_iter()
                .map(|(name, part)| (name.clone(), self.schema(part, depth + 2)))
                .collect(),
            (_, data) => sorted_data(data),
        }
    }
}

fn all_of(others: Option<Value>, schema: Value) -> Value {
    match others {
        Some(Value::Array(mut others)) => {
            others.push(schema);
            others.into()
        }
        _ => Value::Array(vec![schema]),
    }
}

/// The members sorted by their keys, whichever order the map keeps.
pub(super) fn by_key(members: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let mut members: Vec<_> = members.iter().collect();
    members.sort_by_key(|(key, _)| *key);
    members
}

pub(super) fn sorted(members: Map<String, Value>) -> Map<String, Value> {
    members.into_iter().collect::<BTreeMap<_, _>>().into_iter().collect()
}

fn sorted_data(data: &Value) -> Value {
    match data {
        Value::Object(members) => by_key(members)
            .into_iter()
            .map(|(key, value)| (key.clone(), sorted_data(value)))
            .collect(),
        Value::Array(elements) => elements.iter().map(sorted_data).collect(),
        scalar => scalar.clone(),
    }
}
