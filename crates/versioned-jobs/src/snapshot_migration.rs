//! Snapshot migration: rewrite the old snapshots of models so that every versioned field is at its latest schema version.
//!
//! Layer: jobs. Uses the ports `ModelStore` and `JobLedger`; knows no driver. Invariant: a snapshot is converted by what it
//! holds itself, never by what its model is now; it is rewritten in place, and history gets no new commit.

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

/// A job over the old snapshots of one entity kind: it names the kind, and nothing else.
///
/// It is the same engine as that of [`BaseMigrateVersionedModelJob`](crate::BaseMigrateVersionedModelJob), over the table of
/// snapshots: ledger, quarantine, replay and undo work alike. Reports and ledger call the snapshots of an `exploration`
/// `exploration/snapshots`; the key of a snapshot is that of its model and the model version, `intro/7`.
///
/// Only the content of a snapshot is written, by compare-and-set on what was read; committer, message, commands and times
/// stay. A snapshot must fit the Rust type, and [`Hooks::validate_snapshot`](crate::Hooks::validate_snapshot) where that is
/// set; no other hook runs. One that cannot be converted, since it never was valid, is quarantined with its reason.
/// Snapshots of deleted models are migrated, or count as deleted, as the history of the storage model says.
pub trait BaseMigrateVersionedModelSnapshotsJob: Send + Sync + 'static {
    /// The entity kind; its storage model has a history.
    type Model: VersionedModel;

    /// What reports and ledger call the snapshots of the kind, such as `exploration/snapshots`.
    #[must_use]
    fn name() -> &'static str {
        subject::snapshots_name(
            <Self::Model as VersionedModel>::DomainObject::schema_versioned_attributes().entity,
        )
    }

    /// Brings every stored snapshot to the latest schema versions.
    ///
    /// Each batch is written in one transaction, each row only if it is as it was read. A snapshot that fails is
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
            let subject = subject::snapshots::<Self::Model>()?;
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
    /// counts the snapshots that would be migrated.
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
            let (subject, store) = (subject::snapshots::<Self::Model>()?, WithoutLedger(store));
            let (mode, prefetch) = (Mode::Audit, prefetch::<Self::Model, WithoutLedger<'_, S>>);
            Run::new(&store, (subject, prefetch), mode, Source::Table, options, progress)?
                .finish()
                .await
        }
    }

    /// Tries the quarantined snapshots again, as [`migrate`](Self::migrate) tries all; needs a ledger.
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
            let subject = subject::snapshots::<Self::Model>()?;
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
    /// A row that has changed since is a conflict and stays as it is. An undo that was interrupted goes on where it
    /// ended.
    ///
    /// # Errors
    ///
    /// [`JobError`] if the run cannot be undone, or not to its end.
    fn undo<S: JobLedger>(
        store: &S,
        run: RunId,
        options: &JobOptions,
    ) -> impl Future<Output = Result<UndoReport, JobError>> + Send {
        async move { undo::undo(&subject::snapshots::<Self::Model>()?, store, run, options).await }
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
        async move { census::take(&subject::snapshots::<Self::Model>()?, store).await }
    }
}
