//! Values as SQLite stores them.
//!
//! Layer: adapters. Invariant: the type of a value is its own, not the one that the column was declared with.

use sqlx::{Decode, Row as _, Sqlite, TypeInfo as _, ValueRef as _, sqlite::SqliteRow};
use versioned_store::ColumnValue;

/// The value in a column of a result.
pub(super) fn value(row: &SqliteRow, index: usize) -> Result<ColumnValue, sqlx::Error> {
    let raw = row.try_get_raw(index)?;
    if raw.is_null() {
        return Ok(ColumnValue::Null);
    }
    let type_name = raw.type_info().name().to_owned();
    let decoded = match type_name.as_str() {
        "INTEGER" => <i64 as Decode<'_, Sqlite>>::decode(raw).map(ColumnValue::Integer),
        "REAL" => <f64 as Decode<'_, Sqlite>>::decode(raw).map(ColumnValue::Real),
        "TEXT" => <Vec<u8> as Decode<'_, Sqlite>>::decode(raw).map(text),
        _ => <Vec<u8> as Decode<'_, Sqlite>>::decode(raw).map(ColumnValue::Bytes),
    };
    decoded.map_err(sqlx::Error::Decode)
}

/// An integer that the SQL of this crate has computed.
pub(super) fn integer(row: &SqliteRow, index: usize) -> Result<i64, sqlx::Error> {
    row.try_get(index)
}

/// The same value as a truth value, if it can be one.
pub(super) fn as_boolean(value: ColumnValue) -> ColumnValue {
    match value {
        ColumnValue::Integer(0) => ColumnValue::Boolean(false),
        ColumnValue::Integer(1) => ColumnValue::Boolean(true),
        other => other,
    }
}

/// What `typeof` says of a value once it is stored.
pub(super) fn type_of(value: &ColumnValue) -> &'static str {
    match value {
        ColumnValue::Null => "null",
        ColumnValue::Boolean(_) | ColumnValue::Integer(_) => "integer",
        ColumnValue::Real(_) => "real",
        ColumnValue::Text(_) | ColumnValue::InvalidText(_) => "text",
        _ => "blob",
    }
}

fn text(bytes: Vec<u8>) -> ColumnValue {
    match String::from_utf8(bytes) {
        Ok(text) => ColumnValue::Text(text),
        Err(invalid) => ColumnValue::InvalidText(invalid.into_bytes()),
    }
}
