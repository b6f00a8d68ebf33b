//! Reading entities at their latest versions.
//!
//! Layer: jobs. Invariant: nothing is written here, and what is read is, field by field, the bytes that a migration would write.

use versioned_core::{
    BaseVersionedDomainObject, FieldChange, MigrationError, MigrationOptions, document::assemble,
};
use versioned_store::{
    BatchLimits, Bodies, CommitEntry, CommitsRequest, EntityKey, EntityTable, HistoryStore,
    ModelStore, ModelVersion, Row, ScanRequest, Snapshot, TableLayout,
};

use crate::{
    EntityError, FetchError, Fetched, Stored, VersionedModel,
    convert::{read_document, read_members},
    prefetch::{Asked, FetchedByKey, When, converts_with_fetched, prefetch},
    upgrades,
};

/// The error of a strict read that finds nothing.
pub(crate) fn absent<M: VersionedModel + ?Sized>(key: &EntityKey) -> FetchError {
    let entity = M::DomainObject::schema_versioned_attributes().entity;
    FetchError::Absent { entity, key: key.clone() }
}

/// The error of a strict read of a model version that finds nothing.
pub(crate) fn version_absent<M: VersionedModel + ?Sized>(
    key: &EntityKey,
    version: ModelVersion,
) -> FetchError {
    let entity = M::DomainObject::schema_versioned_attributes().entity;
    FetchError::VersionAbsent { entity, key: key.clone(), version }
}

/// The snapshot of an entity as of a model version.
pub(crate) async fn snapshot<M, S>(
    store: &S,
    key: &EntityKey,
    version: ModelVersion,
) -> Result<Option<Snapshot>, FetchError>
where
    M: VersionedModel + ?Sized,
    S: HistoryStore,
{
    let table = table_with_history::<M>()?;
    let entity = table.declaration().entity;
    let snapshot = store.snapshot(&table, key, version).await;
    snapshot.map_err(|source| FetchError::Store { entity, key: key.clone(), source })
}

/// The commits of an entity.
pub(crate) async fn history<M, S>(
    store: &S,
    key: &EntityKey,
    after: Option<i64>,
) -> Result<Vec<CommitEntry>, FetchError>
where
    M: VersionedModel + ?Sized,
    S: HistoryStore,
{
    let table = table_with_history::<M>()?;
    let entity = table.declaration().entity;
    let request = CommitsRequest { of: Some(key.clone()), after, limit: BatchLimits::ROWS_MAX };
    let commits = store.commits(&table, &request).await;
    commits.map_err(|source| FetchError::Store { entity, key: key.clone(), source })
}

fn table_with_history<M: VersionedModel + ?Sized>() -> Result<EntityTable, FetchError> {
    let entity = M::DomainObject::schema_versioned_attributes().entity;
    let table = M::table().map_err(|source| FetchError::StorageModel { entity, source })?;
    match table.history() {
        Some(_) => Ok(table),
        None => Err(FetchError::HistoryMissing { entity }),
    }
}

/// The bytes of the document of a snapshot.
pub(crate) fn content<'s, D: BaseVersionedDomainObject>(
    key: &EntityKey,
    snapshot: &'s Snapshot,
) -> Result<&'s [u8], FetchError> {
    let entity = D::schema_versioned_attributes().entity;
    let id = key.at(snapshot.model_version).to_entity_id();
    let error = EntityError::NotRead { entity, id };
    snapshot.document().ok_or(FetchError::Entity { error })
}

/// The JSON text of a snapshot at its latest versions.
pub(crate) fn snapshot_document<D: BaseVersionedDomainObject>(
    key: &EntityKey,
    snapshot: &Snapshot,
    fetched: &Fetched,
) -> Result<String, FetchError> {
    let (fetched, content) = (fetched.members(), content::<D>(key, snapshot)?);
    let how = MigrationOptions::new().with_fetched(&fetched);
    let migrated = D::migrate_to_latest_schema_versions_with(content, &how);
    let migrated = migrated.map_err(|error| snapshot_error(key, snapshot, error))?;
    report::<D>(&key.at(snapshot.model_version), migrated.changes());
    Ok(migrated.into_document().into_owned())
}

/// The typed object of a snapshot at its latest versions.
pub(crate) fn snapshot_object<D: BaseVersionedDomainObject>(
    key: &EntityKey,
    snapshot: &Snapshot,
    fetched: &Fetched,
) -> Result<D, FetchError> {
    let (fetched, content) = (fetched.members(), content::<D>(key, snapshot)?);
    let how = MigrationOptions::new().with_fetched(&fetched);
    let migrated = D::migrate_to_latest_schema_versions_with(content, &how);
    let migrated = migrated.map_err(|error| snapshot_error(key, snapshot, error))?;
    report::<D>(&key.at(snapshot.model_version), migrated.changes());
    migrated.to_object().map_err(|error| snapshot_error(key, snapshot, error))
}

