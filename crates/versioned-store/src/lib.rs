//! Ports of the migration engine: what a store must do, the values that pass through, and a store in memory.
//!
//! Layer: store. Sees the core only. Invariant: a write names everything that was read, so that a store can refuse it
//! where anything has changed since.
//!
//! - [`StorageModel`] says how an entity lies in a table; [`EntityTable`] is that, checked against the declaration.
//! - [`ModelStore`] is the port; [`MemoryStore`] is the store for tests, with the same rules as a database.
//! - [`JobLedger`] is the port for what outlives a run: checkpoints, quarantine, pre-images, outbox.
//! - [`HistoryStore`] is the port for commits: saves, snapshots, the commit log. A table without history stays a plain table.
//! - [`Row`] and [`RowWrite`] pass through; [`EntityTable::members`] and [`EntityTable::row_write`] turn them into what
//!   the core takes and gives.

mod batch;
mod check;
mod codec;
mod error;
mod history;
mod key;
mod key_text;
mod lease;
mod ledger;
mod members;
pub mod memory;
mod memory_history;
mod memory_ledger;
mod memory_rows;
mod model;
mod port;
mod problem;
mod row;
mod run;
mod table;
mod values;

pub use batch::{
    Batch, DependentRow, DependentWrite, FollowUp, Kept, KeptDependent, OutboxEntry, OutboxMessage,
    OutboxWrite, PreImage, Restore, StoredPreImage, Turn, Withdrawn,
};
pub use codec::{decode_columns, encode_columns};
pub use error::{StorageModelError, StoreError, StoreErrorKind};
pub use history::{
    CommitCommand, CommitEntry, CommitKind, CommitRecord, CommitsRequest, DeletedModels, History,
    HistoryStore, ModelChange, ModelCommit, ModelVersion, NewCommit, NewModel, Parent, Place,
    Snapshot,
};
pub use key::{EntityKey, KeyPart};
pub use lease::{Claim, Lease, Opening};
pub use ledger::{JobLedger, QuarantineEntry, QuarantineRequest, Released};
pub use members::RowError;
pub use memory::MemoryStore;
pub use model::{IdColumn, IdKind, StorageModel};
pub use port::{BatchLimits, Bodies, ModelStore, Page, ScanRequest, VersionCount, WriteOutcome};
pub use problem::StoreProblem;
pub use row::{ColumnValue, Row, RowStamp, RowWrite};
pub use run::{
    Checkpoint, OpenedRun, RunCounts, RunId, RunKind, RunRecord, RunRequest, RunState, Transition,
};
pub use table::{ColumnKind, EntityTable, TableColumn, TableLayout};
