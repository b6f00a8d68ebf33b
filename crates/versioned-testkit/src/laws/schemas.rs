//! What schema a field has at a version, and the schema of whole stored documents made of them.
//!
//! Layer: testkit. Invariant: a schema that becomes part of another one keeps what its references lead to.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use versioned_core::{
    Declaration, Registry, SchemaVersion, Scope,
    lock::{Lock, SchemaOrigin},
};

use super::{
    coverage::versions_of,
    versions::{Stored, Versions},
};

/// JSON Schemas of versioned fields at their versions, and of whole objects at the latest ones.
#[derive(Debug, Clone, Default)]
pub struct Schemas {
    /// By entity kind, field and version.
    fields: BTreeMap<(String, String, SchemaVersion), Value>,
    objects: BTreeMap<String, Value>,
}

impl Schemas {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What the types of the registry say: objects, their fields at the latest versions, and what steps take and return.
    #[must_use]
    pub fn of_registry(registry: &Registry) -> Self {
        let mut schemas = Self::new();
        for declaration in registry.declarations() {
            let entity = declaration.entity;
            if let Some(schema) = registry.schema(entity) {
                schemas.insert_object(declaration, schema.to_value());
            }
            for attribute in declaration.versioned {
                for version in versions_of(attribute) {
                    let schema = match version == attribute.max {
                        true => registry.field_schema(entity, attribute.field),
                        false => registry.step_schema(entity, attribute.field, version),
                    };
                    if let Some(schema) = schema {
                        schemas.insert(entity, attribute.field, version, schema);
                    }
                }
            }
        }
        schemas
    }

    /// Adds what a lock says of older versions; what was only inferred gives way to types.
    #[must_use]
    pub fn with_lock(mut self, lock: &Lock) -> Self {
        for section in lock.schemas() {
            let is_inferred = matches!(section.origin(), SchemaOrigin::Inferred { .. });
            let (entity, field, version) = (section.entity(), section.field(), section.version());
            if !is_inferred || self.field(entity, field, version).is_none() {
                self.insert(entity, field, version, section.schema().clone());
            }
        }
        self
    }

    /// Adds the schema of a field at a version; one that was there before is replaced.
    pub fn insert(&mut self, entity: &str, field: &str, version: SchemaVersion, schema: Value) {
        self.fields.insert((entity.to_owned(), field.to_owned(), version), schema);
    }

    /// Adds the schema of a whole object at the latest version of every field, and with it those of its fields.
    pub fn insert_object(&mut self, declaration: &'static Declaration, schema: Value) {
        for attribute in declaration.versioned {
            let part = match attribute.scope {
                Scope::Document => Some(schema.clone()),
                _ => property(&schema, attribute.key),
            };
            if let Some(part) = part {
                self.insert(declaration.entity, attribute.field, attribute.max, part);
            }
        }
        self.objects.insert(declaration.entity.to_owned(), schema);
    }

    pub(super) fn field(
        &self,
        entity: &str,
        field: &str,
        version: SchemaVersion,
    ) -> Option<&Value> {
        self.fields.get(&(entity.to_owned(), field.to_owned(), version))
    }

    pub(super) fn object(&self, entity: &str) -> Option<&Value> {
        self.objects.get(entity)
    }

    /// The schema of documents that are stored at these versions; `None` where a part of it is not known.
    pub(super) fn document(&self, declaration: &Declaration, versions: &Versions) -> Option<Value> {
        let entity = declaration.entity;
        if let [attribute] = declaration.versioned
            && attribute.scope == Scope::Document
        {
            let schema = self.field(entity, attribute.field, versions.of(attribute))?;
            let mut schema = schema.clone();
            let stored = versions.stored(attribute.version_key);
            if schema.get("properties").is_some() {
                set_version(&mut schema, attribute.version_key, stored);
                return Some(schema);
            }
            let mut version = json!({"type": "object"});
            set_version(&mut version, attribute.version_key, stored);
            let body = embedded(&schema, "#/$defs/document");
            return Some(json!({
                "allOf": [{"$ref": "#/$defs/document"}, version],
                "$defs": {"document": body},
            }));
        }
        let mut document = self.object(entity)?.clone();
        for attribute in declaration.versioned {
            let version = versions.of(attribute);
            let schema = self.field(entity, attribute.field, version)?;
            let name = format!("{} at {version}", attribute.field);
            let reference = format!("#/$defs/{}", name.replace(' ', "%20"));
            *part_of(&mut document, "$defs", &name) = embedded(schema, &reference);
            *part_of(&mut document, "properties", attribute.key) = json!({"$ref": reference});
            set_version(
                &mut document,
                attribute.version_key,
                versions.stored(attribute.version_key),
            );
        }
        Some(document)
    }
}

