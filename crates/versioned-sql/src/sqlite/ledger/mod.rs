//! The ledger in SQLite: tables of its own beside those of the application.
//!
//! Layer: adapters. Invariant: the tables are created by the first run, and a ledger of a later version is refused before
//! anything is read from it or written to it.

mod commit;
pub(super) mod dependents;
mod kept;
pub(super) mod outbox;
mod quarantine;
mod runs;
pub(super) mod tables;

use sqlx::{Sqlite, SqlitePool, Transaction};
use versioned_store::{
    Batch, BatchLimits, Claim, EntityTable, JobLedger, Kept, OpenedRun, OutboxEntry,
    QuarantineEntry, QuarantineRequest, Released, RunId, RunRecord, RunRequest, StoreError,
    StoredPreImage, Transition, WriteOutcome,
};

use super::{SqliteStore, error::Fault, supported, transaction};

/// What errors name where no table of the application is concerned.
const LEDGER: &str = "ledger";

impl JobLedger for SqliteStore {
    async fn open_run(&self, request: &RunRequest, claim: &Claim) -> Result<OpenedRun, StoreError> {
        let opened = runs::open(&self.pool, request, claim).await;
        opened.map_err(|fault| fault.named_on("open_run", LEDGER))
    }

    async fn commit_batch(
        &self,
        table: &EntityTable,
        batch: &Batch<'_>,
    ) -> Result<Vec<WriteOutcome>, StoreError> {
        supported(table).map_err(|problem| problem.into_error("commit_batch", table.name()))?;
        let committed = commit::commit(&self.pool, table, batch).await;
        committed.map_err(|fault| fault.named("commit_batch", table))
    }

    async fn change_state(
        &self,
        transition: &Transition,
        token: Option<u64>,
    ) -> Result<(), StoreError> {
        let changed = runs::change_state(&self.pool, transition, token).await;
        changed.map_err(|fault| fault.named_on("change_state", LEDGER))
    }

    async fn runs(&self, entity: Option<&str>, limit: u32) -> Result<Vec<RunRecord>, StoreError> {
        let read = runs::list(&self.pool, entity, limit).await;
        read.map_err(|fault| fault.named_on("runs", LEDGER))
    }

    async fn run(&self, id: RunId) -> Result<Option<RunRecord>, StoreError> {
        runs::get(&self.pool, id).await.map_err(|fault| fault.named_on("run", LEDGER))
    }

    async fn transitions(&self, run: RunId) -> Result<Vec<Transition>, StoreError> {
        let read = runs::transitions(&self.pool, run).await;
        read.map_err(|fault| fault.named_on("transitions", LEDGER))
    }

    async fn quarantined(
        &self,
        request: &QuarantineRequest,
    ) -> Result<Vec<QuarantineEntry>, StoreError> {
        let read = quarantine::list(&self.pool, request).await;
        read.map_err(|fault| fault.named_on("quarantined", LEDGER))
    }

    async fn release(&self, entity: &str, released: &Released) -> Result<u64, StoreError> {
        let done = quarantine::release(&self.pool, entity, released).await;
        done.map_err(|fault| fault.named_on("release", LEDGER))
    }

    async fn pre_images(
        &self,
        run: RunId,
        before: Option<i64>,
        limits: BatchLimits,
    ) -> Result<Vec<StoredPreImage>, StoreError> {
        let read = kept::list(&self.pool, run, before, limits).await;
        read.map_err(|fault| fault.named_on("pre_images", LEDGER))
    }

    async fn kept(&self, run: RunId) -> Result<Kept, StoreError> {
        kept::size(&self.pool, run).await.map_err(|fault| fault.named_on("kept", LEDGER))
    }

    async fn forget(&self, run: RunId) -> Result<Kept, StoreError> {
        kept::forget(&self.pool, run).await.map_err(|fault| fault.named_on("forget", LEDGER))
    }

    async fn undelivered(&self, limit: u32) -> Result<Vec<OutboxEntry>, StoreError> {
        let read = outbox::undelivered(&self.pool, limit).await;
        read.map_err(|fault| fault.named_on("undelivered", LEDGER))
    }

    async fn remove_delivered(&self, entry: i64) -> Result<(), StoreError> {
        let removed = outbox::remove_delivered(&self.pool, entry).await;
        removed.map_err(|fault| fault.named_on("remove_delivered", LEDGER))
    }
}

/// A transaction that reads the ledger; `None` where there is no ledger.
async fn reading(pool: &SqlitePool) -> Result<Option<Transaction<'static, Sqlite>>, Fault> {
    let mut transaction = transaction::reading(pool).await?;
    Ok(tables::exist(&mut transaction).await?.then_some(transaction))
}

/// A transaction that writes to a ledger that is there; `None` where there is no ledger.
async fn writing(pool: &SqlitePool) -> Result<Option<Transaction<'static, Sqlite>>, Fault> {
    let mut transaction = transaction::writing(pool).await?;
    Ok(tables::exist(&mut transaction).await?.then_some(transaction))
}

/// A count as SQLite stores it.
fn stored(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A count that SQLite stored.
fn count(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or(0)
}
