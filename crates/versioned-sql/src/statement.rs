//! SQL and what is bound to it, put together side by side.
//!
//! Layer: adapters.

use versioned_store::ColumnValue;

use crate::{
    dialect::{Class, Dialect},
    error::Fault,
    sql::Sql,
};

/// A statement under construction.
#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) sql: Sql,
    pub(crate) arguments: Arguments,
}

/// What is bound to a statement, as the driver takes it.
#[derive(Debug)]
pub(crate) enum Arguments {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlx::sqlite::SqliteArguments),
    #[cfg(feature = "postgres")]
    Postgres(sqlx::postgres::PgArguments),
    #[cfg(feature = "mysql")]
    MySql(sqlx::mysql::MySqlArguments),
}

impl Statement {
    pub(crate) fn new(dialect: Dialect) -> Self {
        let arguments = match dialect {
            #[cfg(feature = "sqlite")]
            Dialect::Sqlite => Arguments::Sqlite(sqlx::sqlite::SqliteArguments::default()),
            #[cfg(feature = "postgres")]
            Dialect::Postgres => Arguments::Postgres(sqlx::postgres::PgArguments::default()),
            #[cfg(feature = "mysql")]
            Dialect::MySql => Arguments::MySql(sqlx::mysql::MySqlArguments::default()),
            #[cfg(not(all(feature = "sqlite", feature = "postgres", feature = "mysql")))]
            other => unreachable!("this crate was built without {other:?}"),
        };
        Self { sql: Sql::new(dialect), arguments }
    }

    /// A statement of this crate's text, with a value for each `?` in it.
    pub(crate) fn with(
        dialect: Dialect,
        text: &'static str,
        values: &[ColumnValue],
    ) -> Result<Self, Fault> {
        let mut statement = Self::new(dialect);
        statement.add(text, values)?;
        Ok(statement)
    }

    /// Adds text of this crate, with a value for each `?` in it.
    pub(crate) fn add(
        &mut self,
        text: &'static str,
        values: &[ColumnValue],
    ) -> Result<&mut Self, Fault> {
        let mut values = values.iter();
        for (index, part) in text.split('?').enumerate() {
            if index > 0 {
                self.bind(values.next().unwrap_or(&ColumnValue::Null))?;
            }
            self.sql.text(part);
        }
        debug_assert!(values.next().is_none(), "a value for each mark");
        Ok(self)
    }

    /// Adds a parameter and binds a value to it.
    pub(crate) fn bind(&mut self, value: &ColumnValue) -> Result<&mut Self, Fault> {
        match &mut self.arguments {
            #[cfg(feature = "sqlite")]
            Arguments::Sqlite(arguments) => {
                crate::dialect::sqlite::bind(&mut self.sql, arguments, value)?;
            }
            #[cfg(feature = "postgres")]
            Arguments::Postgres(arguments) => {
                crate::dialect::postgres::bind(&mut self.sql, arguments, value)?;
            }
            #[cfg(feature = "mysql")]
            Arguments::MySql(arguments) => {
                crate::dialect::mysql::bind(&mut self.sql, arguments, value)?;
            }
        }
        Ok(self)
    }

    /// Binds a value that is compared with a column, or stored in it.
    pub(crate) fn bind_as(
        &mut self,
        class: &Class,
        value: &ColumnValue,
    ) -> Result<&mut Self, Fault> {
        match (&mut self.arguments, class) {
            #[cfg(feature = "postgres")]
            (Arguments::Postgres(arguments), class) => {
                crate::dialect::postgres::bind_as(&mut self.sql, arguments, class, value)?;
                Ok(self)
            }
            #[cfg(any(feature = "sqlite", feature = "mysql"))]
            _ => self.bind(value),
        }
    }
}

/// An integer to bind.
pub(crate) fn number(number: i64) -> ColumnValue {
    ColumnValue::Integer(number)
}

/// An integer or `NULL` to bind.
pub(crate) fn maybe_number(number: Option<i64>) -> ColumnValue {
    number.map_or(ColumnValue::Null, ColumnValue::Integer)
}

/// A text to bind.
pub(crate) fn text(text: impl Into<String>) -> ColumnValue {
    ColumnValue::Text(text.into())
}

/// A text or `NULL` to bind.
pub(crate) fn maybe_text(text: Option<&str>) -> ColumnValue {
    text.map_or(ColumnValue::Null, |text| ColumnValue::Text(text.to_owned()))
}
