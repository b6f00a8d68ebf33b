//! Jobs over stored versioned entities: migration, audit, census, and reading one entity at its latest versions.
//!
//! Layer: jobs. Sees the core and the ports of `versioned-store`; knows no driver. Invariant: audit, migration and
//! reading run the same chain, and an audit differs from a migration in one store call only.
//!
//! | module | what it does |
//! |---|---|
//! | `versioned_model`, `hooks`, `saved` | the trait [`VersionedModel`]: one entity kind, and what the application adds |
//! | `model_migration`, `snapshot_migration` | the traits [`BaseMigrateVersionedModelJob`] and [`BaseMigrateVersionedModelSnapshotsJob`] |
//! | `subject` | what they hand to the loop: a table, and what follows from a write |
//! | `save`, `commit`, `stored`, `save_error` | saves, deletions and reverts: [`Commit`], [`Stored`], [`SaveError`] |
//! | `run`, `ending`, `policies` | the loop behind it, how a run ends, and what its policy asks for |
//! | `ledger`, `tally` | what a run writes beside its rows: checkpoints, quarantine |
//! | `undo`, `undo_report`, `content` | what a run replaced, and how it is put back |
//! | `without_ledger` | a store as an audit sees it |
//! | `outbox` | messages that a batch has left behind, delivered at least once |
//! | `convert` | a page of rows becomes planned writes and outcomes; pure |
//! | `report`, `counts`, `change_counts`, `failure` | what a run did: [`JobReport`], [`Counts`], [`EntityFailure`] |
//! | `census` | which versions are stored: [`CensusReport`] |
//! | `fetch`, `upgrades` | one entity at its latest versions, and what a read tells the outside of it |
//! | `write_back` | reads that write back what they upgraded: [`FetchAndWriteBack`] |
//! | `prefetch` | what conversions and checks need from elsewhere, fetched before they run: [`Fetched`] |
//! | [`golden`] | stored documents for a repository, with what their chains make of them |
//! | `validity` | values checked in an audit: [`ValueCheck`], [`Validity`]; feature `validate`: `SchemaChecks`, by JSON Schemas |
//! | `options`, `policy`, `progress`, `clock` | what the caller decides, sees and measures |
//!
//! Reads through [`VersionedModel`] report each field that they upgrade: an event of `tracing` at the level `debug`, with
//! `entity`, `id`, `field`, `from` and `to`, and a count in the counter `versioned_upgrades_on_read_total` of `metrics`,
//! with `entity`, `field` and `from`. What could not be written back is a `warn`. Where nobody listens, nothing happens.
//!
//! # Examples
//!
#![doc = include_str!("example.md")]

mod census;
mod change_counts;
mod clock;
mod commit;
mod content;
mod convert;
mod counts;
mod ending;
mod error;
mod failure;
mod fetch;
mod fetch_error;
pub mod golden;
mod hooks;
mod ledger;
mod model_migration;
mod options;
mod outbox;
mod policies;
mod policy;
mod prefetch;
mod progress;
mod report;
mod run;
mod save;
mod save_error;
mod saved;
mod snapshot_migration;
mod stored;
mod subject;
mod tally;
mod text_table;
mod undo;
mod undo_report;
mod upgrades;
mod validity;
mod versioned_model;
mod without_ledger;
mod write_back;

pub use census::{CensusReport, CensusRow, StoredAs, VersionState};
pub use change_counts::{ChangeCount, LossCount, SideOutputCount};
pub use clock::{Clock, SystemClock};
pub use commit::Commit;
pub use counts::{Counts, Mode, Outcome};
pub use error::JobError;
pub use failure::{EntityError, EntityFailure, PanicMessage};
pub use fetch_error::FetchError;
pub use hooks::{Check, Follows, HookError, Hooks, Validate, ValidateSnapshot};
pub use model_migration::BaseMigrateVersionedModelJob;
pub use options::{JobOptions, StopFlag};
pub use outbox::{DeliverError, deliver};
pub use policy::{FailureLimit, Policy};
pub use prefetch::{Fetched, Stale};
pub use progress::{NoProgress, Progress};
pub use report::JobReport;
pub use save_error::SaveError;
pub use saved::{Reason, Saved};
pub use snapshot_migration::BaseMigrateVersionedModelSnapshotsJob;
pub use stored::Stored;
pub use text_table::{Align, Printable, TextTable};
pub use undo_report::UndoReport;
pub use validity::{
    CheckedValue, UncheckedCount, Validity, ValueCheck, ValueFinding, ValueOrigin, ValueProblem,
};
#[cfg(feature = "validate")]
pub use validity::{SchemaCheckError, SchemaChecks};
pub use versioned_model::{FoundMany, ListPage, VersionedModel};
pub use write_back::{FetchAndWriteBack, WriteBack};
