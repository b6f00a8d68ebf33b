//! MariaDB and MySQL: values, columns, transactions, errors.
//!
//! Layer: adapters.

use sqlx::{
    Arguments as _, MySql, MySqlPool, Row as _, Transaction, TypeInfo as _,
    ValueRef as _,
    error::DatabaseError,
    mysql::{MySqlArguments, MySqlDatabaseError, MySqlRow},
};
use versioned_store::{ColumnValue, StoreErrorKind, StoreProblem};

use super::{Class, DATABASE, Dialect, LOGIN, READ_ONLY, RIGHTS};
use crate::{
    connection::{self, Timeouts},
    error::Fault,
    found::{self, Found},
    schema::Column,
    sql::Sql,
    statement::{self, Statement},
};

pub(crate) fn bind(
    sql: &mut Sql,
    arguments: &mut MySqlArguments,
    value: &ColumnValue,
) -> Result<(), Fault> {
    sql.text("?");
    let added = match value {
        ColumnValue::Null => arguments.add(None::<String>),
        ColumnValue::Boolean(truth) => arguments.add(i64::from(*truth)),
        ColumnValue::Integer(number) => arguments.add(*number),
        ColumnValue::Real(number) => arguments.add(*number),
        ColumnValue::Text(text) => arguments.add(text.as_str()),
        ColumnValue::Bytes(bytes) => arguments.add(bytes.as_slice()),
        other => return Err(Fault::unbindable(other)),
    };
    added.map_err(Fault::Reading)
}

pub(crate) fn row(row: &MySqlRow) -> Result<Found, Fault> {
    (0..row.len()).map(|index| value(row, index)).collect::<Result<_, _>>().map(Found)
}

fn value(row: &MySqlRow, index: usize) -> Result<ColumnValue, Fault> {
    let raw = row.try_get_raw(index).map_err(Fault::mysql)?;
    if raw.is_null() {
        return Ok(ColumnValue::Null);
    }
    let type_info = raw.type_info().into_owned();
    let name = type_info.name();
    let decoded = match name {
        "BOOLEAN" | "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "BIGINT" | "YEAR" => {
            row.try_get_unchecked::<i64, _>(index).map(ColumnValue::Integer)
        }
        "TINYINT UNSIGNED" | "SMALLINT UNSIGNED" | "MEDIUMINT UNSIGNED" | "INT UNSIGNED"
        | "BIGINT UNSIGNED" => {
            let number = row.try_get_unchecked::<u64, _>(index).map_err(Fault::mysql)?;
            // What is too large for an integer here is a trouble of its row, not of the whole page.
            let too_large = |_| ColumnValue::Text(number.to_string());
            Ok(i64::try_from(number).map_or_else(too_large, ColumnValue::Integer))
        }
        "FLOAT" => row.try_get_unchecked::<f32, _>(index).map(|it| ColumnValue::Real(it.into())),
        "DOUBLE" => row.try_get_unchecked::<f64, _>(index).map(ColumnValue::Real),
        "BINARY" | "VARBINARY" | "TINYBLOB" | "BLOB" | "MEDIUMBLOB" | "LONGBLOB" => {
            row.try_get_unchecked::<Vec<u8>, _>(index).map(ColumnValue::Bytes)
        }
        "CHAR" | "VARCHAR" | "TINYTEXT" | "TEXT" | "MEDIUMTEXT" | "LONGTEXT" | "ENUM" | "SET"
        | "JSON" | "DECIMAL" => row.try_get_unchecked::<Vec<u8>, _>(index).map(found::text),
        _ => {
            let cause = format!("column {index} of the result has the type {name}");
            return Err(Fault::Reading(cause.into()));
        }
    };
    decoded.map_err(Fault::mysql)
}

/// The columns of a table, none where there is no such table; and which of them are its primary key.
pub(crate) async fn columns(
    transaction: &mut connection::Transaction,
    table: &str,
) -> Result<(Vec<Column>, Vec<String>), Fault> {
    let (database, name) = Dialect::MySql.split(table);
    let statement = Statement::with(
        Dialect::MySql,
        "SELECT column_name, data_type, column_type, collation_name, \
         coalesce(generation_expression, '') = '', @@sql_mode LIKE '%STRICT_%', \
         column_key = 'PRI' \
         FROM information_schema.columns \
         WHERE table_schema = coalesce(?, database()) AND table_name = ? \
         ORDER BY ordinal_position",
        &[statement::maybe_text(database), statement::text(name)],
    )?;
    let (mut columns, mut primary) = (Vec::new(), Vec::new());
    for mut row in transaction.all(statement).await? {
        if !row.is_true(5)? {
            return Err(StoreProblem::StrictModeMissing.into());
        }
        let (data_type, column_type) = (row.text(1)?, row.text(2)?);
        let collation = row.optional_text(3)?;
        let class = match data_type.as_str() {
            "tinyint" if column_type.starts_with("tinyint(1)") => Class::Boolean,
            "tinyint" | "smallint" | "mediumint" | "int" | "bigint" => Class::Integer,
            "double" => Class::Real,
            "float" => Class::Single,
            "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" => {
                let by_bytes = collation.as_deref().is_some_and(|it| it.ends_with("_bin"));
                Class::Text { by_bytes }
            }
            "json" => Class::Jsonb,
            "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => {
                Class::Bytes
            }
            _ => Class::Other(column_type.into()),
        };
        let collation = collation.map(|collation| (String::new(), collation));
        let (name, is_stored) = (row.text(0)?, row.is_true(4)?);
        if row.is_true(6)? {
            primary.push(name.clone());
        }
        columns.push(Column { name, class, is_stored, affinity: None, collation });
    }
    Ok((columns, primary))
}

