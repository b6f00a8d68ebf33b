//! The ledger port: runs, checkpoints, quarantine, pre-images and outbox beside the models.
//!
//! Layer: store. Invariant: what a batch writes and what the ledger says of it are one transaction.

use std::{fmt, future::Future};

use versioned_core::EntityId;

use crate::{
    BatchLimits, Checkpoint, ColumnValue, EntityKey, EntityTable, ModelStore, NewCommit, OpenedRun,
    RowWrite, RunId, RunRecord, RunRequest, StoreError, Transition, WriteOutcome,
};

/// A store of models that keeps a ledger of the runs over them, in the same database.
///
/// A method that only reads gives nothing where no ledger was ever written.
pub trait JobLedger: ModelStore {
    /// Starts a run, or goes on with the unfinished one of the same entity, table, kind and target.
    ///
    /// An unfinished run with other settings is closed as superseded, and a new one starts. The run is in state running
    /// afterwards, and each change of state is a transition.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the ledger cannot be written; nothing has changed then. `Unsupported` if the ledger was
    /// written by a later version of the store.
    fn open_run(
        &self,
        request: &RunRequest,
    ) -> impl Future<Output = Result<OpenedRun, StoreError>> + Send;

    /// Writes rows as [`ModelStore::write_batch`] does, and in the same transaction what follows from their outcomes.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the transaction could not be committed; nothing was written then. `Conflict` if the checkpoint
    /// is not the next one of its run, or the run is not running.
    fn commit_batch(
        &self,
        table: &EntityTable,
        batch: &Batch<'_>,
    ) -> impl Future<Output = Result<Vec<WriteOutcome>, StoreError>> + Send;

