//! Model migration: rewrite stored models so that every versioned field is at its latest schema version.
//!
//! Layer: jobs. Uses the ports `ModelStore` and `JobLedger`; knows no driver. Invariant: what is written is at its latest
//! versions, so a run that ends anywhere is resumed by running it again, with a ledger or without one.

use std::future::Future;

use versioned_core::BaseVersionedDomainObject;
use versioned_store::{
    EntityKey, EntityTable, JobLedger, ModelStore, RunId, StorageModel, StorageModelError,
};

use crate::{
    CensusReport, FetchError, Hooks, JobError, JobOptions, JobReport, Mode, Progress, UndoReport,
    census, fetch, policies,
    run::{Run, Source},
    undo,
    without_ledger::WithoutLedger,
};

/// What [`fetch_many`](BaseMigrateVersionedModelJob::fetch_many) gives: for each key its entity, `None` if it is absent or
/// marked as deleted, or why it cannot be read at its latest versions.
pub type FetchedMany<D> = Vec<Result<Option<D>, FetchError>>;

/// A job over the models of one entity kind: it names the domain object and how it is stored, and nothing else.
///
/// Everything else is provided. The methods are associated functions, since a job has no state of its own. They need
/// a Tokio runtime, because conversions run on its blocking threads.
/// There is an example on the [page of the crate](crate#examples).
pub trait BaseMigrateVersionedModelJob: Send + Sync + 'static {
    /// The domain object.
    type DomainObject: BaseVersionedDomainObject;

    /// How it lies in a table.
    fn storage_model() -> StorageModel;

    /// What the application adds: validation, dependent rows, messages. Default: nothing.
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

    /// Brings every stored model to the latest schema versions.
    ///
    /// Each batch is written in one transaction, each row only if it is as it was read. An entity that fails is
    /// counted and reported, and left as it is. Running it again changes nothing that is current.
    ///
    /// # Errors
    ///
    /// [`JobError`] if the run ended early; it has the report of what was done before.
    fn migrate<S: JobLedger>(
        store: &S,
        options: &JobOptions,
        progress: &dyn Progress,
    ) -> impl Future<Output = Result<JobReport, JobError>> + Send {
        async move { policies::run::<Self, S>(store, Source::Table, options, progress).await }
    }

    /// Says what [`migrate`](Self::migrate) would do, and writes nothing.
    ///
    /// It is the same code up to the write itself, so it fails where the migration would. In its report, `migrated`
    /// counts the entities that would be migrated.
    ///
    /// # Errors
    ///
    /// As for [`migrate`](Self::migrate).
    fn audit<S: ModelStore>(
        store: &S,
        options: &JobOptions,
        progress: &dyn Progress,
    ) -> impl Future<Output = Result<JobReport, JobError>> + Send {
        async move {
            let store = WithoutLedger(store);
            let run = Run::<Self, _>::new(&store, Mode::Audit, Source::Table, options, progress)?;
            run.finish().await
        }
    }

    /// Tries the quarantined entities again, as [`migrate`](Self::migrate) tries all; needs a ledger.
    ///
    /// Those that are migrated, current or gone leave the quarantine; under [`Policy::AllOrNothing`](crate::Policy) all of
    /// them or none.
    ///
    /// # Errors
    ///
    /// As for [`migrate`](Self::migrate).
    fn replay<S: JobLedger>(
        store: &S,
        options: &JobOptions,
        progress: &dyn Progress,
    ) -> impl Future<Output = Result<JobReport, JobError>> + Send {
        async move { policies::run::<Self, S>(store, Source::Quarantine, options, progress).await }
    }

    /// Puts back what a run replaced and kept, each row only if it is still as the run wrote it; needs a ledger.
    ///
    /// A row that has changed since is a conflict and stays as it is. With each row go the rows of other tables that were
    /// set with it: each is put back only if no column has changed since, and removed if the run has inserted it. Messages
    /// about the row that were not delivered yet are withdrawn in the same transaction. An undo that was interrupted goes
    /// on where it ended.
    ///
    /// # Errors
    ///
    /// [`JobError`] if the run cannot be undone, or not to its end.
    fn undo<S: JobLedger>(
        store: &S,
        run: RunId,
        options: &JobOptions,
    ) -> impl Future<Output = Result<UndoReport, JobError>> + Send {
        async move { undo::undo(&checked_table::<Self>()?, store, run, options).await }
    }

    /// Counts which schema versions are stored.
    ///
    /// Where versions are columns the database counts them; where they lie in documents, every document is read.
    ///
    /// # Errors
    ///
    /// [`JobError`] if the store failed; nothing is returned then.
    fn census<S: ModelStore>(
        store: &S,
    ) -> impl Future<Output = Result<CensusReport, JobError>> + Send {
        async move { census::take(&checked_table::<Self>()?, store).await }
    }

    /// Reads one entity at its latest schema versions; `None` if it is absent or marked as deleted.
    ///
    /// Nothing is written back. Stale fields are converted on the task that calls, as they are one entity's.
    ///
    /// # Errors
    ///
    /// [`FetchError`] if the store failed, or the entity cannot be brought to its latest versions.
    fn fetch<S: ModelStore>(
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

    /// Reads entities as [`fetch`](Self::fetch) does, in the order of `keys`, with fewer calls of the store.
    ///
    /// An entity that cannot be brought to its latest versions is an error in its place and stops no other. All of them
    /// are in memory at once.
    ///
    /// # Errors
    ///
    /// [`FetchError`] if the store failed; the errors of single entities are in the list.
    fn fetch_many<S: ModelStore>(
        store: &S,
        keys: &[EntityKey],
    ) -> impl Future<Output = Result<FetchedMany<Self::DomainObject>, FetchError>> + Send {
        async move {
            let (table, rows) = fetch::rows::<Self, S>(store, keys).await?;
            let object = |row| fetch::object::<Self::DomainObject>(&table, &row);
            Ok(rows.into_iter().map(|row| row.map(object).transpose()).collect())
        }
    }

    /// Reads one entity as [`fetch`](Self::fetch) does, as the JSON text of its document.
    ///
    /// # Errors
    ///
    /// As for [`fetch`](Self::fetch), except that the text need not fit the Rust type.
    fn fetch_document<S: ModelStore>(
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

pub(crate) fn checked_table<J: BaseMigrateVersionedModelJob + ?Sized>()
-> Result<EntityTable, JobError> {
    let entity = J::DomainObject::schema_versioned_attributes().entity;
    J::table().map_err(|source| JobError::StorageModel { entity, source })
}
