//! Writing a batch by compare-and-set.
//!
//! Layer: adapters. Invariant: a row is written only if its model version, its deleted flag and every value that was read
//! are still the same, in type and bytes; a batch is one transaction.

use sqlx::{Row as _, SqliteConnection, SqlitePool};
use versioned_store::{ColumnValue, EntityTable, RowWrite, StoreProblem, WriteOutcome};

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

async fn write_row(
    connection: &mut SqliteConnection,
    table: &EntityTable,
    write: &RowWrite,
    next_version: Option<i64>,
) -> Result<WriteOutcome, Fault> {
    let key = &write.expected.key;
    let mut statement = Statement::default();
    update(&mut statement, table, write, next_version)?;
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
            for (place, (index, value)) in write.set.iter().enumerate() {
                let stored: &str = stored.try_get(place)?;
                if stored != type_of(value) {
                    let column = table.columns()[*index].name.as_str().into();
                    let (key, set, stored) = (key.clone(), type_of(value), stored.into());
                    return Err(StoreProblem::ValueAltered { column, key, set, stored }.into());
                }
            }
            Ok(WriteOutcome::Written)
        }
        _ => Err(StoreProblem::KeyNotUnique { key: key.clone() }.into()),
    }
}

/// The statement that writes a row if it is still what was read, and returns the types that were stored.
fn update(
    statement: &mut Statement,
    table: &EntityTable,
    write: &RowWrite,
    next_version: Option<i64>,
) -> Result<(), Fault> {
    statement.sql.text("UPDATE ").name(table.name()).text(" SET ");
    for (place, (index, value)) in write.set.iter().enumerate() {
        statement.sql.text(if place > 0 { ", " } else { "" });
        statement.sql.name(&table.columns()[*index].name).text(" = ");
        statement.bind(value)?;
    }
    if let (Some(column), Some(version)) = (table.model_version(), next_version) {
        statement.sql.text(", ").name(column).text(" = ");
        statement.bind(&ColumnValue::Integer(version))?;
    }
    statement.sql.text(" WHERE ");
    keys::equal(statement, table, &write.expected.key)?;
    if let Some(column) = table.model_version() {
        let version = write.expected.model_version.map_or(ColumnValue::Null, ColumnValue::Integer);
        is_same(statement, table, column, &version)?;
    }
    if let Some(column) = table.deleted() {
        statement.sql.text(" AND ");
        scan::deleted(&mut statement.sql, table, column);
        statement.sql.text(" = ").number(write.expected.deleted.into());
    }
    for (column, value) in table.columns().iter().zip(&write.expected.values) {
        if let (None, Some(value)) = (column.key_part, value) {
            is_same(statement, table, &column.name, value)?;
        }
    }
    statement.sql.text(" RETURNING ").join(", ", &write.set, |sql, (index, _)| {
        sql.text("typeof(");
        keys::column(sql, table, &table.columns()[*index].name);
        sql.text(")");
    });
    Ok(())
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
