//! Rows of other tables that are set together with an entity, and put back.
//!
//! Layer: adapters. Invariant: a row is put back only if every column is as it was after it was set.

use std::collections::BTreeMap;

use versioned_store::{
    ColumnValue, DependentRow, EntityKey, KeptDependent, KeyPart, RunId, StoreProblem,
    WriteOutcome, decode_columns, encode_columns,
};

use super::upsert;
use crate::{
    connection::Transaction,
    dialect::{Class, Dialect},
    error::Fault,
    found,
    schema::Schema,
    statement::{Statement, number, text},
};

/// The columns of tables, each read once in a transaction; what the database computes by itself is left out.
pub(crate) type Columns = BTreeMap<String, Schema>;

type Values = [(String, ColumnValue)];

async fn columns<'c>(
    transaction: &mut Transaction,
    columns: &'c mut Columns,
    table: &str,
) -> Result<&'c Schema, Fault> {
    if !columns.contains_key(table) {
        let schema = Schema::of(transaction, table).await?;
        if !schema.exists() {
            return Err(StoreProblem::TableUnknown.into());
        }
        columns.insert(table.to_owned(), schema);
    }
    columns.get(table).ok_or_else(|| StoreProblem::TableUnknown.into())
}

/// Inserts a row, or sets its columns where its key exists.
pub(crate) async fn set(
    transaction: &mut Transaction,
    known: &mut Columns,
    row: &DependentRow,
) -> Result<(), Fault> {
    let has_no_key = row.key.is_empty();
    if has_no_key || row.key.iter().any(|(_, value)| *value == ColumnValue::Null) {
        let found = if has_no_key { "nothing" } else { "NULL" }.into();
        return Err(
            StoreProblem::LedgerMalformed { what: "the key of a dependent row", found }.into()
        );
    }
    let dialect = transaction.dialect();
    let mut statement = Statement::new(dialect);
    statement.sql.text("INSERT INTO ").table(&row.table).text(" (");
    let all = || row.key.iter().chain(&row.set);
    statement.sql.join(", ", all(), |sql, (name, _)| {
        sql.name(name);
    });
    statement.sql.text(") VALUES (");
    // SQLite needs no types to bind values.
    let schema = match dialect {
        Dialect::Sqlite => None,
        _ => Some(columns(transaction, known, &row.table).await?),
    };
    for (index, (name, value)) in all().enumerate() {
        statement.sql.text(if index > 0 { ", " } else { "" });
        match schema {
            None => statement.bind(value)?,
            Some(schema) => {
                schema.check_value(&key_of(&row.key), name, value)?;
                statement.bind_as(schema.class(name), value)?
            }
        };
    }
    statement.sql.text(")");
    let names = |values: &'_ Values| -> Vec<String> {
        values.iter().map(|(name, _)| name.clone()).collect()
    };
    let (key, set) = (names(&row.key), names(&row.set));
    let key: Vec<&str> = key.iter().map(String::as_str).collect();
    let set: Vec<&str> = set.iter().map(String::as_str).collect();
    upsert(&mut statement.sql, &key, &set);
    transaction.execute(statement).await?;
    Ok(())
}

/// The key of a dependent row, for errors.
fn key_of(key: &Values) -> EntityKey {
    let part = |(_, value): &(String, ColumnValue)| match value {
        ColumnValue::Integer(number) => KeyPart::Integer(*number),
        ColumnValue::Text(text) => KeyPart::Text(text.clone()),
        other => KeyPart::Text(other.type_name().to_owned()),
    };
    EntityKey::new(key.iter().map(part).collect())
}

/// The same, and keeps how the row was before and after with the pre-image at a place.
pub(super) async fn set_and_keep(
    transaction: &mut Transaction,
    columns: &mut Columns,
    (run, place): (RunId, i64),
    row: &DependentRow,
) -> Result<(), Fault> {
    let before = read(transaction, columns, &row.table, &row.key).await?;
    set(transaction, columns, row).await?;
    // A trigger of the table may have removed it at once.
    let Some(after) = read(transaction, columns, &row.table, &row.key).await? else {
        return Ok(());
    };
    let bytes = |values: &Values| {
        let columns = values.iter().map(|(name, value)| (name.as_str(), value));
        ColumnValue::Bytes(encode_columns(columns))
    };
    let values = [
        number(place),
        number(run.number()),
        text(&row.table),
        bytes(&row.key),
        before.as_deref().map_or(ColumnValue::Null, bytes),
        bytes(&after),
    ];
    let statement = Statement::with(
        transaction.dialect(),
        "INSERT INTO versioned_dependents (\"of\", run, table_name, \"key\", \"before\", \"after\") \
         VALUES (?, ?, ?, ?, ?, ?)",
        &values,
    )?;
    transaction.execute(statement).await?;
    Ok(())
}

