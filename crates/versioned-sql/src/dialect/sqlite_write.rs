//! Compare-and-set in SQLite: one statement per row, which costs no round trip.
//!
//! Layer: adapters. Invariant: nothing is converted before it is compared.

use versioned_store::{ColumnValue, EntityKey, StoreProblem, WriteOutcome};

use crate::{
    connection::Transaction,
    error::Fault,
    found::Found,
    insert::StoredType as _,
    keys,
    schema::View,
    statement::Statement,
    write::{Change, Set},
};

/// Sets columns of a row if it is still what was read.
pub(crate) async fn set(
    transaction: &mut Transaction,
    view: &View<'_>,
    change: &Change<'_>,
) -> Result<WriteOutcome, Fault> {
    let key = change.key();
    let mut written = transaction.all(update(view, change)?).await?;
    if written.len() > 1 {
        return Err(StoreProblem::KeyNotUnique { key: key.clone() }.into());
    }
    if let Some(mut stored) = written.pop() {
        check_types(&mut stored, key, &change.set)?;
        return Ok(WriteOutcome::Written);
    }
    let mut statement = Statement::new(view.dialect);
    statement.sql.text("SELECT 1 FROM ").table(view.table.name()).text(" WHERE ");
    keys::equal(&mut statement, view, key)?;
    statement.sql.text(" LIMIT 1");
    match transaction.first(statement).await? {
        None => Ok(WriteOutcome::Gone),
        Some(_) => Ok(WriteOutcome::Conflict),
    }
}

/// Refuses a row whose columns were stored in other types than they were set in.
fn check_types(
    stored: &mut Found,
    key: &EntityKey,
    set: &[Set<'_>],
) -> Result<(), Fault> {
    for (place, (name, value)) in set.iter().enumerate() {
        let stored = stored.text(place)?;
        if stored != value.stored_type() {
            let (column, key) = ((*name).into(), key.clone());
            let (set, stored) = (value.stored_type(), stored.into());
            return Err(StoreProblem::ValueAltered { column, key, set, stored }.into());
        }
    }
    Ok(())
}

/// The statement that writes a row if it is still what was read, and returns the types that were stored.
fn update(view: &View<'_>, change: &Change<'_>) -> Result<Statement, Fault> {
    let (table, expected) = (view.table, change.expected);
    let mut statement = Statement::new(view.dialect);
    statement.sql.text("UPDATE ").table(table.name()).text(" SET ");
    for (place, (name, value)) in change.set.iter().enumerate() {
        statement.sql.text(if place > 0 { ", " } else { "" });
        statement.sql.name(name).text(" = ");
        statement.bind(value)?;
    }
    statement.sql.text(" WHERE ");
    keys::equal(&mut statement, view, &expected.key)?;
    if let Some(column) = table.model_version() {
        let version = expected.model_version.map_or(ColumnValue::Null, ColumnValue::Integer);
        is_same(&mut statement, view, column, &version)?;
    }
    if view.deletes() {
        statement.sql.text(if expected.deleted { " AND " } else { " AND NOT " });
        view.is_deleted(&mut statement.sql);
    }
    for (column, value) in table.columns().iter().zip(&expected.values) {
        if let (None, Some(value)) = (column.key_part, value) {
            is_same(&mut statement, view, &column.name, value)?;
        }
    }
    returning_types(&mut statement, table.name(), &change.set);
    Ok(statement)
}

/// Lets a statement return the types in which columns were stored, as [`check_types`] takes them.
fn returning_types(statement: &mut Statement, table: &str, set: &[Set<'_>]) {
    statement.sql.text(" RETURNING ").join(", ", set, |sql, (name, _)| {
        sql.text("typeof(").table(table).text(".").name(name).text(")");
    });
}

/// The condition that a column still holds this value, in this type.
fn is_same(
    statement: &mut Statement,
    view: &View<'_>,
    name: &str,
    value: &ColumnValue,
) -> Result<(), Fault> {
    let sql = &mut statement.sql;
    sql.text(" AND typeof(");
    keys::column(sql, view, name);
    sql.text(") = '").text(value.stored_type()).text("'");
    if *value == ColumnValue::Null {
        return Ok(());
    }
    sql.text(" AND ");
    match value {
        // The plus takes the column's affinity away, so that nothing is converted before it is compared.
        ColumnValue::Text(_) => {
            sql.text("(+");
            keys::column(sql, view, name);
            sql.text(") COLLATE BINARY");
        }
        ColumnValue::InvalidText(_) => {
            sql.text("CAST(");
            keys::column(sql, view, name);
            sql.text(" AS BLOB)");
        }
        _ => {
            sql.text("+");
            keys::column(sql, view, name);
        }
    }
    sql.text(" = ");
    statement.bind(value)?;
    Ok(())
}
