//! Counting rows and versions.
//!
//! Layer: adapters.

use sqlx::SqlitePool;
use versioned_store::{EntityTable, StoreProblem, VersionCount};

use super::{error::Fault, keys, scan, schema::Schema, statement::Statement, transaction, value};

/// Most different values of a version column that are counted.
const VALUES_MAX: u32 = 10_000;

/// Counts the rows.
pub(super) async fn count(pool: &SqlitePool, table: &EntityTable) -> Result<u64, Fault> {
    let mut transaction = transaction::reading(pool).await?;
    Schema::read(&mut transaction, table).await?;
    let mut statement = Statement::default();
    statement.sql.text("SELECT count(*) FROM ").name(table.name());
    let rows = statement.all(&mut transaction).await?;
    transaction.commit().await?;
    rows.first().map_or(Ok(0), |row| Ok(value::integer(row, 0)?.cast_unsigned()))
}

/// Counts the rows per value of each version column.
pub(super) async fn version_counts(
    pool: &SqlitePool,
    table: &EntityTable,
) -> Result<Vec<VersionCount>, Fault> {
    let mut transaction = transaction::reading(pool).await?;
    Schema::read(&mut transaction, table).await?;
    let mut counts = Vec::new();
    for (index, column) in table.columns().iter().enumerate() {
        if !column.kind.is_version() {
            continue;
        }
        let mut statement = Statement::default();
        let sql = &mut statement.sql;
        sql.text("SELECT ");
        keys::column(sql, table, &column.name);
        sql.text(", ");
        if !scan::deleted(sql, table) {
            sql.text("0");
        }
        sql.text(", count(*) FROM ").name(table.name()).text(" GROUP BY typeof(");
        keys::column(sql, table, &column.name);
        sql.text("), ");
        keys::column(sql, table, &column.name);
        sql.text(" COLLATE BINARY, 2 ORDER BY 1, 2 LIMIT ");
        sql.number(i64::from(VALUES_MAX) + 1);
        let rows = statement.all(&mut transaction).await?;
        if rows.len() > VALUES_MAX as usize {
            let column = column.name.as_str().into();
            return Err(StoreProblem::TooManyVersions { column, limit: VALUES_MAX }.into());
        }
        for row in &rows {
            counts.push(VersionCount {
                column: index,
                version: value::value(row, 0)?,
                deleted: value::integer(row, 1)? != 0,
                rows: value::integer(row, 2)?.cast_unsigned(),
            });
        }
    }
    transaction.commit().await?;
    Ok(counts)
}
