//! Reading snapshots and the commit log.
//!
//! Layer: adapters.

use versioned_store::{
    BatchLimits, ColumnValue, CommitCommand, CommitEntry, CommitKind, CommitRecord, CommitsRequest,
    EntityKey, EntityTable, ModelVersion, Snapshot, StoreProblem,
};

use super::tables::{self, Tables};
use crate::{
    connection::Database,
    dialect::Dialect,
    error::Fault,
    found::{Found, as_text},
    keys,
    schema::View,
    sql::Sql,
    statement::{Statement, number},
};

/// Most characters of a malformed value in an error.
const SHOWN_MAX: usize = 200;

pub(super) async fn snapshot(
    database: &Database,
    table: &EntityTable,
    key: &EntityKey,
    version: ModelVersion,
) -> Result<Option<Snapshot>, Fault> {
    let mut transaction = database.reading().await?;
    let view = View::read(&mut transaction, table).await?;
    let Tables { history, version_column, snapshots: schema, .. } =
        tables::checked(&mut transaction, table).await?;
    let log = Log { view: &view, name: history.commits_table(), version_column };
    let snapshots = history.snapshots_table();
    let mut statement = Statement::new(view.dialect);
    statement.sql.text("SELECT ").table(snapshots).text(".").name(history.content());
    statement.sql.text(" FROM ").table(snapshots).text(" WHERE ");
    at(&mut statement, snapshots, &log, key, version)?;
    let Some(mut found) = transaction.first(statement).await? else { return Ok(None) };
    let content = match view.dialect {
        Dialect::MySql if *schema.class(history.content()) != crate::dialect::Class::Bytes => {
            as_text(found.take(0))
        }
        _ => found.take(0),
    };

    let mut statement = Statement::new(view.dialect);
    log.select(&mut statement.sql);
    statement.sql.text(" WHERE ");
    at(&mut statement, log.name, &log, key, version)?;
    let found = transaction.first(statement).await?;
    let record = found.map(|row| log.read(row)).transpose()?.map(|entry| entry.record);
    transaction.commit().await?;
    Ok(Some(Snapshot { model_version: version, content, record }))
}

pub(super) async fn commits(
    database: &Database,
    table: &EntityTable,
    request: &CommitsRequest,
) -> Result<Vec<CommitEntry>, Fault> {
    let mut transaction = database.reading().await?;
    let view = View::read(&mut transaction, table).await?;
    let Tables { history, version_column, .. } = tables::checked(&mut transaction, table).await?;
    let log = Log { view: &view, name: history.commits_table(), version_column };
    let mut statement = Statement::new(view.dialect);
    log.select(&mut statement.sql);
    let mut before = " WHERE ";
    if let Some(key) = &request.of {
        statement.sql.text(before);
        keys::equal_in(&mut statement, log.name, &view, key)?;
        before = " AND ";
    }
    if let Some(after) = request.after {
        statement.sql.text(before).table(log.name).text(".\"number\" > ");
        statement.bind(&number(after))?;
    }
    statement.sql.text(" ORDER BY ").table(log.name).text(".\"number\" LIMIT ");
    statement.bind(&number(request.limit.min(BatchLimits::ROWS_MAX).into()))?;
    let rows = transaction.all(statement).await?;
    transaction.commit().await?;
    rows.into_iter().map(|row| log.read(row)).collect()
}

/// The condition that a row of one of the tables is of a model version.
fn at(
    statement: &mut Statement,
    name: &str,
    log: &Log<'_>,
    key: &EntityKey,
    version: ModelVersion,
) -> Result<(), Fault> {
    keys::equal_in(statement, name, log.view, key)?;
    statement.sql.text(" AND ").table(name).text(".").name(log.version_column).text(" = ");
    statement.bind(&number(version.number()))?.sql.text(" LIMIT 1");
    Ok(())
}

/// The table of commits.
struct Log<'t> {
    view: &'t View<'t>,
    name: &'t str,
    version_column: &'t str,
}

impl Log<'_> {
    /// The columns of commits, as [`read`](Self::read) takes them.
    fn select(&self, sql: &mut Sql) {
        sql.text("SELECT ");
        for id in self.view.table.id() {
            sql.table(self.name).text(".").name(id.name()).text(", ");
        }
        sql.table(self.name).text(".").name(self.version_column);
        for column in ["number", "kind", "committer", "message", "commands", "at_ms"] {
            sql.text(", ").table(self.name).text(".").name(column);
        }
        sql.text(" FROM ").table(self.name);
    }

    fn read(&self, mut row: Found) -> Result<CommitEntry, Fault> {
        let ids = self.view.table.id().len();
        let number = row.integer(ids + 1)?;
        let key = keys::read(&mut row, self.view, None)?;
        let malformed = |what, found: &str| StoreProblem::HistoryMalformed {
            table: self.name.into(),
            number,
            what,
            found: found.chars().take(SHOWN_MAX).collect(),
        };
        let mut integer = |index, what| match row.take(index) {
            ColumnValue::Integer(number) => Ok(number),
            other => Err(Fault::from(malformed(what, other.type_name()))),
        };
        let version = integer(ids, "the model version")?;
        let at_ms = integer(ids + 6, "the time of a commit")?;
        let mut text = |index, what| {
            let value = row.take(index);
            let value = if self.view.dialect == Dialect::MySql { as_text(value) } else { value };
            match value {
                ColumnValue::Text(text) => Ok(text),
                other => Err(Fault::from(malformed(what, other.type_name()))),
            }
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
            at_ms,
        };
        Ok(CommitEntry { number, key, model_version: ModelVersion::new(version), record })
    }
}
