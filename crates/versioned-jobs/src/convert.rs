//! From rows to planned writes: the part of a run that calls conversions.
//!
//! Layer: jobs. Pure: no store, no clock, no async; runs on a blocking thread. Invariant: every row comes out with
//! exactly one plan, whatever its conversions do.

use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use versioned_core::{
    BaseVersionedDomainObject, EntityId, FieldChange, Loss, MigrationError, MigrationOptions,
    document::{Member, MemberWrite, WriteValue, assemble},
};
use versioned_store::{
    EntityKey, EntityTable, ModelVersion, NewCommit, Row, RowError, RowWrite, TableLayout,
};

use crate::{
    EntityError, EntityFailure, Fetched, PanicMessage, Reason, Saved, ValueCheck, content,
    hooks::Effects,
    prefetch::FetchedByKey,
    subject::Subject,
    validity::{Validity, check_row},
};

/// What is to become of the rows of a page, in their order.
#[derive(Debug, Default)]
pub(crate) struct BatchPlan {
    pub(crate) rows: Vec<RowPlan>,
    /// The key of each row.
    pub(crate) keys: Vec<EntityKey>,
    /// One for each [`RowPlan::Write`], in the same order.
    pub(crate) writes: Vec<RowWrite>,
    /// What was found where values are checked.
    pub(crate) validity: Box<Validity>,
}

impl BatchPlan {
    /// Whether the plan has an effect on the store besides that its rows are done.
    pub(crate) fn has_effect(&self) -> bool {
        self.rows.iter().any(|row| matches!(row, RowPlan::Write(_) | RowPlan::Failed(_)))
    }

    /// The same plan in parts with at most one write each.
    pub(crate) fn into_single_writes(self) -> Vec<Self> {
        let mut parts = vec![Self::default()];
        let mut writes = self.writes.into_iter();
        for (row, key) in self.rows.into_iter().zip(self.keys) {
            let is_write = matches!(row, RowPlan::Write(_));
            if is_write && parts.last().is_some_and(|part| !part.writes.is_empty()) {
                parts.push(Self::default());
            }
            let Some(part) = parts.last_mut() else { continue };
            if is_write {
                part.writes.extend(writes.next());
            }
            part.rows.push(row);
            part.keys.push(key);
        }
        parts
    }

    /// Turns the only write into a failure.
    pub(crate) fn fail_write(&mut self, failed: FailedRow) {
        self.writes.clear();
        let write = self.rows.iter_mut().find(|row| matches!(row, RowPlan::Write(_)));
        if let Some(row) = write {
            *row = RowPlan::Failed(Box::new(failed));
        }
    }
}

/// What is to become of one row.
#[derive(Debug)]
pub(crate) enum RowPlan {
    Current,
    Skipped,
    Deleted,
    Failed(Box<FailedRow>),
    Write(Changed),
}

/// A row that failed.
#[derive(Debug)]
pub(crate) struct FailedRow {
    pub(crate) failure: EntityFailure,
    pub(crate) content_hash: String,
}

/// What a write changes.
#[derive(Debug)]
pub(crate) struct Changed {
    pub(crate) fields: Vec<FieldChange>,
    pub(crate) side_outputs: Vec<&'static str>,
    pub(crate) losses: Vec<Loss>,
    pub(crate) effects: Effects,
    /// What the write replaces, where that is kept.
    pub(crate) before: Option<Vec<u8>>,
    /// The commit of the write, in a table with a history.
    pub(crate) commit: Option<Box<NewCommit>>,
}

/// What a conversion needs to know besides the row.
#[derive(Debug, Clone)]
pub(crate) struct ConvertOptions {
    pub(crate) check_type: bool,
    pub(crate) counts_losses: bool,
    pub(crate) keep_before: bool,
    /// What values are checked by; in an audit alone.
    pub(crate) value_checks: Option<Arc<dyn ValueCheck>>,
    pub(crate) skip: Arc<BTreeSet<EntityId>>,
    /// What was fetched for the conversions of the batch.
    pub(crate) fetched: Arc<FetchedByKey>,
    /// When the batch is converted, in milliseconds since 1970; for commits alone.
    pub(crate) at_ms: i64,
}

