//! SQL and what is bound to it, put together side by side.
//!
//! Layer: adapters.

use sqlx::{
    Arguments as _, SqliteConnection,
    sqlite::{SqliteArguments, SqliteRow},
};
use versioned_store::ColumnValue;

use crate::sql::Sql;

/// A statement under construction.
#[derive(Debug, Default)]
pub(super) struct Statement {
    pub(super) sql: Sql,
    arguments: SqliteArguments,
}

impl Statement {
    /// Adds a parameter and binds a value to it.
    pub(super) fn bind(&mut self, value: &ColumnValue) -> Result<&mut Self, sqlx::Error> {
        self.sql.text("?");
        let added = match value {
            ColumnValue::Null => self.arguments.add(None::<i64>),
            ColumnValue::Boolean(truth) => self.arguments.add(i64::from(*truth)),
            ColumnValue::Integer(number) => self.arguments.add(*number),
            ColumnValue::Real(number) => self.arguments.add(*number),
            ColumnValue::Text(text) => self.arguments.add(text.as_str()),
            ColumnValue::InvalidText(bytes) | ColumnValue::Bytes(bytes) => {
                self.arguments.add(bytes.as_slice())
            }
            other => return Err(sqlx::Error::InvalidArgument(other.type_name().to_owned())),
        };
        added.map_err(sqlx::Error::Encode)?;
        Ok(self)
    }

    /// Runs the statement; it is prepared once per connection and text.
    pub(super) async fn all(
        self,
        connection: &mut SqliteConnection,
    ) -> Result<Vec<SqliteRow>, sqlx::Error> {
        sqlx::query_with(self.sql.into_safe(), self.arguments).fetch_all(connection).await
    }
}
