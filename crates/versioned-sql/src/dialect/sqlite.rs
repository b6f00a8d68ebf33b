//! SQLite: values, columns, transactions, errors.
//!
//! Layer: adapters. Invariant: the type of a value is its own, not the one that the column was declared with.

use std::future::poll_fn;

use sqlx::{
    Arguments as _, Decode, Either, Executor as _, Row as _, Sqlite, SqliteConnection, SqlitePool,
    TypeInfo as _, ValueRef as _,
    query::Query,
    sqlite::{SqliteArguments, SqliteRow},
};
use versioned_store::{ColumnValue, StoreErrorKind, StoreProblem};

use super::{
    Affinity, Class,
    sqlite_held::{Held, Returns},
};
use crate::{
    connection,
    error::Fault,
    found::{self, Found},
    schema::Column,
    sql::Sql,
    statement::{self, Statement},
};

pub(crate) fn bind(
    sql: &mut Sql,
    arguments: &mut SqliteArguments,
    value: &ColumnValue,
) -> Result<(), Fault> {
    sql.text("?");
    let added = match value {
        ColumnValue::Null => arguments.add(None::<i64>),
        ColumnValue::Boolean(truth) => arguments.add(i64::from(*truth)),
        ColumnValue::Integer(number) => arguments.add(*number),
        ColumnValue::Real(number) => arguments.add(*number),
        ColumnValue::Text(text) => arguments.add(text.as_str()),
        ColumnValue::InvalidText(bytes) | ColumnValue::Bytes(bytes) => {
            arguments.add(bytes.as_slice())
        }
        other => return Err(Fault::unbindable(other)),
    };
    added.map_err(Fault::Reading)
}

pub(crate) fn row(row: &SqliteRow) -> Result<Found, Fault> {
    (0..row.len()).map(|index| value(row, index)).collect::<Result<_, _>>().map(Found)
}

/// The value in a column of a result.
fn value(row: &SqliteRow, index: usize) -> Result<ColumnValue, Fault> {
    let raw = row.try_get_raw(index).map_err(Fault::sqlite)?;
    if raw.is_null() {
        return Ok(ColumnValue::Null);
    }
    let kind = match raw.type_info().name() {
        "INTEGER" => Kind::Integer,
        "REAL" => Kind::Real,
        "TEXT" => Kind::Text,
        _ => Kind::Bytes,
    };
    let decoded = match kind {
        Kind::Integer => <i64 as Decode<'_, Sqlite>>::decode(raw).map(ColumnValue::Integer),
        Kind::Real => <f64 as Decode<'_, Sqlite>>::decode(raw).map(ColumnValue::Real),
        Kind::Text => <Vec<u8> as Decode<'_, Sqlite>>::decode(raw).map(found::text),
        Kind::Bytes => <Vec<u8> as Decode<'_, Sqlite>>::decode(raw).map(ColumnValue::Bytes),
    };
    decoded.map_err(Fault::Reading)
}

enum Kind {
    Integer,
    Real,
    Text,
    Bytes,
}

/// Runs the statements of a query, and says of each how many rows it concerned.
pub(crate) async fn execute_each(
    connection: &mut SqliteConnection,
    query: Query<'_, Sqlite, SqliteArguments>,
) -> Result<Vec<u64>, Fault> {
    let mut results = connection.fetch_many(query);
    let mut concerned = Vec::new();
    while let Some(result) = poll_fn(|context| results.as_mut().poll_next(context)).await {
        if let Either::Left(done) = result.map_err(Fault::sqlite)? {
            concerned.push(done.rows_affected());
        }
    }
    Ok(concerned)
}

