//! Jobs behind one type, so that a list of them can be run.
//!
//! Layer: cli. The only place where the types of jobs are erased.

use std::{future::Future, marker::PhantomData, panic::catch_unwind, pin::Pin};

use versioned_core::{BaseVersionedDomainObject, Declaration, EntityKind, MigrationError};
use versioned_jobs::{
    BaseMigrateVersionedModelJob, BaseMigrateVersionedModelSnapshotsJob, CensusReport, Clock,
    Commit, FetchError, JobError, JobOptions, JobReport, Mode, Progress, SaveError, SystemClock,
    UndoReport, VersionedModel,
    golden::{GoldenError, GoldenOptions, GoldenSample, sample},
};
use versioned_store::{
    CommitEntry, EntityKey, EntityTable, HistoryStore, ModelVersion, RunId, StorageModelError,
};

/// A future that stays on its thread, which is enough for a command line.
pub(crate) type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// A job over some entity kind.
pub(crate) trait AnyJob<S> {
    fn declaration(&self) -> &'static Declaration;

    fn kind(&self) -> EntityKind;

    /// What reports and ledger call it.
    fn name(&self) -> &'static str;

    fn table(&self) -> Result<EntityTable, StorageModelError>;

    /// Whether the conversions refuse a whole stored entity, or its type does not accept what they make of it. What they
    /// cannot be run on here, for want of what they need or know, is not refused.
    fn refuses(&self, document: &[u8]) -> bool;

    fn run<'a>(
        &'a self,
        mode: Mode,
        store: &'a S,
        options: &'a JobOptions,
        progress: &'a dyn Progress,
    ) -> LocalFuture<'a, Result<JobReport, JobError>>;

    fn replay<'a>(
        &'a self,
        store: &'a S,
        options: &'a JobOptions,
        progress: &'a dyn Progress,
    ) -> LocalFuture<'a, Result<JobReport, JobError>>;

    fn undo<'a>(
        &'a self,
        store: &'a S,
        run: RunId,
        options: &'a JobOptions,
    ) -> LocalFuture<'a, Result<UndoReport, JobError>>;

    fn census<'a>(&'a self, store: &'a S) -> LocalFuture<'a, Result<CensusReport, JobError>>;

    /// Samples documents for the repository.
    fn sample<'a>(
        &'a self,
        store: &'a S,
        options: &'a GoldenOptions,
    ) -> LocalFuture<'a, Result<GoldenSample, GoldenError>>;

    /// The commits of one entity, after the one with this number.
    fn history<'a>(
        &'a self,
        store: &'a S,
        key: &'a EntityKey,
        after: Option<i64>,
    ) -> LocalFuture<'a, Result<Vec<CommitEntry>, FetchError>>;

    /// Puts one entity back to what it was at a model version.
    fn revert<'a>(
        &'a self,
        store: &'a S,
        key: &'a EntityKey,
        to: ModelVersion,
        commit: Commit,
    ) -> LocalFuture<'a, Result<Option<ModelVersion>, SaveError>>;
}

/// When it is, in milliseconds since 1970, for the ledger.
pub(crate) fn at_ms() -> i64 {
    i64::try_from(SystemClock::new().since_1970().as_millis()).unwrap_or(i64::MAX)
}

/// A conversion that panics refuses.
fn refuses<D: BaseVersionedDomainObject>(document: &[u8]) -> bool {
    let read = catch_unwind(|| D::from_stored_document(document).map(drop));
    match read {
        Ok(Ok(())) => false,
        Ok(Err(error)) => !matches!(
            error,
            MigrationError::TooOld { .. }
                | MigrationError::TooNew { .. }
                | MigrationError::NotFetched { .. }
                | MigrationError::NotInColumns { .. }
        ),
        Err(_panic) => true,
    }
}

/// The jobs differ in their trait and their table alone.
macro_rules! any_job {
    ($name:ident, $job:ident, $table:expr, $sampled:expr) => {
        impl<S: HistoryStore, J: $job> AnyJob<S> for $name<J> {
            fn declaration(&self) -> &'static Declaration {
                <J::Model as VersionedModel>::DomainObject::schema_versioned_attributes()
            }

            fn kind(&self) -> EntityKind {
                EntityKind::of::<<J::Model as VersionedModel>::DomainObject>()
            }

            fn name(&self) -> &'static str {
                J::name()
            }

            fn table(&self) -> Result<EntityTable, StorageModelError> {
                J::Model::table().map($table)
            }

            fn refuses(&self, document: &[u8]) -> bool {
                refuses::<<J::Model as VersionedModel>::DomainObject>(document)
            }

            fn run<'a>(
                &'a self,
                mode: Mode,
                store: &'a S,
                options: &'a JobOptions,
                progress: &'a dyn Progress,
            ) -> LocalFuture<'a, Result<JobReport, JobError>> {
                match mode {
                    Mode::Migrate => Box::pin(J::migrate(store, options, progress)),
                    _ => Box::pin(J::audit(store, options, progress)),
                }
            }

            fn replay<'a>(
                &'a self,
                store: &'a S,
                options: &'a JobOptions,
                progress: &'a dyn Progress,
            ) -> LocalFuture<'a, Result<JobReport, JobError>> {
                Box::pin(J::replay(store, options, progress))
            }

            fn undo<'a>(
                &'a self,
                store: &'a S,
                run: RunId,
                options: &'a JobOptions,
            ) -> LocalFuture<'a, Result<UndoReport, JobError>> {
                Box::pin(J::undo(store, run, options))
            }

            fn census<'a>(
                &'a self,
                store: &'a S,
            ) -> LocalFuture<'a, Result<CensusReport, JobError>> {
                Box::pin(J::census(store))
            }

            fn sample<'a>(
                &'a self,
                store: &'a S,
                options: &'a GoldenOptions,
            ) -> LocalFuture<'a, Result<GoldenSample, GoldenError>> {
                Box::pin(async move {
                    match J::Model::table().ok().and_then($sampled) {
                        Some(table) => sample::<J::Model, S>(store, &table, options).await,
                        None => Ok(GoldenSample::default()),
                    }
                })
            }

            fn history<'a>(
                &'a self,
                store: &'a S,
                key: &'a EntityKey,
                after: Option<i64>,
            ) -> LocalFuture<'a, Result<Vec<CommitEntry>, FetchError>> {
                Box::pin(J::Model::history(store, key, after))
            }

            fn revert<'a>(
                &'a self,
                store: &'a S,
                key: &'a EntityKey,
                to: ModelVersion,
                commit: Commit,
            ) -> LocalFuture<'a, Result<Option<ModelVersion>, SaveError>> {
                Box::pin(J::Model::revert(store, key, to, commit))
            }
        }
    };
}

/// A job over models.
pub(crate) struct JobOf<J>(pub(crate) PhantomData<fn() -> J>);

any_job! { JobOf, BaseMigrateVersionedModelJob, |table| table, Some }

/// A job over snapshots.
pub(crate) struct SnapshotsJobOf<J>(pub(crate) PhantomData<fn() -> J>);

// A kind without a history has no snapshots to check; its job says so when it runs.
any_job! {
    SnapshotsJobOf, BaseMigrateVersionedModelSnapshotsJob,
    |table| table.snapshots().unwrap_or(table), |table| table.snapshots()
}
