//! Commits and snapshots of rows that were written, in the same transaction.
//!
//! Layer: adapters. Invariant: what exists is never written over, whether the tables forbid it or not.

use std::borrow::Cow;

use sqlx::SqliteConnection;
use versioned_store::{
    ColumnValue, CommitCommand, CommitRecord, EntityKey, EntityTable, ModelVersion, NewCommit,
    StoreProblem,
};

use super::tables;
use crate::sqlite::{
    error::Fault,
    keys,
    statement::Statement,
    write::{self, Set},
};

/// Appends the commits of a batch.
pub(in crate::sqlite) async fn append(
    connection: &mut SqliteConnection,
    table: &EntityTable,
    commits: &[NewCommit],
) -> Result<(), Fault> {
    if commits.is_empty() {
        return Ok(());
    }
    for commit in commits {
        table.check_new_commit(commit)?;
    }
    let appender = Appender::new(connection, table).await?;
    for NewCommit { key, model_version, snapshot, record } in commits {
        let place = Place { key, version: *model_version };
        appender.append(connection, &place, snapshot, record).await?;
    }
    Ok(())
}

/// The model version of a model.
pub(super) struct Place<'p> {
    pub(super) key: &'p EntityKey,
    pub(super) version: ModelVersion,
}

/// Appends to a history whose tables are known to be there.
pub(super) struct Appender<'t> {
    table: &'t EntityTable,
    version_column: &'t str,
    snapshots: &'t str,
    content: &'t str,
    commits: &'t str,
}

impl<'t> Appender<'t> {
    pub(super) async fn new(
        connection: &mut SqliteConnection,
        table: &'t EntityTable,
    ) -> Result<Self, Fault> {
        let (history, version_column) = tables::checked(connection, table).await?;
        let (snapshots, content) = (history.snapshots_table(), history.content());
        Ok(Self { table, version_column, snapshots, content, commits: history.commits_table() })
    }

    /// Appends one commit, which was checked against the table.
    pub(super) async fn append(
        &self,
        connection: &mut SqliteConnection,
        place: &Place<'_>,
        snapshot: &str,
        record: &CommitRecord,
    ) -> Result<(), Fault> {
        let text = |text: &str| Cow::Owned(ColumnValue::Text(text.to_owned()));
        let content = [(self.content, text(snapshot))];
        self.insert(connection, self.snapshots, place, &content).await?;
        let record = [
            ("kind", text(record.kind.as_str())),
            ("committer", text(&record.committer)),
            ("message", text(&record.message)),
            ("commands", text(&CommitCommand::list_to_text(&record.commands))),
            ("at_ms", Cow::Owned(ColumnValue::Integer(record.at_ms))),
        ];
        self.insert(connection, self.commits, place, &record).await
    }

    /// Inserts a row, unless there is one with the same key and model version.
    async fn insert(
        &self,
        connection: &mut SqliteConnection,
        name: &str,
        place: &Place<'_>,
        set: &[Set<'_>],
    ) -> Result<(), Fault> {
        let version = ColumnValue::Integer(place.version.number());
        let mut statement = Statement::default();
        statement.sql.text("INSERT INTO ").name(name).text(" (");
        for id in self.table.id() {
            statement.sql.name(id.name()).text(", ");
        }
        statement.sql.name(self.version_column);
        for (column, _) in set {
            statement.sql.text(", ").name(column);
        }
        statement.sql.text(") SELECT ");
        for value in self.table.stored_key(place.key)? {
            statement.bind(&value)?.sql.text(", ");
        }
        statement.bind(&version)?;
        for (_, value) in set {
            statement.sql.text(", ");
            statement.bind(value)?;
        }
        statement.sql.text(" WHERE NOT EXISTS (SELECT 1 FROM ").name(name).text(" WHERE ");
        keys::equal_in(&mut statement, name, self.table, place.key)?;
        statement.sql.text(" AND ").name(name).text(".").name(self.version_column).text(" = ");
        statement.bind(&version)?.sql.text(")");
        write::returning_types(&mut statement, name, set);
        match statement.all(connection).await?.first() {
            Some(stored) => write::check_types(stored, place.key, set),
            None => {
                let (table, key, version) = (name.into(), place.key.clone(), place.version);
                Err(StoreProblem::HistoryExists { table, key, version }.into())
            }
        }
    }
}
