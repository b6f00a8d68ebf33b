//! From rows to planned writes: the part of a run that calls conversions.
//!
//! Layer: jobs. Pure: no store, no clock, no async; runs on a blocking thread. Invariant: every row comes out with
//! exactly one plan, whatever its conversions do.

use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
};

use versioned_core::{
    BaseVersionedDomainObject, EntityId, FieldChange,
    document::{Member, MemberWrite, WriteValue, assemble},
};
use versioned_store::{EntityTable, Row, RowError, RowWrite, TableLayout};

use crate::{EntityError, EntityFailure, PanicMessage};

/// What is to become of the rows of a page, in their order.
#[derive(Debug, Default)]
pub(crate) struct BatchPlan {
    pub(crate) rows: Vec<RowPlan>,
    /// One for each [`RowPlan::Write`], in the same order.
    pub(crate) writes: Vec<RowWrite>,
}

/// What is to become of one row.
#[derive(Debug)]
pub(crate) enum RowPlan {
    Current,
    Skipped,
    Deleted,
    Failed(EntityFailure),
    Write(Changed),
}

/// What a write changes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Changed {
    pub(crate) fields: Vec<FieldChange>,
    pub(crate) side_outputs: Vec<&'static str>,
}

/// What a conversion needs to know besides the row.
#[derive(Debug, Clone)]
pub(crate) struct ConvertOptions {
    pub(crate) check_type: bool,
    pub(crate) skip: BTreeSet<EntityId>,
}

/// Plans what is to become of each row.
pub(crate) fn plan_batch<D: BaseVersionedDomainObject>(
    table: &EntityTable,
    rows: Vec<Row>,
    options: &ConvertOptions,
) -> BatchPlan {
    let mut plan = BatchPlan { rows: Vec::with_capacity(rows.len()), writes: Vec::new() };
    for row in rows {
        let row_plan = match plan_row::<D>(table, row, options) {
            Ok(Planned::Write(write, changed)) => {
                plan.writes.push(write);
                RowPlan::Write(changed)
            }
            Ok(Planned::Current) => RowPlan::Current,
            Ok(Planned::Skipped) => RowPlan::Skipped,
            Ok(Planned::Deleted) => RowPlan::Deleted,
            Err(failure) => RowPlan::Failed(failure),
        };
        plan.rows.push(row_plan);
    }
    plan
}

enum Planned {
    Current,
    Skipped,
    Deleted,
    Write(RowWrite, Changed),
}

fn plan_row<D: BaseVersionedDomainObject>(
    table: &EntityTable,
    row: Row,
    options: &ConvertOptions,
) -> Result<Planned, EntityFailure> {
    if row.deleted {
        return Ok(Planned::Deleted);
    }
    if !options.skip.is_empty() && options.skip.contains(&row.key.to_entity_id()) {
        return Ok(Planned::Skipped);
    }
    let entity = table.declaration().entity;
    let failed = |id: EntityId, error| EntityFailure::new(entity, id, error);
    // One entity's panic is one failed entity; the panic hook has shown it already.
    let converted = catch_unwind(AssertUnwindSafe(|| convert_row::<D>(table, &row, options)));
    let converted = converted.unwrap_or_else(|payload| {
        let (id, source) = (row.key.to_entity_id(), PanicMessage::new(payload.as_ref()));
        Err(EntityError::Panicked { entity, id, source })
    });
    match converted {
        Ok(None) => Ok(Planned::Current),
        Ok(Some(converted)) => {
            let id = row.key.to_entity_id();
            let Converted { new, changed } = converted;
            let write = match new {
                NewContent::Members(writes) => table.row_write(row, writes).map_err(|source| {
                    failed(id.clone(), EntityError::Row { entity, id, source: Box::new(source) })
                })?,
                NewContent::Document(document) => table.document_write(row, document),
            };
            Ok(Planned::Write(write, changed))
        }
        Err(error) => Err(failed(row.key.to_entity_id(), error)),
    }
}

