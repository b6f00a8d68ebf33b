//! Model migration: rewrite stored models so that every versioned field is at its latest schema version.
//!
//! Layer: jobs. Uses the ports `ModelStore` and `JobLedger`; knows no driver. Invariant: what is written is at its latest
//! versions, so a run that ends anywhere is resumed by running it again, with a ledger or without one.

use std::future::Future;

use versioned_core::BaseVersionedDomainObject;
use versioned_store::{JobLedger, ModelStore, RunId};

use crate::{
    CensusReport, JobError, JobOptions, JobReport, Mode, Progress, UndoReport, VersionedModel,
    census, policies,
    prefetch::prefetch,
    run::{Run, Source},
    subject, undo,
    without_ledger::WithoutLedger,
};

/// A job over the models of one entity kind: it names the kind, and nothing else.
///
/// Everything else is provided. The methods are associated functions, since a job has no state of its own. They need
/// a Tokio runtime, because conversions run on its blocking threads.
/// There is an example on the [page of the crate](crate#examples).
pub trait BaseMigrateVersionedModelJob: Send + Sync + 'static {
    /// The entity kind.
    type Model: VersionedModel;

    /// What reports and ledger call the models of the kind: the name of its entity.
    #[must_use]
    fn name() -> &'static str {
        <Self::Model as VersionedModel>::DomainObject::schema_versioned_attributes().entity
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
        async move {
            let subject = subject::models::<Self::Model>()?;
            policies::run(
                (subject, prefetch::<Self::Model, S>),
                store,
                Source::Table,
                options,
                progress,
            )
            .await
        }
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
            let (subject, store) = (subject::models::<Self::Model>()?, WithoutLedger(store));
            let (mode, prefetch) = (Mode::Audit, prefetch::<Self::Model, WithoutLedger<'_, S>>);
            Run::new(&store, (subject, prefetch), mode, Source::Table, options, progress)?
                .finish()
                .await
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
        async move {
            let subject = subject::models::<Self::Model>()?;
            policies::run(
                (subject, prefetch::<Self::Model, S>),
                store,
                Source::Quarantine,
                options,
                progress,
            )
            .await
        }
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
        async move { undo::undo(&subject::models::<Self::Model>()?, store, run, options).await }
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
        async move { census::take(&subject::models::<Self::Model>()?, store).await }
    }
}
