//! The history port: saves that are commits, snapshots, and the commit log.
//!
//! Layer: store. Invariant: what a commit says, the snapshot and the row are one transaction; no commit is written over.

use std::future::Future;

use crate::{
    ColumnValue, CommitRecord, EntityKey, EntityTable, JobLedger, ModelCommit, ModelVersion,
    StoreError, WriteOutcome,
};

/// A store of models that keeps their history, in the same database.
///
/// Jobs write the commits of their batches through [`JobLedger::commit_batch`].
pub trait HistoryStore: JobLedger {
    /// Saves models, each with its snapshot, its commit, its dependent rows and its messages: all of them in one transaction,
    /// or none. On a table without history it saves all but snapshots and commits.
    ///
    /// The changes take place in their order. If one of them cannot, because the row has changed, is gone, or exists
    /// already, nothing is written: its outcome says so, and the others that could are [`WriteOutcome::Withheld`].
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the transaction could not be committed; nothing was written then. `Rejected` for a model whose
    /// history has the new model version already.
    fn commit_models(
        &self,
        table: &EntityTable,
        commits: &[ModelCommit],
    ) -> impl Future<Output = Result<Vec<WriteOutcome>, StoreError>> + Send;

    /// Reads what a model was as of a model version; `None` if there is no snapshot of it.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot be read; `Misconfigured` on a table without history.
    fn snapshot(
        &self,
        table: &EntityTable,
        key: &EntityKey,
        version: ModelVersion,
    ) -> impl Future<Output = Result<Option<Snapshot>, StoreError>> + Send;

    /// Reads commits in the order in which they were made.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot be read; `Misconfigured` on a table without history, `Corrupt` for a commit that
    /// no store has written.
    fn commits(
        &self,
        table: &EntityTable,
        request: &CommitsRequest,
    ) -> impl Future<Output = Result<Vec<CommitEntry>, StoreError>> + Send;
}

/// What a model was as of a commit.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "stores build it")]
pub struct Snapshot {
    /// The model version.
    pub model_version: ModelVersion,
    /// What lies in the content column: the whole document.
    pub content: ColumnValue,
    /// What its commit says; `None` for a snapshot that was stored without one.
    pub record: Option<CommitRecord>,
}

impl Snapshot {
    /// The bytes of the document; `None` where the column holds neither text nor bytes.
    #[must_use]
    pub fn document(&self) -> Option<&[u8]> {
        match &self.content {
            ColumnValue::Text(text) => Some(text.as_bytes()),
            ColumnValue::InvalidText(bytes) | ColumnValue::Bytes(bytes) => Some(bytes),
            ColumnValue::Null
            | ColumnValue::Boolean(_)
            | ColumnValue::Integer(_)
            | ColumnValue::Real(_) => None,
        }
    }
}

/// Which commits to read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct CommitsRequest {
    /// Of the model with this key; `None` for all, which is the commit log of the table.
    pub of: Option<EntityKey>,
    /// After the commit with this number; `None` from the first one.
    pub after: Option<i64>,
    /// Most commits; stores give at most [`BatchLimits::ROWS_MAX`](crate::BatchLimits::ROWS_MAX).
    pub limit: u32,
}

/// A commit in the log.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "stores build it")]
pub struct CommitEntry {
    /// Its number; later ones are greater.
    pub number: i64,
    /// The key of the model.
    pub key: EntityKey,
    /// The model version that the model got.
    pub model_version: ModelVersion,
    /// What it says.
    pub record: CommitRecord,
}
