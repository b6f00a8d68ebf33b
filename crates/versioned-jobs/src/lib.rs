//! Jobs over stored versioned entities: migration, audit, census, and reading one entity at its latest versions.
//!
//! Layer: jobs. Sees the core and the ports of `versioned-store`; knows no driver. Invariant: audit, migration and
//! reading run the same chain, and an audit differs from a migration in one store call only.
//!
//! | module | what it does |
//! |---|---|
//! | `versioned_model`, `hooks`, `saved` | the trait [`VersionedModel`]: one entity kind, and what the application adds |
//! | `model_migration`, `subject` | the trait [`BaseMigrateVersionedModelJob`], and what it hands to the loop |
//! | `run`, `policies` | the loop behind it, and how a run ends |
//! | `ledger`, `tally` | what a run writes beside its rows: checkpoints, quarantine |
//! | `undo`, `content` | what a run replaced, and how it is put back |
//! | `outbox` | messages that a batch has left behind, delivered at least once |
//! | `convert` | a page of rows becomes planned writes and outcomes; pure |
//! | `report`, `counts`, `failure` | what a run did: [`JobReport`], [`Counts`], [`EntityFailure`] |
//! | `census` | which versions are stored: [`CensusReport`] |
//! | `fetch` | one entity at its latest versions, nothing written back |
//! | `options`, `policy`, `progress`, `clock` | what the caller decides, sees and measures |
//!
//! # Examples
//!
#![doc = include_str!("example.md")]

mod census;
mod clock;
mod content;
mod convert;
mod counts;
mod error;
mod failure;
mod fetch;
mod hooks;
mod ledger;
mod model_migration;
mod options;
mod outbox;
mod policies;
mod policy;
mod progress;
mod report;
mod run;
mod saved;
mod subject;
mod tally;
mod text_table;
mod undo;
mod versioned_model;

pub use census::{CensusReport, CensusRow, StoredAs, VersionState};
pub use clock::{Clock, SystemClock};
pub use counts::{Counts, Mode, Outcome};
pub use error::{FetchError, JobError};
pub use failure::{EntityError, EntityFailure, PanicMessage};
pub use hooks::{Follows, HookError, Hooks, Validate};
pub use model_migration::BaseMigrateVersionedModelJob;
pub use options::{JobOptions, StopFlag};
pub use outbox::{DeliverError, deliver};
pub use policy::{FailureLimit, Policy};
pub use progress::{NoProgress, Progress};
pub use report::{ChangeCount, JobReport, SideOutputCount};
pub use saved::{Reason, Saved};
pub use text_table::{Align, Printable, TextTable};
pub use undo::UndoReport;
pub use versioned_model::{FoundMany, VersionedModel};
