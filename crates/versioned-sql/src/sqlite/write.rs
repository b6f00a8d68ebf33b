//! Writing a batch by compare-and-set.
//!
//! Layer: adapters. Invariant: a row is written only if its model version, its deleted flag and every value that was read
//! are still the same, in type and bytes; a batch is one transaction.

use std::borrow::Cow;

use sqlx::{Row as _, SqliteConnection, SqlitePool, sqlite::SqliteRow};
use versioned_store::{
    ColumnValue, EntityKey, EntityTable, Row, RowWrite, StoreProblem, WriteOutcome,
};

use super::{
    error::Fault, keys, scan, schema::Schema, statement::Statement, transaction, value::type_of,
};

/// Writes a batch; see [`ModelStore::write_batch`](versioned_store::ModelStore::write_batch).
pub(super) async fn write_batch(
    pool: &SqlitePool,
    table: &EntityTable,
    writes: &[RowWrite],
) -> Result<Vec<WriteOutcome>, Fault> {
    let checked = check(table, writes)?;
    let mut transaction = transaction::writing(pool).await?;
    let outcomes = write_rows(&mut transaction, table, checked).await?;
    transaction.commit().await?;
    Ok(outcomes)
}

/// The writes, each with the model version to write; an error if one does not fit the table.
pub(super) fn check<'w>(
    table: &EntityTable,
    writes: &'w [RowWrite],
) -> Result<Vec<Checked<'w>>, StoreProblem> {
    writes.iter().map(|write| Ok((write, table.check_write(write)?))).collect()
}

/// A write and the model version to write.
pub(super) type Checked<'w> = (&'w RowWrite, Option<i64>);

/// Writes rows within a transaction.
pub(super) async fn write_rows(
    connection: &mut SqliteConnection,
    table: &EntityTable,
    checked: Vec<Checked<'_>>,
) -> Result<Vec<WriteOutcome>, Fault> {
    Schema::read(connection, table).await?;
    let mut outcomes = Vec::with_capacity(checked.len());
    for (write, next_version) in checked {
        outcomes.push(write_row(connection, table, write, next_version).await?);
    }
    Ok(outcomes)
}

/// Writes one row.
pub(super) async fn write_row(
    connection: &mut SqliteConnection,
    table: &EntityTable,
    write: &RowWrite,
    next_version: Option<i64>,
) -> Result<WriteOutcome, Fault> {
    let name = |index: usize| table.columns()[index].name.as_str();
    let set = write.set.iter().map(|(index, value)| (name(*index), Cow::Borrowed(value)));
    let version = table.model_version().zip(next_version.map(ColumnValue::Integer));
    let version = version.map(|(name, version)| (name, Cow::Owned(version)));
    let set: Vec<_> = set.chain(version).collect();
    set_where_same(connection, table, &write.expected, &set).await
}

/// A column and the value that it gets.
pub(super) type Set<'s> = (&'s str, Cow<'s, ColumnValue>);

/// Sets columns of a row if it is still what was read.
pub(super) async fn set_where_same(
    connection: &mut SqliteConnection,
    table: &EntityTable,
    expected: &Row,
    set: &[Set<'_>],
) -> Result<WriteOutcome, Fault> {
    let key = &expected.key;
    let mut statement = Statement::default();
    update(&mut statement, table, expected, set)?;
    let written = statement.all(connection).await?;
    match written.as_slice() {
        [] => {
            let mut statement = Statement::default();
            statement.sql.text("SELECT 1 FROM ").name(table.name()).text(" WHERE ");
            keys::equal(&mut statement, table, key)?;
            statement.sql.text(" LIMIT 1");
            match statement.all(connection).await?.is_empty() {
                true => Ok(WriteOutcome::Gone),
                false => Ok(WriteOutcome::Conflict),
            }
        }
        [stored] => {
            check_types(stored, key, set)?;
            Ok(WriteOutcome::Written)
        }
        _ => Err(StoreProblem::KeyNotUnique { key: key.clone() }.into()),
    }
}

/// Refuses a row whose columns were stored in other types than they were set in.
pub(super) fn check_types(
    stored: &SqliteRow,
    key: &EntityKey,
    set: &[Set<'_>],
) -> Result<(), Fault> {
    for (place, (name, value)) in set.iter().enumerate() {
        let stored: &str = stored.try_get(place)?;
        if stored != type_of(value) {
            let (column, key) = ((*name).into(), key.clone());
            let (set, stored) = (type_of(value), stored.into());
            return Err(StoreProblem::ValueAltered { column, key, set, stored }.into());
        }
    }
    Ok(())
}

/// The statement that writes a row if it is still what was read, and returns the types that were stored.
fn update(
    statement: &mut Statement,
    table: &EntityTable,
    expected: &Row,
    set: &[Set<'_>],
) -> Result<(), Fault> {
    statement.sql.text("UPDATE ").name(table.name()).text(" SET ");
    for (place, (name, value)) in set.iter().enumerate() {
        statement.sql.text(if place > 0 { ", " } else { "" });
        statement.sql.name(name).text(" = ");
        statement.bind(value)?;
    }
    statement.sql.text(" WHERE ");
    keys::equal(statement, table, &expected.key)?;
    if let Some(column) = table.model_version() {
        let version = expected.model_version.map_or(ColumnValue::Null, ColumnValue::Integer);
        is_same(statement, table, column, &version)?;
    }
    if table.deleted().is_some() || table.parent().is_some() {
        statement.sql.text(" AND ");
        scan::deleted(&mut statement.sql, table);
        statement.sql.text(" = ").number(expected.deleted.into());
    }
    for (column, value) in table.columns().iter().zip(&expected.values) {
        if let (None, Some(value)) = (column.key_part, value) {
            is_same(statement, table, &column.name, value)?;
        }
    }
    returning_types(statement, table.name(), set);
    Ok(())
}

/// Lets a statement return the types in which columns were stored, as [`check_types`] takes them.
pub(super) fn returning_types(statement: &mut Statement, table: &str, set: &[Set<'_>]) {
    statement.sql.text(" RETURNING ").join(", ", set, |sql, (name, _)| {
        sql.text("typeof(").name(table).text(".").name(name).text(")");
    });
}

/// The condition that a column still holds this value, in this type.
fn is_same(
    statement: &mut Statement,
    table: &EntityTable,
    name: &str,
    value: &ColumnValue,
) -> Result<(), Fault> {
    let sql = &mut statement.sql;
    sql.text(" AND typeof(");
    keys::column(sql, table, name);
    sql.text(") = '").text(type_of(value)).text("'");
    if *value == ColumnValue::Null {
        return Ok(());
    }
    sql.text(" AND ");
    match value {
        // The plus takes the column's affinity away, so that nothing is converted before it is compared.
        ColumnValue::Text(_) => {
            sql.text("(+");
            keys::column(sql, table, name);
            sql.text(") COLLATE BINARY");
        }
        ColumnValue::InvalidText(_) => {
            sql.text("CAST(");
            keys::column(sql, table, name);
            sql.text(" AS BLOB)");
        }
        _ => {
            sql.text("+");
            keys::column(sql, table, name);
        }
    }
    sql.text(" = ");
    statement.bind(value)?;
    Ok(())
}