/// The columns of a table, none where there is no such table; and whether it is a view.
pub(crate) async fn columns(
    transaction: &mut connection::Transaction,
    table: &str,
) -> Result<(Vec<Column>, bool), Fault> {
    let statement = Statement::with(
        super::Dialect::Sqlite,
        "SELECT (SELECT encoding = 'UTF-8' FROM pragma_encoding), name, \
         upper(type) IN ('BOOLEAN', 'BOOL'), hidden = 0, type, \
         EXISTS (SELECT 1 FROM pragma_table_list(?) WHERE type = 'view') \
         FROM pragma_table_xinfo(?)",
        &[statement::text(table), statement::text(table)],
    )?;
    let (mut columns, mut is_view) = (Vec::new(), false);
    for mut row in transaction.all(statement).await? {
        if !row.is_true(0)? {
            return Err(StoreProblem::EncodingUnsupported.into());
        }
        is_view = row.is_true(5)?;
        let class = if row.is_true(2)? { Class::Boolean } else { Class::Any };
        let (name, is_stored) = (row.text(1)?, row.is_true(3)?);
        let affinity = Some(Affinity::of_declared(&row.optional_text(4)?.unwrap_or_default()));
        columns.push(Column { name, class, is_stored, affinity, collation: None });
    }
    Ok((columns, is_view))
}

/// A transaction that reads.
pub(crate) async fn reading(pool: &SqlitePool, returns: &Returns) -> Result<Held, sqlx::Error> {
    Held::begin(pool, "BEGIN", returns).await
}

/// A transaction that writes. The lock is taken before anything is read: a transaction that reads first could not always be
/// made one that writes.
pub(crate) async fn writing(pool: &SqlitePool, returns: &Returns) -> Result<Held, sqlx::Error> {
    Held::begin(pool, "BEGIN IMMEDIATE", returns).await
}

/// Sorts SQLite's extended result codes; their low byte is the primary one.
pub(crate) fn classify(code: &str, message: &str) -> (StoreErrorKind, Option<&'static str>) {
    match code.parse::<u32>().unwrap_or(0) & 0xff {
        // SQLITE_BUSY, SQLITE_LOCKED.
        5 | 6 => (StoreErrorKind::Transient, Some("another connection writes; run again")),
        // SQLITE_ERROR, which is said of SQL that does not fit the schema too.
        1 if message.contains("no such") => (StoreErrorKind::Misconfigured, None),
        // SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_AUTH.
        8 => (StoreErrorKind::Misconfigured, Some("open the database for writing")),
        14 | 23 => (StoreErrorKind::Misconfigured, None),
        // SQLITE_CORRUPT, SQLITE_NOTADB.
        11 => (StoreErrorKind::Corrupt, Some("restore the database from a backup")),
        26 => (StoreErrorKind::Misconfigured, Some("name the file of an SQLite database")),
        // SQLITE_FULL.
        13 => (StoreErrorKind::Other, Some("make room on the disk, then run again")),
        // SQLITE_TOOBIG.
        18 => (StoreErrorKind::Rejected, Some("the row is larger than SQLite stores")),
        // SQLITE_CONSTRAINT.
        19 => (
            StoreErrorKind::Rejected,
            Some("a constraint or trigger of the table refuses the row; change either"),
        ),
        _ => (StoreErrorKind::Other, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_busy_database_is_worth_another_try() {
        for (code, message, kind) in [
            ("5", "database is locked", StoreErrorKind::Transient),
            ("517", "database is locked", StoreErrorKind::Transient),
            ("262", "database table is locked", StoreErrorKind::Transient),
            ("1", "no such table: a", StoreErrorKind::Misconfigured),
            ("1", "near \"x\": syntax error", StoreErrorKind::Other),
            ("14", "unable to open database file", StoreErrorKind::Misconfigured),
            ("11", "database disk image is malformed", StoreErrorKind::Corrupt),
            ("13", "database or disk is full", StoreErrorKind::Other),
            ("18", "string or blob too big", StoreErrorKind::Rejected),
            ("275", "CHECK constraint failed", StoreErrorKind::Rejected),
        ] {
            assert_eq!(classify(code, message).0, kind, "{code} {message}");
        }
    }
}
