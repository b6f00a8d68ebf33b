//! Rows of other tables that are set together with an entity, and put back.
//!
//! Layer: adapters. Invariant: a row is put back only if every column is as it was after it was set.

use std::collections::BTreeMap;

use sqlx::{Row as _, SqliteConnection};
use versioned_store::{
    ColumnValue, DependentRow, KeptDependent, RunId, StoreProblem, WriteOutcome, decode_columns,
    encode_columns,
};

use crate::sqlite::{error::Fault, statement::Statement, value};

/// The columns of tables, each read once in a transaction; what the database computes by itself is left out.
pub(super) type Columns = BTreeMap<String, Vec<String>>;

type Values = [(String, ColumnValue)];

/// Inserts a row, or sets its columns where its key exists.
pub(in crate::sqlite) async fn set(
    connection: &mut SqliteConnection,
    row: &DependentRow,
) -> Result<(), Fault> {
    let has_no_key = row.key.is_empty();
    if has_no_key || row.key.iter().any(|(_, value)| *value == ColumnValue::Null) {
        let found = if has_no_key { "nothing" } else { "NULL" }.into();
        return Err(
            StoreProblem::LedgerMalformed { what: "the key of a dependent row", found }.into()
        );
    }
    let mut statement = Statement::default();
    statement.sql.text("INSERT INTO ").name(&row.table).text(" (");
    let all = || row.key.iter().chain(&row.set);
    statement.sql.join(", ", all(), |sql, (name, _)| {
        sql.name(name);
    });
    statement.sql.text(") VALUES (");
    for (index, (_, value)) in all().enumerate() {
        statement.sql.text(if index > 0 { ", " } else { "" });
        statement.bind(value)?;
    }
    statement.sql.text(") ON CONFLICT (").join(", ", &row.key, |sql, (name, _)| {
        sql.name(name);
    });
    statement.sql.text(") DO ");
    if row.set.is_empty() {
        statement.sql.text("NOTHING");
    } else {
        statement.sql.text("UPDATE SET ").join(", ", &row.set, |sql, (name, _)| {
            sql.name(name).text(" = excluded.").name(name);
        });
    }
    statement.all(connection).await?;
    Ok(())
}

/// The same, and keeps how the row was before and after with the pre-image at a place.
pub(super) async fn set_and_keep(
    connection: &mut SqliteConnection,
    columns: &mut Columns,
    (run, place): (RunId, i64),
    row: &DependentRow,
) -> Result<(), Fault> {
    let before = read(connection, columns, &row.table, &row.key).await?;
    set(connection, row).await?;
    // A trigger of the table may have removed it at once.
    let Some(after) = read(connection, columns, &row.table, &row.key).await? else {
        return Ok(());
    };
    let bytes =
        |values: &Values| encode_columns(values.iter().map(|(name, value)| (name.as_str(), value)));
    sqlx::query(
        "INSERT INTO versioned_dependents (of, run, table_name, key, before, after) \
         VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(place)
    .bind(run.number())
    .bind(&row.table)
    .bind(bytes(&row.key))
    .bind(before.as_deref().map(bytes))
    .bind(bytes(&after))
    .execute(connection)
    .await?;
    Ok(())
}

/// Puts a row back, or removes it where there was none.
pub(super) async fn put_back(
    connection: &mut SqliteConnection,
    columns: &mut Columns,
    kept: &KeptDependent,
) -> Result<WriteOutcome, Fault> {
    let Some(now) = read(connection, columns, &kept.table, &kept.key).await? else {
        return Ok(WriteOutcome::Gone);
    };
    if !kept.is_as_set(&now) {
        return Ok(WriteOutcome::Conflict);
    }
    let mut statement = Statement::default();
    match &kept.before {
        None => {
            statement.sql.text("DELETE FROM ").name(&kept.table);
        }
        Some(before) => {
            let changed = before.iter().filter(|(name, old)| {
                now.iter().any(|(known, value)| known == name && !value.is_same(old))
            });
            let changed: Vec<_> = changed.collect();
            if changed.is_empty() {
                return Ok(WriteOutcome::Written);
            }
            statement.sql.text("UPDATE ").name(&kept.table).text(" SET ");
            for (index, (name, old)) in changed.into_iter().enumerate() {
                statement.sql.text(if index > 0 { ", " } else { "" }).name(name).text(" = ");
                statement.bind(old)?;
            }
        }
    }
    has_key(&mut statement, &kept.table, &kept.key)?;
    statement.all(connection).await?;
    Ok(WriteOutcome::Written)
}

/// All columns of a row.
async fn read(
    connection: &mut SqliteConnection,
    columns: &mut Columns,
    table: &str,
    key: &Values,
) -> Result<Option<Vec<(String, ColumnValue)>>, Fault> {
    if !columns.contains_key(table) {
        let sql = "SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY cid";
        let names = sqlx::query_scalar(sql).bind(table).fetch_all(&mut *connection).await?;
        columns.insert(table.to_owned(), names);
    }
    let names = columns.get(table).map(Vec::as_slice).unwrap_or_default();
    if names.is_empty() {
        return Err(StoreProblem::TableUnknown.into());
    }
    let mut statement = Statement::default();
    statement.sql.text("SELECT ").join(", ", names, |sql, name| {
        sql.name(table).text(".").name(name);
    });
    statement.sql.text(" FROM ").name(table);
    has_key(&mut statement, table, key)?;
    let rows = statement.all(connection).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let value = |(index, name): (usize, &String)| Ok((name.clone(), value::value(row, index)?));
    names.iter().enumerate().map(value).collect::<Result<_, Fault>>().map(Some)
}

fn has_key(statement: &mut Statement, table: &str, key: &Values) -> Result<(), Fault> {
    for (index, (name, value)) in key.iter().enumerate() {
        statement.sql.text(if index > 0 { " AND " } else { " WHERE " });
        statement.sql.name(table).text(".").name(name).text(" = ");
        statement.bind(value)?;
    }
    Ok(())
}

/// The rows that were kept with a pre-image, in the order in which they were set.
pub(super) async fn of(
    connection: &mut SqliteConnection,
    place: i64,
) -> Result<Vec<KeptDependent>, Fault> {
    let rows = sqlx::query(
        "SELECT table_name, key, before, after FROM versioned_dependents WHERE of = ? \
         ORDER BY place",
    )
    .bind(place)
    .fetch_all(connection)
    .await?;
    let mut kept = Vec::with_capacity(rows.len());
    for row in &rows {
        let before: Option<Vec<u8>> = row.try_get(2)?;
        kept.push(KeptDependent {
            table: row.try_get(0)?,
            key: columns_of(row.try_get(1)?)?,
            before: before.as_deref().map(columns_of).transpose()?,
            after: columns_of(row.try_get(3)?)?,
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
