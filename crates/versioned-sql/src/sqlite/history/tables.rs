//! The tables of a history, and whether they are what the store needs.
//!
//! Layer: adapters.

use sqlx::{SqliteConnection, SqlitePool};
use versioned_store::{EntityTable, History, IdKind, StoreProblem};

use crate::{
    sql::Sql,
    sqlite::{error::Fault, schema::Schema, statement::Statement, transaction::writing},
};

/// Creates the tables, where they do not exist yet.
pub(super) async fn create(pool: &SqlitePool, table: &EntityTable) -> Result<(), Fault> {
    let (Some(history), Some(version)) = (table.history(), table.model_version()) else {
        return Ok(());
    };
    let (snapshots, log) = (history.snapshots_table(), history.commits_table());
    let mut transaction = writing(pool).await?;

    let mut statement = Statement::default();
    let sql = &mut statement.sql;
    sql.text("CREATE TABLE IF NOT EXISTS ").name(snapshots).text(" (");
    key_columns(sql, table, version);
    sql.text(", ").name(history.content()).text(" TEXT NOT NULL, PRIMARY KEY (");
    key_names(sql, table, version);
    sql.text("))");
    statement.all(&mut transaction).await?;

    let mut statement = Statement::default();
    let sql = &mut statement.sql;
    sql.text("CREATE TABLE IF NOT EXISTS ").name(log);
    sql.text(" (\"number\" INTEGER PRIMARY KEY AUTOINCREMENT, ");
    key_columns(sql, table, version);
    sql.text(
        ", \"kind\" TEXT NOT NULL, \"committer\" TEXT NOT NULL, \"message\" TEXT NOT NULL, \
         \"commands\" TEXT NOT NULL, \"at_ms\" INTEGER NOT NULL, UNIQUE (",
    );
    key_names(sql, table, version);
    sql.text("))");
    statement.all(&mut transaction).await?;

    let mut statement = Statement::default();
    let sql = &mut statement.sql;
    sql.text("CREATE INDEX IF NOT EXISTS ").name(&format!("{log}_of_model"));
    sql.text(" ON ").name(log).text(" (").join(", ", table.id(), |sql, id| {
        sql.name(id.name());
    });
    sql.text(", \"number\")");
    statement.all(&mut transaction).await?;
    transaction.commit().await?;
    Ok(())
}

/// The columns that both tables have, with their types.
fn key_columns(sql: &mut Sql, table: &EntityTable, version: &str) {
    for id in table.id() {
        sql.name(id.name()).text(match id.kind() {
            IdKind::Integer => " INTEGER NOT NULL, ",
            IdKind::Uuid => " BLOB NOT NULL, ",
            _ => " TEXT NOT NULL, ",
        });
    }
    sql.name(version).text(" INTEGER NOT NULL");
}

fn key_names(sql: &mut Sql, table: &EntityTable, version: &str) {
    for id in table.id() {
        sql.name(id.name()).text(", ");
    }
    sql.name(version);
}

/// The history of a model, whose tables are there with all their columns, and the model version column.
pub(super) async fn checked<'t>(
    connection: &mut SqliteConnection,
    table: &'t EntityTable,
) -> Result<(&'t History, &'t str), Fault> {
    let history = table.history_or_problem()?;
    let version = table.model_version().ok_or(StoreProblem::HistoryMissing)?;
    let shared = || table.id().iter().map(|id| id.name()).chain([version]);
    let snapshots: Vec<&str> = shared().chain([history.content()]).collect();
    let commits: Vec<&str> = shared().chain(History::COMMIT_COLUMNS).collect();
    for (name, columns) in
        [(history.snapshots_table(), snapshots), (history.commits_table(), commits)]
    {
        let schema = Schema::of(connection, name).await?;
        if !schema.exists() {
            return Err(StoreProblem::HistoryTableUnknown { table: name.into() }.into());
        }
        if let Some(column) = columns.into_iter().find(|column| !schema.has(column)) {
            let (table, column) = (name.into(), column.into());
            return Err(StoreProblem::HistoryColumnUnknown { table, column }.into());
        }
    }
    Ok((history, version))
}
