//! Modes, outcomes, and how many rows had which outcome.
//!
//! Layer: jobs. Invariant: between two batches the outcomes add up to the rows that were scanned.

use serde::Serialize;
use versioned_store::RunCounts;

/// Whether a run writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Mode {
    /// Rows are written.
    Migrate,
    /// Nothing is written; the report says what would be.
    Audit,
}

impl Mode {
    /// The name, as reports show it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Migrate => "migrate",
            Self::Audit => "audit",
        }
    }
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// It was brought to its latest versions and written; in an audit, it would be.
    Migrated,
    /// It was at its latest versions already.
    Current,
    /// It is on the skip list.
    Skipped,
    /// It is marked as deleted, or was deleted between reading and writing.
    Deleted,
    /// It changed between reading and writing; the next run takes it.
    Conflict,
    /// It could not be brought to its latest versions; it was left as it is, and the ledger says why.
    Quarantined,
    /// It could not be brought to its latest versions; it was left as it is. In a run with a ledger it is
    /// [`Quarantined`](Self::Quarantined).
    Failed,
}

impl Outcome {
    /// Every outcome, in the order of reports.
    pub const ALL: [Self; 7] = [
        Self::Migrated,
        Self::Current,
        Self::Skipped,
        Self::Deleted,
        Self::Conflict,
        Self::Quarantined,
        Self::Failed,
    ];

    /// The name, as reports show it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Migrated => "migrated",
            Self::Current => "current",
            Self::Skipped => "skipped",
            Self::Deleted => "deleted",
            Self::Conflict => "conflict",
            Self::Quarantined => "quarantined",
            Self::Failed => "failed",
        }
    }
}

/// How many rows had which outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Counts {
    /// Rows that were read.
    pub scanned: u64,
    /// See [`Outcome::Migrated`].
    pub migrated: u64,
    /// See [`Outcome::Current`].
    pub current: u64,
    /// See [`Outcome::Skipped`].
    pub skipped: u64,
    /// See [`Outcome::Deleted`].
    pub deleted: u64,
    /// See [`Outcome::Conflict`].
    pub conflict: u64,
    /// See [`Outcome::Quarantined`].
    pub quarantined: u64,
    /// See [`Outcome::Failed`].
    pub failed: u64,
}

impl Counts {
    /// How many rows had this outcome.
    #[must_use]
    pub fn get(&self, outcome: Outcome) -> u64 {
        match outcome {
            Outcome::Migrated => self.migrated,
            Outcome::Current => self.current,
            Outcome::Skipped => self.skipped,
            Outcome::Deleted => self.deleted,
            Outcome::Conflict => self.conflict,
            Outcome::Quarantined => self.quarantined,
            Outcome::Failed => self.failed,
        }
    }

    /// Whether the outcomes add up to the rows that were scanned; always so between two batches.
    #[must_use]
    pub fn is_balanced(&self) -> bool {
        Outcome::ALL.iter().map(|outcome| self.get(*outcome)).sum::<u64>() == self.scanned
    }

    /// How many entities could not be brought to their latest versions, quarantined or not.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.failed + self.quarantined
    }

    /// What a ledger has stored.
    #[must_use]
    pub fn of(stored: RunCounts) -> Self {
        Self {
            scanned: stored.scanned,
            migrated: stored.migrated,
            current: stored.current,
            skipped: stored.skipped,
            deleted: stored.deleted,
            conflict: stored.conflict,
            quarantined: stored.quarantined,
            failed: 0,
        }
    }

    pub(crate) fn add(&mut self, outcome: Outcome) {
        let count = match outcome {
            Outcome::Migrated => &mut self.migrated,
            Outcome::Current => &mut self.current,
            Outcome::Skipped => &mut self.skipped,
            Outcome::Deleted => &mut self.deleted,
            Outcome::Conflict => &mut self.conflict,
            Outcome::Quarantined => &mut self.quarantined,
            Outcome::Failed => &mut self.failed,
        };
        *count += 1;
    }
}
