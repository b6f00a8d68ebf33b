//! What a batch writes besides rows of its table: checkpoint, quarantine, what was replaced, dependent rows, messages.
//!
//! Layer: store. Invariant: all of it is of one transaction with the rows.

use std::{fmt, future::Future, pin::Pin};

use crate::{
    Checkpoint, ColumnValue, EntityKey, NewCommit, QuarantineEntry, RowWrite, RunId, WriteOutcome,
};

/// A batch: what is written, and what follows from what became of it.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "jobs build it")]
pub struct Batch<'b> {
    /// The run.
    pub run: RunId,
    /// The token of the lease under which it is written.
    pub token: u64,
    /// How long the lease lasts from now on, in milliseconds since 1970.
    pub until_ms: i64,
    /// Rows of the model's table, each written by compare-and-set.
    pub writes: &'b [RowWrite],
    /// Rows of other tables that are put back after that, in this order.
    pub restores: &'b [Restore],
    /// What else the transaction writes, said within it, with the outcome of each write and then of each restore; maybe
    /// called more than once.
    pub follow: &'b (dyn Fn(&[WriteOutcome]) -> FollowUp + Send + Sync),
    /// Where other batches of the run may not be over yet: the turn of this one, for which the store waits before it looks
    /// at the run and calls `follow`. It is given to stores that [write ahead](crate::JobLedger::writes_ahead).
    pub turn: Option<&'b dyn Turn>,
}

/// The turn of a batch, which comes when the batch before it has been committed.
///
/// What is written before it is written in a transaction that is not committed before it: so the states that others see are
/// those of batches written one after the other.
pub trait Turn: Send + Sync {
    /// Waits for the turn; at once where it has come.
    fn wait(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

impl fmt::Debug for Batch<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Batch");
        shown.field("run", &self.run).field("token", &self.token).field("writes", &self.writes);
        shown.field("restores", &self.restores);
        shown.field("has_turn", &self.turn.is_some()).finish_non_exhaustive()
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
    pub dependents: Vec<DependentWrite>,
    /// What must happen after the commit.
    pub outbox: Vec<OutboxWrite>,
    /// Messages that must not be delivered any more.
    pub withdrawn: Option<Withdrawn>,
    /// The commits of rows that were written; of a table with a [history](crate::EntityTable::history) only.
    pub commits: Vec<NewCommit>,
}

/// A row of another table that is set together with an entity.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "jobs build it")]
pub struct DependentWrite {
    /// The entity.
    pub of: EntityKey,
    /// The row.
    pub row: DependentRow,
    /// Whether what it replaces is kept with the pre-image of the entity.
    pub keep: bool,
}

/// A message that is left together with an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "jobs build it")]
pub struct OutboxWrite {
    /// The entity.
    pub of: EntityKey,
    /// The message.
    pub message: OutboxMessage,
}

/// Entities whose undelivered messages are withdrawn, because what they are about was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "jobs build it")]
pub struct Withdrawn {
    /// The run that left the messages.
    pub run: RunId,
    /// The entities.
    pub keys: Vec<EntityKey>,
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
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "stores build it")]
pub struct StoredPreImage {
    /// The place; later ones are greater.
    pub place: i64,
    /// What was replaced.
    pub image: PreImage,
    /// Rows of other tables that were set with the entity, in the order in which they were.
    pub dependents: Vec<KeptDependent>,
}

/// A row of another table as it was before it was set together with an entity, and after that.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "stores build it")]
pub struct KeptDependent {
    /// Name of the table.
    pub table: String,
    /// The key columns and their values.
    pub key: Vec<(String, ColumnValue)>,
    /// All columns before; `None` if there was no such row.
    pub before: Option<Vec<(String, ColumnValue)>>,
    /// All columns after.
    pub after: Vec<(String, ColumnValue)>,
}

impl KeptDependent {
    /// Whether the row is as it was after it was set.
    #[must_use]
    pub fn is_as_set(&self, now: &[(String, ColumnValue)]) -> bool {
        let is_same = |one: &(String, ColumnValue), other: &(String, ColumnValue)| {
            one.0 == other.0 && one.1.is_same(&other.1)
        };
        now.len() == self.after.len()
            && now.iter().all(|one| self.after.iter().any(|other| is_same(one, other)))
    }
}

/// A row of another table that is put back together with an entity.
///
/// It is put back only if the entity's row was written in this batch, and if it is still as it was set; a row that was
/// inserted is removed. Otherwise its outcome is that of the entity's row, or `Conflict`, or `Gone`.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "jobs build it")]
pub struct Restore {
    /// Index of the entity's row in [`Batch::writes`].
    pub write: usize,
    /// What is put back.
    pub dependent: KeptDependent,
}

/// How much is kept of what a run replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "stores build it")]
pub struct Kept {
    /// Rows of entities.
    pub rows: u64,
    /// Bytes of their contents and of dependent rows, as they are stored.
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
