//! Inserting many rows into PostgreSQL by one statement, whose text does not depend on how many they are.
//!
//! Layer: adapters. Invariant: rows get their numbers in their order; a function in `FROM` gives them in that of its arrays.

use versioned_store::ColumnValue;

use super::postgres::{bind_array, cast};
use crate::{error::Fault, insert::NewRow, schema::Schema, statement::Statement};

/// Adds the rows to an insertion: an array for each column, and a query that takes them apart.
pub(crate) fn add_rows(
    statement: &mut Statement,
    schema: &Schema,
    rows: &[NewRow<'_>],
) -> Result<(), Fault> {
    let Some(first) = rows.first() else { return Ok(()) };
    let columns = || (0..).zip(&first.columns);
    statement.sql.text("SELECT ").join(", ", columns(), |sql, (number, (name, _))| {
        sql.text("batch.c").number(number);
        cast(sql, schema.class(name));
    });
    statement.sql.text(" FROM unnest(");
    for (place, (name, _)) in first.columns.iter().enumerate() {
        statement.sql.text(if place > 0 { ", " } else { "" });
        let values: Vec<ColumnValue> =
            rows.iter().map(|row| row.columns[place].1.clone()).collect();
        bind_array(statement, schema.class(name), &values)?;
    }
    statement.sql.text(") AS batch(").join(", ", columns(), |sql, (number, _)| {
        sql.text("c").number(number);
    });
    statement.sql.text(")");
    Ok(())
}
