//! The ports: what a store must do for the jobs.
//!
//! Layer: store. Every method may be called from several tasks at once. A store of your own passes the rules of
//! `versioned_testkit::conformance`.

use std::future::Future;

use crate::{ColumnValue, EntityKey, EntityTable, Row, RowWrite, StoreError};

/// A store of models.
pub trait ModelStore: Send + Sync {
    /// Reads rows in the order of their keys, deleted ones included.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot be read; nothing is returned then.
    fn scan(
        &self,
        table: &EntityTable,
        request: &ScanRequest,
    ) -> impl Future<Output = Result<Page, StoreError>> + Send;

    /// Writes rows in one transaction, each by compare-and-set, and says of each what became of it, in the same order.
    ///
    /// A row is written only if its model version, its deleted flag and every value that was read are still the same, in
    /// type and bytes; the model version, where there is one, rises by one. A row that changed does not stop the others.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the transaction could not be committed; nothing was written then.
    fn write_batch(
        &self,
        table: &EntityTable,
        writes: &[RowWrite],
    ) -> impl Future<Output = Result<Vec<WriteOutcome>, StoreError>> + Send;

    /// Reads one row with all its columns.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot be read.
    fn get(
        &self,
        table: &EntityTable,
        key: &EntityKey,
    ) -> impl Future<Output = Result<Option<Row>, StoreError>> + Send;

    /// Reads rows with all their columns, in the order of `keys`, which may name one twice; `None` where there is no row.
    ///
    /// Provided: one [`get`](Self::get) after the other. A store overrides it where many keys in one call cost less. Rows
    /// that change meanwhile may be read before or after it, each row as a whole.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot be read; nothing is returned then.
    fn get_many(
        &self,
        table: &EntityTable,
        keys: &[EntityKey],
    ) -> impl Future<Output = Result<Vec<Option<Row>>, StoreError>> + Send {
        async move {
            let mut rows = Vec::with_capacity(keys.len());
            for key in keys {
                rows.push(self.get(table, key).await?);
            }
            Ok(rows)
        }
    }

    /// Counts the rows of a table, deleted ones included.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot be read.
    fn count(&self, table: &EntityTable) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Counts the rows per value of each version column; empty for [`TableLayout::Document`](crate::TableLayout).
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot be read.
    fn version_counts(
        &self,
        table: &EntityTable,
    ) -> impl Future<Output = Result<Vec<VersionCount>, StoreError>> + Send;
}

/// Which rows a scan reads, and how much of them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "jobs build it")]
pub struct ScanRequest {
    /// Rows after this key; `None` from the first one.
    pub after: Option<EntityKey>,
    /// Rows up to this key, itself included; `None` to the last one.
    pub until: Option<EntityKey>,
    /// Bounds of the page.
    pub limits: BatchLimits,
    /// Which rows come with their fields.
    pub bodies: Bodies,
}

/// Bounds of a page and of the batch that is made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct BatchLimits {
    /// Most rows, from 1 to 10 000.
    pub rows_max: u32,
    /// The page ends with the row that reaches this many bytes of texts and byte strings, so one large row still gets
    /// through.
    pub bytes_max: usize,
}

impl BatchLimits {
    /// Most rows that a store takes into one page.
    pub const ROWS_MAX: u32 = 10_000;

    /// Most rows, brought into the range that a store takes: 1 to [`ROWS_MAX`](Self::ROWS_MAX).
    #[must_use]
    pub fn rows(self) -> u32 {
        self.rows_max.clamp(1, Self::ROWS_MAX)
    }
}

impl Default for BatchLimits {
    /// 500 rows, 16 MiB.
    fn default() -> Self {
        Self { rows_max: 500, bytes_max: 16 << 20 }
    }
}

/// Which rows of a scan come with their fields. Versions are always read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Bodies {
    /// Rows that are not deleted and have a version that is not the latest one: the columns that a migration needs. In
    /// [`TableLayout::Document`](crate::TableLayout) every row that is not deleted.
    Stale,
    /// Every row, all columns.
    All,
}

/// A part of a scan.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "stores build it")]
pub struct Page {
    /// The rows, in the order of their keys.
    pub rows: Vec<Row>,
    /// Whether the scan ended with these rows; otherwise it goes on after the last one.
    pub is_last: bool,
}

/// How many rows have a value in a version column.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "stores build it")]
pub struct VersionCount {
    /// Index into [`EntityTable::columns`].
    pub column: usize,
    /// The value.
    pub version: ColumnValue,
    /// Whether these rows are marked as deleted.
    pub deleted: bool,
    /// How many rows have it.
    pub rows: u64,
}

/// What became of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteOutcome {
    /// The row was written.
    Written,
    /// The row has changed since it was read; it was left alone.
    Conflict,
    /// The row is gone; it was not brought back.
    Gone,
    /// The row could have been written and was not, because another one of the same call could not; only where all are
    /// written or none, as by [`HistoryStore::commit_models`](crate::HistoryStore::commit_models).
    Withheld,
}

impl WriteOutcome {
    /// Outcomes as they are where all are written or none: where one is not written, the others are withheld; for stores.
    #[must_use]
    pub fn all_or_none(mut outcomes: Vec<Self>) -> Vec<Self> {
        if outcomes.iter().any(|outcome| *outcome != Self::Written) {
            for outcome in outcomes.iter_mut().filter(|outcome| **outcome == Self::Written) {
                *outcome = Self::Withheld;
            }
        }
        outcomes
    }
}
