//! A store in memory, with the rules of a database; for tests and examples.
//!
//! Layer: store. Invariant: a table is rows of named columns, so two entity tables over one table see the same rows.

use std::{
    collections::BTreeMap,
    ops::Bound,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{
    Bodies, ColumnValue, EntityKey, EntityTable, ModelStore, Page, Row, RowWrite, ScanRequest,
    StoreError, StoreProblem, VersionCount, WriteOutcome,
    memory_history::{CommitLogs, is_orphan},
    memory_ledger::Ledger,
    memory_rows::{is_deleted, record_of, row_of, value_of},
};

/// A store in memory.
///
/// Values keep the type in which they were put, and keys are ordered as [`EntityKey`] orders them. It is shared by
/// reference, or in an `Arc`; a call holds one lock over all tables.
///
/// # Examples
///
/// ```
/// # use std::{future::Future, pin::pin, task::{Context, Poll, Waker}};
/// # use versioned_core::{Declaration, OtherAttribute, OtherKind};
/// # use versioned_store::{BatchLimits, Bodies, ColumnValue, EntityTable, MemoryStore};
/// # use versioned_store::{ModelStore, Row, ScanRequest, StorageModel};
/// # fn block_on<F: Future>(future: F) -> F::Output {
/// #     match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
/// #         Poll::Ready(output) => output,
/// #         Poll::Pending => unreachable!("the memory store never waits"),
/// #     }
/// # }
/// # static OTHERS: &[OtherAttribute] =
/// #     &[OtherAttribute { field: "title", key: "title", kind: OtherKind::Plain }];
/// # static DECLARATION: Declaration =
/// #     Declaration { entity: "note", type_name: "Note", versioned: &[], others: OTHERS };
/// // `DECLARATION` is what `Note::schema_versioned_attributes()` gives; the type has one field.
/// let table = EntityTable::new(&DECLARATION, StorageModel::columns("notes").id("id"))?;
/// let store = MemoryStore::new();
/// store.create_table(&table);
/// for id in ["b", "a"] {
///     let values = vec![Some(ColumnValue::Text(format!("note {id}")))];
///     let row = Row { key: id.into(), model_version: None, deleted: false, values, stamp: None };
///     store.insert(&table, row)?;
/// }
///
/// let limits = BatchLimits::default();
/// let request = ScanRequest { after: None, until: None, limits, bodies: Bodies::All };
/// let page = block_on(store.scan(&table, &request))?;
/// assert_eq!(page.rows[0].key.to_string(), "a");
/// assert!(page.is_last);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

/// All that the store holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct State {
    pub(crate) tables: Tables,
    pub(crate) ledger: Ledger,
    pub(crate) commits: CommitLogs,
}

/// Tables by name.
pub(crate) type Tables = BTreeMap<String, Table>;

/// Rows by key.
pub(crate) type Table = BTreeMap<EntityKey, Record>;

/// A copy of everything: tables, rows and ledger. What is written to one of the stores does not reach the other.
impl Clone for MemoryStore {
    fn clone(&self) -> Self {
        Self { state: Mutex::new(self.lock().clone()) }
    }
}

/// Values by column name, id columns left out; a column that is absent is `NULL`.
pub(crate) type Record = BTreeMap<String, ColumnValue>;

impl MemoryStore {
    /// A store without tables.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates the table, where it does not exist yet.
    pub fn create_table(&self, table: &EntityTable) {
        self.lock().tables.entry(table.name().to_owned()).or_default();
    }

    /// Puts a new row into a table, as an application would; a value of `None` is stored as `NULL`.
    ///
    /// # Errors
    ///
    /// `Conflict` if the key exists, `Misconfigured` if the table does not exist or the row does not fit it.
    pub fn insert(&self, table: &EntityTable, row: Row) -> Result<(), StoreError> {
        self.put(table, row, "insert", false)
    }