/// The schema of one member, which stands alone; `None` where the schema does not name it.
fn property(schema: &Value, key: &str) -> Option<Value> {
    schema.get("properties")?.get(key)?;
    let key = key.replace('~', "~0").replace('/', "~1").replace('%', "%25").replace(' ', "%20");
    Some(json!({
        "$ref": format!("#/$defs/object/properties/{key}"),
        "$defs": {"object": embedded(schema, "#/$defs/object")},
    }))
}

/// A place in a keyword of a schema that holds further ones by name.
fn part_of<'s>(schema: &'s mut Value, keyword: &str, name: &str) -> &'s mut Value {
    if !schema.is_object() {
        *schema = json!({});
    }
    if !schema[keyword].is_object() {
        schema[keyword] = json!({});
    }
    &mut schema[keyword][name]
}

/// Says what the version member is.
fn set_version(schema: &mut Value, key: &str, stored: Stored) {
    let mut required: Vec<Value> = schema["required"].as_array().cloned().unwrap_or_default();
    required.retain(|name| name != key);
    match stored {
        Stored::At(version) => {
            *part_of(schema, "properties", key) = json!({"const": version.get()});
            required.push(key.into());
        }
        Stored::Absent(_) => *part_of(schema, "properties", key) = Value::Bool(false),
    }
    schema["required"] = required.into();
}

/// A schema whose references to itself lead to where it will be.
fn embedded(schema: &Value, place: &str) -> Value {
    let Value::Object(members) = schema else { return schema.clone() };
    let mut found = Map::new();
    for (keyword, value) in members {
        let value = match (keyword.as_str(), value) {
            ("$id" | "$schema", _) => continue,
            ("$ref", Value::String(target)) => match target.strip_prefix('#') {
                Some(rest) => format!("{place}{rest}").into(),
                None => value.clone(),
            },
            ("const" | "enum" | "default" | "examples", _) => value.clone(),
            (
                "properties" | "patternProperties" | "$defs" | "definitions",
                Value::Object(parts),
            ) => {
                let parts = parts.iter().map(|(name, part)| (name.clone(), embedded(part, place)));
                Value::Object(parts.collect())
            }
            (_, Value::Array(parts)) => {
                Value::Array(parts.iter().map(|part| embedded(part, place)).collect())
            }
            _ => embedded(value, place),
        };
        found.insert(keyword.clone(), value);
    }
    Value::Object(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategies::SchemaCheck;

    #[test]
    fn a_member_stands_alone_with_what_it_refers_to() {
        let schema = json!({
            "type": "object",
            "properties": {
                "a b/c": {"$ref": "#/$defs/Tree"},
                "$ref": {"const": {"$ref": "#/x"}},
            },
            "$defs": {"Tree": {
                "type": "object",
                "properties": {"below": {"type": "array", "items": {"$ref": "#/$defs/Tree"}}},
                "required": ["below"],
            }},
        });
        let member = property(&schema, "a b/c").unwrap();
        let check = SchemaCheck::new(&member).unwrap();
        assert_eq!(check.refusal(&json!({"below": [{"below": []}]})), None);
        let refusal = check.refusal(&json!({"below": [{}]})).unwrap();
        assert_eq!(refusal.pointer.as_str(), "/below/0");
        let constant = SchemaCheck::new(&property(&schema, "$ref").unwrap()).unwrap();
        assert_eq!(constant.refusal(&json!({"$ref": "#/x"})), None);
        assert_eq!(property(&schema, "c"), None);
    }

    #[test]
    fn a_version_member_is_one_number_or_absent() {
        let mut schema = json!({"type": "object", "required": ["a", "v"]});
        set_version(&mut schema, "v", Stored::At(SchemaVersion::new(3)));
        assert_eq!(schema["required"], json!(["a", "v"]));
        assert_eq!(schema["properties"]["v"], json!({"const": 3}));
        set_version(&mut schema, "v", Stored::Absent(SchemaVersion::new(3)));
        assert_eq!(schema["required"], json!(["a"]));
        assert_eq!(schema["properties"]["v"], json!(false));
    }
}
