//! History: the commits of models, each with what the model was after it.
//!
//! Layer: store. Invariant: what a commit says and what the model became are one transaction, and no commit is ever
//! written over.
//!
//! - [`History`] says in which tables the commits of a model lie, [`EntityTable::snapshots`](crate::EntityTable::snapshots)
//!   makes a table of the snapshots that scans, jobs and census take as any other.
//! - [`CommitRecord`] says who committed what, when and why; [`CommitCommand`] is one typed change of it.
//! - [`ModelCommit`] is a save of an application, [`NewCommit`] the commit of a row that a batch writes.
//! - [`HistoryStore`] is the port.

mod change;
mod port;
mod record;
mod tables;

pub use change::{ModelChange, ModelCommit, NewCommit, NewModel};
pub use port::{CommitEntry, CommitsRequest, HistoryStore, Snapshot};
pub use record::{CommitCommand, CommitKind, CommitRecord, ModelVersion};
pub(crate) use tables::snapshots;
pub use tables::{DeletedModels, History, Parent, Place};
