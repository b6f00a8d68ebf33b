//! A store of models as an audit sees it: without a ledger, and without a way to write.
//!
//! Layer: jobs. Invariant: an audit runs the same loop as a migration, and cannot write whatever the loop does.

use versioned_store::{
    Batch, BatchLimits, Claim, EntityKey, EntityTable, JobLedger, Kept, ModelStore, OpenedRun,
    OutboxEntry, Page, QuarantineEntry, QuarantineRequest, Released, Row, RowWrite, RunId,
    RunRecord, RunRequest, ScanRequest, StoreError, StoreErrorKind, StoredPreImage, Transition,
    VersionCount, WriteOutcome,
};

/// A store of which only the reading half is used.
#[derive(Debug)]
pub(crate) struct WithoutLedger<'s, S>(pub(crate) &'s S);

/// Why a call was refused.
#[derive(Debug, thiserror::Error)]
#[error("an audit only reads models")]
struct ReadsOnly;

fn refused<T>(operation: &'static str) -> Result<T, StoreError> {
    Err(StoreError::new(StoreErrorKind::Unsupported, operation, "audit", ReadsOnly))
}

impl<S: ModelStore> ModelStore for WithoutLedger<'_, S> {
    async fn scan(&self, table: &EntityTable, request: &ScanRequest) -> Result<Page, StoreError> {
        self.0.scan(table, request).await
    }

    async fn write_batch(
        &self,
        _: &EntityTable,
        _: &[RowWrite],
    ) -> Result<Vec<WriteOutcome>, StoreError> {
        refused("write_batch")
    }

    async fn get(&self, table: &EntityTable, key: &EntityKey) -> Result<Option<Row>, StoreError> {
        self.0.get(table, key).await
    }

    async fn get_many(
        &self,
        table: &EntityTable,
        keys: &[EntityKey],
    ) -> Result<Vec<Option<Row>>, StoreError> {
        self.0.get_many(table, keys).await
    }

    async fn count(&self, table: &EntityTable) -> Result<u64, StoreError> {
        self.0.count(table).await
    }

    async fn version_counts(&self, table: &EntityTable) -> Result<Vec<VersionCount>, StoreError> {
        self.0.version_counts(table).await
    }
}

/// Refuses each of the methods of a ledger.
macro_rules! no_ledger {
    ($($name:ident($($of:ty),*) -> $answer:ty;)*) => {
        impl<S: ModelStore> JobLedger for WithoutLedger<'_, S> {
            $(
                async fn $name(&self, $(_: $of),*) -> Result<$answer, StoreError> {
                    refused(stringify!($name))
                }
            )*
        }
    };
}

no_ledger! {
    open_run(&RunRequest, &Claim) -> OpenedRun;
    commit_batch(&EntityTable, &Batch<'_>) -> Vec<WriteOutcome>;
    change_state(&Transition, Option<u64>) -> ();
    runs(Option<&str>, u32) -> Vec<RunRecord>;
    run(RunId) -> Option<RunRecord>;
    transitions(RunId) -> Vec<Transition>;
    quarantined(&QuarantineRequest) -> Vec<QuarantineEntry>;
    release(&str, &Released) -> u64;
    pre_images(RunId, Option<i64>, BatchLimits) -> Vec<StoredPreImage>;
    kept(RunId) -> Kept;
    forget(RunId) -> Kept;
    undelivered(u32) -> Vec<OutboxEntry>;
    remove_delivered(i64) -> ();
}
