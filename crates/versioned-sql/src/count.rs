//! Counting rows and versions.
//!
//! Layer: adapters.

use versioned_store::{EntityTable, StoreProblem, VersionCount};

use crate::{
    connection::Database, dialect::Dialect, error::Fault, keys, schema::View, statement::Statement,
};

/// Most different values of a version column that are counted.
const VALUES_MAX: u32 = 10_000;

/// Counts the rows.
pub(crate) async fn count(database: &Database, table: &EntityTable) -> Result<u64, Fault> {
    let mut transaction = database.reading().await?;
    let view = View::read(&mut transaction, table).await?;
    let mut statement = Statement::new(view.dialect);
    statement.sql.text("SELECT count(*) FROM ").table(table.name());
    let row = transaction.first(statement).await?;
    transaction.commit().await?;
    row.map_or(Ok(0), |row| row.count(0))
}

/// Counts the rows per value of each version column.
pub(crate) async fn version_counts(
    database: &Database,
    table: &EntityTable,
) -> Result<Vec<VersionCount>, Fault> {
    let mut transaction = database.reading().await?;
    let view = View::read(&mut transaction, table).await?;
    let mut counts = Vec::new();
    for (index, column) in table.columns().iter().enumerate() {
        if !column.kind.is_version() {
            continue;
        }
        let mut statement = Statement::new(view.dialect);
        let sql = &mut statement.sql;
        sql.text("SELECT ");
        view.select(sql, &column.name);
        sql.text(", ");
        view.is_deleted(sql);
        sql.text(", count(*) FROM ").table(table.name());
        if view.dialect == Dialect::Sqlite {
            // Values that are equal and of different types are different versions.
            sql.text(" GROUP BY typeof(");
            keys::column(sql, &view, &column.name);
            sql.text("), ");
            keys::column(sql, &view, &column.name);
            sql.text(" COLLATE BINARY, 2");
        } else {
            sql.text(" GROUP BY 1, 2");
        }
        sql.text(match view.dialect {
            Dialect::Postgres => " ORDER BY 1 NULLS FIRST, 2 LIMIT ",
            Dialect::Sqlite | Dialect::MySql => " ORDER BY 1, 2 LIMIT ",
        });
        sql.number(i64::from(VALUES_MAX) + 1);
        let rows = transaction.all(statement).await?;
        if rows.len() > VALUES_MAX as usize {
            let column = column.name.as_str().into();
            return Err(StoreProblem::TooManyVersions { column, limit: VALUES_MAX }.into());
        }
        for mut row in rows {
            let (deleted, rows) = (row.is_true(1)?, row.count(2)?);
            let version = match row.take(0) {
                // A type that SQLite does not have is the column's, not that of its versions.
                value if view.dialect == Dialect::Sqlite => value,
                value => view.value(value, &column.name),
            };
            counts.push(VersionCount { column: index, version, deleted, rows });
        }
    }
    transaction.commit().await?;
    Ok(counts)
}
