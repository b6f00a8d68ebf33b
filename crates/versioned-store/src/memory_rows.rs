//! Rows of the store in memory: named values, and what a table sees of them.
//!
//! Layer: store.

use crate::{Bodies, ColumnValue, EntityKey, EntityTable, Row, StoreProblem, memory::Record};

pub(crate) fn value_of(record: &Record, column: &str) -> ColumnValue {
    record.get(column).cloned().unwrap_or(ColumnValue::Null)
}

pub(crate) fn record_of(table: &EntityTable, row: Row) -> (EntityKey, Record) {
    let mut record = Record::new();
    // Fields go first, so that the model version and the flag win where they share a column with a field.
    for (column, value) in table.columns().iter().zip(row.values) {
        if let (None, Some(value)) = (column.key_part, value) {
            record.insert(column.name.clone(), value);
        }
    }
    if let (Some(column), Some(version)) = (table.model_version(), row.model_version) {
        record.insert(column.to_owned(), ColumnValue::Integer(version));
    }
    if let Some(column) = table.deleted() {
        record.insert(column.to_owned(), ColumnValue::Boolean(row.deleted));
    }
    (row.key, record)
}

pub(crate) fn row_of(
    table: &EntityTable,
    key: &EntityKey,
    record: &Record,
    bodies: Bodies,
    is_orphan: bool,
) -> Result<Row, StoreProblem> {
    let deleted = is_deleted(table, key, record)? || is_orphan;
    let model_version = model_version_of(table, key, record)?;
    let full: Vec<_> = (table.columns().iter())
        .map(|column| match column.key_part {
            Some(part) => Some(key.parts()[part].to_value()),
            None => Some(value_of(record, &column.name)),
        })
        .collect();
    let with_bodies = bodies == Bodies::All || (!deleted && table.is_stale(&full));
    let values = full.into_iter().enumerate().map(|(index, value)| {
        let is_version = table.columns()[index].kind.is_version();
        value.filter(|_| is_version || (with_bodies && table.is_read(index, bodies)))
    });
    Ok(Row { key: key.clone(), model_version, deleted, values: values.collect(), stamp: None })
}

pub(crate) fn is_deleted(
    table: &EntityTable,
    key: &EntityKey,
    record: &Record,
) -> Result<bool, StoreProblem> {
    let Some(column) = table.deleted() else {
        return Ok(false);
    };
    let value = value_of(record, column);
    value.as_flag().ok_or_else(|| StoreProblem::ColumnMalformed {
        column: column.into(),
        key: key.clone(),
        found: value.type_name(),
        expected: "a truth value or a number",
    })
}

fn model_version_of(
    table: &EntityTable,
    key: &EntityKey,
    record: &Record,
) -> Result<Option<i64>, StoreProblem> {
    let Some(column) = table.model_version() else {
        return Ok(None);
    };
    match value_of(record, column) {
        ColumnValue::Null => Ok(None),
        ColumnValue::Integer(version) => Ok(Some(version)),
        other => Err(StoreProblem::ColumnMalformed {
            column: column.into(),
            key: key.clone(),
            found: other.type_name(),
            expected: "an integer",
        }),
    }
}
