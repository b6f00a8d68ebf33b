//! `schema diff`: how schemas differ, in words and line by line.
//!
//! Layer: cli.

use serde::Serialize;
use serde_json::Value;
use versioned_core::{
    Declaration, Registry, SchemaVersion, VersionedAttribute,
    lock::{LockedSchema, changes, schema_text},
};

use super::{
    args::Asked,
    file::{LockFile, SchemaError, field, fields, label},
    lines::{ChangeLine, count},
};
use crate::{Output, VerbError, exit_code, verbs::schema::line_diff::line_diff};

#[derive(Serialize)]
struct DiffLine<'a> {
    entity: &'static str,
    field: &'static str,
    from: &'a Side,
    to: &'a Side,
    changes: Vec<ChangeLine>,
}

/// One of two schemas.
#[derive(Serialize)]
struct Side {
    version: SchemaVersion,
    /// Where it comes from, such as `type` or `inferred from 3 documents`; `None` for the Rust type as it is now.
    locked: Option<String>,
    schema: Value,
}

impl Side {
    fn words(&self) -> String {
        match &self.locked {
            Some(origin) => format!("version {} in the lock ({origin})", self.version),
            None => format!("version {}, the Rust type", self.version),
        }
    }
}

/// What is compared for one field.
struct Pair {
    declaration: &'static Declaration,
    attribute: &'static VersionedAttribute,
    from: Side,
    to: Side,
}

pub(super) fn diff(
    file: &LockFile,
    registry: &Registry,
    asked: &Asked,
    output: &Output,
) -> Result<u8, VerbError> {
    if !file.exists() {
        return Err(SchemaError::Missing { path: file.path.clone() }.into());
    }
    let pairs = match &asked.field {
        Some(name) => {
            let (declaration, attribute) = field(registry, name)?;
            vec![pair(file, registry, declaration, attribute, asked)?]
        }
        // Of all fields only those that can be compared.
        None => fields(registry)
            .filter_map(|(declaration, attribute)| {
                pair(file, registry, declaration, attribute, asked).ok()
            })
            .collect(),
    };
    let mut same = 0;
    for pair in &pairs {
        let Pair { declaration, attribute, from, to } = pair;
        let changes = changes(&from.schema, &to.schema);
        if output.is_json() {
            let (entity, field) = (declaration.entity, attribute.field);
            let changes = changes.iter().map(ChangeLine::of).collect();
            output.json_line("schema_diff", &DiffLine { entity, field, from, to, changes });
        } else if changes.is_empty() && asked.field.is_none() {
            same += 1;
        } else {
            let label = label(declaration, attribute);
            output.line(format!("{label}: from {} to {}", from.words(), to.words()));
            if changes.is_empty() {
                output.line("  no difference");
            }
            for change in &changes {
                output.line(format!("  {:<10}  {change}", change.compatibility()));
            }
            if !changes.is_empty() {
                output.line("");
                let texts = (schema_text(&from.schema), schema_text(&to.schema));
                output.text(line_diff(&texts.0, &texts.1));
                output.line("");
            }
        }
    }
    if !output.is_json() && asked.field.is_none() {
        let fields = count(same, "field", "fields");
        output.line(format!("{}: {fields} without a difference", file.name()));
    }
    Ok(exit_code::DONE)
}

fn pair(
    file: &LockFile,
    registry: &Registry,
    declaration: &'static Declaration,
    attribute: &'static VersionedAttribute,
    asked: &Asked,
) -> Result<Pair, SchemaError> {
    let (entity, field) = (declaration.entity, attribute.field);
    let known = || file.lock.of_field(entity, field);
    let unknown = |version| SchemaError::VersionUnknown {
        name: label(declaration, attribute),
        version,
        known: known().map(|section| section.version().to_string()).collect(),
    };
    let locked = |section: &LockedSchema| Side {
        version: section.version(),
        locked: Some(section.origin().to_string()),
        schema: section.schema().clone(),
    };
    let at = |version| {
        let section = file.lock.schema(entity, field, version);
        section.map(locked).ok_or_else(|| unknown(version))
    };
    let from = match asked.from {
        Some(version) => at(version)?,
        // What the program is compared with by `status`, or the version before it.
        None => {
            let last = known().filter(|section| section.version() <= attribute.max).last();
            last.map(locked).ok_or_else(|| unknown(attribute.max))?
        }
    };
    let to = match asked.to {
        Some(version) => at(version)?,
        None => {
            let schema = registry.field_schema(entity, field);
            let schema = schema.ok_or_else(|| unknown(attribute.max))?;
            Side { version: attribute.max, locked: None, schema }
        }
    };
    Ok(Pair { declaration, attribute, from, to })
}