/// An entity at its latest versions.
struct Converted {
    new: NewContent,
    changed: Changed,
}

enum NewContent {
    Members(Vec<MemberWrite>),
    Document(String),
}

/// Brings one row to its latest versions; `None` if it is there already.
fn convert_row<D: BaseVersionedDomainObject>(
    table: &EntityTable,
    row: &Row,
    options: &ConvertOptions,
) -> Result<Option<Converted>, EntityError> {
    match table.layout() {
        TableLayout::Document => convert_document::<D>(table, row, options),
        _ => convert_members::<D>(table, row, options),
    }
}

fn convert_members<D: BaseVersionedDomainObject>(
    table: &EntityTable,
    row: &Row,
    options: &ConvertOptions,
) -> Result<Option<Converted>, EntityError> {
    let members = read_members(table, row)?;
    let migrated = D::migrate_members_to_latest_schema_versions(&members)
        .map_err(|error| error.of(row.key.to_entity_id()))?;
    if migrated.changes.is_empty() {
        return Ok(None);
    }
    if options.check_type {
        check_members::<D>(row, &members, &migrated.writes)
            .map_err(|error| error.of(row.key.to_entity_id()))?;
    }
    let changed = Changed { fields: migrated.changes, side_outputs: migrated.side_outputs };
    Ok(Some(Converted { new: NewContent::Members(migrated.writes), changed }))
}

fn convert_document<D: BaseVersionedDomainObject>(
    table: &EntityTable,
    row: &Row,
    options: &ConvertOptions,
) -> Result<Option<Converted>, EntityError> {
    let document = read_document(table, row)?;
    let with_id = |error: versioned_core::MigrationError| error.of(row.key.to_entity_id());
    let migrated = D::migrate_to_latest_schema_versions(document).map_err(with_id)?;
    if migrated.is_current() {
        return Ok(None);
    }
    if options.check_type {
        migrated.to_object().map(drop).map_err(with_id)?;
    }
    let fields = migrated.changes().to_vec();
    let side_outputs = migrated.side_outputs().to_vec();
    let document = migrated.into_document().into_owned();
    let changed = Changed { fields, side_outputs };
    Ok(Some(Converted { new: NewContent::Document(document), changed }))
}

/// Checks that the Rust type accepts the new content: the whole object where every column was read, otherwise the
/// fields that a chain has changed.
fn check_members<D: BaseVersionedDomainObject>(
    row: &Row,
    members: &[Member<'_>],
    writes: &[MemberWrite],
) -> Result<(), versioned_core::MigrationError> {
    let declaration = D::schema_versioned_attributes();
    if row.values.iter().all(Option::is_some) {
        let document = assemble(declaration.entity, members, writes)?;
        return D::migrate_to_latest_schema_versions(&document)?.to_object().map(drop);
    }
    for write in writes {
        let attribute = declaration.versioned.iter().find(|attribute| attribute.key == write.key);
        if let (Some(attribute), WriteValue::Json(json)) = (attribute, &write.value) {
            attribute.check_type(declaration, json)?;
        }
    }
    Ok(())
}

/// The members of a row in the column layout.
pub(crate) fn read_members<'r>(
    table: &EntityTable,
    row: &'r Row,
) -> Result<Vec<Member<'r>>, EntityError> {
    table.members(row).map_err(|source| row_error(table, row, source))
}

/// The document of a row in the document layout.
pub(crate) fn read_document<'r>(
    table: &EntityTable,
    row: &'r Row,
) -> Result<&'r [u8], EntityError> {
    let document = table.document(row).map_err(|source| row_error(table, row, source))?;
    document.ok_or_else(|| EntityError::NotRead {
        entity: table.declaration().entity,
        id: row.key.to_entity_id(),
    })
}

fn row_error(table: &EntityTable, row: &Row, source: RowError) -> EntityError {
    let (entity, id) = (table.declaration().entity, row.key.to_entity_id());
    EntityError::Row { entity, id, source: Box::new(source) }
}
