//! Jobs behind one type, so that a list of them can be run.
//!
//! Layer: cli. The only place where the types of jobs are erased.

use std::{future::Future, marker::PhantomData, pin::Pin};

use versioned_core::{BaseVersionedDomainObject, Declaration};
use versioned_jobs::{
    BaseMigrateVersionedModelJob, CensusReport, Clock, JobError, JobOptions, JobReport, Mode,
    Progress, SystemClock, UndoReport, VersionedModel,
};
use versioned_store::{EntityTable, JobLedger, RunId, StorageModelError};

/// A future that stays on its thread, which is enough for a command line.
pub(crate) type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// A job over some entity kind.
pub(crate) trait AnyJob<S> {
    fn declaration(&self) -> &'static Declaration;

    fn table(&self) -> Result<EntityTable, StorageModelError>;

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
}

/// When it is, in milliseconds since 1970, for the ledger.
pub(crate) fn at_ms() -> i64 {
    i64::try_from(SystemClock::new().since_1970().as_millis()).unwrap_or(i64::MAX)
}

/// A job of this type.
pub(crate) struct JobOf<J>(pub(crate) PhantomData<fn() -> J>);

impl<S: JobLedger, J: BaseMigrateVersionedModelJob> AnyJob<S> for JobOf<J> {
    fn declaration(&self) -> &'static Declaration {
        <J::Model as VersionedModel>::DomainObject::schema_versioned_attributes()
    }

    fn table(&self) -> Result<EntityTable, StorageModelError> {
        J::Model::table()
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

    fn census<'a>(&'a self, store: &'a S) -> LocalFuture<'a, Result<CensusReport, JobError>> {
        Box::pin(J::census(store))
    }
}