/// Puts a row back, or removes it where there was none.
pub(super) async fn put_back(
    transaction: &mut Transaction,
    known: &mut Columns,
    kept: &KeptDependent,
) -> Result<WriteOutcome, Fault> {
    let Some(now) = read(transaction, known, &kept.table, &kept.key).await? else {
        return Ok(WriteOutcome::Gone);
    };
    if !kept.is_as_set(&now) {
        return Ok(WriteOutcome::Conflict);
    }
    let schema = columns(transaction, known, &kept.table).await?;
    let mut statement = Statement::new(transaction.dialect());
    match &kept.before {
        None => {
            statement.sql.text("DELETE FROM ").table(&kept.table);
        }
        Some(before) => {
            let changed = before.iter().filter(|(name, old)| {
                now.iter().any(|(known, value)| known == name && !value.is_same(old))
            });
            let changed: Vec<_> = changed.collect();
            if changed.is_empty() {
                return Ok(WriteOutcome::Written);
            }
            statement.sql.text("UPDATE ").table(&kept.table).text(" SET ");
            for (index, (name, old)) in changed.into_iter().enumerate() {
                statement.sql.text(if index > 0 { ", " } else { "" }).name(name).text(" = ");
                statement.bind_as(schema.class(name), old)?;
            }
        }
    }
    has_key(&mut statement, schema, &kept.table, &kept.key)?;
    transaction.execute(statement).await?;
    Ok(WriteOutcome::Written)
}

/// All columns of a row; where others may write at the same time, it is locked.
async fn read(
    transaction: &mut Transaction,
    known: &mut Columns,
    table: &str,
    key: &Values,
) -> Result<Option<Vec<(String, ColumnValue)>>, Fault> {
    let dialect = transaction.dialect();
    let schema = columns(transaction, known, table).await?;
    let stored = || schema.columns.iter().filter(|column| column.is_stored);
    let mut statement = Statement::new(dialect);
    statement.sql.text("SELECT ").join(", ", stored(), |sql, column| {
        let is_other = matches!(column.class, Class::Other(_) | Class::Uuid);
        sql.text(if is_other && dialect == Dialect::MySql { "CAST(" } else { "" });
        sql.table(table).text(".").name(&column.name);
        sql.text(match dialect {
            Dialect::Postgres if is_other => "::text",
            Dialect::MySql if is_other => " AS CHAR)",
            _ => "",
        });
    });
    statement.sql.text(" FROM ").table(table);
    has_key(&mut statement, schema, table, key)?;
    if dialect != Dialect::Sqlite {
        statement.sql.text(" FOR UPDATE");
    }
    let Some(mut row) = transaction.first(statement).await? else { return Ok(None) };
    let value = |(index, column): (usize, &crate::schema::Column)| {
        let value = row.take(index);
        let value = match (dialect, &column.class) {
            (Dialect::MySql, Class::Text { .. } | Class::Jsonb | Class::Other(_)) => {
                found::as_text(value)
            }
            // The encoding of kept columns has numbers for truth values.
            (_, _) => match value {
                ColumnValue::Boolean(truth) => ColumnValue::Integer(truth.into()),
                other => other,
            },
        };
        (column.name.clone(), value)
    };
    Ok(Some(stored().enumerate().map(value).collect()))
}

fn has_key(
    statement: &mut Statement,
    schema: &Schema,
    table: &str,
    key: &Values,
) -> Result<(), Fault> {
    for (index, (name, value)) in key.iter().enumerate() {
        statement.sql.text(if index > 0 { " AND " } else { " WHERE " });
        statement.sql.table(table).text(".").name(name).text(" = ");
        statement.bind_as(schema.class(name), value)?;
    }
    Ok(())
}

/// The rows that were kept with a pre-image, in the order in which they were set.
pub(super) async fn of(
    transaction: &mut Transaction,
    place: i64,
) -> Result<Vec<KeptDependent>, Fault> {
    let statement = Statement::with(
        transaction.dialect(),
        "SELECT table_name, \"key\", \"before\", \"after\" FROM versioned_dependents \
         WHERE \"of\" = ? ORDER BY place",
        &[number(place)],
    )?;
    let mut kept = Vec::new();
    for mut row in transaction.all(statement).await? {
        kept.push(KeptDependent {
            table: row.text(0)?,
            key: columns_of(&row.bytes(1)?)?,
            before: row.optional_bytes(2)?.as_deref().map(columns_of).transpose()?,
            after: columns_of(&row.bytes(3)?)?,
        });
    }
    Ok(kept)
}

fn columns_of(bytes: &[u8]) -> Result<Vec<(String, ColumnValue)>, StoreProblem> {
    decode_columns(bytes).ok_or_else(|| StoreProblem::LedgerMalformed {
        what: "a dependent row",
        found: "bytes that are no columns".into(),
    })
}
