//! What an undo did, as text and as JSON.
//!
//! Layer: jobs. Invariant: its size does not grow with the table.

use std::fmt;

use serde::Serialize;

use crate::{Printable, error::count_of};

/// What an undo did.
///
/// As JSON: `entity`, `run`, `undone_by`, `restored`, `conflicts`, `gone`, `unreadable`, `conflict_ids`,
/// `dependents_restored`, `dependents_conflicts`, `dependent_conflicts`, `kept_rows`, `kept_bytes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UndoReport {
    /// Name of the entity kind.
    pub entity: &'static str,
    /// The run that was undone.
    pub run: i64,
    /// The run that undid it.
    pub undone_by: i64,
    /// Rows that were put back.
    pub restored: u64,
    /// Rows that have changed since, and were left as they are.
    pub conflicts: u64,
    /// Rows that are gone, and were not brought back.
    pub gone: u64,
    /// Rows whose pre-image does not fit the table any more, or that the database refuses.
    pub unreadable: u64,
    /// The rows in conflict, by the text of their keys; at most 1000.
    pub conflict_ids: Vec<String>,
    /// Rows of other tables that were put back, or removed, with their entities.
    pub dependents_restored: u64,
    /// Rows of other tables that have changed since or are gone, and were left as they are.
    pub dependents_conflicts: u64,
    /// These, by table and key; at most 1000.
    pub dependent_conflicts: Vec<String>,
    /// Rows of which the ledger keeps what was replaced, until they are forgotten.
    pub kept_rows: u64,
    /// Bytes of that.
    pub kept_bytes: u64,
}

impl fmt::Display for UndoReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { entity, run, restored, conflicts, gone, unreadable, .. } = self;
        write!(formatter, "undo run {run} over {}: ", Printable(entity))?;
        writeln!(formatter, "{} put back", count_of(*restored, "row"))?;
        for (rows, what) in [
            (conflicts, "changed since, left alone"),
            (gone, "gone, not brought back"),
            (unreadable, "cannot be put back"),
        ] {
            if *rows > 0 {
                writeln!(formatter, "  {}: {what}", count_of(*rows, "row"))?;
            }
        }
        for id in &self.conflict_ids {
            writeln!(formatter, "  conflict: {}", Printable(id))?;
        }
        for (rows, what) in [
            (self.dependents_restored, "put back with them"),
            (self.dependents_conflicts, "changed since, left alone"),
        ] {
            if rows > 0 {
                writeln!(formatter, "  {}: {what}", count_of(rows, "dependent row"))?;
            }
        }
        for row in &self.dependent_conflicts {
            writeln!(formatter, "  conflict: {}", Printable(row))?;
        }
        let kept = count_of(self.kept_rows, "row");
        writeln!(
            formatter,
            "  still kept: {kept}, {} bytes; `forget {run}` drops them",
            self.kept_bytes
        )
    }
}
