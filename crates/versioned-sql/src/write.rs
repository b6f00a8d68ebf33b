//! Writing a batch by compare-and-set.
//!
//! Layer: adapters. Invariant: a row is written only if its model version, its deleted flag and every value that was read
//! are still the same, in type and bytes; a batch is one transaction.

use std::borrow::Cow;

use versioned_store::{
    ColumnValue, EntityKey, EntityTable, Row, RowWrite, StoreProblem, WriteOutcome,
};

use crate::{
    connection::{Database, Transaction},
    dialect::Dialect,
    error::Fault,
    schema::View,
};

/// Writes a batch; see [`ModelStore::write_batch`](versioned_store::ModelStore::write_batch).
pub(crate) async fn write_batch(
    database: &Database,
    table: &EntityTable,
    writes: &[RowWrite],
) -> Result<Vec<WriteOutcome>, Fault> {
    let checked = check(table, writes)?;
    let mut transaction = database.writing().await?;
    let view = View::read(&mut transaction, table).await?;
    let outcomes = write_rows(&mut transaction, &view, checked).await?;
    transaction.commit().await?;
    Ok(outcomes)
}

/// The writes, each with the model version to write; an error if one does not fit the table.
pub(crate) fn check<'w>(
    table: &EntityTable,
    writes: &'w [RowWrite],
) -> Result<Vec<Checked<'w>>, StoreProblem> {
    writes.iter().map(|write| Ok((write, table.check_write(write)?))).collect()
}

/// A write and the model version to write.
pub(crate) type Checked<'w> = (&'w RowWrite, Option<i64>);

/// Writes rows within a transaction.
pub(crate) async fn write_rows(
    transaction: &mut Transaction,
    view: &View<'_>,
    checked: Vec<Checked<'_>>,
) -> Result<Vec<WriteOutcome>, Fault> {
    let changes = checked.into_iter().map(|(write, version)| change(view.table, write, version));
    set_where_same(transaction, view, &changes.collect::<Vec<_>>()).await
}

/// What a write changes.
pub(crate) fn change<'w>(
    table: &'w EntityTable,
    write: &'w RowWrite,
    next_version: Option<i64>,
) -> Change<'w> {
    let name = |index: usize| table.columns()[index].name.as_str();
    let set = write.set.iter().map(|(index, value)| (name(*index), Cow::Borrowed(value)));
    let version = table.model_version().zip(next_version.map(ColumnValue::Integer));
    let version = version.map(|(name, version)| (name, Cow::Owned(version)));
    Change { expected: &write.expected, set: set.chain(version).collect() }
}

/// A column and the value that it gets.
pub(crate) type Set<'s> = (&'s str, Cow<'s, ColumnValue>);

/// Columns of a row that are set if it is still what was read.
#[derive(Debug)]
pub(crate) struct Change<'c> {
    pub(crate) expected: &'c Row,
    pub(crate) set: Vec<Set<'c>>,
}

impl Change<'_> {
    pub(crate) fn key(&self) -> &EntityKey {
        &self.expected.key
    }
}

/// Sets columns of rows, each if it is still what was read.
pub(crate) async fn set_where_same(
    transaction: &mut Transaction,
    view: &View<'_>,
    changes: &[Change<'_>],
) -> Result<Vec<WriteOutcome>, Fault> {
    for change in changes {
        for (column, value) in &change.set {
            view.check_value(change.key(), column, value)?;
        }
    }
    match view.dialect {
        #[cfg(feature = "sqlite")]
        Dialect::Sqlite => crate::dialect::sqlite_write::set(transaction, view, changes).await,
        #[cfg(feature = "postgres")]
        Dialect::Postgres => crate::dialect::postgres_write::set(transaction, view, changes).await,
        #[cfg(feature = "mysql")]
        Dialect::MySql => crate::dialect::mysql_write::set(transaction, view, changes).await,
        #[cfg(not(all(feature = "sqlite", feature = "postgres", feature = "mysql")))]
        other => unreachable!("this crate was built without {other:?}"),
    }
}

/// Changes in groups of which none has a key twice, in their order, by their indexes: a statement writes a row once.
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(crate) fn without_repeats(changes: &[Change<'_>]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut times: std::collections::BTreeMap<&EntityKey, usize> =
        std::collections::BTreeMap::new();
    for (index, change) in changes.iter().enumerate() {
        let time = times.entry(change.key()).or_default();
        if groups.len() == *time {
            groups.push(Vec::new());
        }
        groups[*time].push(index);
        *time += 1;
    }
    groups
}
