//! Where a job is run again and again: copies of one start.
//!
//! Layer: testkit.

use std::{fmt, future::Future, sync::Arc};

use versioned_store::{
    BatchLimits, Bodies, CommitsRequest, EntityTable, HistoryStore, JobLedger, MemoryStore,
    ModelStore, QuarantineRequest, RunId, RunRecord, RunRequest, ScanRequest, StoreError,
};

/// Makes copies of the start of a job, and says what is stored in them.
///
/// The methods panic where the database refuses.
pub trait FaultSetting {
    /// The store.
    type Store;

    /// A database, until it is dropped.
    type Copy;

    /// A new copy of the start.
    fn copy(&self) -> impl Future<Output = Self::Copy>;

    /// Opens a store over the copy, as a process that starts does. Nothing is kept from one call to the next but the copy.
    fn open(&self, copy: &Self::Copy) -> impl Future<Output = Arc<Self::Store>>;

    /// All that is stored, as a text that is the same only where what is stored is the same, times and names that are made
    /// up apart.
    fn stored(&self, copy: &Self::Copy) -> impl Future<Output = String>;
}

/// Copies of a store in memory.
pub struct MemorySetting<F> {
    tables: Vec<EntityTable>,
    start: F,
}

impl<F: Fn() -> MemoryStore> MemorySetting<F> {
    /// A setting that makes the start by the function, and compares these tables.
    pub fn new(tables: impl IntoIterator<Item = EntityTable>, start: F) -> Self {
        Self { tables: tables.into_iter().collect(), start }
    }
}

impl<F> fmt::Debug for MemorySetting<F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tables: Vec<_> = self.tables.iter().map(EntityTable::name).collect();
        formatter.debug_struct("MemorySetting").field("tables", &tables).finish_non_exhaustive()
    }
}

impl<F: Fn() -> MemoryStore> FaultSetting for MemorySetting<F> {
    type Store = MemoryStore;
    type Copy = Arc<MemoryStore>;

    async fn copy(&self) -> Arc<MemoryStore> {
        Arc::new((self.start)())
    }

    async fn open(&self, copy: &Arc<MemoryStore>) -> Arc<MemoryStore> {
        Arc::clone(copy)
    }

    async fn stored(&self, copy: &Arc<MemoryStore>) -> String {
        let readable = "the store in memory can be read";
        let mut text = ledger_text(&**copy).await.expect(readable);
        for table in &self.tables {
            text += &stored_text(&**copy, table).await.expect(readable);
            text += &history_text(&**copy, table).await.expect(readable);
        }
        text
    }
}

/// Every row of a table with all columns that the storage model names, one line each; values show their type.
///
/// # Errors
///
/// [`StoreError`] if the store cannot be read.
pub async fn stored_text<S: ModelStore>(
    store: &S,
    table: &EntityTable,
) -> Result<String, StoreError> {
    let mut text = format!("{}\n", table.name());
    let mut after = None;
    loop {
        let limits = BatchLimits::default();
        let request = ScanRequest { after, until: None, limits, bodies: Bodies::All };
        let page = store.scan(table, &request).await?;
        for row in &page.rows {
            text += &format!("{row:?}\n");
        }
        match page.rows.last() {
            Some(last) if !page.is_last => after = Some(last.key.clone()),
            _ => return Ok(text),
        }
    }
}

/// The snapshots of a table and its commits in their order, one line each, times apart; nothing where there is no history.
///
/// # Errors
///
/// [`StoreError`] if the store cannot be read.
pub async fn history_text<S: HistoryStore>(
    store: &S,
    table: &EntityTable,
) -> Result<String, StoreError> {
    let Some(snapshots) = table.snapshots() else { return Ok(String::new()) };
    let mut text = stored_text(store, &snapshots).await?;
    let mut request = CommitsRequest { of: None, after: None, limit: BatchLimits::ROWS_MAX };
    loop {
        let entries = store.commits(table, &request).await?;
        let Some(last) = entries.last() else { return Ok(text) };
        if request.after.is_some_and(|after| last.number <= after) {
            // A store that does not go on would never come to an end.
            return Ok(text + "the commit log repeats itself\n");
        }
        request.after = Some(last.number);
        for entry in &entries {
            let (key, version, record) = (&entry.key, entry.model_version, &entry.record);
            let kind = record.kind.as_str();
            text += &format!("commit {version} of {key}: {kind} by {:?}: ", record.committer);
            text += &format!("{:?} {:?}\n", record.message, record.commands);
        }
    }
}

/// Most entries of each kind that [`ledger_text`] reads.
const ENTRIES_MAX: u32 = 10_000;

/// What a ledger says, apart from times, from numbers that are made up, and from what depends on how often a job was
/// started: of each kind of work the first run with its state, its counts and what is kept of replaced rows, then the quarantine
/// and messages to be delivered.
///
/// # Errors
///
/// [`StoreError`] if the ledger cannot be read.
pub async fn ledger_text<S: JobLedger>(store: &S) -> Result<String, StoreError> {
    let all = BatchLimits { rows_max: ENTRIES_MAX, bytes_max: usize::MAX };
    let mut runs = store.runs(None, ENTRIES_MAX).await?;
    runs.reverse();
    let mut text = String::new();
    let mut shown: Vec<&RunRecord> = Vec::new();
    for run in &runs {
        let RunRequest { entity, kind, target, .. } = &run.request;
        let is_same = |known: &&RunRecord| {
            let known = &known.request;
            (&known.entity, &known.kind, &known.target) == (entity, kind, target)
        };
        let has_target = target.is_none_or(|target| shown.iter().any(|run| run.id == target));
        if !has_target || shown.iter().any(is_same) {
            continue;
        }
        shown.push(run);
        let (state, counts) = (run.state, run.checkpoint.counts);
        text += &format!("first run {entity} {kind:?} {target:?}: {state:?} {counts:?}\n");
        for kept in store.pre_images(run.id, None, all).await? {
            text += &format!("kept {:?} {:?}\n", kept.image, kept.dependents);
        }
    }
    let request = QuarantineRequest { entity: None, after: None, limit: ENTRIES_MAX };
    for mut entry in store.quarantined(&request).await? {
        entry.run = RunId::new(0);
        text += &format!("{entry:?}\n");
    }
    for entry in store.undelivered(ENTRIES_MAX).await? {
        text += &format!("undelivered {:?}\n", entry.message);
    }
    Ok(text)
}
