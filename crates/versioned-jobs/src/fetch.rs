//! Reading entities at their latest versions, without writing them back.
//!
//! Layer: jobs. Invariant: what is read is, field by field, the bytes that a migration would write.

use versioned_core::{BaseVersionedDomainObject, MigrationError, document::assemble};
use versioned_store::{EntityKey, EntityTable, ModelStore, Row, TableLayout};

use crate::{
    BaseMigrateVersionedModelJob, EntityError, FetchError,
    convert::{read_document, read_members},
};

/// The row of an entity that is there and not marked as deleted.
pub(crate) async fn row<J, S>(
    store: &S,
    key: &EntityKey,
) -> Result<Option<(EntityTable, Row)>, FetchError>
where
    J: BaseMigrateVersionedModelJob + ?Sized,
    S: ModelStore,
{
    let entity = J::DomainObject::schema_versioned_attributes().entity;
    let table = J::table().map_err(|source| FetchError::StorageModel { entity, source })?;
    let row = store.get(&table, key).await;
    let row = row.map_err(|source| FetchError::Store { entity, key: key.clone(), source })?;
    Ok(row.filter(|row| !row.deleted).map(|row| (table, row)))
}

/// The rows of entities in the order of their keys; `None` for one that is absent or marked as deleted.
pub(crate) async fn rows<J, S>(
    store: &S,
    keys: &[EntityKey],
) -> Result<(EntityTable, Vec<Option<Row>>), FetchError>
where
    J: BaseMigrateVersionedModelJob + ?Sized,
    S: ModelStore,
{
    let entity = J::DomainObject::schema_versioned_attributes().entity;
    let table = J::table().map_err(|source| FetchError::StorageModel { entity, source })?;
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
    let object = match table.layout() {
        TableLayout::Document => {
            read_document(table, row).map(|document| D::from_stored_document(document))
        }
        _ => read_members(table, row).map(|members| D::from_stored_members(&members)),
    };
    let object = object.and_then(|object| object.map_err(|error| with_id(row, error)));
    object.map_err(|error| FetchError::Entity { error })
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