/// Plans what is to become of each row.
pub(crate) fn plan_batch<D: BaseVersionedDomainObject>(
    subject: &Subject<D>,
    rows: Vec<Row>,
    options: &ConvertOptions,
) -> BatchPlan {
    let mut plan = BatchPlan::default();
    for row in rows {
        plan.keys.push(row.key.clone());
        check_values(subject, &row, options, &mut plan.validity);
        let row_plan = match plan_row(subject, row, options) {
            Ok(Planned::Write(planned)) => {
                let (write, mut changed) = *planned;
                if options.keep_before {
                    changed.before = content::keep(&subject.table, &write);
                }
                plan.writes.push(write);
                RowPlan::Write(changed)
            }
            Ok(Planned::Current) => RowPlan::Current,
            Ok(Planned::Skipped) => RowPlan::Skipped,
            Ok(Planned::Deleted) => RowPlan::Deleted,
            Err(failed) => RowPlan::Failed(failed),
        };
        plan.rows.push(row_plan);
    }
    plan
}

fn check_values<D>(subject: &Subject<D>, row: &Row, options: &ConvertOptions, to: &mut Validity) {
    let Some(checks) = &options.value_checks else { return };
    if !row.deleted && !options.skip.contains(&row.key.to_entity_id()) {
        let fetched = options.fetched.get(&row.key).map(Fetched::members).unwrap_or_default();
        check_row(checks.as_ref(), &subject.table, row, &fetched, to);
    }
}

enum Planned {
    Current,
    Skipped,
    Deleted,
    Write(Box<(RowWrite, Changed)>),
}

fn plan_row<D: BaseVersionedDomainObject>(
    subject: &Subject<D>,
    row: Row,
    options: &ConvertOptions,
) -> Result<Planned, Box<FailedRow>> {
    if row.deleted {
        return Ok(Planned::Deleted);
    }
    if !options.skip.is_empty() && options.skip.contains(&row.key.to_entity_id()) {
        return Ok(Planned::Skipped);
    }
    let (entity, table) = (subject.name, &subject.table);
    let failed = |id: EntityId, error, content_hash| {
        let failure = EntityFailure::new(entity, id, error);
        Box::new(FailedRow { failure, content_hash })
    };
    // One entity's panic is one failed entity; the panic hook has shown it already.
    let converted = catch_unwind(AssertUnwindSafe(|| convert_row(subject, &row, options)));
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
                NewContent::Members(writes) => {
                    // Only a side output may not fit its column; the row is gone then.
                    let has_risk = !changed.side_outputs.is_empty();
                    let hash = has_risk.then(|| content::content_hash(table, &row));
                    table.row_write(row, writes).map_err(|source| {
                        let error =
                            EntityError::Row { entity, id: id.clone(), source: Box::new(source) };
                        failed(id, error, hash.unwrap_or_default())
                    })?
                }
                NewContent::Document(document) => table.document_write(row, document),
            };
            Ok(Planned::Write(Box::new((write, changed))))
        }
        Err(error) => {
            let hash = content::content_hash(table, &row);
            Err(failed(row.key.to_entity_id(), error, hash))
        }
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
    subject: &Subject<D>,
    row: &Row,
    options: &ConvertOptions,
) -> Result<Option<Converted>, EntityError> {
    match subject.table.layout() {
        TableLayout::Document => convert_document(subject, row, options),
        _ => convert_members(subject, row, options),
    }
}

fn convert_members<D: BaseVersionedDomainObject>(
    subject: &Subject<D>,
    row: &Row,
    options: &ConvertOptions,
) -> Result<Option<Converted>, EntityError> {
    let members = read_members(&subject.table, row)?;
    let fetched = options.fetched.get(&row.key).map(Fetched::members).unwrap_or_default();
    let how =
        MigrationOptions::new().with_fetched(&fetched).with_counted_losses(options.counts_losses);
    let migrated = D::migrate_members_to_latest_schema_versions_with(&members, &how)
        .map_err(|error| error.of(row.key.to_entity_id()))?;
    if migrated.changes.is_empty() {
        return Ok(None);
    }
    let with_id = |error: MigrationError| error.of(row.key.to_entity_id());
    if options.check_type {
        check_members::<D>(row, &members, &migrated.writes).map_err(with_id)?;
    }
    let (mut effects, mut commit) = (Effects::default(), None);
    if subject.needs_all_columns() {
        if !subject.hooks.is_empty() {
            let object = D::from_stored_members(&written(&members, &migrated.writes));
            effects = run_hooks(subject, row, &object.map_err(with_id)?, options)?;
        }
        if subject.table.history().is_some() {
            let entity = D::schema_versioned_attributes().entity;
            let document = assemble(entity, &members, &migrated.writes).map_err(with_id)?;
            commit = commit_of(subject, row, &migrated.changes, || document, options)?;
        }
    }
    let (fields, side_outputs, losses) = (migrated.changes, migrated.side_outputs, migrated.losses);
    let changed = Changed { fields, side_outputs, losses, effects, before: None, commit };
    Ok(Some(Converted { new: NewContent::Members(migrated.writes), changed }))
}

