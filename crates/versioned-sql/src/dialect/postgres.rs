//! PostgreSQL: values, columns, transactions, errors.
//!
//! Layer: adapters. Invariant: the text of a statement says the type of each parameter, because the driver prepares a
//! statement once per text.

use std::time::Duration;

use sqlx::{
    Arguments as _, PgPool, Postgres, Row as _, Transaction, TypeInfo as _,
    ValueRef as _,
    error::DatabaseError,
    postgres::{PgArguments, PgDatabaseError, PgRow},
};
use versioned_store::{ColumnValue, IdKind, KeyPart, RowStamp, StoreErrorKind};

use super::{Class, DATABASE, Dialect, LOGIN, READ_ONLY, RIGHTS};
use crate::{
    connection::Timeouts,
    error::Fault,
    found::{self, Found},
    sql::Sql,
    statement::{Arguments, Statement},
};

pub(crate) fn bind(
    sql: &mut Sql,
    arguments: &mut PgArguments,
    value: &ColumnValue,
) -> Result<(), Fault> {
    let (added, type_name) = match value {
        ColumnValue::Null => {
            sql.text("NULL");
            return Ok(());
        }
        ColumnValue::Boolean(truth) => (arguments.add(*truth), "::bool"),
        ColumnValue::Integer(number) => (arguments.add(*number), "::int8"),
        ColumnValue::Real(number) => (arguments.add(*number), "::float8"),
        ColumnValue::Text(text) => (arguments.add(text.as_str()), "::text"),
        ColumnValue::Bytes(bytes) => (arguments.add(bytes.as_slice()), "::bytea"),
        other => return Err(Fault::unbindable(other)),
    };
    added.map_err(Fault::Reading)?;
    mark(sql, arguments);
    sql.text(type_name);
    Ok(())
}

fn mark(sql: &mut Sql, arguments: &PgArguments) {
    sql.text("$").number(i64::try_from(arguments.len()).unwrap_or(i64::MAX));
}

pub(crate) fn bind_as(
    sql: &mut Sql,
    arguments: &mut PgArguments,
    class: &Class,
    value: &ColumnValue,
) -> Result<(), Fault> {
    bind(sql, arguments, &in_class(class, value))?;
    if *value != ColumnValue::Null {
        cast(sql, class);
    }
    Ok(())
}

/// Turns a text into the type of a column that is written as texts.
pub(crate) fn cast(sql: &mut Sql, class: &Class) {
    match class {
        Class::Json => sql.text("::json"),
        Class::Jsonb => sql.text("::jsonb"),
        Class::Uuid => sql.text("::uuid"),
        Class::Other(name) => sql.text("::").type_name(name),
        _ => sql,
    };
}

/// A value in the type in which those of a class are bound.
fn in_class(class: &Class, value: &ColumnValue) -> ColumnValue {
    match (class, value) {
        (Class::Boolean, ColumnValue::Integer(number)) => ColumnValue::Boolean(*number != 0),
        (Class::Integer, ColumnValue::Boolean(truth)) => ColumnValue::Integer((*truth).into()),
        (Class::Uuid, ColumnValue::Bytes(bytes)) => {
            let part = KeyPart::from_value(IdKind::Uuid, ColumnValue::Bytes(bytes.clone()));
            part.map_or(ColumnValue::Null, |part| part.to_value())
        }
        (_, value) => value.clone(),
    }
}

/// Adds a parameter that is an array, and binds values of a class to it; each may be `NULL`.
pub(crate) fn bind_all(
    statement: &mut Statement,
    class: &Class,
    values: &[ColumnValue],
) -> Result<(), Fault> {
    bind_array(statement, class, values)?;
    match class {
        Class::Uuid => statement.sql.text("::uuid[]"),
        Class::Other(name) => statement.sql.text("::").type_name(name).text("[]"),
        _ => &mut statement.sql,
    };
    Ok(())
}

