//! Keys in SQL: ranges, order, equality, and what comes back.
//!
//! Layer: adapters. Invariant: texts are compared by their bytes, whatever collation the column has.

use sqlx::sqlite::SqliteRow;
use versioned_store::{EntityKey, EntityTable, IdKind, KeyPart, StoreProblem};

use super::{error::Fault, statement::Statement, value};
use crate::sql::Sql;

/// `"table"."column"`.
pub(super) fn column(sql: &mut Sql, table: &EntityTable, name: &str) {
    sql.name(table.name()).text(".").name(name);
}

/// The id columns, one after the other.
pub(super) fn select(sql: &mut Sql, table: &EntityTable) {
    sql.join(", ", table.id(), |sql, id| column(sql, table, id.name()));
}

/// The order of the keys.
pub(super) fn order(sql: &mut Sql, table: &EntityTable) {
    sql.text(" ORDER BY ").join(", ", table.id(), |sql, id| {
        column(sql, table, id.name());
        collate(sql, id.kind());
    });
}

/// The condition that a key is after one, or up to one.
pub(super) fn compare(
    statement: &mut Statement,
    table: &EntityTable,
    comparison: &'static str,
    key: &EntityKey,
) -> Result<(), Fault> {
    let stored = table.stored_key(key)?;
    statement.sql.text("(").join(", ", table.id(), |sql, id| {
        column(sql, table, id.name());
        collate(sql, id.kind());
    });
    statement.sql.text(") ").text(comparison).text(" (");
    for (index, value) in stored.iter().enumerate() {
        statement.sql.text(if index > 0 { ", " } else { "" });
        statement.bind(value)?;
    }
    statement.sql.text(")");
    Ok(())
}

/// The condition that a row has a key.
pub(super) fn equal(
    statement: &mut Statement,
    table: &EntityTable,
    key: &EntityKey,
) -> Result<(), Fault> {
    equal_in(statement, table.name(), table, key)
}

/// The condition that a row of the table with this name has a key of `table` in columns of the same names.
pub(super) fn equal_in(
    statement: &mut Statement,
    name: &str,
    table: &EntityTable,
    key: &EntityKey,
) -> Result<(), Fault> {
    for (index, (id, value)) in table.id().iter().zip(table.stored_key(key)?).enumerate() {
        statement.sql.text(if index > 0 { " AND " } else { "" });
        // In the column's own collation, so that its index finds the row ..
        statement.sql.name(name).text(".").name(id.name()).text(" = ");
        statement.bind(&value)?;
        if is_text(id.kind()) {
            // .. and by bytes, because the collation may take two texts for one.
            statement.sql.text(" AND ").name(name).text(".").name(id.name());
            statement.sql.text(" COLLATE BINARY = ");
            statement.bind(&value)?;
        }
    }
    Ok(())
}

/// The condition that a row has one of the keys, such that an index over the id columns finds the rows.
///
/// The column's collation may take other texts for one of the keys: the caller compares the keys that come back.
pub(super) fn among(
    statement: &mut Statement,
    table: &EntityTable,
    keys: &[&EntityKey],
) -> Result<(), Fault> {
    let [id] = table.id() else {
        // SQLite uses no index for `(a, b) IN (VALUES ..)`.
        for (index, key) in keys.iter().enumerate() {
            statement.sql.text(if index > 0 { ") OR (" } else { "(" });
            equal(statement, table, key)?;
        }
        statement.sql.text(")");
        return Ok(());
    };
    column(&mut statement.sql, table, id.name());
    statement.sql.text(" IN (");
    for (index, value) in keys.iter().map(|key| table.stored_key(key)).enumerate() {
        statement.sql.text(if index > 0 { ", " } else { "" });
        statement.bind(&value?[0])?;
    }
    statement.sql.text(")");
    Ok(())
}

/// The key in the first columns of a result; `before` is the key of the row before, for messages.
pub(super) fn read(
    row: &SqliteRow,
    table: &EntityTable,
    before: Option<&EntityKey>,
) -> Result<EntityKey, Fault> {
    let mut parts = Vec::with_capacity(table.id().len());
    for (index, id) in table.id().iter().enumerate() {
        let stored = value::value(row, index)?;
        let found = stored.type_name();
        let Some(part) = KeyPart::from_value(id.kind(), stored) else {
            let place = match before {
                Some(key) => format!("the row after `{key}`"),
                None => "the first row".to_owned(),
            };
            let (column, place) = (id.name().into(), place.into());
            return Err(StoreProblem::KeyMalformed { column, found, place }.into());
        };
        parts.push(part);
    }
    Ok(EntityKey::new(parts))
}

fn is_text(kind: IdKind) -> bool {
    matches!(kind, IdKind::Text | IdKind::UuidText)
}

/// The order of the bytes, for texts.
pub(super) fn collate(sql: &mut Sql, kind: IdKind) {
    if is_text(kind) {
        sql.text(" COLLATE BINARY");
    }
}
