//! Which commits a table of a history has already.
//!
//! Layer: adapters. Invariant: the database looks each place up by the index over keys and model versions, so what a batch
//! costs does not grow with the history, whatever the database thinks of the size of its tables.

use versioned_store::{EntityKey, ModelVersion};
#[cfg(feature = "postgres")]
use versioned_store::{ColumnValue, StoreProblem};

#[cfg(feature = "postgres")]
use crate::dialect::{
    Class,
    postgres::{bind_array, cast},
};
use crate::{
    connection::Transaction,
    dialect::Dialect,
    error::Fault,
    keys,
    schema::View,
    sql::Sql,
    statement::{Statement, number},
};

/// The places of commits in one of the tables of a history.
pub(super) struct Places<'t> {
    pub(super) view: &'t View<'t>,
    pub(super) name: &'t str,
    pub(super) version_column: &'t str,
}

/// A key and a model version.
type Place<'p> = (&'p EntityKey, ModelVersion);

impl Places<'_> {
    /// One of the places at which there is something.
    pub(super) async fn first_present(
        &self,
        transaction: &mut Transaction,
        places: &[Place<'_>],
    ) -> Result<Option<(EntityKey, ModelVersion)>, Fault> {
        let statement = match self.view.dialect {
            Dialect::Sqlite => self.of_values(places)?,
            #[cfg(feature = "postgres")]
            Dialect::Postgres => self.of_arrays(places)?,
            #[cfg(not(feature = "postgres"))]
            Dialect::Postgres => unreachable!("this crate was built without PostgreSQL"),
            Dialect::MySql => self.of_conditions(places)?,
        };
        let Some(mut found) = transaction.first(statement).await? else { return Ok(None) };
        let key = keys::read(&mut found, self.view, None)?;
        let version = ModelVersion::new(found.integer(self.view.table.id().len())?);
        Ok(Some((key, version)))
    }

    /// For SQLite, which would compile a condition per place: a table of values, which a cross join keeps the outer loop.
    fn of_values(&self, places: &[Place<'_>]) -> Result<Statement, Fault> {
        let mut statement = Statement::new(self.view.dialect);
        self.select(&mut statement);
        statement.sql.text(" FROM (VALUES ");
        for (index, (key, version)) in places.iter().enumerate() {
            statement.sql.text(if index > 0 { ", (" } else { "(" });
            for part in self.view.table.stored_key(key)? {
                statement.bind(&part)?.sql.text(", ");
            }
            statement.bind(&number(version.number()))?.sql.text(")");
        }
        statement.sql.text(") AS batch CROSS JOIN ").table(self.name).text(" WHERE ");
        let sql = &mut statement.sql;
        for (number, id) in (1..).zip(self.view.table.id()) {
            let column = |sql: &mut Sql| {
                sql.table(self.name).text(".").name(id.name());
            };
            // In the column's own collation, so that its index finds the row, and by bytes.
            column(sql);
            sql.text(" = batch.column").number(number).text(" AND ");
            if keys::is_text(id.kind()) {
                column(sql);
                sql.text(" COLLATE BINARY = batch.column").number(number).text(" AND ");
            }
        }
        let number = (1..).zip(self.view.table.id()).count() + 1;
        sql.table(self.name).text(".").name(self.version_column).text(" = batch.column");
        sql.number(i64::try_from(number).unwrap_or(i64::MAX)).text(" LIMIT 1");
        Ok(statement)
    }

    /// For PostgreSQL: arrays, and a query per place that cannot become a join for which the table is read as a whole.
    #[cfg(feature = "postgres")]
    fn of_arrays(&self, places: &[Place<'_>]) -> Result<Statement, Fault> {
        let view = self.view;
        let mut statement = Statement::new(view.dialect);
        statement.sql.text("SELECT found.* FROM unnest(");
        let keys = places.iter().map(|(key, _)| view.table.stored_key(key));
        let keys: Vec<Vec<ColumnValue>> = keys.collect::<Result<_, StoreProblem>>()?;
        for (part, id) in view.table.id().iter().enumerate() {
            let values: Vec<ColumnValue> = keys.iter().map(|key| key[part].clone()).collect();
            bind_array(&mut statement, view.schema.class(id.name()), &values)?;
            statement.sql.text(", ");
        }
        let versions: Vec<ColumnValue> =
            places.iter().map(|(_, version)| number(version.number())).collect();
        bind_array(&mut statement, &Class::Integer, &versions)?;
        statement.sql.text(") AS batch(");
        for (number, _) in (0..).zip(view.table.id()) {
            statement.sql.text("k").number(number).text(", ");
        }
        statement.sql.text("v) CROSS JOIN LATERAL (");
        self.select(&mut statement);
        let sql = &mut statement.sql;
        sql.text(" FROM ").table(self.name).text(" WHERE ");
        for (number, id) in (0..).zip(view.table.id()) {
            let class = view.schema.class(id.name());
            sql.table(self.name).text(".").name(id.name()).text(" = batch.k").number(number);
            cast(sql, class);
            sql.text(" AND ");
            if matches!(class, Class::Text { .. }) {
                // A collation may take two texts for one.
                sql.table(self.name).text(".").name(id.name());
                sql.text(" COLLATE \"C\" = batch.k").number(number).text(" AND ");
            }
        }
        sql.table(self.name).text(".").name(self.version_column);
        sql.text(" = batch.v LIMIT 1) AS found LIMIT 1");
        Ok(statement)
    }

    /// For MariaDB and MySQL: a condition per place.
    fn of_conditions(&self, places: &[Place<'_>]) -> Result<Statement, Fault> {
        let mut statement = Statement::new(self.view.dialect);
        self.select(&mut statement);
        statement.sql.text(" FROM ").table(self.name).text(" WHERE ");
        for (index, (key, version)) in places.iter().enumerate() {
            statement.sql.text(if index > 0 { " OR (" } else { "(" });
            keys::equal_in(&mut statement, self.name, self.view, key)?;
            let sql = &mut statement.sql;
            sql.text(" AND ").table(self.name).text(".").name(self.version_column).text(" = ");
            statement.bind(&number(version.number()))?.sql.text(")");
        }
        statement.sql.text(" LIMIT 1");
        Ok(statement)
    }

    /// The key and the model version, as they are read.
    fn select(&self, statement: &mut Statement) {
        statement.sql.text("SELECT ");
        for id in self.view.table.id() {
            statement.sql.table(self.name).text(".").name(id.name()).text(", ");
        }
        statement.sql.table(self.name).text(".").name(self.version_column);
    }
}
