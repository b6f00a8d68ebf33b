//! Reading entities at their latest versions, without writing them back.
//!
//! Layer: jobs. Invariant: what is read is, field by field, the bytes that a migration would write.

use versioned_core::{BaseVersionedDomainObject, MigrationError, document::assemble};
use versioned_store::{EntityKey, EntityTable, ModelStore, Row, TableLayout};

use crate::{
    EntityError, FetchError, VersionedModel,
    convert::{read_document, read_members},
};

/// The error of a strict read that finds nothing.
pub(crate) fn absent<M: VersionedModel + ?Sized>(key: &EntityKey) -> FetchError {
    let entity = M::DomainObject::schema_versioned_attributes().entity;
    FetchError::Absent { entity, key: key.clone() }
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

/// The JSON text of the entity at its latest versions.
pub(crate) fn document<D: BaseVersionedDomainObject>(
    table: &EntityTable,
    row: &Row,
) -> Result<String, FetchError> {
    let document = match table.layout() {
        TableLayout::Document => stored_document::<D>(table, row),
        _ => assembled_document::<D>(table, row),
    };
    document.map_err(|error| FetchError::Entity { error })
}

/// The typed object at its latest versions.
pub(crate) fn object<D: BaseVersionedDomainObject>(
    table: &EntityTable,
    row: &Row,
) -> Result<D, FetchError> {
    let document = document::<D>(table, row)?;
    let object = D::migrate_to_latest_schema_versions(&document).and_then(|it| it.to_object());
    object.map_err(|error| FetchError::Entity { error: with_id(row, error) })
}

fn stored_document<D: BaseVersionedDomainObject>(
    table: &EntityTable,
    row: &Row,
) -> Result<String, EntityError> {
    match D::migrate_to_latest_schema_versions(read_document(table, row)?) {
        Ok(migrated) => Ok(migrated.into_document().into_owned()),
        Err(error) => Err(with_id(row, error)),
    }
}

fn assembled_document<D: BaseVersionedDomainObject>(
    table: &EntityTable,
    row: &Row,
) -> Result<String, EntityError> {
    let members = read_members(table, row)?;
    let migrated = D::migrate_members_to_latest_schema_versions(&members)
        .map_err(|error| with_id(row, error))?;
    let document = assemble(table.declaration().entity, &members, &migrated.writes);
    document.map_err(|error| with_id(row, error))
}

fn with_id(row: &Row, error: MigrationError) -> EntityError {
    error.of(row.key.to_entity_id()).into()
}
