//! Reading snapshots and the commit log.
//!
//! Layer: adapters.

use sqlx::{SqlitePool, sqlite::SqliteRow};
use versioned_store::{
    BatchLimits, ColumnValue, CommitCommand, CommitEntry, CommitKind, CommitRecord, CommitsRequest,
    EntityKey, EntityTable, ModelVersion, Snapshot, StoreProblem,
};

use super::tables;
use crate::{
    sql::Sql,
    sqlite::{error::Fault, keys, statement::Statement, transaction::reading, value},
};

/// Most characters of a malformed value in an error.
const SHOWN_MAX: usize = 200;

pub(super) async fn snapshot(
    pool: &SqlitePool,
    table: &EntityTable,
    key: &EntityKey,
    version: ModelVersion,
) -> Result<Option<Snapshot>, Fault> {
    let mut transaction = reading(pool).await?;
    let (history, version_column) = tables::checked(&mut transaction, table).await?;
    let log = Log { table, name: history.commits_table(), version_column };
    let snapshots = history.snapshots_table();
    let mut statement = Statement::default();
    statement.sql.text("SELECT ").name(snapshots).text(".").name(history.content());
    statement.sql.text(" FROM ").name(snapshots).text(" WHERE ");
    at(&mut statement, snapshots, &log, key, version)?;
    let found = statement.all(&mut transaction).await?;
    let Some(row) = found.first() else { return Ok(None) };
    let content = value::value(row, 0)?;

    let mut statement = Statement::default();
    log.select(&mut statement.sql);
    statement.sql.text(" WHERE ");
    at(&mut statement, log.name, &log, key, version)?;
    let found = statement.all(&mut transaction).await?;
    let record = found.first().map(|row| log.read(row)).transpose()?.map(|entry| entry.record);
    Ok(Some(Snapshot { model_version: version, content, record }))
}

pub(super) async fn commits(
    pool: &SqlitePool,
    table: &EntityTable,
    request: &CommitsRequest,
) -> Result<Vec<CommitEntry>, Fault> {
    let mut transaction = reading(pool).await?;
    let (history, version_column) = tables::checked(&mut transaction, table).await?;
    let log = Log { table, name: history.commits_table(), version_column };
    let mut statement = Statement::default();
    log.select(&mut statement.sql);
    let mut before = " WHERE ";
    if let Some(key) = &request.of {
        statement.sql.text(before);
        keys::equal_in(&mut statement, log.name, table, key)?;
        before = " AND ";
    }
    if let Some(after) = request.after {
        statement.sql.text(before).name(log.name).text(".\"number\" > ");
        statement.bind(&ColumnValue::Integer(after))?;
    }
    statement.sql.text(" ORDER BY ").name(log.name).text(".\"number\" LIMIT ");
    let limit = i64::from(request.limit.min(BatchLimits::ROWS_MAX));
    statement.bind(&ColumnValue::Integer(limit))?;
    let rows = statement.all(&mut transaction).await?;
    rows.iter().map(|row| log.read(row)).collect()
}

/// The condition that a row of one of the tables is of a model version.
fn at(
    statement: &mut Statement,
    name: &str,
    log: &Log<'_>,
    key: &EntityKey,
    version: ModelVersion,
) -> Result<(), Fault> {
    keys::equal_in(statement, name, log.table, key)?;
    statement.sql.text(" AND ").name(name).text(".").name(log.version_column).text(" = ");
    statement.bind(&ColumnValue::Integer(version.number()))?.sql.text(" LIMIT 1");
    Ok(())
}

/// The table of commits.
struct Log<'t> {
    table: &'t EntityTable,
    name: &'t str,
    version_column: &'t str,
}

impl Log<'_> {
    /// The columns of commits, as [`read`](Self::read) takes them.
    fn select(&self, sql: &mut Sql) {
        sql.text("SELECT ");
        for id in self.table.id() {
            sql.name(self.name).text(".").name(id.name()).text(", ");
        }
        sql.name(self.name).text(".").name(self.version_column);
        for column in ["number", "kind", "committer", "message", "commands", "at_ms"] {
            sql.text(", ").name(self.name).text(".").name(column);
        }
        sql.text(" FROM ").name(self.name);
    }

    fn read(&self, row: &SqliteRow) -> Result<CommitEntry, Fault> {
        let ids = self.table.id().len();
        let number = value::integer(row, ids + 1)?;
        let malformed = |what, found: &str| StoreProblem::HistoryMalformed {
            table: self.name.into(),
            number,
            what,
            found: found.chars().take(SHOWN_MAX).collect(),
        };
        let integer = |index, what| match value::value(row, index)? {
            ColumnValue::Integer(number) => Ok(number),
            other => Err(Fault::from(malformed(what, other.type_name()))),
        };
        let text = |index, what| match value::value(row, index)? {
            ColumnValue::Text(text) => Ok(text),
            other => Err(Fault::from(malformed(what, other.type_name()))),
        };
        let (kind, commands) =
            (text(ids + 2, "the kind of a commit")?, text(ids + 5, "the commands of a commit")?);
        let record = CommitRecord {
            kind: CommitKind::from_name(&kind)
                .ok_or_else(|| malformed("the kind of a commit", &kind))?,
            committer: text(ids + 3, "the committer")?,
            message: text(ids + 4, "the message of a commit")?,
            commands: CommitCommand::list_from_text(&commands)
                .ok_or_else(|| malformed("the commands of a commit", &commands))?,
            at_ms: integer(ids + 6, "the time of a commit")?,
        };
        Ok(CommitEntry {
            number,
            key: keys::read(row, self.table, None)?,
            model_version: ModelVersion::new(integer(ids, "the model version")?),
            record,
        })
    }
}
