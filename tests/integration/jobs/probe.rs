//! A store that lets another program change rows between reading and writing, refuses rows, or fails.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use versioned_core::EntityId;
use versioned_jobs::{EntityFailure, JobOptions, Progress};
use versioned_store::{
    Batch, BatchLimits, Bodies, Claim, CommitEntry, CommitsRequest, EntityKey, EntityTable,
    HistoryStore, JobLedger, Kept, MemoryStore, ModelCommit, ModelStore, ModelVersion, OpenedRun,
    OutboxEntry, Page, QuarantineEntry, QuarantineRequest, Released, Row, RowWrite, RunId,
    RunRecord, RunRequest, ScanRequest, Snapshot, StoreError, StoreErrorKind, StoredPreImage,
    Transition, VersionCount, WriteOutcome,
};

use super::{
    backend::Backend,
    lesson::{Layout, StoredLesson},
};

/// What another program does to a table.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    /// Inserts the row, or replaces the one with its key.
    Put(Row),
    /// Removes the row.
    Delete(EntityKey),
}

type Hook = Box<dyn FnMut() -> Vec<Change> + Send>;
type PageHook = Box<dyn Fn(&mut Page) + Send + Sync>;

/// A store with hooks; clones share it.
pub(crate) struct Probe<B = MemoryStore> {
    inner: Arc<Inner<B>>,
}

struct Inner<B> {
    backend: B,
    calls: AtomicUsize,
    writes: AtomicUsize,
    fails_at: Mutex<Option<(usize, StoreErrorKind)>>,
    refused: Mutex<BTreeSet<EntityKey>>,
    before_write: Mutex<Option<Hook>>,
    on_page: Mutex<Option<PageHook>>,
    drops_outcome: Mutex<bool>,
}

impl<B> Clone for Probe<B> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

/// A store in memory without tables.
impl Default for Probe {
    fn default() -> Self {
        Self::of(MemoryStore::new())
    }
}

impl Probe {
    pub(crate) fn memory(&self) -> &MemoryStore {
        self.backend()
    }
}

