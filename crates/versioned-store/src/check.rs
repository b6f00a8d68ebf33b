//! The check of a storage model against a declaration, and the columns that come of it.
//!
//! Layer: store.

use versioned_core::{Declaration, OtherKind, SchemaVersion, Scope};

use crate::{ColumnKind, StorageModel, StorageModelError, TableColumn};

/// The columns of an entity: versions first, then versioned fields, then the others.
pub(crate) fn columns(
    declaration: &'static Declaration,
    model: &StorageModel,
) -> Result<Vec<TableColumn>, StorageModelError> {
    let (entity, table) = (declaration.entity, model.table());
    if model.id_columns().is_empty() {
        return Err(StorageModelError::IdMissing { entity, table: table.into() });
    }
    let fields = match model.document_column() {
        Some(column) => document_fields(declaration, model, column)?,
        None => column_fields(declaration, model)?,
    };
    let names = own_columns(model).map(|(name, _)| name);
    for name in names.chain([table]).chain(fields.iter().map(|field| &*field.column)) {
        check_name(entity, name)?;
    }
    check_uses(declaration, model, &fields)?;
    let columns = fields.into_iter().map(|field| TableColumn {
        key_part: model.id_columns().iter().position(|id| same_name(id.name(), &field.column)),
        name: field.column,
        key: field.key,
        kind: field.kind,
    });
    Ok(columns.collect())
}

/// A field on its way to becoming a column.
struct Field {
    rust_name: &'static str,
    key: &'static str,
    kind: ColumnKind,
    /// Whether a migration writes it, so that its column can have no second use.
    is_written: bool,
    column: String,
}

fn document_fields(
    declaration: &'static Declaration,
    model: &StorageModel,
    column: &str,
) -> Result<Vec<Field>, StorageModelError> {
    let overridden = model.overrides().iter().map(|(field, _)| field);
    if let Some(field) = overridden.chain(model.json_fields()).next() {
        return Err(StorageModelError::FieldInDocument {
            entity: declaration.entity,
            table: model.table().into(),
            field: field.as_str().into(),
        });
    }
    Ok(vec![Field {
        rust_name: "document",
        key: "",
        kind: ColumnKind::Json { migrates: true },
        is_written: true,
        column: column.to_owned(),
    }])
}

fn column_fields(
    declaration: &'static Declaration,
    model: &StorageModel,
) -> Result<Vec<Field>, StorageModelError> {
    let (entity, table) = (declaration.entity, model.table());
    if declaration.versioned.iter().any(|attribute| attribute.scope == Scope::Document) {
        return Err(StorageModelError::DocumentNeeded { entity, table: table.into() });
    }
    let mut fields = declared_fields(declaration);
    let find = |fields: &[Field], name: &str| {
        // A JSON key goes before a Rust name, because it is what the default is made of.
        let found = fields.iter().position(|field| field.key == name);
        found.or_else(|| fields.iter().position(|field| field.rust_name == name)).ok_or_else(|| {
            StorageModelError::FieldUnknown { entity, table: table.into(), field: name.into() }
        })
    };
    for (name, column) in model.overrides() {
        let index = find(&fields, name)?;
        fields[index].column.clone_from(column);
    }
    for name in model.json_fields() {
        let index = find(&fields, name)?;
        let field = fields[index].rust_name;
        match fields[index].kind {
            ColumnKind::Version { .. } => {
                return Err(StorageModelError::VersionAsJson {
                    entity,
                    table: table.into(),
                    field,
                });
            }
            ColumnKind::Json { migrates } | ColumnKind::Plain { migrates } => {
                fields[index].kind = ColumnKind::Json { migrates };
            }
        }
    }
    Ok(fields)
}

/// The fields of a declaration, in the order of the columns and under the default names.
fn declared_fields(declaration: &'static Declaration) -> Vec<Field> {
    let field = |rust_name, key: &'static str, kind, is_written| Field {
        rust_name,
        key,
        kind,
        is_written,
        column: key.to_owned(),
    };
    let mut fields: Vec<Field> = Vec::new();
    for attribute in declaration.versioned {
        if fields.iter().all(|known| known.key != attribute.version_key) {
            let kind = ColumnKind::Version { max: latest(declaration, attribute.version_key) };
            fields.push(field(attribute.version_field, attribute.version_key, kind, true));
        }
    }
    let versions = fields.len();
    for attribute in declaration.versioned {
        let kind = ColumnKind::Json { migrates: true };
        fields.push(field(attribute.field, attribute.key, kind, true));
    }
    for other in declaration.others {
        if fields[..versions].iter().any(|version| version.key == other.key) {
            continue;
        }
        let is_written = (declaration.versioned.iter())
            .any(|attribute| attribute.side_outputs.iter().any(|output| output.key == other.key));
        let is_context = (declaration.versioned.iter())
            .any(|attribute| attribute.context.iter().any(|context| context.key == other.key));
        let migrates = is_written || is_context;
        let kind = match other.kind {
            OtherKind::Unversioned => ColumnKind::Json { migrates },
            _ => ColumnKind::Plain { migrates },
        };
        fields.push(field(other.field, other.key, kind, is_written));
    }
    fields
}

/// The latest version of the fields that share a version.
fn latest(declaration: &Declaration, version_key: &str) -> SchemaVersion {
    let sharing = declaration.versioned.iter().filter(|field| field.version_key == version_key);
    sharing.map(|field| field.max).max().unwrap_or_default()
}

/// The columns that the storage model names for itself, and what for.
fn own_columns(model: &StorageModel) -> impl Iterator<Item = (&str, &'static str)> {
    let id = model.id_columns().iter().map(|id| (id.name(), "an id column"));
    id.chain(model.model_version_column().map(|name| (name, "the model version")))
        .chain(model.deleted_column().map(|name| (name, "the deleted flag")))
        .chain(model.row_stamp_column().map(|name| (name, "the row stamp")))
}

pub(crate) fn check_name(entity: &'static str, name: &str) -> Result<(), StorageModelError> {
    if name.is_empty() || name.len() > StorageModel::NAME_BYTES_MAX || name.contains('\0') {
        let name = name.escape_debug().to_string().into();
        return Err(StorageModelError::NameInvalid { entity, name });
    }
    Ok(())
}

fn check_uses(
    declaration: &'static Declaration,
    model: &StorageModel,
    fields: &[Field],
) -> Result<(), StorageModelError> {
    let own: Vec<_> =
        own_columns(model).map(|(name, used)| (name, used.to_owned(), None)).collect();
    let fields = fields.iter().map(|field| {
        let used = format!("field `{}`", field.rust_name);
        (field.column.as_str(), used, Some(field.is_written))
    });
    let uses: Vec<_> = own.into_iter().chain(fields).collect();
    for (index, (name, second, written)) in uses.iter().enumerate() {
        for (earlier, first, earlier_written) in &uses[..index] {
            // A field that no migration writes may show a column that has its own use.
            let is_shared = matches!((earlier_written, written), (None, Some(false)));
            if same_name(earlier, name) && !is_shared {
                return Err(StorageModelError::ColumnTwice {
                    entity: declaration.entity,
                    table: model.table().into(),
                    column: (*name).into(),
                    first: first.as_str().into(),
                    second: second.as_str().into(),
                });
            }
        }
    }
    Ok(())
}

/// Whether two names are one column; some databases do not tell upper from lower case in names.
pub(crate) fn same_name(one: &str, two: &str) -> bool {
    one.eq_ignore_ascii_case(two)
}
