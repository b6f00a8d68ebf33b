//! Entity kinds of an application: the domain object, how it is stored, and what follows from a save.
//!
//! Layer: jobs. Invariant: jobs, fetchers and saves take everything from this one declaration, so that they cannot drift
//! apart.

use std::future::Future;

use serde::Serialize;
use versioned_core::BaseVersionedDomainObject;
use versioned_store::{
    CommitEntry, EntityKey, EntityTable, HistoryStore, ModelStore, ModelVersion, Row, StorageModel,
    StorageModelError,
};

use crate::{
    Commit, FetchError, Fetched, HookError, Hooks, SaveError, Stale, Stored, fetch,
    save::{self, Saver},
};

/// What [`find_many`](VersionedModel::find_many) gives: for each key its entity, `None` if it is absent or marked as
/// deleted, or why it cannot be read at its latest versions.
pub type FoundMany<D> = Vec<Result<Option<D>, FetchError>>;

/// A page of [`list`](VersionedModel::list).
#[derive(Debug)]
#[non_exhaustive]
pub struct ListPage<D> {
    /// The entities with their keys.
    pub entities: Vec<(EntityKey, Result<D, FetchError>)>,
    /// The key after which the list goes on; `None` if this was the last page.
    pub next: Option<EntityKey>,
}

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

    /// Fetches what conversions of stale entities declare as `fetched(..)`, and what [`Hooks::check`] needs, one answer
    /// for each entity, in their order.
    ///
    /// Conversions and hooks do no I/O of their own. It runs before them, and not at all where nothing is needed: in
    /// migrations, audits and reads for the stale entities of a page, which are given as they are stored; in saves and
    /// reverts, where a check is set, for the one entity as it is about to be saved. So that it serves both, take from
    /// the document what has the same shape in all versions. Default: nothing is fetched.
    ///
    /// # Errors
    ///
    /// Whatever stands in the way; a run ends early then, and goes on with the next start.
    fn prefetch<S: ModelStore>(
        store: &S,
        stale: &[Stale<'_>],
    ) -> impl Future<Output = Result<Vec<Fetched>, HookError>> + Send {
        _ = store;
        let nothing = vec![Fetched::default(); stale.len()];
        async move { Ok(nothing) }
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
            let fetched = fetch::fetched::<Self, S>(store, &table, &row).await?;
            fetch::object::<Self::DomainObject>(&table, &row, &fetched).map(Some)
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
            let fetched = fetch::fetched_many::<Self, S>(store, &table, &rows).await?;
            let none = Fetched::default();
            let object = |row: Row| {
                let fetched = fetched.get(&row.key).unwrap_or(&none);
                fetch::object::<Self::DomainObject>(&table, &row, fetched)
            };
            Ok(rows.into_iter().map(|row| row.map(object).transpose()).collect())
        }
    }

    /// Reads a page of entities in the order of their keys, after one of them, without those that are marked as deleted.
    ///
    /// A page comes from at most `limit` rows, from 1 to 10 000, and ends early where its rows are large; it may be empty
    /// and not the last one. An entity that cannot be brought to its latest versions is an error in its place.
    ///
    /// # Errors
    ///
    /// [`FetchError`] if the store failed; the errors of single entities are in the page.
    fn list<S: ModelStore>(
        store: &S,
        after: Option<&EntityKey>,
        limit: u32,
    ) -> impl Future<Output = Result<ListPage<Self::DomainObject>, FetchError>> + Send {
        async move {
            let (table, rows, next) = fetch::page::<Self, S>(store, after, limit).await?;
            let fetched = fetch::fetched_many::<Self, S>(store, &table, &rows).await?;
            let none = Fetched::default();
            let object = |row: Row| {
                let fetched = fetched.get(&row.key).unwrap_or(&none);
                let object = fetch::object::<Self::DomainObject>(&table, &row, fetched);
                (row.key, object)
            };
            Ok(ListPage { entities: rows.into_iter().flatten().map(object).collect(), next })
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
            let fetched = fetch::fetched::<Self, S>(store, &table, &row).await?;
            fetch::document::<Self::DomainObject>(&table, &row, &fetched).map(Some)
        }
    }

    /// Reads one entity as it was at a model version, at the latest schema versions.
    ///
    /// A model that is marked as deleted keeps its versions.
    ///
    /// # Errors
    ///
    /// [`FetchError::VersionAbsent`] if there is no snapshot of it; otherwise as for
    /// [`find_version`](Self::find_version).
    fn get_version<S: HistoryStore>(
        store: &S,
        key: &EntityKey,
        version: ModelVersion,
    ) -> impl Future<Output = Result<Self::DomainObject, FetchError>> + Send {
        async move {
            let found = Self::find_version(store, key, version).await?;
            found.ok_or_else(|| fetch::version_absent::<Self>(key, version))
        }
    }

    /// Reads one entity as [`get_version`](Self::get_version) does; `None` if there is no snapshot of it.
    ///
    /// # Errors
    ///
    /// [`FetchError`] if the storage model has no history, the store failed, or the snapshot cannot be brought to the latest
    /// versions.
    fn find_version<S: HistoryStore>(
        store: &S,
        key: &EntityKey,
        version: ModelVersion,
    ) -> impl Future<Output = Result<Option<Self::DomainObject>, FetchError>> + Send {
        async move {
            let snapshot = fetch::snapshot::<Self, S>(store, key, version).await?;
            let Some(snapshot) = snapshot else { return Ok(None) };
            let fetched = fetch::fetched_for_snapshot::<Self, S>(store, key, &snapshot).await?;
            fetch::snapshot_object::<Self::DomainObject>(key, &snapshot, &fetched).map(Some)
        }
    }

    /// Reads one entity as [`find_version`](Self::find_version) does, as the JSON text of its document.
    ///
    /// # Errors
    ///
    /// As for [`find_version`](Self::find_version), except that the text need not fit the Rust type.
    fn find_version_document<S: HistoryStore>(
        store: &S,
        key: &EntityKey,
        version: ModelVersion,
    ) -> impl Future<Output = Result<Option<String>, FetchError>> + Send {
        async move {
            let snapshot = fetch::snapshot::<Self, S>(store, key, version).await?;
            let Some(snapshot) = snapshot else { return Ok(None) };
            let fetched = fetch::fetched_for_snapshot::<Self, S>(store, key, &snapshot).await?;
            fetch::snapshot_document::<Self::DomainObject>(key, &snapshot, &fetched).map(Some)
        }
    }

    /// Saves a new entity, and gives its model version; `None` in a table without them.
    ///
    /// It runs the hooks of the kind. Row, snapshot, commit, dependent rows and messages are one transaction.
    ///
    /// # Errors
    ///
    /// [`SaveError::Exists`] for a key that exists, or existed and is marked as deleted; [`SaveError`] for an object that is
    /// not valid or not at its latest versions, or if the store failed. Nothing is written then.
    fn create<S: HistoryStore>(
        store: &S,
        key: &EntityKey,
        object: &Self::DomainObject,
        commit: Commit,
    ) -> impl Future<Output = Result<Option<ModelVersion>, SaveError>> + Send
    where
        Self::DomainObject: Serialize,
    {
        async move {
            let saver = Saver::new::<Self>()?;
            let draft = saver.draft(key, object)?;
            let fetched = saver.fetch::<Self, S>(store, &draft).await?;
            let planned = saver.create(draft, object, &fetched, commit)?;
            save::write(store, &saver.table, planned).await
        }
    }

    /// Reads one entity to change and save it.
    ///
    /// # Errors
    ///
    /// As for [`get`](Self::get).
    fn open<S: ModelStore>(
        store: &S,
        key: &EntityKey,
    ) -> impl Future<Output = Result<Stored<Self::DomainObject>, FetchError>> + Send {
        async move {
            let found = fetch::row::<Self, S>(store, key).await?;
            let (table, row) = found.ok_or_else(|| fetch::absent::<Self>(key))?;
            let fetched = fetch::fetched::<Self, S>(store, &table, &row).await?;
            fetch::opened(&table, row, &fetched)
        }
    }

    /// Saves an entity that was opened and changed, and gives its new model version; `None` in a table without them.
    ///
    /// It runs the hooks of the kind. Row, snapshot, commit, dependent rows and messages are one transaction. Columns and
    /// members that have not changed keep their bytes, and members that the declaration does not know stay. Fields that
    /// were upgraded when it was opened are saved at their latest versions, with a command each.
    ///
    /// # Errors
    ///
    /// [`SaveError::Conflict`] if somebody has saved it since it was opened, [`SaveError::Gone`] if it was deleted;
    /// [`SaveError`] for an object that is not valid, or if the store failed. Nothing is written then.
    fn save<S: HistoryStore>(
        store: &S,
        stored: &Stored<Self::DomainObject>,
        commit: Commit,
    ) -> impl Future<Output = Result<Option<ModelVersion>, SaveError>> + Send
    where
        Self::DomainObject: Serialize,
    {
        async move {
            let saver = Saver::new::<Self>()?;
            let draft = saver.draft(stored.key(), &stored.object)?;
            let fetched = saver.fetch::<Self, S>(store, &draft).await?;
            let planned = saver.update(draft, stored, &fetched, commit)?;
            save::write(store, &saver.table, planned).await
        }
    }

    /// Marks an entity as deleted; its row and its history stay. Gives its new model version.
    ///
    /// Dependent rows and messages follow with [`Reason::Delete`](crate::Reason::Delete); it need not be valid.
    ///
    /// # Errors
    ///
    /// As for [`save`](Self::save); [`SaveError::Unsupported`] if no column marks rows as deleted.
    fn delete<S: HistoryStore>(
        store: &S,
        stored: &Stored<Self::DomainObject>,
        commit: Commit,
    ) -> impl Future<Output = Result<Option<ModelVersion>, SaveError>> + Send {
        async move {
            let saver = Saver::new::<Self>()?;
            let planned = saver.delete(stored, commit)?;
            save::write(store, &saver.table, planned).await
        }
    }

    /// Puts an entity back to what it was at a model version, as a new commit, and gives its new model version.
    ///
    /// The old content comes through the chain and must be valid as any save today, strictly where
    /// [`Hooks::strict_if`] says so; otherwise it is refused with the reasons. History is never written over.
    ///
    /// # Errors
    ///
    /// As for [`save`](Self::save); [`FetchError::VersionAbsent`] in it if there is no snapshot of that version.
    fn revert<S: HistoryStore>(
        store: &S,
        key: &EntityKey,
        to: ModelVersion,
        commit: Commit,
    ) -> impl Future<Output = Result<Option<ModelVersion>, SaveError>> + Send {
        async move {
            let saver = Saver::new::<Self>()?;
            let found = fetch::row::<Self, S>(store, key).await?;
            let (_, row) = found.ok_or_else(|| fetch::absent::<Self>(key))?;
            let snapshot = fetch::snapshot::<Self, S>(store, key, to).await?;
            let snapshot = snapshot.ok_or_else(|| fetch::version_absent::<Self>(key, to))?;
            let content = fetch::content::<Self::DomainObject>(key, &snapshot)?;
            let fetched = fetch::fetched_for_snapshot::<Self, S>(store, key, &snapshot).await?;
            let reverted = saver.reverted(key, (to, content), &fetched)?;
            let fetched = saver.fetch::<Self, S>(store, &reverted.draft).await?;
            let planned = saver.revert(&row, reverted, &fetched, commit)?;
            save::write(store, &saver.table, planned).await
        }
    }

    /// The commits of one entity, oldest first; at most 10 000, after the one with this number.
    ///
    /// # Errors
    ///
    /// [`FetchError`] if the storage model has no history, or the store failed.
    fn history<S: HistoryStore>(
        store: &S,
        key: &EntityKey,
        after: Option<i64>,
    ) -> impl Future<Output = Result<Vec<CommitEntry>, FetchError>> + Send {
        async move { fetch::history::<Self, S>(store, key, after).await }
    }
}
