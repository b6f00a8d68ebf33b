//! Entity kinds of an application: the domain object, how it is stored, and what follows from a save.
//!
//! Layer: jobs. Invariant: jobs, fetchers and saves take everything from this one declaration, so that they cannot drift
//! apart.

use std::future::Future;

use versioned_core::BaseVersionedDomainObject;
use versioned_store::{EntityKey, EntityTable, ModelStore, StorageModel, StorageModelError};

use crate::{FetchError, Hooks, fetch};

/// What [`find_many`](VersionedModel::find_many) gives: for each key its entity, `None` if it is absent or marked as
/// deleted, or why it cannot be read at its latest versions.
pub type FoundMany<D> = Vec<Result<Option<D>, FetchError>>;

/// One entity kind of an application, declared once: its domain object, how it lies in a table, and what follows from a
/// save.
///
/// Everything else is provided. The methods are associated functions, since a declaration has no state of its own.
/// There is an example on the [page of the crate](crate#examples).
pub trait VersionedModel: Send + Sync + 'static {
    /// The domain object.
    type DomainObject: BaseVersionedDomainObject + Send + Sync;

    /// How it lies in a table.
    fn storage_model() -> StorageModel;

    /// What the application adds to every save and migration: validation, dependent rows, messages. Default: nothing.
    #[must_use]
    fn hooks() -> Hooks<Self::DomainObject> {
        Hooks::default()
    }

    /// The table of the entity: the storage model, checked against the declaration.
    ///
    /// # Errors
    ///
    /// [`StorageModelError`] names the table, the column and the fix.
    fn table() -> Result<EntityTable, StorageModelError> {
        EntityTable::new(Self::DomainObject::schema_versioned_attributes(), Self::storage_model())
    }

    /// Reads one entity at its latest schema versions.
    ///
    /// Nothing is written back. Stale fields are converted on the task that calls, as they are one entity's.
    ///
    /// # Errors
    ///
    /// [`FetchError::Absent`] if it is not there or marked as deleted; otherwise as for [`find`](Self::find).
    fn get<S: ModelStore>(
        store: &S,
        key: &EntityKey,
    ) -> impl Future<Output = Result<Self::DomainObject, FetchError>> + Send {
        async move { Self::find(store, key).await?.ok_or_else(|| fetch::absent::<Self>(key)) }
    }

    /// Reads one entity as [`get`](Self::get) does; `None` if it is absent or marked as deleted.
    ///
    /// # Errors
    ///
    /// [`FetchError`] if the store failed, or the entity cannot be brought to its latest versions.
    fn find<S: ModelStore>(
        store: &S,
        key: &EntityKey,
    ) -> impl Future<Output = Result<Option<Self::DomainObject>, FetchError>> + Send {
        async move {
            let Some((table, row)) = fetch::row::<Self, S>(store, key).await? else {
                return Ok(None);
            };
            fetch::object::<Self::DomainObject>(&table, &row).map(Some)
        }
    }

    /// Reads entities as [`get`](Self::get) does, in the order of `keys`, with fewer calls of the store.
    ///
    /// # Errors
    ///
    /// As for [`get`](Self::get), of the first entity that is absent or cannot be read.
    fn get_many<S: ModelStore>(
        store: &S,
        keys: &[EntityKey],
    ) -> impl Future<Output = Result<Vec<Self::DomainObject>, FetchError>> + Send {
        async move {
            let found = Self::find_many(store, keys).await?.into_iter().zip(keys);
            found.map(|(found, key)| found?.ok_or_else(|| fetch::absent::<Self>(key))).collect()
        }
    }

    /// Reads entities as [`find`](Self::find) does, in the order of `keys`, with fewer calls of the store.
    ///
    /// An entity that cannot be brought to its latest versions is an error in its place and stops no other. All of them
    /// are in memory at once.
    ///
    /// # Errors
    ///
    /// [`FetchError`] if the store failed; the errors of single entities are in the list.
    fn find_many<S: ModelStore>(
        store: &S,
        keys: &[EntityKey],
    ) -> impl Future<Output = Result<FoundMany<Self::DomainObject>, FetchError>> + Send {
        async move {
            let (table, rows) = fetch::rows::<Self, S>(store, keys).await?;
            let object = |row| fetch::object::<Self::DomainObject>(&table, &row);
            Ok(rows.into_iter().map(|row| row.map(object).transpose()).collect())
        }
    }

    /// Reads one entity as [`get`](Self::get) does, as the JSON text of its document.
    ///
    /// # Errors
    ///
    /// As for [`get`](Self::get), except that the text need not fit the Rust type.
    fn get_document<S: ModelStore>(
        store: &S,
        key: &EntityKey,
    ) -> impl Future<Output = Result<String, FetchError>> + Send {
        async move {
            let found = Self::find_document(store, key).await?;
            found.ok_or_else(|| fetch::absent::<Self>(key))
        }
    }

    /// Reads one entity as [`find`](Self::find) does, as the JSON text of its document.
    ///
    /// # Errors
    ///
    /// As for [`find`](Self::find), except that the text need not fit the Rust type.
    fn find_document<S: ModelStore>(
        store: &S,
        key: &EntityKey,
    ) -> impl Future<Output = Result<Option<String>, FetchError>> + Send {
        async move {
            let Some((table, row)) = fetch::row::<Self, S>(store, key).await? else {
                return Ok(None);
            };
            fetch::document::<Self::DomainObject>(&table, &row).map(Some)
        }
    }
}