fn report<D: BaseVersionedDomainObject>(key: &EntityKey, changes: &[FieldChange]) {
    upgrades::report(D::schema_versioned_attributes().entity, key, changes);
}

fn snapshot_error(key: &EntityKey, snapshot: &Snapshot, error: MigrationError) -> FetchError {
    let id = key.at(snapshot.model_version).to_entity_id();
    FetchError::Entity { error: error.of(id).into() }
}

/// What is fetched for the conversions of one row.
pub(crate) async fn fetched<M, S>(
    store: &S,
    table: &EntityTable,
    row: &Row,
) -> Result<Fetched, FetchError>
where
    M: VersionedModel + ?Sized,
    S: ModelStore,
{
    if !converts_with_fetched(table) {
        return Ok(Fetched::default());
    }
    let fetched = prefetch::<M, S>(store, to_convert(table, std::slice::from_ref(row))).await;
    let entity = table.declaration().entity;
    let mut fetched = fetched.map_err(|source| FetchError::Prefetch { entity, source })?;
    Ok(fetched.remove(&row.key).unwrap_or_default())
}

/// A read checks nothing.
fn to_convert<'a>(table: &'a EntityTable, rows: &'a [Row]) -> Asked<'a> {
    Asked { table, rows, check_needs: &[], when: When::Converted }
}

/// What is fetched for the conversions of rows.
pub(crate) async fn fetched_many<M, S>(
    store: &S,
    table: &EntityTable,
    rows: &[Option<Row>],
) -> Result<FetchedByKey, FetchError>
where
    M: VersionedModel + ?Sized,
    S: ModelStore,
{
    let needs = converts_with_fetched(table);
    let rows: Vec<Row> = rows.iter().filter(|_| needs).flatten().cloned().collect();
    let entity = table.declaration().entity;
    let fetched = prefetch::<M, S>(store, to_convert(table, &rows)).await;
    fetched.map_err(|source| FetchError::Prefetch { entity, source })
}

/// What is fetched for the conversions of a snapshot.
pub(crate) async fn fetched_for_snapshot<M, S>(
    store: &S,
    key: &EntityKey,
    snapshot: &Snapshot,
) -> Result<Fetched, FetchError>
where
    M: VersionedModel + ?Sized,
    S: ModelStore,
{
    let table = table_with_history::<M>()?;
    let Some(table) = table.snapshots() else { return Ok(Fetched::default()) };
    let values = vec![Some(snapshot.content.clone())];
    let key = key.at(snapshot.model_version);
    let row = Row { key, model_version: None, deleted: false, values, stamp: None };
    fetched::<M, S>(store, &table, &row).await
}

/// The row of an entity that is there and not marked as deleted.
pub(crate) async fn row<M, S>(
    store: &S,
    key: &EntityKey,
) -> Result<Option<(EntityTable, Row)>, FetchError>
where
    M: VersionedModel + ?Sized,
    S: ModelStore,
{
    let entity = M::DomainObject::schema_versioned_attributes().entity;
    let table = M::table().map_err(|source| FetchError::StorageModel { entity, source })?;
    let row = store.get(&table, key).await;
    let row = row.map_err(|source| FetchError::Store { entity, key: key.clone(), source })?;
    Ok(row.filter(|row| !row.deleted).map(|row| (table, row)))
}

/// The rows of entities in the order of their keys; `None` for one that is absent or marked as deleted.
pub(crate) async fn rows<M, S>(
    store: &S,
    keys: &[EntityKey],
) -> Result<(EntityTable, Vec<Option<Row>>), FetchError>
where
    M: VersionedModel + ?Sized,
    S: ModelStore,
{
    let entity = M::DomainObject::schema_versioned_attributes().entity;
    let table = M::table().map_err(|source| FetchError::StorageModel { entity, source })?;
    let failed = |source| FetchError::StoreMany { entity, keys: keys.len(), source };
    let rows = store.get_many(&table, keys).await.map_err(failed)?;
    if rows.len() != keys.len() {
        return Err(FetchError::BrokenStore { entity, table: table.name().to_owned() });
    }
    Ok((table, rows.into_iter().map(|row| row.filter(|row| !row.deleted)).collect()))
}