    /// Changes the state of a run.
    ///
    /// # Errors
    ///
    /// `Conflict` if the run has another state than `from`, or may not come into the new one.
    fn change_state(
        &self,
        transition: &Transition,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The runs with the highest numbers, newest first; of one entity, or of all.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the ledger cannot be read.
    fn runs(
        &self,
        entity: Option<&str>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<RunRecord>, StoreError>> + Send;

    /// A run; `None` if there is none with this number.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the ledger cannot be read.
    fn run(&self, id: RunId) -> impl Future<Output = Result<Option<RunRecord>, StoreError>> + Send;

    /// The changes of state of a run, oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the ledger cannot be read.
    fn transitions(
        &self,
        run: RunId,
    ) -> impl Future<Output = Result<Vec<Transition>, StoreError>> + Send;

    /// Quarantined entities in the order of entity and text of the key, after one of them.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the ledger cannot be read.
    fn quarantined(
        &self,
        request: &QuarantineRequest,
    ) -> impl Future<Output = Result<Vec<QuarantineEntry>, StoreError>> + Send;

    /// Removes entries from quarantine, and says how many there were. The entities themselves stay as they are.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the ledger cannot be written.
    fn release(
        &self,
        entity: &str,
        released: &Released,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// What a run replaced, in the order in which it did, after a place; as much as the limits let through, at least
    /// one where there is one.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the ledger cannot be read.
    fn pre_images(
        &self,
        run: RunId,
        after: i64,
        limits: BatchLimits,
    ) -> impl Future<Output = Result<Vec<StoredPreImage>, StoreError>> + Send;

    /// How much is kept of what a run replaced.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the ledger cannot be read.
    fn kept(&self, run: RunId) -> impl Future<Output = Result<Kept, StoreError>> + Send;

    /// Drops what is kept of what a run replaced, and says how much that was.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the ledger cannot be written.
    fn forget(&self, run: RunId) -> impl Future<Output = Result<Kept, StoreError>> + Send;

    /// Messages that were not delivered yet, oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the ledger cannot be read.
    fn undelivered(
        &self,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<OutboxEntry>, StoreError>> + Send;

    /// Marks a message as delivered; one that is marked already stays so.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the ledger cannot be written.
    fn mark_delivered(
        &self,
        entry: i64,
        at_ms: i64,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// A batch: what is written, and what follows from what became of it.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "jobs build it")]
pub struct Batch<'b> {
    /// The run.
    pub run: RunId,
    /// Rows of the model's table, each written by compare-and-set.
    pub writes: &'b [RowWrite],
    /// What else the transaction writes, said within it, with the outcome of each write; maybe called more than once.
    pub follow: &'b (dyn Fn(&[WriteOutcome]) -> FollowUp + Send + Sync),
}

impl fmt::Debug for Batch<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Batch");
        shown.field("run", &self.run).field("writes", &self.writes).finish_non_exhaustive()
    }
}

/// What a batch writes besides its rows.
#[derive(Debug, Clone, PartialEq, Default)]
#[expect(clippy::exhaustive_structs, reason = "jobs build it")]
pub struct FollowUp {
    /// How far the run has come with this batch.
    pub checkpoint: Checkpoint,
    /// Entities that failed. An entry of the same entity and key is replaced.
    pub quarantine: Vec<QuarantineEntry>,
    /// Entities that need no quarantine any more.
    pub released: Vec<EntityKey>,
    /// What was replaced.
    pub pre_images: Vec<PreImage>,
    /// Rows of other tables.
    pub dependents: Vec<DependentRow>,
    /// What must happen after the commit.
    pub outbox: Vec<OutboxMessage>,
    /// The commits of rows that were written; of a table with a [history](EntityTable::history) only.
    pub commits: Vec<NewCommit>,
}

/// An entity in quarantine: its row stays where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "jobs build it")]
pub struct QuarantineEntry {
    /// Name of the entity kind.
    pub entity: String,
    /// The key.
    pub key: EntityKey,
    /// The field that failed, where it is one.
    pub field: Option<String>,
    /// The step that failed, as (from, to), where one was running.
    pub step: Option<(i64, i64)>,
    /// The place in the field, where it is known.
    pub pointer: Option<String>,
    /// The error and its sources, outermost first.
    pub causes: Vec<String>,
    /// What the operator can do.
    pub help: Option<String>,
    /// Hash of what was read, as hexadecimal digits.
    pub content_hash: String,
    /// The run that found it last.
    pub run: RunId,
}

/// Which entries of the quarantine to read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct QuarantineRequest {
    /// Of this entity kind; `None` for all.
    pub entity: Option<String>,
    /// After the entry of this entity kind with this key, in the order of [`EntityKey::to_ledger_text`].
    pub after: Option<(String, EntityKey)>,
    /// Most entries.
    pub limit: u32,
}

/// Which entries leave the quarantine.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Released {
    /// The one with this key.
    Key(EntityKey),
    /// All that were found last by another run than this one, except those with these ids.
    NotFoundBy {
        /// The run that has seen every row.
        run: RunId,
        /// Those that it did not look at, by the text of their keys.
        except: Vec<EntityId>,
    },
}

/// What a write replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "jobs build it")]
pub struct PreImage {
    /// The key.
    pub key: EntityKey,
    /// What was replaced, and how to know what replaced it; what the bytes mean is the job's affair.
    pub content: Vec<u8>,
}

/// A pre-image and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores build it")]
pub struct StoredPreImage {
    /// The place; later ones are greater.
    pub place: i64,
    /// What was replaced.
    pub image: PreImage,
}

/// How much is kept of what a run replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "stores build it")]
pub struct Kept {
    /// Rows.
    pub rows: u64,
    /// Bytes of their contents, as they are stored.
    pub bytes: u64,
}

/// A row of another table that is set together with an entity.
///
/// It is inserted, or its columns are set where there is a row with its key. The key columns must be the primary key of
/// the table, or unique.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "jobs build it")]
pub struct DependentRow {
    /// Name of the table.
    pub table: String,
    /// The key columns and their values; at least one.
    pub key: Vec<(String, ColumnValue)>,
    /// The other columns and their values.
    pub set: Vec<(String, ColumnValue)>,
}

/// What must happen after a batch was committed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "jobs build it")]
pub struct OutboxMessage {
    /// What kind of message it is, such as `cache`.
    pub topic: String,
    /// What it says.
    pub payload: String,
}

/// A message that waits for its delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores build it")]
pub struct OutboxEntry {
    /// Its number; the same message has the same one however often it is delivered.
    pub id: i64,
    /// The run that wrote it; `None` for one that was saved with a model outside of runs.
    pub run: Option<RunId>,
    /// The message.
    pub message: OutboxMessage,
}