    /// Puts a row into a table, in place of the one with the same key, if there is one; columns that `table` does not
    /// name are `NULL` afterwards.
    ///
    /// # Errors
    ///
    /// `Misconfigured` if the table does not exist or the row does not fit it.
    pub fn replace(&self, table: &EntityTable, row: Row) -> Result<(), StoreError> {
        self.put(table, row, "replace", true)
    }

    /// Removes a row, and says whether there was one.
    ///
    /// # Errors
    ///
    /// `Misconfigured` if the table does not exist.
    pub fn delete(&self, table: &EntityTable, key: &EntityKey) -> Result<bool, StoreError> {
        let tables = &mut self.lock().tables;
        let rows = rows_of(tables, table).map_err(named("delete", table))?;
        Ok(rows.remove(key).is_some())
    }

    fn put(
        &self,
        table: &EntityTable,
        row: Row,
        operation: &'static str,
        replaces: bool,
    ) -> Result<(), StoreError> {
        let tables = &mut self.lock().tables;
        let put = || {
            let rows = rows_of(tables, table)?;
            if !replaces && rows.contains_key(&row.key) {
                return Err(StoreProblem::KeyExists { key: row.key.clone() });
            }
            table.check_row(&row)?;
            let (key, record) = record_of(table, row);
            rows.insert(key, record);
            Ok(())
        };
        put().map_err(named(operation, table))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        // A panic of another thread cannot have left a row half written: batches are checked before they are applied.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn scan_rows(&self, table: &EntityTable, request: &ScanRequest) -> Result<Page, StoreProblem> {
        let tables = &mut self.lock().tables;
        rows_of(tables, table)?;
        let rows = &tables[table.name()];
        for key in [&request.after, &request.until].into_iter().flatten() {
            table.stored_key(key)?;
        }
        let mut page = Page { rows: Vec::new(), is_last: true };
        if matches!((&request.after, &request.until), (Some(after), Some(until)) if after >= until)
        {
            return Ok(page);
        }
        let lower = request.after.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
        let upper = request.until.as_ref().map_or(Bound::Unbounded, Bound::Included);
        let (rows_max, mut bytes) = (request.limits.rows() as usize, 0);
        for (key, record) in rows.range::<EntityKey, _>((lower, upper)) {
            let is_full = !page.rows.is_empty() && bytes >= request.limits.bytes_max;
            if is_full || page.rows.len() == rows_max {
                page.is_last = false;
                break;
            }
            let row = row_of(table, key, record, request.bodies, is_orphan(tables, table, key))?;
            bytes += row.values.iter().flatten().map(ColumnValue::byte_len).sum::<usize>();
            page.rows.push(row);
        }
        Ok(page)
    }

    fn write_rows(
        &self,
        table: &EntityTable,
        writes: &[RowWrite],
    ) -> Result<Vec<WriteOutcome>, StoreProblem> {
        let tables = &mut self.lock().tables;
        rows_of(tables, table)?;
        let checked = writes.iter().map(|write| Ok((write, table.check_write(write)?)));
        let checked: Vec<_> = checked.collect::<Result<_, _>>()?;
        Ok(checked.into_iter().map(|(write, next)| write_row(table, tables, write, next)).collect())
    }

    fn count_versions(&self, table: &EntityTable) -> Result<Vec<VersionCount>, StoreProblem> {
        let tables = &mut self.lock().tables;
        let rows = rows_of(tables, table)?;
        let mut counts: Vec<VersionCount> = Vec::new();
        for (column, described) in table.columns().iter().enumerate() {
            if !described.kind.is_version() {
                continue;
            }
            let first = counts.len();
            for (key, record) in &*rows {
                let deleted = is_deleted(table, key, record)?;
                let version = value_of(record, &described.name);
                let known = counts[first..]
                    .iter_mut()
                    .find(|count| count.version.is_same(&version) && count.deleted == deleted);
                match known {
                    Some(count) => count.rows += 1,
                    None => counts.push(VersionCount { column, version, deleted, rows: 1 }),
                }
            }
            counts[first..].sort_by(|one, two| {
                let number = |count: &VersionCount| match count.version {
                    ColumnValue::Integer(number) => Some(number),
                    _ => None,
                };
                (number(one), one.deleted).cmp(&(number(two), two.deleted))
            });
        }
        Ok(counts)
    }
}

