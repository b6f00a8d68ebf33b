//! The schemas of registered types: of whole objects, of their fields, and of what steps take.
//!
//! Layer: core, feature `schema`.

use serde_json::Value;

use super::{canonical, canonical::canonical_part};
use crate::{
    Declaration, Registry, SchemaVersion, Scope, VersionedAttribute,
    schema::probe::{FieldParts, SchemaFn},
};

/// Shared chains followed from owner to owner; the compiler accepts no circle.
const OWNERS_MAX: usize = 8;

impl Registry {
    /// The schema of a versioned field at its latest version, in the form of [`canonical`](crate::lock::canonical); `None` if neither the type of
    /// the object nor that of the field implements `schemars::JsonSchema`.
    ///
    /// For one version over a whole document, whose field is called `document`, it is the schema of the object.
    #[must_use]
    pub fn field_schema(&self, entity: &str, field: &str) -> Option<Value> {
        let attribute = self.attribute(entity, field)?;
        let whole = self.schema(entity).map(Value::from);
        if attribute.scope == Scope::Document {
            return whole.as_ref().map(canonical);
        }
        let within = whole.as_ref().and_then(|whole| {
            let part = whole.get("properties")?.get(attribute.key)?;
            Some(canonical_part(whole, part))
        });
        within.or_else(|| self.parts(entity, field)?.schema.map(of_type))
    }

    /// The schema of a versioned field at an older version, where a step that starts from this version takes a type that
    /// implements `schemars::JsonSchema`, or the step before returns one; in the form of [`canonical`](crate::lock::canonical).
    ///
    /// What a chain declared `each` takes is one element; the schema is that of the whole field.
    #[must_use]
    pub fn step_schema(&self, entity: &str, field: &str, version: SchemaVersion) -> Option<Value> {
        self.step_side(entity, field, version).map(|(schema, _)| schema)
    }

    /// The same, and whether it is what the step takes that starts from the version.
    pub(crate) fn step_side(
        &self,
        entity: &str,
        field: &str,
        version: SchemaVersion,
    ) -> Option<(Value, bool)> {
        let attribute = self.attribute(entity, field)?;
        if version < attribute.min || version >= attribute.max {
            return None;
        }
        let steps = self.owner_parts(entity, field)?.steps;
        let steps = steps();
        let at = |from: u32| steps.iter().find(|step| step.from == from);
        let taken = at(version.get()).and_then(|step| step.input);
        let before = version.get().checked_sub(1).and_then(at);
        let schema = taken.or_else(|| before.and_then(|step| step.output))?;
        // A type that accepts everything says nothing about a version.
        let schema = Some(of_type(schema)).filter(|schema| schema != &Value::Bool(true))?;
        let schema = match attribute.scope {
            Scope::Each => with_elements(self.field_schema(entity, field)?, schema)?,
            Scope::Field | Scope::Document => schema,
        };
        Some((schema, taken.is_some()))
    }

    /// Where the conversions of a field are: its declaration and the Rust name of the field, which are those of another
    /// entity where the field shares its chain.
    #[must_use]
    pub fn chain_owner(&self, entity: &str, field: &str) -> Option<(&'static Declaration, String)> {
        let mut found = (self.get(entity)?, field.to_owned());
        for _ in 0..OWNERS_MAX {
            let parts = self.parts(found.0.entity, &found.1);
            let owner = parts.and_then(|parts| parts.owner);
            let Some((Some(declaration), field)) = owner else { return Some(found) };
            found = (declaration(), field.to_owned());
        }
        Some(found)
    }

    fn attribute(&self, entity: &str, field: &str) -> Option<&'static VersionedAttribute> {
        self.get(entity)?.versioned.iter().find(|attribute| attribute.field == field)
    }

    fn parts(&self, entity: &str, field: &str) -> Option<&'static FieldParts> {
        self.schemas.get(entity)?.fields.iter().find(|parts| parts.field == field)
    }

    fn owner_parts(&self, entity: &str, field: &str) -> Option<&'static FieldParts> {
        let (declaration, field) = self.chain_owner(entity, field)?;
        self.parts(declaration.entity, &field)
    }
}

fn of_type(schema: SchemaFn) -> Value {
    canonical(&Value::from(schema()))
}

/// The schema of a list or a map, with another one for its elements.
fn with_elements(mut whole: Value, element: Value) -> Option<Value> {
    let members = whole.as_object_mut()?;
    let may_be = |name: &str| match members.get("type") {
        Some(Value::Array(names)) => names.iter().any(|known| known == name),
        Some(known) => known == name,
        None => false,
    };
    let keyword = if may_be("array") { "items" } else { "additionalProperties" };
    members.remove("$defs");
    let mut element = element;
    let definitions = element.as_object_mut().and_then(|element| element.remove("$defs"));
    members.insert(keyword.to_owned(), element);
    if let Some(definitions) = definitions {
        members.insert("$defs".to_owned(), definitions);
    }
    Some(canonical(&whole))
}
