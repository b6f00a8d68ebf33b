//! Compare-and-set in SQLite: one statement per row, and many statements per call of a connection's thread.
//!
//! Layer: adapters. Invariant: nothing is converted before it is compared.

use std::mem::discriminant;

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

/// Sets columns of rows, each if it is still what was read.
pub(crate) async fn set(
    transaction: &mut Transaction,
    view: &View<'_>,
    changes: &[Change<'_>],
) -> Result<Vec<WriteOutcome>, Fault> {
    let mut outcomes = Vec::with_capacity(changes.len());
    let mut rest = changes;
    while let Some(first) = rest.first() {
        let are_kept = are_kept(view, first);
        let (group, others) = rest.split_at(if are_kept { group_len(rest) } else { 1 });
        rest = others;
        let written = match are_kept {
            true => write_group(transaction, view, group).await?,
            false => vec![write_and_check(transaction, view, first).await?],
        };
        for (change, written) in group.iter().zip(written) {
            outcomes.push(match written {
                0 => why_not(transaction, view, change.key()).await?,
                1 => WriteOutcome::Written,
                _ => return Err(StoreProblem::KeyNotUnique { key: change.key().clone() }.into()),
            });
        }
    }
    Ok(outcomes)
}

/// Whether SQLite stores all values as they are, because of how their columns were declared, and counts the rows that it
/// writes.
fn are_kept(view: &View<'_>, change: &Change<'_>) -> bool {
    let is_kept = |(name, value): &Set<'_>| {
        let affinity = view.schema.find(name).and_then(|column| column.affinity);
        affinity.is_some_and(|affinity| affinity.keeps(value))
    };
    !view.schema.is_view && change.set.iter().all(is_kept)
}

/// Most statements that are sent at once. They are prepared once per connection, for each of the lengths that
/// [`group_len`] gives.
const GROUP_ROWS: usize = 32;

/// About how many bytes are sent at once: SQLite has copies of them until the last statement has run.
const GROUP_BYTES: usize = 1 << 18;

/// How many of the first changes set and compare values of the same types in the same columns, which statements with the
/// same text do; a power of two, so that there are few such texts.
fn group_len(changes: &[Change<'_>]) -> usize {
    let Some(first) = changes.first() else { return 0 };
    let mut bytes = 0;
    let group = changes.iter().take(GROUP_ROWS).take_while(|change| {
        let has_room = bytes < GROUP_BYTES;
        let values = change.set.iter().map(|(_, value)| value.as_ref());
        let values = values.chain(change.expected.values.iter().flatten());
        bytes += values.map(ColumnValue::byte_len).sum::<usize>();
        has_room && is_alike(change, first)
    });
    1 << group.count().max(1).ilog2()
}

/// Whether two changes set and compare values of the same types in the same columns.
fn is_alike(change: &Change<'_>, other: &Change<'_>) -> bool {
    let (row, of) = (change.expected, other.expected);
    let kind = |value: &Option<ColumnValue>| value.as_ref().map(discriminant);
    let mut set = change.set.iter().zip(&other.set);
    row.deleted == of.deleted
        && row.model_version.is_some() == of.model_version.is_some()
        && row.values.iter().map(kind).eq(of.values.iter().map(kind))
        && change.set.len() == other.set.len()
        && set.all(|((name, value), (of_name, of_value))| {
            name == of_name && discriminant(value.as_ref()) == discriminant(of_value.as_ref())
        })
}

/// Writes rows all of whose values are stored as they are, and says of each how many rows were written. The statements are
/// sent together: to wake a connection's thread for each of them takes about as long as to run them.
async fn write_group(
    transaction: &mut Transaction,
    view: &View<'_>,
    changes: &[Change<'_>],
) -> Result<Vec<u64>, Fault> {
    let mut statement = Statement::new(view.dialect);
    for change in changes {
        update(&mut statement, view, change)?;
        statement.sql.text("; ");
    }
    transaction.execute_each(statement).await
}

/// Writes a row, and refuses it if SQLite has stored its values as others.
async fn write_and_check(
    transaction: &mut Transaction,
    view: &View<'_>,
    change: &Change<'_>,
) -> Result<u64, Fault> {
    let mut statement = Statement::new(view.dialect);
    update(&mut statement, view, change)?;
    returning_types(&mut statement, view.table.name(), &change.set);
    let mut written = transaction.all(statement).await?;
    if let [stored] = written.as_mut_slice() {
        check_types(stored, change.key(), &change.set)?;
    }
    Ok(written.len() as u64)
}

/// Why no row was written.
async fn why_not(
    transaction: &mut Transaction,
    view: &View<'_>,
    key: &EntityKey,
) -> Result<WriteOutcome, Fault> {
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
fn check_types(stored: &mut Found, key: &EntityKey, set: &[Set<'_>]) -> Result<(), Fault> {
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

/// Adds the statement that writes a row if it is still what was read.
fn update(
    statement: &mut Statement,
    view: &View<'_>,
    change: &Change<'_>,
) -> Result<(), Fault> {
    let (table, expected) = (view.table, change.expected);
    statement.sql.text("UPDATE ").table(table.name()).text(" SET ");
    for (place, (name, value)) in change.set.iter().enumerate() {
        statement.sql.text(if place > 0 { ", " } else { "" });
        statement.sql.name(name).text(" = ");
        statement.bind(value)?;
    }
    statement.sql.text(" WHERE ");
    keys::equal(statement, view, &expected.key)?;
    if let Some(column) = table.model_version() {
        let version = expected.model_version.map_or(ColumnValue::Null, ColumnValue::Integer);
        is_same(statement, view, column, &version)?;
    }
    if view.deletes() {
        statement.sql.text(if expected.deleted { " AND " } else { " AND NOT " });
        view.is_deleted(&mut statement.sql);
    }
    for (column, value) in table.columns().iter().zip(&expected.values) {
        if let (None, Some(value)) = (column.key_part, value) {
            is_same(statement, view, &column.name, value)?;
        }
    }
    Ok(())
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