impl ModelStore for MemoryStore {
    async fn scan(&self, table: &EntityTable, request: &ScanRequest) -> Result<Page, StoreError> {
        self.scan_rows(table, request).map_err(named("scan", table))
    }

    async fn write_batch(
        &self,
        table: &EntityTable,
        writes: &[RowWrite],
    ) -> Result<Vec<WriteOutcome>, StoreError> {
        self.write_rows(table, writes).map_err(named("write_batch", table))
    }

    async fn get(&self, table: &EntityTable, key: &EntityKey) -> Result<Option<Row>, StoreError> {
        let tables = &mut self.lock().tables;
        let mut get = || {
            table.stored_key(key)?;
            rows_of(tables, table)?;
            row_in(tables, table, key).transpose()
        };
        get().map_err(named("get", table))
    }

    async fn count(&self, table: &EntityTable) -> Result<u64, StoreError> {
        let tables = &mut self.lock().tables;
        let rows = rows_of(tables, table).map_err(named("count", table))?;
        Ok(rows.len() as u64)
    }

    async fn version_counts(&self, table: &EntityTable) -> Result<Vec<VersionCount>, StoreError> {
        self.count_versions(table).map_err(named("version_counts", table))
    }
}

fn named(operation: &'static str, table: &EntityTable) -> impl FnOnce(StoreProblem) -> StoreError {
    move |problem| problem.into_error(operation, table.name())
}

pub(crate) fn rows_of<'t>(
    tables: &'t mut Tables,
    table: &EntityTable,
) -> Result<&'t mut Table, StoreProblem> {
    if table.parent().is_some_and(|parent| !tables.contains_key(parent.table())) {
        return Err(StoreProblem::TableUnknown);
    }
    if let Some(column) = table.row_stamp() {
        return Err(StoreProblem::RowStampUnsupported { column: column.into() });
    }
    tables.get_mut(table.name()).ok_or(StoreProblem::TableUnknown)
}

/// A row with all its columns, of a table that is there.
fn row_in(
    tables: &Tables,
    table: &EntityTable,
    key: &EntityKey,
) -> Option<Result<Row, StoreProblem>> {
    let record = tables.get(table.name())?.get(key)?;
    Some(row_of(table, key, record, Bodies::All, is_orphan(tables, table, key)))
}

/// Whether the row is still what was read; otherwise, what is in the way.
pub(crate) fn compare(
    table: &EntityTable,
    tables: &Tables,
    expected: &Row,
) -> Result<(), WriteOutcome> {
    // What cannot be read has changed too: the expected row was readable.
    let found = row_in(tables, table, &expected.key).ok_or(WriteOutcome::Gone)?;
    let found = found.map_err(|_| WriteOutcome::Conflict)?;
    let mut values = found.values.iter().zip(&expected.values);
    let is_same = found.model_version == expected.model_version
        && found.deleted == expected.deleted
        && values.all(|pair| match pair {
            (Some(found), Some(expected)) => found.is_same(expected),
            (_, None) => true,
            (None, Some(_)) => false,
        });
    if is_same { Ok(()) } else { Err(WriteOutcome::Conflict) }
}

pub(crate) fn write_row(
    table: &EntityTable,
    tables: &mut Tables,
    write: &RowWrite,
    next_version: Option<i64>,
) -> WriteOutcome {
    if let Err(outcome) = compare(table, tables, &write.expected) {
        return outcome;
    }
    let rows = tables.get_mut(table.name());
    let Some(record) = rows.and_then(|rows| rows.get_mut(&write.expected.key)) else {
        return WriteOutcome::Gone;
    };
    for (index, value) in &write.set {
        record.insert(table.columns()[*index].name.clone(), value.clone());
    }
    if let (Some(column), Some(version)) = (table.model_version(), next_version) {
        record.insert(column.to_owned(), ColumnValue::Integer(version));
    }
    WriteOutcome::Written
}
