//! Inserting rows.
//!
//! Layer: adapters. Invariant: no value is stored as another one in silence.

use versioned_store::{ColumnValue, EntityKey, StoreProblem};

use crate::{
    connection::Transaction, dialect::Dialect, error::Fault, schema::Schema, statement::Statement,
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

/// Inserts rows into a table.
pub(crate) async fn insert(
    transaction: &mut Transaction,
    table: &str,
    schema: &Schema,
    rows: &[NewRow<'_>],
) -> Result<(), Fault> {
    let Some(NewRow { columns: names, of_key, .. }) = rows.first() else { return Ok(()) };
    let dialect = transaction.dialect();
    let mut statement = Statement::new(dialect);
    statement.sql.text("INSERT INTO ").table(table).text(" (");
    statement.sql.join(", ", names, |sql, (name, _)| {
        sql.name(name);
    });
    statement.sql.text(") VALUES ");
    for (index, row) in rows.iter().enumerate() {
        statement.sql.text(if index > 0 { ", (" } else { "(" });
        for (place, (name, value)) in row.columns.iter().enumerate() {
            schema.check_value(row.key, name, value)?;
            statement.sql.text(if place > 0 { ", " } else { "" });
            statement.bind_as(schema.class(name), value)?;
        }
        statement.sql.text(")");
    }
    if dialect != Dialect::Sqlite {
        let inserted = transaction.execute(statement).await?;
        debug_assert_eq!(inserted, rows.len() as u64, "a server inserts all or fails");
        return Ok(());
    }
    // SQLite says afterwards in which types it has stored them.
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
