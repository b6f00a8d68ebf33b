//! What the database says of a table.
//!
//! Layer: adapters.

use sqlx::{Row as _, SqliteConnection};
use versioned_store::{ColumnValue, EntityTable, StoreProblem};

use super::{error::Fault, statement::Statement};

/// The columns of a table, as the database has them.
#[derive(Debug)]
pub(super) struct Schema {
    columns: Vec<Column>,
}

#[derive(Debug)]
struct Column {
    name: String,
    is_boolean: bool,
}

impl Schema {
    /// Reads the columns, and checks that those of the storage model are there.
    pub(super) async fn read(
        connection: &mut SqliteConnection,
        table: &EntityTable,
    ) -> Result<Self, Fault> {
        let schema = Self::of(connection, table.name()).await?;
        schema.check(table)?;
        Ok(schema)
    }

    /// Reads the columns of the table with this name; none where there is no such table.
    pub(super) async fn of(connection: &mut SqliteConnection, table: &str) -> Result<Self, Fault> {
        let mut statement = Statement::default();
        statement.sql.text(
            "SELECT (SELECT encoding = 'UTF-8' FROM pragma_encoding), name, \
             upper(type) IN ('BOOLEAN', 'BOOL') FROM pragma_table_xinfo(",
        );
        statement.bind(&ColumnValue::Text(table.to_owned()))?.sql.text(")");
        let rows = statement.all(connection).await?;
        let mut columns = Vec::with_capacity(rows.len());
        for row in &rows {
            if !row.try_get::<bool, _>(0)? {
                return Err(StoreProblem::EncodingUnsupported.into());
            }
            columns.push(Column { name: row.try_get(1)?, is_boolean: row.try_get(2)? });
        }
        Ok(Self { columns })
    }

    /// Whether the column was declared to hold truth values, of which SQLite has no type.
    pub(super) fn is_boolean(&self, column: &str) -> bool {
        self.find(column).is_some_and(|column| column.is_boolean)
    }

    /// Whether there is such a table.
    pub(super) fn exists(&self) -> bool {
        !self.columns.is_empty()
    }

    /// Whether the table has a column.
    pub(super) fn has(&self, column: &str) -> bool {
        self.find(column).is_some()
    }

    fn find(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
    }

    fn check(&self, table: &EntityTable) -> Result<(), StoreProblem> {
        if !self.exists() {
            return Err(StoreProblem::TableUnknown);
        }
        let own = table.id().iter().map(|id| id.name());
        let own = own.chain(table.model_version()).chain(table.deleted());
        for name in own.chain(table.columns().iter().map(|column| column.name.as_str())) {
            if !self.has(name) {
                return Err(StoreProblem::ColumnUnknown { column: name.into() });
            }
        }
        Ok(())
    }
}