impl<B> Probe<B> {
    pub(crate) fn of(backend: B) -> Self {
        let inner = Inner {
            backend,
            calls: AtomicUsize::default(),
            writes: AtomicUsize::default(),
            fails_at: Mutex::default(),
            refused: Mutex::default(),
            before_write: Mutex::default(),
            on_page: Mutex::default(),
            drops_outcome: Mutex::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    pub(crate) fn backend(&self) -> &B {
        &self.inner.backend
    }

    /// Lets another program make changes each time before a batch is written.
    pub(crate) fn before_write(&self, hook: impl FnMut() -> Vec<Change> + Send + 'static) {
        *self.inner.before_write.lock().unwrap() = Some(Box::new(hook));
    }

    /// Changes pages before the job sees them.
    pub(crate) fn on_page(&self, hook: impl Fn(&mut Page) + Send + Sync + 'static) {
        *self.inner.on_page.lock().unwrap() = Some(Box::new(hook));
    }

    /// Fails the call with this number, from 0; later ones succeed.
    pub(crate) fn fail_at(&self, call: usize, kind: StoreErrorKind) {
        self.inner.calls.store(0, Ordering::SeqCst);
        *self.inner.fails_at.lock().unwrap() = Some((call, kind));
    }

    /// Refuses every batch with a write of this row, as a database with a constraint does.
    pub(crate) fn refuse(&self, key: &str) {
        self.inner.refused.lock().unwrap().insert(key.into());
    }

    /// Forgets the last outcome of a batch, and the last row of many.
    pub(crate) fn drop_an_outcome(&self) {
        *self.inner.drops_outcome.lock().unwrap() = true;
    }

    pub(crate) fn calls(&self) -> usize {
        self.inner.calls.load(Ordering::SeqCst)
    }

    /// How many batches were to be written.
    pub(crate) fn writes(&self) -> usize {
        self.inner.writes.load(Ordering::SeqCst)
    }

    fn check_refused(
        &self,
        operation: &'static str,
        table: &EntityTable,
        writes: &[RowWrite],
    ) -> Result<(), StoreError> {
        let refused = self.inner.refused.lock().unwrap();
        if writes.iter().any(|write| refused.contains(&write.expected.key)) {
            let (kind, cause) = (StoreErrorKind::Rejected, std::io::Error::other("a rule says no"));
            return Err(StoreError::new(kind, operation, table.name(), cause));
        }
        Ok(())
    }

    fn call(&self, operation: &'static str, table: &EntityTable) -> Result<(), StoreError> {
        self.call_on(operation, table.name())
    }

    fn ledger_call(&self, operation: &'static str) -> Result<(), StoreError> {
        self.call_on(operation, "ledger")
    }

    fn call_on(&self, operation: &'static str, target: &str) -> Result<(), StoreError> {
        let call = self.inner.calls.fetch_add(1, Ordering::SeqCst);
        match *self.inner.fails_at.lock().unwrap() {
            Some((at, kind)) if at == call => {
                let cause = std::io::Error::other("the line is dead");
                Err(StoreError::new(kind, operation, target, cause))
            }
            _ => Ok(()),
        }
    }
}

impl<B: Backend> Probe<B> {
    /// A store with these lessons.
    pub(crate) fn with(layout: Layout, lessons: &[StoredLesson]) -> Self {
        Self::filled(super::block_on(B::open()), layout, lessons)
    }

    /// The same over a store that is opened already.
    pub(crate) fn filled(backend: B, layout: Layout, lessons: &[StoredLesson]) -> Self {
        super::block_on(async {
            let table = layout.table();
            backend.create_table(&table).await;
            for lesson in lessons {
                backend.put(&table, lesson.row(layout)).await;
            }
            Self::of(backend)
        })
    }

    /// Inserts the row, or replaces the one with its key.
    pub(crate) fn put(&self, layout: Layout, row: Row) {
        super::block_on(self.backend().put(&layout.table(), row));
    }

    /// Every row with all columns.
    pub(crate) fn rows(&self, layout: Layout) -> Vec<Row> {
        let limits = BatchLimits { rows_max: 10_000, bytes_max: usize::MAX };
        let request = ScanRequest { after: None, until: None, limits, bodies: Bodies::All };
        let store = self.backend().store();
        let page = super::block_on(store.scan(&layout.table(), &request)).unwrap();
        assert!(page.is_last);
        page.rows
    }

    async fn let_others_write(&self, table: &EntityTable) {
        let changes = match self.inner.before_write.lock().unwrap().as_mut() {
            Some(hook) => hook(),
            None => Vec::new(),
        };
        for change in changes {
            match change {
                Change::Put(row) => self.backend().put(table, row).await,
                Change::Delete(key) => self.backend().delete(table, &key).await,
            }
        }
    }
}

impl<B: Backend> ModelStore for Probe<B> {
    async fn scan(&self, table: &EntityTable, request: &ScanRequest) -> Result<Page, StoreError> {
        self.call("scan", table)?;
        let mut page = self.backend().store().scan(table, request).await?;
        if let Some(hook) = self.inner.on_page.lock().unwrap().as_ref() {
            hook(&mut page);
        }
        Ok(page)
    }

    async fn write_batch(
        &self,
        table: &EntityTable,
        writes: &[RowWrite],
    ) -> Result<Vec<WriteOutcome>, StoreError> {
        self.call("write_batch", table)?;
        self.inner.writes.fetch_add(1, Ordering::SeqCst);
        self.let_others_write(table).await;
        self.check_refused("write_batch", table, writes)?;
        let mut outcomes = self.backend().store().write_batch(table, writes).await?;
        if *self.inner.drops_outcome.lock().unwrap() {
            outcomes.pop();
        }
        Ok(outcomes)
    }

    async fn get(&self, table: &EntityTable, key: &EntityKey) -> Result<Option<Row>, StoreError> {
        self.call("get", table)?;
        self.backend().store().get(table, key).await
    }

    async fn get_many(
        &self,
        table: &EntityTable,
        keys: &[EntityKey],
    ) -> Result<Vec<Option<Row>>, StoreError> {
        self.call("get_many", table)?;
        let mut rows = self.backend().store().get_many(table, keys).await?;
        if *self.inner.drops_outcome.lock().unwrap() {
            rows.pop();
        }
        Ok(rows)
    }

    async fn count(&self, table: &EntityTable) -> Result<u64, StoreError> {
        self.call("count", table)?;
        self.backend().store().count(table).await
    }

    async fn version_counts(&self, table: &EntityTable) -> Result<Vec<VersionCount>, StoreError> {
        self.call("version_counts", table)?;
        self.backend().store().version_counts(table).await
    }
}

impl<B: Backend> JobLedger for Probe<B> {
    async fn open_run(&self, request: &RunRequest, claim: &Claim) -> Result<OpenedRun, StoreError> {
        self.ledger_call("open_run")?;
        self.backend().store().open_run(request, claim).await
    }

    async fn commit_batch(
        &self,
        table: &EntityTable,
        batch: &Batch<'_>,
    ) -> Result<Vec<WriteOutcome>, StoreError> {
        self.call("commit_batch", table)?;
        self.inner.writes.fetch_add(1, Ordering::SeqCst);
        self.let_others_write(table).await;
        self.check_refused("commit_batch", table, batch.writes)?;
        let mut outcomes = self.backend().store().commit_batch(table, batch).await?;
        if *self.inner.drops_outcome.lock().unwrap() {
            outcomes.pop();
        }
        Ok(outcomes)
    }

    async fn change_state(
        &self,
        transition: &Transition,
        token: Option<u64>,
    ) -> Result<(), StoreError> {
        self.ledger_call("change_state")?;
        self.backend().store().change_state(transition, token).await
    }

    async fn runs(&self, entity: Option<&str>, limit: u32) -> Result<Vec<RunRecord>, StoreError> {
        self.ledger_call("runs")?;
        self.backend().store().runs(entity, limit).await
    }

    async fn run(&self, id: RunId) -> Result<Option<RunRecord>, StoreError> {
        self.ledger_call("run")?;
        self.backend().store().run(id).await
    }

    async fn transitions(&self, run: RunId) -> Result<Vec<Transition>, StoreError> {
        self.ledger_call("transitions")?;
        self.backend().store().transitions(run).await
    }

    async fn quarantined(
        &self,
        request: &QuarantineRequest,
    ) -> Result<Vec<QuarantineEntry>, StoreError> {
        self.ledger_call("quarantined")?;
        self.backend().store().quarantined(request).await
    }

    async fn release(&self, entity: &str, released: &Released) -> Result<u64, StoreError> {
        self.ledger_call("release")?;
        self.backend().store().release(entity, released).await
    }

    async fn pre_images(
        &self,
        run: RunId,
        before: Option<i64>,
        limits: BatchLimits,
    ) -> Result<Vec<StoredPreImage>, StoreError> {
        self.ledger_call("pre_images")?;
        self.backend().store().pre_images(run, before, limits).await
    }

    async fn kept(&self, run: RunId) -> Result<Kept, StoreError> {
        self.ledger_call("kept")?;
        self.backend().store().kept(run).await
    }

    async fn forget(&self, run: RunId) -> Result<Kept, StoreError> {
        self.ledger_call("forget")?;
        self.backend().store().forget(run).await
    }

    async fn undelivered(&self, limit: u32) -> Result<Vec<OutboxEntry>, StoreError> {
        self.ledger_call("undelivered")?;
        self.backend().store().undelivered(limit).await
    }

    async fn remove_delivered(&self, entry: i64) -> Result<(), StoreError> {
        self.ledger_call("remove_delivered")?;
        self.backend().store().remove_delivered(entry).await
    }
}

impl<B: Backend> HistoryStore for Probe<B> {
    async fn commit_models(
        &self,
        table: &EntityTable,
        commits: &[ModelCommit],
    ) -> Result<Vec<WriteOutcome>, StoreError> {
        self.call("commit_models", table)?;
        self.inner.writes.fetch_add(1, Ordering::SeqCst);
        self.let_others_write(table).await;
        self.backend().store().commit_models(table, commits).await
    }

    async fn snapshot(
        &self,
        table: &EntityTable,
        key: &EntityKey,
        version: ModelVersion,
    ) -> Result<Option<Snapshot>, StoreError> {
        self.call("snapshot", table)?;
        self.backend().store().snapshot(table, key, version).await
    }

    async fn commits(
        &self,
        table: &EntityTable,
        request: &CommitsRequest,
    ) -> Result<Vec<CommitEntry>, StoreError> {
        self.call("commits", table)?;
        self.backend().store().commits(table, request).await
    }
}

/// Remembers what it is shown.
#[derive(Default)]
pub(crate) struct Watcher {
    pub(crate) failed: Mutex<Vec<EntityId>>,
    pub(crate) scanned: Mutex<Vec<u64>>,
    pub(crate) total: Mutex<Option<u64>>,
}

impl Progress for Watcher {
    fn wants_total(&self) -> bool {
        true
    }

    fn started(&self, _: &'static str, _: versioned_jobs::Mode, rows: Option<u64>) {
        *self.total.lock().unwrap() = rows;
    }

    fn advanced(&self, counts: &versioned_jobs::Counts) {
        assert!(counts.is_balanced());
        self.scanned.lock().unwrap().push(counts.scanned);
    }

    fn failed(&self, failure: &EntityFailure) {
        self.failed.lock().unwrap().push(failure.id.clone());
    }
}

pub(crate) fn batches_of(rows: u32) -> JobOptions {
    JobOptions::default().with_batch_rows(rows)
}
