//! Reads that write back what they upgraded.
//!
//! Layer: jobs. Invariant: what is written back is what a migration plans for the row; and whatever becomes of it, the read
//! has succeeded.

use std::{error::Error, future::Future, sync::Arc};

use versioned_store::{
    EntityKey, EntityTable, HistoryStore, ModelChange, ModelCommit, Row, RowWrite,
};

use crate::{
    Clock as _, FetchError, Fetched, FoundMany, SystemClock, VersionedModel,
    convert::{Changed, ConvertOptions, RowPlan, plan_batch},
    fetch,
    prefetch::{Asked, When, prefetch},
    subject::{self, Subject},
    upgrades,
};

/// Whether a read writes back what it has upgraded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum WriteBack {
    /// It writes nothing; the next read upgrades again.
    #[default]
    Never,
    /// After the read, each entity with a stale field is written as a migration would write it, in a transaction of its own.
    ///
    /// That is by compare-and-set with the row as it was read, after the hooks of the kind, with dependent rows and
    /// messages; and with a history, as a commit by the migration's committer. Where somebody else has
    /// written meanwhile, nothing is. A failure is reported through `tracing` and fails no read.
    Afterwards,
}

/// The reads of a [`VersionedModel`] that may write back. It is there for every kind.
///
/// The choice is made per call, and needs a store that takes saves: what reads through the store of an audit cannot write.
///
/// # Examples
///
/// ```no_run
/// use versioned_jobs::{FetchAndWriteBack as _, FetchError, VersionedModel, WriteBack};
/// use versioned_store::HistoryStore;
///
/// async fn shown<M: VersionedModel>(
///     store: &impl HistoryStore,
///     id: &str,
/// ) -> Result<M::DomainObject, FetchError> {
///     M::get_with(store, &id.into(), WriteBack::Afterwards).await
/// }
/// ```
pub trait FetchAndWriteBack: VersionedModel {
    /// Reads one entity as [`get`](VersionedModel::get) does.
    ///
    /// # Errors
    ///
    /// As for [`get`](VersionedModel::get).
    fn get_with<S: HistoryStore>(
        store: &S,
        key: &EntityKey,
        write_back: WriteBack,
    ) -> impl Future<Output = Result<Self::DomainObject, FetchError>> + Send {
        async move {
            let found = Self::find_with(store, key, write_back).await?;
            found.ok_or_else(|| fetch::absent::<Self>(key))
        }
    }

    /// Reads one entity as [`find`](VersionedModel::find) does.
    ///
    /// # Errors
    ///
    /// As for [`find`](VersionedModel::find).
    fn find_with<S: HistoryStore>(
        store: &S,
        key: &EntityKey,
        write_back: WriteBack,
    ) -> impl Future<Output = Result<Option<Self::DomainObject>, FetchError>> + Send {
        async move {
            let Some((table, row)) = fetch::row::<Self, S>(store, key).await? else {
                return Ok(None);
            };
            let fetched = fetch::fetched::<Self, S>(store, &table, &row).await?;
            let object = fetch::object::<Self::DomainObject>(&table, &row, &fetched)?;
            if write_back == WriteBack::Afterwards {
                write::<Self, S>(store, vec![row]).await;
            }
            Ok(Some(object))
        }
    }

    /// Reads entities as [`get_many`](VersionedModel::get_many) does.
    ///
    /// # Errors
    ///
    /// As for [`get_many`](VersionedModel::get_many); what could be read is written back all the same.
    fn get_many_with<S: HistoryStore>(
        store: &S,
        keys: &[EntityKey],
        write_back: WriteBack,
    ) -> impl Future<Output = Result<Vec<Self::DomainObject>, FetchError>> + Send {
        async move {
            let found = Self::find_many_with(store, keys, write_back).await?.into_iter().zip(keys);
            found.map(|(found, key)| found?.ok_or_else(|| fetch::absent::<Self>(key))).collect()
        }
    }

