//! The tables of a history, and whether they are what the store needs.
//!
//! Layer: adapters.

use versioned_store::{EntityTable, History, IdKind, StoreProblem};

use crate::{
    connection::{Database, Transaction},
    dialect::{Dialect, OwnType},
    error::Fault,
    schema::Schema,
    sql::Sql,
    statement::Statement,
};

/// Creates the tables, where they do not exist yet.
pub(super) async fn create(database: &Database, table: &EntityTable) -> Result<(), Fault> {
    let (Some(history), Some(version)) = (table.history(), table.model_version()) else {
        return Ok(());
    };
    let (snapshots, log) = (history.snapshots_table(), history.commits_table());
    let dialect = database.dialect();
    let mut transaction = database.writing().await?;

    let mut statement = Statement::new(dialect);
    let sql = &mut statement.sql;
    sql.text("CREATE TABLE IF NOT EXISTS ").table(snapshots).text(" (");
    key_columns(sql, table, version);
    sql.text(", ").name(history.content()).text(" ");
    sql.text(dialect.column_type(OwnType::Text)).text(" NOT NULL, PRIMARY KEY (");
    key_names(sql, table, version);
    sql.text("))");
    transaction.execute(statement).await?;

    let mut statement = Statement::new(dialect);
    let sql = &mut statement.sql;
    sql.text("CREATE TABLE IF NOT EXISTS ").table(log);
    sql.text(" (\"number\" ").text(dialect.column_type(OwnType::Number)).text(", ");
    key_columns(sql, table, version);
    for name in ["kind", "committer", "message", "commands"] {
        sql.text(", ").name(name).text(" ");
        sql.text(dialect.column_type(OwnType::Text)).text(" NOT NULL");
    }
    sql.text(", \"at_ms\" ").text(dialect.column_type(OwnType::Integer));
    sql.text(" NOT NULL, UNIQUE (");
    key_names(sql, table, version);
    sql.text(")");
    if dialect == Dialect::MySql {
        // It has no `CREATE INDEX IF NOT EXISTS`.
        sql.text(", INDEX \"of_model\" (").join(", ", table.id(), |sql, id| {
            sql.name(id.name());
        });
        sql.text(", \"number\")");
    }
    sql.text(")");
    transaction.execute(statement).await?;
    if dialect == Dialect::MySql {
        return transaction.commit().await;
    }

    let mut statement = Statement::new(dialect);
    let sql = &mut statement.sql;
    let (_, name) = dialect.split(log);
    sql.text("CREATE INDEX IF NOT EXISTS ").name(&format!("{name}_of_model"));
    sql.text(" ON ").table(log).text(" (").join(", ", table.id(), |sql, id| {
        sql.name(id.name());
    });
    sql.text(", \"number\")");
    transaction.execute(statement).await?;
    transaction.commit().await
}

/// The columns that both tables have, with their types.
fn key_columns(sql: &mut Sql, table: &EntityTable, version: &str) {
    let dialect = sql.dialect();
    for id in table.id() {
        let own = match id.kind() {
            IdKind::Integer => OwnType::Integer,
            IdKind::Uuid => OwnType::Uuid,
            _ => OwnType::Name,
        };
        sql.name(id.name()).text(" ").text(dialect.column_type(own)).text(" NOT NULL, ");
    }
    sql.name(version).text(" ").text(dialect.column_type(OwnType::Integer)).text(" NOT NULL");
}

fn key_names(sql: &mut Sql, table: &EntityTable, version: &str) {
    for id in table.id() {
        sql.name(id.name()).text(", ");
    }
    sql.name(version);
}

/// The tables of a history that are there with all their columns.
pub(super) struct Tables<'t> {
    pub(super) history: &'t History,
    pub(super) version_column: &'t str,
    pub(super) snapshots: Schema,
    pub(super) commits: Schema,
}

/// The history of a model, whose tables are there with all their columns.
pub(super) async fn checked<'t>(
    transaction: &mut Transaction,
    table: &'t EntityTable,
) -> Result<Tables<'t>, Fault> {
    let history = table.history_or_problem()?;
    let version_column = table.model_version().ok_or(StoreProblem::HistoryMissing)?;
    let shared = || table.id().iter().map(|id| id.name()).chain([version_column]);
    let columns: Vec<&str> = shared().chain([history.content()]).collect();
    let snapshots = read(transaction, history.snapshots_table(), columns).await?;
    let columns: Vec<&str> = shared().chain(History::COMMIT_COLUMNS).collect();
    let commits = read(transaction, history.commits_table(), columns).await?;
    Ok(Tables { history, version_column, snapshots, commits })
}

async fn read(
    transaction: &mut Transaction,
    name: &str,
    columns: Vec<&str>,
) -> Result<Schema, Fault> {
    let schema = Schema::of(transaction, name).await?;
    if !schema.exists() {
        return Err(StoreProblem::HistoryTableUnknown { table: name.into() }.into());
    }
    if let Some(column) = columns.into_iter().find(|column| !schema.has(column)) {
        let (table, column) = (name.into(), column.into());
        return Err(StoreProblem::HistoryColumnUnknown { table, column }.into());
    }
    Ok(schema)
}
