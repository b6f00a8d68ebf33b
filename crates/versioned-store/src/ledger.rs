//! The ledger port: runs, checkpoints, quarantine, pre-images and outbox beside the models.
//!
//! Layer: store. Invariant: what a batch writes and what the ledger says of it are one transaction.

use std::future::Future;

use versioned_core::EntityId;

use crate::{
    Batch, BatchLimits, Claim, EntityKey, EntityTable, Kept, ModelStore, OpenedRun, OutboxEntry,
    RunId, RunRecord, RunRequest, StoreError, StoredPreImage, Transition, WriteOutcome,
};

/// A store of models that keeps a ledger of the runs over them, in the same database.
///
/// A run is one unit: it goes over the whole table in the order of the keys, and has one checkpoint and one lease. A ledger
/// may have room for several units of a run, each a range of keys; the runner uses one.
///
/// A method that only reads gives nothing where no ledger was ever written.
pub trait JobLedger: ModelStore {
    /// Starts a run, or goes on with the unfinished one of the same entity, table, kind and target, as
    /// [`RunRecord::opening`] says.
    ///
    /// An unfinished run with other settings is closed as superseded, and a new one starts. The run is in state running
    /// afterwards, its lease is the claimant's, and each change of state is a transition.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the ledger cannot be written; nothing has changed then. `Conflict` if somebody else holds the
    /// unfinished run, `Misconfigured` if no other run may take its place, `Unsupported` if the ledger was written by a
    /// later version of the store.
    fn open_run(
        &self,
        request: &RunRequest,
        claim: &Claim,
    ) -> impl Future<Output = Result<OpenedRun, StoreError>> + Send;

    /// Writes rows as [`ModelStore::write_batch`] does, and in the same transaction what follows from their outcomes.
    ///
    /// Gives the outcomes of [`Batch::writes`], and after them those of [`Batch::restores`].
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the transaction could not be committed; nothing was written then. `Conflict` if the lease was
    /// taken over, the checkpoint is not the next one of its run, or the run is not running.
    fn commit_batch(
        &self,
        table: &EntityTable,
        batch: &Batch<'_>,
    ) -> impl Future<Output = Result<Vec<WriteOutcome>, StoreError>> + Send;

    /// Whether [`commit_batch`](Self::commit_batch) gains from writing the rows of a batch while the batch before it is not
    /// over yet, as it then has to with a [`turn`](Batch::turn).
    ///
    /// Provided: no. Batches come one after the other then, and none has a turn.
    fn writes_ahead(&self) -> bool {
        false
    }

    /// Changes the state of a run; a run that does not work any more has no lease.
    ///
    /// `token` is that of the lease under which the caller works; `None` is for somebody who does not work on the run.
    ///
    /// # Errors
    ///
    /// `Conflict` if the run has another state than `from`, may not come into the new one, or has a lease with another
    /// token.
    fn change_state(
        &self,
        transition: &Transition,
        token: Option<u64>,
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

    /// What a run replaced, the latest first, before a place or from the end; as much as the limits let through, at least
    /// one where there is one.
    ///
    /// The latest comes first because two entities may have set the same row of another table.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the ledger cannot be read.
    fn pre_images(
        &self,
        run: RunId,
        before: Option<i64>,
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

    /// Removes a message that was delivered; one that is gone stays so.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the ledger cannot be written.
    fn remove_delivered(&self, entry: i64) -> impl Future<Output = Result<(), StoreError>> + Send;
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
    /// All that were found last by an earlier run than this one, except those with these ids.
    NotFoundBy {
        /// The run that has seen every row.
        run: RunId,
        /// Those that it did not look at, by the text of their keys.
        except: Vec<EntityId>,
    },
}
