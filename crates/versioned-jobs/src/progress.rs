//! What a caller sees of a run while it goes on.
//!
//! Layer: jobs. Invariant: every failed entity is shown once, in the order of keys, also those that the report no
//! longer keeps in full.

use crate::{Counts, EntityFailure, Mode};

/// A watcher of a run. Every method has a default that does nothing.
///
/// The methods are called on the task of the run, between two batches; a slow one slows the run down.
pub trait Progress: Send + Sync {
    /// Whether the run should count the rows of the table first, which reads an index of the table or all of it.
    fn wants_total(&self) -> bool {
        false
    }

    /// The run starts; `rows` is the number of rows in the table, if it was asked for.
    fn started(&self, entity: &'static str, mode: Mode, rows: Option<u64>) {
        _ = (entity, mode, rows);
    }

    /// A batch is done, and written unless this is an audit; `counts` are those of the whole run so far.
    fn advanced(&self, counts: &Counts) {
        _ = counts;
    }

    /// An entity failed.
    fn failed(&self, failure: &EntityFailure) {
        _ = failure;
    }
}

/// A watcher that looks away.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "a unit struct is written by its name")]
pub struct NoProgress;

impl Progress for NoProgress {}