/// The same, as an array of what the class is bound as: texts for whatever is written as texts.
pub(crate) fn bind_array(
    statement: &mut Statement,
    class: &Class,
    values: &[ColumnValue],
) -> Result<(), Fault> {
    #[cfg_attr(
        not(any(feature = "sqlite", feature = "mysql")),
        expect(irrefutable_let_patterns, reason = "it is the only database")
    )]
    let Arguments::Postgres(arguments) = &mut statement.arguments else {
        return Err(Fault::Reading("arrays are for PostgreSQL".into()));
    };
    let bound = values.iter().map(|value| in_class(class, value));
    macro_rules! add {
        ($variant:ident, $type_name:literal) => {{
            let values = bound.map(|value| match value {
                ColumnValue::$variant(value) => Ok(Some(value)),
                ColumnValue::Null => Ok(None),
                other => Err(Fault::unbindable(&other)),
            });
            let values: Vec<_> = values.collect::<Result<_, Fault>>()?;
            (arguments.add(values), $type_name)
        }};
    }
    let (added, type_name) = match class {
        Class::Boolean => add!(Boolean, "::bool[]"),
        Class::Integer => add!(Integer, "::int8[]"),
        Class::Real | Class::Single => add!(Real, "::float8[]"),
        Class::Bytes => add!(Bytes, "::bytea[]"),
        _ => add!(Text, "::text[]"),
    };
    added.map_err(Fault::Reading)?;
    mark(&mut statement.sql, arguments);
    statement.sql.text(type_name);
    Ok(())
}

pub(crate) fn row(row: &PgRow) -> Result<Found, Fault> {
    (0..row.len()).map(|index| value(row, index)).collect::<Result<_, _>>().map(Found)
}

fn value(row: &PgRow, index: usize) -> Result<ColumnValue, Fault> {
    let raw = row.try_get_raw(index).map_err(Fault::postgres)?;
    if raw.is_null() {
        return Ok(ColumnValue::Null);
    }
    let type_info = raw.type_info().into_owned();
    let bytes = raw.as_bytes().map_err(Fault::Reading)?;
    let unreadable = || {
        let cause = format!("column {index} of the result has the type {}", type_info.name());
        Fault::Reading(cause.into())
    };
    let value = match type_info.name() {
        "BOOL" => bytes.first().map(|truth| ColumnValue::Boolean(*truth != 0)),
        "INT2" => {
            bytes.try_into().ok().map(|it| ColumnValue::Integer(i16::from_be_bytes(it).into()))
        }
        "INT4" => {
            bytes.try_into().ok().map(|it| ColumnValue::Integer(i32::from_be_bytes(it).into()))
        }
        "INT8" => bytes.try_into().ok().map(|it| ColumnValue::Integer(i64::from_be_bytes(it))),
        "FLOAT4" => {
            bytes.try_into().ok().map(|it| ColumnValue::Real(f32::from_be_bytes(it).into()))
        }
        "FLOAT8" => bytes.try_into().ok().map(|it| ColumnValue::Real(f64::from_be_bytes(it))),
        "TEXT" | "VARCHAR" | "CHAR" | "NAME" | "JSON" | "UNKNOWN" => {
            Some(found::text(bytes.to_vec()))
        }
        // The first byte is the version of the format.
        "JSONB" => bytes.get(1..).map(|text| found::text(text.to_vec())),
        "BYTEA" | "UUID" => Some(ColumnValue::Bytes(bytes.to_vec())),
        _ => None,
    };
    value.ok_or_else(unreadable)
}

/// Takes the last two values of a row for what its stamp is made of: where it lies, and which transaction wrote it.
///
/// Two states of a row never share a stamp. A change is another transaction's than the one that wrote what was read, which
/// had been committed by then, and so has another number; what it writes lies elsewhere, because what was read is still in
/// its place. So even if the server has used up all numbers since, and begun again, the place is another one. Freezing a
/// row leaves both as they are; what moves rows, such as `VACUUM FULL`, makes other stamps of the same states.
pub(crate) fn stamp(found: &mut Found) -> Option<RowStamp> {
    let (transaction, place) = (found.0.pop(), found.0.pop());
    let (Some(ColumnValue::Text(transaction)), Some(ColumnValue::Text(place))) =
        (transaction, place)
    else {
        return None;
    };
    let (page, line) = place.strip_prefix('(')?.strip_suffix(')')?.split_once(',')?;
    let stamp = [transaction.parse().ok()?, page.parse().ok()?, line.parse().ok()?];
    // What is no number of a transaction is the same for all rows: of a foreign table, and of the server's own.
    (stamp[0] > FROZEN).then_some(RowStamp(stamp))
}

/// The highest number that is of no transaction.
const FROZEN: u32 = 2;

/// A transaction that reads.
pub(crate) async fn reading(
    pool: &PgPool,
    timeouts: Timeouts,
) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    begin(pool, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", timeouts).await
}

/// A transaction that writes. Each statement sees what is committed by then, and waits for the rows that it writes.
pub(crate) async fn writing(
    pool: &PgPool,
    timeouts: Timeouts,
) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    begin(pool, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", timeouts).await
}