/// The rows of a page of a list, and after which key the list goes on.
pub(crate) async fn page<M, S>(
    store: &S,
    after: Option<&EntityKey>,
    limit: u32,
) -> Result<(EntityTable, Vec<Option<Row>>, Option<EntityKey>), FetchError>
where
    M: VersionedModel + ?Sized,
    S: ModelStore,
{
    let entity = M::DomainObject::schema_versioned_attributes().entity;
    let table = M::table().map_err(|source| FetchError::StorageModel { entity, source })?;
    let limits = BatchLimits { rows_max: limit.max(1), ..BatchLimits::default() };
    let bodies = Bodies::All;
    let request = ScanRequest { after: after.cloned(), until: None, limits, bodies };
    let page = store.scan(&table, &request).await;
    let page = page.map_err(|source| FetchError::List { entity, source })?;
    let last = page.rows.last().map(|row| row.key.clone());
    let goes_on = last.as_ref().is_some_and(|last| after.is_none_or(|after| after < last));
    if !page.is_last && !goes_on {
        // To go on from here would never end.
        return Err(FetchError::BrokenStore { entity, table: table.name().to_owned() });
    }
    let next = last.filter(|_| !page.is_last);
    let rows = page.rows.into_iter().map(|row| Some(row).filter(|row| !row.deleted)).collect();
    Ok((table, rows, next))
}

/// The JSON text of the entity at its latest versions.
pub(crate) fn document<D: BaseVersionedDomainObject>(
    table: &EntityTable,
    row: &Row,
    fetched: &Fetched,
) -> Result<String, FetchError> {
    let document = match table.layout() {
        TableLayout::Document => stored_document::<D>(table, row, fetched),
        _ => assembled_document::<D>(table, row, fetched),
    };
    document.map_err(|error| FetchError::Entity { error })
}

/// The typed object at its latest versions.
pub(crate) fn object<D: BaseVersionedDomainObject>(
    table: &EntityTable,
    row: &Row,
    fetched: &Fetched,
) -> Result<D, FetchError> {
    let fetched = fetched.members();
    let how = MigrationOptions::new().with_fetched(&fetched);
    let object = match table.layout() {
        TableLayout::Document => {
            read_document(table, row).map(|document| D::from_stored_document_with(document, &how))
        }
        _ => read_members(table, row).map(|members| D::from_stored_members_with(&members, &how)),
    };
    let read = object.and_then(|object| object.map_err(|error| with_id(row, error)));
    let read = read.map_err(|error| FetchError::Entity { error })?;
    report::<D>(&row.key, &read.changes);
    Ok(read.object)
}

/// The entity with the row from which it was read, to be changed and saved.
pub(crate) fn opened<D: BaseVersionedDomainObject>(
    table: &EntityTable,
    row: Row,
    fetched: &Fetched,
) -> Result<Stored<D>, FetchError> {
    let fetched = fetched.members();
    let how = MigrationOptions::new().with_fetched(&fetched);
    let read = || {
        let (document, changes) = match table.layout() {
            TableLayout::Document => {
                let document = read_document(table, &row)?;
                let migrated = D::migrate_to_latest_schema_versions_with(document, &how)
                    .map_err(|error| with_id(&row, error))?;
                let changes = migrated.changes().to_vec();
                (migrated.into_document().into_owned(), changes)
            }
            _ => {
                let members = read_members(table, &row)?;
                let migrated = D::migrate_members_to_latest_schema_versions_with(&members, &how)
                    .map_err(|error| with_id(&row, error))?;
                let document = assemble(table.declaration().entity, &members, &migrated.writes);
                (document.map_err(|error| with_id(&row, error))?, migrated.changes)
            }
        };
        let object = D::migrate_to_latest_schema_versions(&document)
            .and_then(|migrated| migrated.to_object());
        Ok((object.map_err(|error| with_id(&row, error))?, changes))
    };
    let (object, changes) = read().map_err(|error| FetchError::Entity { error })?;
    report::<D>(&row.key, &changes);
    Ok(Stored { object, row, changes })
}

fn stored_document<D: BaseVersionedDomainObject>(
    table: &EntityTable,
    row: &Row,
    fetched: &Fetched,
) -> Result<String, EntityError> {
    let fetched = fetched.members();
    let how = MigrationOptions::new().with_fetched(&fetched);
    match D::migrate_to_latest_schema_versions_with(read_document(table, row)?, &how) {
        Ok(migrated) => {
            report::<D>(&row.key, migrated.changes());
            Ok(migrated.into_document().into_owned())
        }
        Err(error) => Err(with_id(row, error)),
    }
}

fn assembled_document<D: BaseVersionedDomainObject>(
    table: &EntityTable,
    row: &Row,
    fetched: &Fetched,
) -> Result<String, EntityError> {
    let members = read_members(table, row)?;
    let fetched = fetched.members();
    let how = MigrationOptions::new().with_fetched(&fetched);
    let migrated = D::migrate_members_to_latest_schema_versions_with(&members, &how)
        .map_err(|error| with_id(row, error))?;
    report::<D>(&row.key, &migrated.changes);
    let document = assemble(table.declaration().entity, &members, &migrated.writes);
    document.map_err(|error| with_id(row, error))
}

fn with_id(row: &Row, error: MigrationError) -> EntityError {
    error.of(row.key.to_entity_id()).into()
}
