//! Inserting rows.
//!
//! Layer: adapters. Invariant: no value is stored as another one in silence.

use versioned_store::{ColumnValue, EntityKey, StoreProblem};

use crate::{
    connection::Transaction,
    dialect::{Class, Dialect},
    error::Fault,
    schema::Schema,
    statement::Statement,
};

/// A row to insert.
#[derive(Debug)]
pub(crate) struct NewRow<'r> {
    /// Of what it is said in errors.
    pub(crate) key: &'r EntityKey,
    /// The columns; of all rows of a call the same ones.
    pub(crate) columns: Vec<(&'r str, ColumnValue)>,
    /// How many of them are of the key.
    pub(crate) of_key: usize,
}

/// Most rows that a statement should insert; what MariaDB and MySQL are sent at once stays small.
pub(crate) fn rows_max(dialect: Dialect) -> usize {
    match dialect {
        Dialect::Sqlite => 100,
        Dialect::Postgres => 1000,
        Dialect::MySql => 50,
    }
}

/// Inserts rows into a table, in their order.
pub(crate) async fn insert(
    transaction: &mut Transaction,
    table: &str,
    schema: &Schema,
    rows: &[NewRow<'_>],
) -> Result<(), Fault> {
    let Some(first) = rows.first() else { return Ok(()) };
    for row in rows {
        for (name, value) in &row.columns {
            schema.check_value(row.key, name, value)?;
        }
    }
    let dialect = transaction.dialect();
    let mut statement = Statement::new(dialect);
    statement.sql.text("INSERT INTO ").table(table).text(" (");
    statement.sql.join(", ", &first.columns, |sql, (name, _)| {
        sql.name(name);
    });
    statement.sql.text(") ");
    #[cfg(feature = "postgres")]
    if dialect == Dialect::Postgres && rows.len() > 1 {
        crate::dialect::postgres_insert::add_rows(&mut statement, schema, rows)?;
        return insert_all(transaction, statement, rows).await;
    }
    add_values(&mut statement, schema, rows)?;
    if dialect == Dialect::Sqlite && !are_kept(schema, rows) {
        return insert_and_check(transaction, table, statement, rows).await;
    }
    insert_all(transaction, statement, rows).await
}

fn add_values(
    statement: &mut Statement,
    schema: &Schema,
    rows: &[NewRow<'_>],
) -> Result<(), Fault> {
    statement.sql.text("VALUES ");
    let Some(first) = rows.first() else { return Ok(()) };
    let classes: Vec<&Class> = first.columns.iter().map(|(name, _)| schema.class(name)).collect();
    for (index, row) in rows.iter().enumerate() {
        statement.sql.text(if index > 0 { ", (" } else { "(" });
        for (place, ((_, value), class)) in row.columns.iter().zip(&classes).enumerate() {
            statement.sql.text(if place > 0 { ", " } else { "" });
            statement.bind_as(class, value)?;
        }
        statement.sql.text(")");
    }
    Ok(())
}

/// Whether SQLite stores all values as they are, because of how their columns were declared.
fn are_kept(schema: &Schema, rows: &[NewRow<'_>]) -> bool {
    let Some(NewRow { columns, of_key, .. }) = rows.first() else { return true };
    (*of_key..columns.len()).all(|place| {
        let affinity = schema.find(columns[place].0).and_then(|column| column.affinity);
        rows.iter().all(|row| affinity.is_some_and(|affinity| affinity.keeps(&row.columns[place].1)))
    })
}

/// Inserts rows all of whose values are stored as they are.
async fn insert_all(
    transaction: &mut Transaction,
    statement: Statement,
    rows: &[NewRow<'_>],
) -> Result<(), Fault> {
    let inserted = transaction.execute(statement).await?;
    // SQLite does not count what a trigger of a view inserts.
    let is_counted = transaction.dialect() != Dialect::Sqlite;
    debug_assert!(!is_counted || inserted == rows.len() as u64, "a server inserts all or fails");
    Ok(())
}

/// Inserts rows into a table of SQLite, which says afterwards in which types it has stored them.
async fn insert_and_check(
    transaction: &mut Transaction,
    table: &str,
    mut statement: Statement,
    rows: &[NewRow<'_>],
) -> Result<(), Fault> {
    let Some(NewRow { columns: names, of_key, .. }) = rows.first() else { return Ok(()) };
    statement.sql.text(" RETURNING ").join(", ", &names[*of_key..], |sql, (name, _)| {
        sql.text("typeof(").table(table).text(".").name(name).text(")");
    });
    if names.len() == *of_key {
        statement.sql.text("1");
    }
    for (mut stored, row) in transaction.all(statement).await?.into_iter().zip(rows) {
        for (place, (name, value)) in row.columns[row.of_key..].iter().enumerate() {
            let (stored, set) = (stored.text(place)?, value.stored_type());
            if stored != set {
                let (column, key) = ((*name).into(), row.key.clone());
                let stored = stored.into();
                return Err(StoreProblem::ValueAltered { column, key, set, stored }.into());
            }
        }
    }
    Ok(())
}

/// The type of a value, as SQLite calls it.
pub(crate) trait StoredType {
    /// What `typeof` says of the value once it is stored.
    fn stored_type(&self) -> &'static str;
}

impl StoredType for ColumnValue {
    fn stored_type(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean(_) | Self::Integer(_) => "integer",
            Self::Real(_) => "real",
            Self::Text(_) | Self::InvalidText(_) => "text",
            _ => "blob",
        }
    }
}