async fn begin(
    pool: &PgPool,
    how: &'static str,
    Timeouts { lock, statement }: Timeouts,
) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    // One round trip; the settings end with the transaction.
    let mut begin = Sql::new(Dialect::Postgres);
    begin.text(how).text("; SET LOCAL lock_timeout = ").number(milliseconds(lock));
    begin.text("; SET LOCAL statement_timeout = ").number(milliseconds(statement));
    pool.begin_with(begin.into_safe()).await
}

/// A duration as the server takes it, for which 0 is no limit.
fn milliseconds(duration: Duration) -> i64 {
    i32::try_from(duration.as_millis()).unwrap_or(i32::MAX).max(1).into()
}

/// Whether an error means that the server has undone the transaction and would take it now.
pub(crate) fn is_undone(code: &str) -> bool {
    // serialization_failure, deadlock_detected.
    matches!(code, "40001" | "40P01")
}

/// Whether an error is the last thing that is heard on a connection: it was terminated, or the server was.
pub(crate) fn is_loss(code: &str) -> bool {
    // admin_shutdown, crash_shutdown, cannot_connect_now, idle_session_timeout.
    matches!(code, "57P01" | "57P02" | "57P03" | "57P05") || code.starts_with("08")
}

/// What the server says: without the line of its own source, and with the details and the code by which it can be looked up.
#[derive(Debug, thiserror::Error)]
#[error("{message}{detail} (SQLSTATE {code})")]
pub(crate) struct Said {
    message: String,
    detail: String,
    code: String,
}

impl Said {
    pub(crate) fn of(error: &(dyn DatabaseError + 'static)) -> Self {
        let detail = error.try_downcast_ref::<PgDatabaseError>().and_then(PgDatabaseError::detail);
        Self {
            message: error.message().to_owned(),
            detail: detail.map(|detail| format!(": {detail}")).unwrap_or_default(),
            code: error.code().unwrap_or_default().into_owned(),
        }
    }
}

/// Sorts SQLSTATE codes.
pub(crate) fn classify(code: &str) -> (StoreErrorKind, Option<&'static str>) {
    match code {
        "40001" | "40P01" => {
            (StoreErrorKind::Transient, Some("other transactions were in the way; run again"))
        }
        "55P03" => (
            StoreErrorKind::Transient,
            Some("somebody keeps a lock on the rows or the table; see who, then run again"),
        ),
        "57014" => (
            StoreErrorKind::Transient,
            Some("a statement took too long; use smaller batches or a longer timeout"),
        ),
        "57P01" | "57P02" | "57P03" | "53300" => (StoreErrorKind::Transient, None),
        "25006" => (StoreErrorKind::Misconfigured, Some(READ_ONLY)),
        "42501" => (StoreErrorKind::Misconfigured, Some(RIGHTS)),
        "3D000" => (StoreErrorKind::Misconfigured, Some(DATABASE)),
        // Undefined tables, columns and schemas.
        "42P01" | "42703" | "3F000" => (StoreErrorKind::Misconfigured, None),
        "XX001" | "XX002" => (StoreErrorKind::Corrupt, Some("restore the database from a backup")),
        "53100" => (StoreErrorKind::Other, Some("make room on the disk, then run again")),
        // A trigger or function of the application's says so.
        "P0001" => (
            StoreErrorKind::Rejected,
            Some("a constraint or trigger of the table refuses the row; change either"),
        ),
        _ => match code.get(..2).unwrap_or_default() {
            "08" => (StoreErrorKind::Transient, None),
            "28" => (StoreErrorKind::Misconfigured, Some(LOGIN)),
            "22" | "23" | "44" | "54" => (
                StoreErrorKind::Rejected,
                Some("a constraint or trigger of the table refuses the row; change either"),
            ),
            _ => (StoreErrorKind::Other, None),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_by_itself_is_worth_another_try() {
        for (code, kind) in [
            ("40001", StoreErrorKind::Transient),
            ("40P01", StoreErrorKind::Transient),
            ("55P03", StoreErrorKind::Transient),
            ("57014", StoreErrorKind::Transient),
            ("08006", StoreErrorKind::Transient),
            ("42P01", StoreErrorKind::Misconfigured),
            ("28P01", StoreErrorKind::Misconfigured),
            ("23514", StoreErrorKind::Rejected),
            ("22P05", StoreErrorKind::Rejected),
            ("42601", StoreErrorKind::Other),
            ("", StoreErrorKind::Other),
        ] {
            assert_eq!(classify(code).0, kind, "{code}");
        }
        assert!(is_undone("40P01") && !is_undone("55P03"));
        assert!(is_loss("57P01") && !is_loss("57014"));
    }
}