/// A transaction that reads.
pub(crate) async fn reading(
    pool: &MySqlPool,
    timeouts: Timeouts,
) -> Result<Transaction<'static, MySql>, sqlx::Error> {
    let how = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; \
               START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";
    begin(pool, how, timeouts).await
}

/// A transaction that writes. Each statement sees what is committed by then, and locks no more than the rows that it writes.
pub(crate) async fn writing(
    pool: &MySqlPool,
    timeouts: Timeouts,
) -> Result<Transaction<'static, MySql>, sqlx::Error> {
    let how = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; START TRANSACTION";
    begin(pool, how, timeouts).await
}

async fn begin(
    pool: &MySqlPool,
    how: &'static str,
    Timeouts { lock, statement }: Timeouts,
) -> Result<Transaction<'static, MySql>, sqlx::Error> {
    let limit = |number: u128| i64::try_from(number).unwrap_or(i64::MAX).max(1);
    let (lock, statement) = (limit(lock.as_secs().into()), limit(statement.as_millis()));
    // One round trip. The comments are for one server each, which have different names for the same thing.
    let mut begin = Sql::new(Dialect::MySql);
    begin.text("SET SESSION innodb_lock_wait_timeout = ").number(lock);
    begin.text(" /*M!100101 , max_statement_time = ").number(statement).text(" / 1000 */");
    begin.text(" /*!50708 , max_execution_time = ").number(statement).text(" */; ").text(how);
    // In a task of its own, which nobody drops: a connection whose beginning was cut off would go back to the pool within a
    // transaction that the driver knows nothing of, and what is written on it next would never be committed.
    let pool = pool.clone();
    let begun = tokio::spawn(async move { pool.begin_with(begin.into_safe()).await });
    begun.await.unwrap_or_else(|error| match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        // The runtime is shutting down.
        Err(_) => Err(sqlx::Error::PoolClosed),
    })
}

/// The number of an error.
pub(crate) fn number(error: &(dyn DatabaseError + 'static)) -> u16 {
    error.try_downcast_ref::<MySqlDatabaseError>().map_or(0, MySqlDatabaseError::number)
}

/// Whether an error means that the server has undone the transaction and would take it now.
pub(crate) fn is_undone(number: u16) -> bool {
    // ER_LOCK_DEADLOCK; ER_CHECKREAD, which MariaDB says of rows that changed after the snapshot.
    matches!(number, 1213 | 1020)
}

/// Whether an error is the last thing that is heard on a connection: it was killed, or the server ends.
pub(crate) fn is_loss(number: u16) -> bool {
    // ER_SERVER_SHUTDOWN, ER_NORMAL_SHUTDOWN, ER_CONNECTION_KILLED; 4031 of MySQL: it was idle for too long.
    matches!(number, 1053 | 1077 | 1927 | 4031)
}

/// Sorts error numbers.
pub(crate) fn classify(number: u16) -> (StoreErrorKind, Option<&'static str>) {
    match number {
        1213 | 1020 => {
            (StoreErrorKind::Transient, Some("other transactions were in the way; run again"))
        }
        // ER_LOCK_WAIT_TIMEOUT.
        1205 => (
            StoreErrorKind::Transient,
            Some("somebody keeps a lock on the rows or the table; see who, then run again"),
        ),
        // ER_STATEMENT_TIMEOUT of MariaDB, ER_QUERY_TIMEOUT of MySQL.
        1969 | 3024 => (
            StoreErrorKind::Transient,
            Some("a statement took too long; use smaller batches or a longer timeout"),
        ),
        // Too many connections, shutdown, killed connections.
        1040 | 1053 | 1077 | 1203 | 1317 | 1927 => (StoreErrorKind::Transient, None),
        1045 | 1698 => (StoreErrorKind::Misconfigured, Some(LOGIN)),
        1046 | 1049 => (StoreErrorKind::Misconfigured, Some(DATABASE)),
        1044 | 1142 | 1143 | 1370 => (StoreErrorKind::Misconfigured, Some(RIGHTS)),
        1290 | 1792 | 1836 => (StoreErrorKind::Misconfigured, Some(READ_ONLY)),
        // Tables and columns.
        1054 | 1146 => (StoreErrorKind::Misconfigured, None),
        126 | 127 | 1034 | 1194 | 1195 => {
            (StoreErrorKind::Corrupt, Some("restore the database from a backup"))
        }
        1021 | 1114 => (StoreErrorKind::Other, Some("make room on the disk, then run again")),
        1153 => (
            StoreErrorKind::Rejected,
            Some("the row is larger than `max_allowed_packet`; raise that on the server"),
        ),
        // Duplicate keys, NULL, ranges, lengths, malformed values, checks, foreign keys, signals of triggers.
        1048 | 1062 | 1118 | 1264 | 1265 | 1292 | 1364 | 1366 | 1406 | 1451 | 1452 | 1644
        | 3140 | 3141 | 3819 | 4025 => (
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
    fn what_may_pass_by_itself_is_worth_another_try() {
        for (number, kind) in [
            (1213, StoreErrorKind::Transient),
            (1205, StoreErrorKind::Transient),
            (1969, StoreErrorKind::Transient),
            (1146, StoreErrorKind::Misconfigured),
            (1045, StoreErrorKind::Misconfigured),
            (4025, StoreErrorKind::Rejected),
            (1062, StoreErrorKind::Rejected),
            (1064, StoreErrorKind::Other),
            (0, StoreErrorKind::Other),
        ] {
            assert_eq!(classify(number).0, kind, "{number}");
        }
        // The statement alone was undone then, not the transaction.
        assert!(is_undone(1213) && !is_undone(1205));
        // A query that an operator has killed is not begun again behind his back.
        assert!(is_loss(1927) && !is_loss(1317));
    }
}