fn convert_document<D: BaseVersionedDomainObject>(
    subject: &Subject<D>,
    row: &Row,
    options: &ConvertOptions,
) -> Result<Option<Converted>, EntityError> {
    let document = read_document(&subject.table, row)?;
    let with_id = |error: MigrationError| error.of(row.key.to_entity_id());
    let fetched = options.fetched.get(&row.key).map(Fetched::members).unwrap_or_default();
    let how =
        MigrationOptions::new().with_fetched(&fetched).with_counted_losses(options.counts_losses);
    let migrated = D::migrate_to_latest_schema_versions_with(document, &how).map_err(with_id)?;
    if migrated.is_current() {
        return Ok(None);
    }
    let effects = match options.check_type || !subject.hooks.is_empty() {
        true => {
            let object = migrated.to_object().map_err(with_id)?;
            run_hooks(subject, row, &object, options)?
        }
        false => Effects::default(),
    };
    let fields = migrated.changes().to_vec();
    let side_outputs = migrated.side_outputs().to_vec();
    let losses = migrated.losses().to_vec();
    let document = migrated.into_document().into_owned();
    let commit = commit_of(subject, row, &fields, || document.clone(), options)?;
    let changed = Changed { fields, side_outputs, losses, effects, before: None, commit };
    Ok(Some(Converted { new: NewContent::Document(document), changed }))
}

/// What follows from an entity at its latest versions.
fn run_hooks<D>(
    subject: &Subject<D>,
    row: &Row,
    object: &D,
    options: &ConvertOptions,
) -> Result<Effects, EntityError> {
    let saved = Saved::new(object, &row.key, next_version(row), Reason::Migrate);
    let (fetched, nothing) = (options.fetched.get(&row.key), Fetched::default());
    subject.hooks.run(&saved, fetched.unwrap_or(&nothing)).map_err(|source| {
        let (entity, id) = (subject.name, row.key.to_entity_id());
        EntityError::Invalid { entity, id, source }
    })
}

/// The commit of a migrated row, where its table has a history.
fn commit_of<D>(
    subject: &Subject<D>,
    row: &Row,
    changes: &[FieldChange],
    document: impl FnOnce() -> String,
    options: &ConvertOptions,
) -> Result<Option<Box<NewCommit>>, EntityError> {
    let table = &subject.table;
    if table.history().is_none() {
        return Ok(None);
    }
    let Some(model_version) = next_version(row) else {
        let (entity, id) = (subject.name, row.key.to_entity_id());
        return Err(EntityError::ModelVersionMissing { entity, id });
    };
    let record = subject.hooks.migration(table.declaration(), changes, options.at_ms);
    let (key, snapshot) = (row.key.clone(), document());
    Ok(Some(Box::new(NewCommit { key, model_version, snapshot, record })))
}

/// The model version that a write gives to a row.
pub(crate) fn next_version(row: &Row) -> Option<ModelVersion> {
    row.model_version.and_then(|version| ModelVersion::new(version).next())
}

/// Checks that the Rust type accepts the new content: the whole object where every column was read, otherwise the
/// fields that a chain has changed.
fn check_members<D: BaseVersionedDomainObject>(
    row: &Row,
    members: &[Member<'_>],
    writes: &[MemberWrite],
) -> Result<(), MigrationError> {
    let declaration = D::schema_versioned_attributes();
    if row.values.iter().all(Option::is_some) {
        return D::from_stored_members(&written(members, writes)).map(drop);
    }
    for write in writes {
        let attribute = declaration.versioned.iter().find(|attribute| attribute.key == write.key);
        if let (Some(attribute), WriteValue::Json(json)) = (attribute, &write.value) {
            attribute.check_type(declaration, json)?;
        }
    }
    Ok(())
}

/// The members as they are once they are written.
fn written<'m>(members: &[Member<'m>], writes: &'m [MemberWrite]) -> Vec<Member<'m>> {
    let mut written: Vec<_> = members.to_vec();
    for write in writes.iter().map(MemberWrite::as_member) {
        match written.iter_mut().find(|member| member.key == write.key) {
            Some(member) => *member = write,
            None => written.push(write),
        }
    }
    written
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
