//! The ledger: tables of its own beside those of the application.
//!
//! Layer: adapters. Invariant: the tables are created by the first run, and a ledger of a later version is refused before
//! anything is read from it or written to it.

mod commit;
pub(crate) mod dependents;
mod kept;
pub(crate) mod outbox;
mod quarantine;
mod runs;
pub(crate) mod tables;

use versioned_store::{
    Batch, BatchLimits, Claim, EntityTable, JobLedger, Kept, OpenedRun, OutboxEntry,
    QuarantineEntry, QuarantineRequest, Released, RunId, RunRecord, RunRequest, StoreError,
    StoredPreImage, Transition, WriteOutcome,
};

use crate::{
    connection::{Database, Transaction},
    dialect::Dialect,
    error::{Fault, repeated, retried},
    sql::Sql,
    store::{Connect, Store, supported},
};

/// What errors name where no table of the application is concerned.
const LEDGER: &str = "ledger";

impl<P: Connect> JobLedger for Store<P> {
    async fn open_run(&self, request: &RunRequest, claim: &Claim) -> Result<OpenedRun, StoreError> {
        let database = self.database();
        let opened = retried(|| runs::open(&database, request, claim)).await;
        opened.map_err(|fault| fault.named_on("open_run", LEDGER))
    }

    fn writes_ahead(&self) -> bool {
        // SQLite locks all.
        self.database().dialect() != Dialect::Sqlite
    }

    async fn commit_batch(
        &self,
        table: &EntityTable,
        batch: &Batch<'_>,
    ) -> Result<Vec<WriteOutcome>, StoreError> {
        supported(table).map_err(|problem| problem.into_error("commit_batch", table.name()))?;
        let database = self.database();
        let committed = retried(|| commit::commit(&database, table, batch)).await;
        committed.map_err(|fault| fault.named("commit_batch", table))
    }

    async fn change_state(
        &self,
        transition: &Transition,
        token: Option<u64>,
    ) -> Result<(), StoreError> {
        let database = self.database();
        let changed = retried(|| runs::change_state(&database, transition, token)).await;
        changed.map_err(|fault| fault.named_on("change_state", LEDGER))
    }

    async fn runs(&self, entity: Option<&str>, limit: u32) -> Result<Vec<RunRecord>, StoreError> {
        let database = self.database();
        let read = retried(|| runs::list(&database, entity, limit)).await;
        read.map_err(|fault| fault.named_on("runs", LEDGER))
    }

    async fn run(&self, id: RunId) -> Result<Option<RunRecord>, StoreError> {
        let database = self.database();
        let read = retried(|| runs::get(&database, id)).await;
        read.map_err(|fault| fault.named_on("run", LEDGER))
    }

    async fn transitions(&self, run: RunId) -> Result<Vec<Transition>, StoreError> {
        let database = self.database();
        let read = retried(|| runs::transitions(&database, run)).await;
        read.map_err(|fault| fault.named_on("transitions", LEDGER))
    }

    async fn quarantined(
        &self,
        request: &QuarantineRequest,
    ) -> Result<Vec<QuarantineEntry>, StoreError> {
        let database = self.database();
        let read = retried(|| quarantine::list(&database, request)).await;
        read.map_err(|fault| fault.named_on("quarantined", LEDGER))
    }

    async fn release(&self, entity: &str, released: &Released) -> Result<u64, StoreError> {
        let database = self.database();
        let done = repeated(|| quarantine::release(&database, entity, released)).await;
        done.map_err(|fault| fault.named_on("release", LEDGER))
    }

    async fn pre_images(
        &self,
        run: RunId,
        before: Option<i64>,
        limits: BatchLimits,
    ) -> Result<Vec<StoredPreImage>, StoreError> {
        let database = self.database();
        let read = retried(|| kept::list(&database, run, before, limits)).await;
        read.map_err(|fault| fault.named_on("pre_images", LEDGER))
    }

    async fn kept(&self, run: RunId) -> Result<Kept, StoreError> {
        let database = self.database();
        let read = retried(|| kept::size(&database, run)).await;
        read.map_err(|fault| fault.named_on("kept", LEDGER))
    }

    async fn forget(&self, run: RunId) -> Result<Kept, StoreError> {
        let database = self.database();
        let read = retried(|| kept::forget(&database, run)).await;
        read.map_err(|fault| fault.named_on("forget", LEDGER))
    }

    async fn undelivered(&self, limit: u32) -> Result<Vec<OutboxEntry>, StoreError> {
        let database = self.database();
        let read = retried(|| outbox::undelivered(&database, limit)).await;
        read.map_err(|fault| fault.named_on("undelivered", LEDGER))
    }

    async fn remove_delivered(&self, entry: i64) -> Result<(), StoreError> {
        let database = self.database();
        let removed = repeated(|| outbox::remove_delivered(&database, entry)).await;
        removed.map_err(|fault| fault.named_on("remove_delivered", LEDGER))
    }
}

/// A transaction that reads the ledger; `None` where there is no ledger.
async fn reading(database: &Database) -> Result<Option<Transaction>, Fault> {
    let mut transaction = database.reading().await?;
    Ok(tables::exist(&mut transaction).await?.then_some(transaction))
}

/// A transaction that writes to a ledger that is there; `None` where there is no ledger.
async fn writing(database: &Database) -> Result<Option<Transaction>, Fault> {
    let mut transaction = database.writing().await?;
    Ok(tables::exist(&mut transaction).await?.then_some(transaction))
}

/// Lets an insertion set columns where there is a row with its key.
fn upsert(sql: &mut Sql, key: &[&str], set: &[&str]) {
    if sql.dialect() == Dialect::MySql {
        sql.text(" ON DUPLICATE KEY UPDATE ");
        // Where nothing is set, a column of the key stays as it is.
        let set = if set.is_empty() { key } else { set };
        sql.join(", ", set, |sql, name| {
            sql.name(name).text(" = VALUES(").name(name).text(")");
        });
        return;
    }
    sql.text(" ON CONFLICT (").join(", ", key, |sql, name| {
        sql.name(name);
    });
    if set.is_empty() {
        sql.text(") DO NOTHING");
        return;
    }
    sql.text(") DO UPDATE SET ").join(", ", set, |sql, name| {
        sql.name(name).text(" = excluded.").name(name);
    });
}

/// A count as a database stores it.
fn stored(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