    /// Reads entities as [`find_many`](VersionedModel::find_many) does.
    ///
    /// # Errors
    ///
    /// As for [`find_many`](VersionedModel::find_many).
    fn find_many_with<S: HistoryStore>(
        store: &S,
        keys: &[EntityKey],
        write_back: WriteBack,
    ) -> impl Future<Output = Result<FoundMany<Self::DomainObject>, FetchError>> + Send {
        async move {
            let (table, rows) = fetch::rows::<Self, S>(store, keys).await?;
            let fetched = fetch::fetched_many::<Self, S>(store, &table, &rows).await?;
            let (none, mut read) = (Fetched::default(), Vec::new());
            let mut object = |row: Row| {
                let fetched = fetched.get(&row.key).unwrap_or(&none);
                let object = fetch::object::<Self::DomainObject>(&table, &row, fetched);
                if object.is_ok() && write_back == WriteBack::Afterwards {
                    read.push(row);
                }
                object
            };
            let found = rows.into_iter().map(|row| row.map(&mut object).transpose()).collect();
            // A key may have been asked for twice.
            read.sort_by(|one, other| one.key.cmp(&other.key));
            read.dedup_by(|one, other| one.key == other.key);
            if !read.is_empty() {
                write::<Self, S>(store, read).await;
            }
            Ok(found)
        }
    }
}

impl<M: VersionedModel> FetchAndWriteBack for M {}

/// Writes rows that were read as a migration would. Those that are current stay as they are.
async fn write<M: VersionedModel + ?Sized, S: HistoryStore>(store: &S, rows: Vec<Row>) {
    // The table was there a moment ago.
    let Ok(subject) = subject::models::<M>() else { return };
    let asked = Asked {
        table: &subject.table,
        rows: &rows,
        check_needs: subject.hooks.check_needs(),
        when: When::Converted,
    };
    let fetched = match prefetch::<M, S>(store, asked).await {
        Ok(fetched) => fetched,
        Err(source) => {
            let entity = subject.name;
            let error = FetchError::Prefetch { entity, source };
            rows.iter().for_each(|row| not_written(&subject, &row.key, &error));
            return;
        }
    };
    let since_1970 = SystemClock::new().since_1970();
    let options = ConvertOptions {
        check_type: true,
        counts_losses: false,
        value_checks: None,
        keep_before: false,
        skip: Arc::default(),
        fetched: Arc::new(fetched),
        at_ms: i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX),
    };
    let plan = plan_batch(&subject, rows, &options);
    let mut writes = plan.writes.into_iter();
    for (row, key) in plan.rows.into_iter().zip(plan.keys) {
        match row {
            RowPlan::Write(changed) => {
                let Some(write) = writes.next() else { return };
                let commit = commit_of(&subject, write, changed, options.at_ms);
                // Whoever has written or deleted the entity meanwhile was first.
                if let Err(error) = store.commit_models(&subject.table, &[commit]).await {
                    not_written(&subject, &key, &error);
                }
            }
            RowPlan::Failed(failed) => not_written(&subject, &key, &failed.failure.error),
            RowPlan::Current | RowPlan::Skipped | RowPlan::Deleted => {}
        }
    }
}

/// What a migration writes for a row, as a save of its own.
fn commit_of<D>(
    subject: &Subject<D>,
    write: RowWrite,
    changed: Changed,
    at_ms: i64,
) -> ModelCommit {
    let (snapshot, record) = match changed.commit {
        Some(commit) => (commit.snapshot, commit.record),
        // Without a history, neither is kept.
        None => {
            let declaration = EntityTable::declaration(&subject.table);
            (String::new(), subject.hooks.migration(declaration, &changed.fields, at_ms))
        }
    };
    let (dependents, outbox) = (changed.effects.dependents, changed.effects.outbox);
    ModelCommit { change: ModelChange::Update(write), snapshot, record, dependents, outbox }
}

fn not_written<D>(subject: &Subject<D>, key: &EntityKey, error: &dyn Error) {
    upgrades::report_not_written(subject.name, key, error);
}
